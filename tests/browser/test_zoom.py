"""A window of 1280 by 1024 px at 400 %: 320 by 256 are left, in which nothing may stay before what is read."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import ADMIN, MANAGER, Site, Visitors
from tests.browser.test_accessibility import window
from tests.browser.walking import NOBODY, stops

_FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
_IN_THE_WAY = """() => {
    const most = window.innerHeight / 4, found = [];
    const middle = (document.documentElement.scrollHeight - window.innerHeight) / 2;
    window.scrollTo(0, middle);
    for (const one of document.querySelectorAll('body *')) {
        const style = getComputedStyle(one), box = one.getBoundingClientRect();
        const stays = style.position === 'fixed' || (style.position === 'sticky' &&
            (style.top !== 'auto' || style.bottom !== 'auto'));
        const seen = Math.min(box.bottom, window.innerHeight) - Math.max(box.top, 0);
        if (stays && box.width && style.visibility !== 'hidden' && !one.matches('.desk-body *') && seen > most)
            found.push(`${one.tagName} ${one.className}: ${Math.round(seen)} px`);
    }
    return found;
}"""
_COVERED = """() => {
    const found = [];
    for (const one of document.querySelectorAll('main :is(a[href], button, input, select, textarea, summary)')) {
        if (!one.checkVisibility({visibilityProperty: true}) || one.type === 'hidden') continue;
        one.focus();
        if (document.activeElement !== one) continue;
        const box = one.getClientRects()[0];
        if (!box || box.width < 2 || box.height < 2) continue;
        const x = Math.min(Math.max(box.left + box.width / 2, 1), window.innerWidth - 1);
        const y = box.top + Math.min(box.height / 2, 12);
        const above = document.elementFromPoint(x, y);
        if (y < 0 || y > window.innerHeight || !above || !(one.contains(above) || above.contains(one) ||
            one.labels && [...one.labels].some(label => label.contains(above))))
            found.push(`${one.outerHTML.slice(0, 120)} under ${above && above.outerHTML.slice(0, 120)} at ${x},${y}`);
    }
    return found;
}"""


def in_the_way(page: Page) -> list[str]:
    """What stays in the way and takes more than a quarter of the window, and what has the focus and is hidden."""
    found: list[str] = page.evaluate(_IN_THE_WAY) + [f"covered: {one}" for one in page.evaluate(_COVERED)]
    return found if page.evaluate(_FITS) else [*found, "wider than the window"]


@pytest.mark.parametrize("user", [NOBODY, MANAGER, ADMIN])
def test_nothing_covers_what_is_read_at_400_percent(visitors: Visitors, site: Site, user: str) -> None:
    page, found = window(visitors, user), {}
    page.set_viewport_size({"width": 320, "height": 256})

    for stop in stops(site, user):
        stop.reach(page, site)
        if faults := in_the_way(page):
            found[stop.address] = faults

    assert found == {}
