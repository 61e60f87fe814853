"""Asks for an argument that the hook does not have."""

from treuwerk.hookspecs import hookimpl


@hookimpl
def earning_rule_kinds(programme):
    """Offers take no arguments."""
    return []
