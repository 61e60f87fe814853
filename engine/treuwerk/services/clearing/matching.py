"""Whose purchase it is and of what: document lines become earning events, or wait, or are refused with a reason."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from sqlalchemy import Connection

from treuwerk.domain.aliases import Kind, Lack, Name
from treuwerk.domain.corrections import Correction, target
from treuwerk.domain.document_kinds import EARNING_KINDS, NEXT_STEPS, NOT_GOODS, accepted_lines, within_one_company
from treuwerk.domain.documents import Document, DocumentKind, DocumentLine, Movement
from treuwerk.domain.kept_lines import keep
from treuwerk.domain.ledger import moment
from treuwerk.domain.participants import Participant, ParticipantStatus, identifier
from treuwerk.domain.purchases import Article, EarningEvent
from treuwerk.domain.reading import plain_number
from treuwerk.programme.settings import FreeGoods, Measure, Retroactive, Settings
from treuwerk.services.clearing import correction_matching as correcting
from treuwerk.services.clearing.identifying import Articles, Buyer, Buyers
from treuwerk.services.clearing.matched_lines import Ignored, Matched, Problem, compact, purchase_evidence
from treuwerk.services.clearing.purchase_keys import document_of, identified, line_key, purchase_prefix, years
from treuwerk.services.clearing.rates import Rates
from treuwerk.services.clearing.sellers import registry
from treuwerk.services.key_lengths import line_too_long, too_long
from treuwerk.store.documents import part

MOST_PIECES = 10**15  # of one line; figures far above it do not fit into the columns of the books
MILLION = 1_000_000
_DELIVER = Movement.DELIVER
_OF_THE_DOCUMENT = frozenset({"too_long", "wrong_kind"})  # refusals that hold for whatever its lines say


class _Ground(NamedTuple):
    """What the lines of one document have in common."""

    participant: Participant
    day: date
    document: Document
    day_text: str
    seller: str
    order: str
    alias: int
    """The decision by which the buyer was found, 0 for none."""


class _Refusal(Exception):
    """Why a line is not booked; `buyer` or `lack` say what would help, where anything does."""

    def __init__(self, state: str, code: str, reason: str, *, buyer: Buyer | None = None,
                 lack: Lack | None = None) -> None:
        super().__init__(reason)
        self.state, self.code, self.buyer, self.lack = state, code, buyer, lack


class Matcher:
    """Matches the documents of one run; master data is read once, participants as they come."""

    def __init__(self, settings: Settings, today: date, connection: Connection) -> None:
        self._settings = settings
        self._free_is_ignored = settings.clearing.free_goods is FreeGoods.IGNORE
        self._today = today
        self.assembly = settings.assembly
        self._measures = {unit.upper(): measure for unit, measure in settings.measures.items()}
        self._registry = registry(connection, settings)
        self.buyers = Buyers(settings, self._registry, connection, today)
        self.articles = Articles(self._registry, connection)
        self.used: set[int] = set()
        """Decisions by which lines were matched since somebody emptied this."""
        self._rates = Rates(settings)
        self._limit = _limit_of(settings)
        self._features: dict[int, tuple[Mapping[str, str], str]] = {}

    def learn(self, connection: Connection, documents: Sequence[Document]) -> None:
        """Look up the buyers of a batch in one query per identifier scheme."""
        self.buyers.learn(connection, documents)

    def dated(self, document: Document) -> Document:
        """A document with the day of its delivery as it is in the programme's zone."""
        at = datetime.fromisoformat(document.delivered_at)
        return document._replace(delivery_date=at.astimezone(self._settings.programme.time_zone).date())

    def match(self, document: Document) -> Iterator[Matched | Correction | Problem | Ignored]:
        """Each line of a document, in its order; before them what the document says of earlier ones as a whole."""
        try:
            _check(too_long(document))
            ground: _Ground | _Refusal = self._ground(document)
        except _Refusal as refusal:
            ground = refusal
        prefix, plain = purchase_prefix(document, self._registry.identity(document)), correcting.is_plain(document)
        if not plain and not (isinstance(ground, _Refusal) and ground.code == "too_long"):
            yield from correcting.of_document(document, prefix, self)
        if not plain and correcting.withdrawn(document):
            yield from _not_withdrawn(document, ground)
            return
        for line, as_read in zip(accepted_lines(document), document.lines, strict=True):
            if line.role in NOT_GOODS or (line.amount == 0 and self._is_free(line)) or (
                    not line.qty and not correcting.tells_of_none(document, line)):
                yield Ignored(line.at)
                continue
            key = prefix + line_key(line)
            try:
                if not plain or line.qty < 0 or line.movement is not _DELIVER or (line.amount or 0) < 0:
                    yield self._correcting(document, ground, line, key)
                else:
                    yield self._matched(ground, line, key)
            except _Refusal as refusal:
                lack = refusal.lack or (self.buyers.lack(document, line, refusal.buyer) if refusal.buyer else None)
                yield Problem(line.at, document.number, refusal.code, str(refusal), refusal.state,
                              keep(document, as_read), key, lack)

    def _is_free(self, line: DocumentLine) -> bool:
        """Whether a line of amount 0 is one that earns nothing; what goes back is never passed over."""
        return self._free_is_ignored and line.qty > 0 and line.movement is _DELIVER

    def article_of(self, document: Document, line: DocumentLine) -> Article:
        """The article of a line, by its number, an alias or its GTIN.

        Raises:
            _Refusal: nobody knows it, or somebody decided that it never earns.
        """
        found = self.articles.find(document, line)
        if found is None:
            raise _Refusal(
                "waiting", "unknown_article", f"found article {line.article_seller or line.gtin!r}, expected one of "
                "the article master; map it with treuwerk map article, or import it with treuwerk import articles: the "
                "line is booked then", lack=self.articles.lack(document, line))
        if found.alias:
            if found.article is None:
                raise _Refusal("ignored", "never_earns", f"found article {line.article_seller or line.gtin!r}, of "
                               f"which {found.alias.actor} decided that it never earns points: {found.alias.reason}",
                               lack=self.articles.lack(document, line))
            self.used.add(found.alias.id)
        assert found.article is not None, "without a decision there is one"
        return found.article

    def seller(self, document: Document) -> str:
        """The identity of whoever numbers a document."""
        return self._registry.identity(document)

    def target_of(self, document: Document, number: str) -> str:
        """What documents of its seller with a number are found by."""
        return target(part(self._registry.identity(document)), identified(number))

    def account_of(self, document: Document) -> int:
        """The account of the buyer, whatever its status; 0 where nobody knows it."""
        found = self.buyers.find(document).participant
        return found.account_id if found else 0

    def _correcting(self, document: Document, ground: "_Ground | _Refusal", line: DocumentLine,
                    key: str) -> Matched | Correction | Ignored:
        """A line that takes something back, or that stands in the place of an earlier one."""
        _check(line_too_long(line))
        if isinstance(ground, _Refusal) and ground.state == "ignored":
            raise ground
        if isinstance(ground, _Refusal) and ground.code in _OF_THE_DOCUMENT and not (
                ground.code == "wrong_kind" and document.kind in correcting.TAKING_BACK):
            raise ground
        try:
            if correcting.is_about_the_price(document, line):
                return Ignored(line.at)
            if not correcting.takes_back(document, line):
                return self._matched(ground, line, correcting.keyed(document, key))
            correction = correcting.of_line(document, line, key, self)
        except correcting.CannotTake as error:
            raise _Refusal(error.state, error.code, str(error)) from error
        if correction.day > self._today.isoformat():
            raise _Refusal("rejected", "future_date", f"found {correction.day}, expected a day up to {self._today}")
        return correction

    def former_keys(self, document: Document) -> tuple[str, ...]:
        """Keys that a document had before its seller was known by its code."""
        former = self._registry.former.get(self._registry.identity(document))
        if not former:
            return ()
        behind = document_of(purchase_prefix(document, "")).partition("|")[2]
        return tuple(f"{seller}|{behind}" for seller in former)

    def references(self, document: Document) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Purchase keys of lines, each with the delivery notes that it refers to."""
        if not document.deliveries and not any(line.deliveries for line in document.lines):
            return
        seller = self._registry.identity(document)
        prefix = purchase_prefix(document, seller)
        sellers = (part(seller), *self._registry.former.get(seller, ()))
        for line in document.lines:
            notes = line.deliveries or document.deliveries
            if notes:
                yield prefix + line_key(line), tuple(dict.fromkeys(
                    f"{one}|{DocumentKind.DELIVERY}|{identified(number)}|{year}"
                    for number in notes for one in sellers for year in years(document)))

    def _ground(self, document: Document) -> _Ground:
        """What all lines of a document share, looked up once."""
        if document.kind not in EARNING_KINDS:
            step = NEXT_STEPS.get(document.kind, "it cannot earn points")
            raise _Refusal("rejected", "wrong_kind", f"found a document of kind {document.kind}, expected "
                           f"{', '.join(sorted(EARNING_KINDS))}; {step}")
        if (number := within_one_company(document)):
            raise _Refusal("rejected", "internal_movement", f"found {number} as seller and as buyer, expected two "
                           "companies: goods that stay in one are no purchase")
        buyer = self.buyers.find(document)
        participant, day = _known(document, buyer), self._day(document)
        if not participant.earns or self._limit is not None:
            self._check_membership(participant, buyer, day)
        return _Ground(participant, day, document, day.isoformat(), self._registry.identity(document),
                       document.orders[0] if document.orders else "", buyer.alias.id if buyer.alias else 0)

    def _check_membership(self, participant: Participant, buyer: Buyer, day: date) -> None:
        """Who left earns up to that day, who registers late as far back as the programme says, others wait."""
        if participant.status is ParticipantStatus.LEFT and participant.left_on:
            if day.isoformat() > participant.left_on:
                raise _Refusal("rejected", "participant_left", f"found a purchase of {day}, expected one up to "
                               f"{participant.left_on}, when the participant left")
        elif not participant.earns:
            scheme, value = buyer.party
            raise _Refusal("waiting", "participant_not_active", f"{scheme} {value} is {participant.status}; the line "
                           "is booked once the participant is active", buyer=buyer)
        if self._limit is not None:
            joined = date.fromisoformat(participant.joined_on) if participant.joined_on else moment(
                participant.opened_at).astimezone(self._settings.programme.time_zone).date()
            if day < joined - self._limit:
                raise _Refusal("rejected", "before_registration", f"found a purchase of {day}, expected one from "
                               f"{joined - self._limit} on, as the programme says of participants that registered on "
                               f"{joined}")

    def _matched(self, ground: _Ground | _Refusal, line: DocumentLine, key: str) -> Matched:
        _check(line_too_long(line))
        if isinstance(ground, _Refusal):
            raise ground
        article = self.articles.plain(line) or self.article_of(ground.document, line)
        quantity = self.base_units(line, article)
        participant, day, document, day_text, seller, order, alias = ground
        currency = document.currency
        facts = (
            document.source, seller, document.number, line.id, day_text, article.number, quantity,
            plain_number(line.qty), line.unit,
            None if line.amount is None else int(line.amount * MILLION), currency, order,
            self._features_text(line.features), "|".join(line.serials), line.place)
        amount = line.amount
        if amount is not None and currency in self._rates:
            amount, currency = self._rates.converted(amount, currency, day)
        if alias:
            self.used.add(alias)
        event = EarningEvent(participant, day, article, "", Decimal(quantity), amount, currency, line.features)
        return Matched(key, purchase_evidence(participant.account_id, facts), event, facts, line.at)

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

    def base_units(self, line: DocumentLine, article: Article) -> int:
        """The quantity of a line in base units, by what the article master says of its unit."""
        measure = self._measures.get(line.unit) or self._measures.get(line.unit.upper())
        if measure is None:
            raise _Refusal("rejected", "unknown_unit", f"found unit {line.unit!r}, expected one of "
                           f"{', '.join(self._measures)}; add it under [measures] in programme.toml")
        if isinstance(measure, Measure):
            return self._measured(line, article, measure)
        per_unit = measure if isinstance(measure, int) else article.attributes.get(measure)
        if per_unit is None:
            raise _not_convertible(line, article, str(measure))
        quantity = line.qty * per_unit
        whole = int(quantity)
        if abs(whole) > MOST_PIECES:
            raise _Refusal("rejected", "too_large", f"found quantity {plain_number(line.qty)} {line.unit}, expected at "
                           f"most {MOST_PIECES:,} pieces")
        if whole != quantity:
            raise _Refusal("rejected", "fraction", f"found quantity {plain_number(line.qty)} {line.unit}, expected "
                           "whole pieces")
        return whole

    @staticmethod
    def _measured(line: DocumentLine, article: Article, measure: Measure) -> int:
        """Base units of a quantity that is measured: it must come to whole ones."""
        per = article.attributes.get(measure.per)
        if not per:
            raise _not_convertible(line, article, measure.per)
        pieces = Fraction(line.qty) * measure.times / Fraction(per)
        if abs(pieces) > MOST_PIECES:
            raise _Refusal("rejected", "too_large", f"found quantity {plain_number(line.qty)} {line.unit}, expected at "
                           f"most {MOST_PIECES:,} pieces")
        if pieces.denominator != 1:
            raise _Refusal("rejected", "fraction", f"found quantity {plain_number(line.qty)} {line.unit} of article "
                           f"{article.number}, which is {float(pieces):.2f} pieces of {plain_number(per)} "
                           f"{measure.per}; expected whole pieces")
        return pieces.numerator

    def _features_text(self, features: Mapping[str, str]) -> str:
        """Features as text; readers hand out the same mapping many times, so it is found by its identity."""
        known = self._features.get(id(features))
        if known is None or known[0] is not features:
            known = self._features[id(features)] = (features, compact(dict(features)))
            if len(self._features) > 10_000:
                self._features = {id(features): known}
        return known[1]


def _limit_of(settings: Settings) -> timedelta | None:
    """How long before a registration purchases earn; None: since the start of the programme."""
    match settings.clearing.retroactive:
        case Retroactive.PROGRAMME_START:
            return None
        case Retroactive.REGISTRATION:
            return timedelta()
        case Retroactive.DAYS:
            return timedelta(days=settings.clearing.retroactive_days or 0)


def _known(document: Document, buyer: Buyer) -> Participant:
    """The participant who bought.

    Raises:
        _Refusal: nobody is known by these numbers, several are, or somebody decided that the customer never earns.
    """
    if buyer.participant is not None:
        return buyer.participant
    named = " or ".join(f"{scheme} {value}" for scheme, value in document.buyer.ids) or "no buyer"
    if buyer.alias:
        raise _Refusal("ignored", "takes_no_part", f"found {named}, of whom {buyer.alias.actor} decided that this "
                       f"customer does not take part: {buyer.alias.reason}", buyer=buyer)
    if buyer.shared:
        raise _Refusal("waiting", "ambiguous_participant", f"found {named}, which {len(buyer.shared)} participants "
                       "have, expected a GLN or a customer number; a person in the service centre decides", buyer=buyer)
    raise _Refusal("waiting", "unknown_participant", f"found {named}, expected a participant of the programme; map it "
                   "with treuwerk map participant, or import it with treuwerk import participants: the line is booked "
                   "then", buyer=buyer)


def _not_convertible(line: DocumentLine, article: Article, attribute: str) -> _Refusal:
    name = Name(Kind.MEASURE, "", attribute, identifier(article.number))
    return _Refusal("waiting", "unit_not_convertible", f"article {article.number} has no {attribute!r} to convert "
                    f"{line.unit}; add it to the article master: the line is booked then",
                    lack=Lack(name, article.number, article.name, min(int(abs(line.qty)), MOST_PIECES)))


def _check(why: str) -> None:
    if why:
        raise _Refusal("rejected", "too_long", why)


def _not_withdrawn(document: Document, ground: _Ground | _Refusal) -> Iterator[Problem]:
    """Why a document cannot be taken back as a whole, for each of its lines; whose it is does not matter."""
    refusal = ground if isinstance(ground, _Refusal) and ground.code == "too_long" else None
    if document.event_date is None:
        refusal = refusal or _Refusal("rejected", "no_date", "found no date, expected that of what is cancelled")
    for at in [line.at for line in document.lines] or [0]:
        if refusal:
            yield Problem(at, document.number, refusal.code, str(refusal), refusal.state)
