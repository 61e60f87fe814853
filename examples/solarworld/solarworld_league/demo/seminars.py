"""Seminars of two years and who came to them."""

from collections.abc import Iterator, Sequence
from datetime import date
from random import Random

from solarworld_league.demo.calendar import SEASON
from solarworld_league.demo.companies import Company
from solarworld_league.demo.tables import Table

SEMINARS = 30
COLUMNS = ("seminar_code", "held_on", "participant", "person", "attended")
_TOPICS = ("MONTAGE", "SPEICHER", "PLANUNG", "ELEKTRO", "BERATUNG", "BRANDSCHUTZ")
_BUSY_FROM = 1.4
_NO_SHOWS = 0.12

Seat = tuple[Company, str]


def attendance_files(firms: Sequence[Company], days: Sequence[date], random: Random) -> Iterator[tuple[str, Table]]:
    """File names and lists; everybody sits in at least one seminar."""
    seats = [(firm, person) for firm in firms for person in firm.people]
    invited = random.sample(seats, len(seats))
    share = -(-len(seats) // SEMINARS)
    for number, day in enumerate(_dates(days, random)):
        code = f"{_TOPICS[number % len(_TOPICS)]}-{day:%y}-{number + 1:02d}"
        guests = _guests(invited[number * share:(number + 1) * share], seats, random)
        yield f"{day}-{code}.csv", Table(COLUMNS, [_row(code, day, seat, random) for seat in guests])


def _dates(days: Sequence[date], random: Random) -> list[date]:
    """Tuesdays to Thursdays outside of the busy months, when installers have time."""
    quiet = [day for day in days if day.weekday() in (1, 2, 3) and SEASON[day.month - 1] < _BUSY_FROM]
    return sorted(random.sample(quiet, SEMINARS))


def _guests(invited: Sequence[Seat], seats: Sequence[Seat], random: Random) -> list[Seat]:
    """Those invited, and others; certified partners come twice as often as installers."""
    guests = list(invited)
    weights = [2 if firm.group == "certified" else 1 for firm, _ in seats]
    for seat in random.choices(seats, weights, k=random.randint(4, 10)):
        if seat not in guests:
            guests.append(seat)
    return sorted(guests, key=lambda seat: (seat[0].customer_number, seat[1]))


def _row(code: str, day: date, seat: Seat, random: Random) -> list[str]:
    firm, person = seat
    return [code, day.isoformat(), firm.customer_number, person, "no" if random.random() < _NO_SHOWS else "yes"]
