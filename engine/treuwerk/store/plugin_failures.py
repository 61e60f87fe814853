"""What went wrong in plugins, and which of them are paused. All writes say for themselves what they find."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, case, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from treuwerk.domain.failures import Failure
from treuwerk.domain.pausing import Pause
from treuwerk.store.tables import plugin_failure, plugin_pause

_F, _P = plugin_failure.c, plugin_pause.c


def note(connection: Connection, failures: Mapping[Failure, int], versions: Mapping[str, str], now: int) -> None:
    """Count failures, each with how often it was met; `versions` are distributions by plugin."""
    rows = [{"plugin": one.plugin, "version": versions.get(one.plugin, ""), "hook": one.hook, "part": one.part,
             "digest": one.digest, "error": one.error, "said": one.said, "first_at": now, "last_at": now,
             "times": times, "acknowledged_at": 0, "acknowledged_by": ""}
            for one, times in sorted(failures.items())]
    made = _dialect(connection).insert(plugin_failure)
    connection.execute(made.on_conflict_do_update(
        index_elements=["plugin", "version", "hook", "part", "digest"],
        set_={"times": _F.times + made.excluded.times, "acknowledged_at": 0, "acknowledged_by": "",
              "last_at": case((_F.last_at > made.excluded.last_at, _F.last_at), else_=made.excluded.last_at)}), rows)


def count(connection: Connection, parts: Mapping[Pause, int], now: int, window: int) -> None:
    """Count failures of parts; what was counted longer ago than the window (microseconds) is forgotten."""
    rows = [{"plugin": plugin, "hook": hook, "part": part, "counted_from": now, "failures": times, "paused_at": 0,
             "paused_by": "", "reason": ""} for (plugin, hook, part), times in sorted(parts.items())]
    made = _dialect(connection).insert(plugin_pause)
    recent = _P.counted_from > now - window
    connection.execute(made.on_conflict_do_update(
        index_elements=["plugin", "hook", "part"],
        set_={"counted_from": case((recent, _P.counted_from), else_=now),
              "failures": case((recent, _P.failures + made.excluded.failures), else_=made.excluded.failures)}), rows)


def pause_too_many(connection: Connection, parts: Collection[Pause], most: int, now: int, actor: str,
                   reason: str) -> list[Pause]:
    """Pause those of these parts that failed so often, unless they are paused; the answer are those."""
    rows = connection.execute(update(plugin_pause).where(
        _any_of(parts), _P.paused_at == 0, _P.failures >= most).values(
        paused_at=now, paused_by=actor, reason=reason).returning(_P.plugin, _P.hook, _P.part))
    return sorted((row.plugin, row.hook, row.part) for row in rows)


def pause(connection: Connection, one: Pause, now: int, actor: str, reason: str) -> bool:
    """Pause a part; False where it is paused already."""
    plugin, hook, part = one
    told = {"paused_at": now, "paused_by": actor, "reason": reason}
    made = _dialect(connection).insert(plugin_pause).values(
        plugin=plugin, hook=hook, part=part, counted_from=now, failures=0, **told)
    return connection.execute(made.on_conflict_do_update(
        index_elements=["plugin", "hook", "part"], set_=told, where=_P.paused_at == 0)
        .returning(_P.plugin)).one_or_none() is not None


def resume(connection: Connection, plugin: str) -> list[Pause]:
    """Let a plugin go on with all its parts, and count anew; the answer are those that were paused."""
    rows = connection.execute(update(plugin_pause).where(_P.plugin == plugin, _P.paused_at > 0).values(
        paused_at=0, paused_by="", reason="", failures=0).returning(_P.plugin, _P.hook, _P.part))
    return sorted((row.plugin, row.hook, row.part) for row in rows)


def paused(connection: Connection) -> frozenset[Pause]:
    """What is paused."""
    rows = connection.execute(select(_P.plugin, _P.hook, _P.part).where(_P.paused_at > 0))
    return frozenset((row.plugin, row.hook, row.part) for row in rows)


def pauses(connection: Connection) -> Sequence[Row[Any]]:
    """What is paused, with who did it and why."""
    return connection.execute(select(plugin_pause).where(_P.paused_at > 0).order_by(
        _P.plugin, _P.hook, _P.part)).all()


def failures(connection: Connection, limit: int, *, acknowledged: bool = False) -> Sequence[Row[Any]]:
    """Failures, the latest first; those that somebody acknowledged only if wanted."""
    query = select(plugin_failure).order_by(_F.last_at.desc(), _F.plugin, _F.part, _F.digest).limit(limit)
    return connection.execute(query if acknowledged else query.where(_F.acknowledged_at == 0)).all()


def acknowledge(connection: Connection, plugin: str, before: int, now: int, actor: str) -> int:
    """Somebody has seen the failures of a plugin up to a moment; how many classes these are."""
    return connection.execute(update(plugin_failure).where(
        _F.plugin == plugin, _F.acknowledged_at == 0, _F.last_at <= before).values(
        acknowledged_at=now, acknowledged_by=actor)).rowcount


def open_count(connection: Connection) -> int:
    """How many classes of failures nobody acknowledged yet."""
    return connection.execute(select(func.count()).select_from(plugin_failure).where(
        _F.acknowledged_at == 0)).scalar_one()


def _any_of(parts: Collection[Pause]) -> Any:
    return or_(*(and_(_P.plugin == plugin, _P.hook == hook, _P.part == part) for plugin, hook, part in sorted(parts)))


def _dialect(connection: Connection) -> Any:
    return postgresql if connection.dialect.name == "postgresql" else sqlite
