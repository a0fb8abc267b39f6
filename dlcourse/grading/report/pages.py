"""A page for each student, to hand out, and an index of the class, for the instructor alone.

A page says what was right, what was wrong and why, points per case, what was coped with, and under which isolation the
code ran. It is made of the records alone, so it can show neither a hidden input nor an expected value.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from urllib.parse import quote

from dlcourse.grading.report.templating import page, write_page
from dlcourse.grading.results import ClassResult, SubmissionResult, file_stem

PAGES = "pages"
INDEX = "index.html"
TIERS = {
    "A": "in namespaces of its own (bubblewrap): no network, no files but its own, a filter of system calls, limits",
    "B": "under Landlock: files of its own alone, a filter of system calls, limits; it shares the machine's processes",
    "C": "under limits of time, memory and processes alone: it is not isolated from the machine's files and network",
}
KERNEL = "It shares the machine's kernel, so this is not the isolation of a virtual machine."


def write_pages(result: ClassResult, folder: Path) -> None:
    """Write `index.html` and `pages/STUDENT.html`, and remove pages of students who are no longer in the class.

    Args:
        result: What grading gave.
        folder: The folder of results.
    """
    names = {each.student: f"{file_stem(each.student)}.html" for each in result.results}
    for each in result.results:
        write_page(folder / PAGES / names[each.student], student_page(result, each))
    for stale in (folder / PAGES).glob("*.html"):
        if stale.name not in names.values():
            stale.unlink()
    write_page(folder / INDEX, index_page(result))


def student_page(result: ClassResult, each: SubmissionResult) -> str:
    """The page of one student."""
    return page("student.html", room=result, result=each, isolation=isolation(each.tier))


def index_page(result: ClassResult) -> str:
    """The page of the class: who has what, with links to the pages, and how each question went."""
    links = {each.student: f"{PAGES}/{quote(file_stem(each.student))}.html" for each in result.results}
    numbers = list(dict.fromkeys(each.question for one in result.results for each in one.questions))
    counts = Counter(each.status.partition(" at ")[0] for each in result.results)
    return page(
        "index.html",
        room=result,
        links=links,
        answers={each.student: {one.question: one for one in each.questions} for each in result.results},
        numbers=numbers,
        counts=counts.most_common(),
        questions=_by_question(result, numbers),
        isolation=isolation(result.tier),
        mean=_mean(result),
    )


def isolation(tier: str) -> str:
    """In words what a tier of isolation gives, and what none gives.

    >>> isolation("")
    'No code was run.'
    """
    return f"Tier {tier}: the code ran {TIERS[tier]}. {KERNEL}" if tier in TIERS else "No code was run."


def _by_question(result: ClassResult, numbers: list[str]) -> list[dict[str, object]]:
    rows = []
    for number in numbers:
        own = [each for one in result.results for each in one.questions if each.question == number]
        counts = Counter(each.status for each in own)
        earned = [each.points for each in own if each.points is not None]
        mean = sum(earned) / len(earned) if earned else None
        rows.append({"number": number, "title": own[0].title, "possible": own[0].possible, "mean": mean, "of": counts})
    return rows


def _mean(result: ClassResult) -> float | None:
    final = [each.final for each in result.results if each.final is not None]
    return sum(final) / len(final) if final else None
