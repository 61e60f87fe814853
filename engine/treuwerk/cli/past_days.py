"""``--as-of``: questions about the end of a past day."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])
DAY = click.DateTime(["%Y-%m-%d"])


def as_of_option(words: str) -> Callable[[F], F]:
    """The option, with its help."""
    return click.option("--as-of", type=DAY, metavar="DATE", help=words)


def closing_of(installation: Any, day: datetime | date, now: int) -> Any:
    """The closing of a civil day of the programme's zone.

    Raises:
        click.BadParameter: the day is not over.
    """
    from treuwerk.services.ledger.closing import DayNotOver, closed, end_of_day

    zone = installation.programme.settings.programme.time_zone
    civil = day.date() if isinstance(day, datetime) else day
    try:
        return closed(installation.database, end_of_day(civil, zone, now), now)
    except DayNotOver as error:
        raise click.BadParameter(str(error), param_hint="--as-of") from error


def basis(day: datetime, closing: Any) -> dict[str, Any]:
    """What an answer about the past rests on, for JSON."""
    from treuwerk.domain.ledger import moment

    return {"as_of": day.date().isoformat(), "until": moment(closing.as_of).isoformat(),
            "sequence": closing.last_sequence, "head": closing.head}
