"""``treuwerk user``: who may sign in, where, and with which roles."""

import sys
from typing import Any

import click

from treuwerk.cli.acting import account_named, actor_option
from treuwerk.cli.context import Context, now, print_json, treuwerk_command
from treuwerk.domain.actors import acting_person
from treuwerk.domain.ids import public_user_id
from treuwerk.domain.ledger import moment
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import PERMISSIONS, Access, Audience, names_for
from treuwerk.services import managing_users
from treuwerk.services.installation import Installation
from treuwerk.services.managing_users import KnownUser, user_named
from treuwerk.services.passwords import WeakPassword
from treuwerk.services.people import person_named
from treuwerk.services.session_keeping import sessions_of

_stdin_option = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")


@click.group("user")
def command() -> None:
    """Make users, block them, give them roles, invite people of a company, end sessions."""


@treuwerk_command("add")
@click.argument("login")
@click.option("--name", default="", help="Name of the person; for the service centre the one that stands in the books.")
@click.option("--role", "roles", multiple=True, required=True, help="Role of the programme; may be given repeatedly.")
@click.option("--participant", help="Customer number: a user of the portal, who acts for this company.")
@click.option("--email", default="", help="Mail address.")
@actor_option
@_stdin_option
def _add(context: Context, as_json: bool, login: str, name: str, roles: tuple[str, ...], participant: str | None,
         email: str, actor: str, password_stdin: bool) -> None:
    """Make a user with LOGIN and a password that is asked for: of the service centre, or of a company."""
    installation, at, access = context.open(), now(), access_of_operator(actor)
    password = _password(password_stdin)
    try:
        if participant is None:
            user_id = managing_users.create_office_user(installation, access, name or login, login, password, roles, at,
                                                        email=email)
        else:
            user_id = managing_users.create_portal_user(
                installation, access, account_named(installation, participant), login, password, _one(roles), at,
                name=name)
    except WeakPassword as weak:
        raise Refusal("weak_password", str(weak)) from None
    _told(as_json, {"id": public_user_id(user_id), "login": login.strip().casefold()},
          f"{public_user_id(user_id)}  {login} can sign in")


@treuwerk_command("list")
def _list(context: Context, as_json: bool) -> None:
    """List all users with their roles and companies."""
    installation = context.open()
    with installation.database.reading() as connection:
        found = managing_users.list_users(access_of_operator("operator"), connection)
    if as_json:
        print_json([_as_json(one) for one in found])
        return
    for one in found:
        places = [*one.roles, *(f"{each.role} of {each.company}" for each in one.companies)]
        state = "" if one.user.state == "active" else f"  ({one.user.state})"
        click.echo(f"{one.user.public_id}  {one.login or '-'}  {one.user.name}: {', '.join(places) or 'none'}{state}")


@treuwerk_command("block")
@click.argument("user")
@click.option("--reason", default="", help="Why, for the audit.")
@actor_option
def _block(context: Context, as_json: bool, user: str, reason: str, actor: str) -> None:
    """Let a user sign in no more; all sessions end at once."""
    installation, user_id = _found(context, user)
    changed = managing_users.block(installation.database, access_of_operator(actor), user_id, now(), reason=reason)
    _told(as_json, {"changed": changed}, f"{user} is blocked{'' if changed else ' already'}; all sessions ended")


@treuwerk_command("unblock")
@click.argument("user")
@click.option("--reason", default="", help="Why, for the audit.")
@actor_option
def _unblock(context: Context, as_json: bool, user: str, reason: str, actor: str) -> None:
    """Let a user sign in again."""
    installation, user_id = _found(context, user)
    changed = managing_users.unblock(installation.database, access_of_operator(actor), user_id, now(), reason=reason)
    _told(as_json, {"changed": changed}, f"{user} can sign in{' again' if changed else ', as before'}")


@treuwerk_command("role")
@click.argument("user")
@click.argument("role")
@click.option("--withdraw", is_flag=True, help="Take the role instead of giving it.")
@actor_option
def _role(context: Context, as_json: bool, user: str, role: str, withdraw: bool, actor: str) -> None:
    """Give a user a ROLE of the service centre, or take it."""
    installation, user_id = _found(context, user)
    access, at = access_of_operator(actor), now()
    if withdraw:
        changed = managing_users.withdraw(installation.database, access, user_id, role, at)
    else:
        changed = managing_users.grant(installation, access, user_id, role, at)
    _told(as_json, {"changed": changed}, f"{user} {'no longer has' if withdraw else 'has'} the role {role}")


@treuwerk_command("password")
@click.argument("user")
@actor_option
@_stdin_option
def _set_password(context: Context, as_json: bool, user: str, actor: str, password_stdin: bool) -> None:
    """Give a user another password, which is asked for; all sessions end."""
    installation, user_id = _found(context, user)
    try:
        changed = managing_users.set_password(installation.database, access_of_operator(actor), user_id,
                                              _password(password_stdin), now())
    except WeakPassword as weak:
        raise Refusal("weak_password", str(weak)) from None
    if not changed:
        raise Refusal("no_login", f"found no login of {user!r}, expected a user who signs in with a password")
    _told(as_json, {"changed": True}, f"{user} has another password; all sessions ended")


@treuwerk_command("invite")
@click.argument("participant")
@click.option("--person", default="", help="Who is invited, as known in the company; else the company itself.")
@click.option("--role", default="manager", show_default=True, help="Role in the portal.")
@actor_option
def _invite(context: Context, as_json: bool, participant: str, person: str, role: str, actor: str) -> None:
    """Print a one-time code for the first login of somebody of a company. It is shown once, and good for 30 days."""
    installation, at = context.open(), now()
    account_id = account_named(installation, participant)
    person_id = person_named(installation.database, account_id, person, at) if person else 0
    code = managing_users.invite(installation, access_of_operator(actor), account_id, role, at, person_id=person_id)
    _told(as_json, {"customer_number": participant, "code": code, "role": role},
          f"{code}\n  with customer number {participant}, at /first-login, within 30 days")


@treuwerk_command("sessions")
@click.argument("user")
@click.option("--end", is_flag=True, help="End all of them.")
@actor_option
def _sessions(context: Context, as_json: bool, user: str, end: bool, actor: str) -> None:
    """List where a user is signed in, or end it all."""
    installation, user_id = _found(context, user)
    with installation.database.reading() as connection:
        found = sessions_of(connection, user_id, now())
    if end:
        managing_users.end_sessions(installation.database, access_of_operator(actor), user_id, now())
    if as_json:
        print_json({"ended": end, "sessions": [
            {"audience": one.audience.value, "method": one.method, "source": one.source, "agent": one.agent,
             "since": moment(one.created_at).isoformat(), "seen": moment(one.seen_at).isoformat()} for one in found]})
        return
    for one in found:
        since = moment(one.created_at).isoformat()
        click.echo(f"{one.audience}  since {since}  {one.method}  {one.source}  {one.agent}")
    click.echo(f"{len(found)} sessions{', all ended' if end else ''}")


@treuwerk_command("reset-factor")
@click.argument("user")
@click.option("--reason", required=True, help="Why, for the audit.")
@actor_option
def _reset_factor(context: Context, as_json: bool, user: str, reason: str, actor: str) -> None:
    """Help somebody whose phone is lost: app and recovery codes are gone, all sessions end."""
    installation, user_id = _found(context, user)
    changed = managing_users.drop_second_factor(installation.database, access_of_operator(actor), user_id, now(),
                                                reason=reason)
    _told(as_json, {"changed": changed}, f"{user} signs in with the password alone until another app is set up")


for subcommand in (_add, _list, _block, _unblock, _role, _set_password, _invite, _sessions, _reset_factor):
    command.add_command(subcommand)


def access_of_operator(actor: str) -> Access:
    """Who works at the machine itself may do everything; the audit has the name that was given."""
    return Access(0, acting_person(actor), Audience.OFFICE, names_for(Audience.OFFICE, PERMISSIONS),
                  session="command line")


def _found(context: Context, user: str) -> tuple[Installation, int]:
    installation: Installation = context.open()
    with installation.database.reading() as connection:
        return installation, user_named(connection, user)


def _one(roles: tuple[str, ...]) -> str:
    if len(roles) != 1:
        raise click.UsageError(f"--role: found {len(roles)} roles, expected one for a user of a company")
    return roles[0]


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return password


def _told(as_json: bool, content: dict[str, Any], words: str) -> None:
    if as_json:
        print_json(content)
    else:
        click.echo(words)


def _as_json(one: KnownUser) -> dict[str, Any]:
    return {"id": one.user.public_id, "name": one.user.name, "login": one.login, "state": one.user.state,
            "roles": one.roles, "companies": [{"account_id": str(each.account_id), "company": each.company,
                                               "person": each.person, "role": each.role} for each in one.companies]}
