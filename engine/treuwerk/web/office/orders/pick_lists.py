"""Pick lists: made of orders, looked at, printed by supplier or taken as a file, and the address labels with them."""

from collections.abc import Iterator
from typing import Any

import attrs
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from treuwerk.domain.refusals import Refusal
from treuwerk.services.auditing import note_act
from treuwerk.services.orders import labelling, picking
from treuwerk.services.orders.picking import PickList
from treuwerk.services.orders.scope import WRITE
from treuwerk.web.forms import choice, whole
from treuwerk.web.forms.pages import done, empty, read, refused, told
from treuwerk.web.forms.showing import Shown
from treuwerk.web.lists import Cell, csv_answer
from treuwerk.web.office.frame import office_page, settings_of
from treuwerk.web.office.orders.label_sheets import MOST_LABELS, sheet_names, sheets_of
from treuwerk.web.office.orders.listing import HOME as ORDERS
from treuwerk.web.office.orders.listing import path_of
from treuwerk.web.office.orders.words import called, order_refusal
from treuwerk.web.shell.documents import can_be_made
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext, see_other
from treuwerk.web.shell.state import Visit

HOME = "/office/pick-lists"
SUPPLIER, NOBODY = "supplier", "-"
_HEADS = (marked("Supplier"), marked("Article number"), marked("Reward"), marked("Pieces in total"),
          marked("Number of the order"), marked("Customer number"), marked("Participant"), marked("Pieces"))


@attrs.frozen
class SheetForm:
    """On which sheet labels are printed, and which of them is the first that is still there."""

    sheet: str = choice(marked("Sheet of labels"))
    first: int = whole(marked("First free label"), at_least=1, at_most=MOST_LABELS)


def list_path(public_id: str) -> str:
    """The page of a list."""
    return f"{HOME}/{public_id}"


def lists_page(visit: Visit) -> Response:
    """The newest lists."""
    with visit.shell.installation.database.reading() as connection:
        found = picking.recent_lists(visit.access, connection)
    return office_page(visit, "office/orders/pick_lists.html", section=ORDERS, found=found, list_path=list_path)


def pick_form(visit: Visit) -> Response:
    """A list of one order."""
    name = visit.request.path_params["id"]

    def act(connection: Connection) -> str:
        return list_path(picking.make_list(visit.access, connection, settings_of(visit), [name], visit.now))

    try:
        return done(visit, act)
    except Refusal as refusal:
        return _back(visit, refusal, path_of(name))


def list_page(visit: Visit) -> Response:
    """What is to be taken from the shelf, to be printed."""
    settings = settings_of(visit)
    return _shown(visit, empty(visit, SheetForm, {"sheet": settings.labels.sheet, "first": 1}))


def list_csv(visit: Visit) -> Response:
    """The same as a file, a line for each order of an article."""
    found = _found(visit)
    visit.shell.installation.database.run(lambda connection: note_act(
        connection, visit.access, "order.export", 0, found.public_id, now=visit.now))
    return csv_answer(visit, "pick-list.csv", _lines(visit, found))


def labels_form(visit: Visit) -> Response:
    """The labels of a list as PDF; that they were printed is kept and noted."""
    visit.access.require(WRITE)
    sheets = settings_of(visit).labels.known
    result = read(visit, SheetForm, {"sheet": list(sheets)})
    if result.ok and result.value.first > sheets[result.value.sheet].labels:
        result = result.refused("first", marked("This sheet has %(labels)s labels."),
                                labels=sheets[result.value.sheet].labels)
    if not result.ok:
        return _shown(visit, refused(visit, result), 422)
    if not can_be_made():
        raise HTTPException(404)
    return _printed(visit, result.value)


def _printed(visit: Visit, wanted: SheetForm) -> Response:
    """Drawn before it is kept: what could not be drawn was not printed, and drawing holds nobody up."""
    name, database = visit.request.path_params["list"], visit.shell.installation.database
    try:
        with database.reading() as connection:
            labels = labelling.labels_to_print(visit.access, connection, settings_of(visit), name, visit.now)
    except Refusal as refusal:
        return _back(visit, refusal, list_path(name))
    content = sheets_of(visit, labels, wanted.sheet, wanted.first)
    database.run(lambda connection: labelling.note_printed(visit.access, connection, name, labels, visit.now))
    return Response(content, media_type="application/pdf",
                    headers={"content-disposition": 'attachment; filename="labels.pdf"', "cache-control": "no-store"})


def _back(visit: Visit, refusal: Refusal, where: str) -> Response:
    """To a page that says why nothing was printed."""
    words = order_refusal(visit, refusal)
    visit.shell.installation.database.run(lambda connection: told(visit, connection, words, tone="bad"))
    return see_other(where)


def _found(visit: Visit) -> PickList:
    with visit.shell.installation.database.reading() as connection:
        return picking.pick_list(visit.access, connection, settings_of(visit), visit.request.path_params["list"],
                                 visit.now, _supplier(visit))


def _supplier(visit: Visit) -> str | None:
    """The one that is asked for; articles without a supplier have a mark of their own."""
    text = visit.request.query_params.get(SUPPLIER, "")[:200]
    return "" if text == NOBODY else text or None


def _shown(visit: Visit, form: Shown, status: int = 200) -> Response:
    with visit.shell.installation.database.reading() as connection:
        whole_list = picking.pick_list(visit.access, connection, settings_of(visit),
                                       visit.request.path_params["list"], visit.now)
    supplier = _supplier(visit)
    shelves = [one for one in whole_list.shelves if supplier in (None, one.supplier)]
    labels = labelling.labels_of(whole_list)
    return office_page(
        visit, "office/orders/pick_list.html", status, section=ORDERS, found=whole_list, shelves=shelves, form=form,
        path=list_path(whole_list.public_id), supplier=supplier, called=lambda line: called(visit, line),
        path_of=path_of, now=visit.now, nobody=NOBODY, sheets=sheet_names(visit), labels=labels,
        again=sum(one.again for one in labels),
        may_print=can_be_made() and visit.access.may(WRITE),
        repeated=[one for one in whole_list.open if whole_list.earlier(one)],
        gone=len(whole_list.orders) - len(whole_list.open))


def _lines(visit: Visit, found: PickList) -> Iterator[list[Cell]]:
    yield [gettext(visit, head) for head in _HEADS]
    for shelf in found.shelves:
        for article in shelf.articles:
            for share in article.shares:
                yield [shelf.supplier, article.line.variant, str(called(visit, article.line)), article.pieces,
                       share.order.public_id, *_who(found, share.order.account_id), share.pieces]


def _who(found: PickList, account_id: int) -> tuple[str, str]:
    company: Any = found.participants.get(account_id)
    return (company.number, company.name) if company else ("", "")
