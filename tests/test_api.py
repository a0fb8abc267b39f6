"""The pages of docs/api: current, complete, and every example on them gives what it shows."""

import doctest
import importlib
import inspect
import re

import pytest

from tools import api

# Parts whose every name has an example.
WITH_EXAMPLES = (
    "scratch",
    "layers",
    "models",
    "losses",
    "optimizers",
    "schedules",
    "initializers",
    "metrics",
    "evaluation",
    "training",
)
NAMES = [f"{part}.{name}" for part in api.PARTS for name in api.public_names(part)]
PAGES = api.pages()


def named(name):
    part, own = name.split(".")
    return getattr(importlib.import_module(f"dlcourse.{part}"), own)


def examples_of(name):
    """The docstring's examples, in the names of the module where it stands."""
    each = named(name)
    module = importlib.import_module(each.__module__)
    return doctest.DocTestParser().get_doctest(inspect.getdoc(each), dict(vars(module)), name, None, None)


@pytest.mark.parametrize("page", PAGES)
def test_each_page_is_what_the_tool_makes(page):
    path = api.FOLDER / page
    assert path.exists(), "run `python -m tools.api`"
    assert path.read_text(encoding="utf-8") == PAGES[page], "run `python -m tools.api`"


def test_no_page_is_there_that_the_tool_does_not_make():
    assert {path.name for path in api.FOLDER.iterdir()} == set(PAGES)


def test_making_them_writes_each_and_takes_away_what_is_made_no_more(tmp_path, monkeypatch):
    (tmp_path / "old.md").write_text("A part that is gone.", encoding="utf-8")
    monkeypatch.setattr(api, "FOLDER", tmp_path)
    assert api.main() == 0
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == PAGES


@pytest.mark.parametrize("name", NAMES)
def test_every_exported_name_is_on_its_page_and_in_the_list_with_an_anchor_that_is_there(name):
    part, own = name.split(".")
    assert f"\n## {name}\n" in PAGES[f"{part}.md"]
    assert f"- [`{own}`]({part}.md#{name.lower().replace('.', '')}): " in PAGES["README.md"]


def test_no_page_holds_an_address_in_memory_or_a_docstring_s_own_headings():
    for page, text in PAGES.items():
        assert not re.search(r" at 0x|^ *(Args|Returns|Raises|Example):$", text, re.MULTILINE), page


@pytest.mark.parametrize("name", [name for name in NAMES if name.split(".")[0] in WITH_EXAMPLES])
def test_every_name_has_an_example_that_gives_what_it_shows(name):
    found = examples_of(name)
    assert found.examples, "the docstring has no example"
    report = []
    result = doctest.DocTestRunner(verbose=False).run(found, out=report.append)
    assert result.failed == 0, "".join(report)


@pytest.mark.parametrize("name", [name for name in NAMES if name.split(".")[0] not in WITH_EXAMPLES])
def test_an_example_where_there_is_one_gives_what_it_shows(name):
    if callable(named(name)):
        report = []
        assert doctest.DocTestRunner(verbose=False).run(examples_of(name), out=report.append).failed == 0, "".join(
            report
        )


def sample(first: int, *rest: float, scale: float = 1.0, **others: str) -> float:
    r"""One sentence.

    $$y = x^2$$

    More of it, with $a \, b$.

    Args:
        first: What comes
            first, $x$.
        **others: The rest.

    Returns:
        A number.

    Raises:
        ValueError: If not.

    Example:
        >>> 1 + 1
        2

    Afterwards.
    """
    return first * scale


def test_a_docstring_becomes_lists_and_code_with_its_equations_kept():
    assert api.markdown(inspect.getdoc(sample)) == (
        "One sentence.\n\n```math\ny = x^2\n```\n\nMore of it, with $`a \\, b`$.\n\n"
        "**Args**\n\n- `first`: What comes\n  first, $`x`$.\n- `**others`: The rest.\n\n"
        "**Returns**\n\nA number.\n\n**Raises**\n\n- `ValueError`: If not.\n\n"
        "**Example**\n\n```pycon\n>>> 1 + 1\n2\n```\n\nAfterwards."
    )


def test_a_signature_reads_as_it_is_written():
    text = "sample(first: int, *rest: float, scale: float = 1.0, **others: str) -> float"
    assert api.signature_text("sample", sample) == text


def test_a_long_signature_has_a_line_for_each_argument():
    def long(a_rather_long_name: int, *, another_rather_long_name: str = "with a rather long default", third: int = 1):
        """Nothing."""

    assert api.signature_text("long", long).splitlines() == [
        "long(",
        "    a_rather_long_name: int,",
        "    *,",
        "    another_rather_long_name: str = 'with a rather long default',",
        "    third: int = 1,",
        ")",
    ]


def test_only_methods_written_here_are_listed_and_those_of_keras_are_not():
    listed = [name for name, _ in api._methods(named("losses.PseudoHuber"))]
    assert listed == []
    assert {"backward", "zero_grad", "reshape"} <= {name for name, _ in api._methods(named("scratch.Tensor"))}
