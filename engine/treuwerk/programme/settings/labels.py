"""Settings of what is printed for parcels: the sheets of address labels, and whose they are."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

import attrs
from attrs.validators import ge, le, matches_re, max_len, optional

_PAPER = Decimal(210), Decimal(297)
"""A4, in millimetres."""
_SMALLEST = Decimal(35), Decimal(20)
"""What an address of six lines needs, in millimetres."""


@attrs.frozen
class LabelSheet:
    """``[labels.sheets.NAME]``: one sheet of labels on A4. Lengths in millimetres; what is around them is centred."""

    columns: int = attrs.field(validator=[ge(1), le(6)])
    rows: int = attrs.field(validator=[ge(1), le(14)])
    width: Decimal = attrs.field(validator=ge(_SMALLEST[0]))
    """Of one label."""
    height: Decimal = attrs.field(validator=ge(_SMALLEST[1]))
    """Of one label."""
    between_columns: Decimal = attrs.field(default=Decimal(0), validator=ge(Decimal(0)))
    """From one label to the next one beside it."""
    between_rows: Decimal = attrs.field(default=Decimal(0), validator=ge(Decimal(0)))
    """From one label to the next one below it."""
    left: Decimal | None = attrs.field(default=None, validator=optional(ge(Decimal(0))))
    """From the edge of the paper to the first label; left out: as much as on the other side."""
    top: Decimal | None = attrs.field(default=None, validator=optional(ge(Decimal(0))))
    """The same from above."""

    def __attrs_post_init__(self) -> None:
        """Refuse what does not fit on the paper."""
        for name, begins, taken, paper in (("width", self.left, self._across, _PAPER[0]),
                                           ("height", self.top, self._down, _PAPER[1])):
            if taken + (begins or 0) > paper:
                raise ValueError(f"'{name}' makes the labels take {taken + (begins or 0)} mm of the paper, which has "
                                 f"{paper} mm: make them smaller, or fewer")

    @property
    def labels(self) -> int:
        """How many there are on a sheet."""
        return self.columns * self.rows

    @property
    def margins(self) -> tuple[Decimal, Decimal]:
        """From the left and the upper edge of the paper to the first label."""
        left, top = ((paper - taken) / 2 for paper, taken in zip(_PAPER, (self._across, self._down), strict=True))
        return left if self.left is None else self.left, top if self.top is None else self.top

    @property
    def _across(self) -> Decimal:
        return self.columns * self.width + (self.columns - 1) * self.between_columns

    @property
    def _down(self) -> Decimal:
        return self.rows * self.height + (self.rows - 1) * self.between_rows


SHEETS: Mapping[str, LabelSheet] = MappingProxyType({
    "l7159": LabelSheet(3, 8, Decimal("63.5"), Decimal("33.9"), Decimal("2.54")),
    "l7163": LabelSheet(2, 7, Decimal("99.1"), Decimal("38.1"), Decimal("2.54")),
})
"""Sheets that every programme knows, by the numbers under which the trade sells them."""


@attrs.frozen
class Labels:
    """``[labels]``: address labels that the order desk prints."""

    sheets: dict[str, LabelSheet] = attrs.field(factory=dict)
    """Sheets of labels beside ``l7159`` (3 × 8 of 63.5 × 33.9 mm) and ``l7163`` (2 × 7 of 99.1 × 38.1 mm)."""
    sheet: str = "l7159"
    """The sheet that is proposed."""
    sender: str = attrs.field(default="", validator=max_len(120))
    """Who sends it, in one line above the address; left out: nobody is named."""
    country: str = attrs.field(default="", validator=matches_re(r"(?:[A-Z]{2})?"))
    """Country that is sent from, as a code of two letters: to others the country stands below; left out: always."""

    def __attrs_post_init__(self) -> None:
        """Refuse a sheet that nobody knows."""
        if self.sheet not in self.known:
            raise ValueError(f"'sheet' is {self.sheet!r}, expected one of {', '.join(self.known)}")

    @property
    def known(self) -> dict[str, LabelSheet]:
        """All sheets by name, those of the programme last; one of the same name takes the place of ours."""
        return {**SHEETS, **self.sheets}
