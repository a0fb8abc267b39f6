"""Read a notebook that a person gave: whatever is wrong with the file is one clear line, never a traceback."""

from __future__ import annotations

import json
import re
import warnings
from pathlib import Path
from typing import Any

from dlcourse.notebook.format import NotebookNode, nbformat, normalize

MERGE_MARKS = re.compile(r"^(<{7} |={7}$|>{7} )", re.MULTILINE)
OLDEST = 3
CURRENT = 4


class NotebookError(ValueError):
    """The file is no notebook that can be used; the message names the file and what is wrong with it."""


def read_notebook(path: str | Path) -> NotebookNode:
    """The notebook in `path`, upgraded to the current format where it is of an older one that can be.

    Raises:
        NotebookError: If there is no such file, it is a directory, may not be read, is empty, holds merge marks, is
            cut off, is not JSON, is JSON but no notebook, or is of a format before 3.
    """
    file = Path(path)
    return read_content(file, _content(file))


def read_content(file: Path, content: bytes) -> NotebookNode:
    """The notebook that `content` holds, upgraded as `read_notebook` does.

    Args:
        file: What messages call it.
        content: A notebook file's bytes.

    Raises:
        NotebookError: As for `read_notebook`.
    """
    notebook = _parsed(file, _text(file, content))
    if not isinstance(notebook, dict) or not isinstance(notebook.get("nbformat"), int):
        raise NotebookError(f"{file}: not a notebook: JSON without an nbformat version")
    return _upgraded(file, notebook)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise NotebookError(f"{file}: no such file") from None
    except IsADirectoryError:
        raise NotebookError(f"{file}: a directory, a notebook (.ipynb) was expected") from None
    except PermissionError:
        if file.is_dir():
            raise NotebookError(f"{file}: a directory, a notebook (.ipynb) was expected") from None
        raise NotebookError(f"{file}: no permission to read it") from None
    except OSError as error:
        raise NotebookError(f"{file}: cannot be read: {error.strerror}") from None


def _text(file: Path, content: bytes) -> str:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise NotebookError(f"{file}: not a notebook: not text in UTF-8") from None
    if not text.strip():
        raise NotebookError(f"{file}: empty, a notebook was expected")
    return text


def _parsed(file: Path, text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        raise NotebookError(f"{file}: not a notebook: nested too deeply") from None
    except json.JSONDecodeError as error:
        mark = MERGE_MARKS.search(text)
        if mark:
            line = text.count("\n", 0, mark.start()) + 1
            raise NotebookError(
                f"{file}: line {line} is a mark of an unfinished merge; choose one side and remove the marks"
            ) from None
        if text.lstrip().startswith("{") and error.pos >= len(text.rstrip()) - 1:
            raise NotebookError(f"{file}: cut off at line {error.lineno}; the end of the file is missing") from None
        raise NotebookError(f"{file}: not a notebook: no JSON at line {error.lineno}") from None


def _upgraded(file: Path, notebook: dict) -> NotebookNode:
    version = notebook["nbformat"]
    if not OLDEST <= version <= CURRENT:
        raise NotebookError(
            f"{file}: of notebook format {version}, formats {OLDEST} and {CURRENT} are understood; "
            "open it in Jupyter and save it again"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            upgraded = nbformat.reads(json.dumps(notebook), as_version=CURRENT)
            _, upgraded = normalize(upgraded)
            nbformat.validate(upgraded)
    except Exception as error:
        reason = str(error).strip().splitlines()[0]
        raise NotebookError(f"{file}: not a valid notebook: {reason}") from None
    return upgraded
