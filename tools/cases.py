"""The tracked case file of an exercise: the public draw of its questions, as data, without any solution."""

from __future__ import annotations

import json

from dlcourse.checks.definition import PUBLIC_SEED, Definition
from dlcourse.checks.question import SCHEMA


def case_file_text(definition: Definition) -> str:
    """The text of the case file: the same bytes for the same definition."""
    questions = {each.id: each.question(PUBLIC_SEED).encoded() for each in definition.questions}
    record = {"schema": SCHEMA, "exercise": definition.slug, "questions": questions}
    return json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
