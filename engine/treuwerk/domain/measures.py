"""What purchases and activities count for: pieces, money, or an attribute of the article such as square metres."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from treuwerk.domain.earning import Doubt
from treuwerk.domain.purchases import Article, EarningEvent
from treuwerk.domain.totals import Counted, DayTotal

QUANTITY, AMOUNT = "quantity", "amount"
NOTHING = Decimal(0)


def counted(events: Sequence[EarningEvent], basis: str, activity: str = "") -> Iterator[Counted | Doubt]:
    """What purchase lines count for by a basis, or with `activity` each activity of this kind for one.

    The basis is ``quantity`` in base units, ``amount`` for the net amount, or an attribute that each base unit of the
    article has. A line that lacks its basis is a doubt, since nobody should lose points in silence.
    """
    for index, event in enumerate(events):
        if event.article is None:
            if activity and event.activity == activity:
                yield Counted(index, event.quantity)
        elif not activity:
            yield _of_line(index, event, event.article, basis)


def _of_line(index: int, event: EarningEvent, article: Article, basis: str) -> Counted | Doubt:
    if basis == QUANTITY:
        return Counted(index, event.quantity)
    if basis == AMOUNT and event.amount is not None:
        return Counted(index, max(event.amount, NOTHING))
    if basis == AMOUNT:
        return Doubt(index, "amount_missing", f"the line of article {article.number} has no net amount; ask the sender "
                     "for lines with amounts")
    each = article.attributes.get(basis)
    if each is None:
        return Doubt(index, "attribute_missing", f"article {article.number} has no {basis!r}; add it to the article "
                     "master and clear the line again, or narrow the rule by 'articles'")
    return Counted(index, max(each, NOTHING) * event.quantity)


def together(days: Iterable[DayTotal]) -> Decimal:
    """What days come to."""
    return sum((day.amount for day in days), NOTHING)
