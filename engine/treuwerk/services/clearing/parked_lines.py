"""Lines that wait for a rule: it failed on them, or was paused. Once it works they are booked."""

from collections.abc import Collection

from treuwerk.domain.failures import PARKED_CODES, RULE_PAUSED
from treuwerk.services.clearing.releasing import Released, release_some
from treuwerk.services.installation import Installation
from treuwerk.store import waiting_lines

_AT_ONCE = 2_000


def release_parked(installation: Installation, now: int, *, actor: str) -> Released:
    """Book lines that wait for rules; those whose rule fails again, or is still paused, go on waiting.

    Those that were only held back go first: the others may be what a rule is paused for again.
    """
    released = Released()
    for codes in ({RULE_PAUSED}, PARKED_CODES - {RULE_PAUSED}):
        _release(installation, codes, now, actor, released)
    return released


def _release(installation: Installation, codes: Collection[str], now: int, actor: str, released: Released) -> None:
    behind = 0, -1
    while True:
        with installation.database.reading() as connection:
            rows = waiting_lines.of_codes(connection, codes, behind, _AT_ONCE)
        if not rows:
            return
        for run_id in dict.fromkeys(row.run_id for row in rows):
            release_some(installation, [row for row in rows if row.run_id == run_id], now, actor, (), released)
        behind = rows[-1].run_id, rows[-1].number
