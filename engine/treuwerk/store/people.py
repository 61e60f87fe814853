"""The people of the companies."""

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, insert, select, tuple_

from treuwerk.domain.ids import row_ids
from treuwerk.store.search import index_accounts
from treuwerk.store.tables import activity, person

_AT_ONCE = 1_000


def people_known_as(connection: Connection, wanted: Mapping[tuple[int, str], str],
                    now: int) -> dict[tuple[int, str], int]:
    """Ids by (account, folded name); who is not known yet is made, with the name as it is written."""
    found, pairs = dict[tuple[int, str], int](), sorted(wanted)
    for start in range(0, len(pairs), _AT_ONCE):
        rows = connection.execute(select(person.c.account_id, person.c.known_as, person.c.id).where(
            tuple_(person.c.account_id, person.c.known_as).in_(pairs[start : start + _AT_ONCE])))
        found |= {(row.account_id, row.known_as): row.id for row in rows}
    ids = row_ids(now)
    fresh = {pair: next(ids) for pair in pairs if pair not in found}
    if fresh:
        connection.execute(insert(person), [
            {"account_id": account_id, "id": fresh[account_id, known_as], "known_as": known_as,
             "name": wanted[account_id, known_as], "email": "", "locale": ""}
            for account_id, known_as in fresh])
        index_accounts(connection, {account_id for account_id, _ in fresh})
    return found | fresh


def activities_of(connection: Connection, kind: str,
                  people: Mapping[int, int]) -> Iterator[tuple[int, str, str, int]]:
    """Account, code, day and person of what people attended, oldest first; `people` are accounts by person."""
    accounts = sorted(set(people.values()))
    for start in range(0, len(accounts), _AT_ONCE):
        rows = connection.execute(
            select(activity.c.account_id, activity.c.code, activity.c.occurred_on, activity.c.person_id)
            .where(activity.c.account_id.in_(accounts[start : start + _AT_ONCE]), activity.c.kind == kind)
            .order_by(activity.c.account_id, activity.c.id))
        yield from ((row.account_id, row.code, row.occurred_on, row.person_id) for row in rows
                    if row.person_id in people)
