"""Check digits, tested the way a receiver tests them: over the whole number, check digit included."""

import doctest
from collections import Counter
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

from solarworld_league.demo import calendar, numbers, tables, write
from solarworld_league.demo.numbers import austrian_vat, french_vat, german_vat, gs1, swiss_uid
from solarworld_league.demo.tables import load


def luhn(digits: str) -> bool:
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def gs1_is_valid(digits: str) -> bool:
    return len(digits) == 13 and sum(int(d) * (1, 3)[place % 2] for place, d in enumerate(digits)) % 10 == 0


def german_is_valid(digits: str) -> bool:
    rest = 10
    for digit in digits[:-1]:
        total = (int(digit) + rest) % 10
        rest = ((total or 10) * 2) % 11
    return len(digits) == 9 and (rest + int(digits[-1])) % 10 == 1


def austrian_is_valid(digits: str) -> bool:
    total = sum(int(d) if place % 2 == 0 else sum(divmod(2 * int(d), 10)) for place, d in enumerate(digits[:7]))
    return len(digits) == 8 and (total + 4 + int(digits[7])) % 10 == 0


def swiss_is_valid(digits: str) -> bool:
    weights = (5, 4, 3, 2, 7, 6, 5, 4, 1)
    return len(digits) == 9 and sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11 == 0


def french_is_valid(digits: str) -> bool:
    return len(digits) == 11 and luhn(digits[2:]) and int(digits[2:] + "12") % 97 == int(digits[:2])


VALID = {"DE": ("DE", german_is_valid), "AT": ("ATU", austrian_is_valid), "CH": ("CHE", swiss_is_valid),
         "FR": ("FR", french_is_valid)}


@pytest.mark.parametrize(("made", "published"), [
    (german_vat("13669597"), "DE136695976"),
    (austrian_vat("1358562"), "ATU13585627"),
    (swiss_uid("10015521"), "CHE100155212"),
    (swiss_uid("00008000"), None),
    (french_vat("40483304"), "FR83404833048"),
    (gs1("400638133393"), "4006381333931"),
])
def test_numbers_known_from_the_literature_come_out(made: str | None, published: str | None) -> None:
    assert made == published


def test_all_identifiers_of_the_demo_are_valid_and_unique(tmp_path: Path) -> None:
    write(tmp_path, 3, date(2026, 11, 20))

    companies = load(tmp_path / "participants.csv")
    identifiers = [dict(pair.split(":") for pair in row["identifiers"].split("|")) for row in companies]
    for row, known in zip(companies, identifiers, strict=True):
        prefix, is_valid = VALID[row["country"]]
        assert gs1_is_valid(known["gln"])
        assert known["vat"].startswith(prefix)
        assert is_valid(known["vat"].removeprefix(prefix)), known["vat"]

    counted = Counter(value for known in identifiers for value in known.values())
    assert set(counted.values()) == {1}


@pytest.mark.parametrize("module", [calendar, numbers, tables], ids=lambda module: module.__name__)
def test_the_examples_in_the_documentation_are_true(module: ModuleType) -> None:
    result = doctest.testmod(module)

    assert result.attempted > 0
    assert result.failed == 0
