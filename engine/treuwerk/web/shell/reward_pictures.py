"""Pictures of rewards: what lies at an address never changes, so that browsers keep it."""

import re

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response

from treuwerk.services.documents_folder import NoDocumentsFolder
from treuwerk.services.rewards.pictures import SIZES, picture_path
from treuwerk.web.shell.state import Visit

_NAME = re.compile(rf"([0-9a-f]{{64}})-({'|'.join(map(str, SIZES))})", re.ASCII)
_HEADERS = {"content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
            "x-content-type-options": "nosniff", "cross-origin-resource-policy": "same-origin",
            "cache-control": "private, max-age=31536000, immutable"}


def reward_picture(visit: Visit) -> Response:
    """One picture in one size, for whoever may see the shop or the catalogue."""
    found = _NAME.fullmatch(visit.request.path_params["picture"])
    if found is None:
        raise HTTPException(404)
    try:
        path = picture_path(visit.access, visit.shell.installation, found[1], int(found[2]))
    except NoDocumentsFolder:
        raise HTTPException(404) from None
    if not path.is_file():
        raise HTTPException(404)
    return FileResponse(path, media_type="image/webp", headers=_HEADERS)
