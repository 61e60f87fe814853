"""The rule keeps what every earning rule must keep, with and without a factor."""

from decimal import Decimal

import pytest

from treuwerk.testing.contract import check_earning_rule
from treuwerk.testing.strategies import purchases
from treuwerk_product_factor.rule import ProductFactor, ProductFactorSettings

MODULES = {"unit": "bonus", "article_kinds": ["module"], "attribute": "wp", "attribute_per_point": Decimal(10)}
SETTINGS = {
    "without a factor": ProductFactorSettings(**MODULES),
    "with a factor": ProductFactorSettings(**MODULES, feature="scope", factors={"SYSTEM": Decimal(2),
                                                                              "MODULE": Decimal(1)}),
    "with a broken factor": ProductFactorSettings(**MODULES, feature="scope", factors={"SYSTEM": Decimal("1.37")}),
    "with a second unit": ProductFactorSettings(**MODULES, feature="scope", factors={"SYSTEM": Decimal("0.3")},
                                                unit_without_factor="status"),
}


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_it_keeps_the_contract_of_earning_rules(settings: ProductFactorSettings) -> None:
    check_earning_rule(ProductFactor(settings), purchases(features={"scope": ["SYSTEM", "MODULE", "KOMPLETT"]}))
