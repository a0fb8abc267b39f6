from pathlib import Path

import nbformat
import pytest
from nbformat import v4

from dlcourse import places


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course of one lesson and one exercise."""
    for kind in ("notebooks", "exercises"):
        (tmp_path / "course" / kind).mkdir(parents=True)
        cells = [v4.new_code_cell(kind, execution_count=1, outputs=[v4.new_output("stream", text="the result")])]
        nbformat.write(v4.new_notebook(cells=cells), tmp_path / "course" / kind / "03.ipynb")
        monkeypatch.setattr(places, kind, lambda kind=kind: tmp_path / "course" / kind)
    return tmp_path


def test_working_copies_are_made_of_lessons_and_exercises(course):
    made = places.make_working_copies(course / "mine")
    assert [path.relative_to(course / "mine").as_posix() for path in made] == [
        "notebooks/03.ipynb",
        "exercises/03.ipynb",
    ]
    copy = nbformat.read(course / "mine" / "exercises" / "03.ipynb", as_version=4)
    assert copy.cells[0].source == "exercises"


def test_working_copies_come_without_outputs(course):
    for copy in places.make_working_copies(course / "mine"):
        cell = nbformat.read(copy, as_version=4).cells[0]
        assert (cell.outputs, cell.execution_count) == ([], None)


def test_a_copy_that_exists_is_never_overwritten(course):
    places.make_working_copies(course / "mine")
    copy = course / "mine" / "exercises" / "03.ipynb"
    copy.write_text("my answer", encoding="utf-8")
    (course / "course" / "exercises" / "03.ipynb").write_text("a newer version", encoding="utf-8")
    assert places.make_working_copies(course / "mine") == []
    assert copy.read_text(encoding="utf-8") == "my answer"


def test_a_missing_copy_is_made_again_beside_those_that_exist(course):
    places.make_working_copies(course / "mine")
    (course / "mine" / "notebooks" / "03.ipynb").unlink()
    assert [path.parent.name for path in places.make_working_copies(course / "mine")] == ["notebooks"]


def test_the_work_folder_is_the_one_that_the_environment_names(monkeypatch, tmp_path):
    monkeypatch.setenv("DLCOURSE_WORK", str(tmp_path / "elsewhere"))
    assert places.work() == tmp_path / "elsewhere"


def test_the_work_folder_of_a_checkout_is_its_ignored_folder(monkeypatch):
    monkeypatch.delenv("DLCOURSE_WORK")
    root = places.checkout()
    assert places.work() == root / "work"
    assert "work/" in (root / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_a_wheel_carries_lessons_and_exercises_and_no_solutions(monkeypatch):
    monkeypatch.setattr(places, "checkout", lambda: None)
    monkeypatch.delenv("DLCOURSE_WORK")
    assert places.notebooks() == places.PACKAGE / "_course" / "notebooks"
    assert places.exercises() == places.PACKAGE / "_course" / "exercises"
    assert places.solutions() is None
    assert places.work() == Path("dlcourse-work")
