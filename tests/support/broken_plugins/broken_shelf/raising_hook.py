"""Fails when it is asked for its offers."""

from treuwerk.hookspecs import hookimpl


@hookimpl
def earning_rule_kinds():
    """Something that only goes wrong at run time."""
    raise RuntimeError("no licence file")
