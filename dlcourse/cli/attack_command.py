"""`dlcourse attack`: the hostile suite against this machine's sandbox, and what held."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from dlcourse.grading.attacks import Attack


@click.command("attack")
@click.option("--tier", type=click.Choice(["A", "B"]), help="The tier of isolation; without it the best one here.")
@click.option("--kind", "kinds", multiple=True, help="Only attacks of this kind; may be given several times.")
def command(tier: str | None, kinds: tuple[str, ...]) -> int:
    """Attack this machine's sandbox with hostile submissions, and say what held.

    Each forges, reads, writes, floods or wants to stay; none may gain a point, read a secret, change a file, outlive
    its session or harm another. Without isolation (tier C) the attacks are listed and not run. Exit status 1 if one
    did not hold, or none was run.
    """
    from dlcourse.grading.attacks import ATTACKS
    from dlcourse.grading.sandbox import detect_tier

    known = list(dict.fromkeys(each.kind for each in ATTACKS))
    unknown = [kind for kind in kinds if kind not in known]
    if unknown:
        raise click.UsageError(f"no kind {unknown[0]!r}; there are {', '.join(known)}")
    best = detect_tier()
    chosen = tier or best.name
    if chosen < best.name:
        raise click.UsageError(f"tier {chosen} is not to be had here: {best}")
    attacks = [each for each in ATTACKS if not kinds or each.kind in kinds]
    if chosen == "C":
        _show(dict.fromkeys(attacks))
        click.echo(f"\n{best}. {len(attacks)} attacks, none run: they could harm this machine.")
        return 1
    attacks = [each for each in attacks if chosen in each.tiers]
    found = _run(attacks, chosen)
    _show(found)
    broken = sum(bool(failures) for failures in found.values())
    click.echo(f"\nTier {chosen}: {len(found) - broken} of {len(found)} attacks held.")
    return int(bool(broken))


def _run(attacks: Sequence[Attack], tier: str) -> dict[Attack, list[str] | None]:
    """What did not hold, by attack; a bar on the error stream."""
    from rich.console import Console
    from rich.progress import track

    from dlcourse.grading.attacks import run_attack
    from dlcourse.grading.sandbox import Sandbox

    errors = Console(stderr=True)
    with Sandbox(tier=tier) as sandbox:
        progress = track(attacks, "attacking", console=errors, transient=True, disable=not errors.is_terminal)
        return {each: run_attack(each, sandbox) for each in progress}


def _show(found: dict[Attack, list[str] | None]) -> None:
    """A row for each kind, and a line for each attack that did not hold."""
    from rich.markup import escape
    from rich.table import Table

    from dlcourse.cli.console import console

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Kind", overflow="fold")
    table.add_column("Attacks", justify="right")
    table.add_column("Held", justify="right")
    for kind in dict.fromkeys(each.kind for each in found):
        results = [failures for each, failures in found.items() if each.kind == kind]
        ran, held = None not in results, results.count([])
        colour = "default" if held == len(results) or not ran else "red"
        table.add_row(kind, str(len(results)), f"[{colour}]{held if ran else 'not run'}[/]")
    out = console()
    out.print(table)
    for each, failures in found.items():
        for failure in failures or ():
            out.print(f"[red]{escape(each.name)}[/]: {escape(failure)}")
