"""What went wrong in plugins, and which of them are paused."""

from sqlalchemy import Index, Text

from treuwerk.store.tables.base import Home, define, key, text, whole

# One row for each class of failures. `part` is where in the programme, such as the name of a rule; `error` the name of
# a type, `said` its message without figures and what it quotes.
plugin_failure = define(
    "plugin_failure", Home.OFFICE,
    key("plugin", Text), key("version", Text), key("hook", Text), key("part", Text), key("digest", Text),
    text("error"), text("said"),
    whole("first_at"), whole("last_at"), whole("times"),
    whole("acknowledged_at"), text("acknowledged_by"),
    Index("ix_plugin_failure_last_at", "last_at"),
    clustered=True,
)

# How a part of a plugin does: what it failed since a moment, and whether it is paused (0: it is not). `hook` and
# `part` are empty for a plugin as a whole.
plugin_pause = define(
    "plugin_pause", Home.OFFICE,
    key("plugin", Text), key("hook", Text), key("part", Text),
    whole("counted_from"), whole("failures"),
    whole("paused_at"), text("paused_by"), text("reason"),
    clustered=True,
)
