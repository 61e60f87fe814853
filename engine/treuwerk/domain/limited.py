"""What rules answered, within caps and budgets that are counted in memory: for earning cases and simulations.

Bookings count in the database instead (`treuwerk.services.clearing.limiting`), by the same arithmetic.
"""

from collections.abc import Sequence

import attrs

from treuwerk.domain.earning import Award as Given
from treuwerk.domain.evaluation import Earned, Evaluation
from treuwerk.domain.limits import Award, Counters, Limits, step_of
from treuwerk.domain.purchases import EarningEvent


def within_limits(evaluation: Evaluation, events: Sequence[EarningEvent], limits: Limits, counters: Counters,
                  documents: Sequence[str]) -> Evaluation:
    """The answers that limits leave, served in the order of the events, each with the document that it stands in.

    `counters` go on counting from one call to the next. An event that stands in no document, such as an act, has an
    empty text. Awards of which nothing is left are gone; those that are cut end with the step that cut them.
    """
    if not limits:
        return evaluation
    return attrs.evolve(evaluation, earned=[
        [left for one in earned if (left := _within(one, event, document, limits, counters)) is not None]
        for earned, event, document in zip(evaluation.earned, events, documents, strict=True)])


def _within(one: Earned, event: EarningEvent, document: str, limits: Limits, counters: Counters) -> Earned | None:
    award, account = one.award, event.participant.account_id
    asked = Award(account, one.by.name, award.unit, event.occurred_on.isoformat(), document, award.points)
    granted = counters.grant(award.points, limits.bounds(asked))
    if granted.by is None:
        return one
    if not granted.points:
        return None
    return one._replace(award=Given(award.event, award.unit, granted.points,
                                    (*award.steps, step_of(granted.points, granted.by))))
