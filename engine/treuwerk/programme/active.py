"""The rules of a programme, ready to be asked, each with its window and its conditions."""

from collections.abc import Mapping

from treuwerk.domain.counting import ActiveTotal
from treuwerk.domain.eligibility import ArticleFilter, Eligibility
from treuwerk.domain.evaluation import ActiveRule
from treuwerk.domain.totals import TotalRule
from treuwerk.programme.settings import EarningHead, Settings
from treuwerk.programme.standing import finish_of, standing_of


def active_rules(settings: Settings) -> list[ActiveRule]:
    """All revisions of all rules that look at single events, in the order of the programme file."""
    return [ActiveRule(earning.head.name, earning.head.revision, earning.rule, earning.head.valid_from,
                       earning.head.valid_until, _eligibility(earning.head, settings.article_filters),
                       standing_of(earning.head, settings), finish_of(earning.head))
            for earning in settings.earning if not isinstance(earning.rule, TotalRule)]


def active_totals(settings: Settings) -> list[ActiveTotal]:
    """All revisions of all rules over totals, in the order of the programme file."""
    return [ActiveTotal(earning.head.name, earning.head.revision, earning.rule, earning.head.valid_from,
                        earning.head.valid_until, _eligibility(earning.head, settings.article_filters))
            for earning in settings.earning if isinstance(earning.rule, TotalRule)]


def _eligibility(head: EarningHead, filters: Mapping[str, ArticleFilter]) -> Eligibility:
    return Eligibility(head.audience, filters[head.articles] if head.articles else None, tuple(head.weekdays),
                       head.at_least)
