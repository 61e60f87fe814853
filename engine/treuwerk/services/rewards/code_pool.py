"""Pools of voucher codes: filled by file, counted as stock, and emptied of what ended.

The stock of a variant with codes is what is kept for orders and the codes that are still good for long enough. Whoever
adds or takes codes locks its row of the stock first.
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain.reading import Unreadable, calendar_date
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_kinds import Fulfilment, RewardTerms
from treuwerk.domain.tabular import BadLine
from treuwerk.domain.voucher_codes import BITS, Code, CodeState, written
from treuwerk.services.identity.keyring import Keyring
from treuwerk.services.installation import Installation
from treuwerk.services.master_files import BadRow, ImportReceipt, NamedRow, Told, named_rows, short, tell_nobody
from treuwerk.services.rewards.code_vault import Vault, open_vault
from treuwerk.services.rewards.pools import recount, terms_by_variant, today
from treuwerk.store import voucher_codes as store
from treuwerk.store.retrying import retrying

COLUMNS = ("variant", "code", "pin", "valid_until")
MOST = 1_000_000
"""Codes that are made at once."""


@attrs.frozen
class Pool:
    """The codes of a variant; `first_end` is the first day on which a free one ends, empty where none does."""

    variant: str
    free: int = 0
    taken: int = 0
    revealed: int = 0
    lapsed: int = 0
    first_end: str = ""


@attrs.frozen
class _Listed:
    """A code as a file has it."""

    at: int
    variant: str
    code: Code
    valid_until: date


def import_codes(installation: Installation, path: Path, keys: Keyring, now: int, dry_run: bool = False,
                 told: Told = tell_nobody) -> ImportReceipt:
    """Put codes into the pools of their variants; one that is there already stays as it is.

    Raises:
        UnreadableFile: the file as a whole is none of codes.
        UnknownKey: codes are sealed by a key that is not there.
    """
    receipt = ImportReceipt(path.name, dry_run=dry_run)
    listed = list(_listed(path, today(installation.programme.settings, now), receipt, told))
    found: ImportReceipt = retrying(partial(_save, installation, listed, keys, receipt, now))
    found.problems.sort(key=lambda problem: problem["line"])
    return found


def make_codes(installation: Installation, variant: str, pieces: int, valid_until: date, keys: Keyring,
               now: int) -> list[str]:
    """Fill a pool with codes of our own, 64 random bits each; they are told now, and never again.

    Raises:
        Refusal: `no_pool`: the variant is not known or its kind has no codes; `wrong_quantity`, `day_is_over`.
        UnknownKey: codes are sealed by a key that is not there.
    """
    if not 0 < pieces <= MOST:
        raise Refusal("wrong_quantity", f"found {pieces}, expected 1 to {MOST:,} codes")
    if valid_until < (day := today(installation.programme.settings, now)):
        raise Refusal("day_is_over", f"found {valid_until}, expected {day} or a later day")
    made = list({written(secrets.randbits(BITS)): None for _ in range(pieces)})
    rows = [_Listed(at, variant, Code(code), valid_until) for at, code in enumerate(made, 1)]
    receipt: ImportReceipt = retrying(partial(_save, installation, rows, keys, ImportReceipt("made"), now))
    if receipt.problems:
        raise Refusal("no_pool", receipt.problems[0]["reason"])
    return made


def pools(installation: Installation) -> list[Pool]:
    """All pools, by variant."""
    with installation.database.reading() as connection:
        return pools_from(store.pools(connection))


def pools_from(rows: Iterable[Row[Any]]) -> list[Pool]:
    """The pools of rows by variant and state."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        one = found.setdefault(row.variant, {})
        one[row.state] = row.codes
        if row.state == CodeState.FREE and row.first_end < date.max.isoformat():
            one["first_end"] = row.first_end
    return [Pool(variant, **values) for variant, values in found.items()]


def _listed(path: Path, day: date, receipt: ImportReceipt, told: Told) -> Iterator[_Listed]:
    for line in named_rows(path, COLUMNS[:2], told):
        if isinstance(line, BadLine):
            receipt.reject(line.at, line.code, line.reason)
            continue
        try:
            yield _read(line, day)
        except BadRow as error:
            receipt.reject(line.at, error.code, str(error))


def _read(row: NamedRow, day: date) -> _Listed:
    if unknown := row.extra(COLUMNS):
        raise BadRow("unknown_column", f"found the column {next(iter(unknown))}, expected {', '.join(COLUMNS)}")
    try:
        last = calendar_date(cell) if (cell := row.cells.get("valid_until", "")) else date.max
    except Unreadable as error:
        raise BadRow("bad_date", f"column valid_until: {error}") from None
    if last < day:
        raise BadRow("bad_date", f"column valid_until: found {last}, expected {day} or a later day")
    return _Listed(row.at, row.key("variant"), Code(row.key("code"), short("pin", row.cells.get("pin", ""))), last)


def _save(installation: Installation, listed: Sequence[_Listed], keys: Keyring, so_far: ImportReceipt,
          now: int) -> ImportReceipt:
    receipt = attrs.evolve(so_far, problems=[*so_far.problems])
    settings = installation.programme.settings
    with installation.database.writing() as connection:
        terms = terms_by_variant(connection, settings, {one.variant for one in listed})
        good = [one for one in listed if _has_pool(one, terms, receipt)]
        with_pool = {one.variant for one in good}
        store.lock_stocks(connection, with_pool, now)
        _add(connection, open_vault(connection, keys, now), good, receipt, now)
        recount(connection, settings, with_pool, now)
        if receipt.dry_run:
            connection.rollback()
    return receipt


def _has_pool(one: _Listed, terms: Mapping[str, RewardTerms], receipt: ImportReceipt) -> bool:
    known = terms.get(one.variant)
    if known is None:
        receipt.reject(one.at, "unknown_variant", f"column variant: found {one.variant!r}, expected a variant of a "
                       "reward; import the reward first")
    elif known.fulfilment is not Fulfilment.CODE:
        receipt.reject(one.at, "no_pool", f"column variant: found {one.variant!r}, which is none of a kind with codes; "
                       "expected one of a kind such as voucher_codes")
    return known is not None and known.fulfilment is Fulfilment.CODE


def _add(connection: Connection, vault: Vault, listed: Sequence[_Listed], receipt: ImportReceipt, now: int) -> None:
    """Store what is not known yet; a code that stands twice in a file is one."""
    by_print = {vault.fingerprint(one.variant, one.code.code): one for one in reversed(listed)}
    known = store.known(connection, sorted(by_print))
    fresh = {fingerprint: one for fingerprint, one in by_print.items() if fingerprint not in known}
    store.add(connection, [
        {"fingerprint": fingerprint, "variant": one.variant, "sealed": vault.seal(fingerprint, one.code),
         "valid_until": one.valid_until.isoformat()} for fingerprint, one in fresh.items()], receipt.file, now)
    receipt.created, receipt.unchanged = len(fresh), len(listed) - len(fresh)
