"""What the service centre works on: a programme with a limit for points by hand, and forms as a browser sends them."""

import re

from starlette.testclient import TestClient

from tests.support.portal import PROGRAMME

LIMITED = PROGRAMME.replace("[units.bonus]\n", "[units.bonus.manual]\nlimit = 500\n\n[units.bonus]\n", 1).replace(
    "[units.status]\n", "[units.status.manual]\nlimit = 500\n\n[units.status]\n", 1)
BLOCKS = """
[[text_blocks]]
code = "call_back"
title = { de = "Rückruf", en = "Call back", fr = "Rappel" }
text = { de = "Bitte um Rückruf.", en = "Please call back.", fr = "Merci de rappeler." }
"""
NOTE = {"kind": "call_in", "text": "Asks for LS-2", "status": "waiting_participant", "due_on": "27/11/2026"}


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a form on a page."""
    return dict(re.findall(r'<input type="hidden" name="(form_id|version)" value="([^"]+)">', page))


def filled(client: TestClient, path: str, **values: str) -> dict[str, str]:
    """What a browser would send: the hidden fields of the form on a page, and what was typed."""
    page = client.get(path)
    assert page.status_code == 200, page.text
    return hidden(page.text) | values


def sent(client: TestClient, path: str, **values: str) -> str:
    """Fill the form of a page, send it, and follow it to the next page."""
    answer = client.post(path, data=filled(client, path, **values))
    assert answer.status_code == 303, answer.text
    return client.get(answer.headers["location"]).text
