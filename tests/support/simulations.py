"""Changed programmes beside a world, and what they would have come to."""

from datetime import date
from typing import Any

from tests.support.worlds import SIX_IN_THE_EVENING, World
from treuwerk.cli.managing import access_of_operator
from treuwerk.programme.reading import LoadedProgramme, read_programme
from treuwerk.services.installation import Installation
from treuwerk.services.simulation import proposals
from treuwerk.services.simulation.backtest import back_test
from treuwerk.services.simulation.reporting import report, with_names

LATER = SIX_IN_THE_EVENING + 86_400_000_000
THRICE = ("factors = { SYSTEM = 2", "factors = { SYSTEM = 3")
Change = tuple[str, str]


def changed(world: World, *changes: Change) -> LoadedProgramme:
    """The programme of a world with texts of its file replaced; `THRICE` gives systems three times the points."""
    place = world.folder.parent / "next"
    place.mkdir(exist_ok=True)
    text = (world.folder / "programme.toml").read_text("utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    (place / "programme.toml").write_text(text, "utf-8")
    return read_programme(place)


def simulated(world: World, following: LoadedProgramme, *, since: date | None = None) -> dict[str, Any]:
    """The report of a back-test, as people get it."""
    effect = back_test(world.installation, following, LATER, since=since)
    with world.database.reading() as connection:
        return with_names(connection, report(connection, world.installation.programme.settings, following.settings,
                                             effect, LATER, since))


def by_participant(told: dict[str, Any], what: str = "difference") -> dict[tuple[str, str], int]:
    """A figure by customer number and unit, of those who have it."""
    return {(one["participant"], unit): both[what] for one in told["participants"]
            for unit, both in one["points"].items() if both[what]}


def proposed_in(installation: Installation, now: int, *changes: Change, actor: str = "Ada Lovelace",
                reason: str = "more for systems") -> str:
    """The id of a proposal for a programme with texts of its file replaced, as the command line makes it."""
    current = installation.programme
    place = current.folder.parent / "proposed"
    place.mkdir(exist_ok=True)
    text = (current.folder / "programme.toml").read_text("utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    (place / "programme.toml").write_text(text, "utf-8")
    following = read_programme(place)
    effect = back_test(installation, following, now)
    with installation.database.reading() as connection:
        found = report(connection, current.settings, following.settings, effect, now, None)
    return installation.database.run(lambda connection: proposals.propose(
        access_of_operator(actor), connection, current, following, found, reason, now)).public_id
