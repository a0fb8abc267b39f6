"""A class: worker processes, resumption after a kill, corrections, forgetting; the commands around it."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import fake_sandbox
import nbformat
import pytest
from nbformat import v3
from small_exercise import DOUBLE, QUADRUPLE, STUBS, answer, notebook, whole

from dlcourse import cli
from dlcourse.grading import workers
from dlcourse.grading.classroom import Classroom, Options, Scale
from dlcourse.grading.files import read_class
from dlcourse.grading.gradebook import Gradebook, GradebookError
from dlcourse.grading.sandbox import Tier

HERE = Path(__file__).parent


@pytest.fixture
def handed(tmp_path):
    """Four submissions: right, wrong in the first question, untouched, broken."""
    folder = tmp_path / "handed"
    folder.mkdir()
    nbformat.write(whole(), folder / "ada.ipynb")
    nbformat.write(whole("def double(x):\n    return 3 * x"), folder / "bob.ipynb")
    nbformat.write(whole(*STUBS.values()), folder / "eve.ipynb")
    (folder / "mal.ipynb").write_text('{"cells": [', encoding="utf-8")
    return folder


def grade(handed, checks, out, scale=None, **options):
    with Gradebook(out, make=True) as book:
        room = Classroom(Options(str(handed), "03", str(checks), **options), book, "seed")
        done = []
        room.grade(scale or Scale(sandbox=fake_sandbox.make_fake), done.append)
        assert len(done) == len(room)
        return room.result()


def points(result):
    return {each.student: each.points for each in result.results}


def questions_kept(out):
    try:
        with closing(sqlite3.connect(f"file:{out / 'gradebook.sqlite'}?mode=ro", uri=True)) as database:
            return database.execute("SELECT count(*) FROM questions").fetchone()[0]
    except sqlite3.OperationalError:  # not made yet
        return 0


@pytest.fixture
def fake(monkeypatch):
    """The commands grade in the fake sandbox."""
    monkeypatch.setattr(Scale, "__init__", _scale)


def _scale(self, workers=1, cluster=""):
    for name, value in {"workers": workers, "cluster": cluster, "sandbox": fake_sandbox.make_fake}.items():
        object.__setattr__(self, name, value)


def run(capfd, *arguments):
    status = cli.run([str(each) for each in arguments])
    said = capfd.readouterr()
    return status, said.out, said.err


def test_two_workers_grade_a_class(handed, checks, tmp_path):
    result = grade(handed, checks, tmp_path / "out", Scale(2, sandbox=fake_sandbox.make_fake))
    assert points(result) == {"ada": 8, "bob": 4, "eve": 0, "mal": None}
    assert [each.status for each in result.results] == ["ok", "ok", "not attempted", "unreadable"]
    assert "cut off" in result.results[3].message
    assert (result.possible, result.tier) == (8, "A")


def test_a_worker_that_dies_is_replaced(handed, checks, tmp_path, monkeypatch):
    monkeypatch.setenv("CRASH_MARK", str(tmp_path / "mark"))
    result = grade(handed, checks, tmp_path / "out", Scale(sandbox=fake_sandbox.crash_once))
    assert points(result) == {"ada": 8, "bob": 4, "eve": 0, "mal": None}


def test_workers_that_always_die_are_an_error_of_the_grader(handed, checks, tmp_path):
    (handed / "bob.ipynb").unlink()
    (handed / "eve.ipynb").unlink()
    result = grade(handed, checks, tmp_path / "out", Scale(sandbox=fake_sandbox.crash_always))
    assert result.results[0].status == "grader error"
    assert result.results[0].points is None
    assert points(grade(handed, checks, tmp_path / "out2"))["ada"] == 8


def test_a_shared_sandbox_that_is_gone_is_replaced_for_the_next_worker(handed, checks, tmp_path, monkeypatch):
    monkeypatch.setattr(workers, "make_sandbox", fake_sandbox.make_zygote)
    result = grade(handed, checks, tmp_path / "out", Scale(2, sandbox=fake_sandbox.make_zygote))
    assert points(result) == {"ada": 8, "bob": 4, "eve": 0, "mal": None}
    assert [each.closed for each in fake_sandbox.FakeZygote.made] == [True, True]


def test_less_isolation_than_required_is_refused(handed, checks, tmp_path, monkeypatch):
    module = type(sys)("dlcourse.grading.sandbox")
    module.Sandbox = type("Sandbox", (fake_sandbox.FakeSandbox,), {"tier": "C", "close": lambda self: None})
    monkeypatch.setitem(sys.modules, "dlcourse.grading.sandbox", module)
    assert workers.make_sandbox("").tier == "C"
    with pytest.raises(workers.GraderError, match="tier A of isolation is required"):
        workers.make_sandbox("A")


def test_the_command_refuses_less_isolation_than_required_before_it_begins(
    capfd, handed, checks, tmp_path, monkeypatch
):
    monkeypatch.setattr("dlcourse.grading.sandbox.detect_tier", lambda: Tier("B", "no bubblewrap here"))
    options = ["--exercise", "03", "--checks", checks, "--out", tmp_path / "out", "--require-tier", "A"]
    status, said, errors = run(capfd, "grade", handed, *options)
    assert (status, said) == (2, "")
    assert "tier A of isolation is required, this machine has tier B: no bubblewrap here" in errors
    assert errors.count("\n") == 1


def test_a_notebook_of_another_age_is_graded(checks, tmp_path):
    handed = tmp_path / "handed"
    handed.mkdir()
    old = v3.new_notebook(worksheets=[v3.new_worksheet(cells=[v3.new_code_cell(each) for each in (DOUBLE, QUADRUPLE)])])
    for part, number in zip(old.worksheets[0].cells, ("3.1", "3.2"), strict=True):
        part.metadata = {"question": number}
    (handed / "three.ipynb").write_text(json.dumps(old), encoding="utf-8")
    for minor in (0, 4):
        new = whole()
        new.nbformat_minor = minor
        for part in new.cells:
            del part["id"]
        (handed / f"four{minor}.ipynb").write_text(json.dumps(new), encoding="utf-8")
    result = grade(handed, checks, tmp_path / "out")
    assert points(result) == {"four0": 8, "four4": 8, "three": 8}


def test_of_several_submissions_the_last_or_the_best_counts(checks, tmp_path):
    folder = tmp_path / "handed"
    folder.mkdir()
    nbformat.write(whole(), folder / "adalovelace_7_100_hw.ipynb")
    nbformat.write(whole(*STUBS.values()), folder / "adalovelace_7_101_hw-1.ipynb")
    assert points(grade(folder, checks, tmp_path / "last")) == {"adalovelace": 0}
    best = grade(folder, checks, tmp_path / "best", keep="best")
    assert points(best) == {"adalovelace": 8}
    assert "best of 2" in best.results[0].notes[-1]


def test_a_roster_names_students_and_shows_who_is_missing(handed, checks, tmp_path):
    roster = tmp_path / "roster.csv"
    roster.write_text("student,name,login\ns1,Ada Lovelace,ada\ns2,Bob,bob\ns9,Zoe,zoe\n", encoding="utf-8")
    result = grade(handed, checks, tmp_path / "out", roster=str(roster))
    assert points(result) == {"eve": 0, "mal": None, "s1": 8, "s2": 4, "s9": 0}
    by_student = {each.student: each for each in result.results}
    assert by_student["s1"].name == "Ada Lovelace"
    assert by_student["s9"].message == "nothing was handed in"
    assert by_student["eve"].notes == ("Not on the roster.",)


def test_lateness_costs_what_the_policy_says(handed, checks, tmp_path):
    os.utime(handed / "ada.ipynb", (1_000_000_000, 1_000_000_000 + 90_000))
    deadline = "2001-09-09T01:46:40+00:00"
    result = grade(handed, checks, tmp_path / "out", deadline=deadline, late="10%/day,max=50%")
    assert (result.results[0].penalty, result.results[0].final) == (0.2, 6.4)
    assert (result.results[1].penalty, result.results[1].final) == (0.5, 2)


@pytest.mark.slow
def test_a_kill_loses_no_finished_question_and_repeats_none(checks, tmp_path):
    handed, log = tmp_path / "handed", tmp_path / "log"
    handed.mkdir()
    logging = "def double(x):\n    open({!r}, 'a').write('{} ')\n    return 2 * x"
    for name in "abcd":
        second = "import time\ntime.sleep(1)\n" + QUADRUPLE.replace("double(double(x))", "4 * x")
        nbformat.write(whole(logging.format(str(log), name), second), handed / f"{name}.ipynb")
    code = (
        "import dlcourse.notebook.format, sys, test_classroom as t; from pathlib import Path\n"
        f"if __name__ == '__main__': "
        f"t.grade(Path({str(handed)!r}), Path({str(checks)!r}), Path({str(tmp_path / 'out')!r}))"
    )
    script = tmp_path / "script.py"
    script.write_text(code, encoding="utf-8")
    process = subprocess.Popen([sys.executable, str(script)], env={**os.environ, "PYTHONPATH": str(HERE)})
    while questions_kept(tmp_path / "out") < 3:  # two of the first, one of the second, whose other takes a second
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    time.sleep(1.5)
    result = grade(handed, checks, tmp_path / "out")
    assert points(result) == dict.fromkeys("abcd", 8)
    asked = re.findall(r"\w", log.read_text())
    assert {name: asked.count(name) for name in "abcd"} == dict.fromkeys("abcd", 2)


@pytest.mark.slow
def test_an_interrupt_ends_cleanly_and_what_was_graded_is_in_the_files(checks, tmp_path):
    handed, log, go_on, out = (tmp_path / name for name in ("handed", "log", "go_on", "out"))
    handed.mkdir()
    slow = (
        f"def double(x):\n    import os, time\n    open({str(log)!r}, 'a').write('{{0}} ')\n"
        f"    while '{{0}}' == 'c' and not os.path.exists({str(go_on)!r}):\n        time.sleep(0.05)\n    return 2 * x"
    )
    for name in "abcd":
        nbformat.write(whole(slow.format(name)), handed / f"{name}.ipynb")
    arguments = ["grade", str(handed), "--exercise", "03", "--checks", str(checks), "--out", str(out)]
    script = tmp_path / "script.py"
    script.write_text(
        "import dlcourse.notebook.format, signal, test_classroom as t; from dlcourse import cli\n"
        # A shell that starts this run in the background has it ignore interrupts, and what it starts inherits that.
        "if __name__ == '__main__':\n    signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"    t.Scale.__init__ = t._scale\n    raise SystemExit(cli.run({arguments!r}))",
        encoding="utf-8",
    )
    process = subprocess.Popen(
        [sys.executable, str(script)], env={**os.environ, "PYTHONPATH": str(HERE)}, stderr=subprocess.PIPE, text=True
    )
    while not log.exists() or "c" not in log.read_text():
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    errors = process.communicate(timeout=60)[1]
    go_on.touch()
    assert process.returncode == 130
    assert "Traceback" not in errors
    rows = (out / "grades.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert [row.partition(",")[0] for row in rows] == ["a", "b"]
    assert points(grade(handed, checks, out)) == dict.fromkeys("abcd", 8)


def test_what_is_graded_is_not_graded_again_and_what_changed_is(handed, checks, tmp_path):
    grade(handed, checks, tmp_path / "out")
    again = grade(handed, checks, tmp_path / "out", Scale(sandbox=fake_sandbox.crash_always))
    assert points(again) == {"ada": 8, "bob": 4, "eve": 0, "mal": None}
    nbformat.write(notebook(answer("3.1", DOUBLE)), handed / "bob.ipynb")
    assert points(grade(handed, checks, tmp_path / "out"))["bob"] == 4


def test_the_commands_from_grades_to_forgetting(capfd, fake, handed, checks, tmp_path):
    out = tmp_path / "out"
    status, said, errors = run(capfd, "grade", handed, "--exercise", "03", "--checks", checks, "--out", out)
    assert status == 1
    assert max(map(len, said.splitlines()[:6])) <= 80
    assert "4 students: 2 ok, 1 not attempted, 1 unreadable." in said
    assert "not graded: mal: unreadable" in errors
    rows = (out / "grades.csv").read_text(encoding="utf-8").splitlines()
    assert rows[1] == "ada,,ok,ada.ipynb,4,4,8,8,0,0,8,"
    first = read_class(out)

    status, said, _ = run(capfd, "override", "bob", "3.1", "2.5", "--reason", "a fair try", "--out", out)
    assert status == 0
    assert points(read_class(out))["bob"] == 6.5
    status, _, _ = run(capfd, "regrade", "--out", out, "--student", "bob", "--question", "3.1")
    corrected = read_class(out)
    assert points(corrected)["bob"] == 6.5
    assert (corrected.overrides[0].was, corrected.overrides[0].reason) == (0, "a fair try")
    assert corrected.results[0] == first.results[0]

    status, _, _ = run(capfd, "forget", "bob", "--out", out)
    assert status == 0
    assert sorted(points(read_class(out))) == ["ada", "eve", "mal"]
    left = [path for path in out.rglob("*") if path.is_file() and b"bob" in path.read_bytes()]
    assert left == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("grade", "nowhere", "--exercise", "03"), "nowhere: no such file"),
        (("grade", "HANDED", "--exercise", "99"), "no exercise '99'"),
        (("grade", "HANDED", "--exercise", "03", "--deadline", "soon"), "a deadline is a date"),
        (("grade", "HANDED", "--exercise", "03", "--late-policy", "a lot"), "a late policy is"),
        (("grade", "HANDED", "--exercise", "03", "--roster", "nowhere.csv"), "cannot be read"),
        (("regrade", "--student", "ada"), "no gradebook in it"),
        (("forget", "ada"), "no gradebook in it"),
        (("override", "ada", "3.1", "2", "--reason", "x"), "no gradebook in it"),
    ],
)
def test_bad_input_is_one_line(capfd, handed, checks, tmp_path, arguments, told):
    arguments = [str(handed) if each == "HANDED" else each for each in arguments]
    own = ["--checks", checks.parent] if arguments[0] == "grade" else []
    status, out, errors = run(capfd, *arguments, *own, "--out", tmp_path / "out")
    assert (status, out) == (2, "")
    assert told in errors
    assert errors.count("\n") == 1


def test_a_file_that_is_no_gradebook_is_refused(tmp_path):
    (tmp_path / "gradebook.sqlite").write_text("no database at all, but text" * 50, encoding="utf-8")
    with pytest.raises(GradebookError, match="not a gradebook"):
        Gradebook(tmp_path)
    (tmp_path / "gradebook.sqlite").unlink()
    with Gradebook(tmp_path, make=True) as book:
        book.set("schema", 99)
    with pytest.raises(GradebookError, match="schema 1, got 99"):
        Gradebook(tmp_path)


def test_results_lie_in_the_database_the_moment_they_are_made(handed, checks, tmp_path):
    grade(handed, checks, tmp_path / "out")
    with sqlite3.connect(tmp_path / "out" / "gradebook.sqlite") as database:
        rows = database.execute("SELECT student, question, record FROM questions ORDER BY student, question").fetchall()
    assert [row[:2] for row in rows] == [(who, number) for who in ("ada", "bob", "eve") for number in ("3.1", "3.2")]
    assert json.loads(rows[0][2])["points"] == 4
    database.close()
