"""``treuwerk orders``: orders of rewards, and what the service centre decides on them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import attrs
import click

from treuwerk.cli.acting import actor_option
from treuwerk.cli.context import Context, now, print_json, print_table, treuwerk_command
from treuwerk.cli.managing import access_of_operator
from treuwerk.cli.money import in_money
from treuwerk.cli.numbers import Whole
from treuwerk.domain.ids import row_ids
from treuwerk.domain.ledger import moment
from treuwerk.domain.parcels import NO_PARCEL, Parcel
from treuwerk.domain.reward_orders import LineState, OrderAct
from treuwerk.domain.rights import OutOfScope
from treuwerk.services.finding import account_of
from treuwerk.services.installation import Installation
from treuwerk.services.orders import approving
from treuwerk.services.orders.cancelling_lines import Cut, cancel_lines
from treuwerk.services.orders.exporting_orders import order_as_json
from treuwerk.services.orders.moving_on import move_on
from treuwerk.services.orders.replacing import Replacement, replace
from treuwerk.services.orders.viewing_orders import OrderLine, PlacedOrder, listed, order_of, orders_of_account

_READER = "command line"
order_argument = click.argument("id")


class Pieces(click.ParamType[Cut]):
    """A line, and how many of its pieces: ``2`` or ``2=1``."""

    name = "line[=pieces]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Cut:
        """The line with its pieces."""
        if isinstance(value, Cut):
            return value
        line, named, pieces = str(value).partition("=")
        numbers = [line, pieces] if named else [line]
        if not all(one.isascii() and one.isdigit() and len(one) < 7 and int(one) > 0 for one in numbers):
            self.fail(f"found {value!r}, expected a line such as 2, or a line and how many of its pieces: 2=1", param,
                      ctx)
        return Cut(int(line), int(pieces) if named else None)


lines_argument = click.argument("lines", type=Pieces(), nargs=-1)


@click.group("orders")
def command() -> None:
    """List orders of rewards, look at one, decide on those that wait, and note what becomes of their pieces."""


@treuwerk_command("list")
@click.option("--state", type=click.Choice([*(one.value for one in LineState), "all"]), default="all",
              show_default=True, help="Which.")
@click.option("--participant", help="Only those of this participant.")
@click.option("--limit", type=Whole(1, 10_000), default=100, show_default=True, help="The newest so many.")
def _list(context: Context, as_json: bool, state: str, participant: str | None, limit: int) -> None:
    """List orders, the newest first."""
    access, states = access_of_operator(_READER), () if state == "all" else (LineState(state),)
    installation = context.open_to_book()
    currency = installation.programme.settings.programme.currency
    with installation.database.reading() as connection:
        if participant:
            found, more = orders_of_account(access, connection, account_of(connection, participant), states=states,
                                            limit=limit)
        else:
            found, more = listed(access, connection, states=states, limit=limit)
    if as_json:
        print_json({"orders": [order_as_json(one) for one in found], "more": more is not None})
        return
    print_table(["placed", "state", "points", "lines", "id"], [
        [moment(one.placed_at).date(), one.state.value, f"{one.charged:,} {one.unit}{_money_part(currency, one)}",
         _summary(one), one.public_id]
        for one in found])
    if more:
        click.echo(f"there are more: --limit {limit * 10}", err=True)


@treuwerk_command("show")
@order_argument
def _show(context: Context, as_json: bool, id: str) -> None:
    """Show an order: its lines, how their prices came about, and what happened."""
    show_order(context.open_to_book(), id, as_json)


@treuwerk_command("cancel")
@order_argument
@lines_argument
@actor_option
@click.option("--reason", required=True, help="Why, in two words or more.")
def _cancel(context: Context, as_json: bool, id: str, lines: tuple[Cut, ...], actor: str, reason: str) -> None:
    """Cancel what has not left: all of it, or LINES such as 1 or 2=3 (three pieces of line 2)."""
    installation = context.open_to_book()
    with _named(id):
        cancel_lines(installation, access_of_operator(actor), id, lines, now(), reason=reason)
    show_order(installation, id, as_json)


@treuwerk_command("approve")
@order_argument
@actor_option
def _approve(context: Context, as_json: bool, id: str, actor: str) -> None:
    """Approve an order that waits: its points are spent."""
    installation = context.open_to_book()
    with _named(id):
        approving.approve(installation, access_of_operator(actor), id, now())
    show_order(installation, id, as_json)


@treuwerk_command("refuse")
@order_argument
@actor_option
@click.option("--reason", required=True, help="Why not, in two words or more.")
def _refuse(context: Context, as_json: bool, id: str, actor: str, reason: str) -> None:
    """Say no to an order that waits: its points are free again."""
    installation = context.open_to_book()
    with _named(id):
        approving.refuse(installation, access_of_operator(actor), id, now(), reason=reason)
    show_order(installation, id, as_json)


@treuwerk_command("ship")
@order_argument
@lines_argument
@actor_option
@click.option("--carrier", default="", help="Who brings them.")
@click.option("--tracking", default="", help="The number by which one follows them.")
def _ship(context: Context, as_json: bool, id: str, lines: tuple[Cut, ...], actor: str, carrier: str,
          tracking: str) -> None:
    """Note that pieces have left: LINES such as 1 or 2=3, or all that have not."""
    _moved(context, as_json, id, OrderAct.SHIP, lines, actor, parcel=Parcel(carrier, tracking))


@treuwerk_command("deliver")
@order_argument
@lines_argument
@actor_option
def _deliver(context: Context, as_json: bool, id: str, lines: tuple[Cut, ...], actor: str) -> None:
    """Note that pieces have arrived: LINES such as 1 or 2=3, or all that have not."""
    _moved(context, as_json, id, OrderAct.DELIVER, lines, actor)


@treuwerk_command("return")
@order_argument
@lines_argument
@actor_option
@click.option("--reason", required=True, help="Why they came back, in two words or more.")
def _return(context: Context, as_json: bool, id: str, lines: tuple[Cut, ...], actor: str, reason: str) -> None:
    """Note that pieces came back: LINES such as 1 or 2=3, or all that left. Their points are there again."""
    _moved(context, as_json, id, OrderAct.RETURN, lines, actor, reason=reason)


@treuwerk_command("fail")
@order_argument
@click.argument("lines", type=Whole(1), nargs=-1)
@actor_option
@click.option("--reason", required=True, help="Why they will not come, in two words or more.")
def _fail(context: Context, as_json: bool, id: str, lines: tuple[int, ...], actor: str, reason: str) -> None:
    """Note that LINES will not come from their supplier, or all that have not left. They can be cancelled, or sent."""
    _moved(context, as_json, id, OrderAct.FAIL, tuple(Cut(line) for line in lines), actor, reason=reason)


@treuwerk_command("replace")
@order_argument
@click.argument("pieces", type=Pieces())
@actor_option
@click.option("--reason", required=True, help="Why they are sent once more, in two words or more.")
@click.option("--variant", default="", help="Another variant instead, which costs no more.")
@click.option("--key", help="By which the same replacement is known when this is called again; left out: a new one.")
def _replace(context: Context, as_json: bool, id: str, pieces: Cut, actor: str, reason: str, variant: str,
             key: str | None) -> None:
    """Send PIECES of a line once more without points: 1 for one of line 1, or 2=3 for three of line 2."""
    installation, at = context.open_to_book(), now()
    wanted = Replacement(pieces.line, pieces.quantity or 1, reason, key or f"cli|{next(row_ids(at))}", variant)
    with _named(id):
        placed = replace(installation, access_of_operator(actor), id, wanted, at)
    show_order(installation, placed.public_id, as_json)


for subcommand in (_list, _show, _cancel, _approve, _refuse, _ship, _deliver, _return, _fail, _replace):
    command.add_command(subcommand)


def _moved(context: Context, as_json: bool, id: str, act: OrderAct, lines: tuple[Cut, ...], actor: str, *,
           parcel: Parcel = NO_PARCEL, reason: str = "") -> None:
    installation = context.open_to_book()
    with _named(id):
        move_on(installation, access_of_operator(actor), id, act, lines, now(), parcel=parcel, reason=reason)
    show_order(installation, id, as_json)


@contextmanager
def _named(public_id: str) -> Iterator[None]:
    """Say that there is no such order in the words of a command."""
    try:
        yield
    except OutOfScope as error:
        raise click.BadParameter(f"found no order {public_id!r}; treuwerk orders list names them",
                                 param_hint="ID") from error


def show_order(installation: Installation, public_id: str, as_json: bool) -> None:
    """Print an order with its lines and what happened."""
    with installation.database.reading() as connection, _named(public_id):
        order = order_of(access_of_operator(_READER), connection, public_id)
    if as_json:
        print_json(order_as_json(order))
        return
    click.echo(f"{order.public_id}  {order.state.value}, placed {moment(order.placed_at).isoformat()}: "
               f"{order.charged:,} of {order.points:,} {order.unit}"
               f"{_money(installation, order)}")
    for one in order.lines:
        pieces = one.progress
        told = ", ".join(f"{count} {name}" for name, count in (
            ("cancelled", pieces.cancelled), ("shipped", pieces.shipped), ("delivered", pieces.delivered),
            ("returned", pieces.returned), ("replaced", pieces.replaced)) if count)
        click.echo(f"  {one.number}. {pieces.quantity} × {one.variant} at {one.points_each:,}"
                   f"{_parts(installation, one)}: {pieces.state.value}"
                   f"{f' ({told})' if told else ''}  {one.transaction}".rstrip())
        if one.replaces:
            click.echo(f"     for line {one.replaces.line} of {one.replaces.order}: {one.replaces.reason}")
        for sent in one.replacements:
            click.echo(f"     {sent.pieces} sent once more as {sent.order}: {sent.reason}")
        if one.why or one.regular_points != one.points_each:
            click.echo(f"     {' · '.join(one.why)}, regularly {one.regular_points:,}".replace("     , ", "     "))
    for parcel in order.parcels:
        inside = ", ".join(f"{pieces} of line {line}" for line, pieces in parcel.pieces.items())
        arrived = f", there {moment(parcel.delivered_at).isoformat()}" if parcel.delivered_at else ""
        named = " ".join(attrs.astuple(parcel.parcel)).strip()
        click.echo(f"  parcel {parcel.number}: {named or 'without a number'}: {inside}, sent "
                   f"{moment(parcel.sent_at).isoformat()}{arrived}")
    for event in order.events:
        about = f" line {event.line}" if event.line else ""
        pieces_told = f", {event.quantity} pieces" if event.quantity else ""
        click.echo(f"  {moment(event.happened_at).isoformat()}  {event.kind}{about}{pieces_told} by {event.actor}")


def _money(installation: Installation, order: PlacedOrder) -> str:
    currency = installation.programme.settings.programme.currency
    if order.payment is None:
        return ""
    seen = order.payment
    return (f" and {in_money(order.charged_money, currency)} of {in_money(order.money, currency)}, {seen.state.value}: "
            f"{in_money(seen.captured, currency)} came in, {in_money(seen.refunded, currency)} paid back")


def _parts(installation: Installation, line: OrderLine) -> str:
    if not line.money:
        return ""
    currency = installation.programme.settings.programme.currency
    return f" ({line.points:,} and {in_money(line.money, currency)})"


def _money_part(currency: str, order: PlacedOrder) -> str:
    return f" + {in_money(order.charged_money, currency)}" if order.money else ""


def _summary(order: PlacedOrder) -> str:
    return ", ".join(f"{one.progress.quantity} × {one.variant}" for one in order.lines)
