"""A participant asks to be forgotten: what would go is shown first, since nobody can bring it back."""

import attrs
from starlette.responses import Response

from treuwerk.domain.refusals import Refusal
from treuwerk.services.office.participant_profile import profile
from treuwerk.services.submissions.forgetting_uploads import foresee_forgetting, forget_uploads
from treuwerk.web.forms import Shown, area, yes
from treuwerk.web.forms.pages import UNPROCESSABLE, empty, read, refused, told
from treuwerk.web.office.frame import account_of, office_page, seen, settings_of
from treuwerk.web.office.words import marked_refusal
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext, see_other
from treuwerk.web.shell.state import Visit


@attrs.frozen
class Forgetting:
    """Why, and that somebody knows what it means."""

    reason: str = area(marked("Reason"), longest=400)
    sure: bool = yes(marked("I know that nobody can bring this back"), required=True,
                     missing=marked("Say that you know what this means. Nothing was changed."))


def forget_page(visit: Visit) -> Response:
    """What would go."""
    seen(visit, "participant.read", account_of(visit))
    return _page(visit, empty(visit, Forgetting))


def forget_form(visit: Visit) -> Response:
    """Take it out for good. Sent twice, it changes nothing the second time."""
    account_id = account_of(visit)
    result = read(visit, Forgetting)
    if not result.ok:
        return _page(visit, refused(visit, result), UNPROCESSABLE)
    installation = visit.shell.installation
    try:
        gone = forget_uploads(visit.access, installation, account_id, visit.now, reason=result.value.reason)
    except Refusal as refusal:
        again = result.refused("reason" if refusal.code == "no_reason" else "", marked_refusal(refusal))
        return _page(visit, refused(visit, again), UNPROCESSABLE)
    words = gettext(visit, marked("Names and texts are gone from the reported purchases and orders. Files removed: "
                                  "%(files)s.")) % {"files": gone.files}
    with installation.database.writing() as connection:
        told(visit, connection, words)
    return see_other(f"/office/participants/{account_id}")


def _page(visit: Visit, form: Shown, status: int = 200) -> Response:
    account_id = account_of(visit)
    with visit.shell.installation.database.reading() as connection:
        whom = profile(visit.access, connection, settings_of(visit), account_id, visit.now)
        would = foresee_forgetting(visit.access, connection, account_id)
    return office_page(visit, "office/forget.html", status, section="/office/participants", profile=whom, would=would,
                       form=form)
