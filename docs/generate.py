"""Writes the reference from the code: hooks, settings of the programme file, and commands.

Run by the Sphinx build (see ``conf.py``); by hand: ``python docs/generate.py``. The pages go to ``docs/reference/``.
"""

import ast
import inspect
import re
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs
import click

from treuwerk import hookspecs
from treuwerk.cli import COMMANDS, main
from treuwerk.domain.census import Census
from treuwerk.domain.documents import Document, DocumentLine, Fault, Party
from treuwerk.domain.durations import Duration, MonthDay
from treuwerk.domain.earning import Award, AwardRule, Doubt, EarningRule
from treuwerk.domain.handovers import HandedLine, Handover, Reply
from treuwerk.domain.page_words import DrawnPage, Word
from treuwerk.domain.payments import (
    Begun,
    Known,
    Message,
    Notice,
    RefundReply,
    Transfer,
    WantedPayment,
    WantedRefund,
)
from treuwerk.domain.reward_kinds import Asked, RewardTerms
from treuwerk.domain.reward_orders import Destination
from treuwerk.domain.rewards import Asker, CatalogueConstraint, Evidence, Objection, Offer
from treuwerk.domain.sign_in import ExternalIdentity, LogoutNotice, SignInStart
from treuwerk.domain.tiers import Fact, Goal, Held, Judged, Metric, Outlook, Shortfall, TierScheme
from treuwerk.plugins import hook_names, installed, load
from treuwerk.programme.settings import (
    ConstraintHead,
    EarningHead,
    MoneyHead,
    PageReaderHead,
    RewardKindHead,
    ScannerHead,
    Settings,
    SignInHead,
    SourceHead,
    SupplierHead,
    TierSchemeHead,
)

RECORDS = (hookspecs.EarningRuleKind, hookspecs.ClearingSourceKind, hookspecs.IdentityProviderKind,
           hookspecs.UploadScannerKind, hookspecs.PageReaderKind, hookspecs.CatalogueConstraintKind,
           hookspecs.RewardSource, hookspecs.SupplierChannelKind, hookspecs.PaymentProviderKind,
           hookspecs.TierSchemeKind, hookspecs.WorkRunnerKind, hookspecs.WorkPlace,
           hookspecs.CommandKind, hookspecs.CommandPlace, hookspecs.DemoData, hookspecs.DemoLogin)
PROTOCOLS = (EarningRule, AwardRule, hookspecs.ClearingSource, hookspecs.OneSeller, hookspecs.CountingSource,
             hookspecs.IdentityProvider, hookspecs.UploadScanner, hookspecs.PageReader, hookspecs.WorkRunner,
             CatalogueConstraint, hookspecs.SupplierChannel, hookspecs.PaymentProvider, TierScheme)
ANSWERS = (Document, DocumentLine, Party, Fault, Census, Award, Doubt, SignInStart, ExternalIdentity, LogoutNotice,
           DrawnPage, Word, Offer, Evidence, Asker, Objection, RewardTerms, Asked,
           Handover, HandedLine, Reply, Destination, WantedPayment, Begun, Transfer, Known, WantedRefund, RefundReply,
           Message, Notice, Metric, Fact, Held, Judged, Shortfall, Goal, Outlook)
ENGINE_PLUGINS = "treuwerk"
_WIDTH = 160
TEXTS = {Duration: "duration, such as `36M`", MonthDay: "day of the year, such as `12-31`"}
"""Values that are written as texts of their own grammar, though they are classes."""
NO_TABLES = ("Earning", "Source", "SignIn", "UploadScanning", "PageReading", "Constraint", "RewardKind", "Supplier",
             "Money", *(text.__name__ for text in TEXTS))


def write_reference(folder: Path) -> None:
    """Write all pages of the reference into a folder, only where something changed."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in (("hooks", hooks_page()), ("settings", settings_page()), ("commands", commands_page())):
        path, text = folder / f"{name}.md", "\n".join(lines) + "\n"
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")


def hooks_page() -> Iterator[str]:
    """Every hook with its signature and contract, then the records and protocols that they speak of."""
    yield from ("# Hooks", "", inspect.cleandoc(hookspecs.__doc__ or ""), "")
    for name in hook_names():
        function = getattr(hookspecs.Hooks, name)
        yield from _signed(name, function, "##")
    yield from ("## Records", "")
    for record in (*RECORDS, *ANSWERS):
        yield from (f"### {record.__name__}", "", inspect.getdoc(record) or "", "")
        yield from _keys(record)
    yield from ("## What plugins implement", "")
    for protocol in PROTOCOLS:
        yield from (f"### {protocol.__name__}", "", inspect.getdoc(protocol) or "", "")
        for name, member in vars(protocol).items():
            if not name.startswith("_") and (inspect.isfunction(member) or isinstance(member, property)):
                yield from _signed(name, member, "####")


def _signed(name: str, member: Any, level: str) -> Iterator[str]:
    function: Any = member.fget if isinstance(member, property) else member
    signature = inspect.signature(function)
    parameters = [parameter for parameter in signature.parameters.values() if parameter.name != "self"]
    plain = signature.replace(parameters=parameters)
    yield from (f"{level} {name}", "", "```python", f"{name}{_short(str(plain))}", "```", "",
                inspect.getdoc(function) or "", "")


def _short(signature: str) -> str:
    signature = re.sub(r"treuwerk\.hookspecs\.(?:[a-z]+\.)?", "", signature)
    for module in ("collections.abc.", "treuwerk.domain.documents.", "treuwerk.domain.earning.",
                   "treuwerk.domain.purchases.", "typing.", "datetime.", "decimal."):
        signature = signature.replace(module, "")
    return re.sub(r"<class '(?:\w+\.)*(\w+)'>", r"\1", signature)


def settings_page() -> Iterator[str]:
    """Every table of the programme file with its keys, then what each plugin adds."""
    yield from ("# Programme file", "",
                "All keys of `programme.toml`, table by table. A key without default must be there.", "")
    heads = (EarningHead, SourceHead, SignInHead, ScannerHead, PageReaderHead, ConstraintHead, RewardKindHead,
             SupplierHead, MoneyHead, TierSchemeHead)
    for table in dict.fromkeys([*tables_below(Settings), *(inner for head in heads for inner in tables_below(head))]):
        yield from _table(table)
    registry, _ = load(first_party_plugins())
    for kinds, key in ((registry.earning_rule_kinds(), "rule"), (registry.clearing_sources(), "reader"),
                       (registry.identity_providers(), "provider"), (registry.upload_scanners(), "scanner"),
                       (registry.page_readers(), "page reader"), (registry.catalogue_constraints(), "constraint"),
                       (registry.reward_sources(), "source"), (registry.supplier_channels(), "channel"),
                       (registry.payment_providers(), "provider of [rewards.money]"),
                       (registry.tier_schemes(), "scheme")):
        for kind in kinds.values():
            yield from (f'## {key} = "{kind.name}"', "")
            for table in tables_below(kind.settings):
                yield from _table(table, "###")


def first_party_plugins() -> list[str]:
    """Names of the plugins that come with the engine."""
    return sorted(name for name, entries in installed().items()
                  if any(entry.dist and entry.dist.name == ENGINE_PLUGINS for entry in entries))


def _table(table: type, level: str = "##") -> Iterator[str]:
    yield from (f"{level} {table.__name__}", "", inspect.getdoc(table) or "", "")
    yield from _keys(table)


def _keys(table: Any) -> Iterator[str]:
    docs = attribute_docs(table)
    yield from ("| key | holds | default | |", "| --- | --- | --- | --- |")
    if not attrs.has(table):
        for name, kind in get_type_hints(table).items():
            default = _told(table._field_defaults[name]) if name in table._field_defaults else ""
            yield f"| `{name}` | {_cell(_kind(kind))} | {default} | {_cell(docs.get(name, ''))} |"
    for field in attrs.fields(attrs.resolve_types(table)) if attrs.has(table) else ():
        meaning = _cell(docs.get(field.name, ""))
        yield f"| `{field.alias}` | {_cell(_kind(field.type))} | {_default(field)} | {meaning} |"
    yield ""


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _default(field: "attrs.Attribute[Any]") -> str:
    if field.default is attrs.NOTHING:
        return ""
    return _told(getattr(field.default, "factory", lambda: field.default)())


def _told(value: Any) -> str:
    if isinstance(value, Enum):
        value = value.value
    is_record = attrs.has(type(value)) or hasattr(value, "_fields")
    return "–" if value is None or is_record else f"`{_cell(str(value)) or '(empty)'}`"


def _kind(kind: Any) -> str:
    """A type in the words of the programme file."""
    words: dict[Any, str] = {str: "text", int: "whole number", bool: "true or false", type(None): "nothing", **TEXTS}
    if kind in words:
        return words[kind]
    if get_origin(kind) in (list, tuple):
        return f"list of {_kind(get_args(kind)[0])}"
    if get_origin(kind) in (dict, Mapping):
        return f"table of {_kind(get_args(kind)[1])}"
    if isinstance(kind, type) and issubclass(kind, Enum):
        return " or ".join(f"`{member.value}`" for member in kind)
    if get_origin(kind) in (Union, UnionType):
        return " or ".join(_kind(part) for part in get_args(kind) if part is not type(None))
    return getattr(kind, "__name__", _short(str(kind)))


def tables_below(table: Any) -> Sequence[Any]:
    """A settings class and the attrs classes that its keys hold, each once, from the outside in."""
    found = [table]
    for field in attrs.fields(attrs.resolve_types(table)):
        held = (field.type, *get_args(field.type))
        for part in (*held, *(inner for kind in held for inner in get_args(kind))):
            if isinstance(part, type) and attrs.has(part) and part.__name__ not in NO_TABLES:
                found += [inner for inner in tables_below(part) if inner not in found]
    return found


def attribute_docs(table: type) -> dict[str, str]:
    """The texts that stand below the attributes of a class, by name of the attribute."""
    [definition] = ast.parse(textwrap.dedent(inspect.getsource(table))).body
    assert isinstance(definition, ast.ClassDef)
    docs: dict[str, str] = {}
    for statement, after in zip(definition.body, definition.body[1:], strict=False):
        if (isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
                and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)):
            docs[statement.target.id] = str(after.value.value)
    return docs


def commands_page() -> Iterator[str]:
    """Every command with its arguments and options."""
    context = click.Context(main, info_name="treuwerk")
    yield from ("# Commands", "", "```text", main.get_usage(context), "```", "", inspect.cleandoc(main.help or ""), "")
    yield from _options(main)
    for name in COMMANDS:
        yield from _command(f"treuwerk {name}", main.get_command(context, name))


def _command(path: str, command: click.Command | None) -> Iterator[str]:
    assert command is not None, path
    context = click.Context(command, info_name=path, terminal_width=_WIDTH, max_content_width=_WIDTH)
    yield from (f"## {path}", "", "```text", command.get_usage(context), "```", "",
                inspect.cleandoc(command.help or ""), "")
    yield from _options(command)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            yield from _command(f"{path} {name}", command.get_command(context, name))


def _options(command: click.Command) -> Iterator[str]:
    options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
    if not options:
        return
    yield from ("| option | |", "| --- | --- |")
    for option in options:
        variable = f" (`{option.envvar}`)" if isinstance(option.envvar, str) else ""
        yield f"| `{', '.join(option.opts)}` | {_cell(option.help or '')}{variable} |"
    yield ""


if __name__ == "__main__":
    write_reference(Path(__file__).parent / "reference")
    sys.exit(0)
