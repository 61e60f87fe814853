"""Addresses of carriers: only https with the number behind the host, whatever somebody writes into the programme."""

from urllib.parse import urlsplit

import pytest

from treuwerk.domain.parcels import Parcel, is_pattern, link_of


@pytest.mark.parametrize("pattern", [
    "javascript:alert('{tracking}')", "JaVaScRiPt:{tracking}", "data:text/html,{tracking}",
    "http://dhl.example/{tracking}",
    "//dhl.example/{tracking}", "/find?n={tracking}", "https:{tracking}", "https:///{tracking}", "https://?n={tracking}",
    "https://{tracking}.example/", "https://dhl.example:{tracking}/", "https://dhl.example@evil.example/{tracking}",
    "https://{tracking}@evil.example/", "https://dhl.example/", "https://dhl.example/{}", "https://dhl.example/{0}",
    "https://dhl.example/{tracking}/{tracking}", "https://dhl.example/{tracking!r}", "https://dhl.example/{ tracking }",
    "https://dh\N{LATIN SMALL LETTER DOTLESS I}.example/{tracking}",
    "https://dhl.example/\N{RIGHT-TO-LEFT OVERRIDE}{tracking}",
    "https://dhl.example/ {tracking}", "https://dhl.example/\t{tracking}", "https://dhl.example/\n{tracking}",
    "", "{tracking}"])
def test_what_could_lead_elsewhere_is_no_pattern(pattern: str) -> None:
    assert not is_pattern(pattern)


@pytest.mark.parametrize("tracking", [
    "/../../evil", "?a=b#c", "@evil.example", "javascript:alert(1)", "{tracking}", "\N{RIGHT-TO-LEFT OVERRIDE}1", "%2f",
    "1" * 100_000])
def test_no_number_leads_away_from_the_carrier(tracking: str) -> None:
    pattern = "https://dhl.example/find/{tracking}"
    assert is_pattern(pattern)

    link = urlsplit(link_of({"DHL": pattern}, Parcel("dhl", tracking)))

    assert (link.scheme, link.netloc, link.query, link.fragment) == ("https", "dhl.example", "", "")
    assert link.path.startswith("/find/")
    assert link.path.count("/") == 2
