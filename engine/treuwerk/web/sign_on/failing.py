"""A sign-in that came to nothing, in plain words: what happened, and what now."""

import logging
from urllib.parse import urlencode

from starlette.responses import Response

from treuwerk.programme.settings import SignIn
from treuwerk.web.shell.confirming import CONFIRM
from treuwerk.web.shell.logs import FIELDS
from treuwerk.web.shell.pages import page
from treuwerk.web.shell.state import Visit
from treuwerk.web.shell.troubles import provider_key
from treuwerk.web.sign_on.ways import sign_in_page_of, ways_in

_log = logging.getLogger("treuwerk.web")
STATUSES = {"cancelled": 200, "login_required": 200, "expired": 400, "refused": 403, "forged": 403, "blocked": 403,
            "no_role": 403, "not_linked": 403, "another": 403, "unreachable": 503}
"""Why a sign-in fails → status of the page that says so."""


def failed(visit: Visit, sign_in: SignIn, code: str, reason: str, wanted: str, *, fresh: bool = False) -> Response:
    """The page, and a line in the log for what an operator can do something about.

    `fresh`: somebody who is signed in was asked for proof once more, and may be asked so again.
    """
    if code not in ("cancelled", "login_required", "expired"):
        _log.warning("sign-in by %s failed: %s: %s", sign_in.head.name, code, reason,
                     extra={FIELDS: {"request_id": visit.state.request_id, "provider": sign_in.head.name}})
    if code == "unreachable":
        visit.shell.troubles.note(provider_key(sign_in.head.name))
    titles = {way.action: way.title for way in ways_in(visit, sign_in.head.audience)}
    action, others = f"/login/with/{sign_in.head.name}", sign_in_page_of(sign_in, wanted)
    if fresh and visit.state.session:
        others = f"{CONFIRM[sign_in.head.audience]}?{urlencode({'next': wanted})}"
    answer = page(visit, "sign_in_failed.html", STATUSES[code], code=code, title=titles[action], action=action,
                  wanted=wanted, others=others, here=others, fresh=fresh, reference=visit.state.request_id)
    if code == "unreachable":
        answer.headers["retry-after"] = "30"
    return answer
