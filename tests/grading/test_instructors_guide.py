"""Every command in the guide for instructors exists, with the options that stand there."""

import re
import shlex

import click
import pytest

from dlcourse.cli import COMMANDS, group
from tools.source import ROOT

GUIDE = (ROOT / "docs" / "instructors.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
LINES = [line for block in BLOCKS for line in block.replace("\\\n", " ").splitlines() if line.strip()]
INLINE = [code for code in re.findall(r"`([^`\n]+)`", GUIDE) if code.startswith("dlcourse ")]
GRADER = {"calibrate", "release", "grade", "regrade", "override", "forget", "export", "similarity"}


def parsed(line):
    """The subcommands and the command that a line ends at, after click has taken its arguments apart."""
    words = shlex.split(line, comments=True)[1:]
    command, names = group, []
    while isinstance(command, click.Group):
        names.append(words.pop(0))
        known = command.get_command(click.Context(command), names[-1])
        assert known is not None, f"no such command: {line}"
        command = known
    return names, command, words


@pytest.mark.parametrize("line", [*LINES, *INLINE])
def test_a_command_of_the_guide_exists_and_takes_these_options(line, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    _, command, words = parsed(line)
    command.make_context(line, words)  # raises UsageError for an option, a choice or an argument that there is not


def test_a_line_that_is_wrong_is_found():
    _, command, words = parsed("dlcourse export canvas results --gradebok a.csv")
    with pytest.raises(click.UsageError, match="No such option"):
        command.make_context("", words)
    with pytest.raises(AssertionError, match="no such command"):
        parsed("dlcourse gradle x")


def test_the_guide_names_every_command_of_the_grader():
    assert {parsed(line)[0][0] for line in [*LINES, *INLINE]} >= GRADER
    assert set(COMMANDS) >= GRADER


def test_every_option_that_the_guide_speaks_of_exists():
    spoken = set(re.findall(r"`(--[a-z-]+)", GUIDE))
    commands = [parsed(line)[1] for line in LINES]
    known = {option for command in commands for each in command.params for option in each.opts}
    assert spoken
    assert spoken <= known | {"--help"}


def test_the_guide_says_what_isolation_does_not_give():
    for said in ("no virtual machine", "kernel that is shared", "Hidden inputs are seen", "not isolated", "exams"):
        assert said in GUIDE
