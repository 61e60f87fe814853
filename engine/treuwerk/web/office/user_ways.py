"""Helping a user back in: a starting password, told once, and a second factor that is taken away."""

from typing import Any

import attrs
from sqlalchemy import Connection
from starlette.responses import Response

from treuwerk.domain.refusals import Refusal
from treuwerk.services.identity import managing_users, passwords
from treuwerk.services.identity.known_users import KnownUser, known_user
from treuwerk.web.forms import Shown, text
from treuwerk.web.forms.pages import done, empty, read, refused, told
from treuwerk.web.office.frame import number_in, office_page, sent_back
from treuwerk.web.office.words import marked_refusal
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext
from treuwerk.web.shell.state import Visit

_HOME = "/office/users"
_FIELDS = {"login_taken": "login", "wrong_login": "login"}


@attrs.frozen
class StartingPassword:
    """A password that somebody is told, and replaces at the next sign-in."""

    login: str = text(marked("Login name"), longest=passwords.LONGEST_LOGIN)
    reason: str = text(marked("Reason"), longest=200)


@attrs.frozen
class FactorReset:
    """Why a second factor is taken away."""

    reason: str = text(marked("Reason"), longest=200)


def password_page(visit: Visit) -> Response:
    """The form."""
    user = _user(visit)
    login = next(iter(user.logins), user.email)
    return _shown(visit, "office/user_password.html", user, empty(visit, StartingPassword, {"login": login}))


def password_form(visit: Visit) -> Response:
    """Give the password and show it, this once. Sent twice, the second one counts."""
    user, result = _user(visit), read(visit, StartingPassword)
    if result.ok:
        wanted, password = result.value, passwords.starting_password()
        try:
            login = passwords.new_login(next(iter(user.logins), wanted.login), password, given=True)
            visit.shell.installation.database.run(lambda connection: managing_users.give_password(
                visit.access, connection, user.user_id, login, visit.now, reason=wanted.reason))
        except Refusal as refusal:
            result = result.refused(_FIELDS.get(refusal.code, "reason"), marked_refusal(refusal))
        else:
            return _shown(visit, "office/user_password.html", user, empty(visit, StartingPassword),
                          password=password, login=passwords.folded(login.login))
    return _shown(visit, "office/user_password.html", user, refused(visit, result), 422)


def factor_page(visit: Visit) -> Response:
    """The form."""
    return _shown(visit, "office/user_factor.html", _user(visit), empty(visit, FactorReset))


def factor_form(visit: Visit) -> Response:
    """Take the factors away."""
    user, result = _user(visit), read(visit, FactorReset)
    if not result.ok:
        return _shown(visit, "office/user_factor.html", user, refused(visit, result), 422)
    here = f"{_HOME}/{user.user_id}"

    def work(connection: Connection) -> str:
        managing_users.reset_factor(visit.access, connection, user.user_id, visit.now, reason=result.value.reason)
        told(visit, connection, gettext(visit, marked("The second factor is reset, and the user signed out "
                                                      "everywhere.")))
        return here

    try:
        return done(visit, work)
    except Refusal as refusal:
        return sent_back(visit, refusal, here)


def _user(visit: Visit) -> KnownUser:
    with visit.shell.installation.database.reading() as connection:
        return known_user(visit.access, connection, number_in(visit, "user"))


def _shown(visit: Visit, template: str, user: KnownUser, form: Shown, status: int = 200, **more: Any) -> Response:
    return office_page(visit, template, status, section=_HOME, user=user, form=form, **{"password": "", **more})
