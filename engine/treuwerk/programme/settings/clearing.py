"""Settings of purchases: their sources, how they are cleared, in which measures and currencies."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

import attrs
from attrs.validators import ge, le, matches_re, min_len, optional

from treuwerk.hookspecs import ClearingSource
from treuwerk.programme.settings.values import Texts, is_code


@attrs.frozen
class Hold:
    """``[sources.hold]``: when a file is held as a whole. Nothing of it is booked until a person decides.

    A single broken line is set aside and the others are booked; a file that is broken as a whole rather has a cause of
    its own, such as another encoding, and its sender sends it again.
    """

    bad_percent: int = attrs.field(default=20, validator=[ge(0), le(100)])
    """A file is held of whose lines more than so many per cent cannot be read; 100: none is."""
    bad_lines: int = attrs.field(default=10, validator=ge(1))
    """Fewer bad lines than this hold no file, however short it is."""
    miscount_percent: int = attrs.field(default=10, validator=[ge(0), le(100)])
    """A file is held where a number that it tells of itself, such as the lines in its trailer, is wrong by more than so
    many per cent of the larger one; 100: none is. Smaller differences are warnings."""
    miscount: int = attrs.field(default=2, validator=ge(0))
    """A difference of no more than this is a warning in any case."""
    cut_off: bool = True
    """Whether a file is held that lacks the trailer that its begin promises."""


@attrs.frozen
class SourceHead:
    """``[[sources]]``: one feed. All keys beside these belong to the reader."""

    name: str = attrs.field(validator=is_code)
    reader: str
    """The kind of reader, as a plugin offers it."""
    hold: Hold = attrs.field(factory=Hold)


@attrs.frozen
class Source:
    """A feed of the programme, ready to read."""

    head: SourceHead
    settings: Any
    source: ClearingSource


class UnreferencedReturns(StrEnum):
    """What becomes of goods that go back without the number of a purchase that is known."""

    WAIT = "wait"
    LATEST = "latest"


class FreeGoods(StrEnum):
    """What a line earns whose amount is 0."""

    IGNORE = "ignore"
    EARN = "earn"


class Retroactive(StrEnum):
    """How far back the purchases of a participant earn that registers later."""

    PROGRAMME_START = "programme_start"
    REGISTRATION = "registration"
    DAYS = "days"


class SerialCount(StrEnum):
    """What happens to a line with more or fewer serial numbers than pieces."""

    WARN = "warn"
    WAIT = "wait"


class DifferingUpload(StrEnum):
    """What happens where a feed brings another quantity of goods than an upload that is booked."""

    CORRECT = "correct"
    WAIT = "wait"


@attrs.frozen
class FeatureChoice:
    """``[clearing.features.<name>]``: a fact of a delivery that decides about points, such as full system or module.

    Who enters a reported purchase chooses it for each line. Left out, the features of the sources are offered, by code.
    """

    title: Texts
    values: dict[str, Texts] = attrs.field(validator=min_len(1))
    """Value, as rules know it → what it is called."""


@attrs.frozen
class SecondPerson:
    """``[clearing.second_person]``: which reported purchases two people decide. Left out: one person decides all."""

    points: int | None = attrs.field(default=None, validator=optional(ge(0)))
    """Documents that bring more points of a spendable unit than this; left out: no number of points is too many."""
    net: int | None = attrs.field(default=None, validator=optional(ge(0)))
    """Documents whose accepted lines have a higher net value than this, as far as it was entered."""
    score: int | None = attrs.field(default=None, validator=optional(ge(1)))
    """Documents whose hints weigh so much: 60 what would be paid twice, 30 a doubt, 10 what is good to know."""
    one_in: int = attrs.field(default=0, validator=ge(0))
    """One document in so many besides, drawn by a key that nobody sees; 0: none is drawn."""
    blind: bool = False
    """Whether the second person enters the document anew, without seeing what the first one entered."""


@attrs.frozen
class Hints:
    """``[clearing.hints]``: from when on a clerk is told to look twice at a reported purchase. None of it decides."""

    window_days: int = attrs.field(default=30, validator=ge(1))
    """In how many days reports are counted as a series."""
    series: int = attrs.field(default=3, validator=ge(2))
    """So many reports of a kind within these days are a series (``just_below_limit``, ``night_series``)."""
    near_limit_percent: int = attrs.field(default=80, validator=[ge(1), le(100)])
    """From how many per cent of the limit of ``[clearing.second_person] points`` on a report is just below it; 100:
    none is."""
    night_ends: int = attrs.field(default=5, validator=[ge(0), le(23)])
    """Until which hour after midnight, in the zone of the programme, a report comes at night; 0: none does."""
    other_participants: int = attrs.field(default=1, validator=ge(1))
    """So many other participants who reported a document of the same number make a hint (``note_of_others``)."""
    quantity_times: int = attrs.field(default=3, validator=ge(1))
    """More than so many times the largest line before is far above what was usual (``quantity_far_above``)."""
    quantity_lines: int = attrs.field(default=3, validator=ge(1))
    """Fewer lines of an article before are no history."""
    history_days: int = attrs.field(default=730, validator=ge(1))
    """How far back that history goes."""
    price: str = ""
    """The article attribute with the price of one unit in the catalogue, such as ``list_price``; left out: prices are
    compared with nothing (``price_far_off``)."""
    price_percent: int = attrs.field(default=50, validator=[ge(1), le(1_000)])
    """By more than so many per cent of that price a price is far off."""
    seller_participants: int = attrs.field(default=1, validator=ge(0))
    """A seller from whom fewer other participants bought is an unknown one (``seller_of_nobody_else``); 0: none is."""
    alike_bits: int = attrs.field(default=3, validator=[ge(0), le(3)])
    """Pages whose pictures differ in no more than so many of 64 bits look alike (``looks_like``)."""
    alike_reports: int = attrs.field(default=3, validator=[ge(0), le(20)])
    """Where more reports than so many have a page that looks alike, it is the form of a seller and nothing is told; 0:
    nothing is ever."""
    pdf_saves: int = attrs.field(default=1, validator=ge(1))
    """A PDF that was saved more often, each time behind what was there, was edited (``edited_pdf``)."""
    pdf_editors: list[str] = attrs.field(factory=lambda: [
        "Photoshop", "Illustrator", "Canva", "GIMP", "Inkscape", "Sejda", "iLovePDF", "Smallpdf", "PDFescape",
        "PDF-XChange", "Foxit PhantomPDF", "Nitro", "Xodo"])
    """Words in the name of the program that wrote a PDF by which it is one to edit with (``edited_pdf``)."""


@attrs.frozen
class Clearing:
    """``[clearing]``: how files are worked off, and how reported purchases are decided."""

    free_goods: FreeGoods = FreeGoods.IGNORE
    """Whether a line whose amount is 0 earns by its quantity like any other (``earn``), or nothing (``ignore``). A line
    without any amount is none of these."""
    batch_lines: int = attrs.field(default=16_000, validator=[ge(100)])
    """Lines of one database transaction. Larger is faster, and holds SQLite's only write lock longer."""
    unreferenced_returns: UnreferencedReturns = UnreferencedReturns.WAIT
    """What becomes of a credit note or a return that names no purchase, or one that nobody knows: it waits for a person
    (``wait``), or takes back what the participant bought of that article last (``latest``)."""
    parked_days: int = attrs.field(default=30, validator=[ge(0)])
    """How many days a correction waits for the purchase that it is about before it lands in the queue."""
    closed_through: date | None = None
    """The last day of the periods that are closed. Purchases of such a day are scored by the rules of their day, and
    their points live as if they had been bought on the day after."""
    back_dating_days: int | None = attrs.field(default=None, validator=optional(ge(0)))
    """How many days old a purchase of a direct feed may be; an older one waits for a person. Left out: no limit."""
    serial_count: SerialCount = SerialCount.WARN
    """A line with more or fewer serial numbers than pieces is booked by its quantity with a warning (``warn``), or
    waits for a person (``wait``)."""
    differing_upload: DifferingUpload = DifferingUpload.CORRECT
    """Where a feed brings another quantity of goods than an upload that is booked, what the upload earned is taken back
    and the feed's quantity is booked (``correct``), or the feed's line waits for a person (``wait``)."""
    serial_list: SerialCount = SerialCount.WAIT
    """A line with a serial number that its maker issued for another article, or not at all, waits for a person
    (``wait``), or is booked with a warning (``warn``). Only articles are checked whose serial numbers were imported."""
    retroactive: Retroactive = Retroactive.PROGRAMME_START
    """From when on purchases of a participant earn: from the start of the programme (``programme_start``), from the day
    of its registration (``registration``), or from some days before it (``days``, with `retroactive_days`)."""
    retroactive_days: int | None = attrs.field(default=None, validator=optional(ge(1)))
    """How many days before the registration purchases earn already, where `retroactive` is ``days``."""
    identifiers: list[str] = attrs.field(factory=lambda: ["gln", "customer_number"])
    """Schemes of numbers by which a buyer is looked up first, in this order; the others follow as the document has
    them, and those of `shared_identifiers` come last."""
    shared_identifiers: list[str] = attrs.field(factory=lambda: ["vat", "tax"])
    """Schemes of numbers that several participants may have, such as branches with the VAT id of their company. Where
    a document names nothing better, and several participants have the number, a person decides."""
    features: dict[str, FeatureChoice] = attrs.field(factory=dict)
    second_person: SecondPerson = attrs.field(factory=SecondPerson)
    hints: Hints = attrs.field(factory=Hints)


def _above_zero(_: object, attribute: Any, value: Decimal) -> None:
    if value <= 0:
        raise ValueError(f"'{attribute.name}' must be > 0: {value}")


@attrs.frozen
class Rate:
    """``[[rates]]``: what one unit of a foreign currency is in that of the programme, from a day on.

    Rules see net amounts in the programme's currency, by the rate of the day of the purchase. Taking back goes by the
    stored breakdown, and so by the same rate.
    """

    currency: str = attrs.field(validator=matches_re(r"[A-Z]{3}"))
    valid_from: date
    rate: Decimal = attrs.field(validator=_above_zero)


@attrs.frozen
class Measure:
    """``[measures]``, a unit that is not counted: kWp of modules, metres of cable. It must come to whole base units."""

    per: str = attrs.field(validator=min_len(1))
    """The article attribute that says how much of it one base unit has, such as ``wp``."""
    times: int = attrs.field(default=1, validator=ge(1))
    """How many of the attribute's units are one of this unit: 1000 for kWp, where the attribute is in Wp."""
