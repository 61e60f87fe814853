"""TOML that Python cannot read is told in a sentence, wherever a file of it is read."""

from pathlib import Path

import pytest

from treuwerk.domain.tabular import UnreadableFile
from treuwerk.programme.errors import ProgrammeError
from treuwerk.programme.reading import read_programme
from treuwerk.programme.toml_text import NotToml, toml_of
from treuwerk.services.rewards.arrangement_files import read_file

ODD = [("9" * 5_000, "more than 4,000 digits"), ("0x" + "f" * 5_000, "more than 64 bits"),
       ("1e" + "9" * 30, "exponent"), ("[" * 3_000, "too many to be read"),
       ("[[1, 9223372036854775808]]", "more than 64 bits"), ("?", "Invalid value")]


@pytest.mark.parametrize(("value", "told"), ODD)
def test_what_cannot_be_read_is_said(value: str, told: str) -> None:
    with pytest.raises(NotToml, match=told):
        toml_of(f"points = {value}\n")


@pytest.mark.parametrize(("value", "told"), ODD)
def test_a_file_of_worlds_is_refused_with_its_name(tmp_path: Path, value: str, told: str) -> None:
    path = tmp_path / "worlds.toml"
    path.write_text(f'[[worlds]]\ncode = "roof"\nposition = {value}\n', "utf-8")

    with pytest.raises(UnreadableFile, match=f"worlds.toml: found .*{told}.*, expected TOML"):
        read_file(path)


@pytest.mark.parametrize(("value", "told"), ODD)
def test_a_programme_is_refused_with_its_name(tmp_path: Path, value: str, told: str) -> None:
    (tmp_path / "programme.toml").write_text(f"points = {value}\n", "utf-8")

    with pytest.raises(ProgrammeError, match=told):
        read_programme(tmp_path)


def test_numbers_are_exact_and_as_large_as_toml_has_them() -> None:
    assert str(toml_of("rate = 0.10\nmost = 9_223_372_036_854_775_807\nleast = -9223372036854775808")) == (
        "{'rate': Decimal('0.10'), 'most': 9223372036854775807, 'least': -9223372036854775808}")
