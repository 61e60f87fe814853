"""``treuwerk read``: files as anybody can look at them, with a programme and without one."""

from pathlib import Path

import pytest

from tests.engine.cli.conftest import Treuwerk, invoke
from tests.support.worlds import World, line, table

PLUGIN = """
import attrs
from treuwerk.domain.documents import Document, DocumentKind, Fault
from treuwerk.hookspecs import ClearingSourceKind, hookimpl

@attrs.frozen
class Settings:
    mark: bytes = b"NOTE"

@attrs.frozen
class Reader:
    name: str
    settings: Settings
    def recognises(self, name, head):
        return head.startswith(self.settings.mark)
    def read(self, stream):
        kind, number, *severity = stream.read().decode().split()[1:]
        faults = tuple(Fault(1, "odd", "found an odd sum", severity=one) for one in severity)
        yield Document(self.name, DocumentKind(kind), number, (), faults)

@hookimpl
def clearing_sources():
    return [ClearingSourceKind(name, Settings, Reader, describes_itself=True) for name in {names}]
"""
BROKEN = "raise RuntimeError('out of order')\n"


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Install":
    """Makes plugins look installed, and leaves the command line in an empty folder."""
    shelf = tmp_path / "shelf"
    (tmp_path / "empty").mkdir()
    shelf.mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    monkeypatch.syspath_prepend(str(shelf))
    return Install(shelf)


class Install:
    """A folder of distributions that are made for a test."""

    def __init__(self, shelf: Path) -> None:
        self._shelf = shelf

    def __call__(self, name: str, text: str) -> None:
        """One distribution with one plugin."""
        info = self._shelf / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[treuwerk.plugins]\n{name} = {name}\n")
        (self._shelf / f"{name}.py").write_text(text)

    def notes(self, plugin: str, *kinds: str) -> None:
        """A plugin whose readers take files that begin with NOTE."""
        self(plugin, PLUGIN.replace("{names}", repr(list(kinds))))


def note(folder: Path, text: str) -> Path:
    """A file with this text."""
    (folder / "file").write_text(text)
    return folder / "file"


def test_a_file_that_describes_itself_is_read_without_any_programme(install: Install, tmp_path: Path) -> None:
    install.notes("slips_of_test", "slips")

    outcome = invoke("read", note(tmp_path, "NOTE delivery L1"), "--json")

    assert outcome.code == 0
    assert [(d["source"], d["kind"], d["number"]) for d in outcome.json["documents"]] == [("slips", "delivery", "L1")]
    assert outcome.json["notes"] == []


def test_a_document_that_cannot_earn_is_shown_with_its_kind_and_the_next_step(install: Install,
                                                                              tmp_path: Path) -> None:
    install.notes("slips_of_orders", "slips")

    outcome = invoke("read", note(tmp_path, "NOTE order B7"))

    assert outcome.code == 0
    assert "B7\torder" in outcome.out
    assert outcome.err == ("order B7: earns no points: an order is no purchase yet; send the delivery note or the "
                           "invoice\n")


def test_a_warning_is_shown_and_an_error_ends_with_3(install: Install, tmp_path: Path) -> None:
    install.notes("slips_with_faults", "slips")

    warned = invoke("read", note(tmp_path, "NOTE delivery L1 warning"))
    failed = invoke("read", note(tmp_path, "NOTE delivery L1 error"))

    assert (warned.code, warned.err) == (0, "line 1: warning: found an odd sum\n")
    assert (failed.code, failed.err) == (3, "line 1: found an odd sum\n")


def test_two_readers_that_recognise_a_file_are_named_with_the_way_to_choose(install: Install, tmp_path: Path) -> None:
    install.notes("two_slips", "slips", "sheets")
    file = note(tmp_path, "NOTE delivery L1")

    both = invoke("read", file)
    one = invoke("read", file, "--source", "sheets", "--json")

    assert (both.code, both.err) == (1, "file: recognised by slips and sheets; name one with --source\n")
    assert one.json["documents"][0]["source"] == "sheets"


def test_a_file_that_nobody_knows_names_what_it_looks_like_and_what_to_do(install: Install, tmp_path: Path) -> None:
    install.notes("slips_for_nobody", "slips")

    outcome = invoke("read", note(tmp_path, "<html><body>"))

    assert outcome.code == 1
    assert outcome.err.startswith("file: no source recognises this file: found an XML document <html>, expected a file "
                                  "for one of ")
    assert "slips" in outcome.err
    assert "name one with --source to see what it misses, or describe the file by a table [[sources]]" in outcome.err


def test_a_plugin_that_is_out_of_order_stops_no_other_and_is_named_where_nothing_fits(install: Install,
                                                                                      tmp_path: Path) -> None:
    install.notes("slips_beside", "slips")
    install("out_of_order", BROKEN)

    read = invoke("read", note(tmp_path, "NOTE delivery L1"))
    nobody = invoke("read", note(tmp_path, "hello"))

    assert (read.code, read.err) == (0, "")
    assert "found text that begins 'hello'" in nobody.err
    assert "not asked: plugin 'out_of_order'" in nobody.err


def test_what_the_programme_says_goes_before_what_is_installed(install: Install, world: World, treuwerk: Treuwerk,
                                                               tmp_path: Path) -> None:
    install.notes("slips_and_more", "slips", "deliveries")

    own = treuwerk("read", world.file("a.csv", table([line()])), "--json")
    other = treuwerk("read", note(tmp_path, "NOTE delivery L1"), "--json")

    assert own.json["documents"][0]["source"] == "deliveries"
    assert other.json["documents"][0]["source"] == "slips"


def test_a_programme_that_was_named_must_be_there(install: Install, tmp_path: Path) -> None:
    outcome = invoke("--programme", tmp_path / "nowhere", "read", note(tmp_path, "NOTE delivery L1"))

    assert outcome.code == 2
    assert "nowhere" in outcome.err
