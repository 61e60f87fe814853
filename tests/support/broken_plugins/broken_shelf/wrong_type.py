"""Forgets to return its offers."""

from treuwerk.hookspecs import hookimpl


@hookimpl
def earning_rule_kinds():
    """A generator where a list is expected."""
    yield from ()
