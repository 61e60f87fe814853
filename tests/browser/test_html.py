"""What html-validate finds in the pages as they are sent."""

import json
import subprocess
from pathlib import Path

from tests.browser.conftest import Visitors
from tests.support.node import installed, program

TOOLS = Path(__file__).parents[1] / "support" / "html"


def faults(folder: Path) -> list[str]:
    """File, line, rule and message of everything that html-validate objects to."""
    told = folder / "told.json"
    command = [program("node"), "node_modules/html-validate/bin/html-validate.mjs", "--config", ".htmlvalidate.json",
               "--formatter", f"json={told}"]
    outcome = subprocess.run([*command, *map(str, sorted(folder.glob("*.html")))], cwd=installed(TOOLS), check=False,
                             capture_output=True, text=True, timeout=120)
    assert told.is_file(), outcome.stderr
    return [f"{Path(file['filePath']).name}:{one['line']}: {one['ruleId']}: {one['message']}"
            for file in json.loads(told.read_text("utf-8")) for one in file["messages"]]


def test_every_page_is_valid_html(visitors: Visitors, tmp_path: Path) -> None:
    page = visitors.signed_in()
    page.goto("/account")
    booking = page.locator("a[href^='/bookings/txn_']").first.get_attribute("href")
    assert booking is not None
    paths = {"overview": "/", "account": "/account", "nothing": "/account?q=nothing", "purchases": "/purchases",
             "booking": booking, "login": "/login", "nowhere": "/nowhere", "styleguide": "/_styleguide",
             "office": "/_styleguide/office"}

    for name, path in paths.items():
        (tmp_path / f"{name}.html").write_text(page.request.get(path).text(), "utf-8")

    assert "\n".join(faults(tmp_path)) == ""
    visitors.complaints.clear()


def test_faults_are_found(tmp_path: Path) -> None:
    (tmp_path / "wrong.html").write_text('<!doctype html><html lang="en"><head><title>x</title></head><body>'
                                         '<p id="a"></p><p id="a"><img src="a.png"></p></body></html>', "utf-8")

    assert {fault.split(": ")[1] for fault in faults(tmp_path)} >= {"no-dup-id", "wcag/h37"}
