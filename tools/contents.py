"""`python -m tools.contents`: the README's table of chapters and the glossary, made from what is written."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from dlcourse.cli.list_command import measured_seconds
from dlcourse.curriculum import Chapter, chapters, lessons
from tools import source

README = source.ROOT / "README.md"
GLOSSARY = source.ROOT / "docs" / "glossary.md"
BEGIN, END = "<!-- made by `make render`: chapters -->", "<!-- end of what is made -->"
GLOSSARY_HEAD = """# Glossary

Made by `make render` from the lessons' lists of words.

| word | meaning | lesson |
|---|---|---|"""
_WORDS = re.compile(r"^## Words you met.*?$(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_ROW = re.compile(r"^\|\s*(?P<word>[^|]+?)\s*\|\s*(?P<meaning>.+?)\s*\|\s*$", re.MULTILINE)


def chapters_table() -> str:
    """The table of chapters as Markdown: lessons that are written are links, the others plain."""
    seconds = measured_seconds()
    rows = [_chapter_row(chapter, seconds) for chapter in chapters()]
    return "\n".join(["| | chapter | lessons (seconds to run) | exercise |", "|-:|---|---|---|", *rows])


def _chapter_row(chapter: Chapter, seconds: dict[str, float]) -> str:
    titles = []
    for lesson in chapter.lessons:
        file = source.NOTEBOOKS / f"{lesson.slug}.ipynb"
        took = f" ({seconds[lesson.slug]:.0f})" if lesson.slug in seconds else ""
        titles.append(f"[{lesson.title}](notebooks/{file.name}){took}" if file.exists() else lesson.title)
    exercise = source.STUDENTS / f"{chapter.slug}.ipynb"
    link = f"[exercise](exercises/{exercise.name})" if exercise.exists() else ""
    return f"| {chapter.number} | {chapter.title} | {'<br>'.join(titles)} | {link} |"


def readme_text(text: str) -> str:
    """The README with its table of chapters renewed.

    Raises:
        ValueError: If the two marks between which the table stands are not there once each.
    """
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise ValueError(f"the README must hold {BEGIN!r} and {END!r} once each")
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n{chapters_table()}\n{END}{rest.split(END)[1]}"


def glossary_text() -> str:
    """Every word that a lesson introduces, with its meaning there and the lesson, by alphabet."""
    rows = sorted({word.lower(): (word, meaning, where) for word, meaning, where in _words()}.items())
    body = "\n".join(f"| {word} | {meaning} | {where} |" for _, (word, meaning, where) in rows)
    return f"{GLOSSARY_HEAD}\n{body}\n"


def _words() -> Iterator[tuple[str, str, str]]:
    """Word, meaning and lesson, the last lesson first, so that the first that introduces a word wins."""
    for lesson in reversed(list(lessons())):
        path = source.LESSONS / f"{lesson.slug}.py"
        if path.exists():
            where = f"[{lesson.number}](../notebooks/{lesson.slug}.ipynb)"
            for word, meaning in words_in(path):
                yield word, meaning, where


def words_in(path: Path) -> list[tuple[str, str]]:
    """The rows of a lesson's table of words: word and meaning."""
    notebook = source.to_notebook(path.read_text(encoding="utf-8"))
    text = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    section = _WORDS.search(text)
    rows = _ROW.finditer(section.group(1)) if section else iter(())
    found = [(row["word"], row["meaning"]) for row in rows]
    return [(word, meaning) for word, meaning in found if word != "word" and not set(word) <= set("-: ")]


def main() -> int:
    """Renew the README's table and the glossary."""
    README.write_text(readme_text(README.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
    GLOSSARY.parent.mkdir(exist_ok=True)
    GLOSSARY.write_text(glossary_text(), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
