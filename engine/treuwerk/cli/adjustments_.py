"""``treuwerk adjustments``: bookings by hand that wait for a second person."""

from typing import Any

import click

from treuwerk.cli.acting import PublicId, actor_option
from treuwerk.cli.context import Context, now, print_json, print_table, treuwerk_command
from treuwerk.domain import ids
from treuwerk.domain.ledger import moment
from treuwerk.services.changes.adjusting import STATES, Adjustment, adjustments, approve, refuse, withdraw

adjustment_argument = click.argument("id", type=PublicId(ids.ADJUSTMENT, "a booking by hand"))


@click.group("adjustments")
def command() -> None:
    """List bookings by hand, and decide on those that wait for a second person."""


@treuwerk_command("list")
@click.option("--state", type=click.Choice([*STATES, "all"]), default="waiting", show_default=True,
              help="Which of them.")
@click.option("--actor", help="Only those that this person asked for or decided.")
def _list(context: Context, as_json: bool, state: str, actor: str | None) -> None:
    """List bookings by hand, oldest first."""
    with context.open_to_book().database.reading() as connection:
        found = list(adjustments(connection, None if state == "all" else state, actor))
    if as_json:
        print_json({"adjustments": [{**_as_json(one), "participant": name} for one, name in found]})
    else:
        print_table(["asked", "participant", "points", "state", "by", "decided by", "reason", "id"], [
            [moment(one.requested_at).date(), name, f"{one.amount:+,} {one.unit}", one.state, one.requested_by,
             one.decided_by, one.reason, one.public_id] for one, name in found])


@treuwerk_command("approve")
@adjustment_argument
@actor_option
@click.option("--comment", default="", help="What the second person has to say.")
def _approve(context: Context, as_json: bool, id: tuple[int, int], actor: str, comment: str) -> None:
    """Agree with a booking by hand as a second person; it is booked now."""
    show(approve(context.open_to_book(), *id, now(), actor=actor, comment=comment), as_json)


@treuwerk_command("refuse")
@adjustment_argument
@actor_option
@click.option("--reason", required=True, help="Why not.")
def _refuse(context: Context, as_json: bool, id: tuple[int, int], actor: str, reason: str) -> None:
    """Say no to a booking by hand as a second person."""
    show(refuse(context.open_to_book(), *id, now(), actor=actor, reason=reason), as_json)


@treuwerk_command("withdraw")
@adjustment_argument
@actor_option
def _withdraw(context: Context, as_json: bool, id: tuple[int, int], actor: str) -> None:
    """Take back what one asked for oneself, as long as it waits."""
    show(withdraw(context.open_to_book(), *id, now(), actor=actor), as_json)


for subcommand in (_list, _approve, _refuse, _withdraw):
    command.add_command(subcommand)


def show(one: Adjustment, as_json: bool) -> None:
    """Print a booking by hand and what became of it."""
    if as_json:
        print_json({**_as_json(one), "repeated": one.repeated})
        return
    state = f"{one.state}{' before' if one.repeated else ''}"
    click.echo(f"{one.public_id}  {one.amount:+,} {one.unit}: {state}{f' as {one.booking}' if one.booking else ''}")
    if one.state == "waiting":
        click.echo(f"  a second person decides: treuwerk adjustments approve {one.public_id} --actor …")


def _as_json(one: Adjustment) -> dict[str, Any]:
    return {"id": one.public_id, "account": str(one.account_id), "key": one.business_key, "unit": one.unit,
            "amount": one.amount, "reason": one.reason, "state": one.state, "requested_by": one.requested_by,
            "requested_at": moment(one.requested_at).isoformat(), "decided_by": one.decided_by,
            "decided_at": None if one.decided_at is None else moment(one.decided_at).isoformat(),
            "decision": one.decision, "transaction": one.booking}
