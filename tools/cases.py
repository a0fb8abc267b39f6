"""The tracked case file of an exercise: the public draw of its questions, as data, without any solution."""

from __future__ import annotations

import json
import math
from typing import Any

from dlcourse.checks.definition import PUBLIC_SEED, Definition
from dlcourse.checks.question import SCHEMA


def case_file_text(definition: Definition) -> str:
    """The text of the case file: a line for each case and each mistake."""
    questions = {each.id: each.question(PUBLIC_SEED).encoded() for each in definition.questions}
    record = {"schema": SCHEMA, "exercise": definition.slug, "questions": questions}
    return _text(record, depth=4) + "\n"


def same_cases(one: str, other: str) -> bool:
    """Whether two case files say the same: numbers to nine digits, since processors differ in the last ones."""
    return _same(json.loads(one), json.loads(other))


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(_same(a, b) for a, b in zip(one, other, strict=True))
    return bool(one == other)


def _text(value: Any, depth: int) -> str:
    """JSON whose outer `depth` levels have a line for each of their parts."""
    if depth and value and isinstance(value, dict):
        parts = [f"{json.dumps(key)}: {_text(each, depth - 1)}" for key, each in value.items()]
        return "{\n" + ",\n".join(parts) + "}"
    if depth and value and isinstance(value, list):
        return "[\n" + ",\n".join(_text(each, depth - 1) for each in value) + "]"
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
