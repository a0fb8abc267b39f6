"""The English text: long enough, prose, and the same bytes under the lock wherever it is read."""

from __future__ import annotations

import re
import subprocess
import sys

import numpy as np
import pytest

from dlcourse.data import Dataset
from dlcourse.data.embedded import english

COMMON = ("the", "of", "and", "to", "is", "a", "in", "for", "that", "are")


@pytest.fixture(scope="module")
def prose() -> str:
    return english.text()


@pytest.fixture(scope="module")
def parts() -> Dataset:
    return english.load()


def test_the_text_has_at_least_300_000_characters(prose: str) -> None:
    assert len(prose) >= 300_000


def test_under_the_locked_versions_the_bytes_are_those_of_the_checksum(prose: str) -> None:
    if not english.is_locked():
        pytest.skip(f"other versions are installed than the locked {english.LOCKED}")
    assert english.digest(prose) == english.SHA256


def test_no_paragraph_stands_there_twice(prose: str) -> None:
    paragraphs = prose.splitlines()
    assert len(set(paragraphs)) == len(paragraphs)


def test_a_fifth_of_the_words_are_the_ten_commonest_of_english(prose: str) -> None:
    words = re.findall(r"[a-z]+", prose.lower())
    assert sum(words.count(each) for each in COMMON) > 0.2 * len(words)


def test_lower_case_letters_and_spaces_are_nine_tenths_of_it_as_in_prose_and_not_in_code(prose: str) -> None:
    assert sum(each.islower() or each == " " for each in prose) > 0.9 * len(prose)


def test_the_two_parts_together_are_the_whole_and_the_test_part_is_a_tenth(prose: str, parts: Dataset) -> None:
    train, test = parts.x_train[0], parts.x_test[0]
    assert sorted((train + test).splitlines()) == sorted(prose.splitlines())
    assert len(test) / len(prose) == pytest.approx(0.1, abs=0.02)


def test_the_provenance_tells_versions_and_whether_they_are_the_locked_ones(parts: Dataset) -> None:
    source = parts.provenance.source
    assert "keras" in source
    assert ("not the locked versions" in source) is not english.is_locked()


def test_windows_line_ends_change_nothing(tmp_path, monkeypatch) -> None:
    package = tmp_path / "documented"
    package.mkdir()
    written = '"""One sentence of ten words is what this\nparagraph needs to count.\n\nToo short.\n"""\n'
    (package / "unix.py").write_bytes(written.encode())
    (package / "windows.py").write_bytes(written.replace("\n", "\r\n").encode())
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(english, "FOLDERS", ("documented",))
    assert english.text() == "One sentence of ten words is what this paragraph needs to count.\n"


def test_an_absent_package_is_named(monkeypatch) -> None:
    monkeypatch.setattr(english, "FOLDERS", ("no_such_package",))
    with pytest.raises(ModuleNotFoundError, match="read from the installed no_such_package"):
        english.text()


def test_reading_the_text_imports_none_of_the_packages() -> None:
    code = (
        "import sys; from dlcourse.data.embedded import english; english.text();"
        "print([each for each in ('keras', 'sklearn', 'matplotlib', 'tensorflow') if each in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_each_part_is_one_text(parts: Dataset) -> None:
    assert parts.x_train.shape == parts.x_test.shape == (1,)
    assert isinstance(parts.x_train[0], str)
    assert np.shape(parts.y_train) == (1, 0)
