"""Work that somebody must do: one row for each thing, made and closed by whoever knows of it."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, case, func, select, tuple_, update
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from treuwerk.domain.ids import row_ids
from treuwerk.store.tables import app_user, participant, problem, work_item

OPEN, DONE = "open", "done"
NOTE, ENQUIRY, ADJUSTMENT, CLEARING = "note", "enquiry", "adjustment", "clearing_run"
SUBMISSION = "submission"
"""Kinds of work that the engine itself makes; their objects are public ids, and the number of a run."""
HELD_FILE = "held_file"
"""Files that wait for a decision as a whole; their objects are public ids."""
MAPPING = "mapping"
"""Mappings that wait for a second person; their objects are public ids."""
RECALCULATION = "recalculation"
"""Recalculations that need a second person; their objects are public ids."""
WITHDRAWAL = "withdrawal"
"""Withdrawals from contracts of which something is left to do; their objects are public ids."""
TIER_GRANT = "tier_grant"
"""Tiers by hand that wait for a second person; their objects are public ids."""
SUPPLIER = "supplier"
"""What a supplier says of an order, or is to be told, that only people can settle; its objects are public ids."""
PAYMENT = "payment"
"""What a payment provider says of an order that cannot be true; its objects are public ids."""
ORDER = "work_order"
"""Durable work that failed; its object is the key of the order."""
PLUGIN = "plugin"
"""Plugins of which something is paused, since it fails too often; their objects are the names of plugins."""
NOTES = frozenset({NOTE, ENQUIRY})
"""Kinds whose object is a note, which is done and assigned with the work."""
IS_OPEN = sql("work_item.state = 'open'")  # as the partial index has it
_assignee, _holder = app_user.alias("assignee"), app_user.alias("holder")
_LAST_DAY = "9999-12-31"
DUE: ColumnElement[str] = case((work_item.c.due_on == "", _LAST_DAY), else_=work_item.c.due_on)
"""The day until when; what has none comes last."""
_DATED, _UNDATED = work_item.c.due_on > "", work_item.c.due_on == ""


def put(connection: Connection, kind: str, object_: str, now: int, *, account_id: int = 0, gist: str = "",
        due_on: str = "", assignee_id: int = 0) -> None:
    """Let there be open work of this kind about this object; where there is some already, it is brought up to date."""
    insert = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
    told: dict[str, Any] = {"account_id": account_id, "gist": gist, "due_on": due_on, "assignee_id": assignee_id}
    made = insert(work_item).values(
        id=next(row_ids(now)), kind=kind, object=object_, state=OPEN, snoozed_until=0, held_by=0, held_until=0,
        created_at=now, done_at=0, version=1, **told)
    connection.execute(made.on_conflict_do_update(
        index_elements=["kind", "object"],
        set_={**told, "state": OPEN, "done_at": 0, "version": work_item.c.version + 1,
              # What was done comes into the queue anew; what is open keeps its age.
              "created_at": case((work_item.c.state == OPEN, work_item.c.created_at), else_=now)}))


def close(connection: Connection, kind: str, object_: str, now: int) -> bool:
    """Nothing is to be done about an object any more; False where nothing was."""
    return connection.execute(update(work_item).where(
        work_item.c.kind == kind, work_item.c.object == object_, work_item.c.state == OPEN).values(
        state=DONE, done_at=now, held_by=0, held_until=0, version=work_item.c.version + 1)).rowcount == 1


def close_settled(connection: Connection, run_ids: Collection[int], now: int) -> None:
    """Close the work about runs of which no line waits any more and none was rejected.

    Its rows are locked before anybody looks: of two who settle the last lines at the same time, the second one sees
    what the first one did.
    """
    if not run_ids:
        return
    about = (work_item.c.kind == CLEARING, work_item.c.state == OPEN, work_item.c.object.in_(map(str, run_ids)))
    locked = connection.execute(select(work_item.c.object).where(*about).order_by(work_item.c.id)
                                .with_for_update()).scalars().all()
    for run_id in locked:
        left = select(problem.c.run_id).where(problem.c.run_id == int(run_id), problem.c.settled_at.is_(None),
                                              problem.c.state.in_(("waiting", "rejected"))).limit(1)
        if connection.execute(left).one_or_none() is None:
            close(connection, CLEARING, run_id, now)


def items() -> Select[*tuple[Any, ...]]:
    """Work with the names of its participant, its assignee and whoever has it open."""
    return select(work_item, participant.c.name.label("participant"), _assignee.c.name.label("assignee"),
                  _holder.c.name.label("holder")).select_from(
        work_item.join(participant, participant.c.account_id == work_item.c.account_id, isouter=True)
        .join(_assignee, _assignee.c.user_id == work_item.c.assignee_id, isouter=True)
        .join(_holder, _holder.c.user_id == work_item.c.held_by, isouter=True))


def page(connection: Connection, wanted: Collection[Any], after: tuple[str, int] | None,
         limit: int) -> Sequence[Row[Any]]:
    """Work in the order of its days; `after` are day and id of the last one seen.

    What has a day and what has none are asked for one after the other: each is in the order of the index.
    """
    query, (day, number) = items().where(*wanted), after or ("", 0)
    dated = query.where(_DATED, tuple_(work_item.c.due_on, work_item.c.id) > tuple_(day, number)).order_by(
        work_item.c.due_on, work_item.c.id).limit(limit)
    rows = list(connection.execute(dated)) if day < _LAST_DAY else []
    if len(rows) < limit:
        seen = number if day == _LAST_DAY else -1
        rows += connection.execute(query.where(_UNDATED, work_item.c.id > seen).order_by(work_item.c.id)
                                   .limit(limit - len(rows)))
    return rows


def counted(connection: Connection, wanted: dict[str, Collection[Any]], at_most: int) -> dict[str, int]:
    """How much open work each of these conditions meets, each up to `at_most`, in one statement."""
    sums = []
    for conditions in wanted.values():
        some = select(work_item.c.id).where(IS_OPEN, *conditions).limit(at_most).subquery()
        sums.append(select(func.count()).select_from(some).scalar_subquery())
    return dict(zip(wanted, map(int, connection.execute(select(*sums)).one()), strict=True)) if sums else {}


def one(connection: Connection, item_id: int) -> Row[Any] | None:
    """One thing to do."""
    return connection.execute(items().where(work_item.c.id == item_id)).one_or_none()


def about(connection: Connection, kind: str, object_: str) -> Row[Any] | None:
    """The work of a kind about an object."""
    return connection.execute(items().where(work_item.c.kind == kind, work_item.c.object == object_)).one_or_none()


def of_account(connection: Connection, account_id: int, limit: int) -> Sequence[Row[Any]]:
    """Open work about a participant."""
    return connection.execute(items().where(work_item.c.account_id == account_id, work_item.c.state == OPEN)
                              .order_by(DUE, work_item.c.id).limit(limit)).all()


def hold_first(connection: Connection, user_id: int, until: int, wanted: Collection[Any], free: Any) -> int | None:
    """Hold the first free work for somebody; its id, or None where there is none.

    Whoever comes at the same time gets the next one: it passes over what another transaction is about to hold.
    """
    for part in (_DATED, _UNDATED):
        first = (select(work_item.c.id).where(*wanted, free, part).order_by(work_item.c.due_on, work_item.c.id).limit(1)
                 .with_for_update(skip_locked=True)).scalar_subquery()
        found: int | None = connection.execute(update(work_item).where(work_item.c.id == first, free).values(
            held_by=user_id, held_until=until, version=work_item.c.version + 1).returning(work_item.c.id)
            ).scalar_one_or_none()
        if found is not None:
            return found
    return None


def change(connection: Connection, item_id: int, conditions: Collection[Any], **values: Any) -> bool:
    """Change one thing to do where it is as expected; False where it is not."""
    return connection.execute(update(work_item).where(work_item.c.id == item_id, *conditions).values(
        version=work_item.c.version + 1, **values)).rowcount == 1
