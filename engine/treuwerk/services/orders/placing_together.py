"""Orders of one process that come while others are written: looked at, decided and placed in one transaction.

Each order is decided by itself, as `placing_at_once` does it. None of them waits for what others have locked, and none
is refused here: who cannot be placed at once and together with the others goes alone.
"""

from collections.abc import Callable, Sequence
from contextlib import nullcontext

import attrs
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from treuwerk.domain.refusals import Refusal
from treuwerk.services.orders.composing import Request
from treuwerk.services.orders.looking_up import Placed
from treuwerk.services.orders.placing_at_once import Decided, decide
from treuwerk.store.database import Database
from treuwerk.store.faults import OutcomeUnknown, told_as_unknown
from treuwerk.store.orders_at_once import orders_if_free

Then = Callable[[Connection, Placed], None]
Outcome = Placed | OutcomeUnknown | None


@attrs.define(eq=False)
class Wish:
    """An order that somebody waits for; what happens `then` is part of its transaction.

    `decided` is what was made of it; it is `usual` unless something spoke against it.
    """

    request: Request
    then: Then | None
    decided: Decided | None = None
    usual: bool = True


def place_together(database: Database, wishes: Sequence[Wish]) -> list[Outcome]:
    """What becomes of each: placed, or None where nothing is written of it and it goes alone."""
    try:
        if len(wishes) == 1 and not wishes[0].then:
            return database.each_at_once(lambda connection: _placed(connection, wishes, alone=True))
        return database.run(lambda connection: _placed(connection, wishes))
    except OutcomeUnknown as unknown:
        return [_own(unknown) for _ in wishes]
    except (Refusal, SQLAlchemyError):  # of one of them, which took the transaction of all with it
        return [None] * len(wishes)


def followed(connection: Connection, placed: Placed, then: Then | None) -> Placed:
    """What was placed, once that has been done which happens `then`; not again for what stood before."""
    if then and not placed.repeated:
        then(connection, placed)
    return placed


def _placed(connection: Connection, wishes: Sequence[Wish], *, alone: bool = False) -> list[Outcome]:
    found = [_look(connection, wish) for wish in wishes]
    clear = [(at, one) for at, one in enumerate(found) if isinstance(one, Decided)]
    outcomes: list[Outcome] = [one if isinstance(one, Placed) else None for one in found]
    with told_as_unknown() if alone else nullcontext():
        befores = orders_if_free(connection, [one.values for _, one in clear])
    for (at, one), before in zip(clear, befores, strict=True):
        if before is not None:
            outcomes[at] = followed(connection, one.placed(before), wishes[at].then)
    return outcomes


def _look(connection: Connection, wish: Wish) -> Decided | Placed | None:
    """What is decided of a wish, or nothing where it is refused: that is told to who goes alone."""
    wish.decided = None
    try:
        found = decide(connection, wish.request)
    except Refusal:
        found = None
    wish.usual = found is not None
    wish.decided = found if isinstance(found, Decided) else None
    return found


def _own(unknown: OutcomeUnknown) -> OutcomeUnknown:
    """An error of its own for each: raising one and the same in many threads mixes up their tracebacks."""
    mine = OutcomeUnknown(str(unknown))
    mine.__cause__ = unknown
    return mine
