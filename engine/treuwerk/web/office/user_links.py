"""Identities of providers that lead to a user: linked to a sign-in that waits, and taken away again."""

import attrs
from sqlalchemy import Connection
from starlette.responses import Response

from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Audience
from treuwerk.services.identity import waiting_sign_ins as waiting
from treuwerk.services.identity.known_users import known_user
from treuwerk.web.forms import Shown, choice
from treuwerk.web.forms.pages import done, empty, read, refused, told
from treuwerk.web.office.frame import number_in, office_page, settings_of
from treuwerk.web.office.words import marked_refusal
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext
from treuwerk.web.shell.state import Visit


@attrs.frozen
class Linked:
    """Which of the sign-ins that wait is this user."""

    sign_in: str = choice(marked("Sign-in that waits"), missing=marked("Choose the sign-in that is this person."))


def links_page(visit: Visit) -> Response:
    """What leads to the user, and what could."""
    return _page(visit, empty(visit, Linked))


def link_form(visit: Visit) -> Response:
    """Link the chosen sign-in."""
    user_id = number_in(visit, "user")
    with visit.shell.installation.database.reading() as connection:
        keys = [one.key for one in waiting.waiting_sign_ins(visit.access, connection, visit.now)]
    result = read(visit, Linked, {"sign_in": keys})
    if result.ok:
        key = result.value.sign_in
        try:
            return done(visit, lambda connection: _linked(visit, connection, user_id, key))
        except Refusal as refusal:
            result = result.refused("sign_in", marked_refusal(refusal))
    return _page(visit, refused(visit, result), 422)


def _linked(visit: Visit, connection: Connection, user_id: int, key: str) -> str:
    one = waiting.link_waiting(visit.access, connection, user_id, key, visit.now)
    here = f"/office/users/{user_id}/links"
    told(visit, connection, gettext(visit, marked("The sign-in is linked. The person can sign in again now.")),
         undo_path=f"/office/users/{user_id}/unlink", undo_fields={"issuer": one.issuer, "subject": one.subject})
    return here


def unlink_form(visit: Visit) -> Response:
    """Let an identity lead to the user no more."""
    user_id = number_in(visit, "user")

    def act(connection: Connection) -> str:
        gone = waiting.unlink(visit.access, connection, user_id, visit.form.get("issuer", ""),
                              visit.form.get("subject", ""), visit.now)
        words = marked("The identity leads to this user no more, and its sessions are ended.") if gone else marked(
            "This identity did not lead to this user. Nothing was changed.")
        told(visit, connection, gettext(visit, words), tone="good" if gone else "info")
        return f"/office/users/{user_id}/links"

    return done(visit, act)


def _page(visit: Visit, form: Shown, status: int = 200) -> Response:
    user_id = number_in(visit, "user")
    with visit.shell.installation.database.reading() as connection:
        user = known_user(visit.access, connection, user_id)
        linked = waiting.identities_of(visit.access, connection, user_id)
        found = waiting.waiting_sign_ins(visit.access, connection, visit.now)
    titles = {one.head.name: one.head.title.get(visit.locale) or one.head.name for one in settings_of(visit).sign_in}
    any_there = any(one.head.audience is Audience.OFFICE for one in settings_of(visit).sign_in)
    return office_page(visit, "office/user_links.html", status, section="/office/users", user=user, form=form,
                       linked=linked, waiting=found, titles=titles, any_provider=any_there,
                       minutes=waiting.KEPT_SECONDS // 60)
