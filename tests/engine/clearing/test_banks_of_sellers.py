"""Case 72: a document that wants the money of a known seller on another bank account makes a clerk look twice."""

from pathlib import Path

import pytest

from tests.support.clerks import decided, handed_in, line, looked_at, note, with_page
from tests.support.office import acting
from tests.support.page_readers import NOTE, read_portal, work_off
from tests.support.portal import NOW, PROGRAMME, Portal, open_portal
from tests.support.reporting import handed_in as uploaded
from treuwerk.domain.entries import Entered
from treuwerk.services.clearing.hints import Hint
from treuwerk.services.submissions import states as submissions
from treuwerk.services.submissions.entry_hints import entry_hints
from treuwerk.services.submissions.entry_preview import preview
from treuwerk.services.submissions.states import Submission
from treuwerk.store import bank_accounts
from treuwerk.store.database import Database

USUAL, OTHER = "DE89 3704 0044 0532 0130 00", "GB82 WEST 1234 5698 7654 32"
_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
_PAID = ("<cac:PaymentMeans><cac:PayeeFinancialAccount><cbc:ID>{}</cbc:ID></cac:PayeeFinancialAccount>"
         "</cac:PaymentMeans>")


@pytest.fixture
def desk(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Portal:
    """A programme that reads invoices; runs once per database."""
    monkeypatch.setenv("TREUWERK_DOCUMENTS", str(tmp_path / "documents"))
    return open_portal(tmp_path, database, PROGRAMME.replace('["csv_feed"', '["csv_feed", "ubl"').replace(
        "\n[[sources]]\n", '\n[[sources]]\nname = "ubl"\nreader = "ubl"\n\n[[sources]]\n', 1))


def invoice(number: str, *accounts: str) -> bytes:
    paid = "".join(map(_PAID.format, accounts))
    return (f'<Invoice xmlns="{_UBL}Invoice-2" xmlns:cac="{_UBL}CommonAggregateComponents-2" '
            f'xmlns:cbc="{_UBL}CommonBasicComponents-2"><cbc:ID>{number}</cbc:ID><cbc:IssueDate>2026-11-05'
            f"</cbc:IssueDate>{paid}</Invoice>").encode()


def reported(desk: Portal, number: str, *accounts: str, customer: str = "1001") -> tuple[Submission, Entered]:
    """A report with a file of an invoice, and what a clerk enters of it."""
    one = handed_in(desk, customer)
    with_page(desk, one, invoice(number, *accounts), f"{number}.xml")
    return one, note(line(), number=number)


def new_bank(desk: Portal, one: Submission, entered: Entered) -> Hint | None:
    seen = preview(desk.installation, one.account_id, entered, NOW)
    with desk.installation.database.reading() as connection:
        found = entry_hints(acting(), connection, desk.installation, looked_at(desk, one), entered, seen, NOW)
    return next((hint for hint in found if hint.code == "new_bank"), None)


def test_case_72_a_new_bank_of_the_seller(desk: Portal) -> None:
    first = reported(desk, "LS-1", USUAL)
    assert new_bank(desk, *first) is None  # nothing is known of the seller
    assert decided(desk, *first).submission.state == "accepted"

    assert new_bank(desk, *reported(desk, "LS-2", OTHER, USUAL, customer="1002")) is None
    assert new_bank(desk, *reported(desk, "LS-3")) is None

    other = reported(desk, "LS-4", OTHER, customer="1002")
    for hint in (new_bank(desk, *other), new_bank(desk, *reported(desk, "LS-5", OTHER))):  # a look accepts nothing
        assert hint is not None
        assert (hint.weight, hint.facts) == ("doubt", {"name": "Sonnenlicht AG", "account": OTHER, "known": USUAL})

    assert decided(desk, *other).submission.state == "accepted"
    assert new_bank(desk, *reported(desk, "LS-6", OTHER)) is None


def test_accounts_on_pages_that_are_read_by_machine_count_as_well(tmp_path: Path, sqlite_database: Database) -> None:
    said = (*NOTE, f"IBAN: {USUAL} BIC:", "COBADEFFXXX", "Kunde DE89 3704 0044 0532 0130 01")
    portal = read_portal(tmp_path, sqlite_database, said)

    where = uploaded(portal.signed_in())
    work_off(portal)

    with portal.installation.database.reading() as connection:
        found = submissions.named(connection, where.rpartition("/")[2])
        digests = [page.sha256 for page in submissions.pages(connection, found)]
        assert bank_accounts.of_files(connection, digests) == {USUAL.replace(" ", "")}
