"""Settings of the other lists that are imported: attendance and catalogues."""

import attrs
from attrs.validators import ge, le


@attrs.frozen
class Attendance:
    """``[attendance]``: what counts in a list of those who came to a seminar."""

    each_day: bool = False
    """Whether the same seminar earns again on another day. Else a person earns once with it, also when it is moved."""
    least_share: int = attrs.field(default=100, validator=[ge(1), le(100)])
    """Per cent of a seminar that somebody must have been there, where a list has the column ``share``."""


@attrs.frozen
class Catalogue:
    """``[catalogue]``: what a supplier's catalogue may say of articles when it is imported.

    It never changes kinds, aliases or attributes that are not named here.
    """

    kinds: dict[str, str] = attrs.field(factory=dict)
    """Group of products in the catalogue (``PV``, or ``PV/MOD`` for a group in it) → kind of article. Articles of other
    groups are taken only where the programme knows them already."""
    gross_price: str = ""
    """Attribute that gets the list price of one unit; left out: list prices are passed over."""
    net_price: str = ""
    """Attribute that gets the net price of one unit; left out: net prices are passed over."""
    price_base: str = ""
    """Attribute that keeps for how many units an article's price is. Files with prices alone need it."""
    rename: bool = False
    """Whether articles that are known take their names from the catalogue."""
