"""Plugins that are wrong: each message names plugin, distribution, version and remedy."""

import sys
from pathlib import Path

import pytest

from tests.support.programmes import PROGRAMME, loaded, mistakes_in
from treuwerk.plugins import PluginError, Registry, installed, load, overview

HOOKS = ("catalogue_constraints, clearing_sources, commands, demo_data, earning_rule_kinds, identity_providers, "
         "occasion_kinds, page_readers, payment_providers, permissions, reward_sources, supplier_channels, "
         "tier_schemes, upload_scanners, web_parts, work_runners")


def error_of(name: str) -> str:
    """Why a plugin cannot be loaded."""
    _, errors = load([name])
    return str(errors[name])


def error_when_asked(*names: str) -> str:
    """What goes wrong when loaded plugins are asked for their offers."""
    registry, errors = load(names)
    assert errors == {}
    with pytest.raises(PluginError) as error:
        print(registry.earning_rule_kinds(), registry.clearing_sources())
    return str(error.value)


def test_a_plugin_that_is_not_installed_is_named_with_what_is(monkeypatch: pytest.MonkeyPatch) -> None:
    text = error_of("csv_fed")

    assert text.startswith("plugin 'csv_fed' is not installed; did you mean 'csv_feed'? installed are ")
    assert "product_factor" in text
    assert text.endswith("Install the distribution that brings it, or take it out of the programme's plugins")


def test_a_plugin_that_cannot_be_imported_names_what_to_install() -> None:
    assert error_of("bad_import") == (
        "plugin 'bad_import' (broken-shelf 1.2.3) cannot be imported: ModuleNotFoundError: No module named "
        "'a_library_that_is_not_there'. Is something missing? Try: pip install 'broken-shelf[bad-import]'")


def test_an_entry_point_that_leads_nowhere_is_an_import_error() -> None:
    assert error_of("bad_entry").startswith(
        "plugin 'bad_entry' (broken-shelf 1.2.3) cannot be imported: ModuleNotFoundError: "
        "No module named 'broken_shelf.nowhere'")


def test_a_misspelt_hook_is_named_with_the_hooks_that_there_are() -> None:
    text = error_of("misspelt_hook")

    assert text.startswith("plugin 'misspelt_hook' (broken-shelf 1.2.3) does not fit the hooks of this engine: ")
    assert "unknown hook 'earning_rule_kind'" in text
    assert text.endswith(f"Hooks are {HOOKS}; mend the plugin or update it")


def test_an_argument_that_a_hook_does_not_have_is_named() -> None:
    text = error_of("unknown_argument")

    assert text.startswith("plugin 'unknown_argument' (broken-shelf 1.2.3) does not fit the hooks of this engine: ")
    assert "{'programme'}" in text
    assert text.endswith("mend the plugin or update it")


def test_a_kind_that_two_plugins_offer_names_both() -> None:
    assert error_when_asked("product_factor", "duplicate_kind") == (
        "earning_rule_kinds: 'product_factor' is offered by plugin 'product_factor' and by plugin 'duplicate_kind' "
        "(broken-shelf 1.2.3); remove one of them from the programme's plugins")


def test_a_plugin_that_two_distributions_bring_names_both() -> None:
    text = error_of("in_two_shops")

    assert text.startswith("plugin 'in_two_shops' is installed twice: ")
    assert "first-shop 1.0" in text
    assert "second-shop 2.0" in text
    assert text.endswith("; uninstall one")


@pytest.mark.parametrize(("name", "hook", "expected"), [
    ("wrong_type", "earning_rule_kinds", "a list of EarningRuleKind"),
    ("wrong_records", "clearing_sources", "a list of ClearingSourceKind"),
])
def test_an_answer_of_the_wrong_type_is_shown(name: str, hook: str, expected: str) -> None:
    text = error_when_asked(name)

    assert text.startswith(f"plugin '{name}' (broken-shelf 1.2.3) answered {hook} with ")
    assert f"; expected {expected}" in text
    assert text.endswith("mend or update it, or take it out of the programme's plugins")


def test_a_hook_that_raises_is_shown_with_its_error() -> None:
    assert error_when_asked("raising_hook") == (
        "plugin 'raising_hook' (broken-shelf 1.2.3) failed in earning_rule_kinds: RuntimeError: no licence file; "
        "mend or update it, or take it out of the programme's plugins")


def test_all_broken_plugins_are_reported_in_one_pass_with_the_other_mistakes(tmp_path: Path) -> None:
    text = PROGRAMME.replace('["csv_feed"', '["bad_import", "misspelt_hook", "csv_fed", "csv_feed"').replace(
        "points = 500", "points = true")

    found = mistakes_in(tmp_path, text)

    assert [mistake.path for mistake in found] == [
        *["programme.toml: plugins"] * 3, "programme.toml: earning[1].points"]
    assert [name in str(mistake) for mistake, name in zip(found, ("bad_import", "misspelt_hook", "csv_fed"),
                                                          strict=False)] == [True] * 3


def test_a_plugin_that_failed_leaves_no_trace_in_the_registry() -> None:
    registry, errors = load(["csv_feed", "misspelt_hook", "unknown_argument"])

    assert set(errors) == {"misspelt_hook", "unknown_argument"}
    assert [info.name for info in registry.describe()] == ["csv_feed"]
    assert set(registry.clearing_sources()) == {"csv_feed", "xlsx_feed"}


def test_a_plugin_that_is_named_twice_is_loaded_once_and_reported() -> None:
    registry, errors = load(["csv_feed", "csv_feed"])

    assert str(errors["csv_feed"]) == (
        "plugin 'csv_feed' is named twice; take one of them out of the programme's plugins")
    assert set(registry.clearing_sources()) == {"csv_feed", "xlsx_feed"}


def test_what_no_programme_names_is_never_imported(tmp_path: Path) -> None:
    programme = loaded(tmp_path)

    assert "never_imported" in installed()
    assert "broken_shelf" not in sys.modules
    assert "never_imported" in {info.name for info in overview(programme.registry.describe())}
    assert "broken_shelf" not in sys.modules


def test_the_overview_tells_used_from_installed() -> None:
    registry, _ = load(["csv_feed"])

    states = {info.name: (info.state, info.distribution, info.version) for info in overview(registry.describe())}

    assert states["csv_feed"][:2] == ("used", "treuwerk")
    assert states["bad_import"] == ("installed", "broken-shelf", "1.2.3")


def test_two_registries_in_one_process_do_not_meet() -> None:
    first, _ = load(["product_factor"])
    second, _ = load(["activity_points", "csv_feed"])

    assert set(first.earning_rule_kinds()) == {"product_factor"}
    assert set(second.earning_rule_kinds()) == {"activity_points"}
    assert first.clearing_sources() == {}
    assert Registry().earning_rule_kinds() == {}


def test_offers_come_in_the_order_of_the_programme_file() -> None:
    names = ["product_factor", "activity_points"]

    assert list(load(names)[0].earning_rule_kinds()) == names
    assert list(load(names[::-1])[0].earning_rule_kinds()) == names[::-1]


def test_plugins_are_described_with_distribution_version_and_hooks() -> None:
    registry, _ = load(["csv_feed"])

    [info] = registry.describe()

    assert (info.name, info.distribution, info.state, info.hooks) == (
        "csv_feed", "treuwerk", "used", ("clearing_sources",))
    assert info.version.startswith("0.")
