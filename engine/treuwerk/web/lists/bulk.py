"""Acts on many rows of a list: choose some, or all that the filters leave; see what would happen; do it; see what did.

Three steps, all without a script. The list posts its choice and gets a preview, which changes nothing. The preview
posts the same choice with its one-time id, and gets the report. Sent twice, the second time leads back to the list.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any

import attrs
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from treuwerk.services.once import once
from treuwerk.web.forms.pages import session_key
from treuwerk.web.forms.reading import FORM_ID
from treuwerk.web.forms.showing import new_form_id
from treuwerk.web.lists.asking import Asked, asked
from treuwerk.web.lists.kinds import ListKind
from treuwerk.web.shell.pages import gettext, page, see_other
from treuwerk.web.shell.state import Visit

ACT, ROW, ALL, QUERY, SEEN, SURE = "act", "row", "all", "query", "seen", "sure"
ROWS_TOLD = 100
ROWS_AT_MOST = 5_000
BULK_FIELDS, BULK_BYTES = ROWS_AT_MOST + 20, 64 * ROWS_AT_MOST
"""What the route of `bulk_form` has to take: the button that undoes an act names every row."""
_LONGEST_QUERY = 2_000


@attrs.frozen
class RowReport:
    """What would become, or became, of one row, in words; `willing` where the act applies to it.

    `undo` is the key by which the act that undoes it knows the row, empty for the same one.
    """

    key: str
    words: str
    outcome: str
    willing: bool = True
    undo: str = ""


@attrs.frozen
class Act:
    """An act on rows. `title` and `verb` are marked messages: the heading, and the button with verb and object.

    `look` says what would happen to each row and writes nothing; `do` does it in one transaction and says what it did.
    Both get the keys of the rows and check for themselves who may do it. `undo` is the code of the act that takes it
    back; the report offers it for the rows that it was done for.

    An act with `each` does it row by row, each in a transaction of its own, so that much work locks little; then `do`
    is left out. Where `ready` says no, the preview is shown again: it asks for something that is not there yet.
    An act with `make` makes one thing of all rows in one transaction and says where its page is, which then follows in
    place of the report.
    """

    code: str
    title: str
    verb: str
    look: Callable[[Visit, Connection, Sequence[str]], list[RowReport]]
    do: Callable[[Visit, Connection, Sequence[str]], list[RowReport]] | None = None
    undo: str = ""
    each: Callable[[Visit, str], RowReport] | None = None
    ready: Callable[[Visit], bool] | None = None
    make: Callable[[Visit, Connection, Sequence[str]], str] | None = None


@attrs.frozen
class Preview:
    """What an act would do, or did, to how many rows."""

    title: str
    verb: str
    rows: tuple[RowReport, ...]
    more: int
    willing: int
    refusing: int
    path: str
    back: str
    hidden: tuple[tuple[str, str], ...] = ()


Keys = Callable[[Connection, Asked, int], list[str]]
"""The keys of all rows that a state of the list leaves, at most so many."""


def bulk_form(visit: Visit, kind: ListKind, acts: Sequence[Act], keys: Keys, template: str, *, path: str = "",
              **context: Any) -> Response:
    """Answer the choice with a preview, and the preview with a report. The template shows ``preview`` or ``report``.

    Where other rows match by now than the preview showed, it is shown again.

    Raises:
        HTTPException: 400, an act that the list does not have; 422, nothing was chosen; 413, more than 5,000 rows.
    """
    act = next((one for one in acts if one.code == visit.form.get(ACT)), None)
    query = visit.form.get(QUERY, "")
    if act is None or len(query) > _LONGEST_QUERY:
        raise HTTPException(400)
    state = asked(visit, kind, query)
    with visit.shell.installation.database.reading() as connection:
        chosen = keys(connection, state, ROWS_AT_MOST + 1) if visit.form.get(ALL) else visit.form.getlist(ROW)
        _check(chosen)
        if not _is_sure(visit, act, chosen):
            rows = act.look(visit, connection, chosen)
            shown = attrs.evolve(_told(visit, act, rows, state, path), hidden=_hidden(visit, act, state, chosen))
            return page(visit, template, preview=shown, report=None, **context)
    return _done(visit, act, chosen, state, path, template, context)


def _check(chosen: Sequence[str]) -> None:
    if not chosen or len(set(chosen)) != len(chosen):
        raise HTTPException(422)
    if len(chosen) > ROWS_AT_MOST:
        raise HTTPException(413)


def _is_sure(visit: Visit, act: Act, chosen: Sequence[str]) -> bool:
    """Whether the preview was of these rows, and everything is there that it asked for."""
    return bool(visit.form.get(SURE)) and visit.form.get(SEEN) == _digest(chosen) and (
        act.ready is None or act.ready(visit))


def _digest(chosen: Sequence[str]) -> str:
    """Which rows they are, whatever their order: as many others are not the ones that were previewed."""
    return sha256("\0".join(sorted(chosen)).encode()).hexdigest()[:32]


def _done(visit: Visit, act: Act, chosen: Sequence[str], state: Asked, path: str, template: str,
          context: dict[str, Any]) -> Response:
    rows: list[RowReport] = []

    def do(connection: Connection) -> str:
        if act.make is not None:
            return act.make(visit, connection, chosen)
        if act.do is not None:
            rows[:] = act.do(visit, connection, chosen)
        return state.url()

    where, first = once(visit.shell.installation.database, session_key(visit), visit.form.get(FORM_ID, ""), visit.now,
                        do)
    if act.make is not None or not first:
        return see_other(where)
    if act.each is not None:
        rows[:] = [act.each(visit, key) for key in chosen]
    report = attrs.evolve(_told(visit, act, rows, state, path), hidden=_undoing(act, rows, state))
    return page(visit, template, preview=None, report=report, **context)


def _undoing(act: Act, rows: Sequence[RowReport], state: Asked) -> tuple[tuple[str, str], ...]:
    """What the button sends that undoes it; nothing where nothing can be undone."""
    keys = [row.undo or row.key for row in rows if row.willing]
    return _sure(act.undo, state, keys) if act.undo and keys else ()


def _told(visit: Visit, act: Act, rows: Sequence[RowReport], state: Asked, path: str) -> Preview:
    willing = sum(1 for row in rows if row.willing)
    # What stays as it is comes first: it is what somebody must look at.
    ordered = sorted(rows, key=lambda row: row.willing)
    return Preview(gettext(visit, act.title), gettext(visit, act.verb), tuple(ordered[:ROWS_TOLD]),
                   max(len(rows) - ROWS_TOLD, 0), willing, len(rows) - willing, path or visit.request.url.path,
                   state.url())


def _hidden(visit: Visit, act: Act, state: Asked, chosen: Sequence[str]) -> tuple[tuple[str, str], ...]:
    if not visit.form.get(ALL):
        return _sure(act.code, state, chosen)
    return *_sure(act.code, state, ()), (SEEN, _digest(chosen)), (ALL, "1")


def _sure(code: str, state: Asked, keys: Sequence[str]) -> tuple[tuple[str, str], ...]:
    seen = ((SEEN, _digest(keys)),) if keys else ()
    return ((FORM_ID, new_form_id()), (ACT, code), (QUERY, state.query), (SURE, "1"), *seen,
            *((ROW, key) for key in keys))
