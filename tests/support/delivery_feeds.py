"""The section of a programme file for delivery notes as CSV: one place for all worlds of tests and benchmarks."""

from collections.abc import Sequence

_COLUMNS = {
    "number": "delivery_number", "line": "position", "date": "delivered_on", "buyer": "customer_number",
    "order": "order_number", "article": "article_number", "quantity": "quantity", "unit": "unit",
    "amount": "net_amount", "currency": "currency", "serials": "serials", "movement": "movement"}
NEEDED = ("number", "line", "date", "buyer", "article", "quantity", "unit")
ALL = tuple(_COLUMNS)
_SCOPE = """
[sources.features.scope]
column = "scope"
values = ["SYSTEM", "MODULE"]
"""


def delivery_feed(seller: str, columns: Sequence[str] = NEEDED, *, scope: bool = False) -> str:
    """A source named deliveries with these columns; with `scope` it says whether a line is part of a system."""
    chosen = "".join(f'{name} = "{_COLUMNS[name]}"\n' for name in ALL if name in columns)
    return (f'\n[[sources]]\nname = "deliveries"\nreader = "csv_feed"\nseller = "{seller}"\n\n[sources.columns]\n'
            f"{chosen}{_SCOPE if scope else ''}")
