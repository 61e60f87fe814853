"""Whether the clock can be believed before points are booked out for good: expired points do not come back."""

from datetime import timedelta

from sqlalchemy import Connection

from treuwerk.domain.ledger import moment
from treuwerk.domain.refusals import Refusal
from treuwerk.store import due

_DAY = timedelta(days=1) // timedelta(microseconds=1)
BEHIND = timedelta(minutes=10) // timedelta(microseconds=1)
AHEAD_DAYS = 400


class ImplausibleClock(Refusal):
    """The clock may be wrong; the message says what was found and what to do."""

    def __init__(self, found: str, remedy: str) -> None:
        super().__init__("implausible_clock", f"{found}. Nothing was expired: {remedy}. If the clock is right, look at "
                         "treuwerk expire --dry-run --confirm, then run it with --confirm")


def check_clock(connection: Connection, now: int) -> None:
    """See that the clock fits to what was booked last, in both directions.

    Raises:
        ImplausibleClock: it does not.
    """
    newest = due.newest_booking(connection)
    if newest is not None and now < newest - BEHIND:
        raise ImplausibleClock(
            f"the clock says {local(now)}, but something was booked at {local(newest)} already",
            "was the clock set back, or did it run ahead before? Set it right")
    _check_ahead(newest, now)


def check_ahead(connection: Connection, now: int) -> None:
    """See that the clock is not far ahead of what was booked last; costs little where it is not.

    Raises:
        ImplausibleClock: it is.
    """
    if now - (due.newest_seal(connection) or 0) > AHEAD_DAYS * _DAY:
        _check_ahead(due.newest_booking(connection), now)


def _check_ahead(newest: int | None, now: int) -> None:
    if newest is not None and now - newest > AHEAD_DAYS * _DAY:
        raise ImplausibleClock(
            f"the clock says {local(now)}, {(now - newest) // _DAY:,} days after the last booking ({local(newest)})",
            f"more than {AHEAD_DAYS} days without any booking are rare; see that the clock is right")


def local(at: int) -> str:
    """An instant as people read it."""
    return moment(at).strftime("%Y-%m-%d %H:%M:%S UTC")
