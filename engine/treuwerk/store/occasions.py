"""Who may have occasions, what they bought, and up to which day each kind of occasion was asked for."""

from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from treuwerk.domain.occasions import Bought
from treuwerk.domain.participants import Participant
from treuwerk.store.assemblies import gone
from treuwerk.store.parties import participants_of
from treuwerk.store.tables import occasion_day, participant, purchase_line

_MILLIONTH = Decimal(1).scaleb(-6)
_AT_ONCE = 500


class _Line(NamedTuple):
    account_id: int
    id: int
    day: str
    quantity: int
    net: int | None


def page_of_participants(connection: Connection, after: int, limit: int) -> list[Participant]:
    """Participants behind an account, in the order of accounts; none behind the last one."""
    accounts = list(connection.execute(select(participant.c.account_id).where(
        participant.c.account_id > after).order_by(participant.c.account_id).limit(limit)).scalars())
    found = participants_of(connection, accounts)
    return [found[account] for account in accounts]


def bought_by(connection: Connection, accounts: Collection[int]) -> dict[int, list[Bought]]:
    """What is left of the purchases of accounts, oldest first; accounts without any are left out."""
    lines = _lines(connection, sorted(accounts))
    back = gone(connection, [(line.account_id, line.id) for line in lines]) if lines else {}
    found: dict[int, list[Bought]] = {}
    for account, of_account in groupby(lines, key=itemgetter(0)):
        left = [_left(line, back.get((account, line.id), (0, 0))[0]) for line in of_account]
        found[account] = [one for one in left if one.pieces > 0]
    return found


def _lines(connection: Connection, accounts: list[int]) -> list[_Line]:
    found: list[_Line] = []
    columns = purchase_line.c
    for start in range(0, len(accounts), _AT_ONCE):
        rows = connection.execute(select(
            columns.account_id, columns.id, columns.occurred_on, columns.quantity, columns.net_millionths).where(
            columns.account_id.in_(accounts[start:start + _AT_ONCE]), columns.occurred_on != "").order_by(
            columns.account_id, columns.occurred_on, columns.id))
        found += [_Line._make(row) for row in rows]
    return found


def _left(line: _Line, back: int) -> Bought:
    """A line with what went back taken off; of its amount the same share."""
    pieces = max(0, line.quantity - back)
    net = None if line.net is None else line.net * pieces // line.quantity * _MILLIONTH
    return Bought(date.fromisoformat(line.day), pieces, net)


def asked_until(connection: Connection) -> dict[str, date]:
    """Up to which day occasions were asked for, by their names."""
    return {row.name: date.fromisoformat(row.until_day) for row in connection.execute(select(occasion_day))}


def note_asked(connection: Connection, names: Iterable[str], until: date) -> None:
    """Note up to which day; never back to an older one."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    made = dialect.insert(occasion_day)
    rows = [{"name": name, "until_day": until.isoformat()} for name in sorted(names)]
    if rows:
        connection.execute(made.on_conflict_do_update(
            index_elements=[occasion_day.c.name], set_={"until_day": made.excluded.until_day},
            where=occasion_day.c.until_day < made.excluded.until_day), rows)
