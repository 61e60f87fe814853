"""Withdrawing from a contract: two steps, open to everybody, and a receipt at once. Off unless the programme wants it.

Whether an order is known shows in no answer of the public form: what is confirmed is what was typed.
"""

from collections.abc import Sequence

import attrs
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from treuwerk.domain.rights import Audience
from treuwerk.domain.withdrawals import LONGEST_CONTACT, LONGEST_NAME, LONGEST_ORDER, LONGEST_WORDS, Declared
from treuwerk.services.identity import attempts
from treuwerk.services.identity.attempts import Counted
from treuwerk.services.orders.own_orders import OwnLine, OwnOrder, lines_of, own_order
from treuwerk.services.orders.withdrawing import withdraw
from treuwerk.services.orders.withdrawn import receipt
from treuwerk.services.participants import own_profile
from treuwerk.web.access.signing_in import too_many, wait_page
from treuwerk.web.forms import Result, area, email, several, text
from treuwerk.web.forms.pages import done, empty, read, refused
from treuwerk.web.forms.showing import Shown
from treuwerk.web.portal.orders import caller
from treuwerk.web.portal.shop.cards import settings_of
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import page
from treuwerk.web.shell.state import Visit

HERE, RECEIPTS, OWN = "/withdraw", "/withdraw/receipts/{token}", "/orders/{id}/withdraw"
STEP, CONFIRM = "step", "confirm"


@attrs.frozen
class Declaration:
    """What somebody without a login says; all that the law lets a shop ask for."""

    name: str = text(marked("Your name"), longest=LONGEST_NAME)
    order: str = text(marked("Number of the order"), longest=LONGEST_ORDER)
    contact: str = text(marked("Email address or participant number"), longest=LONGEST_CONTACT)
    words: str = area(marked("Only a part of the order"), required=False, longest=LONGEST_WORDS)


@attrs.frozen
class OwnDeclaration:
    """What somebody says whose order is known."""

    lines: tuple[str, ...] = several(marked("What you withdraw from"))
    contact: str = email(marked("Email address for the receipt"))


def withdraw_page(visit: Visit) -> Response:
    """The form for everybody; once it is filled in, what is declared, to be confirmed; then the receipt."""
    _require_on(visit)
    if visit.request.method != "POST":
        return _asked(visit, empty(visit, Declaration))
    result = read(visit, Declaration)
    if not result.ok:
        return _asked(visit, refused(visit, result), 422)
    said = result.value
    declared = Declared(said.order.strip(), said.name.strip(), said.contact.strip(), said.words.strip())
    if visit.request.query_params.get(STEP) != CONFIRM:
        return page(visit, "portal/withdraw_confirm.html", form=refused(visit, result), declared=declared, action=HERE,
                    back=HERE, order=None, lines=[], picked=[], called=None)
    if wait := attempts.try_now(visit.shell.installation.database, _counted(visit), visit.now):
        return wait_page(_asked(visit, refused(visit, result.refused("", too_many(visit).replace("%", "%%"))), 429),
                         wait)
    return _declared(visit, declared)


def withdraw_own_page(visit: Visit) -> Response:
    """The same for an own order, whose lines are chosen."""
    _require_on(visit)
    with visit.shell.installation.database.reading() as connection:
        order = own_order(visit.access, connection, visit.request.path_params["id"])
        me = own_profile.own_login(visit.access, connection) if visit.access.may(own_profile.READ) else None
    lines = [line for line in order.lines if line.progress.charged]
    if visit.request.method != "POST":
        everything = tuple(str(line.number) for line in lines)
        return _own_asked(visit, order, lines, empty(visit, OwnDeclaration, {
            "lines": everything, "contact": me.email if me else ""}))
    result = _some(read(visit, OwnDeclaration, {"lines": [str(line.number) for line in lines]}))
    if not result.ok:
        return _own_asked(visit, order, lines, refused(visit, result), 422)
    picked = tuple(int(number) for number in result.value.lines)
    name = visit.me.person or visit.me.company
    declared = Declared(order.public_id, name, result.value.contact, lines=picked)
    if visit.request.query_params.get(STEP) != CONFIRM:
        here = OWN.format(id=order.public_id)
        return page(visit, "portal/withdraw_confirm.html", section="/orders", form=refused(visit, result), back=here,
                    declared=declared, action=here, order=order, picked=result.value.lines, called=caller(visit),
                    lines=[line for line in lines if line.number in picked])
    return _declared(visit, declared, own=True)


def receipt_page(visit: Visit) -> Response:
    """What was declared and when, for who declared it; for a day, by an address that nobody guesses."""
    _require_on(visit)
    with visit.shell.installation.database.reading() as connection:
        found = receipt(connection, visit.request.path_params["token"], visit.now)
        # Lines are chosen by who is signed in; whoever has this address may see them.
        lines = lines_of(connection, found.account_id, found.order_id) if found.declared.lines else []
    return page(visit, "portal/withdrawn.html", found=found, called=caller(visit), signed_in=_is_participant(visit),
                lines={line.number: line for line in lines})


def _declared(visit: Visit, declared: Declared, *, own: bool = False) -> Response:
    def act(connection: Connection) -> str:
        token = withdraw(connection, settings_of(visit), declared, visit.now, locale=visit.locale,
                         access=visit.access if own else None)
        return RECEIPTS.format(token=token)

    return done(visit, act)


def _counted(visit: Visit) -> Sequence[Counted]:
    """As sign-in counts, by the network that somebody comes from."""
    place = attempts.network(visit.state.source)
    return [Counted(f"withdrawal from {place}", attempts.OF_A_SOURCE_ON_A_LOGIN), attempts.of_source(
        visit.state.source)]


def _some(result: Result[OwnDeclaration]) -> Result[OwnDeclaration]:
    if result.ok and not result.value.lines:
        return result.refused("lines", marked("Choose at least one reward."))
    return result


def _require_on(visit: Visit) -> None:
    if not settings_of(visit).legal.withdrawal:
        raise HTTPException(404)


def _asked(visit: Visit, form: Shown, status: int = 200) -> Response:
    return page(visit, "portal/withdraw.html", status, form=form, signed_in=_is_participant(visit))


def _is_participant(visit: Visit) -> bool:
    return visit.state.session is not None and visit.state.session.audience is Audience.PORTAL


def _own_asked(visit: Visit, order: OwnOrder, lines: Sequence[OwnLine], form: Shown, status: int = 200) -> Response:
    return page(visit, "portal/withdraw_own.html", status, section="/orders", order=order, lines=lines,
                form=form.requiring("lines"), called=caller(visit))
