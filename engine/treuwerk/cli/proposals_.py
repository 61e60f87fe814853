"""``treuwerk proposals``: changed programmes that wait for a second person."""

import click

from treuwerk.cli.acting import actor_option
from treuwerk.cli.context import Context, now, print_json, print_table, treuwerk_command
from treuwerk.cli.managing import access_of_operator, told
from treuwerk.cli.simulation_report import show_effect
from treuwerk.domain.ledger import moment
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import OutOfScope
from treuwerk.services.simulation import proposals
from treuwerk.services.simulation.proposals import Proposal


@click.group("proposals")
def command() -> None:
    """List proposals for changed programmes, see what they come to, and decide on those of others."""


@treuwerk_command("list")
def _list(context: Context, as_json: bool) -> None:
    """List the latest proposals, and the programme that was there first."""
    with context.open().database.reading() as connection:
        found = proposals.latest(access_of_operator("command line"), connection)
    if as_json:
        print_json({"proposals": [one.as_json() for one in found]})
    else:
        print_table(["asked", "state", "by", "decided by", "reason", "id"], [
            [moment(one.asked_at).date(), one.state.value, one.actor, one.second, one.reason, one.public_id]
            for one in found])


@treuwerk_command("show")
@click.argument("id")
def _show(context: Context, as_json: bool, id: str) -> None:
    """Show a proposal: what changes in the file, and what it would have come to."""
    with context.open().database.reading() as connection:
        try:
            found = proposals.shown(access_of_operator("command line"), connection, id)
        except OutOfScope:
            raise _unknown(id) from None
    if as_json:
        print_json({**found.proposal.as_json(), "changes": [one._asdict() for one in found.changes],
                    "effect": found.effect})
        return
    _tell(found.proposal)
    for path, before, after in found.changes:
        click.echo(f"  {path}: {before or '(nothing)'} → {after or '(nothing)'}")
    if found.effect:
        show_effect(found.effect, as_json=False, as_markdown=False)


@treuwerk_command("approve")
@click.argument("id")
@actor_option
@click.option("--comment", default="", help="What the second person has to say.")
def _approve(context: Context, as_json: bool, id: str, actor: str, comment: str) -> None:
    """Agree with a proposal as a second person; its programme may be put in force then."""
    installation, access = context.open(), access_of_operator(actor)
    try:
        done = installation.database.run(lambda connection: proposals.approve(
            access, connection, id, installation.programme, now(), comment))
    except OutOfScope:
        raise _unknown(id) from None
    _decided(done, as_json)


@treuwerk_command("decline")
@click.argument("id")
@actor_option
@click.option("--reason", default="", help="Why not; needed for a proposal of somebody else.")
def _decline(context: Context, as_json: bool, id: str, actor: str, reason: str) -> None:
    """Say no to a proposal, or withdraw one's own."""
    access = access_of_operator(actor)
    try:
        done = context.open().database.run(lambda connection: proposals.decline(access, connection, id, now(), reason))
    except OutOfScope:
        raise _unknown(id) from None
    _decided(done, as_json)


for subcommand in (_list, _show, _approve, _decline):
    command.add_command(subcommand)


def show_proposed(done: Proposal) -> None:
    """What was proposed, and the next step."""
    _tell(done)
    click.echo("  another person decides: in the service centre, or "
               f"treuwerk proposals approve {done.public_id} --actor …")


def _decided(done: Proposal, as_json: bool) -> None:
    told(as_json, done.as_json(), f"{done.public_id}  {done.state.value} by {done.second}")


def _tell(one: Proposal) -> None:
    click.echo(f"{one.public_id}  {one.state.value}: {one.reason or 'the programme that was there first'}")


def _unknown(id: str) -> Refusal:
    return Refusal("unknown_proposal", f"found no proposal {id!r}, expected an id such as prp_…; treuwerk proposals "
                   "list shows them")
