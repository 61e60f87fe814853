"""Two believable years of the SolarWorld League, made from a seed: the same bytes for the same arguments."""

from datetime import date
from pathlib import Path
from random import Random

from solarworld_league.demo.calendar import two_years
from solarworld_league.demo.companies import companies, participant_rows
from solarworld_league.demo.deliveries import daily_files
from solarworld_league.demo.outings import outings
from solarworld_league.demo.reports import write_reports
from solarworld_league.demo.seminars import attendance_files
from solarworld_league.demo.tables import MASTER, Table
from solarworld_league.demo.vouchers import vouchers
from treuwerk.hookspecs import DemoLogin

LOGINS = (
    DemoLogin("Large certified partner", "10017", "Katharina Brandmaier", "de"),
    DemoLogin("Small installer", "10109", "Ciara Donnelly", "en"),
    DemoLogin("French certified partner", "40011", "Nathalie Schwebel", "fr"),
)
DATA = Path(__file__).parent / "data"
PARTICIPANTS = ("customer_number", "name", "group", "country", "locale", "email", "street", "postcode", "city",
                "identifiers")


def write(folder: Path, seed: int, end: date) -> None:
    """Fill a new or empty folder with the master data, seminars and deliveries of the two years up to `end`.

    Layout: ``participants.csv``, ``articles.csv``, ``clerks.csv``, ``notes.csv``, ``colleagues.csv``,
    ``addresses.csv``, ``sellers.csv``, ``codes.csv``, ``seats.csv``, ``orders.csv``, ``submissions.csv`` with
    the files that it names in ``submissions/``, ``attendance/YYYY-MM-DD-<code>.csv``, and ``deliveries/YYYY-MM-DD.csv``
    for each working day.
    """
    days, firms = two_years(end), companies()
    rows = participant_rows(firms, _chance(seed, "participants"))
    Table(PARTICIPANTS, rows).save(folder / "participants.csv")
    (folder / "articles.csv").write_bytes(MASTER.read_bytes())
    for name in ("clerks.csv", "notes.csv", "colleagues.csv", "addresses.csv", "sellers.csv", "orders.csv"):
        (folder / name).write_bytes((DATA / name).read_bytes())
    for name, table in attendance_files(firms, days, _chance(seed, "seminars")):
        table.save(folder / "attendance" / name)
    for name, table in daily_files(firms, days, _chance(seed, "deliveries")):
        table.save(folder / "deliveries" / name)
    vouchers(_chance(seed, "vouchers"), end).save(folder / "codes.csv")
    outings(_chance(seed, "outings"), end).save(folder / "seats.csv")
    write_reports(folder, firms, end, _chance(seed, "reports"))


def _chance(seed: int, purpose: str) -> Random:
    """A stream for each purpose, so that one more seminar does not change the deliveries."""
    return Random(f"{seed} {purpose}")
