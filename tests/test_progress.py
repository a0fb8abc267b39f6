"""A learner's progress: what was reached stays, and no file of theirs is ever lost."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dlcourse.progress import ProgressError, Standing, progress_file, record, standings

KNOWN = {"3.2": {"status": "right", "points": 5, "possible": 5, "attempts": 2}}
UNREADABLE = [
    "",
    "{",
    "null",
    "[1, 2]",
    '{"questions": 3}',
    '{"questions": {"3.2": 3}}',
    '{"questions": {"3.2": {"mood": "good"}}}',
    '{"questions": {"3.2": {"points": "many"}}}',
    '{"questions": {"3.2": {"status": 1}}}',
    "[" * 100_000,
]


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setenv("DLCOURSE_PROGRESS", str(tmp_path / "deep" / "progress.json"))
    return tmp_path / "deep" / "progress.json"


def write(file, text):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


@pytest.mark.usefixtures("file")
def test_who_has_done_nothing_has_no_standing():
    assert standings() == {}


def test_it_lies_where_the_variable_says_else_in_the_users_data_folder(file, monkeypatch):
    assert progress_file() == file
    monkeypatch.setenv("DLCOURSE_PROGRESS", "~/mine.json")
    assert progress_file().name == "mine.json"
    assert "~" not in str(progress_file())
    monkeypatch.delenv("DLCOURSE_PROGRESS")
    assert progress_file().parts[-2:] == ("dlcourse", "progress.json")


@pytest.mark.usefixtures("file")
def test_a_check_is_noted_and_found_again():
    noted = record("3.2", "wrong", 2, 5)
    assert noted == Standing("wrong", 2, 5, attempts=1)
    assert standings() == {"3.2": noted}


@pytest.mark.usefixtures("file")
@pytest.mark.parametrize(
    ("checks", "standing"),
    [
        ([("not attempted", 0)], Standing("not attempted", 0, 5, 0)),
        ([("not attempted", 0), ("wrong", 0)], Standing("wrong", 0, 5, 1)),
        ([("wrong", 3), ("wrong", 1)], Standing("wrong", 3, 5, 2)),
        ([("wrong", 1), ("wrong", 3)], Standing("wrong", 3, 5, 2)),
        ([("wrong", 1), ("not attempted", 0)], Standing("wrong", 1, 5, 1)),
        ([("wrong", 4), ("right", 5)], Standing("right", 5, 5, 2)),
        ([("right", 5), ("wrong", 4)], Standing("right", 5, 5, 2)),
        ([("right", 5), ("not attempted", 0)], Standing("right", 5, 5, 1)),
        ([("right", 5), ("right", 5)], Standing("right", 5, 5, 2)),
    ],
)
def test_the_best_stays_and_attempts_are_counted(checks, standing):
    for status, points in checks:
        record("3.2", status, points, 5)
    assert standings()["3.2"] == standing


@pytest.mark.usefixtures("file")
def test_right_stays_right_when_the_question_has_grown():
    record("3.2", "right", 5, 5)
    assert record("3.2", "wrong", 6, 8) == Standing("right", 5, 5, 2)
    assert record("3.2", "right", 8, 8) == Standing("right", 8, 8, 3)


@pytest.mark.usefixtures("file")
def test_one_question_leaves_the_others_alone():
    record("3.2", "right", 5, 5)
    record("3.1", "wrong", 1, 4)
    assert standings()["3.2"] == Standing("right", 5, 5, 1)


def test_the_file_holds_no_name_no_answer_and_no_time(file):
    record("3.2", "right", 5, 5)
    assert json.loads(file.read_text(encoding="utf-8")) == {
        "schema": 1,
        "questions": {"3.2": {**KNOWN["3.2"], "attempts": 1}},
    }
    assert [path.name for path in file.parent.iterdir()] == ["progress.json"]


@pytest.mark.parametrize("text", UNREADABLE, ids=lambda text: text[:40])
def test_a_file_that_cannot_be_understood_is_set_aside_not_written_over(file, text):
    write(file, text)
    assert standings() == {}
    record("3.2", "wrong", 2, 5)
    assert standings() == {"3.2": Standing("wrong", 2, 5, 1)}
    assert file.with_name("progress.unreadable.json").read_text(encoding="utf-8") == text


def test_a_file_that_is_no_text_is_set_aside(file):
    write(file, "")
    file.write_bytes(b"\xff\xfe\x00")
    record("3.2", "wrong", 2, 5)
    assert file.with_name("progress.unreadable.json").read_bytes() == b"\xff\xfe\x00"


def test_a_file_that_is_understood_is_not_set_aside(file):
    write(file, json.dumps({"schema": 1, "questions": KNOWN}))
    record("3.1", "wrong", 2, 5)
    assert set(standings()) == {"3.1", "3.2"}
    assert not file.with_name("progress.unreadable.json").exists()


def test_a_place_that_cannot_be_written_is_said(tmp_path, monkeypatch):
    write(tmp_path / "file", "mine")
    monkeypatch.setenv("DLCOURSE_PROGRESS", str(tmp_path / "file" / "progress.json"))
    with pytest.raises(ProgressError, match=r"progress is not kept: .*progress.json: "):
        record("3.2", "wrong", 2, 5)
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"


def test_a_folder_in_its_place_is_said_and_nothing_is_left_behind(file):
    file.mkdir(parents=True)
    with pytest.raises(ProgressError):
        record("3.2", "wrong", 2, 5)
    assert list(file.parent.iterdir()) == [file]


def test_a_new_file_that_cannot_take_the_old_ones_place_is_removed(file, monkeypatch):
    write(file, json.dumps({"schema": 1, "questions": KNOWN}))

    def refuse(self, target):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.replace", refuse)
    with pytest.raises(ProgressError, match="Permission denied"):
        record("3.1", "wrong", 2, 5)
    assert list(file.parent.iterdir()) == [file]
    assert set(standings()) == {"3.2"}


checks = st.lists(
    st.tuples(st.sampled_from(["3.1", "3.2"]), st.sampled_from(["not attempted", "wrong", "right"]), st.integers(0, 4))
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(checks)
def test_whatever_the_order_nothing_reached_is_lost(tmp_path, monkeypatch, checks):
    monkeypatch.setenv("DLCOURSE_PROGRESS", str(tmp_path / "p.json"))
    (tmp_path / "p.json").unlink(missing_ok=True)
    for number, status, points in checks:
        record(number, status, {"not attempted": 0, "right": 5}.get(status, points), 5)
    for number, standing in standings().items():
        mine = [(status, points) for question, status, points in checks if question == number]
        assert standing.attempts == sum(status != "not attempted" for status, _ in mine)
        assert (standing.status == "right") == any(status == "right" for status, _ in mine)
        assert standing.points >= max(
            5 if status == "right" else points * (status == "wrong") for status, points in mine
        )
