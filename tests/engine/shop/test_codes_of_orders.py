"""Codes of an order in the portal: shown on demand; where their key is missing, people read what to do."""

import logging
from pathlib import Path

import pytest

from tests.engine.shop.test_cart_pages import add
from tests.engine.shop.test_checkout_pages import ordered
from tests.support.portal import NOW
from tests.support.shops import SHOP, TOOL, Shop, open_shop, order_of
from treuwerk.services.identity.keyring import Keyring
from treuwerk.services.rewards.code_pool import import_codes, pools
from treuwerk.store.database import Database

BOOK = {**TOOL, "reward": "BOOK", "variant": "BOOK-20", "kind": "voucher_codes", "variant_points": "2000"}


@pytest.fixture
def shop(tmp_path: Path, database: Database) -> Shop:
    """A voucher whose code was sealed by a key that the portal has not."""
    shop = open_shop(tmp_path, database, SHOP.replace('"goods"', '"goods", "voucher_codes"'))
    shop.bring(BOOK)
    path = shop.portal.folder / "codes.csv"
    path.write_text("variant;code\nBOOK-20;AAA-1\n", "utf-8")
    assert import_codes(shop.portal.installation, path, Keyring((b"k" * 32,)), NOW).created == 1
    return shop


def test_codes_that_cannot_be_opened_say_what_to_do_and_stay_unused(
        shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    client = shop.portal.signed_in()
    add(client, "BOOK-20")
    ordered(client)
    order = order_of(client)

    with caplog.at_level(logging.ERROR):
        answer = client.post(f"/orders/{order}/codes", data={"line": "1"})
        page = client.get(f"/orders/{order}").text

    assert (answer.status_code, answer.headers["location"]) == (303, f"/orders/{order}")
    assert "Your codes are kept safe, but cannot be opened at the moment" in page
    assert "AAA-1" not in page
    assert "TREUWERK_SECRET_KEYS" in caplog.text
    [pool] = pools(shop.portal.installation)
    assert (pool.taken, pool.revealed) == (1, 0)
