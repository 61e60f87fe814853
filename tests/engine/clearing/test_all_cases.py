"""Each of the eighty cases of clearing has a test by its number."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[2]
CASES = range(1, 81)
_NAME = re.compile(r"^(?:    )?def test_case_(\d\d)_\w+", re.MULTILINE)


def test_every_case_has_a_test_that_bears_its_number() -> None:
    found = {int(number) for path in TESTS.rglob("test_*.py") for number in _NAME.findall(path.read_text("utf-8"))}

    assert sorted(set(CASES) - found) == []
