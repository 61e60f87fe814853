"""The pages of a reported purchase as pictures, and its files as they came, for who may see them."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from treuwerk.domain.refusals import Refusal
from treuwerk.services.submissions import entering
from treuwerk.services.submissions import states as submissions
from treuwerk.services.submissions.deciding import DECIDE, READ
from treuwerk.services.submissions.states import Page
from treuwerk.services.submissions.storing_files import store_file
from treuwerk.web.office.frame import number_in, seen, sent_back
from treuwerk.web.shell.page_files import original_file as the_file
from treuwerk.web.shell.page_files import page_picture
from treuwerk.web.shell.pages import see_other
from treuwerk.web.shell.state import Visit


def picture_file(visit: Visit) -> Response:
    """The picture of one page of one file."""
    return page_picture(visit, _page(visit), number_in(visit, "picture"))


def original_file(visit: Visit) -> Response:
    """A file as it came, to be kept."""
    page = _page(visit)
    return the_file(visit, page, f"{visit.request.path_params['id']}-{page.number}")


def pages_form(visit: Visit) -> Response:
    """Add files to a purchase that staff enter on behalf; what cannot be taken is told with its reason."""
    public_id, installation = visit.request.path_params["id"], visit.shell.installation
    visit.access.require(DECIDE)
    if not visit.files:
        return sent_back(visit, Refusal("no_file", "found no file, expected one"), f"/office/submissions/{public_id}")
    for upload in visit.files:
        try:
            stored = store_file(installation, upload.file, upload.filename or "")
            installation.database.run(lambda connection, one=stored: entering.add_for(  # type: ignore[misc]
                visit.access, connection, installation, public_id, one, visit.now))
        except Refusal as refusal:
            return sent_back(visit, refusal, f"/office/submissions/{public_id}")
    return see_other(f"/office/submissions/{public_id}#pages")


def _page(visit: Visit) -> Page:
    visit.access.require(READ)
    number = number_in(visit, "number")
    with visit.shell.installation.database.reading() as connection:
        found = submissions.sent(connection, visit.request.path_params["id"])
        page = next((one for one in submissions.pages(connection, found) if one.number == number), None)
    if page is None:
        raise HTTPException(404)
    seen(visit, "submission.read", found.account_id, found.public_id)
    return page
