"""The rule keeps what every earning rule must keep, with and without a factor."""

from decimal import Decimal

import attrs
import pytest

from treuwerk.testing.contract import check_earning_rule
from treuwerk.testing.strategies import purchases
from treuwerk_product_factor.rule import ProductFactor, ProductFactorSettings

WITHOUT_FACTOR = ProductFactorSettings("bonus", ["module"], "wp", Decimal(10))
FACTORS = {"SYSTEM": Decimal(2), "MODULE": Decimal(1)}
SETTINGS = {
    "without a factor": WITHOUT_FACTOR,
    "with a factor": attrs.evolve(WITHOUT_FACTOR, feature="scope", factors=FACTORS),
    "with a broken factor": attrs.evolve(WITHOUT_FACTOR, feature="scope", factors={"SYSTEM": Decimal("1.37")}),
    "with a second unit": attrs.evolve(WITHOUT_FACTOR, feature="scope", factors=FACTORS, unit_without_factor="status"),
}


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_it_keeps_the_contract_of_earning_rules(settings: ProductFactorSettings) -> None:
    check_earning_rule(ProductFactor(settings), purchases(features={"scope": ["SYSTEM", "MODULE", "KOMPLETT"]}))
