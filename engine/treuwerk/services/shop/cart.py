"""The cart: what somebody is about to order, the same on every device, with what changed since it was looked at.

A cart reserves nothing. What it shows is asked of the catalogue anew each time, and the order asks once more.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain.catalogue import Reward
from treuwerk.domain.money_parts import PricedLine
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rewards import Objection
from treuwerk.domain.rights import Access, OutOfScope
from treuwerk.programme.settings import Settings
from treuwerk.services.account import own_account
from treuwerk.services.payments.splitting import takes_money
from treuwerk.services.rewards.askers import asker_of, programme_day
from treuwerk.services.rewards.offering import Offered, offered
from treuwerk.services.shop.money import POINTS_ALONE, MoneyChoice, choice_of
from treuwerk.services.shop.viewer import unit_of
from treuwerk.store import cart as store
from treuwerk.store import rewards

ORDER = "own.points.redeem"
"""The right to spend points: who has it has a cart."""
MOST_LINES = 50
_LONGEST_CODE = 40


class ChangeKind(StrEnum):
    """What became of a line since the person looked at it."""

    DEARER = "dearer"
    CHEAPER = "cheaper"
    PROMOTION_OVER = "promotion_over"
    GONE = "gone"
    SOLD_OUT = "sold_out"
    FEWER = "fewer"


@attrs.frozen
class CartChange:
    """One change; `before` and `now` are points of one piece, or pieces."""

    kind: ChangeKind
    before: int = 0
    now: int = 0

    @property
    def bars(self) -> bool:
        """Whether the line cannot be ordered as it stands."""
        return self.kind in (ChangeKind.GONE, ChangeKind.SOLD_OUT, ChangeKind.FEWER)


@attrs.frozen
class CartLine:
    """One line; `seen` are points of one piece as the person saw them last, `offer` is what there is now."""

    variant: str
    quantity: int
    later: bool
    seen: int
    offer: Offered
    free: int | None = None
    """Pieces that are there; None where they are not counted."""
    changes: tuple[CartChange, ...] = ()
    few: bool = False

    @property
    def reward(self) -> Reward | None:
        """What it is; None where the catalogue does not know it any more."""
        return self.offer.reward if self.offer.version else None

    @property
    def points(self) -> int:
        """Of one piece: as of now, or as seen last where nobody can tell now."""
        return self.offer.points or self.seen

    @property
    def total(self) -> int:
        """Of all pieces."""
        return self.points * self.quantity

    @property
    def objections(self) -> Sequence[Objection]:
        """Why it cannot be ordered."""
        return self.offer.objections

    @property
    def orderable(self) -> bool:
        """Whether it could be ordered as it stands."""
        return not any(change.bars for change in self.changes)


@attrs.frozen
class Cart:
    """All of it, in the unit that rewards are paid with; `available` are points that can be spent now."""

    lines: tuple[CartLine, ...]
    kept: tuple[CartLine, ...]
    """Saved for later."""
    unit: str
    available: int
    money: MoneyChoice = POINTS_ALONE

    @property
    def points(self) -> int:
        """What the order would cost."""
        return sum(line.total for line in self.lines if line.orderable)

    @property
    def after(self) -> int:
        """The balance afterwards; below zero where points are missing."""
        return self.available - self.points

    @property
    def missing(self) -> int:
        """Points that are missing for the order."""
        return max(0, -self.after)

    @property
    def changed(self) -> tuple[CartLine, ...]:
        """Lines of which something changed since they were looked at."""
        return tuple(line for line in self.lines if line.changes)

    @property
    def ready(self) -> bool:
        """Whether it can go to the checkout as it stands."""
        return (bool(self.lines) and (not self.missing or self.money.helps)
                and all(line.orderable for line in self.lines))


def most_pieces(settings: Settings) -> int:
    """Pieces of a variant that can be ordered at once."""
    return settings.rewards.orders.most_pieces


def cart_of(access: Access, connection: Connection, settings: Settings, now: int) -> Cart:
    """The cart of who acts; a fixed number of statements."""
    access.require(ORDER)
    rows = store.lines(connection, access.account_id, access.user_id)
    variants = [row.variant for row in rows]
    offers = _offers(access, connection, settings, variants, now)
    free = store.pieces(connection, variants) if variants else {}
    lines = [_line(row, offers[row.variant], free.get(row.variant), settings) for row in rows]
    unit = unit_of(settings)
    available = own_account.balance(access, connection, unit, now).available
    priced = [PricedLine(line.total, line.reward is not None and takes_money(settings, line.reward))
              for line in lines if line.orderable and not line.later]
    return Cart(tuple(line for line in lines if not line.later), tuple(line for line in lines if line.later), unit,
                available, choice_of(settings.rewards.money_terms, priced, available))


def waiting(access: Access, connection: Connection) -> int:
    """How many lines are to be ordered, for the head of every page; 0 for who has no cart."""
    if not access.may(ORDER):
        return 0
    return store.count(connection, access.account_id, access.user_id, later=False)


def add(access: Access, connection: Connection, settings: Settings, variant: str, quantity: int, now: int) -> int:
    """Put pieces into the cart, on top of those that are there; how many it are now.

    Raises:
        Refusal: `not_offered` with the codes of the `objections`, `sold_out` with what is `there`, `too_many_lines`,
            `wrong_quantity`.
    """
    access.require(ORDER)
    most = most_pieces(settings)
    _check_quantity(quantity, most)
    offer = _offers(access, connection, settings, [variant], now)[variant]
    if not offer.allowed:
        raise not_offered(variant, offer.objections)
    free = store.pieces(connection, [variant]).get(variant)
    if free is not None and free < 1:
        raise Refusal("sold_out", f"found no piece of {variant}, expected {quantity}", variant=variant, there=0)
    if store.line(connection, access.account_id, access.user_id, variant) is None:
        _check_room(access, connection)
    most = most if free is None else min(most, free)
    return store.put(connection, _row(access, variant, min(quantity, most), offer, now), most)


def set_quantity(access: Access, connection: Connection, settings: Settings, variant: str, quantity: int,
                 now: int) -> int:
    """Have another number of pieces of a line; what it is now, not more than there are.

    Raises:
        Refusal: `wrong_quantity`. OutOfScope: the line is not there.
    """
    access.require(ORDER)
    _check_quantity(quantity, most_pieces(settings))
    free = store.pieces(connection, [variant]).get(variant)
    wanted = quantity if free is None else max(1, min(quantity, free))
    _change(access, connection, variant, quantity=wanted, changed_at=now)
    return wanted


def remove(access: Access, connection: Connection, variant: str) -> Mapping[str, str]:
    """Take a line out; the answer is what `restore` needs to give it back.

    Raises:
        OutOfScope: the line is not there.
    """
    access.require(ORDER)
    row = store.line(connection, access.account_id, access.user_id, variant)
    if row is None:
        raise OutOfScope
    store.remove(connection, access.account_id, access.user_id, [variant])
    return {"variant": variant, "quantity": str(row.quantity), "points": str(row.points), "promotion": row.promotion,
            "later": "1" if row.later else "", "added_at": str(row.added_at)}


def restore(access: Access, connection: Connection, settings: Settings, kept: Mapping[str, str], now: int) -> None:
    """Give a line back that was removed, at its old place; one that was added anew meanwhile stays as it is.

    Raises:
        Refusal: `wrong_quantity`, `too_many_lines`.
        OutOfScope: who acts does not see such a reward, and must not learn of it by a cart.
    """
    access.require(ORDER)
    quantity, points, added_at = (_number(kept.get(name, "")) for name in ("quantity", "points", "added_at"))
    _check_quantity(quantity, most_pieces(settings))
    if not _offers(access, connection, settings, [kept["variant"]], now)[kept["variant"]].shown:
        raise OutOfScope
    if store.line(connection, access.account_id, access.user_id, kept["variant"]) is None:
        _check_room(access, connection)
        store.put(connection, {
            "account_id": access.account_id, "user_id": access.user_id, "variant": kept["variant"],
            "quantity": quantity, "points": points, "promotion": kept.get("promotion", "")[:_LONGEST_CODE],
            "later": kept.get("later") == "1", "added_at": min(added_at, now), "changed_at": now}, quantity)


def keep_for_later(access: Access, connection: Connection, variant: str, now: int, *, later: bool = True) -> None:
    """Save a line for later, or have it among those to be ordered again.

    Raises:
        OutOfScope: the line is not there.
    """
    access.require(ORDER)
    _change(access, connection, variant, later=later, changed_at=now)


def take_note(access: Access, connection: Connection, settings: Settings, now: int) -> None:
    """What is there now was seen: prices and promotions as they are, and no more pieces than there are."""
    access.require(ORDER)
    for line in cart_of(access, connection, settings, now).changed:
        if not line.offer.allowed:
            continue
        pieces = line.quantity if not line.free else min(line.quantity, line.free)
        _change(access, connection, line.variant, points=line.points, promotion=line.offer.promotion, quantity=pieces,
                changed_at=now)


def reward_of(connection: Connection, variant: str) -> Reward | None:
    """The reward of a variant as it stands in the catalogue, offered or not; None for an unknown number."""
    return rewards.reward_of(connection, variant)


def not_offered(variant: str, objections: Sequence[Objection]) -> Refusal:
    """The refusal where something must not be ordered."""
    codes = [one.code for one in objections]
    return Refusal("not_offered", f"found {variant}, which is not offered ({', '.join(codes)}); expected a reward that "
                   "is", variant=variant, objections=codes)


def _offers(access: Access, connection: Connection, settings: Settings, variants: Sequence[str],
            now: int) -> dict[str, Offered]:
    if not variants:
        return {}
    asker = asker_of(connection, settings, access.account_id, now)
    return offered(connection, settings, asker, variants, programme_day(settings, now))


def _line(row: Row[Any], offer: Offered, free: int | None, settings: Settings) -> CartLine:
    line = CartLine(row.variant, row.quantity, bool(row.later), row.points, offer, free)
    few = free is not None and 0 < free <= settings.rewards.stock_low
    return attrs.evolve(line, changes=tuple(_changes(line, row.promotion)), few=few)


def _changes(line: CartLine, promotion: str) -> list[CartChange]:
    if not line.offer.allowed:
        return [CartChange(ChangeKind.GONE)]
    found = []
    if promotion and line.offer.promotion != promotion:
        found.append(CartChange(ChangeKind.PROMOTION_OVER))
    if line.points != line.seen:
        kind = ChangeKind.DEARER if line.points > line.seen else ChangeKind.CHEAPER
        found.append(CartChange(kind, line.seen, line.points))
    if line.free is not None and line.free < line.quantity:
        kind = ChangeKind.FEWER if line.free > 0 else ChangeKind.SOLD_OUT
        found.append(CartChange(kind, line.quantity, max(line.free, 0)))
    return found


def _row(access: Access, variant: str, quantity: int, offer: Offered, now: int) -> dict[str, Any]:
    return {"account_id": access.account_id, "user_id": access.user_id, "variant": variant, "quantity": quantity,
            "points": offer.points, "promotion": offer.promotion, "later": False, "added_at": now, "changed_at": now}


def _change(access: Access, connection: Connection, variant: str, **values: Any) -> None:
    if not store.change(connection, access.account_id, access.user_id, variant, **values):
        raise OutOfScope


def _check_quantity(quantity: int, most: int) -> None:
    if not 1 <= quantity <= most:
        raise Refusal("wrong_quantity", f"found {quantity} pieces, expected 1 to {most}", most=most)


def _check_room(access: Access, connection: Connection) -> None:
    if (there := store.count(connection, access.account_id, access.user_id)) >= MOST_LINES:
        raise Refusal("too_many_lines", f"found {there} lines in the cart, expected fewer than {MOST_LINES}",
                      most=MOST_LINES)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0
