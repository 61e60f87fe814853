"""Codes that stand in the books are plain words."""

from pathlib import Path

import pytest

from tests.support.worlds import programme_folder
from treuwerk.programme.errors import ProgrammeError
from treuwerk.programme.reading import read_programme


@pytest.mark.parametrize("code", ['"Bo nus"', "'bo\"nus'", '"böhnus"', '"BONUS"', '"9bonus"', '""'])
def test_a_unit_with_a_code_that_needs_quoting_is_a_mistake(code: str, tmp_path: Path) -> None:
    folder = programme_folder(tmp_path)
    file = folder / "programme.toml"
    added = f'[units.{code}]\nname = {{ de = "Punkte" }}\n\n[groups.certified]'
    file.write_text(file.read_text("utf-8").replace("[groups.certified]", added), "utf-8")

    with pytest.raises(ProgrammeError) as caught:
        read_programme(folder)

    [mistake] = caught.value.mistakes
    assert mistake.path.startswith("programme.toml: units.")
    assert "a code of small letters" in mistake.expected
