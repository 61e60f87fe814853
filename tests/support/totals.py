"""A programme with rules over totals: bands and a target of each quarter."""

from collections.abc import Iterable
from pathlib import Path

import treuwerk_bands
import treuwerk_first_time
import treuwerk_streak
import treuwerk_target
from tests.support.worlds import ARTICLES, PARTICIPANTS, SIX_IN_THE_EVENING, World, programme_folder
from treuwerk.services.installation import claim_database, open_installation
from treuwerk.store.database import Database

BANDS = """
[[earning]]
name = "volume"
rule = "bands"
title = { de = "Mengenbonus" }
unit = "bonus"
period = "quarter"
bands = [{ above = 0, points = 1 }, { above = 50, points = 2 }]

[measures]"""
PLUGINS = {"bands": treuwerk_bands, "target": treuwerk_target, "streak": treuwerk_streak,
           "first_time": treuwerk_first_time}


def totals_world(folder: Path, database: Database, rules: str = BANDS, *,
                 other: Iterable[tuple[str, str]] = ()) -> World:
    """Participants and articles, and these rules over totals beside the others."""
    names = "".join(f', "{name}"' for name in PLUGINS)
    place = programme_folder(folder, other=[('"activity_points"', f'"activity_points"{names}'), ("[measures]", rules),
                                            *other])
    claim_database(database, "league", SIX_IN_THE_EVENING)
    world = World(place, open_installation(place, database, PLUGINS))
    assert world.participants(PARTICIPANTS).rejected == 0
    assert world.articles(ARTICLES).rejected == 0
    return world
