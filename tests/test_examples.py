"""Examples in docstrings that docs/api does not show give what they show; `test_api.py` runs those that it shows."""

import doctest
import importlib
from pathlib import Path

import pytest

import dlcourse
from tools import api

ROOT = Path(dlcourse.__file__).parent


def public_docstrings():
    """Where the docstrings stand that docs/api shows, as `module.name`."""
    parts = [
        (importlib.import_module(f"dlcourse.{part}"), name) for part in api.PARTS for name in api.public_names(part)
    ]
    each = [getattr(module, name) for module, name in parts]
    return {f"{one.__module__}.{one.__qualname__}" for one in each if hasattr(one, "__qualname__")}


def examples_elsewhere():
    """The examples of each docstring that is not among them, found in every file that has some."""
    shown = public_docstrings()
    for path in sorted(ROOT.rglob("*.py")):
        if ">>>" in path.read_text(encoding="utf-8"):
            module = ".".join(("dlcourse", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")
            found = doctest.DocTestFinder(exclude_empty=True).find(importlib.import_module(module))
            yield from (each for each in found if each.examples and each.name not in shown)


@pytest.mark.parametrize("example", list(examples_elsewhere()), ids=lambda each: each.name.removeprefix("dlcourse."))
def test_an_example_gives_what_it_shows(example):
    report = []
    result = doctest.DocTestRunner(verbose=False).run(example, out=report.append)
    assert result.failed == 0, "".join(report)
