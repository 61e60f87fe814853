"""What a participant has not handed in is nobody's business in the service centre."""

import pytest

from tests.support.pictures import photo
from tests.support.portal import Portal
from tests.support.reporting import begun, handed_in, hidden


def places(where: str) -> list[str]:
    number = where.rpartition("/")[2]
    return [f"/office/submissions/{number}", f"/office/submissions/{number}/files/1/1.jpg",
            f"/office/submissions/{number}/files/1"]


@pytest.mark.parametrize("discarded", [False, True])
def test_the_office_sees_no_drafts(uploading: Portal, *, discarded: bool) -> None:
    browser = uploading.signed_in()
    where = begun(browser, ("note.jpg", photo()))
    if discarded:
        browser.post(f"{where}/withdraw", data=hidden(browser.get(f"{where}/edit").text))

    office = uploading.in_office("agent")

    assert [office.get(path).status_code for path in places(where)] == [404, 404, 404]


def test_the_office_sees_what_was_handed_in_and_withdrawn_after(uploading: Portal) -> None:
    browser = uploading.signed_in()
    where = handed_in(browser, ("note.jpg", photo()))
    office = uploading.in_office("agent")
    before = [office.get(path).status_code for path in places(where)]

    browser.post(f"{where}/withdraw", data=hidden(browser.get(where).text))

    assert before == [office.get(path).status_code for path in places(where)] == [200, 200, 200]
