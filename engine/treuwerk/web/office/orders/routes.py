"""The routes of the order desk, each with its right."""

from starlette.routing import BaseRoute

from treuwerk.domain.rights import Audience
from treuwerk.services.orders.scope import PLACE, READ, WRITE
from treuwerk.web.lists import BULK_BYTES, BULK_FIELDS
from treuwerk.web.office.orders import (
    acting,
    listing,
    many,
    money_pages,
    noting,
    pick_lists,
    placing_for,
    showing,
)
from treuwerk.web.office.orders.works import WORKS
from treuwerk.web.shell.routing import DeclaredRoute, Handler

_FOR = "/office/participants/{account}/order"
_ONE = f"{listing.HOME}/{{id}}"
_LIST = f"{pick_lists.HOME}/{{list}}"


def order_routes() -> list[BaseRoute]:
    """All of them."""
    return [
        _get(listing.HOME, lambda visit: listing.orders_page(visit, many.acts_of), "office_orders"),
        DeclaredRoute(f"{listing.HOME}-bulk", many.orders_bulk_form, permission=READ, name="office_orders_bulk",
                      methods=("POST",), audience=Audience.OFFICE, body_bytes=BULK_BYTES, fields=BULK_FIELDS),
        _get(f"{listing.HOME}.csv", listing.orders_csv, "office_orders_csv"),
        _post(f"{listing.HOME}-views", listing.orders_views_form, READ, "office_orders_views"),
        _get(_ONE, showing.order_page, "office_order"),
        _get(_FOR, placing_for.choose_page, "office_order_for", PLACE),
        _post(_FOR, placing_for.order_form, PLACE, "office_order_for_form"),
        *(_get(f"{_ONE}/{one.name}", acting.work_page, f"office_order_{one.name}", one.right)
          for one in WORKS.values()),
        *(_post(f"{_ONE}/{one.name}", acting.work_form, one.right, f"office_order_{one.name}_form")
          for one in WORKS.values()),
        _get(f"{_ONE}/money", money_pages.money_page, "office_order_money", WRITE),
        _post(f"{_ONE}/money", money_pages.money_form, WRITE, "office_order_money_form"),
        _post(f"{_ONE}/pick", pick_lists.pick_form, WRITE, "office_order_pick"),
        _get(pick_lists.HOME, pick_lists.lists_page, "office_pick_lists"),
        _get(f"{_LIST}.csv", pick_lists.list_csv, "office_pick_list_csv"),
        _get(_LIST, pick_lists.list_page, "office_pick_list"),
        _post(f"{_LIST}/labels", pick_lists.labels_form, WRITE, "office_labels"),
        _post(f"{_ONE}/again", noting.again_form, WRITE, "office_order_again"),
        _post(f"{_ONE}/parcels/{{parcel}}/arrived", noting.arrived_form, WRITE, "office_parcel_arrived"),
        _post(f"{_ONE}/parcels/{{parcel}}/not-arrived", noting.not_arrived_form, WRITE, "office_parcel_not_arrived"),
    ]


def _get(path: str, handler: Handler, name: str, right: str = READ) -> DeclaredRoute:
    return DeclaredRoute(path, handler, permission=right, name=name, audience=Audience.OFFICE)


def _post(path: str, handler: Handler, right: str, name: str) -> DeclaredRoute:
    return DeclaredRoute(path, handler, permission=right, name=name, methods=("POST",), audience=Audience.OFFICE)
