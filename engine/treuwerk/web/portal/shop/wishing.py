"""The wish list: a page of it, and the hearts on all cards."""

from sqlalchemy import Connection
from starlette.responses import Response

from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import OutOfScope
from treuwerk.services.shop import wishes
from treuwerk.services.shop.looking import look
from treuwerk.web.forms.pages import told
from treuwerk.web.portal.acting import acted
from treuwerk.web.portal.shop.cards import cards, name_of, settings_of, shopper_of, shoppers_chip
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext, page
from treuwerk.web.shell.state import Visit

SHOP, HERE = "/rewards", "/rewards/wishes"
_LONGEST_NUMBER = 100
_REFUSALS = {
    "unknown_reward": marked("This reward is not there any more."),
    "too_many_wishes": marked("There are %(most)s rewards on your wish list. Take some off first."),
}


def wishes_page(visit: Visit) -> Response:
    """What somebody wishes for, the newest first; what is not offered any more is left out, and counted."""
    with visit.shell.installation.database.reading() as connection:
        shopper = shopper_of(visit, connection)
        found, chip = cards(visit, connection, shopper, shopper.wished), shoppers_chip(visit, connection, shopper)
    return page(visit, "shop/wishes.html", section=SHOP, chip=chip, cards=found, gone=len(shopper.wished) - len(found),
                wishes=visit.access.may(wishes.WRITE), here_path=HERE)


def wish_form(visit: Visit) -> Response:
    """A heart was pressed: put a reward on the list, or take it off; the message has the way back."""
    number, wanted, back = visit.form.get("reward", ""), visit.form.get("wished", "1") == "1", back_of(visit)
    if not number or len(number) > _LONGEST_NUMBER:
        raise OutOfScope

    def act(connection: Connection) -> str:
        name = _named(visit, connection, number)
        if wanted and wishes.wish(visit.access, connection, settings_of(visit), number, visit.now):
            words = gettext(visit, marked("%(reward)s is on your wish list."))
            told(visit, connection, words % {"reward": name}, link="" if back == HERE else HERE)
        elif not wanted and wishes.unwish(visit.access, connection, number):
            words = gettext(visit, marked("%(reward)s is off your wish list."))
            told(visit, connection, words % {"reward": name}, undo_path=HERE,
                 undo_fields={"reward": number, "wished": "1", "back": back})
        return back

    return acted(visit, act, back, words=_words)


def _named(visit: Visit, connection: Connection, number: str) -> str:
    """What a reward is called; its number where it cannot be seen."""
    try:
        shopper = shopper_of(visit, connection)
        return str(name_of(visit, look(visit.access, connection, shopper.shelf, shopper.viewer, number).reward))
    except OutOfScope:
        return number


def _words(visit: Visit, refusal: Refusal) -> str:
    words = gettext(visit, _REFUSALS.get(refusal.code, refusal.reason))
    return words % {"most": wishes.MOST_WISHES} if "%(most)s" in words else words


def back_of(visit: Visit) -> str:
    """A page of this shop, or the overview; nobody is led elsewhere."""
    wanted = visit.form.get("back", "")
    return wanted if wanted in ("/", SHOP) or wanted.startswith((f"{SHOP}/", f"{SHOP}?")) else SHOP
