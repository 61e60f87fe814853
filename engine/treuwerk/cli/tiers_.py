"""``treuwerk tiers``: judge the days that are over, show who holds what and why, and give tiers by hand."""

from datetime import datetime
from functools import partial
from typing import Any

import attrs
import click

from treuwerk.cli.acting import account_named, actor_option
from treuwerk.cli.context import Context, now, print_json, print_table, treuwerk_command
from treuwerk.cli.managing import access_of_operator
from treuwerk.cli.past_days import DAY, as_of_option
from treuwerk.cli.tier_words import change_as_json, standing_as_json, standing_lines
from treuwerk.services.tiers import granting
from treuwerk.services.tiers.granting import TierGrant
from treuwerk.services.tiers.running import run
from treuwerk.services.tiers.standing import standing_of

_reason = click.option("--reason", required=True, help="Why, in at least two words; the participant may read it.")


@click.group("tiers")
def command() -> None:
    """Judge tiers, show them, and give them by hand."""


@treuwerk_command("run")
@as_of_option("Last day to judge, which must be over; else yesterday.")
def _run(context: Context, as_json: bool, as_of: datetime | None) -> None:
    """Judge every day that is over and was not judged before, and store the tiers with what changed.

    It may be run as often as you like, also twice at once. Missed runs are made up for day by day.
    """
    done = run(context.open_to_book(), now(), as_of.date() if as_of else None)
    if as_json:
        print_json(attrs.asdict(done))
    else:
        click.echo(f"{done.participants:,} participants judged up to {done.day}: {done.up:,} went up, "
                   f"{done.down:,} went down")


@treuwerk_command("show")
@click.argument("participant")
def _show(context: Context, as_json: bool, participant: str) -> None:
    """Show the tier of a participant as of now: since when and why, until when, what is missing, and its history."""
    installation, at = context.open(), now()
    account_id = account_named(installation, participant)
    with installation.database.reading() as connection:
        found = standing_of(connection, installation.programme.settings, account_id, at)
    if found is None:
        raise click.UsageError("found no [tier_scheme] in the programme; tiers are what balances say then")
    if as_json:
        print_json(standing_as_json(found))
        return
    for line in standing_lines(found):
        click.echo(line)
    click.echo()
    print_table(["day", "from", "to", "until", "why", "by", "reason"], [
        [row["day"], row["from"] or "-", row["to"] or "-", row["until"] or "-", row["why"], row["actor"],
         row["reason"]] for row in map(change_as_json, found.history)])


@treuwerk_command("give")
@click.argument("participant")
@click.argument("tier")
@click.option("--until", "last_on", type=DAY, metavar="DATE", required=True, help="The last day on which it counts.")
@actor_option
@_reason
def _give(context: Context, as_json: bool, participant: str, tier: str, last_on: datetime, actor: str,
          reason: str) -> None:
    """Give a tier by hand. It counts from today on, or from the day on which a second person agrees."""
    installation = context.open_to_book()
    _told(as_json, installation.database.run(partial(
        granting.give, access_of_operator(actor), settings=installation.programme.settings,
        account_id=account_named(installation, participant), tier=tier, last_on=last_on.date(), reason=reason,
        now=now())))


@treuwerk_command("approve")
@click.argument("id")
@actor_option
def _approve(context: Context, as_json: bool, id: str, actor: str) -> None:
    """Agree with a tier by hand, as a second person."""
    _decided(context, as_json, id, actor, "", agrees=True)


@treuwerk_command("refuse")
@click.argument("id")
@actor_option
@_reason
def _refuse(context: Context, as_json: bool, id: str, actor: str, reason: str) -> None:
    """Say no to a tier by hand, as a second person."""
    _decided(context, as_json, id, actor, reason, agrees=False)


@treuwerk_command("end")
@click.argument("id")
@actor_option
@_reason
def _end(context: Context, as_json: bool, id: str, actor: str, reason: str) -> None:
    """End a tier by hand before its time; yesterday was then its last day."""
    installation = context.open_to_book()
    _told(as_json, installation.database.run(partial(
        granting.end, access_of_operator(actor), settings=installation.programme.settings, public_id=id, now=now(),
        reason=reason)))


for subcommand in (_run, _show, _give, _approve, _refuse, _end):
    command.add_command(subcommand)


def _decided(context: Context, as_json: bool, id: str, actor: str, reason: str, *, agrees: bool) -> None:
    installation = context.open_to_book()
    _told(as_json, installation.database.run(partial(
        granting.decide, access_of_operator(actor), settings=installation.programme.settings, public_id=id,
        now=now(), agrees=agrees, reason=reason)))


def _told(as_json: bool, one: TierGrant) -> None:
    if as_json:
        print_json(_as_json(one))
        return
    click.echo(f"{one.public_id}  {one.tier} from {one.first_on} to {one.last_on}: {one.state}")
    if one.state == granting.WAITING:
        click.echo(f"  a second person decides: treuwerk tiers approve {one.public_id} --actor …")


def _as_json(one: TierGrant) -> dict[str, Any]:
    return {"id": one.public_id, "account": str(one.account_id), "tier": one.tier,
            "first_on": one.first_on.isoformat(), "last_on": one.last_on.isoformat(), "reason": one.reason,
            "state": one.state, "asked_by": one.asked_by, "decided_by": one.decided_by, "decision": one.decision}
