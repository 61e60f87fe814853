"""Withdrawals from contracts, as consumers may declare them: what is declared, and until when."""

from datetime import date, timedelta

import attrs

WITHDRAWAL = "wdr"
"""What ids of withdrawals begin with."""
LONGEST_NAME, LONGEST_ORDER, LONGEST_CONTACT, LONGEST_WORDS = 200, 60, 200, 1_000
_SATURDAY = 5


@attrs.frozen
class Declared:
    """What somebody declares: from which order, under which name, and where the receipt goes.

    `contact` is a mail address or the number of a participant. `lines` are those of the order, empty for all; `words`
    name a part of it where the lines are not known.
    """

    order: str
    name: str
    contact: str
    words: str = ""
    lines: tuple[int, ...] = ()


def last_day(received: date, days: int) -> date:
    """The last day on which a withdrawal is in time, where all was received on a day.

    German law has 14 days (§ 355 (2) BGB), from the day on which the last of the goods was received (§ 356 (2) no. 1
    BGB); that day does not count itself (§ 187 (1), § 188 (1) BGB). A last day on a Saturday or Sunday gives way to the
    Monday (§ 193 BGB). Public holidays differ from place to place and are not known here, nor whether the person was
    told of the right (§ 356 (3) BGB gives a year more otherwise): so a late declaration is marked and never refused.

    >>> last_day(date(2026, 11, 6), 14).isoformat(), last_day(date(2026, 11, 7), 14).isoformat()
    ('2026-11-20', '2026-11-23')
    """
    last = received + timedelta(days=days)
    return last + timedelta(days=7 - last.weekday()) if last.weekday() >= _SATURDAY else last
