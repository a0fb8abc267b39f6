"""`python -m tools.measure [LESSON ...]`: run lessons from a cold start and keep their seconds in one file."""

from __future__ import annotations

import sys

from dlcourse.cli.console import chosen
from dlcourse.cli.list_command import measured_seconds
from dlcourse.cli.run_command import run_lessons
from tools.source import ROOT

TARGET = ROOT / "dlcourse" / "seconds.toml"
HEAD = "# Seconds that each lesson takes from a cold start on two processors: made by `python -m tools.measure`.\n"


def seconds_text(seconds: dict[str, float]) -> str:
    """The text of the file that keeps the seconds."""
    rows = "".join(f'"{slug}" = {seconds[slug]:.0f}\n' for slug in sorted(seconds))
    return f"{HEAD}[lessons]\n{rows}"


def main(names: list[str]) -> int:
    """Measure the lessons of these names, all without any; exit status 1 if one failed."""
    files = {lesson.slug: file for lesson, file in chosen(tuple(names)).items()}
    results = run_lessons(files, "quick", 600)
    good = {result.slug: result.seconds for result in results if not result.failure}
    TARGET.write_text(seconds_text({**measured_seconds(), **good}), encoding="utf-8")
    for result in results:
        print(f"{result.slug}: {result.failure or f'{result.seconds:.0f} s'}")
    return int(len(good) < len(results))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
