"""The hostile suite against each tier; and that the trial itself would notice a success."""

import pytest

from dlcourse.grading.attacks import ATTACKS, Attack, run_attack


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: f"{attack.kind}: {attack.name}")
def test_an_attack_gains_reads_leaves_and_harms_nothing(attack, sandbox):
    if sandbox.tier not in attack.tiers:
        pytest.skip("this attack is for another tier")
    assert run_attack(attack, sandbox) == []


def test_names_are_unique_and_there_are_many():
    assert len({(each.kind, each.name) for each in ATTACKS}) == len(ATTACKS) > 100


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import numpy as np\ndef relu(x): return np.maximum(x, 0)", "it gained 3 of 3 points"),
        ("attempt('done', len, 'x')", "it got ['done']"),
        ("undefined", "the attack itself is broken: it raised NameError: name 'undefined' is not defined"),
        ("def softmax(x): return x", "the honest part got 0 of 3 points"),
        ("import os; os._exit(0)", "it should have ended as 'timeout', got 'crashed'"),
    ],
)
def test_what_does_not_hold_is_told(source, said, sandbox):
    ends = "timeout" if "_exit" in source else ""
    failures = run_attack(Attack("a control", "control", (source,), ends=ends), sandbox)
    assert len(failures) == 1
    assert failures[0].startswith(said)


def test_an_attack_on_an_unknown_question_is_refused():
    with pytest.raises(ValueError, match="asks must be relu or train, got 'tanh'"):
        Attack("", "", (), asks="tanh")
