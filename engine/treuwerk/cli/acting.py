"""What the commands that book on one account share: strict amounts, ids, and the answer."""

import re
from datetime import datetime
from typing import Any

import click

from treuwerk.cli.context import now, print_json
from treuwerk.domain import ids
from treuwerk.domain.ledger import instant
from treuwerk.services.account.statements import moved_by
from treuwerk.services.finding import account_of
from treuwerk.services.installation import Installation
from treuwerk.services.ledger.balances import balances
from treuwerk.services.ledger.bookkeeping import Booked

key_option = click.option("--key", required=True, help="What it is known by; the same key is never booked twice.")
cause_option = click.option("--cause", default="", help="Where it comes from, such as an order number; else the key.")


actor_option = click.option("--actor", required=True, help="Login or name of the person who acts.")


class Points(click.ParamType[int]):
    """A whole number above zero in plain digits."""

    name = "points"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number; Python's own reading would take 1_000 and foreign digits."""
        if isinstance(value, int):
            return value
        if not re.fullmatch(r"[1-9][0-9]{0,12}", str(value), re.ASCII):
            self.fail(f"found {value!r}, expected a whole number above 0 in plain digits", param, ctx)
        return int(value)


class SignedPoints(click.ParamType[int]):
    """A whole number other than zero in plain digits, with a sign or without one."""

    name = "points"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number."""
        if isinstance(value, int):
            return value
        if not re.fullmatch(r"[+-]?[1-9][0-9]{0,12}", str(value), re.ASCII):
            self.fail(f"found {value!r}, expected a whole number other than 0 in plain digits, such as -50", param, ctx)
        return int(value)


class PublicId(click.ParamType[tuple[int, int]]):
    """The public id of a transaction, or of something else with its prefix, as (account, row)."""

    name = "id"

    def __init__(self, prefix: str = ids.TRANSACTION, what: str = "a booking") -> None:
        self._prefix, self._what = prefix, what

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        """Account and row of the id."""
        try:
            prefix, account_id, row_id = ids.account_and_row(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if prefix != self._prefix:
            self.fail(f"found {value!r}, expected the id of {self._what}, which begins with {self._prefix}_", param,
                      ctx)
        return account_id, row_id


class Instant(click.ParamType[int]):
    """An instant in ISO 8601 with its zone, as microseconds UTC."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The instant."""
        try:
            when = datetime.fromisoformat(str(value))
        except ValueError:
            when = None
        if when is None or when.tzinfo is None:
            self.fail(f"found {value!r}, expected an instant with its zone such as 2026-12-31T18:00+01:00", param, ctx)
        return instant(when)


def account_named(installation: Installation, participant: str) -> int:
    """The account of a participant."""
    with installation.database.reading() as connection:
        return account_of(connection, participant)


def show_booked(installation: Installation, booked: Booked, as_json: bool) -> None:
    """Print what was booked, and the balances after it."""
    account_id, units = booked.row.account_id, installation.programme.settings.units
    with installation.database.reading() as connection:
        moved = moved_by(connection, account_id, booked.row.id)
        after = balances(connection, units, account_id, now(), with_expiry=False)
    if as_json:
        print_json({"id": booked.id, "kind": booked.row.kind, "repeated": booked.repeated, "amounts": moved,
                    "balances": {unit: {"available": one.available, "pending": one.pending, "held": one.held,
                                        "deficit": one.deficit} for unit, one in after.items()}})
        return
    amounts = ", ".join(f"{amount:+,} {unit}" for unit, amount in moved.items()) or "no points"
    click.echo(f"{booked.id}  {booked.row.kind}: {amounts}{' (booked before)' if booked.repeated else ''}")
    for unit in moved:
        click.echo(f"  {unit}: {after[unit].available:,} to spend, {after[unit].held:,} reserved")
