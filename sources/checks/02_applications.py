"""The checks of exercise 2, one file a question."""

from pathlib import Path

from dlcourse.checks.definition import questions_in

QUESTIONS = questions_in(Path(__file__).with_suffix(""))
