"""Earning cases as an integrator writes them: ``cases/*.toml``, lines in, points out.

Field = key, type = what is accepted, default = may be left out. Every mistake of a file is reported with its path.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import cattrs
from attrs.validators import ge, min_len
from cattrs import ClassValidationError

from treuwerk.domain.purchases import Article
from treuwerk.programme.errors import Mistake, ProgrammeError
from treuwerk.programme.structuring import WrongValue, mistakes, new_converter, table
from treuwerk.programme.toml_text import NotToml, toml_of

FOLDER = "cases"


def _whole_and_positive(_: object, attribute: Any, value: Decimal) -> None:
    if value <= 0 or value != int(value):
        raise ValueError(f"'{attribute.name}' must be a whole number of pieces above 0: {value}")


def _not_negative(_: object, attribute: Any, value: Mapping[str, int]) -> None:
    for unit, points in value.items():
        if points < 0:
            raise ValueError(f"'{attribute.name}.{unit}' must be >= 0: {points}")


@attrs.frozen
class CaseLine:
    """One line of a delivery, as rules see it: `quantity` counts pieces, also of pallets."""

    article: str
    quantity: Decimal = attrs.field(default=Decimal(1), validator=_whole_and_positive)
    features: dict[str, str] = attrs.field(factory=dict)
    """Facts of the delivery, such as ``{ scope = "SYSTEM" }``."""
    amount: Decimal | None = None
    """Net, in the currency of the programme."""


@attrs.frozen
class CaseActivity:
    """An activity that `times` people of the company took part in."""

    activity: str
    times: int = attrs.field(default=1, validator=ge(1))


@attrs.frozen
class Case:
    """``[[case]]``: what a participant does on a day, and the points that this must give."""

    name: str = attrs.field(validator=min_len(1))
    group: str
    occurred_on: date
    lines: list[CaseLine] = attrs.field(factory=list)
    activities: list[CaseActivity] = attrs.field(factory=list)
    points: dict[str, int] = attrs.field(factory=dict, validator=_not_negative)
    """Points by unit over all lines and activities; a unit that is left out must get none."""
    doubts: list[str] = attrs.field(factory=list)
    """Codes of the doubts that must be raised, one per line that is set aside, in any order."""
    country: str = ""
    tier: str = ""
    """The tier with which the day began."""
    attributes: dict[str, str] = attrs.field(factory=dict)
    """Attributes of the participant."""

    def __attrs_post_init__(self) -> None:
        """A case without lines and activities would test nothing."""
        if not self.lines and not self.activities:
            raise ValueError("lines or activities: a case needs at least one of either")


@attrs.frozen
class CaseFile:
    """One file: its cases, and articles that the article master does not have."""

    case: list[Case] = attrs.field(validator=min_len(1))
    articles: list[Article] = attrs.field(factory=list)


def read_case_files(folder: Path, check: Callable[[CaseFile], Iterator[Mistake]]) -> dict[str, CaseFile]:
    """All files below ``cases/`` of a programme folder, by name; `check` finds what contradicts the programme.

    Raises:
        ProgrammeError: with the mistakes of all files.
    """
    converter = _converter()
    files: dict[str, CaseFile] = {}
    found: list[Mistake] = []
    for path in sorted((folder / FOLDER).glob("*.toml")):
        name = f"{FOLDER}/{path.name}"
        try:
            files[name] = table(converter, _toml(path, name), CaseFile)
            found += [_below(name, mistake) for mistake in check(files[name])]
        except ClassValidationError as error:
            found += [_below(name, mistake) for mistake in mistakes(error, "")]
        except ProgrammeError as error:
            found += error.mistakes
    if found:
        raise ProgrammeError(found)
    return files


def _below(name: str, mistake: Mistake) -> Mistake:
    return attrs.evolve(mistake, path=f"{name}: {mistake.path or '(top level)'}")


def _toml(path: Path, name: str) -> dict[str, Any]:
    try:
        return toml_of(path.read_text("utf-8"))
    except UnicodeDecodeError as error:
        raise ProgrammeError([Mistake(name, f"byte 0x{error.object[error.start]:02x} at {error.start}",
                                      "UTF-8 text")]) from error
    except NotToml as error:
        raise ProgrammeError([Mistake(name, str(error), "valid TOML")]) from error


def _converter() -> cattrs.Converter:
    """The strict converter of programme files, which also knows articles: other keys are their attributes."""
    converter = new_converter()

    def article(value: object, _: type) -> Article:
        if not isinstance(value, dict):
            raise WrongValue(value, "table")
        own = {field.name for field in attrs.fields(Article)} - {"attributes"}
        attributes = {key: content for key, content in value.items() if key not in own}
        head = {key: content for key, content in value.items() if key in own}
        read: Article = table(converter, {**head, "attributes": attributes}, Article)
        return read

    converter.register_structure_hook(Article, article)
    return converter
