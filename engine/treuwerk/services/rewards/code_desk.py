"""Voucher codes brought by hand: what is new is sealed at once, and no page ever shows a code."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import attrs
from sqlalchemy import Connection

from treuwerk.domain.catalogue import Reward
from treuwerk.domain.reading import Unreadable, calendar_date
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_kinds import Fulfilment
from treuwerk.domain.rights import Access
from treuwerk.domain.voucher_codes import Code
from treuwerk.programme.settings import Settings
from treuwerk.services.auditing import note_act
from treuwerk.services.identity.keyring import Keyring
from treuwerk.services.master_files import LONGEST_KEY
from treuwerk.services.rewards.code_pool import Pool, pools_from
from treuwerk.services.rewards.code_vault import open_vault
from treuwerk.services.rewards.drafts import working
from treuwerk.services.rewards.editing import READ, WRITE
from treuwerk.services.rewards.kinds import terms_by_kind
from treuwerk.services.rewards.pools import recount, terms_by_variant
from treuwerk.store import voucher_codes as store

MOST_AT_ONCE = 10_000
_HEADINGS = frozenset({"code", "codes", "gutscheincode", "code promo"})
_CELLS = 3


@attrs.frozen
class TypedCode:
    """A code as a line has it; without a last day it is good for ever."""

    line: int
    code: Code = attrs.field(repr=False)
    valid_until: date = date.max


@attrs.frozen
class CodesAdded:
    """How many codes are new; lines whose code was there already, and lines whose code stands further up."""

    added: int
    known: tuple[int, ...] = ()
    twice: tuple[int, ...] = ()


def has_codes(settings: Settings, one: Reward) -> bool:
    """Whether a reward is of a kind with voucher codes."""
    terms = terms_by_kind(settings).get(one.kind)
    return terms is not None and terms.fulfilment is Fulfilment.CODE


def code_pools(access: Access, connection: Connection, settings: Settings, one: Reward) -> dict[str, Pool]:
    """How many codes of each variant of a reward there are, and what became of them; nothing of another kind.

    Raises:
        NotAllowed.
    """
    access.require(READ)
    if not has_codes(settings, one):
        return {}
    numbers = [variant.number for variant in one.variants]
    found = {pool.variant: pool for pool in pools_from(store.pools(connection, numbers))}
    return {number: found.get(number, Pool(number)) for number in numbers}


def decoded(content: bytes) -> str:
    """The text of a file of codes: UTF-8, UTF-16 with its mark, or as Windows writes it in western Europe.

    >>> decoded("A-1".encode("utf-8-sig")), decoded("Grün-1".encode("cp1252")), decoded("A".encode("utf-16"))
    ('A-1', 'Grün-1', 'A')

    Raises:
        Refusal: `no_text`.
    """
    encodings = ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Refusal("no_text", "found a file that is no text, expected one code in each line")


def typed_codes(text: str, last: date | None, day: date) -> list[TypedCode]:
    """The codes of a text, one in each line; behind a code may stand its PIN and its last day, each after ; or a tab.

    `last` is the last day of those that name none. A heading is left out.

    Raises:
        Refusal: `no_codes`; `too_many_codes` (most); `bad_codes` (lines): nothing of the text was taken.
    """
    lines = [(at, line) for at, line in enumerate(text.splitlines(), 1) if line.strip()]
    if lines and _cells(lines[0][1])[0].lower() in _HEADINGS:
        del lines[0]
    if not lines:
        raise Refusal("no_codes", "found no code, expected one in each line")
    if len(lines) > MOST_AT_ONCE:
        raise Refusal("too_many_codes", f"found {len(lines):,} codes, expected at most {MOST_AT_ONCE:,} at once",
                      most=MOST_AT_ONCE)
    found, bad = list[TypedCode](), list[int]()
    for at, line in lines:
        try:
            found.append(_typed(at, _cells(line), last or date.max, day))
        except ValueError:
            bad.append(at)
    if bad:
        raise Refusal("bad_codes", f"found lines that are no code: {', '.join(map(str, bad[:20]))}; expected a code, "
                      "its PIN and its last day", lines=", ".join(map(str, bad[:20])))
    return found


def add_codes(access: Access, connection: Connection, settings: Settings, keys: Keyring, number: str, variant: str,
              codes: Sequence[TypedCode], now: int) -> CodesAdded:
    """Put codes into the pool of a variant; those that are there already stay as they are.

    Of a reward that nobody can order yet they lie there until it is published.

    Raises:
        NotAllowed. OutOfScope: there is no such reward. UnknownKey: codes are sealed by a key that is not there.
        Refusal: `no_pool`: its kind has no codes; `no_such_variant`.
    """
    access.require(WRITE)
    one = working(connection, number).reward
    if not has_codes(settings, one):
        raise Refusal("no_pool", f"found a reward of the kind {one.kind!r}, expected one of a kind with codes")
    if variant not in {known.number for known in one.variants}:
        raise Refusal("no_such_variant", f"found {variant!r}, expected a variant of this reward")
    ordered = [found for found, terms in terms_by_variant(connection, settings, [variant]).items()
               if terms.fulfilment is Fulfilment.CODE]
    store.lock_stocks(connection, ordered, now)
    added = _added(connection, keys, variant, codes, access.actor, now)
    recount(connection, settings, ordered, now)
    note_act(connection, access, "reward.codes", 0, number, now=now,
             after={"variant": variant, "added": added.added, "known": len(added.known), "twice": len(added.twice)})
    return added


def _added(connection: Connection, keys: Keyring, variant: str, codes: Sequence[TypedCode], actor: str,
           now: int) -> CodesAdded:
    vault = open_vault(connection, keys, now)
    by_print, twice = dict[str, TypedCode](), list[int]()
    for one in codes:
        fingerprint = vault.fingerprint(variant, one.code.code)
        if by_print.setdefault(fingerprint, one) is not one:
            twice.append(one.line)
    known = store.known(connection, sorted(by_print))
    store.add(connection, [_row(fingerprint, variant, vault.seal(fingerprint, one.code), one.valid_until)
                           for fingerprint, one in by_print.items() if fingerprint not in known], actor, now)
    return CodesAdded(len(by_print) - len(known), tuple(sorted(by_print[one].line for one in known)), tuple(twice))


def _row(fingerprint: str, variant: str, sealed: str, last: date) -> Mapping[str, Any]:
    return {"fingerprint": fingerprint, "variant": variant, "sealed": sealed, "valid_until": last.isoformat()}


def _cells(line: str) -> list[str]:
    return [cell.strip().strip('"') for cell in line.replace("\t", ";").split(";")]


def _typed(at: int, cells: Sequence[str], last: date, day: date) -> TypedCode:
    code, pin, until, *more = [*cells, "", ""][:max(len(cells), _CELLS)]
    try:
        valid_until = calendar_date(until) if until else last
    except Unreadable as error:
        raise ValueError(str(error)) from None
    if any(more) or not code or max(len(code), len(pin)) > LONGEST_KEY or valid_until < day or not (
            code.isprintable() and pin.isprintable()):
        raise ValueError(code)
    return TypedCode(at, Code(code, pin), valid_until)


def running_out(settings: Settings, pools: Mapping[str, Pool]) -> Iterator[str]:
    """Variants of which only few codes are left to be ordered."""
    yield from (number for number, pool in pools.items() if pool.free <= settings.rewards.stock_low)
