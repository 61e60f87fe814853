"""Stored purchase lines as the events that rules were asked about, to ask them once more."""

from collections.abc import Mapping, Sequence
from typing import Any

from treuwerk.domain.participants import Participant
from treuwerk.domain.purchases import Article, EarningEvent
from treuwerk.programme.settings import Settings
from treuwerk.services.clearing.assembly_scoring import scorer_of
from treuwerk.services.clearing.matched_lines import Matched
from treuwerk.services.clearing.rates import Rates
from treuwerk.services.clearing.stored_lines import StoredLines


class AskedAgain:
    """Makes events of stored lines, by the terms of a programme as it is now."""

    def __init__(self, settings: Settings) -> None:
        self._stored = StoredLines(Rates(settings))
        self._scorer = scorer_of(settings.assembly)

    def event(self, facts: Sequence[Any], participant: Participant, article: Article,
              known: Mapping[str, str] | None = None) -> EarningEvent:
        """The event of a line; `facts` are as `matched_lines.FACTS` names them.

        `known` are features that the parts of its order decided.
        """
        event = self._stored.event(facts, participant, article)
        if known:
            event = event._replace(features={**event.features, **known})
        return self._scorer.event(Matched("", "", event, tuple(facts), 0)) if self._scorer else event
