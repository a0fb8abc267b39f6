"""The course's table of contents, read from `curriculum.toml`: chapters, their lessons, the lessons' concepts.

The command line, the tests, the README's table and a learner's progress all read it here, and nowhere else.
"""

from __future__ import annotations

import difflib
import functools
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True)
class Concept:
    """One titled section of a lesson, and the public names that it uses and this package supplies."""

    id: str
    title: str
    show: str
    api: tuple[str, ...] = ()
    fact: str = ""


@dataclass(frozen=True)
class Lesson:
    """One notebook: `slug` is its file's name without the ending, `number` the part before its first word."""

    slug: str
    title: str
    concepts: tuple[Concept, ...]

    @property
    def number(self) -> str:
        """`"03_2"` of `"03_2_activation_functions"`, `"05"` of a chapter's only lesson."""
        return "_".join(part for part in self.slug.split("_") if part.isdigit())


@dataclass(frozen=True)
class Chapter:
    """A chapter; its slug names its exercise."""

    number: int
    slug: str
    title: str
    lessons: tuple[Lesson, ...]


class UnknownLessonError(ValueError):
    """No lesson, or more than one, goes by the name given."""


@functools.cache
def chapters() -> tuple[Chapter, ...]:
    """All chapters in order."""
    text = resources.files("dlcourse").joinpath("curriculum.toml").read_text(encoding="utf-8")
    return tuple(_chapter(table) for table in tomllib.loads(text)["chapter"])


def lessons() -> Iterator[Lesson]:
    """All lessons in order."""
    for chapter in chapters():
        yield from chapter.lessons


def chapter_of(question: str) -> Chapter:
    """The chapter of a question's number: `"3.2"` belongs to chapter 3.

    Raises:
        ValueError: If the number is not of that form or there is no such chapter.
    """
    number, dot, part = str(question).partition(".")
    found = [chapter for chapter in chapters() if dot and part.isdigit() and number == str(chapter.number)]
    if not found:
        raise ValueError(
            f"a question's number is CHAPTER.QUESTION with a chapter from 1 to {len(chapters())}, such as '3.2'; "
            f"got {question!r}"
        )
    return found[0]


def find_lesson(name: str) -> Lesson:
    """The lesson that a person means by its slug, its number (`"03_2"`) or any beginning of the slug that is unique.

    Raises:
        UnknownLessonError: If none fits, with the nearest names, or several do, with all of them.
    """
    wanted = name.removesuffix(".ipynb")
    exact = [lesson for lesson in lessons() if wanted in (lesson.slug, lesson.number)]
    found = exact or [lesson for lesson in lessons() if wanted and lesson.slug.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    if found:
        raise UnknownLessonError(f"{name!r} could be any of: {', '.join(lesson.slug for lesson in found)}")
    slugs = [lesson.slug for lesson in lessons()]
    near = difflib.get_close_matches(wanted, slugs, n=3, cutoff=0.4)
    told = f"nearest: {', '.join(near)}" if near else f"lessons go from {slugs[0]} to {slugs[-1]}"
    raise UnknownLessonError(f"no lesson {name!r}; {told} (`dlcourse list` shows all)")


def _chapter(table: dict) -> Chapter:
    return Chapter(table["number"], table["slug"], table["title"], tuple(_lesson(each) for each in table["lesson"]))


def _lesson(table: dict) -> Lesson:
    return Lesson(table["slug"], table["title"], tuple(_concept(each) for each in table["concept"]))


def _concept(table: dict) -> Concept:
    return Concept(table["id"], table["title"], table["show"], tuple(table.get("api", ())), table.get("fact", ""))
