"""The cart: its lines with what changed since, pieces, saving for later, and the way to the checkout."""

from collections.abc import Callable, Mapping

from sqlalchemy import Connection
from starlette.responses import Response

from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import OutOfScope
from treuwerk.programme.settings import Settings
from treuwerk.services.shop import cart
from treuwerk.services.shop.cart import MOST_LINES, ChangeKind, most_pieces, reward_of
from treuwerk.web.forms.pages import language_of, told
from treuwerk.web.portal.acting import acted
from treuwerk.web.portal.reward_words import called
from treuwerk.web.portal.shop.telling import barred
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.own_balance import own_chip
from treuwerk.web.shell.pages import gettext, page, see_other
from treuwerk.web.shell.state import Visit

HERE = "/cart"
_LONGEST_NUMBER = 100
_REFUSALS = {
    "not_offered": marked("This reward is not offered to you at the moment. Your cart is as it was."),
    "sold_out": marked("There is none left of this reward. Your cart is as it was."),
    "too_many_lines": marked("There are %(most)s rewards in your cart already. Order them first, or remove some."),
    "wrong_quantity": marked("Enter a number of pieces from 1 to %(most)s."),
}
CHANGES: Mapping[ChangeKind, tuple[str, str]] = {
    ChangeKind.DEARER: (marked("The price rose from %(before)s to %(now)s points since you looked."), "warn"),
    ChangeKind.CHEAPER: (marked("The price fell from %(before)s to %(now)s points since you looked."), "good"),
    ChangeKind.PROMOTION_OVER: (marked("The promotion is over."), "warn"),
    ChangeKind.GONE: (marked("This reward is not offered any more. Remove it, or save it for later."), "bad"),
    ChangeKind.SOLD_OUT: (marked("It is sold out by now. Save it for later, or remove it."), "bad"),
    ChangeKind.FEWER: (marked("Only %(now)s of %(before)s pieces are left. Choose fewer."), "bad"),
}
"""What is said of each change, and how it looks."""


def cart_page(visit: Visit) -> Response:
    """What is in it, what changed since, and what the balance would be afterwards."""
    with visit.shell.installation.database.reading() as connection:
        found = cart.cart_of(visit.access, connection, _settings(visit), visit.now)
        chip = own_chip(visit, connection)
    return page(visit, "portal/cart.html", section=HERE, cart=found, chip=chip, changes=CHANGES,
                called=lambda line: called(visit, line.reward, line.variant), most=most_pieces(_settings(visit)),
                why=lambda line: barred(visit, line.objections))


def add_form(visit: Visit) -> Response:
    """Put something into the cart; the message leads there."""
    variant, back = _variant(visit), _back(visit)

    def act(connection: Connection) -> str:
        now = cart.add(visit.access, connection, _settings(visit), variant, _pieces(visit), visit.now)
        words = gettext(visit, marked("In your cart: %(pieces)s × %(reward)s."))
        told(visit, connection, words % {"pieces": now, "reward": _named(visit, connection, variant)},
             link="" if back == HERE else HERE)
        return back

    return acted(visit, act, back, words=_words)


def quantity_form(visit: Visit) -> Response:
    """Have another number of pieces; 0 removes the line."""
    if visit.form.get("quantity", "").strip() == "0":
        return remove_form(visit)

    def act(connection: Connection) -> str:
        wanted = _pieces(visit)
        now = cart.set_quantity(visit.access, connection, _settings(visit), _variant(visit), wanted, visit.now)
        if now < wanted:
            words = gettext(visit, marked("Fewer are left than you wanted. In your cart: %(pieces)s."))
            told(visit, connection, words % {"pieces": now}, tone="warn")
        return HERE

    return _acted(visit, act)


def remove_form(visit: Visit) -> Response:
    """Take a line out; the message has the way back."""
    def act(connection: Connection) -> str:
        kept = cart.remove(visit.access, connection, _variant(visit))
        words = gettext(visit, marked("%(reward)s is removed from the cart."))
        told(visit, connection, words % {"reward": _named(visit, connection, kept["variant"])},
             undo_path=f"{HERE}/restore", undo_fields=kept)
        return HERE

    return _acted(visit, act)


def restore_form(visit: Visit) -> Response:
    """Give a removed line back."""
    def act(connection: Connection) -> str:
        kept = {name: visit.form.get(name, "") for name in ("quantity", "points", "promotion", "later", "added_at")}
        cart.restore(visit.access, connection, _settings(visit), kept | {"variant": _variant(visit)}, visit.now)
        return HERE

    return _acted(visit, act)


def later_form(visit: Visit) -> Response:
    """Save a line for later."""
    return _moved(visit, marked("%(reward)s is saved for later."), f"{HERE}/now", later=True)


def now_form(visit: Visit) -> Response:
    """Have a line that was saved for later among those to be ordered."""
    return _moved(visit, marked("%(reward)s is in the cart again."), f"{HERE}/later", later=False)


def _moved(visit: Visit, words: str, undo: str, *, later: bool) -> Response:
    def act(connection: Connection) -> str:
        variant = _variant(visit)
        cart.keep_for_later(visit.access, connection, variant, visit.now, later=later)
        told(visit, connection, gettext(visit, words) % {"reward": _named(visit, connection, variant)},
             undo_path=undo, undo_fields={"variant": variant})
        return HERE

    return _acted(visit, act)


def noted_form(visit: Visit) -> Response:
    """Changes were seen: prices as they are from now on."""
    def act(connection: Connection) -> str:
        cart.take_note(visit.access, connection, _settings(visit), visit.now)
        return HERE

    return _acted(visit, act)


def _acted(visit: Visit, act: Callable[[Connection], str]) -> Response:
    """A line that is gone was removed on another device: the cart as it is says enough."""
    try:
        return acted(visit, act, HERE, words=_words)
    except OutOfScope:
        words = gettext(visit, marked("This was not in your cart any more."))
        visit.shell.installation.database.run(lambda connection: told(visit, connection, words, tone="info"))
        return see_other(HERE)


def _words(visit: Visit, refusal: Refusal) -> str:
    words = gettext(visit, _REFUSALS.get(refusal.code, refusal.reason))
    return words % {"most": refusal.facts.get("most", MOST_LINES)} if "%(" in words else words


def _variant(visit: Visit) -> str:
    variant = visit.form.get("variant", "")
    if not variant or len(variant) > _LONGEST_NUMBER:
        raise OutOfScope
    return variant


def _pieces(visit: Visit) -> int:
    """The pieces that were typed, one where nothing was.

    Raises:
        Refusal: `wrong_quantity`.
    """
    typed = visit.form.get("quantity", "").strip() or "1"
    found = language_of(visit).notation.number(typed)
    if found is None or found != int(found):
        raise Refusal("wrong_quantity", f"found {typed[:20]!r} as pieces, expected a whole number",
                      most=most_pieces(_settings(visit)))
    return int(found)


def _back(visit: Visit) -> str:
    """The page to go back to: one of the shop, else the cart."""
    wanted = visit.form.get("back", "")
    return wanted if wanted == "/rewards" or wanted.startswith(("/rewards/", "/rewards?")) else HERE


def _named(visit: Visit, connection: Connection, variant: str) -> str:
    """What a variant is called, in the visitor's language; its number where nobody knows it."""
    return str(called(visit, reward_of(connection, variant), variant))


def _settings(visit: Visit) -> Settings:
    return visit.shell.installation.programme.settings
