"""Deciding what a number of a sender means: a participant, an article, or nothing that earns. And taking it back.

A decision is kept, and the order to book what waited for it with it, in one transaction: whatever happens then, the
lines are booked. Few lines are booked at once; many by a worker, who tells how far it is.
"""

from collections.abc import Callable, Sequence
from typing import Any

import attrs
from sqlalchemy import Connection

from treuwerk.domain import ids
from treuwerk.domain.aliases import Alias, Kind, Name, Verdict
from treuwerk.domain.participants import identifier
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access, OutOfScope
from treuwerk.services.auditing import note_act
from treuwerk.services.changes.mapping_proposals import overtake, propose, public_id_of, refuse_waiting
from treuwerk.services.clearing.releasing import Released, Told, assumed, foreseen, release, tell_nobody
from treuwerk.services.installation import Installation
from treuwerk.services.participants.own_company import refuse_own_company
from treuwerk.services.submissions.second_person import too_many
from treuwerk.store import aliases as store
from treuwerk.store import orders, waiting_lines, work
from treuwerk.store.parties import all_articles, participants_of
from treuwerk.store.retrying import retrying
from treuwerk.store.tables import problem

MAP, READ = "clearing.map", "queue.read"
RELEASE = "release"
"""The job that books lines that lack nothing any more."""
AT_ONCE = 1_000
"""So many lines are booked while somebody waits for the page."""
OFFICE, COMMAND = "office", "cli"
ALIAS = "als"
"""What ids of decisions begin with."""
_CAN_BE_DECIDED = (Kind.PARTICIPANT, Kind.ARTICLE)


@attrs.frozen
class Meant:
    """What somebody decides on a number. `account_id` or `article` say what it is; `reason` why it never earns.

    With `once`, only what waits now is booked so, and nothing is kept for later; `document` narrows it to one document.
    """

    name: Name
    verdict: Verdict = Verdict.IS
    account_id: int = 0
    article: str = ""
    reason: str = ""
    written: str = ""
    called: str = ""
    once: bool = False
    document: str = ""
    everywhere: bool = False
    """Whether it is the same with all senders."""


@attrs.frozen
class Decided:
    """A decision with what became of the lines; `released` is None where a worker books them, by the order `key`.

    `proposal` is the public id of what waits for a second person; then nothing is decided, and empty else.
    """

    alias: Alias
    released: Released | None
    closed: int
    key: str
    proposal: str = ""


Agreed = Callable[[Connection, Alias], None]


def decide(access: Access, installation: Installation, meant: Meant, now: int, *, origin: str = OFFICE,
           at_once: int = AT_ONCE, told: Told = tell_nobody) -> Decided:
    """Keep what a number means and book, or close, the lines that waited for it. Doing so twice is harmless.

    In the office, what books more points than one person decides waits for a second one.

    Raises:
        NotAllowed: the right to map is not there.
        Refusal: `not_decidable`, `unknown_participant`, `unknown_article`, `no_reason`, `no_number`; `own_account`: it
            is the own company; `decided_before`: somebody else decided otherwise; `waits_already`: a mapping of it
            waits for a second person.
    """
    access.require(MAP)
    alias = _alias(access, installation, meant, now, origin)
    if origin == OFFICE and _is_limited(installation, alias):
        would = _foreseen(installation, alias, meant, now)
        if needs_another(installation, alias.name, would):
            number = installation.database.run(lambda connection: propose(
                access, connection, meant.name, alias, meant.document, would.points, now))
            return Decided(alias, None, 0, "", public_id_of(number))

    def alone(connection: Connection, _: Alias) -> None:
        if origin == OFFICE:
            refuse_waiting(connection, meant.name)

    return _carried_out(access, installation, alias, meant, now, alone, at_once, told)


def decide_together(access: Access, installation: Installation, meant: Meant, now: int, *, asked_by: str,
                    agreed: Agreed, at_once: int = AT_ONCE) -> Decided:
    """The same for what `asked_by` asked for and another person agrees with; `agreed` keeps that, in one transaction.

    Raises:
        NotAllowed, Refusal: as `decide`.
    """
    access.require(MAP)
    alias = attrs.evolve(_alias(access, installation, meant, now, OFFICE), actor=f"{asked_by} + {access.actor}")
    return _carried_out(access, installation, alias, meant, now, agreed, at_once, tell_nobody)


def _carried_out(access: Access, installation: Installation, alias: Alias, meant: Meant, now: int, also: Agreed,
                 at_once: int, told: Told) -> Decided:
    key = f"{RELEASE}:{alias.id}"

    def keep(connection: Connection) -> tuple[Alias, int]:
        kept = alias if store.decide(connection, alias, access.user_id) else _before(connection, alias)
        also(connection, kept)
        if alias.verdict is not Verdict.ONCE:
            overtake(connection, alias.name, now)
        if kept.id != alias.id:
            return kept, 0
        note_act(connection, access, f"alias.{'never' if alias.verdict is Verdict.NEVER else 'map'}", alias.account_id,
                 public_id(alias), now=now, after=_told(alias, meant), reason=alias.reason)
        if alias.verdict is Verdict.NEVER:
            return alias, _close(connection, alias, now)
        orders.submit(connection, key, RELEASE, {"alias": str(alias.id), "document": meant.document}, now)
        return alias, 0

    kept, closed = retrying(lambda: installation.database.run(keep))
    if kept.verdict is Verdict.NEVER:
        return Decided(kept, Released(), closed, "")
    if _waiting(installation, kept, meant.document) > at_once:
        return Decided(kept, None, 0, f"{RELEASE}:{kept.id}")
    released = release_for(installation, kept, meant.document, now, actor=alias.actor, told=told)
    installation.database.run(lambda connection: orders.settle(
        connection, f"{RELEASE}:{kept.id}", now, f"{released.booked:,} booked", failed=False))
    return Decided(kept, released, 0, "")


def release_for(installation: Installation, alias: Alias, document: str, now: int, *, actor: str,
                told: Told = tell_nobody) -> Released:
    """Book the lines that waited for a decision; one that was for these lines alone counts for them only.

    By one that somebody ended nothing is booked any more.
    """
    once = alias.verdict is Verdict.ONCE
    if not alias.books:
        return Released()
    return release(installation, conditions(alias, document), now, actor=actor, told=told,
                   assume=[assumed(installation, alias, now)] if once else ())


def preview(access: Access, installation: Installation, meant: Meant, now: int) -> Released:
    """What a decision would do, by the real matching, rules and books; nothing is stored.

    Raises:
        NotAllowed: the right to map is not there.
        Refusal: as `decide`; whether it waits for a second person, `needs_another` tells.
    """
    access.require(MAP)
    alias = _alias(access, installation, meant, now, OFFICE)
    return _foreseen(installation, alias, meant, now)


def needs_another(installation: Installation, name: Name, would: Released) -> bool:
    """Whether what mapping a participant would book is more than one person decides in the office."""
    settings = installation.programme.settings
    if name.kind is not Kind.PARTICIPANT or settings.clearing.second_person.points is None:
        return False
    return would.more or too_many(settings, would.points)


def conditions(alias: Alias, document: str = "") -> list[Any]:
    """Lines that a decision is about."""
    return [*waiting_lines.of_name(alias.name), *([problem.c.document == document] if document else [])]


def take_back(access: Access, installation: Installation, alias_id: int, now: int) -> Decided:
    """Undo a decision: lines that it closed wait again. Nothing may rest on it.

    Raises:
        NotAllowed: the right to map is not there.
        OutOfScope: there is no such decision.
        Refusal: `ended`: it holds no more; `rests_on_it`: something is booked by it.
    """
    return _end(access, installation, alias_id, now, unused=True)


def stop(access: Access, installation: Installation, alias_id: int, now: int) -> Decided:
    """Let a decision count no more for what comes from now on; what is booked by it stays booked.

    One for what waits now is stopped while a worker still books by it.

    Raises:
        NotAllowed, OutOfScope: as `take_back`.
        Refusal: `ended`.
    """
    access.require(MAP)
    with installation.database.reading() as connection:
        found = store.by_id(connection, alias_id)
    if found is not None and found.verdict is Verdict.ONCE:
        return _stop_once(access, installation, found, now)
    return _end(access, installation, alias_id, now, unused=False)


def _end(access: Access, installation: Installation, alias_id: int, now: int, *, unused: bool) -> Decided:
    access.require(MAP)

    def end(connection: Connection) -> tuple[Alias, int]:
        found = store.by_id(connection, alias_id)
        if found is None:
            raise OutOfScope
        if not store.end(connection, alias_id, access.actor, now, unused=unused):
            raise _why_not(store.by_id(connection, alias_id) or found)
        orders.cancel(connection, f"{RELEASE}:{alias_id}", now)
        reopened = waiting_lines.reopen(connection, waiting_lines.of_name(found.name)) \
            if found.verdict is Verdict.NEVER else 0
        note_act(connection, access, "alias.take_back" if unused else "alias.stop", found.account_id, public_id(found),
                 now=now, before=_told(found, None))
        return found, reopened

    found, reopened = installation.database.run(end)
    return Decided(found, None, reopened, "")


def _stop_once(access: Access, installation: Installation, found: Alias, now: int) -> Decided:
    def end(connection: Connection) -> int:
        if not orders.cancel(connection, f"{RELEASE}:{found.id}", now) or not store.stop_once(
                connection, found.id, access.actor, now):
            raise Refusal("ended", "found that everything is booked or somebody stopped it before; nothing was changed")
        note_act(connection, access, "alias.stop", found.account_id, public_id(found), now=now,
                 before=_told(found, None))
        return int(waiting_lines.counted(connection, conditions(found)).lines)

    return Decided(found, None, installation.database.run(end), "")


def _why_not(found: Alias) -> Refusal:
    if found.ended_at:
        return Refusal("ended", f"found a decision that {found.ended_by or 'somebody'} took back before; nothing was "
                       "changed")
    return Refusal("rests_on_it", "found purchases that are booked by this decision, expected none. Let it count no "
                   "more for what comes, and take back the points of the purchases that are wrong")


def order_release(connection: Connection, account_id: int, now: int) -> None:
    """Order that lines are booked which waited for the status of a participant."""
    orders.submit(connection, f"{RELEASE}:{account_id}:{now}", RELEASE, {"account": str(account_id)}, now)


def release_status(installation: Installation, account_id: int, now: int, *, actor: str,
                   told: Told = tell_nobody) -> Released:
    """Book lines that waited for the status of a participant, if it earns by now."""
    name = Name(Kind.STATUS, "", "account", str(account_id))
    return release(installation, waiting_lines.exactly(name), now, actor=actor, told=told)


def release_few(installation: Installation, account_id: int, now: int, *, actor: str) -> None:
    """The same at once, while somebody waits for a page; many lines are left to a worker."""
    name = Name(Kind.STATUS, "", "account", str(account_id))
    with installation.database.reading() as connection:
        count = int(waiting_lines.counted(connection, waiting_lines.exactly(name)).lines)
    if 0 < count <= AT_ONCE:
        release_status(installation, account_id, now, actor=actor)


def alias_of(access: Access, connection: Connection, alias_id: int) -> Alias:
    """A decision.

    Raises:
        OutOfScope: there is none.
    """
    access.require(READ)
    found = store.by_id(connection, alias_id)
    if found is None:
        raise OutOfScope
    return found


def waiting_for(access: Access, connection: Connection, alias: Alias) -> int:
    """How many lines wait that a decision is about."""
    access.require(READ)
    return int(waiting_lines.counted(connection, conditions(alias)).lines)


def public_id(alias: Alias) -> str:
    """The id of a decision as the audit has it."""
    return ids.public_id(ALIAS, 0, alias.id)


def _alias(access: Access, installation: Installation, meant: Meant, now: int, origin: str) -> Alias:
    """The decision as it would be kept, checked."""
    name = meant.name._replace(scope="") if meant.everywhere else meant.name
    if name.kind not in _CAN_BE_DECIDED:
        raise Refusal("not_decidable", f"found {name.kind.value} {name.value}, expected a number of a participant or "
                      "of an article; what lacks is said in its master data")
    if not name.value and not meant.once:
        raise Refusal("no_number", "found documents that name no number, expected one that can be kept; book only what "
                      "waits now")
    reason = " ".join(meant.reason.split())
    article = ""
    if meant.verdict is Verdict.NEVER:
        if not reason:
            raise Refusal("no_reason", "found no reason, expected why this never earns points")
    elif name.kind is Kind.PARTICIPANT:
        _check_participant(access, installation, meant.account_id)
    else:
        article = _article(installation, meant.article)
    once = meant.once and meant.verdict is Verdict.IS
    is_participant = name.kind is Kind.PARTICIPANT and meant.verdict is not Verdict.NEVER
    return Alias(next(ids.row_ids(now)), name, meant.written, meant.called, Verdict.ONCE if once else meant.verdict,
                 meant.account_id if is_participant else 0, article,
                 reason, origin, access.actor, now, False, now if once else 0, access.actor if once else "")


def _check_participant(access: Access, installation: Installation, account_id: int) -> None:
    with installation.database.reading() as connection:
        if account_id not in participants_of(connection, [account_id]):
            raise Refusal("unknown_participant", "found no participant, expected one of the programme")
        refuse_own_company(access, connection, [account_id])


def _is_limited(installation: Installation, alias: Alias) -> bool:
    """Whether it depends on its points how many people decide it."""
    limit = installation.programme.settings.clearing.second_person.points
    if limit is None or alias.name.kind is not Kind.PARTICIPANT or alias.verdict is Verdict.NEVER:
        return False
    with installation.database.reading() as connection:  # what is decided already is not asked for again
        return alias.verdict is Verdict.ONCE or store.holding(connection, alias.name) is None


def _foreseen(installation: Installation, alias: Alias, meant: Meant, now: int) -> Released:
    return foreseen(installation, conditions(alias, meant.document), now, assume=[assumed(installation, alias, now)])


def _article(installation: Installation, typed: str) -> str:
    with installation.database.reading() as connection:
        found = all_articles(connection).get(identifier(typed)) if typed.strip() else None
    if found is None:
        raise Refusal("unknown_article", f"found article {typed!r}, expected one of the article master")
    return found.number


def _before(connection: Connection, alias: Alias) -> Alias:
    """The decision that somebody made before, if it is the same.

    Raises:
        Refusal: `decided_before`.
    """
    found = store.holding(connection, alias.name)
    if found is None:  # it ended in this moment: the whole is tried again
        raise Refusal("changed", "found that somebody else changed this meanwhile; look at it again")
    if (found.verdict, found.account_id, found.article) != (alias.verdict, alias.account_id, alias.article):
        raise Refusal("decided_before", f"found that {found.actor} decided otherwise on this number; take that back "
                      "first", actor=found.actor)
    return found


def _close(connection: Connection, alias: Alias, now: int) -> int:
    conditions_ = waiting_lines.of_name(alias.name)
    count = int(waiting_lines.counted(connection, conditions_).lines)
    work.close_settled(connection, waiting_lines.close(connection, conditions_, now), now)
    return count


def _waiting(installation: Installation, alias: Alias, document: str) -> int:
    with installation.database.reading() as connection:
        return int(waiting_lines.counted(connection, conditions(alias, document)).lines)


def _told(alias: Alias, meant: Meant | None) -> dict[str, Any]:
    name = alias.name
    target = {"participant": str(alias.account_id)} if alias.account_id else {}
    return {"kind": name.kind.value, "sender": name.scope, "scheme": name.scheme, "number": alias.written or name.value,
            "verdict": alias.verdict.value, **target, **({"article": alias.article} if alias.article else {}),
            **({"document": meant.document} if meant and meant.document else {})}


def latest(access: Access, connection: Connection, limit: int, before: int = 0) -> Sequence[tuple[Alias, str]]:
    """Decisions, the latest first, each with the name of its participant; `before` is the id of the last one seen."""
    access.require(READ)
    return [(store.alias_from(row), row.participant or "") for row in store.latest(connection, limit, before)]
