"""What `treuwerk check` finds in ``[assembly]``."""

from pathlib import Path

import pytest

from tests.support.assemblies import SYSTEM
from tests.support.worlds import programme_folder
from treuwerk.programme.errors import ProgrammeError
from treuwerk.programme.reading import read_programme


@pytest.mark.parametrize(("old", "new", "found"), [
    ('alone = "MODULE"', 'alone = "SYSTEM"', "assembly.alone: found 'SYSTEM', expected another value"),
    ("share = 0.5\n", "", "assembly.parts.inverter.of: found 'of' without 'share'"),
    ('of = "modules"', 'of = "panels"', "assembly.parts.inverter.of: found 'panels', expected another part: modules"),
    ("share = 0.5", "share = 0", "assembly.parts.inverter.share: found 0, expected > 0"),
    ("within_days = 30", "within_days = -1", "assembly.within_days: found -1, expected >= 0"),
    ('missing = "derive"', 'missing = "guess"', "assembly.missing: found 'guess', expected one of"),
    ("at_least = 4", "at_leats = 4", "assembly.parts.mounting.at_leats: found a key that is not known here")])
def test_a_mistake_in_what_makes_a_whole_is_told(tmp_path: Path, old: str, new: str, found: str) -> None:
    folder = programme_folder(tmp_path / "league", other=[("[measures]", SYSTEM.replace(old, new))])

    with pytest.raises(ProgrammeError) as error:
        read_programme(folder)

    assert found in str(error.value)


def test_parts_are_needed_where_they_shall_tell_it(tmp_path: Path) -> None:
    bare = SYSTEM.partition("[assembly.parts.modules]")[0] + "[measures]"

    with pytest.raises(ProgrammeError, match=r"assembly\.parts: found no part"):
        read_programme(programme_folder(tmp_path / "league", other=[("[measures]", bare)]))
