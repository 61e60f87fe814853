"""Which runner the programme names, and whether it can work beside this database."""

from treuwerk.domain.work import Retry
from treuwerk.hookspecs import WorkRunnerKind
from treuwerk.jobs.inline import INLINE
from treuwerk.plugins import PluginError, Registry
from treuwerk.programme.settings import Work
from treuwerk.services.installation import Installation


def runner_kinds(registry: Registry) -> dict[str, WorkRunnerKind]:
    """All runners that a programme can name."""
    return {INLINE.name: INLINE, **registry.work_runners()}


def chosen_runner(installation: Installation) -> WorkRunnerKind:
    """The runner of the programme.

    Raises:
        PluginError: no loaded plugin offers it, or it cannot work beside this database.
    """
    kinds, name = runner_kinds(installation.programme.registry), installation.programme.settings.work.runner
    if name not in kinds:
        raise PluginError(f"[work] runner: found {name!r}, expected one of {', '.join(sorted(kinds))}; name the plugin "
                          "that brings it under plugins")
    backend = "sqlite" if installation.database.is_sqlite else "postgresql"
    if backend not in kinds[name].databases:
        raise PluginError(f"[work] runner: {name!r} works beside {' and '.join(kinds[name].databases)}, and this "
                          f"database is {backend}; name another runner, such as inline or dbos")
    return kinds[name]


def retry_of(settings: Work) -> Retry:
    """How often, and after which waits, something that failed is tried again."""
    return Retry(settings.attempts, settings.retry_seconds)
