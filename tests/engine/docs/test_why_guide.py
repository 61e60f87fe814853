"""The guide to hints: its programme is one, and its rule tells what it says."""

import importlib
from decimal import Decimal
from pathlib import Path

import pytest

from tests.engine.docs.test_examples import blocks, guide
from tests.support.events import purchase
from treuwerk.domain.evaluation import ActiveRule
from treuwerk.domain.near_misses import consider
from treuwerk.programme.reading import read_programme
from treuwerk.testing.contract import check_earning_rule

GUIDE = "guides/why"


def test_a_rule_of_the_guide_is_hidden_from_participants(tmp_path: Path) -> None:
    [more] = blocks(guide(GUIDE), "toml")
    text = blocks(guide("guides/first-programme"), "toml")[0].replace('"product_factor"]', '"product_factor", "rate"]')
    (tmp_path / "programme.toml").write_text(text + more, "utf-8")

    hidden = [active.name for active in read_programme(tmp_path).rules if not active.hint]

    assert hidden == ["pallets"]


def test_the_rule_of_the_guide_keeps_the_contract_and_names_the_next_box(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [text] = blocks(guide(GUIDE), "python")
    (tmp_path / "rule_of_the_why_guide.py").write_text(text, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    rule = importlib.import_module("rule_of_the_why_guide").FullBoxes("bonus", 8)

    check_earning_rule(rule)
    [found] = consider([ActiveRule("boxes", 1, rule)], purchase(quantity="13")).rules

    assert [(way.instead[0].value, way.points) for way in found.ways] == [(Decimal(16), {"bonus": 10})]
