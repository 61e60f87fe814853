"""What a company reported is found, decided and paid where the company is now, and comes home again with it."""

import json

import pytest
from sqlalchemy import select

from tests.support.clerks import FIFTH_OF_NOVEMBER, decided, handed_in, looked_at, note
from tests.support.office import CLARA, acting, add_clerks
from tests.support.portal import NOW, Portal
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.submissions import SubmissionState
from treuwerk.services.changes.merging import merge
from treuwerk.services.changes.unmerging import unmerge
from treuwerk.services.clearing.importing import import_participants
from treuwerk.services.identity.memberships import add_membership
from treuwerk.services.ledger.balances import balances
from treuwerk.services.proof.verifying import verify
from treuwerk.services.submissions.deciding import ask
from treuwerk.store.tables import outbox, work_item

_S = SubmissionState
BONUS = {"bonus": 800, "status": 400}


@pytest.fixture
def company(empty_portal: Portal) -> Portal:
    """1001 is given up for 1002; runs once per database."""
    add_clerks(empty_portal.installation.database, CLARA)
    return empty_portal


def become_one(portal: Portal, given_up: int, into: int) -> None:
    merge(portal.installation, given_up, into, NOW, actor="ada")


def bonus(portal: Portal, account_id: int) -> int:
    with portal.installation.database.reading() as connection:
        return balances(connection, ["bonus"], account_id, NOW)["bonus"].available


def named_in_the_queue(portal: Portal) -> list[int]:
    with portal.installation.database.reading() as connection:
        return list(connection.execute(select(work_item.c.account_id).where(work_item.c.state == "open")).scalars())


def test_the_company_that_stays_sees_what_the_other_one_reported(company: Portal) -> None:
    sides = company.account("1001"), company.account("1002")
    reported = handed_in(company, "1001", number="LS-77", expected=json.dumps(BONUS))
    browser = company.signed_in("1002")
    assert "LS-77" not in browser.get("/submissions").text

    become_one(company, *sides)

    assert "LS-77" in browser.get("/submissions").text
    assert "800" in browser.get("/").text
    assert browser.get(f"/submissions/{reported.public_id}").status_code == 200
    withdrawn = browser.post(f"/submissions/{reported.public_id}/withdraw", data={})
    assert withdrawn.status_code == 303
    assert looked_at(company, reported).state is _S.WITHDRAWN


def test_a_decision_after_the_merge_pays_the_company_that_stays(company: Portal) -> None:
    sides = company.account("1001"), company.account("1002")
    reported = handed_in(company, "1001")
    become_one(company, *sides)

    done = decided(company, reported, note())

    assert done.submission.state is _S.ACCEPTED
    assert (bonus(company, sides[0]), bonus(company, sides[1])) == (0, 800)
    page = company.signed_in("1002").get(f"/submissions/{reported.public_id}").text
    assert "/bookings/txn_" in page
    with company.installation.database.reading() as connection:
        told = connection.execute(select(outbox.c.account_id).where(outbox.c.topic == "submission_decided")).scalars()
        assert list(told) == [sides[1]]
    assert {law.state for law in verify(company.installation.database, processes=1).invariants} == {"ok"}


def test_the_office_is_led_to_the_company_that_stays(company: Portal) -> None:
    sides = company.account("1001"), company.account("1002")
    reported = handed_in(company, "1001")
    become_one(company, *sides)

    page = company.in_office("agent").get(f"/office/submissions/{reported.public_id}").text

    assert f"/office/participants/{sides[1]}" in page
    assert "Other Roofs Ltd" in page
    assert named_in_the_queue(company) == [sides[1]]


def test_reports_come_home_when_two_become_two_again(company: Portal) -> None:
    sides = company.account("1001"), company.account("1002")
    reported = handed_in(company, "1001", number="LS-77")
    become_one(company, *sides)

    unmerge(company.installation, sides[0], NOW + 1, actor="ben")

    stayed, home = company.signed_in("1002"), company.signed_in("1001")
    assert stayed.get(f"/submissions/{reported.public_id}").status_code == 404
    assert "LS-77" not in stayed.get("/submissions").text
    assert "LS-77" in home.get("/submissions").text
    assert named_in_the_queue(company) == [sides[0]]
    assert decided(company, reported, note()).submission.state is _S.ACCEPTED
    assert (bonus(company, sides[0]), bonus(company, sides[1])) == (800, 0)


def test_a_question_that_is_answered_after_the_merge_comes_back_for_the_company_that_stays(company: Portal) -> None:
    sides = company.account("1001"), company.account("1002")
    reported = handed_in(company, "1001")
    ask(acting(), company.installation, reported.public_id, "Which roof?", looked_at(company, reported).version, NOW)
    become_one(company, *sides)
    browser = company.signed_in("1002")

    answered = browser.post(f"/submissions/{reported.public_id}/answer", data={"text": "The southern one."})

    assert answered.status_code == 303
    assert looked_at(company, reported).state is _S.RECEIVED
    assert named_in_the_queue(company) == [sides[1]]


def test_nobody_decides_for_a_company_that_has_become_the_own_one(company: Portal) -> None:
    sides = company.account("1001"), company.account("1002")
    reported = handed_in(company, "1001")
    with company.installation.database.writing() as connection:
        add_membership(connection, CLARA, sides[1], NOW, role="manager")
    become_one(company, *sides)

    with pytest.raises(Refusal) as refused:
        decided(company, reported, note())

    assert refused.value.code == "own_account"


def test_companies_that_become_one_after_the_other_are_one(company: Portal) -> None:
    """A report of the first one is shown by the last one, over two merges, and a note is known that it brought."""
    path = company.folder / "third.csv"
    path.write_text("customer_number;name;group;country;locale;email;street;postcode;city;identifiers\n"
                    "1003;Third Roofs;partner;DE;de;x@third.example;Weg 3;10115;Berlin;\n", "utf-8")
    import_participants(company.installation, path, NOW)
    first, second, third = (company.account(customer) for customer in ("1001", "1002", "1003"))
    reported = handed_in(company, "1001", number="LS-77", issued_on=FIFTH_OF_NOVEMBER.isoformat())
    become_one(company, first, second)
    become_one(company, second, third)

    assert "LS-77" in company.signed_in("1003").get("/submissions").text
    assert decided(company, reported, note()).submission.state is _S.ACCEPTED
    assert bonus(company, third) == 800
    assert named_in_the_queue(company) == []
