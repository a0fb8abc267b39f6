"""How pages are made: every value is escaped, nothing is loaded from elsewhere, and no page runs a script."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from dlcourse.checks.verdict import inline

TEMPLATES = Path(__file__).resolve().parent / "templates"
SIGNS = {"right": "✓", "ok": "✓", "wrong": "✗", "not attempted": "○"}


@cache
def environment() -> Environment:
    """Templates of this package, with escaping on and a missing name as an error."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalized,
    )
    made.filters.update(prose=prose, points=points, sign=sign, lateness=lateness)
    return made


def page(template: str, **values: Any) -> str:
    """A page's text."""
    return environment().get_template(template).render(**values)


def write_page(path: Path, text: str) -> None:
    """Write a page whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.write_text(text, encoding="utf-8", errors="replace", newline="\n")
    partial.replace(path)


def visible(text: str) -> str:
    r"""Text without signs that hide or turn other text around.

    >>> ascii(visible("gpj.\u202eexe\x1b[2J"))
    "'gpj.\\ufffdexe\\ufffd[2J'"
    """
    return "".join("\ufffd" if _hides(letter) else letter for letter in text)


def prose(text: str) -> Markup:
    """A sentence, escaped, with `code` in backquotes.

    >>> prose("`x` <b>")
    Markup('<code>x</code> &lt;b&gt;')
    """
    return Markup(inline(visible(text)))


def points(value: float | None) -> str:
    """Points as people write them; a dash where there are none.

    >>> points(2.0), points(2.25), points(None)
    ('2', '2.25', '–')
    """
    return "–" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")


def sign(status: str) -> str:
    """A sign that tells a status without its colour."""
    return SIGNS.get(status, "!")


def lateness(seconds: float) -> str:
    """How late, in the largest units.

    >>> lateness(90_000), lateness(600)
    ('1 d 1 h', '10 min')
    """
    days, hours, minutes = int(seconds // 86_400), int(seconds % 86_400 // 3600), int(seconds % 3600 // 60)
    parts = [f"{number} {unit}" for number, unit in ((days, "d"), (hours, "h"), (minutes, "min")) if number]
    return " ".join(parts[:2]) or "under a minute"


def _finalized(value: Any) -> Any:
    """What a template shows of a value: plain text without hiding signs; markup, which is made here alone, as it is."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _hides(letter: str) -> bool:
    return letter not in "\n\t" and unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co")
