"""Double points on complete systems in March: simulated, approved, live, stopped, and explained, by commands alone."""

from pathlib import Path

from tests.engine.cli.conftest import Treuwerk
from tests.support.worlds import World, line, table

NO_APPROVAL, APPROVAL = 'zone = "Europe/Berlin"', 'zone = "Europe/Berlin"\nchanges_need_approval = true'
CAMPAIGN = """
[[earning]]
name = "system_month"
rule = "campaign_multiplier"
title = {{ de = "Systemmonat März" }}
valid_from = 2026-03-01
valid_until = {until}
articles = "complete_systems"
rules = ["module_points"]
units = ["bonus"]
factor = 2

[article_filters.complete_systems]
features = {{ scope = ["SYSTEM"] }}
"""


def put_in_force(world: World, *replaced: tuple[str, str], more: str = "") -> None:
    (world.folder / "programme.toml").write_text(text_of(world, *replaced, more=more), "utf-8")


def text_of(world: World, *replaced: tuple[str, str], more: str = "") -> str:
    text = (world.folder / "programme.toml").read_text("utf-8")
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new, 1)
    return text + more


def laid_beside(world: World, text: str) -> Path:
    place = world.folder.parent / "next"
    place.mkdir(exist_ok=True)
    (place / "programme.toml").write_text(text, "utf-8")
    return place


def test_a_campaign_is_simulated_approved_live_explained_and_stopped(world: World, treuwerk: Treuwerk) -> None:
    put_in_force(world, (NO_APPROVAL, APPROVAL))
    march = [line("LS-1", delivered_on="2026-03-10"), line("LS-2", delivered_on="2026-03-11", scope="MODULE"),
             line("LS-3", delivered_on="2026-04-01")]
    assert treuwerk("clear", world.file("first.csv", table(march))).code == 0

    text = text_of(world, ('"activity_points"', '"activity_points", "campaign_multiplier"'),
                   more=CAMPAIGN.format(until="2026-03-31"))
    asked = treuwerk("simulate", "--next", laid_beside(world, text), "--propose", "March is the month of systems",
                     "--actor", "Ada Lovelace", "--json")
    assert (asked.code, asked.json["totals"]["bonus"]["difference"]) == (0, 800)  # of LS-1, of no other
    [waiting, *_] = treuwerk("proposals", "list", "--json").json["proposals"]

    (world.folder / "programme.toml").write_text(text, "utf-8")
    second = world.file("second.csv", table([line("LS-4", delivered_on="2026-03-20")]))
    refused = treuwerk("clear", second)
    assert refused.code == 2
    assert "treuwerk" in refused.err  # the next step is a command
    assert treuwerk("proposals", "approve", waiting["id"], "--actor", "Ada Lovelace").code == 1
    assert treuwerk("proposals", "approve", waiting["id"], "--actor", "Bob Byron").code == 0
    live = treuwerk("clear", second, "--json")
    assert (live.code, live.json["points"]) == (0, {"bonus": 1600, "status": 400})

    statement = treuwerk("statement", "10017", "--json").json
    booked = next(one["id"] for one in statement["entries"] if "LS-4" in str(one))
    tree = treuwerk("explain", booked, "--json").json["tree"]
    assert [(one["rule"], one["unit"], one["points"]) for one in tree["awards"]] == [
        ("module_points", "bonus", 800), ("module_points", "status", 400), ("system_month", "bonus", 800)]

    stopped = text.replace("valid_until = 2026-03-31", "valid_until = 2026-03-20")
    asked = treuwerk("simulate", "--next", laid_beside(world, stopped), "--propose", "Budget is used up",
                     "--actor", "Bob Byron")
    assert asked.code == 0, asked
    newest = treuwerk("proposals", "list", "--json").json["proposals"][0]
    assert treuwerk("proposals", "approve", newest["id"], "--actor", "Ada Lovelace").code == 0
    (world.folder / "programme.toml").write_text(stopped, "utf-8")
    third = world.file("third.csv", table([line("LS-5", delivered_on="2026-03-25")]))
    assert treuwerk("clear", third, "--json").json["points"] == {"bonus": 800, "status": 400}
    assert world.violated() == {}
