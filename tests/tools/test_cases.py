import json

import pytest

from tools.cases import same_cases

RECORD = {"schema": 1, "values": [0.1, "nan", 3], "digests": ["ab"]}


def changed(**changes):
    return json.dumps({**RECORD, **changes})


def test_a_case_file_says_the_same_as_itself_and_as_one_that_differs_in_the_last_digit():
    assert same_cases(changed(), changed())
    assert same_cases(changed(), changed(values=[0.1 + 1e-12, "nan", 3]))


@pytest.mark.parametrize(
    "changes",
    [
        {"values": [0.1001, "nan", 3]},
        {"values": [0.1, "inf", 3]},
        {"values": [0.1, "nan", 4]},
        {"values": [0.1, "nan", 3.0]},
        {"values": [0.1, "nan"]},
        {"digests": ["cd"]},
        {"more": 1},
    ],
)
def test_a_case_file_that_says_something_else_is_told_apart(changes):
    assert not same_cases(changed(), changed(**changes))
