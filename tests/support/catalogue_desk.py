"""A portal with a catalogue of rewards, and browsers of those who keep it."""

import re
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path

from httpx2 import Response
from PIL import Image
from starlette.testclient import TestClient

from tests.support.portal import NOW, PROGRAMME, Portal, open_portal
from treuwerk.services.rewards.importing import RewardReceipt, import_rewards
from treuwerk.store.database import Database

CATALOGUE = """
[rewards]
unit = "bonus"

[rewards.pricing]
point_value = 0.01
step = 50

[rewards.categories]
tools = { de = "Werkzeug", en = "Tools", fr = "Outils" }
garden = { de = "Garten", en = "Garden", fr = "Jardin" }

[[constraints]]
name = "europe"
constraint = "origin"
areas = ["EU"]

[roles.editor]
name = { de = "Redaktion", en = "Editor", fr = "Rédaction" }
audience = "office"
permissions = ["catalogue.read", "catalogue.write"]
"""
SAW: Mapping[str, str] = {
    "reward": "SAW", "variant": "SAW-1", "state": "published", "kind": "goods", "category": "tools", "cost": "50.00",
    "vat": "19", "stock": "7", "name_de": "Säge", "summary_de": "Sägt", "name_en": "Saw", "summary_en": "It saws",
    "name_fr": "Scie", "summary_fr": "Elle scie", "origin_statement": "manufactured", "origin_country": "DE",
    "origin_document": "LE-1", "origin_valid_from": "", "origin_valid_until": "2027-03-31"}
"""A saw that may be offered, for 5,950 points."""


def open_catalogue(folder: Path, database: Database, more: str = "", rewards: str = "",
                   plugins: Sequence[str] = ()) -> Portal:
    """A portal whose programme has rewards; `more` tables behind it, `rewards` lines below ``[rewards]``.

    `plugins` are those beside goods, such as other kinds of rewards.
    """
    named = ", ".join(f'"{name}"' for name in ("activity_points", "origin", "goods", *plugins))
    programme = PROGRAMME.replace('"activity_points"]', f"{named}]")
    catalogue = CATALOGUE.replace('unit = "bonus"\n', f'unit = "bonus"\n{rewards}\n', 1)
    return open_portal(folder, database, programme + catalogue + more)


def bring(portal: Portal, *rows: Mapping[str, str]) -> RewardReceipt:
    """Import rewards."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    path = portal.folder / "rewards.csv"
    path.write_text("".join(f"{';'.join(line)}\n" for line in [
        columns, *([row.get(name, "") for name in columns] for row in rows)]), "utf-8")
    receipt = import_rewards(portal.installation, path, NOW)
    assert not receipt.done_in_part, receipt
    return receipt


def fields(html: str, action: str) -> dict[str, str]:
    """What a form of a page would send as it stands: inputs, texts and chosen entries."""
    found = re.search(rf'<form[^>]+action="{re.escape(action)}"[^>]*>(.*?)</form>', html, re.DOTALL)
    assert found, f"no form for {action} in {html}"
    body = found[1]
    values = {}
    for tag in re.findall(r"<input[^>]+>", body):
        kind = re.search(r'type="(\w+)"', tag)
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and not (kind and kind[1] in ("checkbox", "radio", "file") and " checked" not in tag):
            values[name[1]] = value[1] if value else ""
    values |= re.findall(r'<textarea[^>]+name="([^"]+)"[^>]*>\n?(.*?)</textarea>', body, re.DOTALL)
    for name, options in re.findall(r'<select[^>]+name="([^"]+)"[^>]*>(.*?)</select>', body, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        values[name] = chosen[1] if chosen else ""
    return values


def send(browser: TestClient, page: str, action: str = "", **changed: str) -> Response:
    """Open a page, change some fields of its form (``__`` stands for ``-``) and send it."""
    filled = fields(browser.get(page).text, action or page)
    answer: Response = browser.post(action or page, data=filled | {
        name.replace("__", "-"): value for name, value in changed.items()})
    return answer


def press(browser: TestClient, page: str, act: str) -> Response:
    """Press a button of the page of a reward."""
    return send(browser, page, f"{page}/{act}")


def picture(width: int = 800, height: int = 600) -> bytes:
    """A file for the shop."""
    content = BytesIO()
    Image.new("RGB", (width, height), "teal").save(content, "PNG")
    return content.getvalue()
