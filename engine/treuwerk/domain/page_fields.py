"""What stands on read pages: number, days, seller, order, customer and lines, each with its confidence and its place.

Whoever reads pages only says words; what they mean is found here, the same for every reader. Pure.
"""

from collections.abc import Mapping, Sequence
from datetime import date

import attrs

from treuwerk.domain.finding_days import find_days
from treuwerk.domain.finding_lines import Goods, find_lines
from treuwerk.domain.finding_numbers import find_numbers
from treuwerk.domain.finding_sellers import SellerKeys, find_seller
from treuwerk.domain.page_tokens import FoundField, token_rows
from treuwerk.domain.page_words import ReadPage

MOST_LINES = 100


@attrs.frozen
class Known:
    """What is known beforehand: how days are written, whom pages may come from, and what may be bought.

    `day_order` is ``dmy``, ``mdy`` or ``ymd``; `months` are folded names and their numbers.
    """

    today: date
    day_order: str
    months: Mapping[str, int]
    sellers: SellerKeys
    goods: Goods


def find_fields(pages: Sequence[ReadPage], known: Known) -> list[FoundField]:
    """Everything that is found on the pages of one report, each place once."""
    rows = token_rows(pages)
    if not rows:
        return []
    return [*find_numbers(rows), *find_days(rows, known.day_order, known.months, known.today),
            *find_seller(rows, known.sellers), *find_lines(rows, known.goods, MOST_LINES)]
