"""Saving participants and articles: set-based, and a row that did not change is not written."""

import json
from collections.abc import Collection, Mapping
from typing import Any

import attrs
from sqlalchemy import Connection, Row, Table, and_, delete, insert, or_, select, update

from treuwerk.domain.ids import new_account_id
from treuwerk.domain.ledger import bucket_of
from treuwerk.domain.participants import CUSTOMER_NUMBER, ParticipantStatus
from treuwerk.store.aliases import share
from treuwerk.store.search import index_accounts
from treuwerk.store.tables import account, article, article_alias, identifier, participant

_PARTICIPANT = ("name", "group", "status", "country", "locale", "email", "street", "postcode", "city",
                "joined_on", "left_on")
_LEFT = ParticipantStatus.LEFT.value
_ARTICLE = ("written_as", "kind", "name", "gtin")


@attrs.define
class Saved:
    """How many rows were created, changed and left alone; refused ones by key with the reason."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: dict[str, str] = attrs.field(factory=dict)


def save_participants(connection: Connection, rows: Mapping[str, Mapping[str, Any]], now: int) -> Saved:
    """Create or change participants by customer number, with their identifiers.

    What a row does not name stays as it is; a new participant takes it from the row's ``if_new``.
    """
    saved, fresh, touched = Saved(), _FreshRows(), set[int]()
    late: list[tuple[int, Mapping[str, Any], list[tuple[str, str]]]] = []
    owners = _owners(connection, [pair for row in rows.values() for pair in row["identifiers"]])
    before = _by_key(connection, participant, "account_id", set(owners.values()))
    for key, row in rows.items():
        account_id = owners.get((CUSTOMER_NUMBER, key))
        others = [pair for pair in row["identifiers"] if pair in owners and owners[pair] != account_id]
        shared = [pair for pair in others if pair[0] in row.get("may_share", ())]
        foreign = [pair for pair in others if pair not in shared]
        if foreign:
            saved.refused[key] = (f"{foreign[0][0]} {foreign[0][1]} belongs to another participant; "
                                  "correct the file, or merge the two")
            continue
        if account_id is None:
            account_id = fresh.open_account(row["if_new"] | _written(row, _PARTICIPANT), now)
            saved.created += 1
        elif account_id not in before:
            saved.refused[key] = (f"{key} is another number of a participant above; "
                                  "expected one row for each participant")
            continue
        else:
            more = any(pair not in owners for pair in row["identifiers"])
            more = bool(_share(connection, account_id, row, shared)) or more
            leaving = _leaving(before[account_id], row)
            if not _change(connection, participant, "account_id", before[account_id], leaving, _PARTICIPANT, now,
                           saved, more):
                continue
            shared = []
        touched.add(account_id)
        late += [(account_id, row, shared)] if shared else []
        owners |= fresh.name(account_id, {pair: as_ for pair, as_ in row["identifiers"].items() if pair not in owners})
    fresh.write(connection)
    for account_id, row, shared in late:
        _share(connection, account_id, row, shared)
    index_accounts(connection, touched)
    return saved


def _share(connection: Connection, account_id: int, row: Mapping[str, Any],
           pairs: Collection[tuple[str, str]]) -> int:
    """Let a participant have numbers that others have, too; how many are new."""
    return share(connection, [(scheme, value, account_id, row["identifiers"][scheme, value])
                              for scheme, value in pairs])


def _leaving(before: Row[Any], row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The row with the day on which somebody left, where it does not say so: that of the first row which says left."""
    status = row.get("status")
    if "left_on" in row or status is None or "today" not in row:
        return row
    if status == _LEFT:
        return {**row, "left_on": before.left_on or ("" if before.status == _LEFT else row["today"])}
    return {**row, "left_on": ""}


def _owners(connection: Connection, pairs: Collection[tuple[str, str]]) -> dict[tuple[str, str], int]:
    schemes: dict[str, list[str]] = {}
    for scheme, value in pairs:
        schemes.setdefault(scheme, []).append(value)
    if not schemes:
        return {}
    wanted = or_(*(and_(identifier.c.scheme == scheme, identifier.c.value.in_(values))
                   for scheme, values in schemes.items()))
    rows = connection.execute(select(identifier.c.scheme, identifier.c.value, identifier.c.account_id).where(wanted))
    return {(row.scheme, row.value): row.account_id for row in rows}


@attrs.define
class _FreshRows:
    """Rows of new participants, written together."""

    accounts: list[dict[str, Any]] = attrs.field(factory=list)
    participants: list[dict[str, Any]] = attrs.field(factory=list)
    identifiers: list[dict[str, Any]] = attrs.field(factory=list)

    def open_account(self, values: Mapping[str, Any], now: int) -> int:
        """An account for a participant with these values; returns its id."""
        account_id = new_account_id()
        self.accounts.append({"account_id": account_id, "bucket": bucket_of(account_id), "opened_at": now})
        self.participants.append({"account_id": account_id, "version": 1, "changed_at": now, **values})
        return account_id

    def name(self, account_id: int, pairs: Mapping[tuple[str, str], str]) -> dict[tuple[str, str], int]:
        """Identifiers of an account, as (scheme, value) → how it was written; returns their owner."""
        self.identifiers += [{"scheme": scheme, "value": value, "account_id": account_id, "written_as": written}
                             for (scheme, value), written in pairs.items()]
        return dict.fromkeys(pairs, account_id)

    def write(self, connection: Connection) -> None:
        """All rows, one statement for each table."""
        for table, rows in ((account, self.accounts), (participant, self.participants), (identifier, self.identifiers)):
            if rows:
                connection.execute(insert(table), rows)


def save_articles(connection: Connection, rows: Mapping[str, Mapping[str, Any]], now: int) -> Saved:
    """Create or change articles by number, with their aliases. What a row does not name stays as it is."""
    saved = Saved()
    before = _by_key(connection, article, "number", set(rows))
    aliases = {row.alias: row.number
               for row in connection.execute(select(article_alias.c.alias, article_alias.c.number))}
    for key, row in rows.items():
        own = sorted(alias for alias, number in aliases.items() if number == key)
        wanted = row.get("aliases", own)
        if foreign := [alias for alias in wanted if aliases.get(alias, key) != key]:
            saved.refused[key] = (f"alias {foreign[0]} belongs to article {aliases[foreign[0]]}; "
                                  "an alias names one article")
            continue
        if key not in before:
            connection.execute(insert(article).values(number=key, version=1, changed_at=now,
                                                      **row["if_new"] | _written(row, _ARTICLE)))
            saved.created += 1
        else:
            _change(connection, article, "number", before[key], row, _ARTICLE, now, saved, own != wanted)
        if own != wanted:
            _replace_aliases(connection, key, wanted)
            aliases = {alias: number for alias, number in aliases.items() if number != key}
            aliases |= dict.fromkeys(wanted, key)
    return saved


def _written(row: Mapping[str, Any], names: tuple[str, ...], attributes: str = "{}") -> dict[str, Any]:
    """The columns that a row names; its attributes are added to those that are there, empty ones taken away."""
    merged = {name: value for name, value in (json.loads(attributes) | row["attributes"]).items() if value}
    return {name: row[name] for name in names if name in row} | {
        "attributes": json.dumps(merged, ensure_ascii=False, sort_keys=True)}


def _replace_aliases(connection: Connection, number: str, aliases: Collection[str]) -> None:
    connection.execute(delete(article_alias).where(article_alias.c.number == number))
    if aliases:
        connection.execute(insert(article_alias), [{"alias": alias, "number": number} for alias in aliases])


def _by_key(connection: Connection, table: Table, key: str, values: Collection[Any]) -> dict[Any, Row[Any]]:
    if not values:
        return {}
    rows = connection.execute(select(table).where(table.c[key].in_(list(values))))
    return {row._mapping[key]: row for row in rows}


def _change(connection: Connection, table: Table, key: str, before: Row[Any], row: Mapping[str, Any],
            names: tuple[str, ...], now: int, saved: Saved, changed: bool = False) -> bool:
    old = before._mapping
    differing = {name: value for name, value in _written(row, names, old["attributes"]).items() if old[name] != value}
    if not differing and not changed:
        saved.unchanged += 1
        return False
    connection.execute(update(table).where(table.c[key] == old[key])
                       .values(version=old["version"] + 1, changed_at=now, **differing))
    saved.changed += 1
    return True
