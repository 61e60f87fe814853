"""Buttons of an order's page that do something at once: a parcel arrived or did not, and what failed is tried again."""

from collections.abc import Callable

from starlette.responses import Response

from treuwerk.domain.refusals import Refusal
from treuwerk.services.orders.arriving import parcel_arrived, parcel_not_arrived
from treuwerk.services.orders.trying_again import try_again
from treuwerk.web.forms.pages import told, version_of
from treuwerk.web.office.frame import number_in
from treuwerk.web.office.orders.listing import path_of
from treuwerk.web.office.orders.words import order_refusal
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext, see_other
from treuwerk.web.shell.state import Visit


def arrived_form(visit: Visit) -> Response:
    """A parcel is there; that can be taken back."""
    number, version = number_in(visit, "parcel"), version_of(visit)
    undo = f"{_path(visit)}/parcels/{number}/not-arrived"
    return _noted(visit, lambda name: parcel_arrived(visit.shell.installation, visit.access, name, number, visit.now,
                                                     version=version or None),
                  marked("The parcel is noted as delivered."), undo)


def not_arrived_form(visit: Visit) -> Response:
    """It is not, after all."""
    number, version = number_in(visit, "parcel"), version_of(visit)
    return _noted(visit, lambda name: parcel_not_arrived(visit.shell.installation, visit.access, name, number,
                                                         visit.now, version=version or None),
                  marked("The parcel is on its way again."), f"{_path(visit)}/parcels/{number}/arrived")


def again_form(visit: Visit) -> Response:
    """Work again on what failed, and ask suppliers again that did not answer."""
    version = version_of(visit)
    return _noted(visit, lambda name: try_again(visit.shell.installation, visit.access, name, visit.now,
                                                version=version or None),
                  marked("It is worked on again. Suppliers get it with the next run, within a minute."))


def _path(visit: Visit) -> str:
    return path_of(visit.request.path_params["id"])


def _noted(visit: Visit, act: Callable[[str], object], words: str, undo: str = "") -> Response:
    """Do it and say so; where it is refused, say why beside what the order is now."""
    name, version = visit.request.path_params["id"], version_of(visit)
    tone, fields = "good", {"version": str(version + 1)} if version else dict[str, str]()
    try:
        act(name)
        message = gettext(visit, words)
    except Refusal as refusal:
        message, tone, undo = order_refusal(visit, refusal), "bad", ""
    visit.shell.installation.database.run(
        lambda connection: told(visit, connection, message, tone=tone, undo_path=undo, undo_fields=fields))
    return see_other(_path(visit))
