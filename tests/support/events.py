"""Purchases and activities for tests of rules."""

from datetime import date
from decimal import Decimal
from typing import Any

from treuwerk.domain.participants import Participant
from treuwerk.domain.purchases import Article, EarningEvent

DAY = date(2026, 5, 4)
MEMBER = Participant(2**62 + 1, "installer")


def purchase(article: str = "M220", quantity: str = "1", kind: str = "module", wp: str | None = "220",
             **facts: Any) -> EarningEvent:
    """A purchase of some pieces; `facts` are further fields of the event."""
    attributes = {} if wp is None else {"wp": Decimal(wp)}
    occurred_on = facts.pop("occurred_on", DAY)
    return EarningEvent(MEMBER, occurred_on, Article(article, kind, attributes=attributes), quantity=Decimal(quantity),
                        **facts)


def activity(kind: str = "seminar") -> EarningEvent:
    """One attendance."""
    return EarningEvent(MEMBER, DAY, activity=kind)
