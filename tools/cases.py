"""The tracked case file of an exercise: the public draw of its questions, as data, without any solution."""

from __future__ import annotations

import json
from typing import Any

from dlcourse.checks.definition import PUBLIC_SEED, Definition
from dlcourse.checks.question import SCHEMA


def case_file_text(definition: Definition) -> str:
    """The text of the case file: the same bytes for the same definition, a line for each case and each mistake."""
    questions = {each.id: each.question(PUBLIC_SEED).encoded() for each in definition.questions}
    record = {"schema": SCHEMA, "exercise": definition.slug, "questions": questions}
    return _text(record, depth=4) + "\n"


def _text(value: Any, depth: int) -> str:
    """JSON whose outer `depth` levels have a line for each of their parts."""
    if depth and value and isinstance(value, dict):
        parts = [f"{json.dumps(key)}: {_text(each, depth - 1)}" for key, each in value.items()]
        return "{\n" + ",\n".join(parts) + "}"
    if depth and value and isinstance(value, list):
        return "[\n" + ",\n".join(_text(each, depth - 1) for each in value) + "]"
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
