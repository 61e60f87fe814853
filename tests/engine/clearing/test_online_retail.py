"""The whole log of an online shop, as somebody else recorded it, cleared end to end with exactly its figures."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.support.retail import counted, open_shop, returned_pieces
from tests.support.samples import expected_facts, samples_folder
from tests.support.worlds import World
from treuwerk.domain.ledger import instant
from treuwerk.services.clearing.clearing import clear_file
from treuwerk.store.database import Database
from treuwerk.store.tables import correction, purchase_line, taken_back

LOG = "purchases/online_retail_even_customers.csv.gz"
NOW = instant(datetime(2012, 1, 1, tzinfo=UTC))


@pytest.mark.slow
def test_the_purchase_log_comes_to_exactly_its_points(tmp_path: Path, database: Database) -> None:
    log, facts = samples_folder(LOG), expected_facts("purchases")["expected"]
    shop, (points, free) = open_shop(tmp_path / "shop", database, log, NOW), counted(log)

    receipt = clear_file(shop, log, NOW)
    again = clear_file(shop, log, NOW)

    tally, bought = receipt.tally, facts["purchase"]
    assert tally.lines == facts["rows"] == tally.booked + tally.ignored + tally.waiting + tally.rejected
    assert dict(tally.points) == {"points": points, "extras": facts["points_floor_per_line"] - points}
    # Equal rows of an invoice are lines of their own; what was free is a purchase without points.
    assert tally.booked + tally.ignored == bought["rows"] + free
    with database.reading() as connection:
        paid = connection.execute(select(
            func.count(), func.count(purchase_line.c.account_id.distinct()),
            func.count(purchase_line.c.document.distinct()), func.sum(purchase_line.c.quantity),
            func.sum(purchase_line.c.net_millionths)).where(purchase_line.c.net_millionths > 0)).one()
    assert (*map(int, paid[:4]), round(Decimal(int(paid[4])) / 1_000_000, 2)) == (
        bought["rows"], bought["customers"], bought["invoices"], bought["quantity"], Decimal(bought["value"]))
    # The bad-debt adjustment is no purchase; what has no customer, or takes goods back, waits.
    assert [problem["code"] for problem in receipt.problems if problem["state"] == "rejected"] == ["wrong_kind"]
    assert tally.waiting == facts["rows_without_customer"] - 1 + facts["returns_of_customers"]["rows"]
    assert (again.tally.booked, again.tally.duplicate) == (0, tally.booked + tally.ignored)
    assert World(tmp_path / "shop", shop).violated() == {}


@pytest.mark.slow
def test_returns_that_name_no_purchase_take_back_what_was_bought_last(tmp_path: Path,
                                                                      sqlite_database: Database) -> None:
    log, facts = samples_folder(LOG), expected_facts("purchases")["expected"]["returns_of_customers"]
    shop = open_shop(tmp_path / "shop", sqlite_database, log, NOW, returns="latest")

    receipt = clear_file(shop, log, NOW)

    known = select(correction.c.key).where(correction.c.account_id > 0)
    with sqlite_database.reading() as connection:
        customers = connection.execute(select(func.count(correction.c.account_id.distinct())).where(
            correction.c.account_id > 0)).scalar_one()
        rows = connection.execute(select(func.count()).select_from(known.subquery())).scalar_one()
        invoices = connection.execute(select(func.count(correction.c.document.distinct())).where(
            correction.c.account_id > 0)).scalar_one()
        taken = connection.execute(select(func.sum(taken_back.c.pieces))).scalar_one()
    assert (rows, customers, invoices) == (facts["rows"], facts["customers"], facts["invoices"])
    assert (taken, -facts["quantity"] - taken) == returned_pieces(log)
    assert receipt.tally.corrected > 0.7 * facts["rows"]
    assert World(tmp_path / "shop", shop).violated() == {}
