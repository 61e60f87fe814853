"""``treuwerk user``: who may sign in, where, and with which roles."""

import os
from typing import Any

import attrs
import click

from treuwerk.cli.acting import account_named, actor_option
from treuwerk.cli.context import DONE, IN_PART, Context, now, print_json, treuwerk_command
from treuwerk.cli.managing import access_of_operator, asked_login, change, reason_option, stdin_option, told
from treuwerk.domain.ids import public_user_id
from treuwerk.domain.ledger import moment
from treuwerk.domain.refusals import Refusal
from treuwerk.services.identity import managing_users
from treuwerk.services.identity.authenticators import seal_all
from treuwerk.services.identity.keyring import NEW_KEY, VARIABLE, read_keyring
from treuwerk.services.identity.known_users import KnownUser, list_users, user_named
from treuwerk.services.identity.passwords import login_of
from treuwerk.services.identity.session_keeping import sessions_of
from treuwerk.services.participants.inviting import invite
from treuwerk.services.participants.people import person_named
from treuwerk.services.rewards.code_vault import reseal


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
@stdin_option
def _add(context: Context, as_json: bool, login: str, name: str, roles: tuple[str, ...], participant: str | None,
         email: str, actor: str, password_stdin: bool) -> None:
    """Make a user with LOGIN and a password that is asked for: of the service centre, or of a company."""
    installation, at, access = context.open(), now(), access_of_operator(actor)
    fresh, programme = asked_login(login, from_stdin=password_stdin), installation.programme
    if participant is None:
        user_id = installation.database.run(lambda connection: managing_users.create_office_user(
            access, connection, programme, name or login, roles, at, email=email, login=fresh))
    else:
        account_id, role = account_named(installation, participant), _one(roles)
        user_id = installation.database.run(lambda connection: managing_users.create_portal_user(
            access, connection, programme, account_id, fresh, role, at, name=name))
    told(as_json, {"id": public_user_id(user_id), "login": login.strip().casefold()},
         f"{public_user_id(user_id)}  {login} can sign in")


@treuwerk_command("list")
def _list(context: Context, as_json: bool) -> None:
    """List all users with their roles, companies and ways in."""
    installation = context.open()
    with installation.database.reading() as connection:
        found = list_users(access_of_operator("operator"), connection)
    if as_json:
        print_json([_as_json(one) for one in found])
        return
    for one in found:
        places = [*one.roles, *(f"{each.role} of {each.company}" for each in one.companies)]
        state = "" if one.active else f"  ({one.state})"
        click.echo(f"{one.public_id}  {', '.join(one.logins) or '-'}  {one.name}: {', '.join(places) or 'none'}{state}")


def _state_command(name: str, act: Any, help_: str, words: str, as_before: str) -> click.Command:
    """Blocking and its undo are one command with two names."""
    @treuwerk_command(name, help=help_)
    @click.argument("user")
    @reason_option
    @actor_option
    def run(context: Context, as_json: bool, user: str, reason: str, actor: str) -> None:
        changed = change(context, actor, user, lambda connection, about: act(
            about.access, connection, about.programme, about.user_id, about.now, reason=reason))
        told(as_json, {"changed": changed}, f"{user} {words if changed else as_before}")

    return run


_block = _state_command("block", managing_users.block, "Let a user sign in no more; all sessions end at once.",
                        "is blocked; all sessions ended", "is blocked already; all sessions ended")
_unblock = _state_command("unblock", managing_users.unblock, "Let a user sign in again.", "can sign in again",
                          "can sign in, as before")


@treuwerk_command("role")
@click.argument("user")
@click.argument("role")
@click.option("--withdraw", is_flag=True, help="Take the role instead of giving it.")
@actor_option
def _role(context: Context, as_json: bool, user: str, role: str, withdraw: bool, actor: str) -> None:
    """Give a user a ROLE of the service centre, or take it."""
    wanted: dict[str, list[str]] = {"take": [role]} if withdraw else {"give": [role]}
    changed = change(context, actor, user, lambda connection, about: managing_users.change_roles(
        about.access, connection, about.programme, about.user_id, about.now, **wanted))
    told(as_json, {"changed": changed}, f"{user} {'no longer has' if withdraw else 'has'} the role {role}")


@treuwerk_command("password")
@click.argument("user")
@actor_option
@stdin_option
def _set_password(context: Context, as_json: bool, user: str, actor: str, password_stdin: bool) -> None:
    """Give a user another password, which is asked for; all sessions end."""
    installation = context.open()
    with installation.database.reading() as connection:
        login = login_of(connection, user_named(connection, user))
    if not login:
        raise Refusal("no_login", f"found no login of {user!r}, expected a user who signs in with a password")
    fresh = asked_login(login, from_stdin=password_stdin)
    change(context, actor, user, lambda connection, about: managing_users.give_password(
        about.access, connection, about.user_id, fresh, about.now))
    told(as_json, {"changed": True}, f"{user} has another password; all sessions ended")


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
    code = invite(access_of_operator(actor), installation, account_id, person_id, role, at)
    told(as_json, {"customer_number": participant, "code": code, "role": role},
         f"{code}\n  with customer number {participant}, at /first-login, within 30 days")


@treuwerk_command("sessions")
@click.argument("user")
@click.option("--end", is_flag=True, help="End all of them.")
@actor_option
def _sessions(context: Context, as_json: bool, user: str, end: bool, actor: str) -> None:
    """List where a user is signed in, or end it all."""
    found = change(context, actor, user, lambda connection, about: sessions_of(connection, about.user_id, about.now))
    if end:
        change(context, actor, user, lambda connection, about: managing_users.end_sessions(
            about.access, connection, about.user_id, about.now))
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
    """Help somebody whose phone is lost: app, passkeys and recovery codes are gone."""
    changed = change(context, actor, user, lambda connection, about: managing_users.reset_factor(
        about.access, connection, about.user_id, about.now, reason=reason))
    told(as_json, {"changed": changed}, f"{user} signs in with the password, and sets up another app then")


@treuwerk_command("seal")
def _seal(context: Context, as_json: bool) -> int:
    """Encrypt the secrets of all authenticator apps with the first key of TREUWERK_SECRET_KEYS.

    So is the key by which voucher codes are encrypted.

    Exit codes: 0 all are, 3 some are under keys that are not there.
    """
    keys = read_keyring(os.environ)
    if not keys.keys:
        raise Refusal("no_key", f"found no key in {VARIABLE}, expected one; make it by {NEW_KEY}")
    database = context.open().database
    done, codes = seal_all(database, keys), database.run(lambda connection: reseal(connection, keys))
    told(as_json, attrs.asdict(done) | {"codes": codes},
         f"{done.sealed} secrets encrypted with the first key, {done.before} were already"
         + (f"; {done.unknown} are under keys that are not there" if done.unknown else "")
         + ("; so is the key of voucher codes now" if codes else ""))
    return IN_PART if done.unknown else DONE


for subcommand in (_add, _list, _block, _unblock, _role, _set_password, _invite, _sessions, _reset_factor, _seal):
    command.add_command(subcommand)


def _one(roles: tuple[str, ...]) -> str:
    if len(roles) != 1:
        raise click.UsageError(f"--role: found {len(roles)} roles, expected one for a user of a company")
    return roles[0]


def _as_json(one: KnownUser) -> dict[str, Any]:
    return {"id": one.public_id, "name": one.name, "login": next(iter(one.logins), ""), "state": one.state,
            "roles": dict(one.roles), "app": one.has_app, "passkeys": one.passkeys,
            "companies": [{"account_id": str(each.account_id), "company": each.company, "person": each.person,
                           "role": each.role} for each in one.companies]}
