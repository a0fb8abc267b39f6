"""The command line as a person meets it: what it prints at 80 columns, and what it says to bad input."""

import json

import nbformat
import pytest
from nbformat import v4

from dlcourse import cli, places, progress
from dlcourse.cli import COMMANDS, console, lab_command, run_command
from dlcourse.cli.list_command import lesson_state
from dlcourse.curriculum import find_lesson

GOOD = nbformat.writes(v4.new_notebook(cells=[v4.new_code_cell("print(1 + 1)")]))


def run(capfd, *arguments):
    """Exit status, output and error output of one call."""
    status = cli.run(list(arguments))
    said = capfd.readouterr()
    return status, said.out, said.err


def refused(capfd, *arguments):
    """The one line that a call is refused with."""
    status, out, err = run(capfd, *arguments)
    assert status == 2
    assert out == ""
    assert err.startswith("dlcourse: ")
    assert err.count("\n") == 1
    return err


@pytest.fixture
def lesson(tmp_path, monkeypatch):
    """A course whose lesson 03_1 is one cell that a test writes."""

    def write(source):
        (tmp_path / "notebooks").mkdir(exist_ok=True)
        path = tmp_path / "notebooks" / f"{find_lesson('03_1').slug}.ipynb"
        nbformat.write(v4.new_notebook(cells=[v4.new_code_cell(source)]), path)
        return path

    monkeypatch.setattr(places, "notebooks", lambda: tmp_path / "notebooks")
    return write


def test_help_lists_every_command_with_a_sentence(capfd):
    status, out, _ = run(capfd, "--help")
    assert status == 0
    assert all(name in out and sentence in out for name, sentence in COMMANDS.items())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_that_fits_80_columns(capfd, name):
    status, out, _ = run(capfd, name, "--help")
    assert status == 0
    assert len(out.splitlines()) > 5
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize(
    "arguments", [["chek"], ["--nix"], ["run", "--profile", "fast"], ["check"], ["lab", "--port", "x"]]
)
def test_a_wrong_call_is_refused_in_one_line(capfd, arguments):
    refused(capfd, *arguments)


@pytest.mark.parametrize("command", ["run", "lab"])
def test_an_unknown_lesson_is_refused(capfd, command):
    assert "no lesson 'nowhere'" in refused(capfd, command, "nowhere")


@pytest.mark.parametrize("command", ["run", "lab"])
def test_a_lesson_that_is_not_written_is_refused(capfd, command, tmp_path, monkeypatch):
    monkeypatch.setattr(places, "notebooks", lambda: tmp_path)
    assert "is not written yet" in refused(capfd, command, "20_resources")


BROKEN = {
    "prose": b"Dear teacher,",
    "merge": GOOD.replace(' "cells"', '<<<<<<< HEAD\n "cells"', 1).encode(),
    "truncated": GOOD[:100].encode(),
    "format 2": b'{"nbformat": 2, "worksheets": []}',
    "empty": b"",
    "bytes": b"\xff\xfe\x00",
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_exercise_is_refused(capfd, tmp_path, kind):
    file = tmp_path / "mine.ipynb"
    file.write_bytes(BROKEN[kind])
    refused(capfd, "check", str(file))


def test_a_directory_and_a_missing_file_are_refused(capfd, tmp_path):
    assert "a directory" in refused(capfd, "check", str(tmp_path))
    assert "no such file" in refused(capfd, "check", str(tmp_path / "none.ipynb"))


def test_a_notebook_without_questions_is_refused(capfd, tmp_path):
    file = tmp_path / "mine.ipynb"
    file.write_text(GOOD, encoding="utf-8")
    assert "no question of the course" in refused(capfd, "check", str(file))


@pytest.mark.notebook
def test_check_tells_right_from_wrong_from_what_did_not_run(capfd, tmp_path):
    cells = [
        "from dlcourse import check\nfrom dlcourse.scratch import softmax",
        'check("3.2", softmax)',
        'check("3.3", cross_entropy)',
        "def smooth(labels, epsilon, num_classes):\n    raise NotImplementedError",
        'check("3.4", smooth)',
    ]
    file = tmp_path / "mine.ipynb"
    nbformat.write(v4.new_notebook(cells=[v4.new_code_cell(cell) for cell in cells]), file)
    before = file.read_bytes()
    status, out, _ = run(capfd, "check", str(file))
    assert status == 1
    assert file.read_bytes() == before
    assert "✓ 3.2" in out
    assert "✗ 3.3: could not be checked: NameError: name 'cross_entropy' is not defined" in " ".join(out.split())
    assert "○ 3.4" in out
    assert "1 of 3 questions right" in out
    assert progress.standings()["3.2"].status == "right"


@pytest.mark.notebook
def test_run_executes_a_lesson_and_leaves_it_as_it_is(capfd, lesson):
    path = lesson("print('hello')")
    before = path.read_bytes()
    status, out, _ = run(capfd, "run", "03_1")
    assert status == 0
    assert "passed" in out
    assert "1 passed, 0 failed" in out
    assert path.read_bytes() == before


@pytest.mark.notebook
def test_run_ends_with_status_1_and_says_what_failed(capfd, lesson):
    lesson("raise ValueError('too [bold] to print')")
    status, out, _ = run(capfd, "run")
    assert status == 1
    assert "cell 1: ValueError: too [bold] to print" in " ".join(out.split())
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.notebook
def test_run_hands_the_profile_to_the_lesson(lesson):
    path = lesson("import os\nassert os.environ['DLCOURSE_PROFILE'] == 'full'")
    assert [result.failure for result in run_command.run_lessons({"03_1": path}, "full", 60)] == [""]


def test_list_shows_chapters_lessons_and_what_was_done(capfd, lesson):
    lesson("1")
    copy = places.work() / "notebooks" / f"{find_lesson('03_1').slug}.ipynb"
    copy.parent.mkdir(parents=True)
    nbformat.write(v4.new_notebook(cells=[v4.new_code_cell("1", execution_count=1)]), copy)
    progress.record("3.2", "right", 4, 4)
    status, out, _ = run(capfd, "list")
    assert status == 0
    assert max(map(len, out.splitlines())) <= 80
    row = next(line for line in out.splitlines() if "03_1" in line)
    assert "Neurons and perceptrons" in row
    assert row.rstrip().endswith("run")
    assert "1 of 6 right" in out
    assert "1 of 38 lessons are written" in out


def test_list_all_shows_what_is_not_written(capfd):
    _, out, _ = run(capfd, "list", "--all")
    assert sum("not written" in line for line in out.splitlines()) == 38 - len(console.written())


@pytest.mark.parametrize(("counts", "state"), [([], "-"), ([None, None], "-"), ([1, None], "begun"), ([1, 2], "run")])
def test_a_lessons_state_is_read_from_the_working_copy(tmp_path, counts, state):
    file = tmp_path / "copy.ipynb"
    nbformat.write(v4.new_notebook(cells=[v4.new_code_cell("1", execution_count=count) for count in counts]), file)
    assert lesson_state(file) == state


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cells": 3}'])
def test_a_broken_working_copy_counts_as_not_begun(tmp_path, text):
    file = tmp_path / "copy.ipynb"
    file.write_text(text, encoding="utf-8")
    assert lesson_state(file) == "-"


@pytest.mark.slow
def test_doctor_names_versions_devices_and_folders(capfd):
    status, out, _ = run(capfd, "doctor")
    assert status == 0
    assert all(word in out for word in ("Python", "tensorflow", "keras", "devices", "CPU", "data cache", "your copies"))
    assert max(map(len, out.splitlines())) <= 80


def test_doctor_says_what_to_type_for_what_is_missing(monkeypatch):
    from dlcourse.cli import doctor_command

    finding = doctor_command._package("no-such-package", "pip install it", needed=True)
    assert (finding.found, finding.todo) == ("missing", "pip install it")


def test_start_makes_copies_and_keeps_those_that_exist(capfd, tmp_path):
    status, out, _ = run(capfd, "start", str(tmp_path / "mine"))
    assert status == 0
    assert "new files" in out
    _, again, _ = run(capfd, "start", str(tmp_path / "mine"))
    assert again.startswith("0 new files")


def test_start_refuses_a_place_that_is_a_file(capfd, tmp_path):
    file = tmp_path / "file"
    file.write_text("x", encoding="utf-8")
    refused(capfd, "start", str(file))


def test_lab_serves_the_working_copies_and_opens_the_lesson(capfd, monkeypatch, tmp_path, lesson):
    lesson("1")
    called = {}

    def serve(home, page, *, open_browser, port):
        called.update(home=home, page=page, open_browser=open_browser, port=port)
        return 0

    monkeypatch.setattr(lab_command, "serve", serve)
    status, out, _ = run(capfd, "lab", "03_1", "--folder", str(tmp_path / "mine"), "--port", "0")
    assert status == 0
    page = "notebooks/03_1_neurons_and_perceptrons.ipynb"
    assert called == {"home": tmp_path / "mine", "page": page, "open_browser": False, "port": 0}
    assert (tmp_path / "mine" / page).exists()
    assert "Open the address" in out


def test_the_server_listens_on_loopback_in_the_learners_folder(tmp_path):
    arguments = lab_command.server_arguments(tmp_path, "notebooks/a.ipynb", open_browser=False, port=0)
    assert "--ip=127.0.0.1" in arguments
    assert f"--ServerApp.root_dir={tmp_path}" in arguments
    assert "--LabApp.default_url=/lab/tree/notebooks/a.ipynb" in arguments
    assert "--no-browser" in arguments
    assert "--no-browser" not in lab_command.server_arguments(tmp_path, "", open_browser=True, port=0)


def test_jupyterlab_is_told_not_to_ask_the_network():
    settings = json.loads((lab_command.SETTINGS / "overrides.json").read_text(encoding="utf-8"))
    notification = settings["@jupyterlab/apputils-extension:notification"]
    assert notification == {"checkForUpdates": False, "fetchNews": "false"}
