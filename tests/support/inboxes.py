"""An installation with an inbox, and what partners and workers do to it."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import attrs
from sqlalchemy import select

from tests.support.worlds import SIX_IN_THE_EVENING, World, make_world
from treuwerk.domain.refusals import Refusal
from treuwerk.jobs.running import run_now
from treuwerk.services.clearing.inbox import Look, Watch, look_through
from treuwerk.store.database import Database
from treuwerk.store.tables import work_item, work_order

SOURCE = "deliveries"


@attrs.frozen
class Box:
    """The inbox of a world; `watch` is what one worker remembers."""

    world: World
    watch: Watch = attrs.field(factory=Watch)

    @property
    def place(self) -> Path:
        """The folder of the source."""
        return self.world.folder / "inbox" / SOURCE

    def put(self, name: str, content: str | bytes, *, seconds_ago: float = 60) -> Path:
        """A file that a partner has put there, and when it was last written."""
        path = self.place / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        at = path.stat().st_mtime_ns - int(seconds_ago * 1_000_000_000)
        os.utime(path, ns=(at, at))
        return path

    def look(self, now: int = SIX_IN_THE_EVENING) -> Look:
        """One look through the inbox."""
        return look_through(self.world.installation, now, self.watch)

    def work(self) -> dict[str, str]:
        """Do all orders that wait; the state of each by the name of its file."""
        with self.world.database.reading() as connection:
            keys = connection.execute(select(work_order.c.key).where(work_order.c.job == "clear").order_by(
                work_order.c.key)).scalars().all()
        for key in keys:
            with suppress(Refusal):  # it is over
                run_now(self.world.installation, key, lambda: SIX_IN_THE_EVENING, "test")
        return {json.loads(row.payload)["name"]: row.state for row in self._orders()}

    def _orders(self) -> Any:
        with self.world.database.reading() as connection:
            return connection.execute(select(work_order).where(work_order.c.job == "clear")).all()

    def files(self) -> set[str]:
        """All files below the folder of the source."""
        return {path.relative_to(self.place).as_posix() for path in self.place.rglob("*") if not path.is_dir()}

    def receipt(self, name: str) -> Mapping[str, Any]:
        """A receipt by the place where it lies."""
        found: Mapping[str, Any] = json.loads((self.place / name).read_text("utf-8"))
        return found

    def told(self) -> dict[str, str]:
        """What the work queue of the service centre says of work that failed."""
        with self.world.database.reading() as connection:
            rows = connection.execute(select(work_item.c.object, work_item.c.gist).where(
                work_item.c.kind == "work_order", work_item.c.state == "open"))
            return {row.object: row.gist for row in rows}


def make_box(folder: Path, database: Database, settings: str = "") -> Box:
    """A world with an empty inbox."""
    inbox = f'[inbox]\nfolder = "inbox"\n{settings}\n[clearing]'
    box = Box(make_world(folder, database, other=[("[clearing]", inbox)]))
    box.place.mkdir(parents=True)
    return box
