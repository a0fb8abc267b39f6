"""The command that attacks the sandbox: a row for each kind, exit status by what held; the tier in the doctor."""

import pytest

from dlcourse.cli import attack_command, doctor_command, run
from dlcourse.grading import attacks, sandbox
from dlcourse.grading.sandbox import Tier


class NoSandbox:
    def __init__(self, tier):
        self.tier = tier

    def __enter__(self):
        return self

    def __exit__(self, *details):
        pass


@pytest.fixture
def at(monkeypatch):
    """Pretend a tier, and which attack does not hold."""

    def pretended(tier, broken=""):
        monkeypatch.setattr(sandbox, "detect_tier", lambda: Tier(tier, "pretended"))
        monkeypatch.setattr(sandbox, "Sandbox", NoSandbox)
        monkeypatch.setattr(attacks, "run_attack", lambda attack, _: ["it got [1]"] if attack.name == broken else [])

    return pretended


def test_all_that_holds_is_a_table_and_status_0(at, capfd):
    at("A")
    assert run(["attack", "--kind", "network"]) == 0
    out = capfd.readouterr().out
    count = sum(each.kind == "network" for each in attacks.ATTACKS)
    assert f"network  {count:>7}  {count:>4}" in out
    assert f"Tier A: {count} of {count} attacks held." in out
    assert all(len(line) <= 80 for line in out.splitlines())


def test_what_does_not_hold_is_named_and_status_1(at, capfd):
    at("B", broken="UDP")
    assert run(["attack", "--tier", "B"]) == 1
    assert "UDP: it got [1]" in capfd.readouterr().out


def test_without_isolation_attacks_are_listed_and_not_run(at, capfd):
    at("C")
    assert run(["attack"]) == 1
    out = capfd.readouterr().out
    assert "not run" in out
    assert "none run: they could harm this machine" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--tier", "A"], "tier A is not to be had here"), (["--kind", "magic"], "no kind 'magic'; there are forged")],
)
def test_what_cannot_be_is_refused(arguments, said, at, capfd):
    at("B")
    assert run(["attack", *arguments]) == 2
    assert said in capfd.readouterr().err


def test_the_doctor_names_the_tier(at):
    at("B")
    finding = doctor_command._isolation()
    assert (finding.found, finding.todo) == ("tier B: pretended", "apt install bubblewrap")
    at("A")
    assert doctor_command._isolation().todo == ""


def test_attacks_are_run_in_one_sandbox(at):
    at("A", broken=attacks.ATTACKS[1].name)
    assert list(attack_command._run(attacks.ATTACKS[:2], "A").values()) == [[], ["it got [1]"]]
