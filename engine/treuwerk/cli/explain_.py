"""``treuwerk explain``."""

import click

from treuwerk.cli.context import Context, print_json, treuwerk_command
from treuwerk.domain.ledger import moment
from treuwerk.domain.reading import plain_number
from treuwerk.services.explaining import Explanation, explain
from treuwerk.services.explaining import as_json as tree_as_json
from treuwerk.store.migrating import check_schema


@treuwerk_command("explain")
@click.argument("id")
def command(context: Context, as_json: bool, id: str) -> None:
    """Show how the points of a booking came about: document line, rule and revision, each step, lot."""
    database = context.open_database()
    check_schema(database)
    with database.reading() as connection:
        try:
            tree = explain(connection, id)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="ID") from error
    if as_json:
        print_json(tree_as_json(tree))
    else:
        _print(tree)


def _print(tree: Explanation) -> None:
    booked = moment(tree.booked_at).isoformat()
    click.echo(f"{tree.id}  {tree.kind} of {tree.occurred_on}, booked {booked} by {tree.actor}")
    if tree.purchase:
        purchase = tree.purchase
        click.echo(f"  {purchase.document} line {purchase.line} from {purchase.seller}: {purchase.quantity} × "
                   f"{purchase.article_number} {purchase.article_name}".rstrip())
    if tree.activity:
        click.echo(f"  {tree.activity.kind} {tree.activity.code}, {tree.activity.person}")
    for award in tree.awards:
        click.echo(f"  {award.rule} revision {award.revision} → {award.points} {award.unit}")
        for step in award.steps:
            click.echo(f"    {step.operation:<10} {step.name:<12} {step.operand:>10} = {plain_number(step.figure)}")
        if award.lot:
            until = moment(award.lot.expires_at).isoformat() if award.lot.expires_at else "never"
            click.echo(f"    lot of {award.lot.amount}, {award.lot.remaining} left, expires {until}")
