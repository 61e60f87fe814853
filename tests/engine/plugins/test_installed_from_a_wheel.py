"""A stranger's plugin comes as a wheel, is installed by pip, shows everywhere, and leaves nothing behind."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[3]
SUPPORT = ROOT / "tests" / "support"
META = "stranger_seminars-1.4.dist-info"
WALK = """
import json, sys
from pathlib import Path
from tests.support.portal import NOW, PROGRAMME, open_portal
from treuwerk.programme.errors import ProgrammeError
from treuwerk.services.installation import claim_database
from treuwerk.store.database import Database
from treuwerk.store.migrating import migrate

folder, names = Path(sys.argv[1]), sys.argv[2:]
programme = PROGRAMME.replace('"activity_points"]', ", ".join(['"activity_points"', *map(json.dumps, names)]) + "]")
database = Database(f"sqlite:///{folder / 'walk.db'}")
migrate(database)
claim_database(database, "sunny", NOW)
try:
    portal = open_portal(folder, database, programme)
except Exception as error:
    print(json.dumps({"refused": f"{type(error).__name__}: {error}"}))
    sys.exit()
portal.deliver("2026-05-06", "LS-9;10;2026-05-05;1001;M400;31;PCE;SYSTEM;")
anna, olga = portal.signed_in(language="de"), portal.in_office("admin")
home, page, guide = (anna.get(path) for path in ("/", "/seminars", "/_styleguide"))
print(json.dumps({
    "entry": 'href="/seminars">Seminare</a>' in home.text, "panel": "Seminare in Ihrer N\\u00e4he" in home.text,
    "page": page.status_code, "text": "Punkte zum Einl\\u00f6sen." in page.text,
    "styleguide": "Seat of a seminar" in guide.text,
    "right": portal.signed_in(role="member").get("/seminars").status_code,
    "status": "stranger-seminars" in olga.get("/office/plugins").text}))
"""
EVERYTHING = {"entry": True, "panel": True, "page": 200, "text": True, "styleguide": True, "right": 403,
              "status": True}
NOTHING = {"entry": False, "panel": False, "page": 404, "text": False, "styleguide": False, "right": 404,
           "status": False}


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """A distribution as somebody would upload it: a package with its folder, and an entry point."""
    path = tmp_path / "stranger_seminars-1.4-py3-none-any.whl"
    files = {"stranger_seminars/__init__.py": (SUPPORT / "sample_plugin.py").read_text("utf-8")
             + "\n\nplugin = SamplePlugin()\n",
             f"{META}/METADATA": "Metadata-Version: 2.1\nName: stranger-seminars\nVersion: 1.4\n",
             f"{META}/WHEEL": "Wheel-Version: 1.0\nGenerator: by hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
             f"{META}/entry_points.txt": "[treuwerk.plugins]\nsample = stranger_seminars:plugin\n"}
    part = SUPPORT / "sample_part"
    files |= {f"stranger_seminars/sample_part/{one.relative_to(part).as_posix()}": one.read_text("utf-8")
              for one in sorted(part.rglob("*")) if one.is_file()}
    with ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        archive.writestr(f"{META}/RECORD", "".join(f"{name},,\n" for name in [*files, f"{META}/RECORD"]))
    return path


def walked(site: Path, folder: Path, *names: str) -> dict[str, object]:
    """What somebody meets in a process of its own, with the plugins that the programme names."""
    folder.mkdir()
    done = subprocess.run([sys.executable, "-c", WALK, str(folder), *names], check=False, capture_output=True,
                          text=True, env={**os.environ, "PYTHONPATH": os.pathsep.join((str(site), str(ROOT)))})
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_installed_it_is_everywhere_and_removed_it_is_nowhere(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", str(site),
                    str(wheel)], check=True, capture_output=True)

    assert walked(site, tmp_path / "named", "sample") == EVERYTHING
    assert walked(site, tmp_path / "unnamed") == NOTHING

    shutil.rmtree(site)

    assert walked(site, tmp_path / "removed") == NOTHING
    refused = str(walked(site, tmp_path / "missed", "sample")["refused"])
    assert "sample" in refused
    assert "installed" in refused
