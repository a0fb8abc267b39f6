"""The zip that Gradescope takes as an autograder: its set-up installs online, each submission is graded offline."""

from __future__ import annotations

import json
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

from dlcourse.grading.exercise import Exercise
from dlcourse.grading.export.autograder import SETTINGS
from dlcourse.grading.export.gradebooks import ExportError

VISIBILITIES = ("visible", "after_due_date", "after_published", "hidden")
SETUP = """#!/usr/bin/env bash
# Once, online: a Python that the course supports, bubblewrap for isolation, and the locked packages.
set -euo pipefail
apt-get update
apt-get install -y --no-install-recommends bubblewrap || echo "without bubblewrap there is less isolation"
for version in 3.13 3.12 3.11; do
    if apt-get install -y --no-install-recommends "python$version" "python$version-venv"; then break; fi
done
"python$version" -m venv /autograder/venv
/autograder/venv/bin/pip install --no-cache-dir -c /autograder/source/requirements.lock \\
    -r /autograder/source/requirements.txt
"""
RUN = """#!/usr/bin/env bash
# For each submission, offline. What lies in source/ is for the grader alone: student code runs in a sandbox.
set -euo pipefail
cd /autograder/source
exec /autograder/venv/bin/python -m dlcourse.grading.export.autograder /autograder
"""
_EXECUTABLE, _PLAIN = 0o100755, 0o100644


def write_autograder(
    root: Path, exercise: Exercise, path: Path, seed: str, visibility: str = "visible", require_tier: str = ""
) -> None:
    """Write the zip.

    Args:
        root: The course's repository.
        exercise: Whose checks, exercise and solution go into it.
        path: The zip.
        seed: Of the hidden inputs.
        visibility: When students see each question's result, one of `VISIBILITIES`.
        require_tier: The least isolation with which it grades; empty for any.

    Raises:
        ExportError: If a file that it needs is missing.
    """
    settings = {
        "exercise": exercise.slug,
        "seed": seed,
        "visibility": visibility,
        "require_tier": require_tier,
    }
    texts = {
        "setup.sh": SETUP,
        "run_autograder": RUN,
        "requirements.txt": _requirements(root),
        SETTINGS: json.dumps(settings, indent=1) + "\n",
    }
    partial = path.with_name(path.name + ".partial")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            _add(archive, name, text.encode(), _EXECUTABLE if name in ("setup.sh", "run_autograder") else _PLAIN)
        for file in _files(root, exercise):
            if not file.is_file():
                raise ExportError(f"{file}: is needed and missing")
            _add(archive, file.relative_to(root).as_posix(), file.read_bytes(), _PLAIN)
    partial.replace(path)


def _files(root: Path, exercise: Exercise) -> Iterator[Path]:
    yield root / "requirements.lock"
    yield root / "exercises" / f"{exercise.slug}.ipynb"
    yield root / "solutions" / f"{exercise.slug}.ipynb"
    yield exercise.path
    yield from sorted(exercise.path.with_suffix("").rglob("*.py"))
    for file in sorted((root / "dlcourse").rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts and "_course" not in file.parts:
            yield file


def _requirements(root: Path) -> str:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return "\n".join(project["dependencies"]) + "\n"


def _add(archive: zipfile.ZipFile, name: str, content: bytes, mode: int) -> None:
    member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    member.external_attr = mode << 16
    member.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(member, content)
