"""``treuwerk explain``."""

import click

from treuwerk.cli.balance_ import day, named
from treuwerk.cli.context import Context, print_json, treuwerk_command
from treuwerk.cli.orders_ import show_order
from treuwerk.domain import ids
from treuwerk.domain.entries import UPLOAD
from treuwerk.domain.ledger import moment
from treuwerk.domain.reading import plain_number
from treuwerk.domain.recalculations import WHY
from treuwerk.services.account.counted_totals import CountedTotal
from treuwerk.services.account.explaining import Explanation, LotTerms, explain
from treuwerk.services.account.explaining import as_json as tree_as_json
from treuwerk.store.migrating import check_schema


@treuwerk_command("explain")
@click.argument("id")
def command(context: Context, as_json: bool, id: str) -> None:
    """Show how the points of a booking came about and where they went.

    Document line, rule and revision, each step, lot, and what was done with it; for spending the credits behind it.
    Of an order of rewards its lines, their prices and bookings.
    """
    if id.startswith(f"{ids.REWARD_ORDER}_"):
        show_order(context.open_to_book(), id, as_json)
        return
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
    _print_what(tree)
    for award in tree.awards:
        click.echo(f"  {award.rule} revision {award.revision} → {award.points} {award.unit}")
        for step in award.steps:
            click.echo(f"    {step.operation:<10} {step.name:<12} {step.operand:>10} = {plain_number(step.figure)}")
        if award.lot:
            _print_lot(tree, award.line, award.lot)
    for made in tree.lots:
        click.echo(f"  {made.lot.amount} {made.unit}")
        _print_lot(tree, made.line, made.lot)
    for movement in tree.movements:
        click.echo(f"  {movement.amount:+d} {movement.unit} in the book {movement.book}")
    for source in tree.sources.listed:
        verb = "from" if source.amount > 0 else "back to"
        click.echo(f"    {abs(source.amount)} {source.unit} {verb} {named(source.origin)}, expires "
                   f"{day(source.expires_at, 'never')}  {source.origin.booking}")
    for other in tree.related:
        verb = "refers to" if other.booking == tree.refers_to else "is followed by"
        click.echo(f"  {verb} the {other.kind} of {other.occurred_on}  {other.booking}")


def _print_evidence(tree: Explanation) -> None:
    for other in tree.evidence:
        by = f"upload {other.submission}".rstrip() if other.source == UPLOAD else other.source
        price = "" if other.net is None else f", {plain_number(other.net)} {other.currency}".rstrip()
        click.echo(f"  also on {other.kind} {other.document} line {other.line} of {other.occurred_on} by {by}: "
                   f"{other.quantity}{price}")


def _print_what(tree: Explanation) -> None:
    """The purchase line or activity that it rests on."""
    if tree.purchase:
        purchase = tree.purchase
        click.echo(f"  {purchase.document} line {purchase.line} from {purchase.seller}: {purchase.quantity} × "
                   f"{purchase.article_number} {purchase.article_name}".rstrip())
        _print_evidence(tree)
    if tree.total:
        _print_total(tree.total)
    if tree.cause.startswith(WHY):
        click.echo(f"  {tree.cause}")
    if whole := tree.whole:
        told = f"complete since {whole.since}" if whole.since else "not complete"
        click.echo(f"  {whole.feature} {whole.value}: order {whole.order} is {told}")
    if tree.cause.startswith(f"{ids.REWARD_ORDER}_"):
        click.echo(f"  for order {tree.cause}")
    if tree.activity:
        click.echo(f"  {tree.activity.kind} {tree.activity.code}, {tree.activity.person}")


def _print_total(total: CountedTotal) -> None:
    """What counts by now, which may be more or less than when it was booked."""
    part = f", {total.part}" if total.part else ""
    click.echo(f"  {plain_number(total.counted)} counts in {total.period}{part} by now")
    for line in total.lines:
        what = f"{line.document} line {line.line}, {line.article_number}" if line.document else line.activity
        click.echo(f"    {line.occurred_on}  {plain_number(line.amount):>10}  {what}")
    if total.more:
        click.echo(f"    … and {total.more} further lines")


def _print_lot(tree: Explanation, line: int, lot: LotTerms) -> None:
    begins = f", usable from {day(lot.active_from, 'an act on')}"
    click.echo(f"    lot of {lot.amount}, {lot.remaining} left{begins}, expires {day(lot.expires_at, 'never')}")
    for use in tree.usages.listed:
        if use.line == line:
            click.echo(f"      {-use.amount:+d} {use.kind} of {use.occurred_on}  {use.booking}")
    if tree.usages.more:
        click.echo("      … and further ones")
