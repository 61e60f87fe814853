"""Voucher codes: pools by variant, and codes of order lines."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from treuwerk.domain.voucher_codes import CodeState
from treuwerk.store import stock_watches
from treuwerk.store.once import insert_once
from treuwerk.store.rewards import kept_for_orders
from treuwerk.store.tables import reward_stock, voucher_code, voucher_key

_C, _S = voucher_code.c, reward_stock.c
_ONLY = 1
_AT_ONCE = 1_000
_NOBODY = {"account_id": 0, "order_id": 0, "line": 0, "taken_at": 0, "revealed_at": 0}


def sealed_key(connection: Connection) -> str | None:
    """The key by which codes are sealed, as it is kept."""
    return connection.execute(select(voucher_key.c.sealed).where(voucher_key.c.number == _ONLY)).scalar()


def add_key(connection: Connection, sealed: str, now: int) -> None:
    """Keep the key, unless there is one already."""
    insert_once(connection, voucher_key, {"number": _ONLY, "sealed": sealed, "made_at": now})


def change_key(connection: Connection, before: str, sealed: str) -> bool:
    """Keep the key sealed otherwise; False where somebody else did so meanwhile."""
    return connection.execute(update(voucher_key).where(voucher_key.c.sealed == before).values(
        sealed=sealed)).rowcount == 1


def lock_stocks(connection: Connection, variants: Iterable[str], now: int) -> None:
    """Lock the stock of variants in their order, so that nobody takes or adds codes meanwhile; made where missing."""
    wanted = sorted(variants)
    made = [variant for variant in wanted if insert_once(connection, reward_stock, {
        "variant": variant, "on_hand": 0, "reserved": 0, "version": 1, "changed_at": now})]
    for variant, pieces in sorted(kept_for_orders(connection, made).items()):
        connection.execute(update(reward_stock).where(_S.variant == variant).values(on_hand=pieces, reserved=pieces))
    connection.execute(select(_S.variant).where(_S.variant.in_(wanted)).order_by(_S.variant).with_for_update()).all()


def known(connection: Connection, fingerprints: Sequence[str]) -> set[str]:
    """Those of these codes that there are already."""
    found: set[str] = set()
    for start in range(0, len(fingerprints), _AT_ONCE):
        found |= set(connection.execute(select(_C.fingerprint).where(
            _C.fingerprint.in_(fingerprints[start : start + _AT_ONCE]))).scalars())
    return found


def add(connection: Connection, codes: Sequence[Mapping[str, Any]], source: str, now: int) -> None:
    """Put new codes into their pools: fingerprint, variant, sealed, valid_until."""
    if codes:
        rest = {**_NOBODY, "state": CodeState.FREE.value, "source": source, "added_at": now}
        connection.execute(insert(voucher_code), [{**one, **rest} for one in codes])


def recount(connection: Connection, variant: str, good_until: date, now: int) -> None:
    """Set what is on hand of a locked variant: what is kept for orders, and codes that are good up to a day."""
    free = select(func.count()).select_from(voucher_code).where(
        _C.variant == variant, _C.state == CodeState.FREE.value, _C.valid_until >= good_until.isoformat())
    there = connection.execute(free).scalar_one()
    connection.execute(update(reward_stock).where(_S.variant == variant, _S.on_hand != _S.reserved + there).values(
        on_hand=_S.reserved + there, version=_S.version + 1, changed_at=now))
    stock_watches.tell(connection, [variant], now)


def lapse(connection: Connection, day: date) -> int:
    """Codes that nobody has and whose last day is over; how many there were."""
    return connection.execute(update(voucher_code).where(
        _C.state == CodeState.FREE.value, _C.valid_until < day.isoformat()).values(
        state=CodeState.LAPSED.value)).rowcount


def take(connection: Connection, variant: str, pieces: int, good_until: date, owner: tuple[int, int, int],
         now: int) -> int:
    """Give codes to an order line (account, order, line), those that end first; how many there were."""
    account_id, order_id, line = owner
    wanted = select(_C.fingerprint).where(
        _C.variant == variant, _C.state == CodeState.FREE.value, _C.valid_until >= good_until.isoformat()).order_by(
        _C.valid_until, _C.fingerprint).limit(pieces).with_for_update()
    codes = connection.execute(wanted).scalars().all()
    return connection.execute(update(voucher_code).where(
        _C.fingerprint.in_(codes), _C.state == CodeState.FREE.value).values(
        state=CodeState.TAKEN.value, account_id=account_id, order_id=order_id, line=line, taken_at=now)).rowcount


def of_line(connection: Connection, owner: tuple[int, int, int], *, locked: bool = False) -> Sequence[Row[Any]]:
    """The codes of an order line, those that end first first."""
    wanted = select(voucher_code).where(*_of(owner), _C.order_id > 0).order_by(_C.valid_until, _C.fingerprint)
    return connection.execute(wanted.with_for_update() if locked else wanted).all()


def free_again(connection: Connection, owner: tuple[int, int, int], pieces: int) -> int:
    """Give back codes of an order line that nobody saw, those that end last; how many there were."""
    unseen = [row.fingerprint for row in reversed(of_line(connection, owner, locked=True))
              if row.state == CodeState.TAKEN.value][:pieces]
    return connection.execute(update(voucher_code).where(
        _C.fingerprint.in_(unseen), _C.state == CodeState.TAKEN.value).values(
        state=CodeState.FREE.value, account_id=0, order_id=0, line=0, taken_at=0)).rowcount


def change_state(connection: Connection, fingerprints: Collection[str], before: CodeState, after: CodeState,
                 now: int) -> int:
    """Codes in one state are in another from now on; how many there were."""
    seen = {"revealed_at": now} if after is CodeState.REVEALED else {}
    return connection.execute(update(voucher_code).where(
        _C.fingerprint.in_(sorted(fingerprints)), _C.state == before.value).values(state=after.value, **seen)).rowcount


def let_lapse(connection: Connection, fingerprints: Collection[str]) -> None:
    """Take codes from their order line whose last day is over: nobody gets them any more."""
    connection.execute(update(voucher_code).where(
        _C.fingerprint.in_(sorted(fingerprints)), _C.state == CodeState.TAKEN.value).values(
        state=CodeState.LAPSED.value, account_id=0, order_id=0, line=0))


def pools(connection: Connection, variants: Collection[str] | None = None) -> Sequence[Row[Any]]:
    """By variant and state: how many codes there are, and the day on which the first of them ends; None: of all."""
    wanted: Select[*tuple[Any, ...]] = select(
        _C.variant, _C.state, func.count().label("codes"), func.min(_C.valid_until).label("first_end"))
    if variants is not None:
        wanted = wanted.where(_C.variant.in_(sorted(variants)))
    return connection.execute(wanted.group_by(_C.variant, _C.state).order_by(_C.variant, _C.state)).all()


def variants(connection: Connection) -> list[str]:
    """All variants that ever had codes."""
    return list(connection.execute(select(_C.variant).distinct().order_by(_C.variant)).scalars())


def _of(owner: tuple[int, int, int]) -> tuple[Any, Any, Any]:
    account_id, order_id, line = owner
    return _C.account_id == account_id, _C.order_id == order_id, _C.line == line
