"""``treuwerk jobs``."""

import secrets

import click

from treuwerk.cli.context import FAILED, Context, now, print_json, print_table, treuwerk_command
from treuwerk.cli.numbers import Whole
from treuwerk.domain.ledger import moment
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.work import OrderState
from treuwerk.services.ordering import OrderView, cancel_order, list_orders, order_from, retry_order


@click.group("jobs")
def command() -> None:
    """List durable work, run it here and now, try again what failed, take back what shall not be done."""


@treuwerk_command("list")
@click.option("--job", default="", help="Only orders of this job, such as clear.")
@click.option("--state", "states", multiple=True, type=click.Choice([state.value for state in OrderState]),
              help="Only orders in this state; may be given several times.")
@click.option("--limit", default=50, show_default=True, type=Whole(1, 10_000), help="At most so many.")
def list_command(context: Context, as_json: bool, job: str, states: tuple[str, ...], limit: int) -> None:
    """List orders of work with what they came to: what is not finished first, then the latest."""
    with context.open().database.reading() as connection:
        found = list_orders(connection, job=job, states=[OrderState(state) for state in states], limit=limit)
    if as_json:
        print_json([order.as_json() for order in found])
        return
    print_table(["key", "job", "state", "attempts", "progress", "due or changed", "said"], [_row(one) for one in found])


def _row(order: OrderView) -> list[object]:
    at = order.not_before if order.state is OrderState.OPEN else order.changed_at
    shown = "" if order.progress is None else f"{order.progress} %"
    return [order.key, order.job, order.state.value, order.attempts, shown,
            moment(at).strftime("%Y-%m-%d %H:%M:%S UTC"), order.said[:120]]


@treuwerk_command("run")
@click.argument("name")
def run_command(context: Context, as_json: bool, name: str) -> int:
    """Run a job here and now: the NAME of one that needs no file, such as expire, or the key of an order of the list.

    Workers may run meanwhile: an order is done by one of them only.
    """
    from treuwerk.jobs.running import run_now

    installation = context.open_to_book()
    order = run_now(installation, name, now, secrets.token_hex(4))
    _show(order, as_json)
    return 0 if order.state in (OrderState.DONE, OrderState.OPEN) and not order.attempts else FAILED


@treuwerk_command("retry")
@click.argument("key")
def retry_command(context: Context, as_json: bool, key: str) -> None:
    """Do a failed or cancelled order once more; what it has done already stays done."""
    database = context.open().database
    database.run(lambda connection: retry_order(connection, key, now()))
    _show(_order(context, key), as_json)


@treuwerk_command("cancel")
@click.argument("key")
def cancel_command(context: Context, as_json: bool, key: str) -> None:
    """Take an order back; whoever does it stops before the next batch. What is booked stays booked."""
    database = context.open().database
    database.run(lambda connection: cancel_order(connection, key, now()))
    _show(_order(context, key), as_json)


def _order(context: Context, key: str) -> OrderView:
    from treuwerk.store import orders

    with context.open().database.reading() as connection:
        row = orders.one(connection, key)
    if row is None:
        raise Refusal("unknown_order", f"found no work with the key {key!r} any more")
    return order_from(row)


def _show(order: OrderView, as_json: bool) -> None:
    if as_json:
        print_json(order.as_json())
    else:
        click.echo(f"{order.key}: {order.state.value}{f'; {order.said}' if order.said else ''}")


for _one in (list_command, run_command, retry_command, cancel_command):
    command.add_command(_one)
