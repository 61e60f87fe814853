"""Documentation and code say the same: every hook, setting, command, option, room and table appears."""

import importlib
import importlib.util
import inspect
import re
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs
import click
import pytest

import treuwerk
from treuwerk.cli import COMMANDS, main
from treuwerk.domain.terms import Activation, Expiry
from treuwerk.hookspecs import Hooks
from treuwerk.programme import settings
from treuwerk.programme.reading import read_programme
from treuwerk.store.tables import metadata
from treuwerk.testing.contract import check_earning_rule
from treuwerk_activity_points import ActivityPointsSettings
from treuwerk_clamd.settings import ClamdSettings
from treuwerk_csv_feed.settings import (
    Columns,
    CsvFeedSettings,
    Feature,
    HeadColumns,
    Heads,
    Prefix,
    XlsxFeedSettings,
)
from treuwerk_datanorm.settings import DatanormSettings
from treuwerk_donations import DonationSettings
from treuwerk_edifact.settings import EdifactSettings
from treuwerk_experiences import ExperienceSettings
from treuwerk_goods import GoodsSettings
from treuwerk_green_claims.constraint import GreenClaimsSettings
from treuwerk_icalendar.reader import CalendarSettings
from treuwerk_idoc.settings import IdocSettings
from treuwerk_json_feed.reader import JsonFeed
from treuwerk_json_feed.settings import JsonFeedSettings
from treuwerk_oidc.settings import OidcSettings
from treuwerk_order_file.channel import OrderFileSettings
from treuwerk_order_http.settings import OrderHttpSettings
from treuwerk_order_mail.settings import OrderMailSettings
from treuwerk_origin.settings import OriginSettings
from treuwerk_product_factor.rule import ProductFactorSettings
from treuwerk_reward_limits.bars import CategoryBarSettings
from treuwerk_reward_limits.values import ValueLimitSettings
from treuwerk_tesseract.settings import TesseractSettings
from treuwerk_tier_points.settings import MetricSettings, TierConditions, TierPointsSettings
from treuwerk_voucher_codes import VoucherCodeSettings

DOCS = Path(__file__).parents[3] / "docs"
SETTINGS = [thing for thing in vars(settings).values()
            if isinstance(thing, type) and attrs.has(thing) and thing.__module__.startswith(f"{settings.__name__}.")
            and thing.__name__ not in ("Earning", "Source", "SignIn", "UploadScanning", "PageReading", "Constraint",
                                       "RewardKind", "Supplier", "Money", "BoundTierScheme")]
TERMS = [Activation, Expiry]
PLUGIN_SETTINGS = [ActivityPointsSettings, CalendarSettings, CategoryBarSettings, ClamdSettings, Columns,
                   CsvFeedSettings, DatanormSettings, DonationSettings, EdifactSettings, ExperienceSettings, Feature,
                   GoodsSettings, GreenClaimsSettings, HeadColumns, Heads, IdocSettings, JsonFeedSettings,
                   OidcSettings, OrderFileSettings, OrderHttpSettings, OrderMailSettings, OriginSettings, Prefix,
                   MetricSettings, ProductFactorSettings, TesseractSettings, TierConditions, TierPointsSettings,
                   ValueLimitSettings, VoucherCodeSettings, XlsxFeedSettings]


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    """The script that writes the reference."""
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def reference(generate: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The pages of the reference by name."""
    folder = tmp_path_factory.mktemp("reference")
    generate.write_reference(folder)
    return {path.stem: path.read_text("utf-8") for path in folder.glob("*.md")}


def section(page: str, heading: str) -> str:
    """The part of a page below a heading, up to the next one of any level."""
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", page, re.MULTILINE | re.DOTALL)
    assert found, f"no heading {heading!r}"
    return found[1]


@pytest.mark.parametrize("hook", [name for name in vars(Hooks) if not name.startswith("_")])
def test_every_hook_stands_there_with_its_signature_and_its_contract(reference: dict[str, str], hook: str) -> None:
    function = getattr(Hooks, hook)

    text = section(reference["hooks"], hook)

    arguments = [name for name in inspect.signature(function).parameters if name != "self"]
    assert f"{hook}({', '.join(arguments)}" in text
    assert (inspect.getdoc(function) or "?") in text


@pytest.mark.parametrize("table", [*SETTINGS, *TERMS, *PLUGIN_SETTINGS], ids=lambda table: table.__name__)
def test_every_key_of_the_programme_file_stands_there(reference: dict[str, str], table: Any) -> None:
    text = section(reference["settings"], table.__name__)

    for field in attrs.fields(table):
        assert f"| `{field.alias}` |" in text


def test_the_words_below_a_key_are_its_description(reference: dict[str, str]) -> None:
    assert "| Whether rewards can be paid with it; status points cannot. |" in section(reference["settings"], "Unit")


def commands() -> dict[str, click.Command]:
    """All commands with those below them, by what one types."""
    found: dict[str, click.Command] = {}

    def walk(path: str, command: click.Command | None) -> None:
        assert command is not None, path
        found[path] = command
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                walk(f"{path} {name}", command.get_command(context, name))

    for name in COMMANDS:
        walk(f"treuwerk {name}", main.get_command(click.Context(main), name))
    return found


def test_every_command_stands_there_with_its_options(reference: dict[str, str]) -> None:
    for path, command in commands().items():
        text = section(reference["commands"], path)
        assert command.help, path
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, f"{path} {parameter.opts}"
                assert all(option in text for option in parameter.opts), path
            else:
                assert parameter.make_metavar(click.Context(command)) in text, path


def test_the_options_of_all_commands_stand_there_with_their_variables(reference: dict[str, str]) -> None:
    text = section(reference["commands"], "Commands")

    for word in ("--programme", "TREUWERK_PROGRAMME", "--database", "TREUWERK_DATABASE", "--version"):
        assert word in text


def test_the_architecture_names_every_room_and_every_table() -> None:
    text = (DOCS / "architecture.md").read_text("utf-8")
    rooms = {path.stem for path in Path(treuwerk.__file__).parent.iterdir()
             if (path.is_dir() or path.suffix == ".py") and not path.stem.startswith("__")}

    assert [name for name in sorted(rooms | set(metadata.tables)) if f"`{name}`" not in text] == []


def test_the_architecture_names_no_table_that_is_gone() -> None:
    text = (DOCS / "architecture.md").read_text("utf-8")
    rows = text[text.index("## Tables"):text.index("### Keys")].splitlines()
    named = {name for row in rows if row.startswith("| `") for name in re.findall(r"`(\w+)`", row.split("|")[1])}

    assert named == set(metadata.tables)


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: page.name)
def test_what_a_page_tells_to_type_can_be_typed(page: Path) -> None:
    for name in re.findall(r"`treuwerk (?:--\w+ \S+ )?([a-z]+(?:-[a-z]+)*)", page.read_text("utf-8")):
        assert name in COMMANDS, f"{page.name}: treuwerk {name}"


def test_the_programme_of_the_first_guide_is_right(tmp_path: Path) -> None:
    text = (DOCS / "guides" / "first-programme.md").read_text("utf-8")
    (tmp_path / "programme.toml").write_text(text.split("```toml\n")[1].split("```")[0], "utf-8")

    assert read_programme(tmp_path).settings.programme.name == "My League"


def test_the_profiles_of_the_guide_are_right(tmp_path: Path) -> None:
    programme = (DOCS / "guides" / "first-programme.md").read_text("utf-8").split("```toml\n")[1].split("```")[0]
    shop, marked, beside, _, catalogue = re.findall(r"```toml\n(.*?)```", (
        DOCS / "guides" / "partner-files.md").read_text("utf-8"), re.DOTALL)
    heads = marked.split("[sources.heads.columns]")[1]
    lines = """
[[sources]]
name = "lines"
reader = "csv_feed"
seller = "Maker"
unit = "PCE"
header = false

[sources.columns]
article = 2
quantity = 3
"""

    for part in (shop, lines + marked, lines.replace("article", "number = 1\narticle") + beside +
                 "[sources.heads.columns]" + heads, catalogue):
        (tmp_path / "programme.toml").write_text(programme + "\n" + part, "utf-8")
        assert read_programme(tmp_path).settings.programme.name == "My League"


def test_the_document_of_the_guide_is_right() -> None:
    text = (DOCS / "guides" / "partner-files.md").read_text("utf-8").split("```json\n")[1].split("```")[0]

    [document] = JsonFeed("guide", JsonFeedSettings()).read(BytesIO(text.encode()))

    assert (document.number, document.faults, document.lines[0].article_seller) == ("L1", (), "M220")


def test_the_rule_of_the_guide_keeps_the_contract_of_earning_rules(tmp_path: Path,
                                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    text = (DOCS / "guides" / "earning-rule.md").read_text("utf-8")
    (tmp_path / "rule_of_the_guide.py").write_text(text.split("```python\n")[1].split("```")[0], "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))

    [kind] = importlib.import_module("rule_of_the_guide").earning_rule_kinds()

    check_earning_rule(kind.build(kind.settings("bonus", "module", 50)))
