"""Returns names where records are expected."""

from treuwerk.hookspecs import hookimpl


@hookimpl
def clearing_sources():
    """Not a ClearingSourceKind."""
    return ["csv"]
