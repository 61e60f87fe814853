"""The whole catalogue looked at again: rewards that are published and may not be offered any more, or soon."""

from collections.abc import Collection, Sequence
from datetime import date

import attrs

from treuwerk.domain.catalogue import Reward
from treuwerk.domain.ledger import moment
from treuwerk.domain.rewards import RewardState
from treuwerk.domain.tabular import UnreadableFile
from treuwerk.programme.errors import Mistake
from treuwerk.programme.reading import LoadedProgramme
from treuwerk.programme.settings import Settings
from treuwerk.services.installation import Installation
from treuwerk.services.rewards.arrangement_files import FILE as WORLDS_FILE
from treuwerk.services.rewards.arrangement_files import mistakes_of
from treuwerk.services.rewards.gate import Lacking, ending, lacking
from treuwerk.services.rewards.importing import RewardReceipt, listed_rewards, rows_by_reward
from treuwerk.store import rewards as store

FILE = "catalogue/rewards.csv"
"""Where a programme folder keeps the rewards that it brings."""


@attrs.frozen
class CatalogueFindings:
    """What is wrong in a file (`mistakes`), what may not be offered today, and whose evidence ends soon."""

    mistakes: list[Mistake] = attrs.field(factory=list)
    barred: list[Lacking] = attrs.field(factory=list)
    ending: list[Lacking] = attrs.field(factory=list)


def findings_in_folder(programme: LoadedProgramme, now: int) -> CatalogueFindings:
    """The rewards that a programme folder brings, which need no database; nothing where it brings none."""
    path = programme.folder / FILE
    if not path.is_file():
        return CatalogueFindings()
    receipt, locales = RewardReceipt(path.name), programme.settings.programme.locales
    try:
        found = listed_rewards(programme.settings, rows_by_reward(path, locales, receipt), {}, {}, receipt)
    except UnreadableFile as error:
        return CatalogueFindings([Mistake(FILE, "", str(error))])
    mistakes = [Mistake(f"{FILE}: line {one['line']}", "", one["reason"])
                for one in sorted(receipt.problems, key=lambda problem: int(problem["line"]))]
    mistakes += _in_worlds(programme, found)
    return attrs.evolve(_findings(programme.settings, [one.reward for one in found.values()
                                                       if one.reward.state is RewardState.PUBLISHED], now),
                        mistakes=mistakes)


def _in_worlds(programme: LoadedProgramme, rewards: Collection[str]) -> list[Mistake]:
    """Mistakes in the worlds and promotions that a folder brings."""
    path = programme.folder / WORLDS_FILE
    return [Mistake(WORLDS_FILE, "", reason) for reason in mistakes_of(programme.settings, path, rewards)
            ] if path.is_file() else []


def findings_in_database(installation: Installation, now: int) -> CatalogueFindings:
    """The rewards that are kept and published."""
    with installation.database.reading() as connection:
        rewards = [store.read(row.content) for row in store.every(connection, [RewardState.PUBLISHED])]
    return _findings(installation.programme.settings, rewards, now)


def _findings(settings: Settings, rewards: Sequence[Reward], now: int) -> CatalogueFindings:
    day: date = moment(now).astimezone(settings.programme.time_zone).date()
    return CatalogueFindings(barred=lacking(settings, rewards, day), ending=ending(settings, rewards, day))
