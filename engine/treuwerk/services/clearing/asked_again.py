"""Stored purchase lines as the events that rules were asked about, to ask them once more."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from treuwerk.domain.participants import Participant
from treuwerk.domain.purchases import Article, EarningEvent
from treuwerk.programme.settings import Settings
from treuwerk.services.clearing.assembly_scoring import scorer_of
from treuwerk.services.clearing.currencies import converted, rates_of
from treuwerk.services.clearing.matched_lines import Matched

_MILLION = 1_000_000


class AskedAgain:
    """Makes events of stored lines, by the terms of a programme as it is now."""

    def __init__(self, settings: Settings) -> None:
        self._own = settings.programme.currency
        self._rates = rates_of(settings)
        self._scorer = scorer_of(settings.assembly)

    def event(self, facts: Sequence[Any], participant: Participant, article: Article,
              known: Mapping[str, str] | None = None) -> EarningEvent:
        """The event of a line; `facts` are as `matched_lines.FACTS` names them.

        `known` are features that the parts of its order decided.
        """
        day, currency = date.fromisoformat(facts[4]), facts[10]
        amount = None if facts[9] is None else Decimal(facts[9]) / _MILLION
        if amount is not None:
            amount, currency = converted(amount, currency, day, self._rates, self._own)
        features = {**(json.loads(facts[12]) if facts[12] else {}), **(known or {})}
        event = EarningEvent(participant, day, article, "", Decimal(facts[6]), amount, currency, features)
        return self._scorer.event(Matched("", "", event, tuple(facts), 0)) if self._scorer else event
