"""One's own security: ways in, sessions, history. The same pages for participants and for the service centre."""

from typing import Any

from starlette.responses import Response

from treuwerk.domain.rights import Audience
from treuwerk.services.identity import own_security
from treuwerk.services.identity.passwords import WeakPassword, login_of
from treuwerk.services.identity.session_keeping import end_all, end_own
from treuwerk.services.identity.settling import missing
from treuwerk.services.identity.stepping_up import prove_own_password, require_recent
from treuwerk.web.access.entering import origin_of, wanted_path
from treuwerk.web.access.first_login import weak_words
from treuwerk.web.access.signing_in import too_many, wait_page
from treuwerk.web.shell.own_balance import chip_of
from treuwerk.web.shell.pages import gettext, page, see_other
from treuwerk.web.shell.sessions import cookie, set_cookie
from treuwerk.web.shell.settling import SETTLE
from treuwerk.web.shell.state import SESSION_COOKIE, Visit

BASES = {Audience.PORTAL: "/profile/security", Audience.OFFICE: "/office/security"}
_SECTIONS = {Audience.PORTAL: "/profile", Audience.OFFICE: "/office/security"}
"""The entry of the main navigation that the pages belong to."""


def base_of(visit: Visit) -> str:
    """The path of this page for the audience of the session; while that is not settled, the page that settles it."""
    return (SETTLE if is_settling(visit) else BASES)[visit.session.audience]


def is_settling(visit: Visit) -> bool:
    """Whether this session opens nothing else yet."""
    return missing(visit.session, visit.shell.second_factor) is not None


def settled(visit: Visit) -> str:
    """The token of a session that is about to be settled; empty for one that is already."""
    return cookie(visit.request.scope, SESSION_COOKIE) if is_settling(visit) else ""


def changed_page(visit: Visit, changed: own_security.Changed, what: str) -> Response:
    """What a change came to: codes that are shown this once, or back to the page, which says what was done."""
    if not changed.codes:
        return done(visit, what)
    onward = wanted_path(visit, visit.session.audience) if changed.token else base_of(visit)
    answer = security_template(visit, "access/codes.html", codes=changed.codes, onward=onward)
    if changed.token:
        set_cookie(answer, SESSION_COOKIE, changed.token)
    return answer


def security_page(visit: Visit) -> Response:
    """Everything at a glance, with a form for each change."""
    return shown(visit)


def shown(visit: Visit, errors: dict[str, str] | None = None, status: int = 0, **more: Any) -> Response:
    """The page, perhaps with what is wrong."""
    if is_settling(visit):
        return security_template(visit, "access/settle.html", errors, status, password=False, login="", **more)
    with visit.shell.installation.database.reading() as connection:
        found = own_security.overview(connection, visit.session, visit.shell.second_factor, visit.now)
    return security_template(visit, "access/security.html", errors, status, found=found,
                             here_key=visit.session.id_hash, done=visit.request.query_params.get("done", ""), **more)


def security_template(visit: Visit, template: str, errors: dict[str, str] | None = None, status: int = 0,
                      **more: Any) -> Response:
    """A page of this room in the frame of its audience."""
    chip = None if is_settling(visit) else chip_of(visit)
    framed = {"navigation": [], "next": wanted_path(visit, visit.session.audience)} if is_settling(visit) else {}
    return page(visit, template, status or (422 if errors else 200), base=base_of(visit), errors=errors or {},
                office=visit.session.audience is Audience.OFFICE and not framed, settling=bool(framed),
                section=_SECTIONS[visit.session.audience], chip=chip, **framed, **more)


def done(visit: Visit, what: str) -> Response:
    """Back to the page, which says what was done."""
    return see_other(f"{base_of(visit)}?done={what}")


def change_password_form(visit: Visit) -> Response:
    """Take another password; whoever knows the old one only from looking over a shoulder must sign in again."""
    database, session = visit.shell.installation.database, visit.session
    with database.reading() as connection:
        login = login_of(connection, session.identity.user_id)
    if not login:
        return done(visit, "")
    right, wait = prove_own_password(database, session.identity.user_id, visit.form.get("password", ""), visit.now)
    if wait:
        return wait_page(shown(visit, {"password": too_many(visit)}, 429), wait)
    if not right:
        return shown(visit, {"password": gettext(visit, "The present password is not right.")})
    try:
        own_security.change_password(database, session, login, visit.form.get("new_password", ""), origin_of(visit),
                                     visit.now)
    except WeakPassword as weak:
        return shown(visit, {"new_password": weak_words(visit, weak)})
    return done(visit, "password")


def end_session_form(visit: Visit) -> Response:
    """End one of the own sessions."""
    with visit.shell.installation.database.writing() as connection:
        end_own(connection, visit.me.user_id, visit.form.get("key", ""))
    return done(visit, "session")


def end_others_form(visit: Visit) -> Response:
    """End all own sessions but this one."""
    with visit.shell.installation.database.writing() as connection:
        end_all(connection, visit.me.user_id, but=visit.session.id_hash)
    return done(visit, "sessions")


def recovery_codes_form(visit: Visit) -> Response:
    """Fresh recovery codes, shown this once."""
    require_recent(visit.session, visit.now, back=base_of(visit))
    codes = own_security.fresh_codes(visit.shell.installation.database, visit.session, origin_of(visit), visit.now)
    return security_template(visit, "access/codes.html", codes=codes, onward=base_of(visit))
