"""The purchase history: by product and year, with delivery notes and serial numbers."""

from collections.abc import Iterator, Sequence

from starlette.exceptions import HTTPException
from starlette.responses import Response

from treuwerk.services.account import own_account, purchase_history
from treuwerk.services.account.explaining import NotFound
from treuwerk.services.account.purchase_history import PurchaseFilters
from treuwerk.services.rewards.pools import today
from treuwerk.web.lists import Asked, Cell, Column, Filter, ListKind, asked, csv_answer, list_page, list_view
from treuwerk.web.portal.filtering import year_of
from treuwerk.web.shell.own_balance import main_unit, own_chip
from treuwerk.web.shell.pages import gettext, marked, naming_of, page, see_other
from treuwerk.web.shell.state import Visit

ROWS_OF_A_PAGE = 25
_ROWS_AT_ONCE = 1_000
_HEADS = (marked("Delivered"), marked("Delivery note"), marked("Line"), marked("Seller"), marked("Article number"),
          marked("Product"), marked("Quantity"), marked("Kind"), marked("Serial numbers"), marked("Booking number"))
_COLUMNS = tuple(Column(name, title, always=True) for name, title in (
    ("delivered", marked("Delivered")), ("product", marked("Product")), ("quantity", marked("Quantity")),
    ("points", marked("Points"))))


def purchases_page(visit: Visit) -> Response:
    """One page of purchase lines, and what each product brought under the same filters."""
    unit, access = main_unit(visit), visit.access
    with visit.shell.installation.database.reading() as connection:
        years = own_account.purchase_years(access, connection)
        bought = own_account.article_totals(access, connection, unit)
        state = asked(visit, _kind(_offered(visit, years), bought))
        filters = _filters(state)
        found, older = own_account.purchases(access, connection, before=_before(state), limit=ROWS_OF_A_PAGE,
                                             filters=filters)
        totals = own_account.article_totals(access, connection, unit, filters)
        chip = own_chip(visit, connection)
    view = list_view(visit, state, following=(older,) if older else None)
    return list_page(visit, "portal/purchases.html", view, section="/purchases", purchases=found, totals=totals,
                     years=years, unit=unit, chip=chip)


def purchase_page(visit: Visit) -> Response:
    """Why did this line earn nothing, and what was missing? One that did leads to its booking."""
    public_id, programme = visit.request.path_params["id"], visit.shell.installation.programme
    with visit.shell.installation.database.reading() as connection:
        try:
            line = own_account.purchase_line(visit.access, connection, programme, public_id)
        except NotFound:
            raise HTTPException(404) from None
        if line.booking:
            return see_other(f"/bookings/{line.booking}")
        chip = own_chip(visit, connection)
    hints = line.told(today(programme.settings, visit.now))
    return page(visit, "portal/purchase.html", section="/purchases", line=line, hints=hints, chip=chip)


def _kind(years: Sequence[int], bought: Sequence[purchase_history.ArticleTotal]) -> ListKind:
    """The list of one participant: years and products to choose from are those that were bought."""
    articles = sorted((total.article_number, total.article_name or total.article_number) for total in bought)
    return ListKind("purchases", "/purchases", marked("Purchases, newest first"), _COLUMNS, (
        Filter("year", marked("Delivered in"), options=lambda _: [(str(year), str(year)) for year in years]),
        Filter("article", marked("Product"), options=lambda _: articles),
        Filter("q", marked("Search"), "words", example=marked("Delivery note or serial number"))),
        csv_path="/purchases.csv")


def _offered(visit: Visit, years: Sequence[int]) -> list[int]:
    """The years to choose from, newest first; one that is asked for is among them, also where nothing was bought."""
    wanted = year_of(visit.request.query_params.get("year", ""))
    return sorted({*years, *([wanted] if wanted else [])}, reverse=True)


def _filters(state: Asked) -> PurchaseFilters:
    year = state.filters.get("year")
    return PurchaseFilters(int(year) if year else None, state.filters.get("article", ""), state.filters.get("q", ""))


def _before(state: Asked) -> int | None:
    return int(state.after[0]) if state.after else None


def purchases_csv(visit: Visit) -> Response:
    """All purchase lines that the filters leave, as CSV."""
    with visit.shell.installation.database.reading() as connection:
        kind = _kind(_offered(visit, own_account.purchase_years(visit.access, connection)),
                     own_account.article_totals(visit.access, connection, main_unit(visit)))
    return csv_answer(visit, "purchases.csv", _rows(visit, _filters(asked(visit, kind))))


def _rows(visit: Visit, filters: PurchaseFilters) -> Iterator[list[Cell]]:
    naming, units = naming_of(visit), list(visit.shell.installation.programme.settings.units)
    yield [*(gettext(visit, head) for head in _HEADS), *map(naming.unit, units)]
    for one in _all_purchases(visit, filters):
        values = [*one.features.values(), *([one.whole.value] if one.whole else [])]
        kinds = ", ".join(naming.step("factor", value) for value in values)
        yield [one.occurred_on, one.document, one.line, one.seller, one.article_number, one.article_name,
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
