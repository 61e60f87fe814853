"""Balances, statements and explanations, as CLI and portal read them."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise

import pytest
from sqlalchemy import event, func, insert, select, update

from tests.support.portal import NOW, Portal, at
from treuwerk.domain.ids import public_id
from treuwerk.domain.ledger import FOREVER, instant
from treuwerk.services.account.explaining import NotFound, explain, tree_of
from treuwerk.services.account.purchase_history import PurchaseFilters, article_totals, purchase_years, purchases
from treuwerk.services.account.statements import Cursor, Entry, Filters, statement
from treuwerk.services.ledger.balances import balances, expiry_calendar
from treuwerk.store.tables import balance, journal, lot

END_OF_2028 = instant(datetime(2028, 12, 31, 23, tzinfo=UTC))  # midnight in Berlin

ALL = Filters()


@pytest.fixture
def busy(empty_portal: Portal) -> Portal:
    """Sixty deliveries with and without factor, a seminar, and what earns nothing between them."""
    for month in range(1, 11):
        empty_portal.deliver(f"2026-{month:02}-15", *(
            f"L{month}-{line};{line};2026-{month:02}-14;1001;{('M400', 'M405', 'HOOK')[line % 3]};{line + 1};PCE;"
            f"{('SYSTEM', 'MODULE')[line % 2]};" for line in range(9)))
    empty_portal.attend("2026-11-02", "ROOF-1;2026-11-01;1001;Anna Berg;yes")
    return empty_portal


def walked(portal: Portal, limit: int, filters: Filters = ALL, *, forget: bool = False) -> list[Entry]:
    """All entries, page by page; with `forget` the cursor carries no balance."""
    entries: list[Entry] = []
    cursor: Cursor | None = None
    with portal.installation.database.reading() as connection:
        while True:
            page = statement(connection, portal.account("1001"), "bonus", at=cursor, limit=limit, filters=filters)
            entries += page.entries
            if page.next is None:
                return entries
            cursor = Cursor(page.next.booking) if forget else page.next


def test_pages_of_any_length_make_the_same_statement(busy: Portal) -> None:
    whole = walked(busy, 1_000)

    assert len(whole) == 61
    for limit in (1, 7, 60, 61):
        assert walked(busy, limit) == whole
    assert walked(busy, 7, forget=True) == whole


def test_running_balances_lead_from_nothing_to_the_balance_of_today(busy: Portal) -> None:
    entries = walked(busy, 10)

    with busy.installation.database.reading() as connection:
        posted = connection.execute(select(balance.c.posted).where(
            balance.c.account_id == busy.account("1001"), balance.c.unit == "bonus")).scalar_one()
    assert entries[0].balance == posted
    for newer, older in pairwise(entries):
        assert newer.balance - newer.amounts["bonus"] == older.balance
    assert entries[-1].balance == entries[-1].amounts["bonus"]


@pytest.mark.parametrize("filters", [Filters(kind="purchase"), Filters(kind="activity"), Filters(text="L3"),
                                     Filters(text="sunny 405"), Filters(booked_from=at("2026-05-01")),
                                     Filters(booked_until=at("2026-05-01"), text="M400")])
def test_filters_leave_out_but_change_nothing(busy: Portal, filters: Filters) -> None:
    whole, found = walked(busy, 1_000), walked(busy, 5, filters)

    assert 0 < len(found) < len(whole)
    assert [entry for entry in whole if entry in found] == found
    assert walked(busy, 5, filters, forget=True) == found


def test_a_page_costs_the_same_number_of_queries_whatever_its_length(busy: Portal) -> None:
    counts, account = [], busy.account("1001")
    for limit in (5, 50):
        seen: list[str] = []
        with busy.installation.database.reading() as connection:
            event.listen(connection, "before_cursor_execute", lambda *a, seen=seen: seen.append(a[2]))
            statement(connection, account, "bonus", limit=limit)
        counts.append(sum(statement.startswith("SELECT") for statement in seen))

    assert 0 < counts[0] == counts[1] <= 6


def test_a_booking_made_meanwhile_moves_nothing(busy: Portal) -> None:
    with busy.installation.database.reading() as connection:
        first = statement(connection, busy.account("1001"), "bonus", limit=10)
        expected = statement(connection, busy.account("1001"), "bonus", limit=10, at=first.next)

    busy.deliver("2026-11-20", "NEW;1;2026-11-19;1001;M400;5;PCE;MODULE;")

    with busy.installation.database.reading() as connection:
        assert statement(connection, busy.account("1001"), "bonus", limit=10, at=first.next) == expected


def test_available_is_what_is_open_active_and_not_held(portal: Portal) -> None:
    account = portal.account("1001")
    with portal.installation.database.writing() as connection:
        connection.execute(update(balance).where(balance.c.account_id == account, balance.c.unit == "bonus")
                           .values(held=300, posted=balance.c.posted + 160))
        connection.execute(insert(lot).values(
            account_id=account, transaction_id=1, line=1, book="participant", unit="bonus", amount=70, remaining=70,
            active_from=at("2026-12-24"), expires_at=FOREVER, open=True))
        connection.execute(insert(lot).values(
            account_id=account, transaction_id=2, line=1, book="participant", unit="bonus", amount=90, remaining=90,
            active_from=at("2020-01-01"), expires_at=at("2026-11-01"), open=True))

    with portal.installation.database.reading() as connection:
        found = balances(connection, ["bonus", "status", "unused"], account, NOW)

    assert (found["bonus"].available, found["bonus"].held, found["bonus"].pending) == (3_380, 300, 70)
    assert found["status"].available == 1_240
    assert (found["unused"].available, found["unused"].next_expiry) == (0, None)


@pytest.mark.parametrize(("now", "available"), [(END_OF_2028 - 1, 3_380), (END_OF_2028, 2_980)])
def test_points_are_there_until_the_last_moment_of_their_day(portal: Portal, now: int, available: int) -> None:
    with portal.installation.database.reading() as connection:
        assert balances(connection, ["bonus"], portal.account("1001"), now)["bonus"].available == available


def test_the_expiry_calendar_adds_up_to_what_is_available(busy: Portal) -> None:
    account = busy.account("1001")
    with busy.installation.database.reading() as connection:
        calendar = expiry_calendar(connection, account, NOW)
        available = balances(connection, ["bonus", "status"], account, NOW)

    for unit in ("bonus", "status"):
        assert sum(one.amount for one in calendar if one.unit == unit) == available[unit].available
    assert [one.expires_at or 0 for one in calendar] == sorted(one.expires_at or 0 for one in calendar)


def transaction(portal: Portal, key: str) -> str:
    with portal.installation.database.reading() as connection:
        account, row = connection.execute(select(journal.c.account_id, journal.c.id).where(
            journal.c.business_key.contains(key)).limit(1)).one()
    return public_id("txn", account, row)


def test_an_explanation_leads_from_the_document_line_to_the_lot(portal: Portal) -> None:
    with portal.installation.database.reading() as connection:
        tree = explain(connection, transaction(portal, "LS-2"))

    assert tree.purchase is not None
    assert (tree.purchase.document, tree.purchase.line, tree.purchase.serials) == ("LS-2", "10", ("SN-1", "SN-2"))
    bonus, status = tree.awards
    assert (bonus.rule, bonus.revision, bonus.points, status.points) == ("module_points", 1, 2_480, 1_240)
    assert [step.figure for step in bonus.steps] == [Decimal(n) for n in (31, 12_400, 1_240, 2_480, 2_480)]
    assert bonus.lot is not None
    assert (bonus.lot.amount, bonus.lot.remaining) == (2_480, 2_480)


def test_the_tree_is_plain_json(portal: Portal) -> None:
    with portal.installation.database.reading() as connection:
        tree = json.loads(json.dumps(tree_of(explain(connection, transaction(portal, "LS-2")))))

    assert tree["id"].startswith("txn_")
    assert tree["occurred_on"] == "2026-05-05"
    assert tree["booked_at"] == "2026-05-06T12:00:00+00:00"
    assert tree["awards"][0]["steps"][3] == {"operation": "factor", "name": "SYSTEM", "operand": "2", "figure": "2480"}
    assert tree["awards"][0]["lot"]["expires_at"] == "2029-12-31T23:00:00+00:00"
    assert "account_id" not in tree


def test_a_purchase_line_is_explained_by_its_own_id(portal: Portal) -> None:
    txn = transaction(portal, "LS-2")

    with portal.installation.database.reading() as connection:
        assert explain(connection, txn.replace("txn_", "pur_")) == explain(connection, txn)


@pytest.mark.parametrize(("text", "error"), [("nonsense", ValueError), ("ord_0000000000000g000000000002", ValueError),
                                             ("txn_0000000000000g000000000002", NotFound)])
def test_what_is_no_booking_is_said(portal: Portal, text: str, error: type[Exception]) -> None:
    with portal.installation.database.reading() as connection, pytest.raises(error) as raised:
        explain(connection, text)

    assert text in str(raised.value)


def test_purchases_add_up_by_article(busy: Portal) -> None:
    account = busy.account("1001")
    with busy.installation.database.reading() as connection:
        found, older = purchases(connection, account, limit=1_000)
        totals = article_totals(connection, account, "bonus")
        years = purchase_years(connection, account)
        nothing = article_totals(connection, account, "bonus", PurchaseFilters(year=2020))

    assert (len(found), older, years, nothing) == (90, None, [2026], [])
    for total in totals:
        own = [one for one in found if one.article_number == total.article_number]
        assert total.quantity == sum(one.quantity for one in own)
        assert total.points == sum(one.amounts.get("bonus", 0) for one in own)
        assert all((one.booking is None) == (one.article_number == "HOOK") for one in own)


def test_statements_write_nothing(busy: Portal) -> None:
    def rows() -> int:
        with busy.installation.database.reading() as connection:
            return connection.execute(select(func.count()).select_from(journal)).scalar_one()

    before = rows()
    walked(busy, 10)

    assert rows() == before
