"""Reporting a purchase in the portal: from the first file to the receipt, without any script."""

import re
from io import BytesIO

import pytest
from PIL import Image

from tests.support.pictures import pages, photo, scripted_pdf
from tests.support.portal import DELIVERIES, Portal
from tests.support.reporting import HERE, begun, handed_in, hidden, send


def test_a_note_is_reported_from_the_first_page_to_the_receipt(uploading: Portal) -> None:
    browser = uploading.signed_in()

    where = begun(browser, ("one.jpg", photo("1")), ("two.pdf", pages(["2", "3"])))
    draft = browser.get(f"{where}/edit").text
    browser.post(f"{where}/edit", data={**hidden(draft), "seller_name": "Wholesale X", "number": "4711",
                                        "issued_on": "2026-11-03", "remark": "Two pallets"})
    check = browser.get(f"{where}/check").text
    browser.post(f"{where}/send", data=hidden(check))
    receipt, listed = browser.get(f"{where}/receipt").text, browser.get(HERE).text

    assert draft.count('class="page"') == 2
    assert [words for words in ("Wholesale X", "4711", "Two pallets", "3 Nov 2026") if words not in check] == []
    assert where.removeprefix(f"{HERE}/") in receipt
    assert "too few reports were decided lately" in receipt
    assert "Wholesale X 4711" in listed
    assert "Received" in listed


def test_typed_words_are_kept_when_a_page_is_added_or_turned(sqlite_uploading: Portal) -> None:
    browser = sqlite_uploading.signed_in()
    where = begun(browser)

    typed = {**hidden(browser.get(f"{where}/edit").text), "seller_name": "Wholesale X"}
    send(browser, f"{where}/files", [("two.jpg", photo("2"))], **typed)
    turned = {**hidden(browser.get(f"{where}/edit").text), "seller_name": "Wholesale X", "number": "77"}
    browser.post(f"{where}/pages/1/turn", data=turned)

    draft = browser.get(f"{where}/edit").text
    assert 'value="Wholesale X"' in draft
    assert 'value="77"' in draft
    assert draft.count('class="page"') == 2


def test_pages_are_moved_removed_and_given_back(sqlite_uploading: Portal) -> None:
    browser = sqlite_uploading.signed_in()
    where = begun(browser, ("a.jpg", photo("a")), ("b.jpg", photo("b")), ("c.jpg", photo("c")))

    def order() -> list[str]:
        return re.findall(r'page-name">([\w.]+)<', browser.get(f"{where}/edit").text)

    browser.post(f"{where}/pages/3/earlier")
    moved = order()
    browser.post(f"{where}/pages/1/remove")
    removed = browser.get(f"{where}/edit").text
    browser.post(f"{where}/pages/1/restore")

    assert moved == ["a.jpg", "c.jpg", "b.jpg"]
    assert "The page is removed." in removed
    assert f'action="{where}/pages/1/restore"' in removed
    assert order() == ["a.jpg", "c.jpg", "b.jpg"]


def test_a_turned_page_is_shown_turned(sqlite_uploading: Portal) -> None:
    browser = sqlite_uploading.signed_in()
    where = begun(browser, ("wide.jpg", photo(size=(800, 400))))
    browser.post(f"{where}/pages/1/turn")

    picture = browser.get(f"{where}/pages/1/1.jpg")

    assert Image.open(BytesIO(picture.content)).size == (400, 800)
    assert picture.headers["content-type"] == "image/jpeg"


def test_pictures_and_files_are_served_so_that_nothing_runs(sqlite_uploading: Portal) -> None:
    browser = sqlite_uploading.signed_in()
    content = pages(["1"])
    where = begun(browser, ("note.pdf", content))

    picture, original = browser.get(f"{where}/pages/1/1.jpg"), browser.get(f"{where}/pages/1/file")

    for answer in (picture, original):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert original.headers["content-type"] == "application/octet-stream"
    name = where.rpartition("/")[2]
    assert original.headers["content-disposition"].startswith(f'attachment; filename="{name}-1.pdf"')
    assert original.content == content


def test_a_pdf_with_a_script_is_given_to_nobody_as_a_file(sqlite_uploading: Portal) -> None:
    browser = sqlite_uploading.signed_in()
    where = begun(browser, ("note.pdf", scripted_pdf()))

    draft = browser.get(f"{where}/edit").text

    assert "This PDF holds a script. It was not run" in draft
    assert browser.get(f"{where}/pages/1/1.jpg").status_code == 200
    assert browser.get(f"{where}/pages/1/file").status_code == 404


@pytest.mark.parametrize("path", ["", "/edit", "/check", "/receipt", "/pages/1/1.jpg", "/pages/1/file"])
def test_nobody_sees_what_another_company_reported(sqlite_uploading: Portal, path: str) -> None:
    where = begun(sqlite_uploading.signed_in())

    assert sqlite_uploading.signed_in("1002").get(f"{where}{path}").status_code == 404


@pytest.mark.parametrize("path", ["/files", "/send", "/withdraw", "/pages/1/remove", "/pages/1/turn", "/edit"])
def test_nobody_changes_what_another_company_reported(sqlite_uploading: Portal, path: str) -> None:
    mine = sqlite_uploading.signed_in()
    where = begun(mine)

    files = [("x.jpg", photo("x"))] if path == "/files" else []
    answer = send(sqlite_uploading.signed_in("1002"), f"{where}{path}", files)

    assert answer.status_code == 404
    assert mine.get(f"{where}/edit").text.count('class="page"') == 1


@pytest.mark.parametrize("name", ["sub_00000000000000000000000000", "..%2f..%2fetc", "sub_x", "%00"])
def test_forged_ids_lead_nowhere(sqlite_uploading: Portal, name: str) -> None:
    assert sqlite_uploading.signed_in().get(f"{HERE}/{name}/pages/1/file").status_code in (400, 404)


@pytest.mark.parametrize("number", ["0/1", "1/0", "1/2", "99/1", "1/99999999999999999999"])
def test_pages_that_are_not_there_are_not_found(sqlite_uploading: Portal, number: str) -> None:
    browser = sqlite_uploading.signed_in()
    page, picture = number.split("/")

    assert browser.get(f"{begun(browser)}/pages/{page}/{picture}.jpg").status_code == 404


def test_what_cannot_be_taken_is_told_by_its_name_and_the_rest_goes_on(sqlite_uploading: Portal) -> None:
    browser = sqlite_uploading.signed_in()

    where = begun(browser, ("good.jpg", photo()), ("drawing.svg", b"<svg xmlns='x'/>"), ("book.zip", b"PK\3\4zip"))

    draft = browser.get(f"{where}/edit").text
    assert draft.count('class="page"') == 1
    assert "“drawing.svg” was not added. Drawings in SVG are not taken" in draft
    assert "“book.zip” was not added. Packed files are not taken." in draft


def test_nothing_is_begun_where_nothing_can_be_taken(sqlite_uploading: Portal) -> None:
    browser = sqlite_uploading.signed_in()

    answer = send(browser, f"{HERE}/new", [("page.html", b"<html>")])

    assert answer.headers["location"] == f"{HERE}/new"
    assert "Web pages are not taken." in browser.get(f"{HERE}/new").text
    assert "No reported purchases yet" in browser.get(HERE).text


def test_case_71_the_same_bytes_are_refused_with_the_way_to_the_first_report(uploading: Portal) -> None:
    browser = uploading.signed_in()
    first = handed_in(browser)

    answer = send(browser, f"{HERE}/new", [("again.jpg", photo())])

    told = browser.get(answer.headers["location"]).text
    assert "You reported this file already." in told
    assert f'href="{first}"' in told


def test_case_71_a_withdrawn_report_can_be_reported_again(sqlite_uploading: Portal) -> None:
    browser = sqlite_uploading.signed_in()
    first = handed_in(browser)
    browser.post(f"{first}/withdraw")

    second = handed_in(browser)

    assert second != first
    assert "Withdrawn" in browser.get(HERE).text


def test_case_16_the_same_note_of_another_company_is_taken_for_a_clerk_to_decide(uploading: Portal) -> None:
    handed_in(uploading.signed_in(), number="4711", seller_name="Wholesale X")
    other = uploading.signed_in("1002")

    where = handed_in(other, number="4711", seller_name="Wholesale X")

    shown = other.get(where).text
    assert "Received" in shown
    assert "reported a document of this number before" not in shown


def test_the_same_number_of_the_same_seller_is_told_before_it_is_sent(uploading: Portal) -> None:
    browser = uploading.signed_in()
    first = handed_in(browser, number="4711", seller_name="Wholesale X")
    where = begun(browser, ("other.jpg", photo("other scan")))
    browser.post(f"{where}/edit", data={**hidden(browser.get(f"{where}/edit").text), "number": "4711",
                                        "seller_name": "WHOLESALE x"})

    check = browser.get(f"{where}/check").text

    assert "You have reported a document of this number before." in check
    assert f'href="{first}"' in check


def test_a_delivery_that_is_booked_is_told_before_it_is_sent(uploading: Portal) -> None:
    uploading.deliver("2026-11-04", "LS-9;10;2026-11-03;1001;M400;10;PCE;MODULE;")
    browser = uploading.signed_in()
    where = begun(browser)
    browser.post(f"{where}/edit", data={**hidden(browser.get(f"{where}/edit").text), "number": "LS-9"})

    assert "A delivery of this number is booked already." in browser.get(f"{where}/check").text


def test_a_file_of_a_feed_is_shown_with_its_lines_and_expected_points(uploading: Portal) -> None:
    content = DELIVERIES + "LS-7;10;2026-11-01;1001;M400;10;PCE;MODULE;\n"
    browser = uploading.signed_in()

    where = handed_in(browser, ("note.csv", content.encode()))

    shown = browser.get(where).text
    assert "LS-7" in shown
    assert "Expected points" in shown
    assert re.search(r'figure">400</span>\s*<span>bonus points', shown)


def test_a_form_that_is_sent_twice_hands_in_once(sqlite_uploading: Portal) -> None:
    browser = sqlite_uploading.signed_in()
    where = begun(browser)
    form = hidden(browser.get(f"{where}/check").text)

    answers = [browser.post(f"{where}/send", data=form) for _ in range(2)]

    assert [answer.headers["location"] for answer in answers] == [f"{where}/receipt"] * 2
    assert browser.get(where).text.count(">Received</span>") + browser.get(where).text.count(">Received<") >= 1
