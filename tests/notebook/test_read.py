import json
from pathlib import Path

import nbformat
import pytest
from nbformat import v3, v4

from dlcourse.notebook.read import NotebookError, read_notebook

GOOD = nbformat.writes(v4.new_notebook(cells=[v4.new_code_cell("1 + 1"), v4.new_markdown_cell("words")]))
MERGE = GOOD.replace(' "cells"', '<<<<<<< HEAD\n "cells"', 1)

BROKEN = {
    "empty": ("", "empty, a notebook was expected"),
    "blank": (" \n", "empty, a notebook was expected"),
    "prose": ("Dear teacher,", "not a notebook: no JSON at line 1"),
    "truncated": (GOOD[: len(GOOD) // 2], "cut off at line"),
    "merge marks": (MERGE, "is a mark of an unfinished merge"),
    "a list": ("[1, 2]", "JSON without an nbformat version"),
    "no version": ("{}", "JSON without an nbformat version"),
    "version as text": ('{"nbformat": "4"}', "JSON without an nbformat version"),
    "format 2": ('{"nbformat": 2, "worksheets": []}', "of notebook format 2, formats 3 and 4 are understood"),
    "format 5": ('{"nbformat": 5, "cells": []}', "of notebook format 5"),
    "cells missing": ('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}', "not a valid notebook"),
    "cells of the wrong kind": (
        '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "poem"}]}',
        "not a valid notebook",
    ),
    "deep": ("[" * 100_000, "not a notebook"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_file_is_named_in_one_line_with_what_is_wrong(tmp_path, kind):
    text, words = BROKEN[kind]
    file = tmp_path / "mine.ipynb"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(NotebookError) as caught:
        read_notebook(file)
    message = str(caught.value)
    assert message.startswith(f"{file}: ")
    assert words in message
    assert "\n" not in message


def test_bytes_that_are_no_text_are_named(tmp_path):
    file = tmp_path / "mine.ipynb"
    file.write_bytes(b"\xff\xfe\x00\x89PNG")
    with pytest.raises(NotebookError, match="not text in UTF-8"):
        read_notebook(file)


def test_a_directory_is_named(tmp_path):
    with pytest.raises(NotebookError, match="a directory, a notebook"):
        read_notebook(tmp_path)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(NotebookError, match="no such file"):
        read_notebook(tmp_path / "nowhere.ipynb")


@pytest.mark.parametrize(
    ("error", "words"), [(PermissionError(13, "denied"), "no permission"), (OSError(5, "Input/output error"), "output")]
)
def test_a_file_that_may_not_be_read_is_named(tmp_path, monkeypatch, error, words):
    def refuse(*_, **__):
        raise error

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(NotebookError, match=words):
        read_notebook(tmp_path / "mine.ipynb")


def test_a_good_notebook_is_read(tmp_path):
    file = tmp_path / "mine.ipynb"
    file.write_text(GOOD, encoding="utf-8")
    assert [cell.source for cell in read_notebook(file).cells] == ["1 + 1", "words"]


def test_a_notebook_of_format_3_is_upgraded(tmp_path):
    old = v3.new_notebook(worksheets=[v3.new_worksheet(cells=[v3.new_code_cell(input="1 + 1")])])
    file = tmp_path / "old.ipynb"
    file.write_text(nbformat.writes(old, version=3), encoding="utf-8")
    notebook = read_notebook(file)
    assert notebook.nbformat == 4
    assert [cell.source for cell in notebook.cells] == ["1 + 1"]


def test_cells_with_the_same_id_are_told_apart(tmp_path):
    record = json.loads(GOOD)
    record["cells"][1]["id"] = record["cells"][0]["id"]
    file = tmp_path / "mine.ipynb"
    file.write_text(json.dumps(record), encoding="utf-8")
    ids = [cell.id for cell in read_notebook(file).cells]
    assert len(set(ids)) == 2
