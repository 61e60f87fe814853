"""Durable work on the command line."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.engine.cli.conftest import Treuwerk, invoke
from tests.support.inboxes import Box, make_box
from tests.support.worlds import World, lines, table
from treuwerk.store.database import Database

RUN = "from treuwerk.cli import main; main()"


@pytest.fixture
def box(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Box:
    monkeypatch.setenv("TREUWERK_DOCUMENTS", str(tmp_path / "documents"))
    return make_box(tmp_path / "league", database, "quiet_seconds = 0\nevery_seconds = 1\n")


@pytest.fixture
def world(box: Box) -> World:
    return box.world


def listed(treuwerk: Treuwerk, *arguments: str) -> dict[str, dict[str, Any]]:
    outcome = treuwerk("jobs", "list", "--json", *arguments)
    assert outcome.code == 0, outcome.err
    return {order["key"]: order for order in outcome.json}


def test_the_inbox_is_looked_through_and_its_files_are_cleared_by_hand(box: Box, treuwerk: Treuwerk) -> None:
    box.put("may.csv", table(lines(5)))

    looked = treuwerk("jobs", "run", "inbox")
    [key] = listed(treuwerk, "--job", "clear")
    done = treuwerk("jobs", "run", key, "--json")

    assert (looked.code, "1 taken" in looked.out) == (0, True)
    assert (done.code, done.json["state"], done.json["said"][:18]) == (0, "done", "5 lines: 5 booked,")
    assert listed(treuwerk, "--state", "done").keys() >= {key}
    assert "may.csv" in " ".join(box.files())


def test_the_list_speaks_to_people_too(box: Box, treuwerk: Treuwerk) -> None:
    box.put("may.csv", table(lines(5)))
    treuwerk("jobs", "run", "inbox")

    shown = treuwerk("jobs", "list").out.splitlines()

    assert shown[0].split("\t")[:4] == ["key", "job", "state", "attempts"]
    assert any("\tclear\topen\t0" in row for row in shown)


def test_what_failed_is_tried_again_and_what_shall_not_be_is_taken_back(box: Box, treuwerk: Treuwerk) -> None:
    box.put("may.csv", "nonsense\n1\n")
    treuwerk("jobs", "run", "inbox")
    [key] = listed(treuwerk, "--job", "clear")

    failed = treuwerk("jobs", "run", key)
    again = treuwerk("jobs", "retry", key, "--json")
    gone = treuwerk("jobs", "cancel", key, "--json")
    twice = treuwerk("jobs", "cancel", key, "--json")

    assert (failed.code, "delivery_number" in failed.out) == (1, True)
    assert (again.code, again.json["state"], again.json["attempts"]) == (0, "open", 0)
    assert (gone.code, gone.json["state"]) == (0, "cancelled")
    assert (twice.code, twice.json["code"]) == (1, "order_is_over")


@pytest.mark.parametrize(("arguments", "code"), [
    (("run", "nothing"), "unknown_job"), (("run", "clear"), "unknown_job"), (("retry", "nothing"), "unknown_order"),
    (("cancel", "nothing"), "unknown_order")])
def test_what_is_not_there_is_named(box: Box, treuwerk: Treuwerk, arguments: tuple[str, ...], code: str) -> None:
    outcome = treuwerk("jobs", *arguments, "--json")

    assert (outcome.code, outcome.json["code"]) == (1, code)


def test_work_of_the_night_runs_here_and_now(box: Box, treuwerk: Treuwerk) -> None:
    outcome = treuwerk("jobs", "run", "forward", "--json")

    assert (outcome.code, outcome.json["state"], outcome.json["key"][:12]) == (0, "done", "once:forward")


def test_a_worker_works_until_nothing_is_due_and_ends_in_good_order(box: Box, treuwerk: Treuwerk) -> None:
    box.put("may.csv", table(lines(5)))
    process = worker(box)
    until = time.monotonic() + 40
    while "done/may.csv" not in box.files() and time.monotonic() < until:
        time.sleep(0.05)

    process.send_signal(signal.SIGTERM)

    assert process.wait(30) == 0
    assert "done/may.csv.receipt.json" in box.files()
    assert listed(treuwerk)["every:inbox"]["state"] == "open"


def worker(box: Box) -> "subprocess.Popen[bytes]":
    url = box.world.database.url.render_as_string(hide_password=False)
    with (box.world.folder / "worker.log").open("ab") as log:
        return subprocess.Popen([sys.executable, "-c", RUN, "--programme", str(box.world.folder), "--database", url,
                                 "worker"], stdout=log, stderr=log, env={**os.environ})


@pytest.mark.parametrize(("settings", "path"), [
    ('[work]\nrunner = "dboss"\n', "work.runner"), ("[work]\nconcurrency = 0\n", "work.concurrency"),
    ('[work]\ndaily_at = "24:00"\n', "work.daily_at"), ("[api.nobody]\n", "api.nobody"),
    ("[api.deliveries]\n", "api.deliveries"), ('[api.deliveries]\ntoken = "secret"\n', "api.deliveries.token"),
    ("[inbox]\nquiet_seconds = -1\n", "inbox.quiet_seconds")])
def test_mistakes_in_the_settings_of_work_are_named(tmp_path: Path, settings: str, path: str) -> None:
    from tests.support.worlds import programme_folder

    folder = programme_folder(tmp_path / "league", other=[("[clearing]", f"{settings}\n[clearing]")])

    outcome = invoke("--programme", folder, "check", "--json")

    assert outcome.code == 2
    assert path in {error["path"].removeprefix("programme.toml: ") for error in json.loads(outcome.out)["errors"]}


def test_the_doctor_looks_after_work_inbox_and_secrets(box: Box, treuwerk: Treuwerk,
                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    box.put("may.csv", "nonsense\n1\n")
    treuwerk("jobs", "run", "inbox")
    [key] = listed(treuwerk, "--job", "clear")
    treuwerk("jobs", "run", key)

    findings = {one["name"]: one for one in treuwerk("doctor", "--json").json}

    assert (findings["work_failed"]["state"], findings["work_failed"]["found"][:8]) == ("warning", "1 orders")
    assert "jobs retry" in findings["work_failed"]["hint"]
    assert {findings[name]["state"] for name in ("work_waiting", "work_runner", "inbox")} == {"ok"}
    assert {"inbox_room", "arrived_room"} <= set(findings)
