"""The own profile: who one is, what the company is known by, where each of it comes from, and what can be changed."""

from typing import Any

import attrs
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from treuwerk.domain.refusals import Refusal
from treuwerk.programme.languages import PSEUDO, own_name
from treuwerk.services.identity.stepping_up import require_recent
from treuwerk.services.participants import own_profile
from treuwerk.services.participants.own_profile import LONGEST_NAME, OwnDraft, OwnLogin
from treuwerk.web.forms import Result, Shown, choice, email, taken, text
from treuwerk.web.forms.pages import CONFLICT, done, empty, language_of, read, refused, told, version_of
from treuwerk.web.portal.acting import refusal_message
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.own_balance import own_chip
from treuwerk.web.shell.pages import page
from treuwerk.web.shell.participant_words import SCHEMES, STATUSES
from treuwerk.web.shell.state import Visit

HERE, DETAILS = "/profile", "/profile/details"


@attrs.frozen
class Details:
    """What the user is known by."""

    name: str = text(marked("Name"), longest=LONGEST_NAME)
    email: str = email(marked("E-mail address"), required=False)
    locale: str = choice(marked("Language"), required=False)

    def draft(self) -> OwnDraft:
        """What the service keeps."""
        return OwnDraft(self.name, self.email, self.locale)


def profile_page(visit: Visit) -> Response:
    """Everything at one look; the service centre, which only looks, sees the company."""
    with visit.shell.installation.database.reading() as connection:
        company = own_profile.company(visit.access, connection)
        own = own_profile.own_login(visit.access, connection)
        chip = own_chip(visit, connection)
    return profile_template(visit, "portal/profile.html", company=company, own=own, chip=chip, statuses=STATUSES,
                            schemes=SCHEMES, providers=_providers(visit))


def profile_template(visit: Visit, template: str, status: int = 200, **context: Any) -> Response:
    """A page of this room."""
    return page(visit, template, status, section=HERE, **context)


def details_page(visit: Visit) -> Response:
    """Name, mail and language, to be changed; who wants to change more than the language proves once more who it is."""
    with visit.shell.installation.database.reading() as connection:
        own = own_profile.own_login(visit.access, connection)
    if own is None:
        raise HTTPException(404)
    options = {"locale": [code for code, _ in _languages(visit)]}
    if visit.request.method != "POST":
        return _form(visit, own, empty(visit, Details, own, version=own.version))
    result = read(visit, Details, options)
    if result.ok:
        draft, version = result.value.draft(), version_of(visit)
        try:
            if own_profile.is_contact(own, draft):
                require_recent(visit.session, visit.now)
            return done(visit, lambda connection: _changed(visit, connection, draft, version))
        except Refusal as refusal:
            result = result.refused("name", refusal_message(refusal))
        except own_profile.LoginChanged as both:
            return _conflict(visit, result, both)
    return _form(visit, own, refused(visit, result), 422)


def _changed(visit: Visit, connection: Connection, draft: OwnDraft, version: int) -> str:
    own_profile.change_own(visit.access, connection, draft, version, visit.now)
    words = marked("Your details are saved.")
    told(visit, connection, visit.shell.renderer.text(draft.locale or visit.locale, words))
    return HERE


def _conflict(visit: Visit, result: Result[Details], both: own_profile.LoginChanged) -> Response:
    names = dict(_languages(visit))
    form, sides = taken(Details, refused(visit, result), both.theirs, both.theirs.version, language_of(visit),
                        words={"locale": lambda code: names.get(code, code)})
    return _form(visit, both.theirs, form, CONFLICT, conflict=sides)


def _form(visit: Visit, own: OwnLogin, form: Shown, status: int = 200, conflict: object = None) -> Response:
    with visit.shell.installation.database.reading() as connection:
        chip = own_chip(visit, connection)
    return profile_template(visit, "portal/details.html", status, own=own, form=form, conflict=conflict, chip=chip,
                            languages=_languages(visit))


def _languages(visit: Visit) -> list[tuple[str, str]]:
    return [(code, own_name(code)) for code in visit.shell.renderer.locales if code != PSEUDO]


def _providers(visit: Visit) -> dict[str, Any]:
    """What the buttons of identity providers say, by name and language."""
    return {one.head.name: one.head.title for one in visit.shell.installation.programme.settings.sign_in}
