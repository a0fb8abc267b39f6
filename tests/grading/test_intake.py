"""What each system hands out, who it belongs to and when it came; what is unsafe is refused; rosters and lateness."""

import stat
import zipfile
from datetime import UTC, datetime, timedelta

import pytest

from dlcourse.grading.intake import IntakeError, handed_in
from dlcourse.grading.late import late_policy
from dlcourse.grading.roster import RosterError, read_roster

BOOK = '{"cells": []}'


def zipped(tmp_path, *names, content=BOOK):
    path = tmp_path / "handed.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("name", "keys", "late", "attempt"),
    [
        ("ada.ipynb", ("ada",), False, 0),
        ("ada/hw.ipynb", ("ada",), False, 0),
        ("lovelaceada_77_1001_hw.ipynb", ("lovelaceada", "77"), False, 1001),
        ("lovelaceada_LATE_77_1001_my_hw-1.ipynb", ("lovelaceada", "77"), True, 1001),
        ("Ada Lovelace_55_assignsubmission_file_/hw.ipynb", ("Ada Lovelace", "55", "Participant 55"), False, 0),
        ("Ada Lovelace_55_assignsubmission_file/a/hw.ipynb", ("Ada Lovelace", "55", "Participant 55"), False, 0),
    ],
)
def test_each_system_names_its_students(tmp_path, name, keys, late, attempt):
    (found,) = handed_in(zipped(tmp_path, name, "__MACOSX/x.ipynb", ".ipynb_checkpoints/y.ipynb", "notes.txt"))
    assert (found.keys, found.late, found.attempt, found.problem) == (keys, late, attempt, "")
    assert found.content == BOOK.encode()


def test_gradescope_tells_in_its_metadata(tmp_path):
    path = tmp_path / "export.zip"
    about = (
        "submission_12:\n  :submitters:\n  - :name: Ada Lovelace\n    :sid: s1\n    :email: ada@x.org\n"
        "  :created_at: 2026-03-01 10:00:00.000000000 Z\n"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("assignment_5_export/submission_12/hw.ipynb", BOOK)
        archive.writestr("assignment_5_export/submission_metadata.yml", about)
    (found,) = handed_in(path)
    assert found.keys == ("s1", "ada@x.org", "Ada Lovelace")
    assert (found.submitted, found.attempt) == (datetime(2026, 3, 1, 10, tzinfo=UTC), 12)


def test_a_folder_a_student_is_read_as_a_zip_is(tmp_path):
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "hw.ipynb").write_text(BOOK, encoding="utf-8")
    (tmp_path / "link.ipynb").symlink_to(tmp_path / "ada" / "hw.ipynb")
    assert [each.keys for each in handed_in(tmp_path)] == [("ada",)]


@pytest.mark.parametrize("name", ["../x.ipynb", "/etc/x.ipynb", "a/../../x.ipynb", "C:/x.ipynb", "..\\x.ipynb"])
def test_a_path_that_leads_outside_is_refused(tmp_path, name):
    with pytest.raises(IntakeError, match="leads outside"):
        handed_in(zipped(tmp_path, name))


def test_a_link_in_a_zip_is_refused(tmp_path):
    link = zipfile.ZipInfo("ada.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(IntakeError, match="link"):
        handed_in(zipped(tmp_path, link, content="/etc/passwd"))


def test_what_is_too_large_costs_its_owner_alone(tmp_path, monkeypatch):
    monkeypatch.setattr("dlcourse.grading.intake.LARGEST", 10)
    (found,) = handed_in(zipped(tmp_path, "ada.ipynb"))
    assert "at most 10 are read" in found.problem
    assert found.content == b""


def test_what_holds_no_notebook_is_refused(tmp_path):
    with pytest.raises(IntakeError, match="no notebook"):
        handed_in(zipped(tmp_path, "a.txt"))
    (tmp_path / "bad.zip").write_text("no zip", encoding="utf-8")
    with pytest.raises(IntakeError, match="not a zip"):
        handed_in(tmp_path / "bad.zip")
    with pytest.raises(IntakeError, match="no such file"):
        handed_in(tmp_path / "nowhere")


ROSTERS = {
    "own": "student,name,email\ns1,Ada Lovelace,ada@x.org\ns2,Bob Bit,bob@x.org\n",
    "canvas": 'Student,ID,SIS User ID,SIS Login ID,Section\n"Lovelace, Ada",77,900,s1,A\n"Bit, Bob",78,901,s2,A\n',
    "moodle": "Identifier,Full name,ID number,Email address\nParticipant 55,Ada Lovelace,s1,ada@x.org\n",
    "gradescope": "Name,SID,Email\nAda Lovelace,s1,ada@x.org\n",
}
CALLED = {
    "own": ["s1", "ADA", "Lovelace Ada", "lovelaceada"],
    "canvas": ["77", "lovelaceada", "s1"],
    "moodle": ["Participant 55", "Ada Lovelace"],
    "gradescope": ["s1", "ada@x.org"],
}


@pytest.mark.parametrize("system", ROSTERS)
def test_a_roster_knows_each_systems_names(tmp_path, system):
    path = tmp_path / "roster.csv"
    path.write_text(ROSTERS[system], encoding="utf-8")
    roster = read_roster(path)
    assert {roster.find([key]).id for key in CALLED[system]} == {"s1"}
    assert roster.students[0].name in ("Ada Lovelace", "Lovelace, Ada")
    assert roster.find(["nobody"]) is None


def test_a_name_that_two_have_tells_nothing(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_text("student,name\ns1,Ann Lee\ns2,Ann Lee\n", encoding="utf-8")
    assert read_roster(path).find(["annlee"]) is None
    assert read_roster(path).find(["annlee", "s2"]).id == "s2"


@pytest.mark.parametrize(
    ("text", "told"),
    [("a,b\n1,2\n", "needs a column"), ("student\nx\nx\n", "stands in two rows"), ("", "needs a column")],
)
def test_a_file_that_is_no_roster_is_refused(tmp_path, text, told):
    path = tmp_path / "roster.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RosterError, match=told):
        read_roster(path)


def test_lateness_is_counted_in_units_that_have_begun():
    policy = late_policy("10%/day,grace=15min,max=25%", "2026-03-01T00:00+00:00")
    at = policy.deadline
    late = [policy.seconds_late(at + timedelta(minutes=minutes)) for minutes in (-5, 10, 16, 1500, 9999)]
    assert [policy.penalty(seconds) for seconds in late] == [0, 0, 0.1, 0.2, 0.25]
    assert late_policy("zero", None).penalty(policy.seconds_late(None, marked=True)) == 1
    assert late_policy("none", None).penalty(1e6) == 0
