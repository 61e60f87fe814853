"""Being told when something that is sold out is there again: one button, and the way back."""

from sqlalchemy import Connection
from starlette.responses import Response

from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import OutOfScope
from treuwerk.services.shop.watching import MOST, unwatch, watch
from treuwerk.web.forms.pages import told
from treuwerk.web.portal.acting import acted
from treuwerk.web.portal.shop.cards import settings_of
from treuwerk.web.portal.shop.wishing import back_of
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext
from treuwerk.web.shell.state import Visit

PATH = "/rewards/watches"
_LONGEST_NUMBER = 100
_REFUSALS = {
    "unknown_reward": marked("This reward is not there any more."),
    "in_stock": marked("It is there again: you can order it now."),
    "too_many": marked("You wait for %(most)s rewards already. Wait no longer for some of them first."),
}


def watch_form(visit: Visit) -> Response:
    """Wait for pieces of a variant, or wait no longer."""
    variant, wanted, back = visit.form.get("variant", ""), visit.form.get("watched", "1") == "1", back_of(visit)
    if not variant or len(variant) > _LONGEST_NUMBER:
        raise OutOfScope

    def act(connection: Connection) -> str:
        if wanted and watch(visit.access, connection, settings_of(visit), variant, visit.now):
            told(visit, connection, gettext(visit, marked("You are told as soon as there are pieces again.")),
                 undo_path=PATH, undo_fields={"variant": variant, "watched": "0", "back": back})
        elif not wanted and unwatch(visit.access, connection, variant):
            told(visit, connection, gettext(visit, marked("You wait for it no longer.")), tone="info")
        return back

    return acted(visit, act, back, words=_words)


def _words(visit: Visit, refusal: Refusal) -> str:
    words = gettext(visit, _REFUSALS.get(refusal.code, refusal.reason))
    return words % {"most": MOST} if "%(most)s" in words else words
