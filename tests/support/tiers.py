"""A league with a tier scheme: silver from 400 status points a year, gold from 1,000 points and one seminar."""

from datetime import date, datetime
from pathlib import Path

import treuwerk_tier_points
from tests.support.portal import PROGRAMME as PORTAL
from tests.support.portal import Portal, open_portal
from tests.support.worlds import BERLIN, World, line, programme_folder
from treuwerk.domain.ledger import instant
from treuwerk.programme.reading import LoadedProgramme, read_programme
from treuwerk.services.clearing.importing import import_articles, import_participants
from treuwerk.services.installation import claim_database, open_installation
from treuwerk.services.tiers.assessing import Assessed, assessed
from treuwerk.store.database import Database

from tests.support.worlds import ARTICLES, PARTICIPANTS, SIX_IN_THE_EVENING  # isort: skip

SCHEME = """
[[tiers]]
code = "silver"
name = { de = "Silber" }

[[tiers]]
code = "gold"
name = { de = "Gold" }

[tier_scheme]
scheme = "tier_points"
lasts = "next_period"

[tier_scheme.metrics.status]
counts = "points"
unit = "status"

[tier_scheme.metrics.seminars]
counts = "activities"
activity = "seminar"

[tier_scheme.tiers.silver]
at_least = { status = 400 }

[tier_scheme.tiers.gold]
at_least = { status = 1000, seminars = 1 }

[measures]"""
PORTAL_SCHEME = """
[[tiers]]
code = "silver"
name = { de = "Silber", en = "Silver", fr = "Argent" }

[[tiers]]
code = "gold"
name = { de = "Gold", en = "Gold", fr = "Or" }

[tier_scheme]
scheme = "tier_points"
lasts = "next_period"

[tier_scheme.metrics.status]
counts = "points"
unit = "status"

[tier_scheme.metrics.seminars]
counts = "activities"
activity = "seminar"
name = { de = "Seminare", en = "seminars", fr = "formations" }

[tier_scheme.tiers.silver]
at_least = { status = 1000 }

[tier_scheme.tiers.gold]
at_least = { status = 5000, seminars = 1 }

"""
PLUGIN = ('"activity_points"', '"activity_points", "tier_points"')


def tier_programme(folder: Path, *changes: tuple[str, str]) -> LoadedProgramme:
    """The league with the scheme and these texts changed."""
    return read_programme(_folder(folder, *changes), {"tier_points": treuwerk_tier_points})


def _folder(folder: Path, *changes: tuple[str, str]) -> Path:
    return programme_folder(folder, other=[PLUGIN, ("[measures]", SCHEME), *changes])


def tier_world(folder: Path, database: Database, *changes: tuple[str, str]) -> World:
    """Three participants and three articles, no purchases."""
    place = _folder(folder, *changes)
    claim_database(database, "league", SIX_IN_THE_EVENING)
    world = World(place, open_installation(place, database, {"tier_points": treuwerk_tier_points}))
    import_participants(world.installation, world.file("participants.csv", PARTICIPANTS), at("2024-01-01"))
    import_articles(world.installation, world.file("articles.csv", ARTICLES), at("2024-01-01"))
    return world


def tier_portal(folder: Path, database: Database) -> Portal:
    """The portal's programme with a scheme: silver from 1,000 status points a year, gold from 5,000, kept for two."""
    head, _, tail = PORTAL.partition("[[tiers]]")
    rest = tail[tail.index("[[earning]]"):]
    text = head.replace(*PLUGIN) + PORTAL_SCHEME + rest
    return open_portal(folder, database, text, {"tier_points": treuwerk_tier_points})


def at(day: str, time: str = "18:00") -> int:
    """An instant in the programme's zone."""
    return instant(datetime.fromisoformat(f"{day} {time}").replace(tzinfo=BERLIN))


def buys(world: World, number: str, day: str, points: int, *, booked: str = "", customer: str = "10017") -> None:
    """So many status points, in modules of 40 each, delivered on a day and booked in its evening."""
    assert points % 40 == 0
    now = at(booked or day)
    receipt = world.clear([line(number, delivered_on=day, customer_number=customer, quantity=str(points // 40),
                                scope="MODULE")], name=f"{number}.csv", now=now)
    assert receipt.tally.booked == 1


def stands(world: World, account_id: int, day: str) -> Assessed:
    """How an account stands at the end of a day."""
    with world.database.reading() as connection:
        return assessed(connection, world.installation.programme.settings, [account_id],
                        date.fromisoformat(day))[account_id]
