"""What README and guides show is real: it runs, and gives what the text says."""

import importlib
import json
import re
import shlex
import subprocess
import sys
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from tests.support.singles import redeem_one_lot
from tests.support.totals import PLUGINS as TOTALS
from tests.support.worlds import SIX_IN_THE_EVENING, lines, make_world
from treuwerk.cli import main
from treuwerk.domain.constraints import objections
from treuwerk.domain.occasions import Member
from treuwerk.domain.participants import Participant
from treuwerk.domain.rewards import NOBODY, Offer
from treuwerk.domain.rights import PERMISSIONS
from treuwerk.programme.reading import read_programme
from treuwerk.services.identity.sessions import Origin
from treuwerk.services.identity.signing_in import prove_password
from treuwerk.services.ledger.exporting import journal_lines
from treuwerk.services.ledger.pending_seals import seal_where_possible
from treuwerk.services.proof.verifying import verify
from treuwerk.store.database import Database
from treuwerk.testing.cases import run_cases
from treuwerk.testing.contract import check_earning_rule
from treuwerk.testing.total_contract import check_total_rule

ROOT = Path(__file__).parents[3]
BUNDLE = ROOT / "examples" / "solarworld" / "solarworld_league"
README = (ROOT / "README.md").read_text("utf-8")
WELCOME = """
[[earning]]
name = "welcome"
rule = "welcome"
title = { de = "Willkommen", en = "Welcome" }
unit = "bonus"
article_kind = "starter_kit"
points = 50
"""


def blocks(text: str, language: str) -> list[str]:
    """The examples of a language on a page, in their order."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def guide(name: str) -> str:
    return (ROOT / "docs" / f"{name}.md").read_text("utf-8")


@pytest.fixture
def welcome(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The rule of the guide, where its tests import it from."""
    package = tmp_path / "my_package"
    package.mkdir()
    (package / "welcome.py").write_text(blocks(guide("guides/earning-rule"), "python")[0], "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("my_package", "my_package.welcome"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return importlib.import_module("my_package.welcome")


def programme_with_cases(folder: Path, cases: str, more: str = "") -> Path:
    """The programme of the first guide with a case file."""
    text = blocks(guide("guides/first-programme"), "toml")[0]
    (folder / "cases").mkdir()
    (folder / "cases" / "points.toml").write_text(cases, "utf-8")
    plugins = text.replace('"product_factor"]', '"product_factor", "welcome"]') if more else text
    (folder / "programme.toml").write_text(plugins + more, "utf-8")
    return folder


def test_the_readme_names_the_commands_of_the_demo_and_of_the_tests() -> None:
    commands = blocks(README, "console")

    assert commands[0] == 'python -m pip install ".[all]" ./examples/solarworld && treuwerk demo solarworld\n'
    assert "python -m pip install tox && tox\n" in commands


def test_the_readme_shows_a_rule_and_a_case_of_the_bundle_to_the_letter() -> None:
    rule, case = blocks(README, "toml")

    assert rule in (BUNDLE / "programme.toml").read_text("utf-8")
    assert case in (BUNDLE / "cases" / "modules.toml").read_text("utf-8")


def test_the_rule_of_the_readme_keeps_the_contract_of_earning_rules(tmp_path: Path,
                                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    [text] = blocks(README, "python")
    (tmp_path / "rule_of_the_readme.py").write_text(text, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))

    [kind] = importlib.import_module("rule_of_the_readme").earning_rule_kinds()

    check_earning_rule(kind.build(kind.settings("bonus", 2)))


@pytest.mark.parametrize("page", ["README.md", "CHANGELOG.md", "examples/solarworld/README.md"])
def test_what_a_page_links_to_is_there(page: str) -> None:
    targets = re.findall(r"\]\(([^)#]+)", (ROOT / page).read_text("utf-8"))

    assert [target for target in targets if not (ROOT / page).parent.joinpath(target).exists()] == []


def test_the_cases_of_the_testing_guide_pass(tmp_path: Path) -> None:
    folder = programme_with_cases(tmp_path, blocks(guide("guides/testing"), "toml")[0])

    result = run_cases(read_programme(folder))

    assert (result.passed, result.failed) == (2, ())


@pytest.mark.parametrize(("page", "example"), [("conditions", 0), ("campaigns", 0), ("limits", 0),
                                               *(("rule-kinds", example) for example in (0, 2, 4, 6))])
def test_the_cases_of_the_guides_to_rules_pass(tmp_path: Path, page: str, example: int) -> None:
    rules, cases = blocks(guide(f"guides/{page}"), "toml")[example:example + 2]
    folder = programme_with_cases(tmp_path, cases)
    kinds = '"product_factor", "rate", "decision_table", "expression", "campaign_multiplier"]'
    programme = (folder / "programme.toml").read_text("utf-8").replace('"product_factor"]', kinds)
    (folder / "programme.toml").write_text(programme + rules, "utf-8")

    result = run_cases(read_programme(folder))

    assert (result.passed, result.failed) == (3, ())


def test_the_cases_of_the_guide_to_occasions_pass_and_its_kind_finds_leap_days(tmp_path: Path) -> None:
    rules, cases = blocks(guide("guides/occasions"), "toml")
    folder = programme_with_cases(tmp_path, cases)
    [plugins, tables] = rules.split("\n", 1)
    programme = (folder / "programme.toml").read_text("utf-8")
    named = re.sub(r"^plugins = \[", plugins.split("]")[0] + ", ", programme, count=1, flags=re.MULTILINE)
    (folder / "programme.toml").write_text(named + tables, "utf-8")
    names: dict[str, Any] = {}
    exec(blocks(guide("guides/occasions"), "python")[0], names)
    [kind] = names["occasion_kinds"]()

    result = run_cases(read_programme(folder))
    days = kind.build(kind.settings()).occasions([Member(Participant(1, "x"))], date(1999, 1, 1), date(2008, 2, 28))

    assert (result.passed, result.failed) == (2, ())
    assert [(one.member, one.day, one.code) for one in days] == [
        (0, date(2000, 2, 29), "2000"), (0, date(2004, 2, 29), "2004")]


def test_the_cases_and_the_rule_of_the_guide_to_totals_hold(tmp_path: Path) -> None:
    rules, cases = blocks(guide("guides/totals"), "toml")
    folder = programme_with_cases(tmp_path, cases)
    names = ", ".join(f'"{name}"' for name in TOTALS)
    programme = (folder / "programme.toml").read_text("utf-8").replace(
        '"product_factor"]', f'"product_factor", {names}]')
    (folder / "programme.toml").write_text(programme + rules, "utf-8")
    (tmp_path / "dozen.py").write_text(blocks(guide("guides/totals"), "python")[0], "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(tmp_path)
        dozen = importlib.import_module("dozen")
        check_total_rule(dozen.Dozen(dozen.DozenSettings("bonus")))

    result = run_cases(read_programme(folder, TOTALS))

    assert (result.passed, result.failed) == (5, ())


def test_the_case_of_the_rule_guide_passes(tmp_path: Path, welcome: ModuleType) -> None:
    folder = programme_with_cases(tmp_path, blocks(guide("guides/earning-rule"), "toml")[1], WELCOME)

    result = run_cases(read_programme(folder, {"welcome": welcome}))

    assert (result.passed, result.failed) == (1, ())


@pytest.mark.parametrize(("page", "number"), [("guides/earning-rule", 1), ("guides/testing", 0)])
@pytest.mark.usefixtures("welcome")
def test_the_tests_of_the_guides_run(page: str, number: int) -> None:
    names: dict[str, object] = {}
    exec(blocks(guide(page), "python")[number], names)
    test = names["test_it_keeps_the_contract_of_earning_rules"]

    assert callable(test)
    test()


@pytest.fixture
def journal(tmp_path: Path, sqlite_database: Database) -> str:
    """The export of a journal under three seals."""
    world = make_world(tmp_path / "league", sqlite_database)
    for number in ("A", "Ä", 'B"'):
        world.clear(lines(25, number), name=f"{ord(number[0])}.csv")
    return "".join(f"{exported}\n" for exported in journal_lines(world.database))


def checked(folder: Path, journal: str) -> "subprocess.CompletedProcess[bytes]":
    """What the script on the page says of a journal."""
    script = folder / "check_journal.py"
    script.write_text(blocks(guide("ledger"), "python")[0], "utf-8")
    return subprocess.run([sys.executable, "-I", script], input=journal.encode(), capture_output=True, check=False)


def test_the_script_of_a_stranger_finds_the_last_head_again(tmp_path: Path, journal: str) -> None:
    result = checked(tmp_path, journal)

    head = re.findall(r'"head":"(\w+)"', journal)[-1]
    assert (result.returncode, result.stderr) == (0, b"")
    assert result.stdout.decode().strip() == f"75 transactions under 3 seals, head {head}"


@pytest.mark.parametrize(("found", "instead", "message"), [
    ('"bonus",800,', '"bonus",900,', "seal 1: found digest"),
    ('{"sequence":30,', '{"sequence":31,', "found sequence 31, expected 30"),
    ('"seal":3,"first":51', '"seal":3,"first":50', "seal 3: found first 50, expected 51"),
])
def test_the_script_of_a_stranger_names_the_place_of_a_change(tmp_path: Path, journal: str, found: str, instead: str,
                                                              message: str) -> None:
    result = checked(tmp_path, journal.replace(found, instead, 1))

    assert result.returncode == 1
    assert message in result.stderr.decode()


def test_the_script_of_a_stranger_misses_the_seal_of_a_journal_that_was_cut(tmp_path: Path, journal: str) -> None:
    result = checked(tmp_path, "".join(journal.splitlines(keepends=True)[:40]))

    assert result.returncode == 1
    assert "no seal covers sequence 26 to 39" in result.stderr.decode()


def test_the_second_script_of_a_stranger_finds_balances_and_lots_again(tmp_path: Path,
                                                                       sqlite_database: Database) -> None:
    world = make_world(tmp_path / "league", sqlite_database)
    world.clear(lines(12))
    redeem_one_lot(world, SIX_IN_THE_EVENING + 1, amount=7)
    seal_where_possible(sqlite_database, SIX_IN_THE_EVENING + 2)
    exported = "".join(f"{line}\n" for line in journal_lines(sqlite_database))
    script = tmp_path / "recompute.py"
    script.write_text(blocks(guide("ledger"), "python")[1], "utf-8")

    sound = run_script(script, exported)
    spoilt = run_script(script, exported.replace('"redeemed","bonus",7,', '"redeemed","bonus",8,'))
    overdrawn = run_script(script, exported.replace(',[["', ',[["9'))

    found = [json.loads(row) for row in sound.stdout.splitlines()]
    assert sound.stderr == b""
    figures = world.rows(text("SELECT account_id, unit, posted, held, pending, deficit FROM balance"))
    assert [tuple(row.values())[:6] for row in found] == sorted((str(account), *rest) for account, *rest in figures)
    assert sorted([int(lot), line, left] for row in found for lot, line, left in row["lots"]) == sorted(
        map(list, world.rows(text("SELECT transaction_id, line, remaining FROM lot WHERE open"))))
    assert "adds up to {'bonus': 1}, expected 0" in spoilt.stderr.decode()
    assert "more was taken than there was" in overdrawn.stderr.decode()


def run_script(script: Path, exported: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run([sys.executable, "-I", script], input=exported.encode(), capture_output=True, check=False)


def test_the_page_names_every_law_and_no_other(tmp_path: Path, sqlite_database: Database) -> None:
    page = guide("ledger")
    told = set(re.findall(r"`([a-z]+(?:_[a-z]+){2,})`", page[page.index("## What verify proves"):]))

    laws = {law.name for law in verify(sqlite_database).invariants}

    assert laws | {"anchors_are_in_the_chain"} == told - {"could_not_run"}


@pytest.mark.parametrize(("page", "login"), [("guides/portal", "anna@example.org"), ("guides/users", "ada")])
def test_the_line_that_makes_a_login_makes_one(tmp_path: Path, sqlite_database: Database, page: str,
                                               login: str) -> None:
    world = make_world(tmp_path / "league", sqlite_database)
    line = next(block for block in blocks(guide(page), "sh") if "user add" in block)
    arguments = ["--programme", str(world.folder), "--database", str(world.database.url), *shlex.split(line)[1:]]

    result = CliRunner().invoke(main, [*arguments, "--password-stdin"], input="vierzehn Zeichen\n",
                                catch_exceptions=False)

    assert result.exit_code == 0
    assert prove_password(world.database, login, "vierzehn Zeichen", Origin(), 0).user_id is not None


def test_the_roles_of_the_guide_are_right(tmp_path: Path, sqlite_database: Database) -> None:
    world = make_world(tmp_path / "league", sqlite_database)
    file = world.folder / "programme.toml"
    file.write_text(file.read_text("utf-8") + blocks(guide("guides/users"), "toml")[0], "utf-8")

    roles = read_programme(world.folder).settings.roles

    assert {"buyer", "auditor"} <= set(roles)


def test_the_guide_names_every_right_of_the_engine() -> None:
    named = set(re.findall(r"`([a-z_]+(?:\.[a-z_]+)*)`", guide("guides/users")))

    assert {permission.name for permission in PERMISSIONS} <= named


def test_the_constraint_of_the_guide_objects_to_what_it_says() -> None:
    found: dict[str, Any] = {}
    exec(blocks(guide("guides/rewards"), "python")[-1], found)
    [kind] = found["catalogue_constraints"]()
    offers = [Offer("R", "V", "goods", "tools", 100, supplier=supplier) for supplier in ("Haus", "Hof")]

    against = objections({"only": kind.build(kind.settings(["Haus"]))}, offers, NOBODY, date(2026, 1, 1))

    assert [[one.reason for one in some] for some in against] == [[], ["“Hof” is not among the suppliers."]]
