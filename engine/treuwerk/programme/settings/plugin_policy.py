"""Settings of how plugins are kept from doing harm."""

import attrs
from attrs.validators import ge, le


@attrs.frozen
class PluginPolicy:
    """``[plugin_policy]``: what happens when plugins fail, and which of them work in processes of their own."""

    pause_after_failures: int = attrs.field(default=20, validator=ge(0))
    """How often a rule, a reader or a supplier's channel may fail within the minutes below before it is paused; each
    line that a rule fails on counts. 0: never."""
    within_minutes: int = attrs.field(default=5, validator=[ge(1), le(1_440)])
    """The time in which failures are counted."""
    isolated: list[str] = attrs.field(factory=list)
    """Plugins whose rules and readers of files work in processes of their own, with limits on time and memory."""
    seconds: int = attrs.field(default=10, validator=[ge(1), le(600)])
    """How long such a rule may take for a batch, and such a reader for its next documents."""
    memory_megabytes: int = attrs.field(default=1_024, validator=[ge(128), le(65_536)])
    """How much memory such a process may have."""
