"""Search over everything, by the service that pages and others call."""

import pytest
from sqlalchemy import select

from tests.support.office import CLARA, acting, add_clerks
from tests.support.portal import NOW, Portal
from treuwerk.domain.ids import TRANSACTION, public_id
from treuwerk.domain.notes import NoteDraft, NoteKind
from treuwerk.domain.rights import NotAllowed
from treuwerk.services import searching
from treuwerk.services.clearing.importing import import_participants
from treuwerk.services.participants import notes
from treuwerk.services.searching import Found
from treuwerk.store.tables import audit_entry, journal, purchase_line

SELLERS = ["Sonnenlicht AG"]


def find(portal: Portal, typed: str) -> Found:
    return searching.find(acting(), portal.installation.database, typed, SELLERS, NOW)


@pytest.mark.parametrize(("typed", "why"), [
    ("1001", "number"), ("muell", "name"), ("berlin", "place"), ("office@mueller", "mail"), ("weg 1", "place")])
def test_a_company_is_found_by_what_people_know_of_it(portal: Portal, typed: str, why: str) -> None:
    found = find(portal, typed)

    assert [(one.name, one.number, one.why) for one in found.participants] == [("Müller & Söhne <Solar>", "1001", why)]


@pytest.mark.parametrize("typed", ["+49 (0)30 123 45-67", "0049301234567", "030/1234567", "030 123", "301234567",
                                   "49 30 1234"])
@pytest.mark.parametrize("written", ["+49 30 1234567", "030 - 12 34 567", "0049 (0)30 1234567"])
def test_a_company_is_found_by_the_digits_of_its_phone(portal: Portal, written: str, typed: str) -> None:
    path = portal.folder / "phones.csv"
    path.write_text(f"customer_number;name;group;phone\n1001;Müller & Söhne <Solar>;partner;{written}\n", "utf-8")
    import_participants(portal.installation, path, NOW)

    found = find(portal, typed)

    assert [(one.number, one.why) for one in found.participants] == [("1001", "phone")]


def test_the_second_number_of_a_company_is_found_and_one_that_is_none_is_refused(portal: Portal) -> None:
    path = portal.folder / "phones.csv"
    path.write_text("customer_number;name;group;phone;mobile\n1001;Müller;partner;+49 30 1234567;0171 7654321\n"
                    "1002;Other;partner;4.93E+11;\n", "utf-8")

    receipt = import_participants(portal.installation, path, NOW)

    assert [problem["code"] for problem in receipt.problems] == ["bad_phone"]
    assert [one.number for one in find(portal, "+491717").participants] == ["1001"]
    account = portal.account("1001")
    page = portal.in_office("agent").get(f"/office/participants/{account}").text
    assert '<a class="figure" href="tel:+49301234567">+49 30 1234567</a>' in page
    assert "0171 7654321" in portal.signed_in().get("/profile").text


def test_people_lead_to_their_company(portal: Portal) -> None:
    found = find(portal, "anna berg")

    assert [(one.name, one.company, one.number) for one in found.people] == [
        ("Anna Berg", "Müller & Söhne <Solar>", "1001")]


@pytest.mark.parametrize(("typed", "numbers"), [
    ("ls-2", [("LS-2", 2)]), ("LS-", []), ("LS-99", []), ("LS-3", [("LS-3", 1)]), ("%", [])])
def test_deliveries_are_found_by_the_beginning_of_their_number(portal: Portal, typed: str,
                                                              numbers: list[tuple[str, int]]) -> None:
    assert [(one.number, one.lines) for one in find(portal, typed).deliveries] == numbers


def test_an_order_is_found_by_its_whole_number(portal: Portal) -> None:
    with portal.installation.database.writing() as connection:
        connection.execute(purchase_line.update().where(purchase_line.c.document == "LS-2").values(
            order_number="PO-4711"))

    assert [(one.number, one.company, one.lines) for one in find(portal, "po-4711").orders] == [
        ("PO-4711", "Müller & Söhne <Solar>", 2)]


def test_an_exact_id_jumps(portal: Portal) -> None:
    add_clerks(portal.installation.database)
    with portal.installation.database.writing() as connection:
        row = connection.execute(select(journal).limit(1)).one()
        note = notes.write_note(acting(), connection, row.account_id, NoteDraft(NoteKind.MAIL, "text"), NOW)
    booking = public_id(TRANSACTION, row.account_id, row.id)

    assert find(portal, f" {booking.upper()} ").jump == booking
    assert find(portal, note.public_id).jump == note.public_id
    assert find(portal, public_id(TRANSACTION, row.account_id, 7)).jump == ""


def test_that_somebody_searched_is_noted_and_needs_the_right(portal: Portal) -> None:
    find(portal, "  Müller ")
    find(portal, " & ")

    with portal.installation.database.reading() as connection:
        entries = connection.execute(select(audit_entry.c.action, audit_entry.c.after)).all()
    with pytest.raises(NotAllowed):
        searching.find(acting(CLARA, []), portal.installation.database, "x", SELLERS, NOW)
    assert [tuple(one) for one in entries] == [("search.query", '{"query":"Müller"}')]


def test_many_hits_are_cut_and_say_so(empty_portal: Portal) -> None:
    with empty_portal.installation.database.reading() as connection:
        first = connection.execute(select(purchase_line.c.id).limit(1)).scalar()
    assert first is None
    empty_portal.deliver("2026-05-06", *(f"N-{number};10;2026-05-05;1001;M400;1;PCE;MODULE;"
                                         for number in range(10, 40)))

    found = find(empty_portal, "N-1")
    assert [one.number for one in found.deliveries] == [f"N-{number}" for number in range(10, 20)]
    assert found.more == frozenset()
    assert len(find(empty_portal, "N-").deliveries) == 0
