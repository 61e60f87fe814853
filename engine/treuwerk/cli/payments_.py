"""``treuwerk payments``."""

from pathlib import Path

import attrs
import click

from treuwerk.cli.acting import actor_option
from treuwerk.cli.context import IN_PART, Context, now, print_json, print_table, treuwerk_command
from treuwerk.cli.managing import access_of_operator
from treuwerk.cli.money import Cents, in_money
from treuwerk.domain.payments import PaymentState
from treuwerk.services.payments import by_hand
from treuwerk.services.payments.looking_after import look_after
from treuwerk.services.payments.viewing import listed, open_refunds

_READER = "command line"
file_argument = click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))


@click.group("payments")
def command() -> None:
    """Note money that came in for orders, list what is to be paid back, and ask providers."""


@treuwerk_command("list")
@click.option("--state", "states", multiple=True, type=click.Choice([one.value for one in PaymentState]),
              help="Only payments in this state; may be given several times.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000), help="The newest so many.")
def _list(context: Context, as_json: bool, states: tuple[str, ...], limit: int) -> None:
    """List payments with what came in and went back, the newest first."""
    found = listed(context.open_to_book(), access_of_operator(_READER), states, limit)
    if as_json:
        print_json([one.as_json() for one in found])
        return
    print_table(["order", "state", "amount", "came in", "paid back", "reference"],
                [[one.order, one.state.value, in_money(one.amount, one.currency), in_money(one.captured, one.currency),
                  in_money(one.refunded, one.currency), one.reference] for one in found])


@treuwerk_command("received")
@click.argument("reference")
@click.argument("amount", type=Cents())
@click.option("--transfer", required=True, help="The bank's number of the transfer; it counts once.")
@click.option("--split", is_flag=True, help="It is for several orders; AMOUNT is the part of this one.")
@actor_option
def _received(context: Context, as_json: bool, reference: str, amount: int, transfer: str, split: bool,
              actor: str) -> None:
    """Note a transfer with this REFERENCE and AMOUNT, such as 34.50."""
    installation = context.open_to_book()
    wanted = by_hand.Transferred(transfer, reference, amount, split=split)
    done = by_hand.take_in(installation, access_of_operator(actor), wanted, now())
    if as_json:
        print_json({**attrs.asdict(done), "state": done.state.value})
        return
    currency = installation.programme.settings.programme.currency
    known = ", known before" if done.repeated else ""
    missing = f", {in_money(done.missing, currency)} still missing" if done.missing else ""
    click.echo(f"{done.order}  {done.state.value}{missing}{known}")


@treuwerk_command("import")
@file_argument
@actor_option
def _import(context: Context, as_json: bool, file: Path, actor: str) -> int:
    """Take in transfers from CSV (; and UTF-8): transfer;reference;amount, and if wanted currency;payer;iban;split.

    What is known by its transfer stays as it is. Exit codes: 0 all rows were taken in, 3 some were not.
    """
    receipt = by_hand.import_transfers(context.open_to_book(), access_of_operator(actor), file, now())
    if as_json:
        print_json(receipt.as_json())
    else:
        click.echo(f"{receipt.file}: {receipt.created:,} taken in, {receipt.unchanged:,} known before, "
                   f"{receipt.rejected:,} rejected")
        for problem in receipt.problems:
            click.echo(f"  line {problem['line']}: {problem['reason']}", err=True)
    return IN_PART if receipt.done_in_part else 0


@treuwerk_command("refunds")
def _refunds(context: Context, as_json: bool) -> None:
    """List what is to be paid back and is not yet, for the bank; the oldest first."""
    found = open_refunds(context.open_to_book(), access_of_operator(_READER))
    if as_json:
        print_json([attrs.asdict(one) for one in found])
        return
    print_table(["key", "amount", "state", "reference", "payer", "iban", "said"],
                [[one.key, in_money(one.amount, one.currency), one.state, one.reference, one.payer, one.iban,
                  one.said[:60]] for one in found])


@treuwerk_command("refunded")
@click.argument("key")
@actor_option
def _refunded(context: Context, as_json: bool, key: str, actor: str) -> None:
    """Note that the refund KEY was paid, also one that a provider has refused."""
    noted = by_hand.note_refunded(context.open_to_book(), access_of_operator(actor), key, now())
    if as_json:
        print_json({"key": key, "noted": noted})
    else:
        click.echo(f"{key}  {'paid back' if noted else 'noted before'}")


@treuwerk_command("run")
def _run(context: Context, as_json: bool) -> int:
    """Ask providers what is due, cancel what was not paid in time, and try refunds. Workers may do so meanwhile.

    Exit codes: 0 all is known or nothing was due, 3 a refund was refused or is not known.
    """
    result = look_after(context.open_to_book(), now())
    if as_json:
        print_json(attrs.asdict(result))
    else:
        click.echo(", ".join(f"{value:,} {name.replace('_', ' ')}" for name, value in attrs.asdict(result).items()))
    return IN_PART if result.refused or result.unknown else 0


for subcommand in (_list, _received, _import, _refunds, _refunded, _run):
    command.add_command(subcommand)
