"""The purchase history: by product and year, with delivery notes and serial numbers."""

from collections.abc import Iterator

import attrs
from starlette.responses import Response

from treuwerk.services import own_account, purchase_history
from treuwerk.services.purchase_history import PurchaseFilters
from treuwerk.web.portal.account import main_unit, naming_of, own_chip
from treuwerk.web.portal.csv_files import Cell, csv_answer
from treuwerk.web.portal.filtering import address, cursor_of, words_of, year_of
from treuwerk.web.shell.pages import gettext, marked, page
from treuwerk.web.shell.state import Visit

ROWS_OF_A_PAGE = 25
_ROWS_AT_ONCE = 1_000
_HEADS = (marked("Delivered"), marked("Delivery note"), marked("Line"), marked("Seller"), marked("Article number"),
          marked("Product"), marked("Quantity"), marked("Kind"), marked("Serial numbers"), marked("Booking number"))


@attrs.frozen
class Wanted:
    """The filters of the address."""

    year: str
    article: str
    q: str
    chips: tuple[tuple[str, str], ...] = ()

    def url(self, path: str, **changed: str) -> str:
        """The same filters at a path, some of them changed."""
        return address(path, {"year": self.year, "article": self.article, "q": self.q} | changed)


def purchases_page(visit: Visit) -> Response:
    """One page of purchase lines, and what each product brought under the same filters."""
    wanted, unit, access = _wanted(visit), main_unit(visit), visit.access
    cursor = cursor_of(visit.request.query_params.get("before", ""), "")
    before = cursor.before if cursor else None
    filters = _filters(wanted)
    with visit.shell.installation.database.reading() as connection:
        found, older = own_account.purchases(access, connection, before=before, limit=ROWS_OF_A_PAGE, filters=filters)
        totals = own_account.article_totals(access, connection, unit, filters)
        years = own_account.purchase_years(access, connection)
        bought = own_account.article_totals(access, connection, unit)
        chip = own_chip(visit, connection)
    articles = sorted((total.article_number, total.article_name or total.article_number) for total in bought)
    return page(visit, "portal/purchases.html", section="/purchases", wanted=wanted, purchases=found, totals=totals,
                years=[(str(year), str(year)) for year in years], articles=articles, unit=unit, chip=chip,
                csv_url=wanted.url("/purchases.csv"), newest_url=wanted.url("/purchases") if cursor else "",
                older_url=wanted.url("/purchases", before=str(older)) if older else "")


def _wanted(visit: Visit) -> Wanted:
    query = visit.request.query_params
    bare = Wanted(query.get("year", ""), words_of(query.get("article", "")), words_of(query.get("q", "")))
    year_of(bare.year)
    chips = [(text, bare.url("/purchases", **{name: ""}))
             for name, text in (("year", bare.year), ("article", bare.article), ("q", bare.q)) if text]
    return attrs.evolve(bare, chips=tuple(chips))


def _filters(wanted: Wanted) -> PurchaseFilters:
    return PurchaseFilters(year_of(wanted.year), wanted.article, wanted.q)


def purchases_csv(visit: Visit) -> Response:
    """All purchase lines that the filters leave, as CSV."""
    return csv_answer("purchases.csv", _rows(visit, _filters(_wanted(visit))))


def _rows(visit: Visit, filters: PurchaseFilters) -> Iterator[list[Cell]]:
    naming, units = naming_of(visit), list(visit.shell.installation.programme.settings.units)
    yield [*(gettext(visit, head) for head in _HEADS), *map(naming.unit, units)]
    for one in _all_purchases(visit, filters):
        kinds = ", ".join(naming.step("factor", value) for value in one.features.values())
        yield [one.occurred_on.isoformat(), one.document, one.line, one.seller, one.article_number, one.article_name,
               one.quantity, kinds, ", ".join(one.serials), one.booking or "",
               *(one.amounts.get(unit, 0) for unit in units)]


def _all_purchases(visit: Visit, filters: PurchaseFilters) -> Iterator[purchase_history.Purchase]:
    before: int | None = None
    with visit.shell.installation.database.reading() as connection:
        while True:
            found, before = own_account.purchases(visit.access, connection, before=before, limit=_ROWS_AT_ONCE,
                                                  filters=filters)
            yield from found
            if before is None:
                return
