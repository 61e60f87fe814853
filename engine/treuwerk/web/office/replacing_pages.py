"""Sending pieces of a line once more, without points: the form and what it leads to."""

import attrs
from sqlalchemy import Connection
from starlette.responses import Response

from treuwerk.domain.refusals import KeyConflict, Refusal
from treuwerk.domain.reward_orders import OrderAct
from treuwerk.domain.rights import OutOfScope
from treuwerk.services.office import participant_profile
from treuwerk.services.orders.places import TYPED, Place, places_of
from treuwerk.services.orders.replacing import Replacement, replace_in
from treuwerk.services.orders.viewing_orders import OrderLine, PlacedOrder, order_of
from treuwerk.web.forms import area, text, whole
from treuwerk.web.forms.pages import done, empty, read, refused, told, version_of
from treuwerk.web.forms.reading import FORM_ID
from treuwerk.web.forms.showing import Shown
from treuwerk.web.office.frame import number_in, office_page, seen, settings_of
from treuwerk.web.office.linking import href_of
from treuwerk.web.office.orders.place_fields import (
    PlaceForm,
    destination_in,
    place_blamed,
    place_context,
    place_options,
)
from treuwerk.web.office.replacing_words import blamed, is_known
from treuwerk.web.shell.content import localised
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext
from treuwerk.web.shell.state import Visit

SAME = "same"
"""In place of an address: where the first one went."""


@attrs.frozen
class ReplacementForm(PlaceForm):
    """How many pieces, why, where to, and whether something else is sent instead."""

    pieces: int = whole(marked("Pieces"), at_least=1, at_most=10_000)
    variant: str = text(marked("Another variant instead"), required=False, longest=60)
    reason: str = area(marked("Reason"), longest=400)


def replace_page(visit: Visit) -> Response:
    """The form about one line of an order."""
    order, line, places = _line(visit)
    first = SAME if order.destination else next((one.name for one in places), TYPED)
    initial = {"pieces": 1, "place": first, "country": order.destination.country if order.destination else ""}
    return _shown(visit, order, line, places, empty(visit, ReplacementForm, initial, version=order.version))


def replace_form(visit: Visit) -> Response:
    """Send them once more."""
    order, line, places = _line(visit)
    options = place_options(visit, places)
    result = read(visit, ReplacementForm, options | {"place": [SAME, *options["place"]]})
    if result.ok:
        said = result.value
        try:
            where = None if said.place == SAME else destination_in(visit, said, places)
            wanted = Replacement(line.number, said.pieces, said.reason, f"office|{visit.form.get(FORM_ID, '')}",
                                 said.variant.strip(), destination=where)
            return done(visit, lambda connection: _replaced(visit, connection, order, wanted))
        except KeyConflict:
            result = result.refused("", marked("This form was sent before, with other entries. Begin anew."))
        except Refusal as refusal:
            result = blamed(visit, result, refusal) if is_known(refusal) else place_blamed(result, refusal)
    return _shown(visit, order, line, places, refused(visit, result), 422)


def _replaced(visit: Visit, connection: Connection, order: PlacedOrder, wanted: Replacement) -> str:
    placed = replace_in(connection, visit.shell.installation, visit.access, order.public_id, wanted, visit.now,
                        version=version_of(visit))
    told(visit, connection, gettext(visit, marked("A new order without points was made of it.")))
    return href_of(placed.public_id) or f"/office/participants/{placed.account_id}"


def _line(visit: Visit) -> tuple[PlacedOrder, OrderLine, list[Place]]:
    number = number_in(visit, "line")
    with visit.shell.installation.database.reading() as connection:
        order = order_of(visit.access, connection, visit.request.path_params["id"])
        places = places_of(connection, order.account_id)
    line = next((one for one in order.lines if one.number == number), None)
    if line is None:
        raise OutOfScope
    return order, line, places


def _shown(visit: Visit, order: PlacedOrder, line: OrderLine, places: list[Place], form: Shown,
           status: int = 200) -> Response:
    settings = settings_of(visit)
    with visit.shell.installation.database.reading() as connection:
        profile = participant_profile.profile(visit.access, connection, settings, order.account_id, visit.now)
    seen(visit, "order.read", order.account_id, order.public_id)
    default = settings.programme.locales[0]
    return office_page(visit, "office/replace.html", status, section="/office/participants", profile=profile,
                       order=order, line=line, form=form, there=line.progress.there_for(OrderAct.REPLACE),
                       name=localised(line.names, visit.locale, default), order_href=href_of(order.public_id),
                       variant=localised(line.variant_names, visit.locale, default),
                       **place_context(visit, places))
