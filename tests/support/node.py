"""Packages of npm that tests need, installed beside the repository once for each version of what asks for them.

``TREUWERK_REQUIRE_NODE=1`` turns skipping into failing where node or npm is not there.
"""

import os
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

REQUIRE_VARIABLE = "TREUWERK_REQUIRE_NODE"
_INSTALL_SECONDS = 300.0


def installed(source: Path) -> Path:
    """A copy of a folder with a ``package.json``, with its packages, outside the repository."""
    npm, content = program("npm"), b"".join(path.read_bytes() for path in sorted(source.iterdir()))
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "treuwerk-tests"
    folder = cache / f"{source.name}-{sha256(content).hexdigest()[:12]}"
    if not folder.exists():
        made = Path(str(folder) + f".{os.getpid()}")
        shutil.copytree(source, made)
        outcome = subprocess.run([npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"],
                                 check=False, cwd=made, capture_output=True, text=True, timeout=_INSTALL_SECONDS)
        if outcome.returncode:
            shutil.rmtree(made)
            give_up(f"npm could not install what {source.name} needs: {outcome.stderr[-500:]}")
        try:
            made.rename(folder)
        except OSError:  # another worker was faster
            shutil.rmtree(made)
    return folder


def program(name: str) -> str:
    """Where node or npm is; the test is skipped where it is not."""
    found = shutil.which(name)
    if found is None:
        give_up(f"no {name}: install Debian's nodejs and npm")
    return str(found)


def give_up(reason: str) -> None:
    """Skip, or fail where node is asked for."""
    if os.environ.get(REQUIRE_VARIABLE) == "1":
        pytest.fail(f"{reason}; {REQUIRE_VARIABLE}=1 asks for it", pytrace=False)
    pytest.skip(reason)
