"""The profile of a partner's files: columns, notation, constants. Nothing of it is guessed."""

from typing import Any

import attrs
from attrs.validators import deep_iterable, ge, in_, le, min_len, optional

from treuwerk.domain.documents import DocumentKind, Movement
from treuwerk_csv_feed.notations import alike, mistake_in

Column = int | str
"""A column by its name in the header, or by its number from 1 on where there is no header."""
HEAD_COLUMNS = ("number", "buyer", "date", "issue_date", "currency", "order", "delivery", "previous", "seller",
                "buyer_name")
SUMS = ("net_total", "tax_total", "grand_total")
_IDS = ("number", "line", "buyer", "article", "order", "delivery", "previous", "seller", "gtin", "article_buyer")


@attrs.frozen(kw_only=True)
class Columns:
    """``[sources.columns]``: which column of the file holds what. Columns that are not named here are passed over."""

    number: Column = ""
    """Number of the delivery note or invoice. Left out only where lines follow the row of their head."""
    line: Column = ""
    """Number of the line in its document; left out: its position among the rows of the document."""
    date: Column = ""
    """Day of the delivery."""
    issue_date: Column = ""
    """Day of the document, where it is another one."""
    buyer: Column = ""
    """What the buyer is known by; see `buyer_scheme`."""
    buyer_name: Column = ""
    article: Column
    article_buyer: Column = ""
    """The buyer's own number of the article."""
    gtin: Column = ""
    name: Column = ""
    quantity: Column
    unit: Column = ""
    """Left out where the profile's `unit` says it for all lines."""
    order: Column = ""
    delivery: Column = ""
    """The delivery note that an invoice refers to."""
    previous: Column = ""
    """The document that a correction refers to."""
    amount: Column = ""
    """Net amount of the line."""
    unit_price: Column = ""
    price_per: Column = ""
    """How many units the price is for; left out: one."""
    currency: Column = ""
    serials: Column = ""
    """Serial numbers, with a bar between them."""
    movement: Column = ""
    """Optional column; a cell may hold CANCEL or RETURN, or a word of `movements`."""
    seller: Column = ""
    """Who numbers the document, where the file holds several; see `seller_scheme`."""


@attrs.frozen
class Feature:
    """``[sources.features.<name>]``: a fact of the delivery that rules may ask for."""

    column: Column
    values: list[str] = attrs.field(validator=min_len(1))
    """All values that the sender may write; a line with another one is quarantined."""
    optional: bool = False
    """Whether the cell may be empty: the sender then says nothing, and rules and programme decide what that means."""


@attrs.frozen
class Prefix:
    """``[sources.prefixes.<letters>]``: what a document is whose number begins so."""

    kind: DocumentKind
    movement: Movement = Movement.DELIVER
    """What its lines do, such as ``RETURN``, where no column says it."""


@attrs.frozen(kw_only=True)
class HeadColumns:
    """``[sources.heads.columns]``: the columns of the rows that hold heads."""

    number: Column
    date: Column
    buyer: Column
    buyer_name: Column = ""
    issue_date: Column = ""
    order: Column = ""
    delivery: Column = ""
    previous: Column = ""
    currency: Column = ""
    seller: Column = ""
    net_total: Column = ""
    tax_total: Column = ""
    grand_total: Column = ""


@attrs.frozen(kw_only=True)
class Heads:
    """``[sources.heads]``: heads that stand once per document, not in each line.

    Either in rows of the same file, told apart by a cell (`column`, `head`, `line`), or in a second file beside the
    one with the lines (`lines_name`, `heads_name`). Both files may also come in one ZIP archive, which is the only way
    through an inbox or a request: each of those takes one file at a time.
    """

    columns: HeadColumns
    column: Column = ""
    """The column that says what a row is."""
    head: str = ""
    """What stands there in the row of a head."""
    line: str = ""
    """What stands there in the row of a line. Rows with anything else are passed over."""
    lines_name: str = ""
    """The part of a file's name that files with lines have, such as ``DTL``."""
    heads_name: str = ""
    """What stands there in the name of the file with their heads, such as ``HDR``. Put that file there first."""

    def __attrs_post_init__(self) -> None:
        """Exactly one of both ways."""
        rows, files = (self.column, self.head, self.line), (self.lines_name, self.heads_name)
        if not (all(rows) and not any(files)) and not (all(files) and not any(rows)):
            raise ValueError("heads are told apart by 'column', 'head' and 'line', or by 'lines_name' and "
                             "'heads_name'; name all of one of both")


@attrs.frozen(kw_only=True)
class Trailer:
    """``[sources.trailer]``: the row behind the last line, in which the sender tells how many lines there are.

    Where the number is wrong, or the row is missing, the file was perhaps cut off; ``[sources.hold]`` says from when on
    it is held.
    """

    mark: str = attrs.field(validator=min_len(1))
    """What stands in the first cell of the row, such as ``END``."""
    count: int = attrs.field(default=2, validator=ge(2))
    """Which cell holds the number of lines, from 1 on; heads and empty rows are not counted."""


def _known_encoding(_: object, attribute: Any, value: str) -> None:
    try:
        # Lines are cut at the byte of a line feed, which is one in these encodings; UTF-16 is recoded before.
        fits = value.lower().startswith("utf-16") or (
            "\n".encode(value) == b"\n" and b"\n;".decode(value) == "\n;")
    except (LookupError, UnicodeError):
        fits = False
    if not fits:
        raise ValueError(f"'{attribute.name}' must be a text encoding such as utf-8 or cp1252: {value}")


def _known_patterns(_: object, attribute: Any, value: list[str]) -> None:
    for pattern in value:
        if wrong := mistake_in(pattern):
            raise ValueError(f"'{attribute.name}' must be patterns of dates; {pattern!r} {wrong}")
    if both := alike(value):
        raise ValueError(f"'{attribute.name}' must tell day and month apart; {' and '.join(both)} could read the same "
                         "text differently")


@attrs.frozen(kw_only=True)
class Profile:
    """What files of a partner have in common, whether they are text or spreadsheets."""

    columns: Columns
    seller: str = ""
    """Who numbers the documents; two sellers may use the same number. Left out where `columns.seller` says it."""
    seller_scheme: str = "own"
    """What `columns.seller` holds: ``gln``, ``vat``, ``own`` …"""
    kind: DocumentKind = DocumentKind.DELIVERY
    prefixes: dict[str, Prefix] = attrs.field(factory=dict)
    """Beginnings of document numbers that say another kind; the longest one that fits counts."""
    buyer_scheme: str = "customer_number"
    buyer_may_be_empty: bool = False
    """Whether a row without buyer is a line that waits for one, instead of a fault."""
    unit: str = ""
    """Unit of all lines, where no column has it, such as ``PCE``."""
    currency: str = ""
    """Currency of all lines, where no column has it."""
    amount_from_price: bool = False
    """Whether the amount of a line is quantity times `columns.unit_price`, where no column has it."""
    charges: list[str] = attrs.field(factory=list)
    """Articles that are no goods, such as freight or packing, as they are written."""
    movements: dict[str, Movement] = attrs.field(factory=dict)
    """The partner's words in `columns.movement`, such as ``ST = "CANCEL"``."""
    features: dict[str, Feature] = attrs.field(factory=dict)
    heads: Heads | None = None
    trailer: Trailer | None = None
    header: bool = True
    """Whether the first row names the columns. Without it, columns are named by their numbers, from 1 on."""
    files: str = "*"
    """Names of the partner's files, such as ``DELV_*.csv``; other files are not recognised."""
    decimal_mark: str = attrs.field(default=",", validator=in_([",", "."]))
    grouping: str = attrs.field(default="", validator=in_(["", ".", ",", "'", " "]))
    """The mark between groups of three digits; a blank stands for the thin and no-break ones too."""
    minus: list[str] = attrs.field(factory=lambda: ["before"], validator=[
        min_len(1), deep_iterable(in_(["before", "behind", "brackets"]))])
    """Where a minus may stand: ``before`` (-5), ``behind`` (5-), or ``brackets`` around the number (5)."""
    date_patterns: list[str] = attrs.field(factory=lambda: ["YYYY-MM-DD"], validator=[min_len(1), _known_patterns])
    """Accepted patterns of YYYY or YY, MM or M, DD or D, hh, mm, ss. The time of day is passed over."""
    century_pivot: int | None = attrs.field(default=None, validator=optional([ge(0), le(100)]))
    """Years of two digits below it are of this century, the others of the last; needed where a pattern has YY."""
    float_ids: list[str] = attrs.field(factory=list, validator=deep_iterable(in_(_IDS)))
    """Columns with numbers that another program wrote with a point, such as 17850.0 for 17850."""

    def __attrs_post_init__(self) -> None:
        """What only the profile as a whole can tell."""
        for wrong in _contradictions(self):
            raise ValueError(wrong)


def _contradictions(profile: Profile) -> list[str]:
    columns, heads = profile.columns, profile.heads
    short = any("YY" in pattern.replace("YYYY", "") for pattern in profile.date_patterns)
    known = heads.columns if heads else columns
    named = line_columns(profile) + (head_columns(heads) if heads else [])
    checks = (
        (not profile.seller and not known.seller, "name the 'seller', or its column under 'columns'"),
        (not columns.unit and not profile.unit, "name the 'unit' of all lines, or its column under 'columns'"),
        (not columns.number and not (heads and heads.column), "'columns.number' is missing"),
        (not heads and not (columns.date and columns.buyer),
         "'columns.date' and 'columns.buyer' are needed, unless 'heads' has them"),
        (bool(heads and heads.column) and profile.header,
         "'heads' in rows of the same file need 'header = false': such rows differ in their columns"),
        (bool(heads) and bool(columns.date or columns.buyer), "'columns' names what stands in 'heads.columns'"),
        (profile.amount_from_price and (not columns.unit_price or bool(columns.amount)),
         "'amount_from_price' needs 'columns.unit_price' and no 'columns.amount'"),
        (profile.grouping == profile.decimal_mark, "'grouping' and 'decimal_mark' are the same"),
        (short and profile.century_pivot is None, "a year of two digits needs 'century_pivot'"),
        (any(type(column) is not (str if profile.header else int) for column in named),
         "columns are named by their names where there is a header, else by their numbers from 1 on"),
        (any(isinstance(column, int) and column < 1 for column in named), "columns count from 1 on"),
    )
    return [text for wrong, text in checks if wrong]


def line_columns(profile: Profile) -> list[Column]:
    """The columns that rows of lines must have."""
    marks = [profile.heads.column] if profile.heads else []
    named = [*_values(profile.columns), *(feature.column for feature in profile.features.values()), *marks]
    return [column for column in named if column != ""]


def head_columns(heads: Heads) -> list[Column]:
    """The columns that rows of heads must have, where they have rows of their own."""
    return [column for column in _values(heads.columns) if column != ""]


def _values(columns: Columns | HeadColumns) -> list[Column]:
    return [getattr(columns, field.name) for field in attrs.fields(type(columns))]


@attrs.frozen(kw_only=True)
class CsvFeedSettings(Profile):
    """Keys of a ``[[sources]]`` table with ``reader = "csv_feed"``: delimited text."""

    delimiter: str = attrs.field(default=";", validator=in_([";", ",", "\t", "|"]))
    encoding: str = attrs.field(default="utf-8", validator=_known_encoding)


@attrs.frozen(kw_only=True)
class XlsxFeedSettings(Profile):
    """Keys of a ``[[sources]]`` table with ``reader = "xlsx_feed"``: spreadsheets of Excel 2007 and later.

    Cells of numbers and dates are taken as they are; the notation is for those that hold text.
    """

    sheet: str = ""
    """Name of the sheet; left out: the only one."""
    first_row: int = attrs.field(default=1, validator=ge(1))
    """The row of the header, or of the first line where there is none."""
    max_megabytes: int = attrs.field(default=200, validator=[ge(1), le(2000)])
    """Most that a file may hold when it is unpacked."""
    max_rows: int = attrs.field(default=200_000, validator=[ge(1), le(1_048_576)])
    """Most rows of the sheet; more are better sent as text."""
