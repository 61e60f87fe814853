"""Withdrawals of which nobody knew the order: somebody finds it, or answers the person that there is none.

The declaration counts from the moment when it came. Once its order is known, the same follows as where it was known at
once: what nobody works on yet is cancelled, and the rest is left to somebody.
"""

import json
from collections.abc import Sequence

from sqlalchemy import Connection

from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access
from treuwerk.programme.settings import Settings
from treuwerk.services.auditing import note_act
from treuwerk.services.orders.desk import DeskPage, Narrowed, desk_page
from treuwerk.services.orders.scope import READ, WRITE, order_named
from treuwerk.services.orders.viewing_orders import OrderLine, PlacedOrder
from treuwerk.services.orders.withdrawing import Followed, follow, is_free, put_work
from treuwerk.services.orders.withdrawn import Withdrawal, named
from treuwerk.services.participants.own_company import refuse_own_company
from treuwerk.store import reward_orders, withdrawals, work

ASSIGNED, ANSWERED = "withdrawal_assigned", "withdrawal_answered"
"""Messages; their payload is the id of the withdrawal."""
LONGEST_ANSWER = 2_000
FOUND_AT_MOST = 20
_FEWEST_WORDS = 2


def candidates(access: Access, connection: Connection, settings: Settings, words: str, now: int) -> DeskPage:
    """Orders by their number, or by the name, company or number of who ordered; the newest first."""
    access.require(READ)
    return desk_page(access, connection, settings, Narrowed(words.strip()), now, limit=FOUND_AT_MOST)


def foreseen(found: Withdrawal, order: PlacedOrder) -> tuple[Sequence[OrderLine], Sequence[OrderLine]]:
    """Lines of an order that would be cancelled at once, and those that would be left to somebody."""
    charged = [line for line in order.lines if line.progress.charged]
    free = [line for line in charged if is_free(found.declared, line.progress)]
    return free, [line for line in charged if line not in free]


def assign(access: Access, connection: Connection, settings: Settings, public_id: str, order: str, version: int,
           now: int) -> Followed:
    """Say whose order is meant, as it was seen; what followed from that.

    Raises:
        Refusal: `settled_before`: somebody assigned it or set it aside; `changed_meanwhile`: the order is not
            what was seen; `own_account`; nothing was done.
        NotAllowed, OutOfScope: whoever acts may not, or there is no such withdrawal or order.
    """
    access.require(WRITE)
    found, place = named(connection, public_id), order_named(access, connection, order)
    refuse_own_company(access, connection, [place[0]])
    _close(connection, found, now)
    done = follow(connection, settings, place, found.declared, access, found.public_id, now,
                  declared_at=found.declared_at, version=version)
    account_id, number = place
    withdrawals.assign(connection, found.id, {"account_id": account_id, "order_id": number, **done.columns})
    if done.left:
        put_work(connection, found.public_id, account_id, found.declared, now)
    note_act(connection, access, "withdrawal.assign", account_id, found.public_id, now=now, after={
        "order": order, **done.told})
    reward_orders.tell(connection, account_id, ASSIGNED, json.dumps({"withdrawal": found.public_id}), now)
    return done


def set_aside(access: Access, connection: Connection, public_id: str, answer: str, now: int) -> None:
    """Answer that no order was found, and take it out of the queue.

    Raises:
        Refusal: `no_reason`: an answer has two words at least, and up to 2,000 characters; `settled_before`.
        NotAllowed, OutOfScope: whoever acts may not, or there is none.
    """
    access.require(WRITE)
    words, found = answer.strip(), named(connection, public_id)
    if len(words.split()) < _FEWEST_WORDS or len(words) > LONGEST_ANSWER:
        raise Refusal("no_reason", f"found an answer of {len(words)} characters, expected two words or more and up to "
                      f"{LONGEST_ANSWER} characters", field="answer")
    _close(connection, found, now)
    withdrawals.answer(connection, found.id, words, now)
    note_act(connection, access, "withdrawal.set_aside", 0, found.public_id, now=now)
    reward_orders.tell(connection, 0, ANSWERED, json.dumps({"withdrawal": found.public_id}), now)


def _close(connection: Connection, found: Withdrawal, now: int) -> None:
    """Of two who see to it at once, the work lets one go on."""
    if found.order_id or not work.close(connection, work.WITHDRAWAL, found.public_id, now):
        raise Refusal("settled_before", "found nothing left to find, expected a withdrawal of which nobody knows the "
                      "order; somebody was faster")
