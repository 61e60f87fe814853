"""A purchase line that earned nothing: which rules there were, and what it was short of."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from treuwerk.services.account.explaining import NotFound
from treuwerk.services.account.why_not import of_line
from treuwerk.services.office import participant_profile
from treuwerk.web.office.frame import office_page, programme_of, seen, settings_of
from treuwerk.web.shell.pages import see_other
from treuwerk.web.shell.state import Visit


def purchase_page(visit: Visit) -> Response:
    """The line with all rules; one that earned something leads to its booking."""
    visit.access.require("participants.read")
    with visit.shell.installation.database.reading() as connection:
        try:
            line = of_line(connection, programme_of(visit), visit.request.path_params["id"])
        except (NotFound, ValueError):
            raise HTTPException(404) from None
        if line.booking:
            return see_other(f"/office/bookings/{line.booking}")
        profile = participant_profile.profile(visit.access, connection, settings_of(visit), line.account_id, visit.now)
    seen(visit, "participant.read", line.account_id)
    return office_page(visit, "office/purchase.html", section="/office/participants", line=line, profile=profile)
