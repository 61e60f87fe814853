"""A programme with rules over totals of every kind."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import treuwerk_bands
import treuwerk_first_time
import treuwerk_streak
import treuwerk_target
from tests.support.corrections import bonus, goods
from tests.support.worlds import ARTICLES, PARTICIPANTS, SIX_IN_THE_EVENING, World, programme_folder
from treuwerk.domain.documents import DocumentLine
from treuwerk.services.installation import claim_database, open_installation
from treuwerk.store.database import Database

ALONE = 40
"""Bonus points that a module of 400 Wp earns by itself."""
BANDS = """
[[earning]]
name = "volume"
rule = "bands"
title = { de = "Mengenbonus" }
unit = "bonus"
period = "quarter"
bands = [{ above = 0, points = 1 }, { above = 50, points = 2 }]

[measures]"""
EVERY_KIND = """
[[earning]]
name = "volume"
rule = "bands"
title = { de = "Mengenbonus" }
unit = "bonus"
period = "month"
basis = "wp"
bands = [{ above = 0, points = 0.001 }, { above = 4000, points = 0.0025 }]

[[earning]]
name = "goal"
rule = "target"
title = { de = "Halbjahresziel" }
unit = "bonus"
period = "half_year"
steps = [{ at_least = 10, points = 100 }, { at_least = 20, percent = 700 }]

[[earning]]
name = "faithful"
rule = "streak"
title = { de = "Treue" }
unit = "bonus"
points = 1000
length = 2
at_least_each = 3

[[earning]]
name = "welcome"
rule = "first_time"
title = { de = "Zum ersten Mal" }
unit = "bonus"
points = 10000
each = "article"

[[earning]]
name = "learner"
rule = "target"
title = { de = "Lernziel" }
unit = "bonus"
activity = "seminar"
steps = [{ at_least = 2, points = 7 }]

[measures]"""
PLUGINS: Mapping[str, object] = {"bands": treuwerk_bands, "target": treuwerk_target, "streak": treuwerk_streak,
           "first_time": treuwerk_first_time}


def totals_world(folder: Path, database: Database, rules: str = BANDS, *,
                 other: Iterable[tuple[str, str]] = (), more: Mapping[str, object] | None = None) -> World:
    """Participants and articles, and these rules over totals beside the others; `more` are further plugins."""
    plugins = {**PLUGINS, **(more or {})}
    names = "".join(f', "{name}"' for name in plugins)
    place = programme_folder(folder, other=[('"activity_points"', f'"activity_points"{names}'), ("[measures]", rules),
                                            *other])
    claim_database(database, "league", SIX_IN_THE_EVENING)
    world = World(place, open_installation(place, database, plugins))
    assert world.participants(PARTICIPANTS).rejected == 0
    assert world.articles(ARTICLES).rejected == 0
    return world


def modules(line: int, pieces: int, article: str = "SW-M-400", **more: Any) -> DocumentLine:
    """Modules that are no part of a system."""
    return goods(line, str(pieces), article, features={"scope": "MODULE"}, **more)


def beside(world: World, pieces: int, customer: str = "10017") -> int:
    """What is there beside what so many modules of 400 Wp earned by themselves."""
    return bonus(world, customer) - pieces * ALONE
