"""Implements a hook that does not exist."""

from treuwerk.hookspecs import hookimpl


@hookimpl
def earning_rule_kind():
    """Should be earning_rule_kinds."""
    return []
