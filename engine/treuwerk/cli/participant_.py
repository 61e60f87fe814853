"""``treuwerk participant``: who is there, and two that are one."""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import click

from treuwerk.cli.acting import account_named, actor_option
from treuwerk.cli.context import Context, now, print_json, treuwerk_command
from treuwerk.cli.managing import access_of_operator
from treuwerk.cli.tier_words import standing_as_json, standing_lines
from treuwerk.domain.ledger import moment
from treuwerk.services.changes.merging import forward_arrivals, merge
from treuwerk.services.changes.unmerging import unmerge
from treuwerk.services.finding import given_up_account_of
from treuwerk.services.participants.glance import Shown, show
from treuwerk.services.submissions.forgetting_uploads import forget_uploads
from treuwerk.services.tiers.standing import standing_of


@click.group("participant")
def command() -> None:
    """Show participants; make two of them one, and two again."""


@treuwerk_command("show")
@click.argument("participant")
def _show(context: Context, as_json: bool, participant: str) -> None:
    """Show who a participant is, what it is known by, what it holds, and with whom it was merged."""
    installation, at = context.open(), now()
    account_id = account_named(installation, participant)
    with installation.database.reading() as connection:
        shown = show(connection, installation.programme.settings.units, account_id, at)
        tier = standing_of(connection, installation.programme.settings, account_id, at)
    if as_json:
        print_json({**shown.as_json(), **({"tier": standing_as_json(tier)} if tier else {})})
        return
    _print_shown(shown)
    for line in standing_lines(tier) if tier else ():
        click.echo(f"  tier: {line.strip()}")


@treuwerk_command("merge")
@click.argument("given_up", metavar="FROM")
@click.argument("into", metavar="INTO")
@actor_option
@click.option("--dry-run", is_flag=True, help="Say what would move; move nothing.")
def _merge(context: Context, as_json: bool, given_up: str, into: str, actor: str, dry_run: bool) -> None:
    """Make two participants one: all that FROM holds and all that it is known by goes to INTO."""
    installation = context.open_to_book()
    sides = account_named(installation, given_up), account_named(installation, into)
    merged = merge(installation, *sides, now(), actor=actor, dry_run=dry_run)
    if as_json:
        print_json(_as_json(merged))
        return
    click.echo(f"{merged.id}  {given_up} {'would go' if dry_run else 'went'} into {into}")
    _print_moved(merged.points, merged.identifiers, merged.logins)


@treuwerk_command("forget-uploads")
@click.argument("participant")
@actor_option
@click.option("--reason", required=True, help="Why, in at least two words; it stands in the audit.")
def _forget_uploads(context: Context, as_json: bool, participant: str, actor: str, reason: str) -> None:
    """Take everything personal out of reported purchases and remove their files; figures and hashes stay."""
    installation = context.open_to_book()
    account_id = account_named(installation, participant)
    done = forget_uploads(access_of_operator(actor), installation, account_id, now(), reason=reason)
    if as_json:
        print_json(attrs.asdict(done))
    else:
        click.echo(f"{done.reports} reported purchases have no names any more, {done.files} files are removed")


@treuwerk_command("unmerge")
@click.argument("given_up", metavar="FROM")
@actor_option
def _unmerge(context: Context, as_json: bool, given_up: str, actor: str) -> None:
    """Make two participants of one again: FROM, by a name it had before the merge, gets back exactly its lots."""
    installation = context.open_to_book()
    with installation.database.reading() as connection:
        account_id = given_up_account_of(connection, given_up)
    undone = unmerge(installation, account_id, now(), actor=actor)
    if as_json:
        print_json(_as_json(undone))
        return
    click.echo(f"{undone.id}  {given_up} stands for itself again")
    _print_moved(undone.points, undone.identifiers, undone.logins)
    for unit, points in undone.missing.items():
        click.echo(f"  {points:,} {unit} points were spent meanwhile by the one that stayed")


@treuwerk_command("forward")
def _forward(context: Context, as_json: bool) -> None:
    """Let follow what came in at merged participants since, such as a cancelled order of former days."""
    forwarded = forward_arrivals(context.open_to_book(), now())
    if as_json:
        print_json({"forwarded": forwarded})
    else:
        click.echo(f"{forwarded} participants had something that followed")


for subcommand in (_show, _merge, _unmerge, _forward, _forget_uploads):
    command.add_command(subcommand)


def _as_json(outcome: Any) -> dict[str, Any]:
    return {**attrs.asdict(outcome), "account_id": str(outcome.account_id),
            "into_account_id": str(outcome.into_account_id)}


def _print_moved(points: Mapping[str, Mapping[str, int]], identifiers: Sequence[Sequence[str]],
                 logins: Sequence[str]) -> None:
    for unit, parts in points.items():
        named = ", ".join(f"{amount:,} {name}" for name, amount in parts.items() if amount)
        click.echo(f"  {unit}: {named}")
    click.echo(f"  identifiers: {', '.join(':'.join(pair) for pair in identifiers) or 'none'}")
    click.echo(f"  logins: {', '.join(logins) or 'none'}")


def _print_shown(shown: Shown) -> None:
    click.echo(f"{shown.name}  ({shown.group}, {shown.status}, account:{shown.account_id})")
    click.echo(f"  known as {', '.join(shown.identifiers) or 'nothing'}")
    for unit, one in shown.balances.items():
        owed = f", {one.deficit:,} owed" if one.deficit else ""
        click.echo(f"  {unit}: {one.available:,} to spend, {one.pending:,} pending, {one.held:,} reserved{owed}")
    for merged in shown.merges:
        undone = f", undone {moment(merged.undone_at).isoformat()}" if merged.undone_at else ""
        click.echo(f"  {merged.id}: account:{merged.account_id} went into account:{merged.into_account_id} at "
                   f"{moment(merged.merged_at).isoformat()}{undone}")


