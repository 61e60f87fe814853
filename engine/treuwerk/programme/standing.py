"""How rules of the programme stand together and how their awards end, as the domain knows it."""

from treuwerk.domain.finishing import Finish
from treuwerk.domain.stacking import ALONE, Standing
from treuwerk.programme.settings import EarningHead, Settings


def standing_of(head: EarningHead, settings: Settings) -> Standing:
    """Where a rule stands in its group."""
    if not head.group:
        return ALONE
    names = {one.head.name for one in settings.earning if one.head.group == head.group}
    return Standing(head.group, settings.stacking[head.group].mode, head.priority, head.stop, head.exclusive,
                    frozenset(names - {head.name}))


def finish_of(head: EarningHead) -> Finish | None:
    """What is done to awards of a rule; None: nothing."""
    if head.rounding is None and head.at_most_per_line is None:
        return None
    return Finish(head.rounding, head.at_most_per_line)
