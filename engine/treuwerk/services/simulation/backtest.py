"""A changed programme over the whole history: both programmes are asked about everything that was bought and attended.

It is the engine of the clearing that answers (`evaluate`, the terms of lots, the judgement of orders, the arithmetic of
returns), so that a database that is cleared anew under the changed programme comes to the same.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection

from treuwerk.domain.participants import Participant, identifier
from treuwerk.domain.purchases import Article
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.simulations import Effect, What
from treuwerk.programme.reading import LoadedProgramme
from treuwerk.services.clearing.tiered import asks_for_tiers, with_tiers
from treuwerk.services.installation import Installation
from treuwerk.services.pacing import without_collection
from treuwerk.services.simulation.sides import Known, Side
from treuwerk.services.tiers.assessing import today_of
from treuwerk.store import assemblies, many
from treuwerk.store.history import Past, count, heirs, history
from treuwerk.store.parties import all_articles, participants_of

NOBODY, NO_ARTICLE = "no_participant", "unknown_article"
"""Why events are left out: nobody is there any more who bought, or the master has no such article by now."""
Progress = Callable[[int, int], None]


def back_test(installation: Installation, following: LoadedProgramme, now: int, *, since: date | None = None,
              progress: Progress = lambda done, total: None) -> Effect:
    """What `following` would have given beside the programme in force; nothing is stored.

    Raises:
        Refusal: `another_programme`: it has another code.
    """
    code, found = installation.programme.settings.programme.code, following.settings.programme.code
    if found != code:
        raise Refusal("another_programme", f"found programme {found!r}, expected a changed {code!r}; name its folder "
                      "with --next")
    with without_collection():
        return _BackTest(installation, following, now, since.isoformat() if since else "").run(progress)


class _BackTest:
    """One way through the history."""

    def __init__(self, installation: Installation, following: LoadedProgramme, now: int, since: str) -> None:
        self._database, self._since = installation.database, since
        self._today = today_of(installation.programme.settings, now)
        self._now, self._next = Side(installation.programme, now, since), Side(following, now, since)
        with self._database.reading() as connection:
            self._articles, self._heirs, self._total = all_articles(connection), heirs(connection), count(connection)
        self._by_number: dict[str, Article | None] = {}
        self._effect = Effect()

    def run(self, progress: Progress) -> Effect:
        """Batch by batch; what a batch has of the database is one look."""
        done = 0
        for batch in history(self._database.reading, "" if self._judges_orders else self._since):
            with self._database.reading() as connection:
                known = list(self._known(connection, batch))
            self._compare(known)
            done += len(batch)
            progress(done, self._total)
        for side, now in ((self._now, True), (self._next, False)):
            for account_id, day, given in side.served():
                if day >= self._since:
                    self._effect.count(account_id, given, now=now)
        self._effect.moved_to(self._heirs)
        return self._effect

    @property
    def _judges_orders(self) -> bool:
        """Then what came before the first day that counts decides, too."""
        return self._now.judges_orders or self._next.judges_orders

    def _compare(self, known: Sequence[Known]) -> None:
        add, since = self._effect.add, self._since
        for one, now, following in zip(known, self._now.answers(known), self._next.answers(known), strict=True):
            if one.past.day >= since:
                self._effect.seen["lines" if one.article else "activities"] += 1
                add(_what(one.past), now, following)
        for side, in_force in ((self._now, True), (self._next, False)):
            for account_id, worth in side.of_totals():
                self._effect.count_total(account_id, worth, now=in_force)

    def _known(self, connection: Connection, batch: Sequence[Past]) -> Iterator[Known]:
        """Events with participant, article and what went back of them; those that lack one of these are left out."""
        many.by_index(connection)
        accounts = {one.account_id for one in batch}
        people = self._people(connection, {*accounts, *(self._heirs.get(one, one) for one in accounts)})
        back = assemblies.gone(connection, [one[:2] for one in batch if one.facts])
        for one in batch:
            buyer = people.get(one.account_id) or people.get(self._heirs.get(one.account_id, 0))
            article = self._article(one.facts[5]) if one.facts else None
            if buyer is None or (one.facts and article is None):
                if one.day >= self._since:
                    self._effect.leave_out(NOBODY if buyer is None else NO_ARTICLE)
            elif not one.facts:
                yield Known(one, buyer, None)
            else:
                gone, never = back.get(one[:2], (0, 0))
                yield Known(one, buyer, article, gone, never)

    def _people(self, connection: Connection, accounts: Collection[int]) -> Mapping[int, Participant]:
        """Participants with the tiers that they had, where a rule of either programme asks for them."""
        people = participants_of(connection, accounts)
        asking = next((side.settings for side in (self._now, self._next) if asks_for_tiers(side.settings)), None)
        return people if asking is None else with_tiers(connection, asking, people, self._today)

    def _article(self, number: str) -> Article | None:
        """The article as the master has it by now."""
        if number not in self._by_number:
            self._by_number[number] = self._articles.get(identifier(number))
        return self._by_number[number]


def _what(past: Past) -> What:
    facts: Sequence[Any] = past.facts
    if not facts:
        return What(past.account_id, past.id, past.day, "", past.code, "", past.kind, 1)
    return What(past.account_id, past.id, past.day, facts[1], facts[2], facts[3], facts[5], facts[6])
