"""A verdict as text and as HTML: nothing that a learner's code says becomes markup."""

import dataclasses
import json
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcourse.checks.verdict import STATUSES, CaseResult, Verdict

CASES = (CaseResult("two rows", True, 2, 2), CaseResult("logits of 1000", False, 0, 3))
SAYS = ("logits of 1000: it gave `nan`", "another line")
EVIL = '<script>alert("x")</script> & `<img src=x onerror=y>`'


def verdict(status="wrong", says=SAYS, cases=CASES, **rest):
    return Verdict("3.2", "A stable softmax", status, says, cases, **rest)


class Reader(HTMLParser):
    """The tags, the text in them, and whether every tag is closed."""

    def __init__(self, markup):
        super().__init__()
        self.open, self.seen, self.text = [], [], ""
        self.feed(markup)

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.seen.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_points_are_counted_from_the_cases():
    assert (verdict().points, verdict().possible) == (2, 5)


def test_a_wrong_answer_in_text():
    assert repr(verdict()).splitlines() == [
        "✗ 3.2 A stable softmax: wrong, 2 of 5 points",
        "  logits of 1000: it gave `nan`",
        "  another line",
        "  Right so far: two rows.",
        '  Stuck? `hint("3.2")` helps.',
    ]


def test_nothing_right_yet_in_text():
    assert "No case is right yet." in repr(verdict(cases=CASES[1:]))


def test_a_right_answer_in_text():
    assert repr(verdict("right", (), CASES[:1])) == "✓ 3.2 A stable softmax: right, 2 of 2 points"


def test_no_attempt_in_text():
    told = 'Write your answer above, run its cell, then this one. `hint("3.2")` helps.'
    assert repr(verdict("not attempted", (), CASES[1:])).splitlines() == [
        "○ 3.2 A stable softmax: not attempted, 0 of 3 points",
        f"  {told}",
    ]
    assert verdict("not attempted", ("As given.",)).lines == ("As given.", told)


@pytest.mark.parametrize("status", STATUSES)
def test_a_note_comes_last(status):
    assert verdict(status, note="(progress is not kept)").lines[-1] == "(progress is not kept)"


@pytest.mark.parametrize("status", STATUSES)
def test_html_says_what_text_says(status):
    reader = Reader(verdict(status)._repr_html_())
    for line in (verdict(status).headline, *verdict(status).lines):
        assert line.replace("`", "") in reader.text


def test_each_status_has_a_sign_and_a_colour_of_its_own():
    assert len({repr(verdict(status))[0] for status in STATUSES}) == len(STATUSES)
    assert len({verdict(status)._repr_html_().split(";")[0] for status in STATUSES}) == len(STATUSES)


def test_words_in_backquotes_are_set_as_code():
    assert "it gave <code>nan</code>" in verdict()._repr_html_()


@pytest.mark.parametrize("place", ["says", "note", "title", "case"])
def test_what_a_learners_code_says_is_no_markup(place):
    made = {
        "says": verdict(says=(EVIL,)),
        "note": verdict(note=EVIL),
        "title": dataclasses.replace(verdict(), title=EVIL),
        "case": verdict(cases=(CaseResult(EVIL, True, 1, 1),)),
    }[place]
    reader = Reader(made._repr_html_())
    assert set(reader.seen) <= {"div", "strong", "code"}
    assert '<script>alert("x")</script>' in reader.text


@given(st.text(), st.text(), st.sampled_from(STATUSES))
def test_any_text_gives_html_with_balanced_tags_of_ours_alone(text, name, status):
    reader = Reader(verdict(status, (text,), (CaseResult(name, True, 1, 1),), note=text)._repr_html_())
    assert reader.open == []
    assert set(reader.seen) <= {"div", "strong", "code"}


@pytest.mark.parametrize("status", STATUSES)
def test_a_verdict_written_as_json_and_read_is_the_same(status):
    made = verdict(status, note="n")
    assert Verdict.from_record(json.loads(json.dumps(dataclasses.asdict(made)))) == made
