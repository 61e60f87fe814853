"""What the doctor finds about the people of the service centre: whether any can sign in, and how well it is guarded."""

from collections.abc import Iterator
from functools import partial

from sqlalchemy import ColumnElement, Connection, Table, exists, func, or_, select

from treuwerk.domain.rights import Audience
from treuwerk.programme.reading import LoadedProgramme
from treuwerk.programme.settings import SecondFactor
from treuwerk.services.findings import Check, Finding, State, finding
from treuwerk.services.identity.sessions import ACTIVE
from treuwerk.store.database import Database
from treuwerk.store.tables import app_user, authenticator, external_login, local_login, passkey, user_role


def people_checks(database: Database, programme: LoadedProgramme | None) -> dict[str, Check]:
    """The checks of who may sign in to the service centre; none where there is no database yet."""
    if database.file is not None and not database.file.exists():
        return {}
    rule = programme.settings.sign_in_rules.second_factor if programme else SecondFactor.OFFICE
    return {"office_login": partial(_somebody, database, programme),
            "second_factor": partial(_guarded, database, rule)}


def _somebody(database: Database, programme: LoadedProgramme | None) -> Iterator[Finding]:
    with database.reading() as connection:
        users = _count(connection, or_(_has(local_login), _has(passkey), _has(external_login)))
    by_provider = [one.head.name for one in (programme.settings.sign_in if programme else ())
                   if one.head.audience is Audience.OFFICE and one.head.provisioning == "create"]
    found = f"{users} users" + (f", and whom {', '.join(by_provider)} brings" if by_provider else "")
    yield finding("office_login", found, "somebody who can sign in to the service centre",
                  "treuwerk user add LOGIN --name NAME --role admin --actor NAME",
                  None if users or by_provider else State.WARNING)


def _guarded(database: Database, rule: SecondFactor) -> Iterator[Finding]:
    """Who is asked for a second factor and has none yet cannot do anything before it is there."""
    with database.reading() as connection:
        alone = _count(connection, _has(local_login), ~_has(passkey),
                       ~_has(authenticator, authenticator.c.confirmed_at.is_not(None)))
    asked = rule is not SecondFactor.NOBODY
    found = f"{alone} users of the service centre with nothing but a password"
    yield finding("second_factor", f"{found}, who set up more at their next sign-in" if alone and asked else found,
                  "a second factor for everybody there", 'set second_factor = "office" in [sign_in_rules], or leave it '
                  "out: a stolen password is enough to work there", State.WARNING if alone and not asked else None)


def _count(connection: Connection, *conditions: ColumnElement[bool]) -> int:
    works = app_user.c.user_id.in_(select(user_role.c.user_id))
    return connection.execute(select(func.count()).select_from(app_user).where(
        app_user.c.state == ACTIVE, works, *conditions)).scalar_one()


def _has(table: Table, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(table.c.user_id == app_user.c.user_id, *conditions)
