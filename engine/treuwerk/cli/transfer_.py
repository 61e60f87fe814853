"""``treuwerk transfer``."""

import click

from treuwerk.cli.acting import Points, account_named, actor_option, key_option
from treuwerk.cli.context import Context, now, print_json, treuwerk_command
from treuwerk.services.ledger.transferring import transfer


@treuwerk_command("transfer")
@click.argument("giver", metavar="FROM")
@click.argument("receiver", metavar="TO")
@click.argument("unit")
@click.argument("amount", type=Points())
@key_option
@actor_option
def command(context: Context, as_json: bool, giver: str, receiver: str, unit: str, amount: int, key: str,
            actor: str) -> None:
    """Give points of one participant to another by the rules of the unit; they keep their expiry."""
    installation = context.open_to_book()
    sides = account_named(installation, giver), account_named(installation, receiver)
    done = transfer(installation, *sides, unit, amount, key, now(), actor=actor)
    if as_json:
        print_json({"given": done.given.id, "received": done.received.id, "repeated": done.given.repeated,
                    "unit": unit, "amount": amount})
    else:
        click.echo(f"{done.given.id}  {giver}: -{amount:,} {unit}{' (booked before)' if done.given.repeated else ''}")
        click.echo(f"{done.received.id}  {receiver}: +{amount:,} {unit}")
