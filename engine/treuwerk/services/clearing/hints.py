"""What should make a clerk look twice at a document: facts beside it, drawn from what is stored. Nothing is decided.

A handful of statements, whatever the number of lines; pages ask for it on every preview.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

import attrs
from sqlalchemy import Connection

from treuwerk.domain import ids
from treuwerk.domain.documents import Document
from treuwerk.domain.ledger import moment
from treuwerk.domain.participants import identifier
from treuwerk.domain.reading import plain_number
from treuwerk.domain.rights import Access
from treuwerk.programme.settings import Hints, Settings
from treuwerk.services.clearing.foreseeing import foresee
from treuwerk.services.clearing.limiting import Limiting
from treuwerk.services.clearing.ownership import Reporter
from treuwerk.services.clearing.scoring import ScoredBatch, ScoredLine
from treuwerk.services.clearing.sides import all_in_words
from treuwerk.services.installation import Installation
from treuwerk.store import outliers

READ = "submissions.read"
SERIALS_IN_DOUBT = frozenset({"serial_not_issued", "serial_of_other_article"})
_MILLION = 1_000_000
_SHOWN = 5
_DAY = 86_400_000_000


class Weight(StrEnum):
    """How much a hint weighs: `notice` is good to know, `doubt` asks for a look, `stop` would pay twice."""

    NOTICE = "notice"
    DOUBT = "doubt"
    STOP = "stop"


@attrs.frozen
class Hint:
    """One thing to look at. `facts` are values by name for a sentence, `lines` the places (`at`) it is about."""

    code: str
    weight: Weight
    facts: Mapping[str, str]
    lines: tuple[int, ...] = ()


@attrs.frozen
class Reported:
    """What somebody reports: a document for an account, as the engine scored it.

    `submission_id` is its row, 0 where there is none yet. `limits` are points by unit above which a second person must
    agree; without them nobody can stay just below.
    """

    document: Document
    account_id: int
    scored: ScoredBatch
    submission_id: int = 0
    limits: Mapping[str, int] = attrs.field(factory=dict)


def hints(access: Access, connection: Connection, installation: Installation, reported: Reported,
          now: int) -> list[Hint]:
    """Everything that should make somebody look twice, the heaviest first.

    Raises:
        NotAllowed: the right to see submissions is not there.
    """
    access.require(READ)
    settings = installation.programme.settings
    zone, wanted = settings.programme.time_zone, settings.clearing.hints
    found = [*_booked_already(connection, installation, reported, now), *_of_others(connection, reported, wanted),
             *_of_quantities(connection, reported, moment(now).astimezone(zone), wanted),
             *_of_prices(connection, reported, settings), *_of_the_seller(connection, reported, wanted)]
    lately = outliers.reported_lately(connection, reported.account_id, now - wanted.window_days * _DAY,
                                      reported.submission_id)
    found += _below_the_limit(reported, [outliers.expected_points(row.expected) for row in lately], wanted)
    found += _at_night(sum(1 for row in lately if moment(row.created_at).astimezone(zone).hour < wanted.night_ends),
                       wanted)
    order = list(reversed(Weight))
    return sorted(found, key=lambda hint: (order.index(hint.weight), hint.code, hint.lines))


def _booked_already(connection: Connection, installation: Installation, reported: Reported,
                    now: int) -> Iterator[Hint]:
    """``goods_booked``, and the codes of what a booking would set aside for what is booked, with both sides.

    These are ``claimed_by_other``, ``quantity_differs``, ``not_on_note``, ``order_known``, ``serial_known``,
    ``serial_count`` and ``conflict``: `facts` have the reason, and both sides as JSON.
    """
    batch = reported.scored.copy()
    there = len(batch.problems)
    settings = installation.programme.settings
    proofs = foresee(connection, settings, batch, Reporter("", direct=False), Limiting(settings, now))
    for problem in batch.problems[there:]:
        weight = Weight.DOUBT if problem.code in SERIALS_IN_DOUBT else (
            Weight.NOTICE if problem.state == "warning" else Weight.STOP)
        yield Hint(problem.code, weight,
                   {"reason": problem.reason, "sides": problem.payload}, (problem.at,) if problem.at else ())
    if proofs:
        booked = list(dict.fromkeys(proof.booked for proof in proofs))
        yield Hint("goods_booked", Weight.STOP, {
            "count": str(len(proofs)), "booked": all_in_words(booked), "document": booked[0].document,
            "source": booked[0].source, "line": ids.public_id(ids.PURCHASE, booked[0].account_id, booked[0].id)},
            tuple(proof.line[4] for proof in proofs))


def _of_others(connection: Connection, reported: Reported, wanted: Hints) -> Iterator[Hint]:
    """``note_of_others``: other participants reported a document of this number."""
    number = reported.document.number
    rows = outliers.reported_by_others(connection, {number, number.strip().upper()}, reported.account_id,
                                       max(_SHOWN, 2 * wanted.other_participants))
    if len({row.account_id for row in rows}) >= wanted.other_participants:
        named = " ".join(ids.public_id(ids.SUBMISSION, row.account_id, row.id) for row in rows)
        yield Hint("note_of_others", Weight.DOUBT, {
            "number": number, "count": str(len({row.account_id for row in rows})), "submissions": named})


def _of_quantities(connection: Connection, reported: Reported, today: date, wanted: Hints) -> Iterator[Hint]:
    """``quantity_far_above``: much more of an article than the account ever bought in one line."""
    lines: dict[str, list[ScoredLine]] = {}
    for line in reported.scored.lines.values():
        lines.setdefault(line[5][5], []).append(line)
    since = (today - timedelta(days=wanted.history_days)).isoformat()[:10]
    usual = outliers.usual_quantities(connection, reported.account_id, set(lines), since) if lines else {}
    for article, history in sorted(usual.items()):
        above = [line for line in lines[article] if line[5][6] > wanted.quantity_times * history.largest]
        if above and history.lines >= wanted.quantity_lines:
            yield Hint("quantity_far_above", Weight.DOUBT, {
                "article": article, "quantity": str(max(line[5][6] for line in above)),
                "largest": str(history.largest), "usual": str(history.pieces // history.lines),
                "lines": str(history.lines)}, tuple(line[4] for line in above))


def _of_prices(connection: Connection, reported: Reported, settings: Settings) -> Iterator[Hint]:
    """``price_far_off``: a line whose price of one piece is far from that of the catalogue."""
    wanted, currency = settings.clearing.hints, settings.programme.currency
    lines = [line for line in reported.scored.lines.values()
             if line[5][9] and line[5][6] > 0 and line[5][10] in ("", currency)]
    if not wanted.price or not lines:
        return
    prices = outliers.attribute_of(connection, {identifier(line[5][5]) for line in lines}, wanted.price)
    for line in lines:
        article, listed = line[5][5], prices.get(identifier(line[5][5]))
        paid = Decimal(line[5][9] or 0) / _MILLION / line[5][6]
        if listed and abs(paid - listed) * 100 > listed * wanted.price_percent:
            yield Hint("price_far_off", Weight.DOUBT, {
                "article": article, "price": plain_number(round(paid, 2)), "listed": plain_number(listed),
                "currency": currency}, (line[4],))


def _of_the_seller(connection: Connection, reported: Reported, wanted: Hints) -> Iterator[Hint]:
    """``seller_of_nobody_else``: a seller from whom hardly any other participant bought."""
    sellers = {line[5][1] for line in reported.scored.lines.values()} or {reported.document.seller.name}
    for seller in sorted(sellers):
        if outliers.others_of(connection, seller, reported.account_id,
                              wanted.seller_participants) < wanted.seller_participants:
            yield Hint("seller_of_nobody_else", Weight.NOTICE, {
                "seller": seller, "name": reported.document.seller.name or seller})


def _below_the_limit(reported: Reported, lately: Sequence[Mapping[str, int]], wanted: Hints) -> Iterator[Hint]:
    """``just_below_limit``: a series of submissions that nearly need a second person."""
    for unit, limit in sorted(reported.limits.items()):
        own = sum(points for line in reported.scored.lines.values() for of, points, _, _ in line[-1] if of == unit)
        near = [points for points in (own, *(expected.get(unit, 0) for expected in lately))
                if limit * wanted.near_limit_percent <= points * 100 and points < limit]
        if len(near) >= wanted.series:
            yield Hint("just_below_limit", Weight.DOUBT, {
                "unit": unit, "limit": str(limit), "count": str(len(near)), "days": str(wanted.window_days)})


def _at_night(count: int, wanted: Hints) -> Iterator[Hint]:
    """``night_series``: several submissions came in the small hours."""
    if count >= wanted.series:
        yield Hint("night_series", Weight.NOTICE, {"count": str(count), "days": str(wanted.window_days)})
