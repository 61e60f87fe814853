"""Every code that a line or row can get stands on the receipt page, with the state that the code gives it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from treuwerk.domain.failures import PARKED_CODES

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "guides" / "receipt.md").read_text("utf-8")
SOURCES = [ast.parse(path.read_text("utf-8")) for folder in ("engine", "plugins")
           for path in sorted((ROOT / folder).rglob("*.py"))]
CALLS = {"_Refusal": 1, "Fault": 1, "BadLine": 1, "Doubt": 1, "Problem": 2, "BadRow": 0, "BadCell": 0, "BadRecord": 0,
         "LostRow": 0, "_faulty": 1, "Doubted": 1, "reject": 1, "warn": 0, "CannotTake": 1, "doubt": 1, "set_beside": 2,
         "_raise_doubt": 3, "Undecided": 0, "TimedOut": 0, "Crashed": 0}
"""What makes a problem, and the place of the code among its arguments."""
IMPORTS_ONLY = {"BadRow", "Doubted", "reject"}
ROW = re.compile(r"^\| (`\w+`(?:, `\w+`)*) \| ([\w, ]+) \|", re.MULTILINE)


def constants() -> dict[str, str]:
    """Texts that the sources give a name."""
    return {target.id: node.value.value for tree in SOURCES for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str) for target in node.targets if isinstance(target, ast.Name)}


def calls() -> Iterator[tuple[str, str, list[ast.expr]]]:
    """(what is made, code, arguments) of every problem in the sources whose code is written there."""
    named = constants()
    for node in (node for tree in SOURCES for node in ast.walk(tree) if isinstance(node, ast.Call)):
        made = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if made in CALLS and len(node.args) > CALLS[made]:
            code = node.args[CALLS[made]]
            if isinstance(code, ast.Name) and code.id in named:
                yield made, named[code.id], node.args
            elif isinstance(code, ast.Constant) and isinstance(code.value, str):
                yield made, code.value, node.args


def told(part: str) -> dict[str, set[str]]:
    """Code → what its rows on a part of the page say in the second column."""
    found: dict[str, set[str]] = {}
    for codes, second in ROW.findall(part):
        for code in re.findall(r"\w+", codes):
            found.setdefault(code, set()).add(second)
    return found


OF_FILES, OF_IMPORTS = map(told, PAGE.split("## Codes of purchase files")[1].split("## Codes of imports"))


def test_the_sources_show_their_codes() -> None:
    made = {made for made, _, _ in calls()}

    assert made == set(CALLS)


@pytest.mark.parametrize("code", sorted({code for made, code, _ in calls() if made not in IMPORTS_ONLY}))
def test_a_code_of_purchase_files_stands_there(code: str) -> None:
    assert code in OF_FILES


@pytest.mark.parametrize("code", sorted({code for made, code, _ in calls() if made in IMPORTS_ONLY}))
def test_a_code_of_imports_stands_there(code: str) -> None:
    assert code in OF_IMPORTS


def test_the_page_names_no_code_that_is_gone() -> None:
    codes = {code for _, code, _ in calls()}

    assert (set(OF_FILES) | set(OF_IMPORTS)) - codes == set()


def test_the_page_gives_each_code_its_state() -> None:
    states = {code: "warning" if _warns(args) else "rejected" for made, code, args in calls()
              if made in ("Fault", "BadLine", "Doubt", "BadCell", "BadRecord") and not _of_the_file(args)}
    states |= {code: str(args[0].value) for made, code, args in calls()
               if made == "_Refusal" and isinstance(args[0], ast.Constant)}
    states |= dict.fromkeys(PARKED_CODES, "waiting")

    assert {code: OF_FILES[code] for code in states} == {code: {state} for code, state in states.items()}


def _of_the_file(arguments: list[ast.expr]) -> bool:
    """Whether a fault is about a file as a whole, and decides on no line."""
    return isinstance(arguments[0], ast.Constant) and arguments[0].value is None


def _warns(arguments: list[ast.expr]) -> bool:
    """Whether a fault takes no line away."""
    return any(isinstance(one, ast.Constant) and one.value == "warning" for one in arguments[3:])
