"""What the commands that manage users share: who acts, whom it is about, a password that is asked for."""

import sys
from collections.abc import Callable
from typing import Any, TypeVar

import attrs
import click
from sqlalchemy import Connection

from treuwerk.cli.context import Context, now, print_json
from treuwerk.domain.actors import acting_person
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import PERMISSIONS, Access, Audience, names_for
from treuwerk.programme.reading import LoadedProgramme
from treuwerk.services.identity.known_users import user_named
from treuwerk.services.identity.passwords import NewLogin, WeakPassword, new_login
from treuwerk.services.installation import Installation

T = TypeVar("T")
stdin_option = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
reason_option = click.option("--reason", default="", help="Why, for the audit.")


@attrs.frozen
class About:
    """A user whom a command is about, and who acts."""

    access: Access
    programme: LoadedProgramme
    user_id: int
    now: int


def change(context: Context, actor: str, user: str, act: Callable[[Connection, About], T]) -> T:
    """Find the user of a login or an id and change him in one transaction; the answer is what `act` answers."""
    installation: Installation = context.open()
    with installation.database.reading() as connection:
        user_id = user_named(connection, user)
    about = About(access_of_operator(actor), installation.programme, user_id, now())
    return installation.database.run(lambda connection: act(connection, about))


def access_of_operator(actor: str) -> Access:
    """Who works at the machine itself may do everything; the audit has the name that was given."""
    return Access(0, acting_person(actor), Audience.OFFICE, names_for(Audience.OFFICE, PERMISSIONS),
                  session="command line")


def asked_login(login: str, *, from_stdin: bool) -> NewLogin:
    """The login with a password that is asked for; it never stands in a command.

    Raises:
        Refusal: `weak_password`.
    """
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    try:
        return new_login(login, password)
    except WeakPassword as weak:
        raise Refusal("weak_password", str(weak)) from None


def told(as_json: bool, content: dict[str, Any], words: str) -> None:
    """What was done, for machines or for people."""
    if as_json:
        print_json(content)
    else:
        click.echo(words)
