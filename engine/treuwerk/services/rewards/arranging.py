"""Worlds and promotions: looked at, checked, saved as new versions, and taken back to an earlier one."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Generic, TypeVar

import attrs
from sqlalchemy import Connection, Row
from sqlalchemy.exc import IntegrityError

from treuwerk.domain.catalogue import Window
from treuwerk.domain.promotions import Promotion, World
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access, OutOfScope
from treuwerk.programme.languages import fallbacks
from treuwerk.programme.settings import CODE, Settings
from treuwerk.services.auditing import note_act
from treuwerk.store import promotions as store
from treuwerk.store import rewards as reward_store
from treuwerk.store.promotions import PROMOTIONS, WORLDS, Kept

READ, WRITE, PUBLISH = "catalogue.read", "catalogue.write", "catalogue.publish"
MOST = 2_000
"""Rewards that a world or a promotion names at most; more belong into a category."""
LARGEST = 1_000_000_000
_MEASURED = ("cover.width", "cover.height")
"""What follows from the file of a cover, and is nothing that anybody changed."""
T = TypeVar("T", World, Promotion)


@attrs.frozen
class Filed(Generic[T]):
    """A world or promotion with its version; `spent` are the points that a promotion has given away."""

    one: T
    version: int
    changed_by: str
    changed_at: int
    spent: int = 0


@attrs.frozen
class Version(Generic[T]):
    """One version that ever was; `source` says which way it came: a page, or the name of a file."""

    one: T
    version: int
    actor: str
    source: str
    made_at: int


@attrs.frozen
class Flaw:
    """What is wrong with one field: a code, what was found and what was expected, in English."""

    field: str
    code: str
    found: str = ""
    expected: str = ""

    @property
    def reason(self) -> str:
        """The flaw as a sentence."""
        return f"{self.field}: found {self.found or 'nothing'}, expected {self.expected}"


class ArrangementChanged(Exception):
    """Somebody saved a world or promotion a moment before; `filed` is how it stands now."""

    def __init__(self, filed: Any) -> None:
        super().__init__("it was changed by somebody else meanwhile")
        self.filed = filed


@attrs.frozen
class Known:
    """What worlds and promotions may name."""

    rewards: Collection[str]
    worlds: Collection[str]


def listed(access: Access, connection: Connection, kind: Kept[T]) -> list[Filed[T]]:
    """All worlds, or all promotions, in the order of display.

    Raises:
        NotAllowed: the catalogue may not be seen.
    """
    access.require(READ)
    spent = store.spent(connection)
    found = [_filed(kind, row, spent) for row in kind.rows(connection).values()]
    return sorted(found, key=lambda filed: (filed.one.position, filed.one.code))


def one_of(access: Access, connection: Connection, kind: Kept[T], code: str) -> Filed[T]:
    """One of them.

    Raises:
        NotAllowed: as `listed`. OutOfScope: there is none of this code.
    """
    access.require(READ)
    rows = kind.rows(connection)
    if code not in rows:
        raise OutOfScope
    return _filed(kind, rows[code], store.spent(connection))


def history(access: Access, connection: Connection, kind: Kept[T], code: str) -> Sequence[Version[T]]:
    """All versions of one, the newest first.

    Raises:
        NotAllowed: as `listed`.
    """
    access.require(READ)
    return [Version(kind.read(row.content), row.version, row.actor, row.source, row.made_at)
            for row in kind.history(connection, code)]


def save(access: Access, connection: Connection, settings: Settings, kind: Kept[T], one: T, version: int,
         now: int) -> Filed[T]:
    """Save one as its next version; `version` is the one that was looked at, 0 for a new one.

    Raises:
        NotAllowed: also where it is published, or was, and publishing is not allowed.
        ArrangementChanged: somebody was faster. Refusal: `code_taken`, or the first flaw with its field.
    """
    access.require(WRITE)
    rows = kind.rows(connection, lock=True)
    before = _filed(kind, rows[one.code], {}) if one.code in rows else None
    if one.published or (before and before.one.published):
        access.require(PUBLISH)
    if before and not version:
        raise Refusal("code_taken", f"found {one.code!r} there, expected a code that none has", field="code")
    if (before.version if before else 0) != version:
        raise ArrangementChanged(before)
    for flaw in flaws(settings, one, known_to(connection, [one])):
        raise Refusal(flaw.code, flaw.reason, field=flaw.field, found=flaw.found)
    try:
        write(connection, kind, [(one, version)], access.actor, "page", now)
    except IntegrityError:  # somebody made one of this code a moment ago
        raise Refusal("code_taken", f"found {one.code!r} there, expected a code that none has", field="code") from None
    changed = differences(before.one if before else None, one)
    note_act(connection, access, f"{_noun(kind)}.save", 0, one.code, now=now,
             before={path: str(old) for path, old, _ in changed if path != "code"},
             after={path: str(new) for path, _, new in changed if path != "code"})
    return one_of(access, connection, kind, one.code)


def restore(access: Access, connection: Connection, settings: Settings, kind: Kept[T], code: str, wanted: int,
            version: int, now: int) -> Filed[T]:
    """Make an earlier version the newest one.

    Raises:
        OutOfScope: there is no such version. As `save` else.
    """
    versions = {one.version: one.one for one in history(access, connection, kind, code)}
    if wanted not in versions:
        raise OutOfScope
    return save(access, connection, settings, kind, versions[wanted], version, now)


def write(connection: Connection, kind: Kept[T], made: Sequence[tuple[T, int]], actor: str, source: str,
          now: int) -> None:
    """Write checked ones with the versions that they had, and the budgets of promotions."""
    kind.save(connection, made, actor, source, now)
    store.set_budgets(connection, _budgets([one for one, _ in made]), now)


def _budgets(made: Iterable[World | Promotion]) -> dict[str, int]:
    return {one.code: one.budget for one in made if isinstance(one, Promotion)}


def known_to(connection: Connection, some: Iterable[World | Promotion]) -> Known:
    """Which of the rewards that some name there are, and all worlds."""
    named = {number for one in some for number in (*one.rewards, *([one.picture] if isinstance(one, World) else []))}
    return Known(set(reward_store.contents(connection, named)), list(WORLDS.every(connection)))


def flaws(settings: Settings, one: World | Promotion, known: Known) -> Iterator[Flaw]:
    """All that is wrong with one. What is not published yet may lack names, rewards and a price."""
    if not CODE.fullmatch(one.code):
        yield Flaw("code", "bad_code", repr(one.code), "small letters, digits and _")
    yield from _unknown(settings, one, known)
    if len(one.rewards) > MOST:
        yield Flaw("rewards", "too_many", str(len(one.rewards)), f"at most {MOST:,}")
    yield from _windows(one)
    yield from (_bad_promotion(one) if isinstance(one, Promotion) else ())
    if one.published:
        yield from _unready(settings, one)
        yield from _silent_cover(settings, one) if isinstance(one, World) else ()


def _unknown(settings: Settings, one: World | Promotion, known: Known) -> Iterator[Flaw]:
    audience = one.audience
    named: dict[str, tuple[Sequence[str], Collection[str]]] = {
        "rewards": (one.rewards, known.rewards), "categories": (one.categories, settings.rewards.categories),
        "groups": (audience.groups, settings.groups), "tiers": (audience.tiers, [tier.code for tier in settings.tiers])}
    if settings.programme.countries:
        named["countries"] = (audience.countries, settings.programme.countries)
    if isinstance(one, Promotion):
        named["worlds"] = (one.worlds, known.worlds)
    elif one.picture:
        named["picture"] = ([one.picture], known.rewards)
    for field, (values, there) in named.items():
        if missing := [value for value in values if value not in there]:
            some = f": {', '.join(sorted(there))}" if 0 < len(there) <= 12 and field != "rewards" else ""
            yield Flaw(field, "unknown", ", ".join(missing[:5]), f"{field} that are there{some}")
        if twice := [value for value, times in Counter(values).items() if times > 1]:
            yield Flaw(field, "twice", ", ".join(twice[:5]), "each once")


def _windows(one: World | Promotion) -> Iterator[Flaw]:
    windows: Mapping[str, Window] = {"window": one.window} if isinstance(one, Promotion) else {
        "visible": one.visible, "redeemable": one.redeemable}
    for field, window in windows.items():
        if window.last < window.first:
            yield Flaw(field, "backwards", f"{window.first} until {window.last}", "an end that is not before it")


def _bad_promotion(one: Promotion) -> Iterator[Flaw]:
    for field in ("points", "budget"):
        if not 0 <= getattr(one, field) <= LARGEST:
            yield Flaw(field, "bad_number", str(getattr(one, field)), f"0 to {LARGEST:,}")
    if not 0 <= one.percent < 100:
        yield Flaw("percent", "bad_number", str(one.percent), "less than 100")
    if one.points and one.percent:
        yield Flaw("percent", "two_prices", "points and per cent", "one of them")


def _unready(settings: Settings, one: World | Promotion) -> Iterator[Flaw]:
    for locale in settings.programme.locales:
        if not any(one.names.get(code) for code in fallbacks(locale)):
            yield Flaw(f"name_{locale}", "no_name", "", "a name in each language before it is published")
    if not (one.rewards or one.categories or (isinstance(one, Promotion) and one.worlds)):
        yield Flaw("rewards", "no_rewards", "", "rewards or categories before it is published")
    if isinstance(one, Promotion) and not (one.points or one.percent):
        yield Flaw("percent", "no_price", "", "points or per cent before it is published")


def _silent_cover(settings: Settings, one: World) -> Iterator[Flaw]:
    """A cover of which nothing says what is on it, for those who do not see it."""
    if one.cover is None:
        return
    for locale in settings.programme.locales:
        if not any(one.cover.alt.get(code) for code in fallbacks(locale)):
            yield Flaw(f"cover_alt_{locale}", "no_alt", "", "what is on the cover in each language before it is "
                       "published")


def differences(before: World | Promotion | None, after: World | Promotion) -> list[tuple[str, Any, Any]]:
    """What another version has otherwise: path, before and after."""
    old, new = dict(_leaves("", before)) if before else {}, dict(_leaves("", after))
    return [(path, old.get(path, ""), new.get(path, "")) for path in {**old, **new}
            if path not in _MEASURED and (old.get(path) or "") != (new.get(path) or "")]


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if attrs.has(type(value)):
        value = {field.name: getattr(value, field.name) for field in attrs.fields(type(value))}
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from _leaves(f"{path}.{name}" if path else name, part)
    elif isinstance(value, list | tuple):
        yield path, ", ".join(value)
    else:
        yield path, "" if value in (date.min, date.max) else value


def _filed(kind: Kept[T], row: Row[Any], spent: Mapping[str, int]) -> Filed[T]:
    return Filed(kind.read(row.content), row.version, row.changed_by, row.changed_at, spent.get(row.code, 0))


def _noun(kind: Kept[Any]) -> str:
    return "promotion" if kind is PROMOTIONS else "world"
