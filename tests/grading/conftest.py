"""The small exercise as files, and loaded."""

import nbformat
import pytest
from small_exercise import CHECKS, SOLUTIONS, STUBS, whole

from dlcourse.grading.exercise import load_exercise


@pytest.fixture(scope="session")
def checks(tmp_path_factory):
    """The file of checks, with the exercise and its solution beside it."""
    folder = tmp_path_factory.mktemp("course")
    (folder / "03_small.py").write_text(CHECKS, encoding="utf-8")
    for kind, sources in (("exercises", STUBS), ("solutions", SOLUTIONS)):
        (folder / kind).mkdir()
        nbformat.write(whole(*sources.values()), folder / kind / "03_small.ipynb")
    return folder / "03_small.py"


@pytest.fixture(scope="session")
def exercise(checks):
    return load_exercise("03", checks)
