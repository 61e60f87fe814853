"""What a participant's user finds of himself and of his company, and what he may change: name, mail and language."""

from collections.abc import Sequence
from typing import Any

import attrs
from sqlalchemy import Connection, select, update

from treuwerk.domain.ids import public_user_id
from treuwerk.domain.participants import CUSTOMER_NUMBER, ParticipantStatus
from treuwerk.domain.phones import Phone, phones_of
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access, OutOfScope
from treuwerk.services.auditing import note_act
from treuwerk.store.one_by_one import change_users_one_by_one
from treuwerk.store.search import index_accounts
from treuwerk.store.tables import (
    account,
    app_user,
    external_login,
    identifier,
    membership,
    participant,
    person,
    user_role,
)

READ, WRITE = "own.profile.read", "own.profile.write"
LONGEST_NAME = 100


class LoginChanged(Exception):
    """The own login was changed in another window meanwhile; `theirs` is what stands there now."""

    def __init__(self, theirs: "OwnLogin") -> None:
        super().__init__(f"version {theirs.version} of this login is newer than yours")
        self.theirs = theirs


@attrs.frozen
class OwnLogin:
    """The user's own side. `name` is that of the person in the present company where there is one.

    `role` is the one in the present company, `companies` how many there are to act for. `providers` are the names of
    identity providers that lead here.
    """

    name: str
    email: str
    locale: str
    role: str
    since: int
    companies: int
    providers: tuple[str, ...]
    version: int
    changed_at: int


@attrs.frozen
class Company:
    """What the master data says of a company; `numbers` are scheme and value as written."""

    number: str
    name: str
    group: str
    status: ParticipantStatus
    country: str
    locale: str
    email: str
    phones: Sequence[Phone]
    street: str
    postcode: str
    city: str
    joined_at: int
    changed_at: int
    numbers: Sequence[tuple[str, str]]


@attrs.frozen
class OwnDraft:
    """What the user wants to be known by; `locale` empty for what the browser asks for."""

    name: str
    email: str = ""
    locale: str = ""


def company(access: Access, connection: Connection) -> Company:
    """The company that somebody acts for, or whose pages the service centre views; two queries.

    Raises:
        OutOfScope: there is none.
    """
    access.require(READ)
    row = connection.execute(select(participant, account.c.opened_at).join(
        account, account.c.account_id == participant.c.account_id).where(
        participant.c.account_id == access.account_id)).one_or_none()
    if row is None:
        raise OutOfScope
    numbers = connection.execute(select(identifier.c.scheme, identifier.c.written_as).where(
        identifier.c.account_id == access.account_id).order_by(
        identifier.c.scheme != CUSTOMER_NUMBER, identifier.c.scheme, identifier.c.value)).all()
    number = next((value for scheme, value in numbers if scheme == CUSTOMER_NUMBER), "")
    others = [(scheme, value) for scheme, value in numbers if (scheme, value) != (CUSTOMER_NUMBER, number)]
    return Company(number, row.name, row.group, ParticipantStatus(row.status), row.country, row.locale, row.email,
                   phones_of(row.attributes), row.street, row.postcode, row.city, row.opened_at, row.changed_at, others)


def own_login(access: Access, connection: Connection) -> OwnLogin | None:
    """The user's own side; None for the service centre, which only looks at the company. Two queries."""
    access.require(READ)
    if access.viewing:
        return None
    return _own_login(access, connection)


def change_own(access: Access, connection: Connection, draft: OwnDraft, version: int, now: int) -> OwnLogin:
    """Change name, mail and language of the own login; `version` is the one that the change was made from.

    Who is a person of the company gets another name there, too. Lists go on to find that person by the name of before.
    The audit keeps which of them changed, not what they are: it is kept for good, and people can be forgotten.

    Raises:
        LoginChanged: it was changed meanwhile; nothing was changed now.
        Refusal: `no_name`, `viewing`; `office_name`: the books know a user of the service centre by this name.
    """
    access.require(WRITE)
    if access.viewing:
        raise Refusal("viewing", "found the service centre looking at this page, expected the user himself")
    before, wanted = _own_login(access, connection), _tidy(draft)
    fields = [name for name in ("name", "email", "locale") if getattr(before, name) != getattr(wanted, name)]
    if before.version == version and not fields:
        return before
    if "name" in fields:
        _refuse_of_office(connection, access.user_id)
    changed = connection.execute(update(app_user).where(
        app_user.c.user_id == access.user_id, app_user.c.version == version).values(
        name=wanted.name, email=wanted.email, locale=wanted.locale, changed_at=now, version=version + 1))
    if changed.rowcount != 1:
        raise LoginChanged(_own_login(access, connection))
    if access.person_id and fields != ["locale"]:
        _rename_person(access, connection, wanted)
    note_act(connection, access, "profile.change", access.account_id, public_user_id(access.user_id), now=now,
             before={"locale": before.locale}, after={"locale": wanted.locale, "fields": fields})
    return _own_login(access, connection)


def _refuse_of_office(connection: Connection, user_id: int) -> None:
    """A second person agrees under another name: nobody who books points may take one by himself."""
    change_users_one_by_one(connection)
    if connection.execute(select(user_role.c.role).where(user_role.c.user_id == user_id)).first() is not None:
        raise Refusal("office_name", "found a user of the service centre, expected another one: the books tell by this "
                      "name who acted")


def _rename_person(access: Access, connection: Connection, draft: OwnDraft) -> None:
    connection.execute(update(person).where(
        person.c.account_id == access.account_id, person.c.id == access.person_id).values(
        name=draft.name, email=draft.email))
    index_accounts(connection, [access.account_id])


def is_contact(before: OwnLogin, draft: OwnDraft) -> bool:
    """Whether a change is about how somebody is reached and called, and not about the language only."""
    wanted = _tidy(draft)
    return (before.name, before.email) != (wanted.name, wanted.email)


def choose_locale(connection: Connection, user_id: int, locale: str, now: int) -> None:
    """Keep the language that a user chose; it holds wherever that user signs in.

    The version stays: the language is switched beside a form that is being filled in, also that of the own profile, and
    whoever sends it afterwards shall not be told that somebody else changed the profile meanwhile.
    """
    connection.execute(update(app_user).where(app_user.c.user_id == user_id, app_user.c.locale != locale).values(
        locale=locale, changed_at=now))


def _tidy(draft: OwnDraft) -> OwnDraft:
    name = " ".join(draft.name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise Refusal("no_name", f"found a name of {len(name)} characters, expected 1 to {LONGEST_NAME}")
    return attrs.evolve(draft, name=name, email=draft.email.strip())


def _own_login(access: Access, connection: Connection) -> OwnLogin:
    own_person = (person.c.account_id == membership.c.account_id) & (person.c.id == membership.c.person_id)
    rows: Sequence[Any] = connection.execute(
        select(app_user.c.name, app_user.c.email, app_user.c.locale, app_user.c.version, app_user.c.changed_at,
               membership.c.account_id, membership.c.person_id, membership.c.role, membership.c.since,
               person.c.name.label("person"))
        .select_from(app_user.join(membership, membership.c.user_id == app_user.c.user_id)
                     .join(person, own_person, isouter=True))
        .where(app_user.c.user_id == access.user_id)).all()
    here = [row for row in rows if (row.account_id, row.person_id) == (access.account_id, access.person_id)]
    if not here:
        raise OutOfScope
    providers = connection.execute(select(external_login.c.provider).where(
        external_login.c.user_id == access.user_id).distinct().order_by(external_login.c.provider)).scalars()
    row = here[0]
    return OwnLogin(row.person or row.name, row.email, row.locale, row.role, row.since,
                    len({one.account_id for one in rows}), tuple(providers), row.version, row.changed_at)
