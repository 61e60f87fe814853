"""Users and roles of the service centre."""

from collections.abc import Callable

import attrs
from sqlalchemy import Connection
from starlette.responses import Response

from treuwerk.domain.actors import LONGEST_NAME
from treuwerk.domain.refusals import Refusal
from treuwerk.programme.roles import roles_of
from treuwerk.services.identity import known_users, managing_users
from treuwerk.web.forms import Shown, email, several, text
from treuwerk.web.forms.pages import done, empty, read, refused, told
from treuwerk.web.office.frame import acted, number_in, office_page, programme_of, settings_of
from treuwerk.web.office.words import marked_refusal
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext
from treuwerk.web.shell.state import Visit

_HOME = "/office/users"
_FIELDS = {"no_name": "name", "name_taken": "name"}


@attrs.frozen
class NewUser:
    """Somebody who shall work in the service centre."""

    name: str = text(marked("Name"), longest=LONGEST_NAME)
    email: str = email(marked("Mail"), required=False)
    roles: tuple[str, ...] = several(marked("Roles"), required=True)


@attrs.frozen
class Roles:
    """The roles that somebody has by hand."""

    roles: tuple[str, ...] = several(marked("Roles"))


def users_page(visit: Visit) -> Response:
    """Everybody, with roles and the last sign-in."""
    words = visit.request.query_params.get("q", "")[:80]
    with visit.shell.installation.database.reading() as connection:
        found = known_users.list_users(visit.access, connection, words, in_office=True)
    return office_page(visit, "office/users.html", section=_HOME, users=found, words=words, roles=_role_names(visit))


def new_user_page(visit: Visit) -> Response:
    """The form."""
    return _new(visit, empty(visit, NewUser))


def new_user_form(visit: Visit) -> Response:
    """Make the user."""
    result = read(visit, NewUser, {"roles": known_users.office_roles(settings_of(visit))})
    if result.ok:
        wanted = result.value
        try:
            return done(visit, lambda connection: _created(visit, connection, wanted))
        except Refusal as refusal:
            result = result.refused(_FIELDS.get(refusal.code, "roles"), marked_refusal(refusal))
    return _new(visit, refused(visit, result), 422)


def _created(visit: Visit, connection: Connection, wanted: NewUser) -> str:
    user_id = managing_users.create_office_user(visit.access, connection, programme_of(visit), wanted.name,
                                                wanted.roles, visit.now, email=wanted.email)
    told(visit, connection, gettext(visit, marked("The user is there.")))
    return f"{_HOME}/{user_id}"


def _new(visit: Visit, form: Shown, status: int = 200) -> Response:
    return office_page(visit, "office/new_user.html", status, section=_HOME, form=form, roles=_options(visit))


def user_page(visit: Visit) -> Response:
    """One user: roles, ways in, sessions."""
    user_id = number_in(visit, "user")
    with visit.shell.installation.database.reading() as connection:
        user = known_users.known_user(visit.access, connection, user_id)
        sessions = known_users.sessions_of_user(visit.access, connection, user_id, visit.now)
    by_hand = [role for role, source in user.roles.items() if source == "hand"]
    return office_page(visit, "office/user.html", section=_HOME, user=user, sessions=sessions, roles=_options(visit),
                       names=_role_names(visit), form=empty(visit, Roles, {"roles": by_hand}),
                       own=user_id == visit.access.user_id, key=visit.session.id_hash)


def roles_form(visit: Visit) -> Response:
    """Give exactly these roles."""
    result = read(visit, Roles, {"roles": known_users.office_roles(settings_of(visit))})
    chosen = result.value.roles if result.ok else ()

    def act(connection: Connection, user_id: int) -> str:
        managing_users.set_roles(visit.access, connection, programme_of(visit), user_id, chosen, visit.now)
        return gettext(visit, marked("The roles are changed."))

    return _act(visit, act)


def block_form(visit: Visit) -> Response:
    """Let a user sign in no more."""
    def act(connection: Connection, user_id: int) -> str:
        managing_users.block(visit.access, connection, programme_of(visit), user_id, visit.now)
        return gettext(visit, marked("The user is blocked, and signed out everywhere."))

    return _act(visit, act, undo="unblock")


def unblock_form(visit: Visit) -> Response:
    """Let a user sign in again."""
    def act(connection: Connection, user_id: int) -> str:
        managing_users.unblock(visit.access, connection, programme_of(visit), user_id, visit.now)
        return gettext(visit, marked("The user can sign in again."))

    return _act(visit, act)


def end_sessions_form(visit: Visit) -> Response:
    """End one session of a user, or all but the own one."""
    def act(connection: Connection, user_id: int) -> str:
        managing_users.end_sessions(visit.access, connection, user_id, visit.now, key=visit.form.get("key", ""),
                                    but=visit.session.id_hash)
        return gettext(visit, marked("The sessions are ended."))

    return _act(visit, act)


def roles_page(visit: Visit) -> Response:
    """Which role may do what, as the programme file says."""
    codes, rights = known_users.matrix(settings_of(visit), visit.shell.permissions.values())
    return office_page(visit, "office/roles.html", section="/office/roles", codes=codes, rights=rights,
                       names=_role_names(visit))


def _act(visit: Visit, act: Callable[[Connection, int], str], undo: str = "") -> Response:
    user_id = number_in(visit, "user")
    here = f"{_HOME}/{user_id}"

    def work(connection: Connection) -> str:
        told(visit, connection, act(connection, user_id), undo_path=f"{here}/{undo}" if undo else "")
        return here

    return acted(visit, lambda connection, _: work(connection), here)


def _role_names(visit: Visit) -> dict[str, str]:
    return {code: role.name.get(visit.locale) or next(iter(role.name.values()))
            for code, role in roles_of(settings_of(visit)).items()}


def _options(visit: Visit) -> list[tuple[str, str]]:
    names = _role_names(visit)
    return [(code, names[code]) for code in known_users.office_roles(settings_of(visit))]
