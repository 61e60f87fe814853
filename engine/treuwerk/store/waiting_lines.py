"""Lines that wait for master data or for a decision, grouped by what they lack."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, and_, bindparam, case, func, or_, select, tuple_, update
from sqlalchemy import text as sql

from treuwerk.domain.aliases import Kind, Name
from treuwerk.store.tables import clearing_run, problem

WAITING = (problem.c.state == "waiting", problem.c.settled_at.is_(None), sql("waits_for <> ''"))
_CLOSED, _IGNORED = "closed", "ignored"
_NAME = (problem.c.waits_for, problem.c.scope, problem.c.scheme, problem.c.value)
_GROUP = (*_NAME, problem.c.also)


class Group(NamedTuple):
    """Lines that lack the same: all of them are booked together, or none is."""

    name: Name
    also: str = ""


def _group(row: Row[Any]) -> Group:
    return Group(Name(Kind(row.waits_for), row.scope, row.scheme, row.value), row.also)


def of_name(name: Name) -> list[Any]:
    """Lines that a decision on a number may help: of its sender, or of all."""
    other = f"|{name.scheme}:{name.value}|"
    by_value = and_(problem.c.value == name.value, problem.c.scheme == name.scheme)
    return [problem.c.waits_for == name.kind.value, or_(by_value, problem.c.also.contains(other, autoescape=True)),
            *([problem.c.scope == name.scope] if name.scope else [])]


def exactly(name: Name) -> list[Any]:
    """Lines of one row of the work list."""
    return [problem.c.waits_for == name.kind.value, problem.c.value == name.value, problem.c.scheme == name.scheme,
            problem.c.scope == name.scope]


def samples(connection: Connection, conditions: Collection[Any], limit: int,
            skipped: int = 0) -> list[tuple[Group, str]]:
    """One line of each group as it was kept, in the order of groups."""
    place = func.row_number().over(partition_by=_GROUP, order_by=(problem.c.run_id, problem.c.number)).label("place")
    numbered = select(*_GROUP, problem.c.payload, place).where(*WAITING, *conditions).subquery()
    rows = connection.execute(select(numbered).where(numbered.c.place == 1).order_by(
        numbered.c.waits_for, numbered.c.value, numbered.c.scheme, numbered.c.scope, numbered.c.also)
        .limit(limit).offset(skipped))
    return [(_group(row), row.payload) for row in rows]


def in_groups(groups: Collection[Group]) -> Any:
    """Lines of these groups."""
    return or_(*(and_(problem.c.waits_for == one.name.kind.value, problem.c.value == one.name.value,
                      problem.c.scheme == one.name.scheme, problem.c.scope == one.name.scope,
                      problem.c.also == one.also) for one in groups))


def lines(connection: Connection, conditions: Collection[Any], behind: tuple[int, int],
          limit: int) -> Sequence[Row[Any]]:
    """Waiting lines behind a run and number, in their order."""
    return connection.execute(select(problem).where(
        *WAITING, *conditions, tuple_(problem.c.run_id, problem.c.number) > tuple_(*behind))
        .order_by(problem.c.run_id, problem.c.number).limit(limit)).all()


def of_codes(connection: Connection, codes: Collection[str], behind: tuple[int, int], limit: int) -> Sequence[Row[Any]]:
    """Lines as they came that wait for one of these reasons, behind a run and number, in their order."""
    return connection.execute(select(problem).where(
        problem.c.state == "waiting", problem.c.settled_at.is_(None), problem.c.code.in_(sorted(codes)),
        problem.c.payload.startswith("{"), tuple_(problem.c.run_id, problem.c.number) > tuple_(*behind))
        .order_by(problem.c.run_id, problem.c.number).limit(limit)).all()


def counted(connection: Connection, conditions: Collection[Any]) -> Row[Any]:
    """How many lines, documents and pieces wait; a line that came twice counts once."""
    each = select(func.max(problem.c.document).label("document"), func.max(problem.c.pieces).label("pieces")).where(
        *WAITING, *conditions).group_by(problem.c.purchase_key).subquery()
    found: Select[*tuple[Any, ...]] = select(
        func.count().label("lines"), func.count(each.c.document.distinct()).label("documents"),
        func.coalesce(func.sum(each.c.pieces), 0).label("pieces")).select_from(each)
    return connection.execute(found).one()


def lock(connection: Connection, run_id: int, numbers: Collection[int]) -> set[int]:
    """Which of these lines of a run still wait; nobody else settles them before this transaction ends."""
    return set(connection.execute(select(problem.c.number).where(
        problem.c.run_id == run_id, problem.c.number.in_(sorted(numbers)), problem.c.state == "waiting",
        problem.c.settled_at.is_(None)).order_by(problem.c.number).with_for_update()).scalars())


def still_waiting(connection: Connection, run_id: int, numbers: Collection[int]) -> Sequence[Row[Any]]:
    """Those of these lines of a run that wait."""
    return connection.execute(select(problem).where(
        problem.c.state == "waiting", problem.c.settled_at.is_(None), problem.c.run_id == run_id,
        problem.c.number.in_(sorted(numbers))).order_by(problem.c.number)).all()


def settle(connection: Connection, run_id: int, numbers: Collection[int], now: int) -> None:
    """These lines wait no longer."""
    connection.execute(update(problem).where(
        problem.c.run_id == run_id, problem.c.number.in_(sorted(numbers)), problem.c.settled_at.is_(None))
        .values(settled_at=now))


def keep_waiting(connection: Connection, run_id: int, changed: Sequence[dict[str, Any]]) -> None:
    """Lines that are not booked for another reason than before; `number` says which."""
    if changed:
        names = [name for name in changed[0] if name != "number"]
        connection.execute(update(problem).where(problem.c.run_id == run_id, problem.c.number == bindparam("number_"))
                           .values({name: bindparam(f"{name}_") for name in names}),
                           [{f"{name}_": value for name, value in one.items()} for one in changed])


def run_of(connection: Connection, run_id: int) -> Row[Any]:
    """The run that brought lines."""
    return connection.execute(select(clearing_run).where(clearing_run.c.id == run_id)).one()


def close(connection: Connection, conditions: Collection[Any], now: int) -> set[int]:
    """Let lines wait no longer, since they will never earn; the answer are their runs."""
    return set(connection.execute(update(problem).where(*WAITING, *conditions).values(
        state=_CLOSED, settled_at=now).returning(problem.c.run_id)).scalars())


def reopen(connection: Connection, conditions: Collection[Any]) -> int:
    """Let lines wait again that were closed, or ignored when they came; runs count these among those that wait then."""
    lacking, anew = sql("waits_for <> ''"), {"state": "waiting", "settled_at": None}
    count = connection.execute(update(problem).where(
        lacking, problem.c.state == _CLOSED, *conditions).values(**anew)).rowcount
    finished = problem.c.run_id.in_(select(clearing_run.c.id).where(clearing_run.c.finished_at.is_not(None)))
    runs = Counter(connection.execute(update(problem).where(
        lacking, problem.c.state == _IGNORED, finished, *conditions).values(**anew).returning(
        problem.c.run_id)).scalars())
    if runs:
        connection.execute(update(clearing_run).where(clearing_run.c.id == bindparam("run")).values(
            ignored=clearing_run.c.ignored - bindparam("lines_"), waiting=clearing_run.c.waiting + bindparam("lines_")),
            [{"run": run, "lines_": lines_} for run, lines_ in sorted(runs.items())])
    return count + sum(runs.values())


def listed(connection: Connection, conditions: Collection[Any], limit: int, skipped: int) -> Sequence[Row[Any]]:
    """What lines wait for, that for which most do first; a line that came twice counts once."""
    each = select(
        *_NAME, func.max(problem.c.document).label("document"), func.max(problem.c.pieces).label("pieces"),
        func.min(clearing_run.c.started_at).label("since"), func.max(problem.c.written_as).label("written_as"),
        func.max(problem.c.called).label("called"),
        func.max(case((problem.c.code == "ambiguous_participant", 1), else_=0)).label("ambiguous")).join(
        clearing_run, clearing_run.c.id == problem.c.run_id).where(
        *WAITING, *conditions).group_by(*_NAME, problem.c.purchase_key).subquery()
    name, lines_ = (each.c.waits_for, each.c.scope, each.c.scheme, each.c.value), func.count().label("lines")
    found: Select[*tuple[Any, ...]] = select(
        *name, lines_, func.count(each.c.document.distinct()).label("documents"),
        func.sum(each.c.pieces).label("pieces"), func.min(each.c.since).label("since"),
        func.max(each.c.written_as).label("written_as"), func.max(each.c.called).label("called"),
        func.max(each.c.ambiguous).label("ambiguous")).group_by(*name).order_by(
        lines_.desc(), *name).limit(limit).offset(skipped)
    return connection.execute(found).all()


def totals(connection: Connection) -> dict[str, int]:
    """How many different numbers lines wait for, by kind."""
    groups = select(*_NAME).where(*WAITING).distinct().subquery()
    rows = connection.execute(select(groups.c.waits_for, func.count()).group_by(groups.c.waits_for)).all()
    return {str(row[0]): int(row[1]) for row in rows}


def payloads(connection: Connection, places: Collection[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """Lines as they were kept, by run and number."""
    if not places:
        return {}
    rows = connection.execute(select(problem.c.run_id, problem.c.number, problem.c.payload).where(
        or_(*(and_(problem.c.run_id == run_id, problem.c.number == number) for run_id, number in places))))
    return {(row.run_id, row.number): row.payload for row in rows}


def some_payloads(connection: Connection, run_id: int, limit: int = 200) -> Sequence[str]:
    """The first lines of a run that were kept, as they were kept."""
    return connection.execute(select(problem.c.payload).where(
        problem.c.run_id == run_id, problem.c.payload.startswith("{")).order_by(problem.c.number).limit(limit)
        ).scalars().all()


def documents(connection: Connection, conditions: Collection[Any], limit: int) -> Sequence[Row[Any]]:
    """The documents whose lines wait, with their file, the newest file first."""
    found: Select[*tuple[Any, ...]] = select(
        problem.c.document, problem.c.run_id, clearing_run.c.file, clearing_run.c.source, clearing_run.c.started_at,
        func.count().label("lines"), func.sum(problem.c.pieces).label("pieces"),
        func.min(problem.c.number).label("number")).join(clearing_run, clearing_run.c.id == problem.c.run_id).where(
        *WAITING, *conditions).group_by(
        problem.c.document, problem.c.run_id, clearing_run.c.file, clearing_run.c.source, clearing_run.c.started_at
    ).order_by(problem.c.run_id.desc(), problem.c.document).limit(limit)
    return connection.execute(found).all()
