"""The rules of a programme, ready to be asked, each with its window and its conditions."""

from collections.abc import Callable, Mapping

from treuwerk.domain.counting import ActiveTotal
from treuwerk.domain.eligibility import ArticleFilter, Eligibility
from treuwerk.domain.evaluation import ActiveRule
from treuwerk.domain.totals import TotalRule
from treuwerk.isolation.workers import Workers
from treuwerk.programme.isolating import rule_at_work
from treuwerk.programme.settings import Earning, EarningHead, Settings
from treuwerk.programme.standing import finish_of, standing_of


def active_rules(settings: Settings, plugin_of: Callable[[Earning], str], workers: Workers) -> list[ActiveRule]:
    """All revisions of all rules that look at single events, in the order of the programme file.

    Those of plugins that are not to work in this process ask one of `workers`.
    """
    found = list[ActiveRule]()
    for earning in settings.earning:
        plugin, head = plugin_of(earning), earning.head
        rule = rule_at_work(earning, plugin, settings.plugin_policy, workers)
        if not isinstance(rule, TotalRule):
            found.append(ActiveRule(
                head.name, head.revision, rule, head.valid_from, head.valid_until,
                _eligibility(head, settings.article_filters), standing_of(head, settings), finish_of(head), head.hint,
                plugin=plugin))
    return found


def active_totals(settings: Settings) -> list[ActiveTotal]:
    """All revisions of all rules over totals, in the order of the programme file."""
    return [ActiveTotal(earning.head.name, earning.head.revision, earning.rule, earning.head.valid_from,
                        earning.head.valid_until, _eligibility(earning.head, settings.article_filters))
            for earning in settings.earning if isinstance(earning.rule, TotalRule)]


def _eligibility(head: EarningHead, filters: Mapping[str, ArticleFilter]) -> Eligibility:
    return Eligibility(head.audience, filters[head.articles] if head.articles else None, tuple(head.weekdays),
                       head.at_least)
