"""The command `dlcourse`: one file a subcommand, each loaded when it is called, so that help is instant.

Whatever is wrong with what a person typed or gave is one line on the error stream and exit status 2.
"""

from __future__ import annotations

import importlib
import io
import sys

import click

import dlcourse

COMMANDS = {
    "attack": "Attack this machine's sandbox, and say what held.",
    "calibrate": "Try whether an exercise's thresholds can be met.",
    "check": "Check an exercise that you have worked on.",
    "data": "List, fetch, verify and show data sets.",
    "doctor": "Say what is installed, what is missing, and what to type.",
    "export": "Bring grades or an exercise into another system.",
    "forget": "Remove a student's data from results.",
    "grade": "Grade what a class handed in.",
    "lab": "Open the course in JupyterLab.",
    "list": "Show chapters, lessons, and what you have done.",
    "override": "Correct points by hand, with a reason.",
    "regrade": "Grade a student or a question once more.",
    "release": "Make what students get, and prove that it is right.",
    "run": "Run lessons without a browser.",
    "similarity": "Compare what a class handed in, each with each.",
    "start": "Put working copies of lessons and exercises into a folder.",
    "tune": "Search hyperparameters of a network on a data set.",
}


class LazyGroup(click.Group):
    """A group whose subcommands live in modules of their own; only the one that is called is imported."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the alphabet."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The subcommand of that name."""
        if cmd_name not in COMMANDS:
            return None
        return importlib.import_module(f"dlcourse.cli.{cmd_name}_command").command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the subcommands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.version_option(dlcourse.__version__, prog_name="dlcourse")
def group() -> None:
    """A deep-learning course that runs on a laptop, offline."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its status; a terminal that lacks a sign is shown another one."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit status: 0 good, 1 something failed, 2 bad input, 130 interrupted."""
    try:
        status = group.main(arguments, prog_name="dlcourse", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return 0
    except click.ClickException as error:
        return _complain(error.format_message())
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    return status if isinstance(status, int) else 0


def _complain(message: str) -> int:
    line = " ".join(message.split())
    click.echo(f"dlcourse: {line}", err=True)
    return 2
