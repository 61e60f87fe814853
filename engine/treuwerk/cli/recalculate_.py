"""``treuwerk recalculate``."""

from datetime import date, datetime

import attrs
import click

from treuwerk.cli.acting import actor_option
from treuwerk.cli.context import IN_PART, Context, now, print_json, progress, treuwerk_command
from treuwerk.cli.managing import access_of_operator
from treuwerk.cli.past_days import DAY
from treuwerk.services.changes.recalculating import Asked, Recalculated, recalculate


@treuwerk_command("recalculate")
@click.option("--article", required=True, metavar="NUMBER", help="The corrected article: number, alias or GTIN.")
@click.option("--from", "first", type=DAY, metavar="DAY", help="Purchases from this day on. Left out: from the first.")
@click.option("--until", type=DAY, metavar="DAY", help="Purchases up to this day. Left out: to the last.")
@click.option("--reason", required=True, help="Why, in words that an auditor understands; no names of people.")
@actor_option
@click.option("--approved-by", default="", metavar="NAME", help="A second person, who agrees above the limit.")
@click.option("--dry-run", is_flag=True, help="Only tell what would be booked.")
def command(context: Context, as_json: bool, article: str, first: datetime | None, until: datetime | None, reason: str,
            actor: str, approved_by: str, dry_run: bool) -> int:
    """Book what purchases of an article are worth more or less since the article master was corrected.

    Each line is judged by the rules of its own day; only the difference is booked. A second run books nothing.
    """
    installation = context.open() if dry_run else context.open_to_book()
    asked = Asked(article, reason, actor, approved_by, first.date() if first else date.min,
                  until.date() if until else date.max)
    with progress("recalculating") as told:
        done = recalculate(installation, asked, now(), access_of_operator(actor), dry_run=dry_run, progress=told)
    if as_json:
        print_json({**attrs.asdict(done), "dry_run": dry_run})
    else:
        _show(done, "would be " if dry_run else "")
    return IN_PART if done.left_out else 0


def _show(done: Recalculated, would_be: str) -> None:
    """The figures, a line for each unit and each reason."""
    click.echo(f"{done.lines:,} purchase lines looked at, {done.changed:,} {would_be}booked anew")
    for unit in sorted(done.moved):
        given, taken = done.given.get(unit, 0), done.taken.get(unit, 0)
        click.echo(f"  {unit}: {given:,} {would_be}given, {taken:,} {would_be}taken")
    for why, count in sorted(done.left_out.items()):
        click.echo(f"  {count:,} left out: {_WHY[why]}")


_WHY = {
    "part_of_an_order": "the parts of their orders decide what they are worth",
    "in_doubt": "a rule cannot decide on them; mend the rule, then run this again",
    "rule_revised": "their rule was revised for their day, so more than the article differs",
    "no_participant": "their accounts have no participant by now, and rules ask who buys",
    "unusual_key": "they earned nothing first, and their document was said again",
}
