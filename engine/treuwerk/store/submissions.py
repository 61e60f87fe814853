"""Submissions, their pages and their events."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, tuple_, update

from treuwerk.store.prepared import Prepared
from treuwerk.store.succession import belongs
from treuwerk.store.tables import app_user, participant, stored_file, submission, submission_event, submission_page
from treuwerk.store.tables.base import WHOLE

_NEWEST_FIRST = submission.c.id.desc()
_IN_STATES = Prepared(select(submission).where(
    belongs(submission.c.account_id, bindparam("account", type_=WHOLE)),
    submission.c.state.in_(bindparam("states", expanding=True))).order_by(_NEWEST_FIRST).limit(bindparam("most")))


def add(connection: Connection, values: dict[str, Any]) -> None:
    """A new submission."""
    connection.execute(insert(submission).values(**values))


def one(connection: Connection, account_id: int, submission_id: int, *, locked: bool = False) -> Row[Any] | None:
    """One submission; `locked` keeps it as it is until the transaction ends."""
    query = select(submission).where(submission.c.account_id == account_id, submission.c.id == submission_id)
    return connection.execute(query.with_for_update() if locked else query).one_or_none()


def change(connection: Connection, account_id: int, submission_id: int, state: str, version: int,
           values: dict[str, Any]) -> bool:
    """Change a submission that still has this state and version; False where it has not."""
    return connection.execute(update(submission).where(
        submission.c.account_id == account_id, submission.c.id == submission_id, submission.c.state == state,
        submission.c.version == version).values(version=version + 1, **values)).rowcount == 1


def of_account(connection: Connection, account_id: int, limit: int, *, states: Collection[str] = (),
               before: int | None = None) -> Sequence[Row[Any]]:
    """Submissions of an account and those merged into it, newest first, older than `before`."""
    query = select(submission).where(belongs(submission.c.account_id, account_id))
    if states:
        query = query.where(submission.c.state.in_(states))
    if before is not None:
        query = query.where(submission.c.id < before)
    return connection.execute(query.order_by(_NEWEST_FIRST).limit(limit)).all()


def in_states(connection: Connection, account_id: int, states: Collection[str], most: int) -> Sequence[Any]:
    """The newest of an account and those merged into it that are in one of some states: for pages that all open."""
    return _IN_STATES.rows(connection, account=account_id, states=sorted(states), most=most)


def counts_of(connection: Connection, account_id: int) -> dict[str, int]:
    """How many submissions of an account and those merged into it are in each state."""
    rows = connection.execute(select(submission.c.state, func.count().label("number")).where(
        belongs(submission.c.account_id, account_id)).group_by(submission.c.state))
    return {row.state: row.number for row in rows}


def of_number(connection: Connection, number: str, limit: int) -> Sequence[Row[Any]]:
    """Submissions of anybody that name a document of this number, oldest first."""
    return connection.execute(select(submission).where(submission.c.number == number, submission.c.number != "")
                              .order_by(submission.c.created_at, submission.c.id).limit(limit)).all()


def with_file(connection: Connection, sha256: str, limit: int) -> Sequence[Row[Any]]:
    """Submissions of anybody that have a page with this content, oldest first."""
    of_page = ((submission_page.c.account_id == submission.c.account_id)
               & (submission_page.c.submission_id == submission.c.id))
    return connection.execute(select(submission).join(submission_page, of_page).where(
        submission_page.c.sha256 == sha256, submission_page.c.removed_at == 0)
        .order_by(submission.c.created_at, submission.c.id).limit(limit)).unique().all()


def pages(connection: Connection, account_id: int, submission_id: int) -> Sequence[Row[Any]]:
    """Pages of a submission with what is known of their files, in their order, removed ones included."""
    return connection.execute(
        select(submission_page, stored_file.c.state, stored_file.c.found, stored_file.c.pages).select_from(
            submission_page.join(stored_file, stored_file.c.sha256 == submission_page.c.sha256, isouter=True))
        .where(submission_page.c.account_id == account_id, submission_page.c.submission_id == submission_id)
        .order_by(submission_page.c.position, submission_page.c.number)).all()


def add_page(connection: Connection, values: dict[str, Any]) -> None:
    """A new page; the submission is locked."""
    connection.execute(insert(submission_page).values(**values))


def change_page(connection: Connection, account_id: int, submission_id: int, number: int, **values: Any) -> bool:
    """Change a page; False where there is none."""
    return connection.execute(update(submission_page).where(
        submission_page.c.account_id == account_id, submission_page.c.submission_id == submission_id,
        submission_page.c.number == number).values(**values)).rowcount == 1


def add_event(connection: Connection, values: dict[str, Any]) -> None:
    """The next event of a submission, which is locked."""
    mine = (submission_event.c.account_id == values["account_id"],
            submission_event.c.submission_id == values["submission_id"])
    last = connection.execute(select(func.max(submission_event.c.number)).where(*mine)).scalar()
    connection.execute(insert(submission_event).values(number=(last or 0) + 1, **values))


def note_on_runs(connection: Connection, told: Collection[tuple[int, str]], values: Mapping[str, Any]) -> None:
    """Note the same event with a text of its own for the submissions that runs cleared, each text once.

    Submissions stay locked until the transaction ends. Three statements, whatever their number.
    """
    of, event, texts = submission.c, submission_event.c, dict[int, set[str]]()
    for run_id, text in told:
        texts.setdefault(run_id, set()).add(text)
    rows = connection.execute(select(of.account_id, of.id, of.run_id).where(of.run_id.in_(sorted(texts))).order_by(
        of.account_id, of.id).with_for_update()).all() if texts else []
    places = [(row.account_id, row.id) for row in rows]
    numbers: dict[tuple[int, int], int] = {}
    known = set[tuple[int, int, str]]()
    for one in connection.execute(select(event.account_id, event.submission_id, event.number, event.kind, event.text)
                                  .where(tuple_(event.account_id, event.submission_id).in_(places))) if places else ():
        place = one.account_id, one.submission_id
        numbers[place] = max(numbers.get(place, 0), one.number)
        if one.kind == values["kind"]:
            known.add((*place, one.text))
    new = []
    for row in rows:
        for text in sorted(texts[row.run_id]):
            if (row.account_id, row.id, text) not in known:
                numbers[row.account_id, row.id] = number = numbers.get((row.account_id, row.id), 0) + 1
                new.append({"account_id": row.account_id, "submission_id": row.id, "number": number, "text": text,
                            **values})
    if new:
        connection.execute(insert(submission_event), new)


def last_asked_by(connection: Connection, account_id: int, submission_id: int) -> int:
    """The user who asked the last question about a submission, 0 for nobody."""
    event = submission_event.c
    return connection.execute(select(event.user_id).where(
        event.account_id == account_id, event.submission_id == submission_id, event.kind == "asked")
        .order_by(event.number.desc()).limit(1)).scalar() or 0


def events(connection: Connection, account_id: int, submission_id: int) -> Sequence[Row[Any]]:
    """What happened to a submission, with the names of users, oldest first."""
    return connection.execute(
        select(submission_event, app_user.c.name.label("user_name")).select_from(
            submission_event.join(app_user, app_user.c.user_id == submission_event.c.user_id, isouter=True))
        .where(submission_event.c.account_id == account_id, submission_event.c.submission_id == submission_id)
        .order_by(submission_event.c.number)).all()


def participant_name(connection: Connection, account_id: int) -> str:
    """Whose submissions these are."""
    name: str | None = connection.execute(select(participant.c.name).where(
        participant.c.account_id == account_id)).scalar()
    return name or ""


def lately_decided(connection: Connection, since: int, limit: int) -> Sequence[tuple[int, int]]:
    """When submissions were handed in and decided, for the newest decisions."""
    rows = connection.execute(select(submission.c.submitted_at, submission.c.decided_at).where(
        submission.c.decided_at > 0, submission.c.decided_at >= since, submission.c.submitted_at > 0)
        .order_by(submission.c.decided_at.desc()).limit(limit))
    return [(handed_in, decided) for handed_in, decided in rows]
