"""How fast is a back-test? Lines per second of both programmes together, beside clearing the same lines.

    python tests/benchmarks/simulating.py --lines 10000 100000 1000000 --database sqlite postgresql

Each step runs in a process of its own. The changed programme gives more for systems, so that half of all lines differ
and are compared in full. The ratio to clearing is what counts, and that neither speed nor memory depends on the
size.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.clearing import cleared, own_peak, prepared, urls
from tests.benchmarks.world import write_deliveries
from treuwerk.programme.reading import read_programme
from treuwerk.services.installation import open_installation
from treuwerk.services.simulation.backtest import back_test
from treuwerk.services.simulation.reporting import report
from treuwerk.store.database import Database

COLUMNS = ("database", "lines", "clearing s", "back-test s", "× clearing", "lines/s", "growth", "peak MB")


def main() -> None:
    """Run the sizes that were asked for and print one row each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--database", nargs="+", choices=["sqlite", "postgresql"], default=["sqlite", "postgresql"])
    parser.add_argument("--child", nargs=3, metavar=("STEP", "FOLDER", "URL"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        step, folder, url = arguments.child
        clears = step == "clear"
        print(json.dumps(cleared(folder, url, f"{folder}/deliveries.csv") if clears else simulated(folder, url)))
        return
    print("  ".join(f"{column:>11}" for column in COLUMNS))
    for kind in arguments.database:
        first = 0.0
        for lines in arguments.lines:
            clearing, simulating, peak = measure(kind, lines)
            speed = lines / simulating
            first = first or speed
            figures = (f"{clearing:,.2f}", f"{simulating:,.2f}", f"{simulating / clearing:.2f}", f"{speed:,.0f}",
                       f"{speed / first:.2f}", f"{peak:.0f}")
            print("  ".join(f"{cell:>11}" for cell in (kind, f"{lines:,}", *figures)), flush=True)


def measure(kind: str, lines: int) -> tuple[float, float, float]:
    """Seconds of clearing, seconds of the back-test, and its peak memory in MB."""
    with tempfile.TemporaryDirectory() as name, urls(kind, Path(name)) as (url, *_):
        folder = Path(name)
        prepared(folder, url).database.close()
        write_deliveries(folder / "deliveries.csv", lines, seed=lines)
        changed = folder / "next"
        changed.mkdir()
        (changed / "programme.toml").write_text(
            (folder / "programme.toml").read_text().replace("SYSTEM = 2", "SYSTEM = 4"))
        clearing, simulating = (in_child(step, folder, url) for step in ("clear", "simulate"))
        if simulating["lines"] != lines:
            raise SystemExit(f"not every line was asked about: {simulating}")
        return clearing["seconds"], simulating["seconds"], simulating["peak_mb"]


def in_child(step: str, folder: Path, url: str) -> dict[str, float]:
    """One step in a fresh process, whose peak memory is nobody else's."""
    command = [sys.executable, __file__, "--child", step, str(folder), url]
    result: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return result


def simulated(folder: str, url: str) -> dict[str, float]:
    """Simulate the changed programme here and now."""
    installation = open_installation(Path(folder), Database(url))
    following, now = read_programme(Path(folder) / "next"), time.time_ns() // 1000
    started = time.perf_counter()
    effect = back_test(installation, following, now)
    with installation.database.reading() as connection:
        found = report(connection, installation.programme.settings, following.settings, effect, now, None)
    return {"seconds": time.perf_counter() - started, "lines": found["lines"], "peak_mb": own_peak()}


if __name__ == "__main__":
    main()
