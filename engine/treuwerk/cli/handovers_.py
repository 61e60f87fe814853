"""``treuwerk handovers``."""

import attrs
import click

from treuwerk.cli.context import IN_PART, Context, now, print_json, print_table, treuwerk_command
from treuwerk.cli.numbers import Whole
from treuwerk.domain.ledger import moment
from treuwerk.services.orders.handing_over import listed
from treuwerk.services.orders.suppliers import speak
from treuwerk.store.handovers import ACCEPTED, OPEN, REFUSED, UNKNOWN


@click.group("handovers")
def command() -> None:
    """Show what suppliers got and answered, and hand over what is due."""


@treuwerk_command("list")
@click.option("--state", "states", multiple=True, type=click.Choice([OPEN, UNKNOWN, ACCEPTED, REFUSED]),
              help="Only handovers in this state; may be given several times.")
@click.option("--limit", default=50, show_default=True, type=Whole(1, 10_000), help="At most so many.")
def _list(context: Context, as_json: bool, states: tuple[str, ...], limit: int) -> None:
    """List handovers with what suppliers said, the newest first."""
    found = listed(context.open(), states, limit)
    if as_json:
        print_json(found)
        return
    print_table(["key", "supplier", "state", "lines", "attempts", "made", "said"],
                [[one["key"], one["supplier"], one["state"], one["lines"], one["attempts"],
                  moment(one["made_at"]).strftime("%Y-%m-%d %H:%M UTC"), one["said"][:80]] for one in found])


@treuwerk_command("run")
def _run(context: Context, as_json: bool) -> int:
    """Hand over what waits, ask what was sent, and tell what was cancelled. Workers may do so meanwhile.

    Exit codes: 0 all went well or nothing was due, 3 something was refused, is not known, or waits for somebody.
    """
    result = speak(context.open_to_book(), now())
    if as_json:
        print_json(attrs.asdict(result))
    else:
        click.echo(f"{result.made:,} made, {result.accepted:,} accepted, {result.refused:,} refused, "
                   f"{result.unknown:,} not known; {result.parcels:,} parcels noted, {result.parked:,} parked; "
                   f"{result.told:,} cancellations told, {result.by_hand:,} to be told by hand, "
                   f"{result.unanswered:,} unanswered")
    return IN_PART if result.needs_somebody else 0


for subcommand in (_list, _run):
    command.add_command(subcommand)
