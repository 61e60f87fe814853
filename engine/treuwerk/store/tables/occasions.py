"""Occasions: up to which day they were asked for. What they earned stands with the activities."""

from sqlalchemy import Text

from treuwerk.store.tables.base import Home, define, key, text

occasion_day = define(
    "occasion_day", Home.RUN,
    key("name", Text),  # as [[occasions]] has it
    text("until_day"),
    clustered=True,
)
