"""From a complaint to an answer, a replacement and a reply, in windows of both sides."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ADMIN, MANAGER, Site, Visitors
from tests.browser.walking import as_manager, ordered_by_manager
from tests.support.shops import complaint_of


@pytest.mark.parametrize("script", [True, False])
def test_a_complaint_is_answered_replaced_and_replied_to(visitors: Visitors, site: Site, script: bool) -> None:
    client = as_manager(site)
    site.portal.deliver("2026-10-05", f"LS-98{int(script)};10;2026-10-04;1001;M405;100;PCE;SYSTEM;")
    order = ordered_by_manager(site)
    complaint = complaint_of(site.portal, client, order)
    desk = visitors.signed_in(ADMIN, script=script)
    own = visitors.signed_in(MANAGER, script=script, width=320)

    desk.goto(f"/office/complaints/{complaint}")
    desk.check("input[value=replaced]")
    desk.fill("#text", "A new one leaves today.")
    desk.get_by_role("button", name="Send the answer").click()
    expect(desk.locator(".talk-service").last).to_contain_text("A new one leaves today.")
    own.goto(f"/orders/{order}")
    expect(own.locator("main")).to_contain_text("A new one leaves today.")
    own.get_by_role("link", name=re.compile("1 piece was sent once more")).first.click()
    expect(own.locator("main")).to_contain_text("Sent without points, instead of pieces of")
    own.goto(f"/orders/{order}/complaints/{complaint}")
    own.fill("#text", "Thank you.")
    own.get_by_role("button", name="Send the reply").click()
    expect(own.locator(".talk")).to_contain_text("Thank you.")
    assert own.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    desk.reload()
    expect(desk.locator(".talk")).to_contain_text("Thank you.")
