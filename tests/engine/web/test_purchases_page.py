"""The purchase history."""

from tests.engine.web.test_account_page import words
from tests.support.portal import Portal


def test_every_delivered_line_is_there_also_what_earns_nothing(portal: Portal) -> None:
    text = words(portal.signed_in(), "/purchases")

    assert "Roof hook HOOK · Delivery note LS-2, line 20" in text
    assert "earns nothing" in text
    assert "2 serial numbers" in text


def test_products_are_summed_up_under_the_same_filters(portal: Portal) -> None:
    everything, this_year = (words(portal.signed_in(), path) for path in ("/purchases", "/purchases?year=2026"))

    assert "41 pieces +2,880" in everything
    assert "31 pieces +2,480" in this_year


def test_a_product_can_be_picked(portal: Portal) -> None:
    text = words(portal.signed_in(), "/purchases?article=HOOK")

    assert "LS-2, line 20" in text
    assert "LS-1" not in text


def test_someone_elses_purchases_are_not_there(portal: Portal) -> None:
    assert "LS-3" not in words(portal.signed_in(), "/purchases")


def test_nothing_found_offers_to_reset(portal: Portal) -> None:
    assert "Nothing found" in words(portal.signed_in(), "/purchases?q=nowhere")


def test_a_year_without_purchases_is_an_empty_list_and_a_word_is_no_year(portal: Portal) -> None:
    assert "Nothing found" in words(portal.signed_in(), "/purchases?year=2019")
    assert portal.signed_in().get("/purchases.csv?year=2019").status_code == 200
    assert portal.signed_in().get("/purchases?year=last").status_code == 400


def test_what_was_never_bought_is_no_filter(portal: Portal) -> None:
    assert portal.signed_in().get("/purchases?article=M405").status_code == 400


def test_filters_are_chips_that_others_survive(portal: Portal) -> None:
    html = portal.signed_in().get("/purchases?year=2026&q=LS-2").text

    assert 'href="/purchases?q=LS-2"' in html
    assert 'href="/purchases?year=2026"' in html


def test_purchases_can_be_taken_away_as_csv(portal: Portal) -> None:
    lines = portal.signed_in().get("/purchases.csv?year=2026").content.decode("utf-8-sig").splitlines()

    assert len(lines) == 3
    assert ',M400,Sunny 400 <black>,31,SYSTEM,"SN-1, SN-2",txn_' in lines[2]
