"""What becomes of lines of documents: purchases that may earn, lines that wait, are refused, or mean nothing."""

from json import JSONEncoder
from typing import NamedTuple

import attrs

from treuwerk.domain.aliases import Lack
from treuwerk.domain.purchases import EarningEvent
from treuwerk.domain.reading import storable
from treuwerk.domain.records import evidence_of

compact = JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
"""JSON without spaces, keys in order."""
Facts = tuple[str, str, str, str, str, str, int, str, str, int | None, str, str, str, str, str]
"""Columns of a purchase line from ``source`` to ``place``, in their order."""
FACTS = ("source", "seller", "document", "line", "occurred_on", "article_number", "quantity", "reported_quantity",
         "reported_unit", "net_millionths", "currency", "order_number", "features", "serials", "place")
"""The names of those columns."""


class Matched(NamedTuple):
    """A line that may earn. `key` is the purchase's identity over all channels, `evidence` a digest of its facts."""

    key: str
    evidence: str
    event: EarningEvent
    facts: Facts
    at: int


@attrs.frozen
class Problem:
    """A line that is not booked.

    `state` is waiting (better master data or a person will do), rejected (the line is wrong), ignored (somebody decided
    that it never earns) or warning (it stands beside lines that are booked). `lack` is what master data can mend.
    """

    at: int
    document: str
    code: str
    reason: str
    state: str
    payload: str = ""
    key: str = ""
    lack: Lack | None = None

    def as_json(self) -> dict[str, object]:
        """The problem as receipts list it."""
        return {"line": self.at, "document": self.document, "code": self.code, "state": self.state,
                "reason": self.reason}

    def as_row(self, run_id: int, number: int) -> dict[str, object]:
        """The problem as a row of its table; `number` counts the problems of a run."""
        return {"run_id": run_id, "number": number, "at_line": self.at, "code": self.code, "state": self.state,
                "document": storable(self.document), "reason": storable(self.reason),
                "payload": storable(self.payload), "purchase_key": self.key, "settled_at": None,
                **lack_columns(self.lack)}


_LACKS_NOTHING = {"waits_for": "", "scope": "", "scheme": "", "value": "", "written_as": "", "called": "", "pieces": 0,
                  "also": ""}


def lack_columns(lack: Lack | None) -> dict[str, object]:
    """What a line waits for as columns of its problem."""
    if lack is None:
        return _LACKS_NOTHING
    kind, scope, scheme, value = lack.name
    return {"waits_for": kind.value, "scope": storable(scope), "scheme": storable(scheme), "value": storable(value),
            "written_as": storable(lack.written), "called": storable(lack.called), "pieces": lack.pieces,
            "also": storable(f"|{'|'.join(lack.also)}|") if lack.also else ""}


@attrs.frozen
class Ignored:
    """A line that is right and earns nothing, such as free text with quantity 0."""

    at: int


def purchase_evidence(account_id: int, facts: Facts) -> str:
    """The digest of a purchase line: its account and its facts, but for the source, which may be any, and the place."""
    _, seller, document, line, day, article, quantity, reported, unit, net, currency, order, features, serials, _ = (
        facts)
    return evidence_of(
        f"{account_id}\x1f{seller}\x1f{document}\x1f{line}\x1f{day}\x1f{article}\x1f{quantity}\x1f{reported}\x1f{unit}"
        f"\x1f{net}\x1f{currency}\x1f{order}\x1f{features}\x1f{serials}")

