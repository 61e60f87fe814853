"""The rewards of a programme folder, held against its constraints on a day."""

from datetime import date, datetime, time
from pathlib import Path

from treuwerk.domain.ledger import instant
from treuwerk.programme.reading import read_programme
from treuwerk.services.rewards.checking import findings_in_folder


def check_rewards(folder: Path, day: date) -> None:
    """Every row of ``catalogue/rewards.csv`` can be read, and every published reward may be offered on a day.

    Raises:
        AssertionError: with everything that speaks against it.
    """
    programme = read_programme(folder)
    noon = datetime.combine(day, time(12), programme.settings.programme.time_zone)
    found = findings_in_folder(programme, instant(noon))
    assert not found.mistakes, "\n".join(map(str, found.mistakes))
    assert not found.barred, "\n".join(f"{one.variant or one.reward}: {one.reason}" for one in found.barred)
