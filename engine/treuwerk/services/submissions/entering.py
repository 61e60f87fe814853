"""The desk on which a reported purchase is entered: what a clerk sees beside the pages, and how one is begun."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain import ids
from treuwerk.domain.documents import DocumentKind
from treuwerk.domain.entries import Entered, read_entered
from treuwerk.domain.participants import CUSTOMER_NUMBER
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access, OutOfScope, row_named
from treuwerk.domain.submissions import OPEN, SubmissionEvent, SubmissionState
from treuwerk.programme.settings import Settings
from treuwerk.services.auditing import note_act
from treuwerk.services.installation import Installation
from treuwerk.services.participants.own_company import is_own_company, refuse_own_company
from treuwerk.services.submissions import states as submissions
from treuwerk.services.submissions.deciding import APPROVE, DECIDE, READ, entries_so_far
from treuwerk.services.submissions.own_pages import put_file, refuse_known
from treuwerk.services.submissions.prefilling import ReadOff, prefilled, read_off
from treuwerk.services.submissions.states import STAFF, Doer, Happened, Page, Submission
from treuwerk.services.submissions.storing_files import StoredFile
from treuwerk.store import articles, entries, readings, work
from treuwerk.store.owners import lock_owners, owners_of
from treuwerk.store.succession import successor
from treuwerk.store.tables import app_user

SUGGESTED = 12


@attrs.frozen
class EarlierEntry:
    """What somebody entered before this person, and why that was not the last word."""

    actor: str
    user_id: int
    why: str
    entered: Entered


@attrs.frozen
class Sheet:
    """A reported purchase as it lies on the desk.

    `holder` has it open since `held_since`, both empty where nobody else does; `item_id` is its place in the queue, 0
    for none. `account_id` is the participant's now, another one than the submission's where that was merged into it.
    `hindrance` is the code of why this person cannot decide on it, empty where that is possible.
    """

    submission: Submission
    account_id: int
    participant: str
    entered: Entered
    pages: Sequence[Page]
    events: Sequence[Happened]
    earlier: Sequence[EarlierEntry]
    people: Sequence[str]
    item_id: int
    due_on: str
    holder: str
    held_since: int
    hindrance: str
    read: ReadOff = attrs.field(factory=ReadOff)
    """What was read from the pages, where nobody has entered it yet."""
    runs: Sequence[tuple[int, tuple[int, int]]] = ()
    """Place of a line in the document → account and id of the purchase line that it became, of what is decided."""

    @property
    def is_open(self) -> bool:
        """Whether this person can enter and decide."""
        return not self.hindrance and not self.holder


@attrs.frozen
class FoundArticle:
    """An article that may be meant: `why` is the alias or GTIN by which it was found, empty for number and name."""

    number: str
    name: str
    kind: str
    why: str = ""


def sheet(access: Access, connection: Connection, settings: Settings, public_id: str, now: int) -> Sheet:
    """What lies on the desk about a submission; a dozen statements.

    Raises:
        OutOfScope: there is none that was handed in.
    """
    access.require(READ)
    found = submissions.sent(connection, public_id)
    company = successor(connection, found.account_id)
    item = work.about(connection, work.SUBMISSION, public_id)
    held = item is not None and item.held_by not in (0, access.user_id) and item.held_until > now
    blind = settings.clearing.second_person.blind
    so_far = entries_so_far(access, connection, found)
    pages = submissions.pages(connection, found)
    read = read_off(connection, found, pages) if found.state in OPEN else ReadOff()
    earlier = [EarlierEntry(row.actor, row.user_id, row.why, entered) for row, entered in so_far]
    return Sheet(
        found, company, owners_of(connection, [company])[company].name, _entered(connection, settings, found, read),
        pages, submissions.events(connection, found),
        earlier if not blind or len(earlier) > 1 or found.state not in OPEN else (),
        [one.actor for one in earlier], item.id if item else 0,
        item.due_on if item else "", item.holder if held and item else "",
        item.held_until - 15 * 60 * 1_000_000 if held and item else 0,
        _hindrance(access, connection, found, so_far), read, _booked(connection, found))


def _entered(connection: Connection, settings: Settings, found: Submission, read: ReadOff) -> Entered:
    """What is entered so far; before anybody did, what the participant said, and what was read from the pages."""
    if found.entered:
        return read_entered(found.entered)
    kind = DocumentKind(found.kind) if found.kind in set(DocumentKind) else DocumentKind.DELIVERY
    day = date.fromisoformat(found.issued_on) if found.issued_on else None
    told = Entered(kind, found.number, delivered_on=day, seller=found.seller, seller_name=found.seller_name)
    if found.state not in OPEN or not read.fields:
        return told
    field = read.fields.get("seller_name")
    codes = entries.codes_of_sellers(connection, field.value) if field is not None else {}
    return prefilled(told, read, codes, next(iter(settings.measures)))


def _hindrance(access: Access, connection: Connection, found: Submission,
               so_far: Sequence[tuple[Row[Any], Entered]]) -> str:
    if found.state not in OPEN:
        return "already_decided"
    if not access.may(APPROVE if found.state is SubmissionState.SECOND else DECIDE):
        return "no_right"
    if is_own_company(access, connection, [found.account_id]):
        return "own_account"
    own = found.state is SubmissionState.SECOND and any(row.user_id == access.user_id for row, _ in so_far)
    return "self_approval" if own else ""


def _booked(connection: Connection, found: Submission) -> Sequence[tuple[int, tuple[int, int]]]:
    if found.run_id is None:
        return ()
    return sorted(entries.booked_lines(connection, found.account_id, found.run_id, ever=True).items())


def begin_for(access: Access, connection: Connection, account_id: int, now: int, due_on: str) -> Submission:
    """Begin a purchase on behalf of a participant, such as one that came by mail; it stands in the queue at once.

    Raises:
        OutOfScope: there is no such participant.
        Refusal: `own_account`.
    """
    access.require(DECIDE)
    if account_id not in owners_of(connection, [account_id]):
        raise OutOfScope
    refuse_own_company(access, connection, [account_id])
    doer = Doer.of(access)
    begun = submissions.begin(connection, account_id, doer, now, channel=STAFF)
    handed_in = submissions.move(connection, begun, SubmissionState.RECEIVED, SubmissionEvent.SUBMITTED, doer, now,
                                 due_on=due_on, submitted_at=now)
    note_act(connection, access, "submission.begin", account_id, handed_in.public_id, now=now)
    return handed_in


def add_for(access: Access, connection: Connection, installation: Installation, public_id: str, stored: StoredFile,
            now: int) -> None:
    """Put a file behind the pages of a purchase that staff enter on behalf, such as the scan of a letter.

    Raises:
        Refusal: `wrong_state`: it is decided, or came from the participant; `same_file`, `too_many_files`, `file_gone`.
    """
    access.require(DECIDE)
    lock_owners(connection, [row_named(public_id, ids.SUBMISSION)[0]], to_change=True)
    found = submissions.named(connection, public_id, locked=True)
    if found.channel != STAFF or found.state not in OPEN:
        raise Refusal("wrong_state", "found a purchase that the participant reported or that is decided; expected one "
                      "that staff are entering")
    most = installation.programme.settings.uploads.files
    if len(submissions.pages(connection, found)) >= most:
        raise Refusal("too_many_files", f"found {most} files, expected at most so many")
    refuse_known(connection, found, stored.sha256)
    put_file(installation, connection, found, stored, Doer.of(access), now)
    note_act(connection, access, "submission.page", found.account_id, public_id, now=now,
             after={"file": stored.name})


def find_articles(access: Access, connection: Connection, typed: str) -> list[FoundArticle]:
    """Articles whose number, alias, GTIN or name is like what was typed; exact ones first."""
    access.require(READ)
    return [FoundArticle(*row) for row in articles.like(connection, typed, SUGGESTED)]


def known_sellers(access: Access, connection: Connection, settings: Settings, typed: str = "") -> list[str]:
    """Names of sellers that documents may come from: of the programme's feeds, and of the registry."""
    access.require(READ)
    feeds = [source.settings.seller for source in settings.sources if getattr(source.settings, "seller", "")]
    found = dict.fromkeys([*feeds, *entries.seller_names(connection, typed, SUGGESTED)])
    return [name for name in found if typed.casefold() in name.casefold()]


def numbers_of(access: Access, connection: Connection, on_desk: Sheet) -> frozenset[str]:
    """Everything that a participant is known by, in capitals, where a number was read from its pages."""
    access.require(READ)
    if "customer" not in on_desk.read.fields:
        return frozenset()
    return frozenset(value.upper() for _, value in entries.known_as(connection, on_desk.account_id, CUSTOMER_NUMBER))


def states_of(connection: Connection, public_ids: Sequence[str]) -> dict[str, str]:
    """The states of submissions by their public ids, for lists that name them; one statement."""
    keys = {row_named(one, ids.SUBMISSION): one for one in public_ids}
    return {keys[key]: state for key, state in entries.states_of(connection, keys).items() if key in keys}


def unread_of(connection: Connection, public_ids: Sequence[str]) -> frozenset[str]:
    """Those of some submissions with a page that a machine could not read; one statement."""
    keys = {row_named(one, ids.SUBMISSION): one for one in public_ids}
    return frozenset(keys[key] for key in readings.with_unread_pages(connection, list(keys)))


def names_of(connection: Connection, user_ids: Sequence[int]) -> dict[int, str]:
    """Names of users."""
    rows = connection.execute(app_user.select().where(app_user.c.user_id.in_(sorted(set(user_ids)))))
    return {row.user_id: row.name for row in rows}
