"""What a provider says that never becomes right is kept for people, instead of being asked for again without end."""

import json
from functools import partial

from sqlalchemy import Connection

from treuwerk.domain.payments import Known
from treuwerk.domain.rights import OutOfScope
from treuwerk.programme.settings import Settings
from treuwerk.services.installation import Installation
from treuwerk.services.orders.changing import OpenOrder
from treuwerk.services.payments.asking import tidied
from treuwerk.store import payments as store
from treuwerk.store import work
from treuwerk.store.succession import successor

DOUBTED = "payment_doubted"
_LONGEST_CURRENCY = 10


def doubt_currency(installation: Installation, account_id: int, number: int, known: Known, now: int,
                   provider: str) -> None:
    """Keep that cents of another currency were told, once for each amount; no money is noted.

    Raises:
        OutOfScope: there is no such order, or its payment is another provider's.
    """
    installation.database.run(partial(_doubt, installation.programme.settings, account_id, number, known, now,
                                      provider))


def _doubt(settings: Settings, account_id: int, number: int, known: Known, now: int, provider: str,
           connection: Connection) -> None:
    order = OpenOrder(connection, settings, account_id, number, now, actor=f"payment {provider}")
    row = store.of_order(connection, account_id, number)
    if row is None or row.provider != provider:
        raise OutOfScope
    told = tidied(known.currency)[:_LONGEST_CURRENCY]
    said = f"{known.captured // 100:,}.{known.captured % 100:02} {told} ≠ {row.currency}"
    if not store.note(connection, row, store.DOUBTED, f"doubted|{told}|{known.captured}", known.captured, order.actor,
                      now, json.dumps({"said": said}, ensure_ascii=False)):
        return
    order.note(DOUBTED, {"said": said})
    order.finish()
    work.put(connection, work.PAYMENT, order.public_id, now, account_id=successor(connection, account_id), gist=said)
