"""Why not, and what is missing: what each rule says of a purchase line or an activity, booked or not. Read-only.

The rules are those of the programme as it is now, asked about the day of the event. Where a booking rests on others,
`changed` says so.
"""

import logging
from collections.abc import Collection
from datetime import date
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain import ids
from treuwerk.domain.conditions import Judged
from treuwerk.domain.near_misses import Considered, consider
from treuwerk.domain.participants import Participant
from treuwerk.domain.purchases import Article, EarningEvent
from treuwerk.programme.reading import LoadedProgramme
from treuwerk.services.account.explaining import (
    BY_RULES,
    ActivityFacts,
    Explanation,
    NotFound,
    PurchaseFacts,
    plain,
    purchase_facts,
    tree_of,
)
from treuwerk.services.clearing.asked_again import AskedAgain
from treuwerk.services.clearing.matched_lines import FACTS
from treuwerk.services.clearing.tiered import with_tiers
from treuwerk.services.clearing.wholes import wholes
from treuwerk.store.considered import activity_among, line_among
from treuwerk.store.parties import article_numbered, participants_of

_log = logging.getLogger("treuwerk.why_not")


@attrs.frozen
class WhyNot:
    """A purchase line (`id` is ``pur_…``) or an activity (``txn_…``), and all rules that were looked at for it.

    `near` begins with rules that nearly applied. `changed` says that the booking rests on other rules than would give
    something now.
    """

    id: str
    account_id: int
    occurred_on: date
    purchase: PurchaseFacts | None
    activity: ActivityFacts | None
    near: tuple[Considered, ...]
    changed: bool = False
    booking: str | None = None
    """The booking of a purchase line that earned something."""

    @property
    def nothing_for_goods(self) -> bool:
        """Whether no rule is for such goods at all, so that nothing about the purchase would have helped."""
        return all(one.is_of_other_goods for one in self.near if not one.gave)

    @property
    def gave(self) -> list[Considered]:
        """Rules that give something."""
        return [one for one in self.near if one.gave]

    def told(self, today: date) -> list[Considered]:
        """What a participant may know: rules that nearly applied or could have given more."""
        return [one for one in self.near if one.is_told(today)]

    def held(self, rule: str, revision: int) -> list[Judged]:
        """Because of what a rule applied: the conditions that held."""
        return [condition for one in self.near if (one.rule, one.revision) == (rule, revision)
                for condition in one.held]


def of_booking(connection: Connection, programme: LoadedProgramme, booking: Explanation) -> WhyNot | None:
    """What rules say of what a booking rests on; None for a booking that no rule gave."""
    if booking.kind not in BY_RULES:
        return None
    _, account_id, row_id = ids.account_and_row(booking.id)
    named = {row_id} | ({ids.account_and_row(booking.refers_to)[2]} if booking.refers_to else set())
    found = _of_line(connection, programme, account_id, named) or _of_activity(connection, programme, account_id, named)
    if found is None:
        return None
    now = {(one.rule, one.revision) for one in found.gave}
    booked = {(award.rule, award.revision) for award in booking.awards}
    return attrs.evolve(found, changed=not booked <= now)


def of_line(connection: Connection, programme: LoadedProgramme, public_id: str) -> WhyNot:
    """What rules say of a purchase line (``pur_…``).

    Raises:
        NotFound: there is none.
        ValueError: the text is no id of a purchase line.
    """
    prefix, account_id, line_id = ids.account_and_row(public_id)
    if prefix != ids.PURCHASE:
        raise ValueError(f"{public_id!r} names no purchase line: expected an id that begins with pur_")
    found = _of_line(connection, programme, account_id, [line_id])
    if found is None:
        raise NotFound(f"there is no purchase line {public_id}")
    return found


def _of_line(connection: Connection, programme: LoadedProgramme, account_id: int,
             among: Collection[int]) -> WhyNot | None:
    row = line_among(connection, account_id, among)
    participant = _participant(connection, programme, account_id, row.occurred_on) if row else None
    if row is None or participant is None:
        return None
    article = article_numbered(connection, row.article_number) or Article(row.article_number, "")
    event = _event(connection, programme, row, participant, article)
    return WhyNot(ids.public_id(ids.PURCHASE, account_id, row.id), account_id, event.occurred_on,
                  purchase_facts(row, {row.article_number: article.name}), None, _near(programme, event),
                  booking=ids.public_id(ids.TRANSACTION, account_id, row.id) if row.booking else None)


def _participant(connection: Connection, programme: LoadedProgramme, account_id: int, day: str) -> Participant | None:
    """The participant with the tier that it had on a day, where a rule asks for it."""
    found = with_tiers(connection, programme.settings, participants_of(connection, [account_id]),
                       date.fromisoformat(day))
    return found.get(account_id)


def _event(connection: Connection, programme: LoadedProgramme, row: Row[Any], participant: Participant,
           article: Article) -> EarningEvent:
    """The event of a line, with what the parts of its order make of it."""
    whole = wholes(connection, row.account_id, [row.id]).get(row.id) if row.order_number else None
    known = {whole.feature: whole.value} if whole else None
    facts = [getattr(row, name) for name in FACTS]
    return AskedAgain(programme.settings).event(facts, participant, article, known)


def _of_activity(connection: Connection, programme: LoadedProgramme, account_id: int,
                 among: Collection[int]) -> WhyNot | None:
    row = activity_among(connection, account_id, among)
    participant = _participant(connection, programme, account_id, row.occurred_on) if row else None
    if row is None or participant is None:
        return None
    event = EarningEvent(participant, date.fromisoformat(row.occurred_on), activity=row.kind)
    return WhyNot(ids.public_id(ids.TRANSACTION, account_id, row.id), account_id, event.occurred_on, None,
                  ActivityFacts(row.kind, row.code, row.person_name or ""), _near(programme, event))


def _near(programme: LoadedProgramme, event: EarningEvent) -> tuple[Considered, ...]:
    looked = consider(programme.rules, event)
    for failure in looked.failures:
        _log.warning("%s", failure)
    return looked.rules


def as_json(booking: Explanation, found: WhyNot | None) -> dict[str, Any]:
    """The tree of a booking with what the rules say of its line: figures as texts, days as ISO 8601."""
    return {"tree": {**tree_of(booking), **_near_as_json(found)}}


def line_as_json(found: WhyNot) -> dict[str, Any]:
    """The tree of a line without booking."""
    told = attrs.asdict(found, value_serializer=plain, filter=lambda field, _: field.name not in (
        "account_id", "near", "changed"))
    return {"tree": {**told, "kind": "", "awards": [], **_near_as_json(found)}}


def _near_as_json(found: WhyNot | None) -> dict[str, Any]:
    near = [attrs.asdict(one, value_serializer=plain) for one in found.near] if found else []
    return {"near": near, "changed_since": bool(found and found.changed)}
