"""Mistakes in how durable work is done and how partners' systems deliver."""

from collections.abc import Collection, Iterator

from treuwerk.programme.errors import Mistake
from treuwerk.programme.settings import Settings
from treuwerk.programme.structuring import meant

INLINE = "inline"
"""The runner that the engine brings itself."""


def mistakes_in_work(settings: Settings, runners: Collection[str]) -> Iterator[Mistake]:
    """All of them, each with its path; `runners` are those that plugins offer."""
    known = sorted({INLINE, *runners})
    if settings.work.runner not in known:
        yield Mistake("work.runner", repr(settings.work.runner), f"one of {', '.join(known)}",
                      meant(settings.work.runner, known) or "name the plugin that brings it under plugins")
    sources = [source.head.name for source in settings.sources]
    for name, api in settings.api.items():
        if name not in sources:
            yield Mistake(f"api.{name}", "no source of this name", f"one of {', '.join(sources) or 'none'}",
                          meant(name, sources))
        if api.token is None and api.signature is None:
            yield Mistake(f"api.{name}", "neither token nor signature",
                          'one of them, such as token = { env = "ERP_TOKEN" }')
