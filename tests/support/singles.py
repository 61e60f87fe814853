"""Single bookings, written row by row as the engine writes them, for tests that need one before its seal."""

import json
from itertools import count

from sqlalchemy import Connection, insert, select, text

from tests.support.worlds import World
from treuwerk.domain.ledger import bucket_of
from treuwerk.store.tables import journal, lot, outbox, posting, unsealed

_numbers = count(1)


def redeem_one_lot(world: World, now: int, unit: str = "bonus", amount: int = 5) -> tuple[int, int]:
    """Spend some points of the first open lot; returns account and transaction."""
    with world.database.writing() as connection:
        return _redeem(connection, now, unit, amount)


def _redeem(connection: Connection, now: int, unit: str, amount: int) -> tuple[int, int]:
    found = connection.execute(select(lot).where(lot.c.unit == unit, lot.c.remaining > amount)
                               .order_by(lot.c.account_id, lot.c.transaction_id).limit(1)).one()
    account, number = found.account_id, now * 1_000 + next(_numbers)
    connection.execute(insert(journal).values(
        account_id=account, id=number, kind="redemption", business_key=f"redemption|{number}", occurred_on="2026-06-01",
        booked_at=now, actor="test", cause="", evidence="", explanation="[]", refers_to=None))
    for line, book, points in ((1, "participant", -amount), (2, "redeemed", amount)):
        connection.execute(insert(posting).values(account_id=account, transaction_id=number, line=line, book=book,
                                                  unit=unit, amount=points))
    connection.execute(text("INSERT INTO lot_use VALUES (:a, :t, 1, :l, :n, 'participant', :m)"), {
        "a": account, "t": number, "l": found.transaction_id, "n": found.line, "m": amount})
    connection.execute(text("UPDATE lot SET remaining = remaining - :m WHERE account_id = :a AND transaction_id = :l "
                            "AND line = :n"), {"m": amount, "a": account, "l": found.transaction_id, "n": found.line})
    connection.execute(text("UPDATE balance SET posted = posted - :m, version = version + 1 WHERE account_id = :a "
                            "AND unit = :u"), {"m": amount, "a": account, "u": unit})
    connection.execute(insert(outbox).values(
        account_id=account, id=number, bucket=bucket_of(account), topic="points_moved", created_at=now,
        payload=json.dumps({"transaction": str(number), "kind": "redemption", "amounts": {unit: -amount}})))
    connection.execute(insert(unsealed).values(account_id=account, transaction_id=number))
    return account, number
