"""Worlds and promotions as a TOML file: by their codes, with a report of every difference before anything is kept."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import attrs
from cattrs import ClassValidationError
from sqlalchemy import Connection

from treuwerk.domain.catalogue import Picture, Window
from treuwerk.domain.promotions import Promotion, TargetAudience, World
from treuwerk.domain.reading import plain_number
from treuwerk.domain.tabular import UnreadableFile
from treuwerk.programme.settings import Settings
from treuwerk.programme.structuring import mistakes, new_converter, table
from treuwerk.programme.toml_text import NotToml, toml_of
from treuwerk.services.installation import Installation
from treuwerk.services.master_files import Told, tell_nobody
from treuwerk.services.rewards.arranging import Known, differences, flaws, known_to, write
from treuwerk.services.rewards.covers import CoverFiles, Drawn, cover_in, drawn, measured, noted, written_out
from treuwerk.services.rewards.importing import RewardReceipt
from treuwerk.store.promotions import PROMOTIONS, WORLDS, Kept
from treuwerk.store.retrying import retrying

FILE = "catalogue/worlds.toml"
"""Where a programme folder keeps the worlds and promotions that it brings."""
_CONVERTER = new_converter()


@attrs.frozen(kw_only=True)
class _Entry:
    """What worlds and promotions have in common, as a file says it."""

    code: str
    name: dict[str, str] = attrs.field(factory=dict)
    summary: dict[str, str] = attrs.field(factory=dict)
    published: bool = False
    position: int = 0
    rewards: list[str] = attrs.field(factory=list)
    categories: list[str] = attrs.field(factory=list)
    groups: list[str] = attrs.field(factory=list)
    tiers: list[str] = attrs.field(factory=list)
    countries: list[str] = attrs.field(factory=list)

    def common(self) -> dict[str, Any]:
        """The fields of the document."""
        return {"code": self.code, "names": self.name, "summaries": self.summary, "published": self.published,
                "position": self.position, "rewards": tuple(self.rewards), "categories": tuple(self.categories),
                "audience": TargetAudience(tuple(self.groups), tuple(self.tiers), tuple(self.countries))}


@attrs.frozen(kw_only=True)
class _WorldEntry(_Entry):
    picture: str = ""
    cover: str = ""
    cover_alt: dict[str, str] = attrs.field(factory=dict)
    visible_from: date = date.min
    visible_until: date = date.max
    redeem_from: date = date.min
    redeem_until: date = date.max

    def document(self, cover: Picture | None) -> World:
        """The world."""
        return World(**self.common(), picture=self.picture, cover=cover,
                     visible=Window(self.visible_from, self.visible_until),
                     redeemable=Window(self.redeem_from, self.redeem_until))


@attrs.frozen(kw_only=True)
class _PromotionEntry(_Entry):
    worlds: list[str] = attrs.field(factory=list)
    valid_from: date = date.min
    valid_until: date = date.max
    points: int = 0
    percent: Decimal = Decimal(0)
    budget: int = 0

    def document(self) -> Promotion:
        """The promotion."""
        return Promotion(**self.common(), worlds=tuple(self.worlds), window=Window(self.valid_from, self.valid_until),
                         points=self.points, percent=self.percent, budget=self.budget)


@attrs.frozen
class _Content:
    worlds: list[_WorldEntry] = attrs.field(factory=list)
    promotions: list[_PromotionEntry] = attrs.field(factory=list)


@attrs.frozen
class Arranged:
    """What a file holds, in its order; `lines` say by heading where each of them begins."""

    worlds: Sequence[World]
    promotions: Sequence[Promotion]
    lines: Mapping[str, Sequence[int]]
    covers: CoverFiles


def read_file(path: Path) -> Arranged:
    """The worlds and promotions of a file.

    Raises:
        UnreadableFile: it is none, with every mistake that one pass finds.
    """
    try:
        text = path.read_text("utf-8")
        raw = toml_of(text)
        content: _Content = table(_CONVERTER, raw, _Content)
    except (UnicodeDecodeError, NotToml) as error:
        raise UnreadableFile(f"{path.name}: found {error}, expected TOML in UTF-8") from None
    except ClassValidationError as error:
        raise UnreadableFile("\n".join(f"{path.name}: {one}" for one in mistakes(error, ""))) from None
    lines = {heading: [at for at, line in enumerate(text.splitlines(), 1) if line.startswith(f"[[{heading}]]")]
             for heading in ("worlds", "promotions")}
    worlds, covers = _worlds(path.parent, content.worlds)
    return Arranged(worlds, [one.document() for one in content.promotions], lines, covers)


def _worlds(folder: Path, entries: Sequence[_WorldEntry]) -> tuple[list[World], CoverFiles]:
    """The worlds with the covers that they name, and where those lie; covers are measured when they are drawn."""
    worlds, paths, wrong = list[World](), dict[str, Path](), dict[str, str]()
    for one in entries:
        cover = None
        try:
            cover, path = cover_in(folder, one.cover, one.cover_alt) if one.cover else (None, None)
            paths |= {cover.sha256: path} if cover and path else {}
        except ValueError as error:
            wrong[one.code] = str(error)
        worlds.append(one.document(cover))
    return worlds, CoverFiles(paths, wrong)


def import_arrangement(installation: Installation, path: Path, now: int, dry_run: bool = False,
                       told: Told = tell_nobody) -> RewardReceipt:
    """Create or change worlds and promotions by their codes; what the file does not name stays as it is.

    Raises:
        UnreadableFile: as `read_file`. NoDocumentsFolder, DrawingBusy: a cover cannot be taken in.
    """
    arranged = read_file(path)
    told(0, len(arranged.worlds) + len(arranged.promotions))
    covers = drawn(installation, arranged.worlds, arranged.covers, dry_run=dry_run)
    found: RewardReceipt = retrying(partial(_save, installation, arranged, covers, path.name, now, dry_run))
    return found


def _save(installation: Installation, arranged: Arranged, covers: Drawn, file: str, now: int,
          dry_run: bool) -> RewardReceipt:
    receipt, settings = RewardReceipt(file, dry_run=dry_run), installation.programme.settings
    with installation.database.writing() as connection:
        known = known_to(connection, [*arranged.worlds, *arranged.promotions])
        known = attrs.evolve(known, worlds={*known.worlds, *(one.code for one in arranged.worlds)})
        wrong = {**arranged.covers.wrong, **{
            one.code: covers.refused[one.cover.sha256] for one in arranged.worlds
            if one.cover and one.cover.sha256 in covers.refused}}
        keep = partial(_keep, connection, settings, known, arranged.lines, receipt, now)
        keep(WORLDS, [measured(one, covers) for one in arranged.worlds], wrong)
        keep(PROMOTIONS, arranged.promotions, {})
        noted(connection, covers, "import", now)
        if dry_run:
            connection.rollback()
    return receipt


def _keep(connection: Connection, settings: Settings, known: Known, lines: Mapping[str, Sequence[int]],
          receipt: RewardReceipt, now: int, kind: Kept[Any], wanted: Sequence[Any],
          unreadable: Mapping[str, str]) -> None:
    rows, made, seen = kind.rows(connection, lock=True), list[tuple[Any, int]](), set[str]()
    places = [*lines[_heading(kind)], *range(len(wanted))]
    for at, one in zip(places, wanted, strict=False):
        wrong = [flaw.reason for flaw in flaws(settings, one, known)]
        wrong += [unreadable[one.code]] if one.code in unreadable else []
        if one.code in seen:
            wrong.append(f"code: found {one.code!r} twice, expected each once")
        seen.add(one.code)
        if wrong:
            receipt.reject(at, "wrong", f"{_heading(kind)} {one.code}: {'; '.join(wrong)}")
            continue
        before = kind.read(rows[one.code].content) if one.code in rows else None
        if before == one:
            receipt.unchanged += 1
            continue
        made.append((one, rows[one.code].version if before else 0))
        _tell(receipt, before, one)
    write(connection, kind, made, "import", receipt.file, now)


def _tell(receipt: RewardReceipt, before: World | Promotion | None, one: World | Promotion) -> None:
    if before is None:
        receipt.created += 1
        return
    receipt.changed += 1
    receipt.changes += [{"reward": one.code, "path": path, "before": old if isinstance(old, int) else str(old),
                         "after": new if isinstance(new, int) else str(new)}
                        for path, old, new in differences(before, one)]


def mistakes_of(settings: Settings, path: Path, rewards: Collection[str]) -> list[str]:
    """What is wrong in a file of a programme folder, which needs no database; `rewards` are those that it brings."""
    try:
        arranged = read_file(path)
    except UnreadableFile as error:
        return str(error).splitlines()
    known = Known(rewards, [one.code for one in arranged.worlds])
    return [*(f"worlds {code}: {reason}" for code, reason in arranged.covers.wrong.items()),
            *(f"{kind} {one.code}: {flaw.reason}" for kind, some in (("worlds", arranged.worlds),
              ("promotions", arranged.promotions)) for one in some for flaw in flaws(settings, one, known))]


def arrangement_lines(installation: Installation, folder: Path | None = None) -> Iterator[str]:
    """The lines of a TOML file with every world and promotion, each with its end of line; it can be imported again.

    Covers are written below `folder`, for a file that is to lie there; without it they are named by their hashes, which
    only the same installation knows.
    """
    with installation.database.reading() as connection:
        worlds, promotions = WORLDS.every(connection), PROMOTIONS.every(connection)
    covers = written_out(installation, list(worlds.values()), folder)
    for one in sorted(worlds.values(), key=lambda world: (world.position, world.code)):
        yield from _written("worlds", {
            **_common(one), "picture": one.picture, "cover": covers.get(one.code, ""),
            "cover_alt": one.cover.alt if one.cover else {}, **_days(one.visible, "visible_from", "visible_until"),
            **_days(one.redeemable, "redeem_from", "redeem_until")})
    for other in sorted(promotions.values(), key=lambda promotion: (promotion.position, promotion.code)):
        yield from _written("promotions", {
            **_common(other), "worlds": list(other.worlds), **_days(other.window, "valid_from", "valid_until"),
            "points": other.points, "percent": other.percent, "budget": other.budget})


def _common(one: World | Promotion) -> dict[str, Any]:
    return {"code": one.code, "name": one.names, "summary": one.summaries, "published": one.published,
            "position": one.position, "rewards": list(one.rewards), "categories": list(one.categories),
            "groups": list(one.audience.groups), "tiers": list(one.audience.tiers),
            "countries": list(one.audience.countries)}


def _days(window: Window, first: str, last: str) -> dict[str, date]:
    return {name: day for name, day in ((first, window.first), (last, window.last)) if day not in (date.min, date.max)}


def _heading(kind: Kept[Any]) -> str:
    return "worlds" if kind is WORLDS else "promotions"


def _written(heading: str, values: Mapping[str, Any]) -> Iterator[str]:
    """One table; what is empty is left out, as it is where it is read."""
    yield f"[[{heading}]]\n"
    for name, value in values.items():
        if value or name == "published":
            yield f"{name} = {_value(value)}\n"
    yield "\n"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(name)} = {_value(text)}" for name, text in sorted(value.items())) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, str):
        return _quoted(value)
    return plain_number(value) if isinstance(value, Decimal) else str(value)


def _key(name: str) -> str:
    return name if name.isascii() and name.replace("-", "").replace("_", "").isalnum() else _quoted(name)


def _quoted(text: str) -> str:
    """A basic string of TOML."""
    plain = "".join(f"\\u{ord(letter):04x}" if ord(letter) < 32 or ord(letter) == 127 else letter
                    for letter in text.replace("\\", "\\\\").replace('"', '\\"'))
    return f'"{plain}"'
