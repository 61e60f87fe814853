"""Who changes by SQL what corrections, evidence, references, serials and reports say is found, by exactly that law."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.support.clerks import decided, handed_in, note
from tests.support.corrections import clear
from tests.support.corrections import document as direct
from tests.support.corrections import goods as pieces
from tests.support.guarded import switch_guards_off
from tests.support.office import CLARA, add_clerks
from tests.support.portal import open_portal
from tests.support.reports import goods, invoice, report
from tests.support.worlds import World, line, make_world
from treuwerk.domain.documents import DocumentKind
from treuwerk.services.proof.verifying import verify
from treuwerk.store.database import Database

GUARDS = "append_only_guards_are_there"
ONE_TAKEN = "(SELECT MIN(key) FROM taken_back)"
CHANGES = {
    "pieces that nobody took": (
        "correction_took_what_it_says", f"UPDATE taken_back SET pieces = -pieces WHERE key = {ONE_TAKEN}"),
    "a reversal of another purchase": (
        "correction_took_what_it_says",
        ("UPDATE taken_back SET reversal_id = (SELECT MIN(id) FROM journal WHERE kind = 'accrual' "
         f"AND account_id = taken_back.account_id) WHERE key = {ONE_TAKEN}")),
    "a correction of a line that is not there": (
        "correction_took_what_it_says", f"UPDATE taken_back SET line_id = line_id + 1 WHERE key = {ONE_TAKEN}"),
    "more pieces back than were bought": (
        "line_gives_no_more_than_was_bought", "UPDATE taken_back SET pieces = 9"),
    "a run that reversed more": (
        "run_counts_its_reversals",
        "UPDATE clearing_run SET reversals = reversals + 1, transactions = transactions + 1 WHERE reversals > 0"),
    "evidence of nothing": (
        "evidence_has_its_line", "UPDATE purchase_evidence SET line_id = line_id + 1"),
    "a reference of nothing": (
        "reference_has_its_line", "UPDATE purchase_reference SET line_id = line_id + 1"),
    "goods that two documents were paid for": (
        "goods_are_paid_once",
        ("UPDATE purchase_reference SET key = (SELECT substr(i.key, 10, length(i.key) - 11) FROM purchase_identity i "
         "JOIN purchase_line l ON l.account_id = i.account_id AND l.id = i.line_id WHERE l.document = 'LS-1') "
         "WHERE substr(key, 1, 6) <> 'order|'")),
    "a serial of another article": (
        "serial_has_its_purchase", "UPDATE serial_claim SET article = 'SW-M-405'"),
    "a serial of another purchase": (
        "serial_has_its_purchase", "UPDATE serial_claim SET purchase_key = purchase_key || 'x'"),
    "a serial of another participant": (
        "serial_has_its_purchase", "UPDATE serial_claim SET account_id = account_id + 1"),
}
"""The law that is broken, and how."""


@pytest.fixture
def bought(tmp_path: Path, database: Database) -> World:
    """Purchases with serials, evidence, references, and two credit notes for parts of one line; the guards are off."""
    world = make_world(tmp_path / "league", database)
    world.clear([line(quantity="2", serials="SN-1|SN-2")])
    report(world, invoice("RE-1", goods(qty=2, amount=800), deliveries=("LS-1",)), name="evidence")
    report(world, invoice("RE-2", goods(qty=3), deliveries=("LS-7",)), name="references")
    clear(world, direct("R-9", pieces(1, "10"), kind=DocumentKind.INVOICE))
    for number, back in (("G-1", "2"), ("G-2", "3")):
        clear(world, direct(number, pieces(1, back), kind=DocumentKind.CREDIT_NOTE, day=date(2026, 6, 1),
                            previous=("R-9",)))
    switch_guards_off(database)
    return world


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_breaks_exactly_the_law_that_it_is_against(bought: World, change: str) -> None:
    law, statement = CHANGES[change]
    before = bought.violated(apart_from=GUARDS)

    with bought.database.writing() as connection:
        changed = connection.execute(text(statement)).rowcount

    assert changed
    assert before == {}
    assert list(bought.violated(apart_from=GUARDS)) == [law]


@pytest.mark.parametrize("change", ["run_id = run_id + 1", "run_id = NULL"])
def test_a_decision_whose_booking_is_another_is_found(tmp_path: Path, database: Database, change: str) -> None:
    portal = open_portal(tmp_path, database)
    add_clerks(database, CLARA)
    decided(portal, handed_in(portal), note())
    sound = [law.name for law in verify(database, processes=1).invariants if law.state != "ok"]

    with database.writing() as connection:
        connection.execute(text(f"UPDATE submission SET {change}"))

    assert sound == []
    assert [law.name for law in verify(database, processes=1).invariants if law.state != "ok"] == [
        "decided_report_has_its_run"]
