"""What waits for somebody after clearing, for pages that show one of each: unknown numbers, conflicts, held files."""

import re
from pathlib import Path

from starlette.testclient import TestClient

from tests.support.desk import hidden
from tests.support.portal import DELIVERIES, NOW, Portal, at
from treuwerk.domain.aliases import Alias, Kind, Name, Verdict
from treuwerk.domain.ids import row_ids
from treuwerk.domain.participants import CUSTOMER_NUMBER
from treuwerk.domain.rights import Access, Audience
from treuwerk.services.changes.aliasing import OFFICE
from treuwerk.services.changes.mapping_proposals import propose
from treuwerk.services.clearing.clearing import clear_file
from treuwerk.services.clearing.importing import import_sellers

_DAYS = {
    "2026-10-20": ["LS-901;10;2026-10-19;1001;M400;10;PCE;MODULE;", "LS-902;10;2026-10-19;1001;M400;1o;PCE;MODULE;",
                   "LS-903;10;2026-10-19;K-77;M400;10;PCE;MODULE;", "LS-904;10;2026-10-19;1001;XY-400;10;PCE;MODULE;",
                   "LS-905;10;2026-10-19;K-78;M400;10;PCE;MODULE;"],
    "2026-10-21": ["LS-901;10;2026-10-19;1001;M400;12;PCE;MODULE;"],
    "2026-10-22": [f"LS-x{number};10;2026-10-19;1001;M400;ten;PCE;MODULE;" for number in range(30)]}
_CUSTOMER = "/office/mapping/one?kind=participant&sender=Sonnenlicht+AG&scheme=customer_number&number=K-77"
ARTICLE = "/office/mapping/one?kind=article&sender=Sonnenlicht+AG&scheme=number&number=XY-400"
"""The page of an article that nobody knows."""


def clearing_desk(portal: Portal, admin: TestClient) -> dict[str, str]:
    """One of each, made once for a portal: what stands in the places of their paths."""
    if "/office/deliveries/hld_" not in admin.get("/office/deliveries").text:
        _fill(portal, admin)
    queue = admin.get("/office/queue").text
    items = dict.fromkeys(re.findall(r'href="(/office/queue/[0-9]+)"', queue))
    line = next(found[1] for item in items if (found := re.search(
        r'href="/office/lines/([0-9]+-[0-9]+)"', admin.get(item).text)))
    return {
        "/office/lines/{id} id": line,
        "/office/conflicts/{id} id": _first(admin, "/office/conflicts", r"/office/conflicts/([0-9]+-[0-9]+)"),
        "/office/deliveries/{id} id": _first(admin, "/office/deliveries", r"/office/deliveries/(hld_\w+)"),
        "/office/mapping/proposals/{id} id": _first(admin, "/office/mapping", r"/office/mapping/proposals/(map_\w+)"),
        "decision": _first(admin, "/office/mapping/decisions", r"/office/mapping/decisions/(\w+)"),
        "code": "sonnenlicht"}


def _fill(portal: Portal, admin: TestClient) -> None:
    for day, lines in _DAYS.items():
        clear_file(portal.installation, _written(portal.folder / f"desk-{day}.csv", DELIVERIES, lines), at(day))
    sellers = _written(portal.folder / "sellers.csv", "code;name;country;aliases\n",
                       ["sonnenlicht;Sonnenlicht AG;DE;vat:DE811128135"])
    import_sellers(portal.installation, sellers, NOW)
    closed = admin.post(_CUSTOMER.replace("/one?", "/never?"), data=hidden(admin.get(_CUSTOMER).text) | {
        "reason": "Takes no part"})
    assert closed.status_code == 303, closed.text
    _ask_a_colleague(portal)


def _ask_a_colleague(portal: Portal) -> None:
    """Another customer, whom somebody wants to map to 1001."""
    name, account_id = Name(Kind.PARTICIPANT, "Sonnenlicht AG", CUSTOMER_NUMBER, "K-78"), portal.account("1001")
    wanted = Alias(next(row_ids(NOW)), name, "K-78", "Roof and Sun Ltd", Verdict.IS, account_id, "", "", OFFICE,
                   "Clara Weiß", NOW, False, 0, "")
    asking = Access(99, "Clara Weiß", Audience.OFFICE, frozenset({"clearing.map"}))
    portal.installation.database.run(lambda connection: propose(
        asking, connection, name, wanted, "", {"bonus": 800, "status": 400}, NOW))


def _written(path: Path, head: str, lines: list[str]) -> Path:
    path.write_text(head + "".join(f"{line}\n" for line in lines), "utf-8")
    return path


def _first(admin: TestClient, path: str, pattern: str) -> str:
    found = re.search(pattern, admin.get(path).text)
    assert found, (path, pattern)
    return found[1]
