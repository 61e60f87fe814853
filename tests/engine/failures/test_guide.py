"""The guide says of every hook what happens when it fails, and names all that safe mode still does."""

import re
from pathlib import Path

from treuwerk.cli import COMMANDS, IN_SAFE_MODE
from treuwerk.domain.failures import PARKED_CODES
from treuwerk.plugins import hook_names

GUIDE = (Path(__file__).parents[3] / "docs" / "guides" / "failures.md").read_text("utf-8")


def test_the_guide_says_what_happens_when_a_hook_fails() -> None:
    table = GUIDE.split("| hook |")[1].split("\n\n")[0]

    assert sorted(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == hook_names()


def test_the_guide_names_what_safe_mode_does_and_why_lines_wait() -> None:
    assert set(COMMANDS) >= IN_SAFE_MODE
    assert [name for name in IN_SAFE_MODE if f"`{name}`" not in GUIDE] == []
    assert [code for code in PARKED_CODES - {"rule_failed"} if f"`{code}`" not in GUIDE] == []
