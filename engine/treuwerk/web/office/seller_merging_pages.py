"""Making one seller of two: which one stays, what that does, doing it and undoing it."""

from urllib.parse import urlencode

import attrs
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from treuwerk.domain.refusals import Refusal
from treuwerk.domain.sellers import Seller
from treuwerk.services.changes import seller_merging
from treuwerk.services.changes.seller_merging import Merge
from treuwerk.services.clearing import known_sellers, sellers
from treuwerk.web.forms import Shown, choice, text
from treuwerk.web.forms.pages import UNPROCESSABLE, done, empty, read, refused, told
from treuwerk.web.forms.reading import Result
from treuwerk.web.office.frame import acted, number_in, office_page, settings_of
from treuwerk.web.office.seller_pages import HOME, SCHEMES, is_name, seller_url
from treuwerk.web.office.words import marked_refusal
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext
from treuwerk.web.shell.state import Visit

_FOUND = 20


@attrs.frozen
class Merging:
    """Which seller stays, and why they are one."""

    into: str = choice(marked("The seller that stays"), missing=marked("Choose the seller that stays."))
    reason: str = text(marked("Why"), longest=400)


def merge_page(visit: Visit) -> Response:
    """The sellers that may be the same one."""
    return _page(visit, _one(visit), empty(visit, Merging))


def merge_form(visit: Visit) -> Response:
    """Show what making them one does, or do it."""
    one = _one(visit)
    result = read(visit, Merging, {"into": [other.code for other in _others(visit, one)]})
    if not result.ok:
        return _page(visit, one, refused(visit, result), status=UNPROCESSABLE)
    wanted = result.value
    try:
        if visit.request.query_params.get("merge") == "1":
            return done(visit, lambda connection: _merged(visit, connection, one, wanted))
        with visit.shell.installation.database.reading() as connection:
            would = seller_merging.preview(visit.access, connection, settings_of(visit), one.code, wanted.into)
    except Refusal as refusal:
        return _told_why(visit, one, result, refusal)
    return _page(visit, one, refused(visit, result), would=would)


def undo_form(visit: Visit) -> Response:
    """Make them two again."""
    def undo(connection: Connection) -> str:
        was = seller_merging.undo(visit.access, connection, number_in(visit, "merge"), visit.now)
        told(visit, connection, gettext(visit, marked("%(name)s is a seller of its own again.")) % {"name": was.name})
        return seller_url(was.code)

    return acted(visit, lambda connection, _: undo(connection), seller_url(visit.request.path_params["code"]))


def _merged(visit: Visit, connection: Connection, one: Seller, wanted: Merging) -> str:
    number = seller_merging.merge(visit.access, connection, one.code, wanted.into, visit.now, reason=wanted.reason)
    here = seller_url(wanted.into)
    told(visit, connection, gettext(visit, marked("%(name)s and this seller are one now.")) % {"name": one.name},
         undo_path=f"{here}/merges/{number}/undo")
    return here


def _told_why(visit: Visit, one: Seller, result: Result[Merging], refusal: Refusal) -> Response:
    field = "reason" if refusal.code == "no_reason" else "into"
    return _page(visit, one, refused(visit, result.refused(field, marked_refusal(refusal))), status=UNPROCESSABLE)


def _page(visit: Visit, one: Seller, form: Shown, *, would: Merge | None = None, status: int = 200) -> Response:
    typed = _typed(visit)
    here = f"{seller_url(one.code)}/merge"
    others = [(other.code, other.name, " · ".join([other.code, *(
        value for scheme, value in other.aliases if not is_name(other, scheme, value))][:4]))
        for other in _others(visit, one)]
    return office_page(
        visit, "office/seller_merge.html", status, section=HOME, one=one, form=form, would=would, others=others,
        typed=typed, home=HOME, path=seller_url(one.code), here=here, schemes=SCHEMES,
        here_url=f"{here}?{urlencode({'q': typed})}" if typed else here)


def _others(visit: Visit, one: Seller) -> list[Seller]:
    """Those that are like what was typed, else like the name."""
    typed = _typed(visit) or next(iter(one.name.split()), "")
    with visit.shell.installation.database.reading() as connection:
        found, _ = known_sellers.listed(visit.access, connection, typed, _FOUND)
    return [other for other in found if other.code != one.code]


def _typed(visit: Visit) -> str:
    return visit.request.query_params.get("q", "")[:80].strip()


def _one(visit: Visit) -> Seller:
    with visit.shell.installation.database.reading() as connection:
        try:
            return sellers.seller_of(visit.access, connection, visit.request.path_params["code"])
        except Refusal:
            raise HTTPException(404) from None
