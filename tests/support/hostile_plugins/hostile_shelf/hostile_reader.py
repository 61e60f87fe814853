"""A reader that gives one delivery, and does what it is told at the second one."""

from datetime import date
from decimal import Decimal

import attrs

from hostile_shelf.acts import ACTS
from treuwerk.domain.documents import Document, DocumentKind, DocumentLine, Party
from treuwerk.hookspecs import ClearingSourceKind, hookimpl


@attrs.frozen
class Settings:
    """Keys of the table."""

    act: str


@attrs.frozen
class Hostile:
    """Reads lines as numbers of deliveries."""

    name: str
    settings: Settings

    def recognises(self, name, head):
        """By the end of the name."""
        return name.endswith(".hostile")

    def read(self, stream):
        """A delivery for each line."""
        for at, line in enumerate(stream.read().decode().splitlines(), 1):
            if line == "bad":
                list(ACTS[self.settings.act](0, []))
            yield Document(
                self.name, DocumentKind.DELIVERY, line, delivery_date=date(2026, 5, 4), seller=Party("Seller"),
                buyer=Party("Buyer", (("customer_number", "10017"),)),
                lines=(DocumentLine(at, "1", "SW-M-400", Decimal(10), "PCE", features={"scope": "SYSTEM"}),))


@hookimpl
def clearing_sources():
    """Offers ``hostile``."""
    return [ClearingSourceKind("hostile", Settings, Hostile)]
