"""A report as files that others read: CSV for a spreadsheet, Markdown for whoever reviews a change."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from treuwerk.domain.shielding import safe

CSV_COLUMNS = ("participant", "name", "unit", "now", "next", "difference", "open_now", "open_next", "open_difference",
               "tier_now", "tier_next")
_SHOWN = 10


def csv_rows(told: Mapping[str, Any]) -> Iterator[list[int | str]]:
    """A row for each participant and unit with a difference, below `CSV_COLUMNS`."""
    for one in told["participants"]:
        for unit, both in one["points"].items() or [("", {})]:
            cells = {**one, **both, "unit": unit}
            yield [_plain(cells.get(column, "")) for column in CSV_COLUMNS]


def _plain(value: int | str) -> int | str:
    return safe(value) if isinstance(value, str) else value


def largest(told: Mapping[str, Any], unit: str, *, gain: bool) -> list[Mapping[str, Any]]:
    """Participants who gain or lose most in a unit, at most ten."""
    sign = -1 if gain else 1
    found = [one for one in told["participants"] if -sign * one["points"].get(unit, {}).get("difference", 0) > 0]
    return sorted(found, key=lambda one: (sign * one["points"][unit]["difference"], one["participant"]))[:_SHOWN]


def markdown(told: Mapping[str, Any]) -> str:
    """The report as a reviewer reads it below a change: totals, rules, tiers, who gains and loses most, examples."""
    return "\n".join(_lines(told)) + "\n"


def _lines(told: Mapping[str, Any]) -> Iterator[str]:
    span = f"since {told['since']}" if told["since"] else "over the whole history"
    yield f"## Effect of the changed programme {_safe(told['programme'])}, {span} up to {told['until']}"
    yield ""
    yield (f"{told['lines']:,} purchase lines and {told['activities']:,} activities were asked about; "
           f"{told['changed']:,} would earn something else, of {len(told['participants']):,} participants.")
    yield ""
    yield from _table(("unit", "now", "next", "difference", "open difference", "worth", "below zero"), [
        (unit, one["now"], one["next"], _signed(one["difference"]), _signed(one["open_difference"]),
         f"{one['value']} {told['currency']}" if one["value"] else "", one["below_zero"])
        for unit, one in told["totals"].items()])
    yield from _titled("Rules", ("rule", "unit", "now", "next", "difference"), [
        (one["rule"], one["unit"], one["now"], one["next"], _signed(one["difference"])) for one in told["rules"]
        if one["difference"]])
    yield from _titled("Tiers", ("from", "to", "participants"), [
        (one["from"] or "none", one["to"] or "none", one["participants"]) for one in told["tiers"]])
    for unit in told["totals"]:
        for words, gain in ((f"Most {unit} gained", True), (f"Most {unit} lost", False)):
            yield from _titled(words, ("participant", "now", "next", "difference"), [
                (one["participant"], one["points"][unit]["now"], one["points"][unit]["next"],
                 _signed(one["points"][unit]["difference"])) for one in largest(told, unit, gain=gain)])
    yield from _titled("Events that no rule would decide on any more", ("code", "events", "such as", "reason"), [
        (one["code"], one["events"], one["document"], one["reason"]) for one in told["doubts"]])
    yield from _titled("Examples", ("rule", "document", "line", "day", "now", "next"), [
        (one["rule"], one["document"], one["line"], one["day"], arithmetic(one["now"], one["rule"]),
         arithmetic(one["next"], one["rule"])) for one in told["samples"]])
    yield from _titled("Left out", ("why", "events"), list(told["left_out"].items()))


def arithmetic(awards: Sequence[Mapping[str, Any]], rule: str) -> str:
    """What a rule gives and how, such as ``800 bonus (quantity 10 × wp 400 …)``, in the words of the tape."""
    return "; ".join(f"{one['points']} {one['unit']} by revision {one['revision']}: " + ", ".join(
        f"{step['operation']} {step['name']} {step['operand']}".rstrip() for step in one["steps"])
        for one in awards if one["rule"] == rule) or "nothing"


def _titled(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    if rows:
        yield ""
        yield f"### {_safe(title)}"
        yield ""
        yield from _table(columns, rows)


def _table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    yield f"| {' | '.join(columns)} |"
    yield f"|{'|'.join(' --- ' for _ in columns)}|"
    for row in rows:
        yield f"| {' | '.join(f'{cell:,}' if isinstance(cell, int) else _safe(str(cell)) for cell in row)} |"


def _signed(points: int) -> str:
    return f"{points:+,}" if points else "0"


def _safe(text: str) -> str:
    """Text of others that cannot end a cell, begin a link or hide in markup."""
    for sign in "\\`*_[]<>|":
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.split())
