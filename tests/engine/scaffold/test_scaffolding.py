"""What ``treuwerk new`` makes works at once: it loads, passes its own tests and runs as a demo."""

import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from treuwerk.domain.ledger import instant
from treuwerk.programme.errors import ProgrammeError
from treuwerk.programme.reading import read_programme
from treuwerk.services.demo.building import build_demo
from treuwerk.services.operation.scaffolding import new_plugin, new_programme
from treuwerk.store.database import Database
from treuwerk.store.tables import lot, problem
from treuwerk.testing.cases import run_cases
from treuwerk.testing.feeds import read_feeds

NOW = instant(datetime(2026, 11, 21, 12, tzinfo=UTC))


@pytest.fixture
def programme(tmp_path: Path) -> Path:
    return new_programme(tmp_path / "green_roofs", "green_roofs").folder


def installed(plugin: Path, site: Path) -> None:
    """Put a plugin on a path as an installer does: beside its metadata, made from its pyproject."""
    project = tomllib.loads((plugin / "pyproject.toml").read_text("utf-8"))
    about, (package,) = project["project"], project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    metadata = site / f"{about['name'].replace('-', '_')}-{about['version']}.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.4\nName: {about['name']}\nVersion: {about['version']}\n")
    entries = about["entry-points"]["treuwerk.plugins"]
    (metadata / "entry_points.txt").write_text(
        "[treuwerk.plugins]\n" + "".join(f"{name} = {value}\n" for name, value in entries.items()))
    (site / package).symlink_to(plugin / package, target_is_directory=True)


def test_a_new_programme_is_named_as_asked_and_passes_its_cases(programme: Path) -> None:
    loaded = read_programme(programme)
    result = run_cases(loaded)

    assert loaded.settings.programme.code == "green_roofs"
    assert loaded.settings.programme.name == "Green roofs"
    assert result.passed >= 5
    assert result.failed == ()


def test_every_delivery_of_its_demo_is_recognised_and_read_without_a_fault(programme: Path) -> None:
    files = sorted((programme / "demo" / "deliveries").iterdir())

    documents = [document for of_file in read_feeds(programme, files).values() for document in of_file]

    assert len(files) == 2
    assert len(documents) == 4
    assert not [fault for document in documents for fault in document.faults]


def test_its_demo_books_every_line_and_lets_people_in(programme: Path, tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'demo.db'}")

    logins = build_demo(read_programme(programme), database, tmp_path / "demo", NOW)

    with database.reading() as connection:
        points = connection.execute(select(func.sum(lot.c.amount))).scalar()
        problems = connection.execute(select(func.count()).select_from(problem)).scalar()
    database.close()
    assert points == 80 + 16 + 7 + 6 + 2 + 50 + 50
    assert problems == 0
    assert [login.login for login in logins] == ["1001", "1002", "admin", "agent"]


def own_tests(plugin: Path, site: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTHONPATH": str(site), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options], cwd=plugin,
                          env=environment, capture_output=True, text=True, check=False)


def test_a_new_plugin_passes_its_own_tests_once_it_is_installed(tmp_path: Path) -> None:
    plugin = new_plugin(tmp_path / "bulk", "bulk_points").folder
    installed(plugin, tmp_path / "site")

    run = own_tests(plugin, tmp_path / "site")

    assert run.returncode == 0, run.stdout + run.stderr
    assert "3 passed" in run.stdout


def test_a_new_plugin_that_gives_other_points_fails_its_own_cases(tmp_path: Path) -> None:
    plugin = new_plugin(tmp_path / "bulk", "bulk_points").folder
    installed(plugin, tmp_path / "site")
    rule = plugin / "treuwerk_bulk_points" / "__init__.py"
    rule.write_text(rule.read_text("utf-8").replace("pieces * each, steps", "pieces * each + 1, steps"), "utf-8")

    run = own_tests(plugin, tmp_path / "site", "-k", "case")

    assert run.returncode == 1
    assert "expected 75 points" in run.stdout
    assert "found    doubt rule_failed" in run.stdout  # its tape still says 75


@pytest.mark.parametrize("make", [new_programme, new_plugin])
def test_nothing_of_the_template_language_is_left_over(make: Callable[[Path, str], object], tmp_path: Path) -> None:
    make(tmp_path / "made", "some_name")

    paths = [path for path in (tmp_path / "made").rglob("*") if path.is_file()]
    assert len(paths) >= 8
    for path in paths:
        assert not {"{{", "}}", "{%"} & set(path.read_text("utf-8").split())
        assert "jinja" not in path.name
        assert "__package__" not in str(path)


def test_no_name_of_a_plugin_collides_with_what_its_module_imports(tmp_path: Path) -> None:
    for name in ("award", "any", "step", "sequence", "earning_event"):
        folder = new_plugin(tmp_path / name, name).folder

        source = (folder / f"treuwerk_{name}" / "__init__.py").read_text("utf-8")
        namespace: dict[str, object] = {"__name__": f"treuwerk_{name}"}
        exec(compile(source, name, "exec"), namespace)
        assert callable(namespace["earning_rule_kinds"])


@pytest.mark.parametrize(("name", "hint"), [
    ("Green Roofs", "did you mean 'green_roofs'?"), ("green-roofs", "did you mean 'green_roofs'?"),
    ("../roofs", "did you mean 'roofs'?"), ("2roofs", "did you mean 'roofs'?"), ("", "such as green_roofs"),
    ("class", "such as green_roofs"), ("a__b", "did you mean 'a_b'?"), ("ÄÖÜ", "such as green_roofs"),
    ("r" * 41, f"did you mean '{'r' * 40}'?"),
])
@pytest.mark.parametrize("make", [new_programme, new_plugin])
def test_a_name_that_cannot_be_one_is_refused_with_a_better_one(
        make: Callable[[Path, str], object], tmp_path: Path, name: str, hint: str) -> None:
    with pytest.raises(ProgrammeError, match="expected small letters") as caught:
        make(tmp_path / "made", name)

    assert caught.value.mistakes[0].hint == hint
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("make", [new_programme, new_plugin])
def test_a_folder_with_files_is_left_alone(make: Callable[[Path, str], object], tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")

    with pytest.raises(ProgrammeError, match="a folder with files in it, expected a new or an empty folder"):
        make(tmp_path, "roofs")

    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "roofs").write_text("mine")

    with pytest.raises(ProgrammeError, match=r"roofs: found a file, expected a new or an empty folder"):
        new_programme(tmp_path / "roofs", "roofs")


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    made = new_programme(tmp_path, "roofs")

    assert set(made.written) == {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")
                                 if path.is_file()}


def test_a_plugin_cannot_take_the_name_of_an_installed_one(tmp_path: Path) -> None:
    with pytest.raises(ProgrammeError, match="'csv_feed', which treuwerk_csv_feed has already"):
        new_plugin(tmp_path / "made", "csv_feed")
