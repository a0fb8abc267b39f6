"""The pages about results: readable without more, escaped, telling why, and gone with the student."""

import html
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from dlcourse.checks.verdict import CaseResult
from dlcourse.grading.report import write_pages
from dlcourse.grading.report.pages import TIERS, index_page, student_page
from dlcourse.grading.results import ClassResult, Override, QuestionResult, SubmissionResult, file_stem

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}\u202e&"
CASES = (CaseResult("two rows", True, 1, 1), CaseResult("logits of 1000", False, 0, 2))


def question(number="3.2", status="wrong", points=1.0, **options):
    return QuestionResult(number, "A stable softmax", status, points, 3.0, cases=CASES, **options)


def result(student="ada", **options):
    known = {"status": "ok", "questions": (question(says=("`softmax` overflows",)),), "tier": "A", "name": "Ada L."}
    return SubmissionResult(student, **{"source": f"{student}.ipynb", **known, **options})


def room(*results):
    return ClassResult("03", "03_basic_concepts", "Basic concepts", results, {"keras": "3"}, "A", "2026-01-01", 3.0)


class Reader(HTMLParser):
    """Tags and their attributes; every tag that is opened is closed again."""

    VOID = ("meta", "br", "hr", "img", "input", "link")

    def __init__(self, text):
        super().__init__()
        self.tags, self.open = [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def words(text):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)))


def test_a_page_tells_what_was_right_what_was_wrong_and_why_and_the_tier():
    one = result(questions=(question("3.1", "right", 3.0), question(says=("`softmax` overflows",), carried=True)))
    told = words(student_page(room(one), one))
    for expected in ("4 of 3 points", "softmax overflows", "logits of 1000 ✗ wrong 0 of 2", "two rows ✓ right 1 of 1"):
        assert expected in told
    assert "graded with a right one in its place" in told
    assert 'hint("3.2")' in told
    assert 'hint("3.1")' not in told
    assert TIERS["A"] in told
    assert "not the isolation of a virtual machine" in told


def test_what_could_not_be_graded_is_never_shown_as_zero():
    one = result(status="unreadable", message="cut off at line 3", questions=())
    told = words(student_page(room(one), one))
    assert "No points yet" in told
    assert "cut off at line 3" in told
    assert "0 of 3" not in told
    assert "1 could not be graded" in words(index_page(room(one)))


def test_lateness_and_corrections_are_told_with_their_reasons():
    override = Override("ada", "3.2", 2.5, "the question was unclear", was=1.0)
    one = result(questions=(question().corrected(override),), late_seconds=90_000, penalty=0.2)
    told = words(student_page(room(one), one))
    assert "2 of 3 points" in told
    assert "1 d 1 h late: 20 % is taken off 2.5 points" in told
    assert "from 1 points: the question was unclear" in told
    assert "ada, 3.2: 1 → 2.5: the question was unclear" in words(index_page(room(one)))


@pytest.mark.parametrize("make", [student_page, lambda room, _: index_page(room)], ids=["student", "index"])
def test_hostile_text_is_shown_as_text(make):
    bad = question(says=(HOSTILE,), notes=(HOSTILE,)).corrected(Override(HOSTILE, "3.2", 1, HOSTILE))
    bad = replace(bad, title=HOSTILE, cases=(CaseResult(HOSTILE, True, 1, 1),))
    one = result(HOSTILE, name=HOSTILE, source=HOSTILE, status=HOSTILE, message=HOSTILE, notes=(HOSTILE,))
    one = replace(one, questions=(bad,), versions={HOSTILE: HOSTILE})
    text = make(replace(room(one), title=HOSTILE), one)
    read = Reader(text)
    assert not {tag for tag, _ in read.tags} & {"script", "img", "link", "iframe"}
    assert not any(name.startswith("on") for _, attributes in read.tags for name in attributes)
    assert "{{ 7*7 }}" in text
    assert "\u202e" not in text


def test_no_page_loads_anything_or_links_elsewhere():
    one = result()
    for text in (student_page(room(one), one), index_page(room(one))):
        assert not re.search(r"https?:|//|url\(|@import", text.replace("<!DOCTYPE html>", ""))
        assert "default-src 'none'" in text


def test_every_student_has_a_page_that_the_index_links_and_who_left_has_none(tmp_path):
    names = ["ada", "../../etc/passwd", "Ada"]
    write_pages(room(*(result(name) for name in names)), tmp_path)
    links = [attributes["href"] for tag, attributes in Reader((tmp_path / "index.html").read_text()).tags if tag == "a"]
    assert sorted(links) == sorted(f"pages/{path.name}" for path in (tmp_path / "pages").iterdir())
    assert len(links) == 3
    write_pages(room(result("ada")), tmp_path)
    assert [path.name for path in (tmp_path / "pages").iterdir()] == [f"{file_stem('ada')}.html"]
