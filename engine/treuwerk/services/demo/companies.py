"""The people and addresses of a demo's companies: who has access, who is invited, who left, and where parcels go.

A bundle brings ``colleagues.csv`` (customer_number;person;email;role;state;days_ago) and ``addresses.csv``
(customer_number;label;name;street;postcode;city;country) beside its other files; both may be left out. `state` is
``active``, ``invited`` or ``ended``, `days_ago` the last sign-in. Everything goes through the real services.
"""

from functools import partial
from pathlib import Path

from sqlalchemy import Connection, update

from treuwerk.domain.folding import name_key
from treuwerk.domain.ids import public_user_id
from treuwerk.domain.rights import PERMISSIONS, Access, Audience, names_for
from treuwerk.programme.roles import MANAGER
from treuwerk.services.finding import account_of
from treuwerk.services.identity import linking
from treuwerk.services.identity.memberships import add_membership
from treuwerk.services.identity.sign_in_history import SIGNED_IN, note_event
from treuwerk.services.identity.users import add_user
from treuwerk.services.installation import Installation
from treuwerk.services.master_files import NamedRow, rows_if_there
from treuwerk.services.participants import managing_people, own_addresses
from treuwerk.services.participants.colleagues import Giving, giving
from treuwerk.services.participants.managing_people import Invitation
from treuwerk.services.participants.members import Member, members_of
from treuwerk.services.participants.own_addresses import AddressDraft
from treuwerk.store.people import people_known_as
from treuwerk.store.tables import app_user

_DAY = 86_400_000_000
_KNOWN_DAYS = 300


def populate(installation: Installation, folder: Path, now: int) -> None:
    """Make the people of the companies, then their addresses, in the order of the files."""
    for row in rows_if_there(folder / "colleagues.csv", ("customer_number", "person", "role", "state")):
        _colleague(installation, row, now)
    for row in rows_if_there(folder / "addresses.csv", ("customer_number", "label", "street", "city", "country")):
        installation.database.run(partial(_address, installation, row, now))


def _colleague(installation: Installation, row: NamedRow, now: int) -> None:
    access = access_of_manager(installation, row.cells["customer_number"])
    allowed = giving(access, installation.programme.settings, PERMISSIONS)
    if row.cells["state"] == "invited":
        fresh = linking.fresh_code(access.account_id)
        invitation = Invitation(row.cells["role"], name=row.cells["person"])
        installation.database.run(lambda connection: managing_people.invite(access, connection, allowed, invitation,
                                                                            fresh, now))
        return
    installation.database.run(partial(_let_in, access, allowed, row, now))


def _let_in(access: Access, allowed: Giving, row: NamedRow, now: int, connection: Connection) -> None:
    """Give access to a person; who has it already, by a login of the demo, gets name and mail."""
    cells, key = row.cells, (access.account_id, name_key(row.cells["person"]))
    person_id = people_known_as(connection, {key: cells["person"]}, now)[key]
    there = [one for one in members_of(connection, access.account_id) if one.person_id == person_id and one.user_id]
    user_id = _known(connection, there[0], cells) if there else add_user(
        connection, cells["person"], now - _KNOWN_DAYS * _DAY, email=cells.get("email", ""))
    if not there:
        add_membership(connection, user_id, access.account_id, now - _KNOWN_DAYS * _DAY, role=cells["role"],
                       person_id=person_id)
    if cells.get("days_ago"):
        note_event(connection, user_id, SIGNED_IN, "password", now - int(cells["days_ago"]) * _DAY)
    if cells["state"] == "ended":
        managing_people.end_access(access, connection, allowed, user_id, now - _DAY)


def _known(connection: Connection, member: Member, cells: dict[str, str]) -> int:
    connection.execute(update(app_user).where(app_user.c.user_id == member.user_id).values(
        name=cells["person"], email=cells.get("email", "")))
    return member.user_id


def _address(installation: Installation, row: NamedRow, now: int, connection: Connection) -> None:
    cells = row.cells
    access = _access(connection, account_of(connection, cells["customer_number"]))
    draft = AddressDraft(cells["label"], cells["name"], cells["street"], cells["postcode"], cells["city"],
                         cells["country"])
    own_addresses.add_address(access, connection, installation.programme.settings, draft, now)


def access_of_manager(installation: Installation, number: str) -> Access:
    """Who manages the people of a company, by its customer number, at work."""
    with installation.database.reading() as connection:
        return _access(connection, account_of(connection, number))


def _access(connection: Connection, account_id: int) -> Access:
    """Who manages the people of the company, at work."""
    user_id = next((one.user_id for one in members_of(connection, account_id) if one.role == MANAGER), 0)
    return Access(user_id, public_user_id(user_id), Audience.PORTAL, names_for(Audience.PORTAL), account_id)
