"""Who else reported a purchase stands with its points: on the command line, in the portal, and with the document."""

from sqlalchemy import select

from tests.support.clerks import decided, handed_in, note
from tests.support.clerks import line as entered
from tests.support.portal import Portal
from treuwerk.domain import ids
from treuwerk.services.account.explaining import explain
from treuwerk.store.tables import journal

DELIVERED = "LS-77;10;2026-11-05;1001;M400;10;PCE;SYSTEM;"


def booking_of(portal: Portal) -> str:
    with portal.installation.database.reading() as connection:
        account_id, number = connection.execute(select(journal.c.account_id, journal.c.id).order_by(
            journal.c.id)).all()[0]
    return ids.public_id(ids.TRANSACTION, account_id, number)


def test_case_12_a_booking_tells_of_the_upload_that_says_the_same(empty_portal: Portal) -> None:
    empty_portal.deliver("2026-11-20", DELIVERED)
    reported = handed_in(empty_portal)
    decided(empty_portal, reported, note(entered()))

    with empty_portal.installation.database.reading() as connection:
        [other] = explain(connection, booking_of(empty_portal)).evidence

    assert (other.document, other.quantity, other.submission) == ("LS-77", 10, reported.public_id)


def test_the_portal_leads_to_the_own_upload_that_proves_a_booking(empty_portal: Portal) -> None:
    empty_portal.deliver("2026-11-20", DELIVERED)
    reported = handed_in(empty_portal)
    decided(empty_portal, reported, note(entered()))

    page = empty_portal.signed_in().get(f"/bookings/{booking_of(empty_portal)}").text

    assert "Also reported" in page
    assert f'href="/submissions/{reported.public_id}"' in page


def test_the_office_sees_with_an_upload_which_booking_it_proves(empty_portal: Portal) -> None:
    empty_portal.deliver("2026-11-20", DELIVERED)
    reported = handed_in(empty_portal)
    decided(empty_portal, reported, note(entered()))

    page = empty_portal.in_office("agent").get(f"/office/submissions/{reported.public_id}").text

    assert "Also reported" in page
    assert "Delivered by deliveries" in page
    assert "/office/bookings/pur_" in page


def test_the_office_sees_with_an_upload_that_a_feed_says_the_same(empty_portal: Portal) -> None:
    reported = handed_in(empty_portal)
    decided(empty_portal, reported, note(entered()))
    empty_portal.deliver("2026-11-20", DELIVERED)

    page = empty_portal.in_office("agent").get(f"/office/submissions/{reported.public_id}").text

    assert "Delivered by deliveries" in page
