"""Who buys and what: participants and articles by the numbers of a document, best first, and by what people decided."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple, TypeVar

from sqlalchemy import Connection

from treuwerk.domain.aliases import GTIN, NUMBER, Alias, Kind, Lack, Name, Verdict
from treuwerk.domain.documents import Document, DocumentLine
from treuwerk.domain.participants import Participant, ParticipantStatus, identifier
from treuwerk.domain.purchases import Article
from treuwerk.programme.settings import Settings
from treuwerk.services.clearing.sellers import Registry
from treuwerk.services.clearing.tiered import with_tiers
from treuwerk.store import aliases as store
from treuwerk.store.ownership import heirs
from treuwerk.store.parties import all_articles, participants_known_as, participants_of

MOST_REMEMBERED = 100_000  # participants: memory stays flat however many a programme has
Party = tuple[str, str]
K = TypeVar("K")


class Buyer(NamedTuple):
    """Who bought: `participant` is None where nobody is known, or where a decision says that the customer never earns.

    `party` is the number that told so, `alias` the decision; `shared` are those who have a number together.
    """

    participant: Participant | None
    party: Party = ("", "")
    alias: Alias | None = None
    shared: Sequence[Participant] = ()


class FoundArticle(NamedTuple):
    """What was bought: `article` is None where a decision says that it never earns."""

    article: Article | None
    alias: Alias | None = None


class Buyers:
    """Finds the participants of documents; they are looked up as they come, a batch at a time."""

    def __init__(self, settings: Settings, registry: Registry, connection: Connection, today: date) -> None:
        self._settings, self._today = settings, today
        self._first = tuple(settings.clearing.identifiers)
        self._last = frozenset(settings.clearing.shared_identifiers)
        self._registry = registry
        self._has_aliases = store.any_of_participants(connection)
        self._has_shared = store.any_shared(connection)
        self._known: dict[Party, Participant | None] = {}
        self._shared: dict[Party, Sequence[Participant]] = {}
        self._aliases: dict[Party, dict[str, tuple[Alias, Participant | None]]] = {}
        self._assumed: dict[Party, dict[str, tuple[Alias, Participant | None]]] = {}

    def learn(self, connection: Connection, documents: Sequence[Document]) -> None:
        """Look up the buyers of a batch in one query per scheme of numbers."""
        if len(self._known) > MOST_REMEMBERED:
            self._known.clear()
        wanted: dict[str, set[str]] = {}
        for document in documents:
            for scheme, value in document.buyer.ids:
                if (scheme, value) not in self._known:
                    wanted.setdefault(scheme, set()).add(value)
        for scheme, values in wanted.items():
            compared = {identifier(value) for value in values}
            known = self._tiered(connection, participants_known_as(connection, scheme, compared))
            for value in values:
                self._known[scheme, value] = known.get(identifier(value))
            if self._has_shared and scheme in self._last:
                self._learn_shared(connection, scheme, values)
        if self._has_aliases and wanted:
            self._learn_aliases(connection, wanted)

    def _learn_shared(self, connection: Connection, scheme: str, values: set[str]) -> None:
        owners = store.shared(connection, scheme, {identifier(value) for value in values})
        if not owners:
            return
        became = heirs(connection)
        people = self._tiered(connection, participants_of(
            connection, {became.get(one, one) for of in owners.values() for one in of}))
        for value in values:
            accounts = dict.fromkeys(became.get(one, one) for one in owners.get(identifier(value), ()))
            found = [people[one] for one in accounts if one in people]
            staying = [one for one in found if one.status is not ParticipantStatus.LEFT] or found
            if len(staying) == 1:
                self._known[scheme, value] = staying[0]
            elif staying:
                self._known[scheme, value] = None
                self._shared[scheme, value] = staying

    def _learn_aliases(self, connection: Connection, wanted: Mapping[str, set[str]]) -> None:
        found = store.of_participants(connection, {identifier(one) for values in wanted.values() for one in values})
        if not found:
            return
        became = heirs(connection)
        people = self._tiered(connection, participants_of(
            connection, {became.get(one.account_id, one.account_id) for one in found if one.account_id}))
        for one in found:
            scope = self._registry.sellers.now_known_as(one.name.scope)
            self._aliases.setdefault((one.name.scheme, one.name.value), {})[scope] = (
                one, people.get(became.get(one.account_id, one.account_id)))

    def _tiered(self, connection: Connection, people: Mapping[K, Participant]) -> Mapping[K, Participant]:
        return with_tiers(connection, self._settings, people, self._today)

    def assume(self, one: Alias, participant: Participant | None) -> None:
        """Let a decision count that is not kept, before all that are."""
        scope = self._registry.sellers.now_known_as(one.name.scope)
        self._assumed.setdefault((one.name.scheme, one.name.value), {})[scope] = one, participant

    def find(self, document: Document) -> Buyer:
        """Who bought what stands in a document."""
        ids = document.buyer.ids
        if len(ids) > 1:
            ids = ranked(ids, self._first, self._last)
        elif not ids and self._assumed:
            ids = (("", ""),)
        shared: Buyer | None = None
        for party in ids:
            if (self._aliases or self._assumed) and (decided := self._decided(document, party)):
                one, participant = decided
                return Buyer(participant if one.verdict is not Verdict.NEVER else None, party, one)
            if found := self._known.get(party):
                return Buyer(found, party)
            if shared is None and party in self._shared:
                shared = Buyer(None, party, None, self._shared[party])
        return shared or Buyer(None, ids[0] if ids else ("", ""))

    def _decided(self, document: Document, party: Party) -> tuple[Alias, Participant | None] | None:
        key, seller = (party[0], identifier(party[1]) if party[1] else ""), self._registry.identity(document)
        for decisions in (self._assumed.get(key), self._aliases.get(key)):
            if decisions and (one := decisions.get(seller) or decisions.get("")):
                return one
        return None

    def lack(self, document: Document, line: DocumentLine, buyer: Buyer) -> Lack:
        """What a line lacks whose buyer is not known, or does not earn for now."""
        pieces = _pieces(line)
        if buyer.participant is not None:
            name = Name(Kind.STATUS, "", "account", str(buyer.participant.account_id))
            return Lack(name, buyer.party[1], document.buyer.name, pieces)
        scheme, value = buyer.party
        name = Name(Kind.PARTICIPANT, self._registry.identity(document), scheme, identifier(value) if value else "")
        also = tuple(f"{other}:{identifier(number)}" for other, number in document.buyer.ids
                     if (other, number) != buyer.party)
        return Lack(name, value, document.buyer.name, pieces, also)


class Articles:
    """Finds articles by their number, an alias or their GTIN, and by decisions on numbers of one sender."""

    def __init__(self, registry: Registry, connection: Connection) -> None:
        self._registry = registry
        self._master = all_articles(connection)
        self._decided: dict[str, dict[Party, FoundArticle]] = {}
        for one in store.of_articles(connection):
            self.assume(one)

    def assume(self, one: Alias) -> None:
        """Let a decision count, in the place of others on the same number."""
        article = self._master.get(identifier(one.article)) if one.verdict is not Verdict.NEVER else None
        if article is None and one.verdict is not Verdict.NEVER:
            return  # the master has lost it: the line waits
        scope = self._registry.sellers.now_known_as(one.name.scope)
        self._decided.setdefault(scope, {})[one.name.scheme, one.name.value] = FoundArticle(article, one)

    def find(self, document: Document, line: DocumentLine) -> FoundArticle | None:
        """The article of a line; None where nobody knows it."""
        if self._decided and (found := self._by_decision(document, line)):
            return found
        article = self._master.get(identifier(line.article_seller)) or (
            self._master.get(identifier(line.gtin)) if line.gtin else None)
        return FoundArticle(article) if article else None

    def plain(self, line: DocumentLine) -> Article | None:
        """The article of a line where nobody decided on any number; else None, also where there is one."""
        return None if self._decided else self._master.get(identifier(line.article_seller))

    def _by_decision(self, document: Document, line: DocumentLine) -> FoundArticle | None:
        for scope in (self._registry.identity(document), ""):
            if of_sender := self._decided.get(scope):
                for party in _names_of(line):
                    if found := of_sender.get(party):
                        return found
        return None

    def lack(self, document: Document, line: DocumentLine) -> Lack:
        """What a line lacks whose article is not known."""
        (scheme, value), *others = _names_of(line) or [(NUMBER, "")]
        name = Name(Kind.ARTICLE, self._registry.identity(document), scheme, value)
        return Lack(name, line.article_seller if scheme == NUMBER else line.gtin, line.name, _pieces(line),
                    tuple(f"{other}:{number}" for other, number in others))


def _names_of(line: DocumentLine) -> list[Party]:
    names = [(NUMBER, identifier(line.article_seller))] if line.article_seller.strip() else []
    return [*names, (GTIN, identifier(line.gtin))] if line.gtin.strip() else names


def _pieces(line: DocumentLine) -> int:
    return min(int(abs(line.qty)), 10**15)


@lru_cache(maxsize=16_384)  # a feed repeats the same buyers all day
def ranked(ids: tuple[Party, ...], first: tuple[str, ...], last: frozenset[str]) -> tuple[Party, ...]:
    """Numbers in the order in which they are asked: those named first, then as they stand, and shared ones last.

    >>> ranked((("vat", "DE1"), ("own", "7"), ("gln", "4012345000009")), ("gln",), frozenset({"vat"}))
    (('gln', '4012345000009'), ('own', '7'), ('vat', 'DE1'))
    """
    def place(party: Party) -> int:
        scheme = party[0]
        if scheme in first:
            return first.index(scheme)
        return len(first) + (scheme in last)

    return tuple(sorted(ids, key=place))
