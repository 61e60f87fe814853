"""Whose purchase it is and of what: document lines become earning events, or wait, or are refused with a reason."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from json import JSONEncoder
from typing import NamedTuple

import attrs
from sqlalchemy import Connection

from treuwerk.domain.documents import Document, DocumentKind, DocumentLine, Movement
from treuwerk.domain.participants import Participant, identifier
from treuwerk.domain.purchases import Article, EarningEvent
from treuwerk.domain.reading import plain_number
from treuwerk.domain.records import evidence_of
from treuwerk.programme.settings import Settings
from treuwerk.store.documents import part
from treuwerk.store.parties import all_articles, participants_known_as
from treuwerk.store.runs import CORRECTION

EARNING_KINDS = {DocumentKind.DELIVERY, DocumentKind.RECEIPT, DocumentKind.INVOICE, DocumentKind.SALES_REPORT}
MOST_PIECES = 10**15  # of one line; figures far above it do not fit into the columns of the books
LONGEST_NUMBER = 200  # of a document or a line: it is part of a key, and an index of PostgreSQL takes 2,700 bytes
MILLION = 1_000_000
MOST_REMEMBERED = 100_000  # participants: memory stays flat however many a programme has
_compact = JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
Facts = tuple[str, str, str, str, str, str, int, str, str, int | None, str, str, str, str]
"""Columns of a purchase line from ``source`` to ``serials``, in their order."""


class Matched(NamedTuple):
    """A line that may earn. `key` is the purchase's identity over all channels, `evidence` a digest of its facts."""

    key: str
    evidence: str
    event: EarningEvent
    facts: Facts
    at: int


@attrs.frozen
class Problem:
    """A line that is not booked. `state` is waiting (better master data will do) or rejected (the line is wrong)."""

    at: int
    document: str
    code: str
    reason: str
    state: str
    payload: str = ""
    key: str = ""

    def as_json(self) -> dict[str, object]:
        """The problem as receipts list it."""
        return {"line": self.at, "document": self.document, "code": self.code, "state": self.state,
                "reason": self.reason}

    def as_row(self, run_id: int, number: int) -> dict[str, object]:
        """The problem as a row of its table; `number` counts the problems of a run."""
        return {"run_id": run_id, "number": number, "at_line": self.at, "code": self.code, "state": self.state,
                "document": _storable(self.document), "reason": _storable(self.reason),
                "payload": _storable(self.payload), "purchase_key": self.key, "settled_at": None}


@attrs.frozen
class Ignored:
    """A line that is right and earns nothing, such as free text with quantity 0."""

    at: int


class _Ground(NamedTuple):
    """What the lines of one document have in common."""

    participant: Participant
    day: date
    source: str
    seller: str
    number: str
    day_text: str
    currency: str
    order: str


class _Refusal(Exception):
    def __init__(self, state: str, code: str, reason: str) -> None:
        super().__init__(reason)
        self.state, self.code = state, code


class Matcher:
    """Matches the documents of one run; master data is read once, participants as they come."""

    def __init__(self, settings: Settings, today: date, connection: Connection) -> None:
        self._settings = settings
        self._today = today
        self._articles = all_articles(connection)
        self._measures = {unit.upper(): measure for unit, measure in settings.measures.items()}
        self._participants: dict[tuple[str, str], Participant | None] = {}
        self._features: dict[int, tuple[Mapping[str, str], str]] = {}

    def learn(self, connection: Connection, documents: Sequence[Document]) -> None:
        """Look up the buyers of a batch in one query per identifier scheme."""
        if len(self._participants) > MOST_REMEMBERED:
            self._participants.clear()
        wanted: dict[str, set[str]] = {}
        for document in documents:
            for scheme, value in document.buyer.ids:
                if (scheme, value) not in self._participants:
                    wanted.setdefault(scheme, set()).add(value)
        for scheme, values in wanted.items():
            known = participants_known_as(connection, scheme, {identifier(value) for value in values})
            for value in values:
                self._participants[scheme, value] = known.get(identifier(value))

    def match(self, document: Document) -> Iterator[Matched | Problem | Ignored]:
        """Each line of a document, in its order."""
        try:
            _check_length("document", document.number)
            ground: _Ground | _Refusal = self._ground(document)
        except _Refusal as refusal:
            ground = refusal
        prefix = purchase_prefix(document)
        for line in document.lines:
            if not line.qty:
                yield Ignored(line.at)
                continue
            key = prefix + part(identifier(line.id))
            try:
                yield self._matched(ground, line, key)
            except _Refusal as refusal:
                yield Problem(line.at, document.number, refusal.code, str(refusal), refusal.state,
                              _payload(document, line), key)

    def _ground(self, document: Document) -> _Ground:
        """What all lines of a document share, looked up once."""
        if document.kind not in EARNING_KINDS:
            raise _Refusal("rejected", "wrong_kind", f"found a document of kind {document.kind}, expected "
                           f"{', '.join(sorted(EARNING_KINDS))}; it cannot earn points")
        participant, day = self._participant(document), self._day(document)
        return _Ground(participant, day, document.source, document.seller.name, document.number, day.isoformat(),
                       document.currency, document.orders[0] if document.orders else "")

    def _matched(self, ground: _Ground | _Refusal, line: DocumentLine, key: str) -> Matched:
        _check_length("line", line.id)
        if line.movement is not Movement.DELIVER or line.qty < 0:
            found = line.movement if line.movement is not Movement.DELIVER else f"quantity {line.qty}"
            raise _Refusal("waiting", CORRECTION, f"found {found}: points are to be taken back; the line waits for a "
                           "person in the service centre, nothing was booked")
        if isinstance(ground, _Refusal):
            raise ground
        article = self._articles.get(identifier(line.article_seller)) or self._by_gtin(line)
        quantity = self._base_units(line, article)
        participant, day, source, seller, number, day_text, currency, order = ground
        facts = (
            source, seller, number, line.id, day_text, article.number, quantity, plain_number(line.qty), line.unit,
            None if line.amount is None else int(line.amount * MILLION), currency, order,
            self._features_text(line.features), "|".join(line.serials))
        event = EarningEvent(participant, day, article, "", Decimal(quantity), line.amount, currency, line.features)
        return Matched(key, purchase_evidence(participant.account_id, facts), event, facts, line.at)

    def _participant(self, document: Document) -> Participant:
        for party in document.buyer.ids:
            if found := self._participants.get(party):
                if found.earns:
                    return found
                raise _Refusal("waiting", "participant_not_active", f"{party[0]} {party[1]} is {found.status}; the "
                               "line waits until the participant is active, then clear the file again")
        named = " or ".join(f"{scheme} {value}" for scheme, value in document.buyer.ids) or "no buyer"
        raise _Refusal("waiting", "unknown_participant", f"found {named}, expected a participant of the programme; "
                       "import it with treuwerk import participants, then clear the file again")

    def _day(self, document: Document) -> date:
        day = document.event_date
        if day is None:
            raise _Refusal("rejected", "no_date", "found no date, expected the day of the delivery")
        if day > self._today:
            raise _Refusal("rejected", "future_date", f"found {day}, expected a day up to {self._today}")
        if day < self._settings.programme.starts_on:
            raise _Refusal("rejected", "before_start", f"found {day}, expected a day from the programme's start "
                           f"{self._settings.programme.starts_on} on")
        return day

    def _by_gtin(self, line: DocumentLine) -> Article:
        if line.gtin and (article := self._articles.get(identifier(line.gtin))):
            return article
        raise _Refusal("waiting", "unknown_article", f"found article {line.article_seller!r}, expected one of the "
                       "article master; import it with treuwerk import articles, then clear the file again")

    def _base_units(self, line: DocumentLine, article: Article) -> int:
        measure = self._measures.get(line.unit) or self._measures.get(line.unit.upper())
        if measure is None:
            raise _Refusal("rejected", "unknown_unit", f"found unit {line.unit!r}, expected one of "
                           f"{', '.join(self._measures)}; add it under [measures] in programme.toml")
        per_unit = measure if isinstance(measure, int) else article.attributes.get(measure)
        if per_unit is None:
            raise _Refusal("waiting", "unit_not_convertible", f"article {article.number} has no {measure!r} to convert "
                           f"{line.unit}; add it to the article master, then clear the file again")
        quantity = line.qty * per_unit
        whole = int(quantity)
        if abs(whole) > MOST_PIECES:
            raise _Refusal("rejected", "too_large", f"found quantity {plain_number(line.qty)} {line.unit}, expected at "
                           f"most {MOST_PIECES:,} pieces")
        if whole != quantity:
            raise _Refusal("rejected", "fraction", f"found quantity {plain_number(line.qty)} {line.unit}, expected "
                           "whole pieces")
        return whole

    def _features_text(self, features: Mapping[str, str]) -> str:
        """Features as text; readers hand out the same mapping many times, so it is found by its identity."""
        known = self._features.get(id(features))
        if known is None or known[0] is not features:
            known = self._features[id(features)] = (features, _compact(dict(features)))
            if len(self._features) > 10_000:
                self._features = {id(features): known}
        return known[1]


def purchase_prefix(document: Document) -> str:
    """The identity of a document over all channels and repetitions; with a line number it is that of a purchase."""
    year = str(document.event_date)[:4]
    return (f"purchase|{part(document.seller.name)}|{document.kind.value}|{part(identifier(document.number))}|"
            f"{year}|")


def is_key_of(key: str, seller: str, document: str, line: str, year: str) -> bool:
    """Whether a purchase with these facts may have this key; of what kind its document was, only the key says."""
    parts = key.split("|")
    return (len(parts) == 6 and parts[0] == "purchase" and parts[1] == part(seller) and parts[2] in EARNING_KINDS
            and parts[3] == _identified(document) and parts[4] == year and parts[5] == _identified(line))


@lru_cache(maxsize=4_096)  # lines of one document come together
def _identified(number: str) -> str:
    return part(identifier(number))


def _storable(text: str) -> str:
    """The text without what PostgreSQL or UTF-8 cannot hold: NUL characters and lone surrogates."""
    return text.replace("\0", "\u2400").encode("utf-8", "replace").decode()


def _check_length(named: str, number: str) -> None:
    if len(number) > LONGEST_NUMBER:
        raise _Refusal("rejected", "too_long", f"found a {named} number of {len(number)} characters, expected at most "
                       f"{LONGEST_NUMBER}; is a quote or a delimiter missing?")


def purchase_evidence(account_id: int, facts: Facts) -> str:
    """The digest of a purchase line: its account and all its facts but the source, which may be any channel."""
    _, seller, document, line, day, article, quantity, reported, unit, net, currency, order, features, serials = facts
    return evidence_of(
        f"{account_id}\x1f{seller}\x1f{document}\x1f{line}\x1f{day}\x1f{article}\x1f{quantity}\x1f{reported}\x1f{unit}"
        f"\x1f{net}\x1f{currency}\x1f{order}\x1f{features}\x1f{serials}")


def _payload(document: Document, line: DocumentLine) -> str:
    return _compact({
        "kind": document.kind, "number": document.number, "date": str(document.event_date or ""),
        "seller": document.seller.name, "buyer": [list(pair) for pair in document.buyer.ids],
        "currency": document.currency, "orders": document.orders, "line": line.id, "article": line.article_seller,
        "gtin": line.gtin, "qty": plain_number(line.qty), "unit": line.unit, "movement": line.movement,
        "amount": None if line.amount is None else plain_number(line.amount), "serials": line.serials,
        "features": dict(line.features)})
