"""Purchase lines as they are kept become earning events again, to be judged anew or by another programme."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from treuwerk.domain.documents import NO_FEATURES
from treuwerk.domain.participants import Participant
from treuwerk.domain.purchases import Article, EarningEvent
from treuwerk.services.clearing.rates import Rates

_MILLION = 1_000_000
_REMEMBERED = 10_000  # days and features


class StoredLines:
    """Makes events of kept facts; amounts are converted by the rates of a programme."""

    def __init__(self, rates: Rates) -> None:
        self._rates = rates
        self._days: dict[str, date] = {}
        self._features: dict[str, Mapping[str, str]] = {"": NO_FEATURES}

    def event(self, facts: Sequence[Any], participant: Participant, article: Article) -> EarningEvent:
        """What rules are asked about; `facts` are as `matched_lines` names them."""
        day, net, currency = self.day(facts[4]), facts[9], facts[10]
        amount = None if net is None else Decimal(net) / _MILLION
        if amount is not None and currency in self._rates:
            amount, currency = self._rates.converted(amount, currency, day)
        return EarningEvent(participant, day, article, "", Decimal(facts[6]), amount, currency,
                            self._read(facts[12]))

    def day(self, text: str) -> date:
        """A day as it is kept."""
        known = self._days.get(text)
        if known is None:
            if len(self._days) > _REMEMBERED:
                self._days.clear()
            known = self._days[text] = date.fromisoformat(text)
        return known

    def _read(self, features: str) -> Mapping[str, str]:
        known = self._features.get(features)
        if known is None:
            if len(self._features) > _REMEMBERED:
                self._features = {"": NO_FEATURES}
            known = self._features[features] = json.loads(features)
        return known
