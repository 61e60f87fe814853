"""Pictures of uploaded pages and the files themselves, served so that nothing in them can run.

Who may see them is asked by the page that serves them; here is only how. Pictures are those that we drew; a file goes
out as bytes to be kept, whatever it says that it is.
"""

import re
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response

from treuwerk.domain.uploads import ENDINGS, FileType
from treuwerk.services.documents_folder import Documents, documents_of
from treuwerk.services.submissions.drawing_slots import slot
from treuwerk.services.submissions.states import CLEAN, Page
from treuwerk.services.submissions.storing_files import SCRIPT
from treuwerk.web.shell.state import Visit

_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)
_STRICT = {"content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
           "x-content-type-options": "nosniff", "cross-origin-resource-policy": "same-origin"}
_PICTURE = {**_STRICT, "content-disposition": "inline", "cache-control": "private, max-age=86400, immutable"}


def number_in_path(visit: Visit, name: str) -> int:
    """The number of a page or picture in the path.

    Raises:
        HTTPException: 404, there is no such number.
    """
    text: str = visit.request.path_params[name]
    if not _NUMBER.fullmatch(text):
        raise HTTPException(404)
    return int(text)


def page_picture(visit: Visit, page: Page, number: int, *, small: bool = False) -> Response:
    """The picture of one page of a file, turned as people turned it.

    Raises:
        HTTPException: 404, there is no such page, or the file was not found clean yet.
    """
    if page.state != CLEAN:
        raise HTTPException(404)
    return picture_of_file(visit, page.sha256, page.pages, number, small=small, degrees=page.rotation)


def picture_of_file(visit: Visit, sha256: str, pages: int, number: int, *, small: bool = False,
                    degrees: int = 0) -> Response:
    """The picture of one of the pages of a file that was found clean, turned by so many degrees.

    Raises:
        HTTPException: 404, there is no such page.
    """
    if not 1 <= number <= pages:
        raise HTTPException(404)
    path = documents_of(visit.shell.installation.database).picture(sha256, number, small=small)
    if not path.is_file():
        raise HTTPException(404)
    if degrees:
        return Response(_turned(visit, path, degrees), media_type="image/jpeg", headers=_PICTURE)
    return FileResponse(path, media_type="image/jpeg", headers=_PICTURE)


def original_file(visit: Visit, page: Page, name: str) -> Response:
    """A file as it came, to be kept under a name of ours.

    Raises:
        HTTPException: 404, it was not found clean, or holds a script and is given to nobody.
    """
    documents: Documents = documents_of(visit.shell.installation.database)
    if page.state != CLEAN or page.found == SCRIPT or not documents.has(page.sha256):
        raise HTTPException(404)
    return FileResponse(documents.original(page.sha256), media_type="application/octet-stream",
                        filename=f"{name}{ENDINGS[FileType(page.media_type)]}", headers=_STRICT)


def _turned(visit: Visit, path: Path, degrees: int) -> bytes:
    """A picture of our own drawing, turned clockwise.

    Raises:
        DrawingBusy: too many were being turned on this machine for as long as one waits.
    """
    from io import BytesIO

    from PIL import Image

    content, uploads = BytesIO(), visit.shell.installation.programme.settings.uploads
    with (slot("turn", uploads.drawn_at_once, uploads.drawing_wait_seconds, all_wait=True),
          Image.open(path, formats=["JPEG"]) as picture):
        picture.rotate(-degrees, expand=True).save(content, "JPEG", quality=88)
    return content.getvalue()
