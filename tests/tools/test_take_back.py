import shutil

import pytest

from dlcourse.notebook.read import NotebookError, read_notebook
from tools import source, take_back
from tools.render import notebook_text


@pytest.fixture
def course(tmp_path, monkeypatch):
    """The first lesson and exercise of the course in folders of their own."""
    for name in ("LESSONS", "EXERCISES"):
        folder = tmp_path / name.lower()
        folder.mkdir()
        shutil.copy(sorted(getattr(source, name).glob("*.py"))[0], folder)
        monkeypatch.setattr(source, name, folder)
    return tmp_path


def test_an_edited_lesson_comes_back_with_the_edit_and_nothing_else(course):
    path = next((course / "lessons").glob("*.py"))
    before = path.read_text(encoding="utf-8")
    notebook = source.to_notebook(before)
    notebook.cells[0].source += "\n\nOne sentence more."
    notebook.cells[2].metadata["collapsed"] = True
    edited = course / f"{path.stem}.ipynb"
    edited.write_text(notebook_text(notebook), encoding="utf-8")
    assert take_back.take_back(edited) == path
    after = path.read_text(encoding="utf-8")
    assert [line for line in after.splitlines() if line not in before.splitlines()] == ["# One sentence more."]
    assert len(after.splitlines()) == len(before.splitlines()) + 2


def test_a_students_copy_cannot_become_the_source(course):
    path = next((course / "exercises").glob("*.py"))
    before = path.read_text(encoding="utf-8")
    with pytest.raises(NotebookError, match="its solutions are gone"):
        take_back.take_back(source.STUDENTS / f"{path.stem}.ipynb")
    assert path.read_text(encoding="utf-8") == before


def test_a_notebook_without_a_source_is_refused_at_the_command_line(course, capsys):
    stranger = course / "stranger.ipynb"
    stranger.write_text(notebook_text(source.to_notebook("# %%\n1 + 1\n")), encoding="utf-8")
    assert take_back.main([str(stranger)]) == 2
    assert "no source is named stranger.py" in capsys.readouterr().err


def test_the_rendered_lessons_come_back_as_their_sources():
    for notebook in source.NOTEBOOKS.glob("*.ipynb"):
        text = source.to_source(read_notebook(notebook))
        assert text == (source.LESSONS / f"{notebook.stem}.py").read_text(encoding="utf-8")
