"""Plugins that are not to work in this process: what stands for their rules and readers."""

from collections.abc import Iterator, Mapping

import attrs

from treuwerk.domain.earning import AwardRule, EarningRule
from treuwerk.domain.failures import RULES
from treuwerk.domain.totals import TotalRule
from treuwerk.isolation.readers import isolated_reader
from treuwerk.isolation.rules import IsolatedAwardRule, IsolatedRule
from treuwerk.isolation.workers import Limits, Workers
from treuwerk.plugins import Registry
from treuwerk.programme.errors import Mistake
from treuwerk.programme.settings import Earning, PluginPolicy, Settings


def with_isolated_readers(settings: Settings, plugins: Mapping[str, str], workers: Workers) -> Settings:
    """The settings with readers that work elsewhere where the programme says so; `plugins` are those of kinds."""
    policy = settings.plugin_policy
    if not policy.isolated:
        return settings
    return attrs.evolve(settings, sources=[
        attrs.evolve(one, source=isolated_reader(one.source, workers.of(plugin, _limits(policy))))
        if (plugin := plugins.get(one.head.reader, "")) in policy.isolated else one for one in settings.sources])


def rule_at_work(earning: Earning, plugin: str, policy: PluginPolicy,
                 workers: Workers) -> EarningRule | AwardRule | TotalRule:
    """A rule, or what stands for it in this process."""
    rule = earning.rule
    if plugin not in policy.isolated or isinstance(rule, TotalRule):
        return rule
    worker = workers.of(plugin, _limits(policy))
    if isinstance(rule, AwardRule):
        return IsolatedAwardRule(rule, rule.units, rule.rules, worker)
    return IsolatedRule(rule, rule.units, worker)


def mistakes_in_isolation(settings: Settings, registry: Registry) -> Iterator[Mistake]:
    """Rules over totals look at what is kept here, and cannot work elsewhere."""
    if not settings.plugin_policy.isolated:
        return
    plugins = registry.plugins_of(RULES)
    for number, earning in enumerate(settings.earning):
        plugin = plugins.get(earning.head.rule, "")
        if plugin in settings.plugin_policy.isolated and isinstance(earning.rule, TotalRule):
            yield Mistake(f"earning[{number}].rule", repr(earning.head.rule), "a rule that looks at single events or "
                          f"awards, since {plugin!r} is to work in a process of its own",
                          "take the plugin out of plugin_policy.isolated, or the rule out of the programme")


def _limits(policy: PluginPolicy) -> Limits:
    return Limits(policy.seconds, policy.memory_megabytes)
