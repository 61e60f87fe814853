"""Decisions on numbers of senders, and numbers that several participants share."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, case, select, text, update

from treuwerk.domain.aliases import Alias, Kind, Name, Verdict
from treuwerk.store.once import insert_once
from treuwerk.store.tables import alias, identifier, participant, shared_identifier

_HOLDS = text("ended_at = 0")  # as the partial index has it
_AT_ONCE = 500


def alias_from(row: Row[Any]) -> Alias:
    """A decision from its row."""
    return Alias(row.id, Name(Kind(row.kind), row.scope, row.scheme, row.value), row.written_as, row.called,
                 Verdict(row.verdict), row.account_id, row.article, row.reason, row.origin, row.actor, row.made_at,
                 bool(row.used_at), row.ended_at, row.ended_by)


def decide(connection: Connection, one: Alias, user_id: int) -> bool:
    """Keep a decision; False where one on the same number holds, and nothing is changed."""
    return insert_once(connection, alias, {
        "id": one.id, "kind": one.name.kind.value, "scope": one.name.scope, "scheme": one.name.scheme,
        "value": one.name.value, "written_as": one.written, "called": one.called, "verdict": one.verdict.value,
        "account_id": one.account_id, "article": one.article, "reason": one.reason, "origin": one.origin,
        "user_id": user_id, "actor": one.actor, "made_at": one.made_at, "used_at": 0, "ended_at": one.ended_at,
        "ended_by": one.ended_by})


def holding(connection: Connection, name: Name) -> Alias | None:
    """The decision that holds on a number."""
    row = connection.execute(select(alias).where(
        _HOLDS, alias.c.kind == name.kind.value, alias.c.value == name.value, alias.c.scheme == name.scheme,
        alias.c.scope == name.scope)).one_or_none()
    return alias_from(row) if row else None


def by_id(connection: Connection, alias_id: int) -> Alias | None:
    """A decision, whether it holds or not."""
    row = connection.execute(select(alias).where(alias.c.id == alias_id)).one_or_none()
    return alias_from(row) if row else None


def of_articles(connection: Connection) -> list[Alias]:
    """Every decision on an article that holds."""
    return [alias_from(row) for row in connection.execute(select(alias).where(
        _HOLDS, alias.c.kind == Kind.ARTICLE.value).order_by(alias.c.id))]


def of_participants(connection: Connection, values: Collection[str]) -> list[Alias]:
    """Decisions on participants that hold, whose number is one of these as they are compared."""
    found, wanted = list[Alias](), sorted(values)
    for start in range(0, len(wanted), _AT_ONCE):
        found += [alias_from(row) for row in connection.execute(select(alias).where(
            _HOLDS, alias.c.kind == Kind.PARTICIPANT.value, alias.c.value.in_(wanted[start:start + _AT_ONCE]))
            .order_by(alias.c.id))]
    return found


def any_of_participants(connection: Connection) -> bool:
    """Whether a decision on a participant holds."""
    return connection.execute(select(alias.c.id).where(
        _HOLDS, alias.c.kind == Kind.PARTICIPANT.value).limit(1)).one_or_none() is not None


def end(connection: Connection, alias_id: int, actor: str, now: int, *, unused: bool) -> bool:
    """Let a decision hold no more; False where it does not hold, or something rests on it and it must be `unused`."""
    free = alias.c.used_at == 0 if unused else alias.c.used_at >= 0
    return connection.execute(update(alias).where(alias.c.id == alias_id, _HOLDS, free).values(
        ended_at=now, ended_by=actor)).rowcount == 1


def stop_once(connection: Connection, alias_id: int, actor: str, now: int) -> bool:
    """Let a decision for what waits now book no more; False where it is none, or somebody stopped it."""
    return connection.execute(update(alias).where(
        alias.c.id == alias_id, alias.c.verdict == Verdict.ONCE.value, alias.c.ended_at == alias.c.made_at).values(
        ended_at=case((alias.c.made_at < now, now), else_=alias.c.made_at + 1), ended_by=actor)).rowcount == 1


def note_used(connection: Connection, ids: Iterable[int], now: int) -> bool:
    """Note that something is booked by these; what is noted stays as it is. False where one of them holds no more."""
    wanted = sorted(ids)
    connection.execute(update(alias).where(alias.c.id.in_(wanted), alias.c.used_at == 0).values(used_at=now))
    return len(connection.execute(select(alias.c.id).where(alias.c.id.in_(wanted), _HOLDS)).all()) == len(wanted)


def latest(connection: Connection, limit: int, before: int = 0) -> Sequence[Row[Any]]:
    """Decisions, the latest first, with the name of the participant that they are about; `before` is an id."""
    query = select(alias, participant.c.name.label("participant")).join(
        participant, participant.c.account_id == alias.c.account_id, isouter=True)
    if before:
        query = query.where(alias.c.id < before)
    return connection.execute(query.order_by(alias.c.id.desc()).limit(limit)).all()


def any_shared(connection: Connection) -> bool:
    """Whether any number belongs to several participants."""
    return connection.execute(select(shared_identifier.c.scheme).limit(1)).first() is not None


def share(connection: Connection, rows: Collection[tuple[str, str, int, str]]) -> int:
    """Let participants have numbers that others have: scheme, value, account, as written. How many are new."""
    return sum(insert_once(connection, shared_identifier, {
        "scheme": scheme, "value": value, "account_id": account_id, "written_as": written})
        for scheme, value, account_id, written in rows)


def shared(connection: Connection, scheme: str, values: Collection[str]) -> dict[str, list[int]]:
    """By number all accounts that have it, of those that more than one has."""
    found: dict[str, list[int]] = {}
    wanted = sorted(values)
    for start in range(0, len(wanted), _AT_ONCE):
        chunk = wanted[start:start + _AT_ONCE]
        for row in connection.execute(select(shared_identifier.c.value, shared_identifier.c.account_id).where(
                shared_identifier.c.scheme == scheme, shared_identifier.c.value.in_(chunk))
                .order_by(shared_identifier.c.value, shared_identifier.c.account_id)):
            found.setdefault(row.value, []).append(row.account_id)
    if found:
        for row in connection.execute(select(identifier.c.value, identifier.c.account_id).where(
                identifier.c.scheme == scheme, identifier.c.value.in_(sorted(found)))):
            found[row.value].insert(0, row.account_id)
    return found


def shared_by(connection: Connection, account_ids: Collection[int]) -> Sequence[Row[Any]]:
    """Numbers that these accounts share with those who had them first."""
    return connection.execute(select(shared_identifier).where(
        shared_identifier.c.account_id.in_(sorted(account_ids))).order_by(
        shared_identifier.c.account_id, shared_identifier.c.scheme, shared_identifier.c.value)).all()

