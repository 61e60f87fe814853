"""How ``treuwerk simulate`` tells what it found."""

import csv
from collections.abc import Mapping
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import click

from treuwerk.cli.context import print_json, print_table
from treuwerk.services.simulation.reporting import is_equal
from treuwerk.services.simulation.tables import CSV_COLUMNS, arithmetic, csv_rows, markdown

_LEFT_OUT = {"no_participant": "their accounts have no participant by now, and rules ask who buys",
             "unknown_article": "the article master has no such article by now"}
_FATES = {"known": "which is booked already", "evidence": "which is booked by another way"}


def show_effect(told: Mapping[str, Any], *, as_json: bool, as_markdown: bool) -> None:
    """The effect of a changed programme."""
    if as_json:
        print_json(told)
    elif as_markdown:
        click.echo(markdown(told), nl=False)
    else:
        _print(told)


def write_csv(path: Path, told: Mapping[str, Any]) -> None:
    """Participants and their differences as a file for spreadsheets."""
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out, delimiter=";")
        writer.writerow(CSV_COLUMNS)
        writer.writerows(csv_rows(told))


def _print(told: Mapping[str, Any]) -> None:
    click.echo(f"{told['lines']:,} purchase lines and {told['activities']:,} activities asked about, "
               f"{told['changed']:,} would earn something else")
    for why, events in told["left_out"].items():
        click.echo(f"  {events:,} left out: {_LEFT_OUT[why]}")
    if is_equal(told):
        click.echo("no difference")
        return
    print_table(["unit", "now", "next", "difference", "open difference", "worth", "below zero"], [
        [unit, one["now"], one["next"], one["difference"], one["open_difference"],
         f"{one['value']} {told['currency']}" if one["value"] else "", one["below_zero"]]
        for unit, one in told["totals"].items()])
    changed = [one for one in told["rules"] if one["difference"]]
    if changed:
        print_table(["rule", "unit", "now", "next", "difference"], [
            [one["rule"], one["unit"], one["now"], one["next"], one["difference"]] for one in changed])
    for move in told["tiers"]:
        before, after = move["from"] or "no tier", move["to"] or "no tier"
        click.echo(f"{move['participants']:,} participants from {before} to {after}")
    if told["participants"]:
        print_table(["participant", "name", "unit", "now", "next", "difference", "tier"], [
            [one["participant"], one["name"], unit, both["now"], both["next"], both["difference"],
             one["tier_next"] if one["tier_now"] == one["tier_next"]
             else f"{one['tier_now'] or 'none'} → {one['tier_next'] or 'none'}"]
            for one in told["participants"] for unit, both in one["points"].items() if both["difference"]])
    for doubt in told["doubts"]:
        click.echo(f"{doubt['events']:,} events undecided ({doubt['code']}), such as {doubt['document']}: "
                   f"{doubt['reason']}")
    for one in told["samples"]:
        click.echo(f"{one['rule']}: {one['document']} {one['line']} of {one['day']} by {one['participant']}")
        click.echo(f"  now   {arithmetic(one['now'], one['rule'])}")
        click.echo(f"  next  {arithmetic(one['next'], one['rule'])}")


def show_file(found: Mapping[str, Any], as_json: bool) -> None:
    """What a file would earn, line by line."""
    if as_json:
        print_json(found)
        return
    for _, awards in groupby(found["awards"], key=itemgetter("document", "line")):
        of_line = list(awards)
        _print_line(of_line[0])
        for award in of_line:
            when = ", once its order is complete" if award["if_complete"] else ""
            click.echo(f"  {award['rule']} revision {award['revision']} → {award['points']} {award['unit']}{when}")
            for step in award["steps"]:
                click.echo(f"    {step['operation']:<13} {step['name']:<12} {step['operand']:>10} = {step['figure']}")
    for line in found["without_points"]:
        _print_line(line)
        click.echo("  earns nothing")
    for problem in found["problems"]:
        click.echo(f"line {problem['line']} of {problem['document']} {problem['state']} ({problem['code']}): "
                   f"{problem['reason']}")
    sums = ", ".join(f"{points:,} {unit}" for unit, points in found["points"].items()) or "nothing"
    if found["corrections"]:
        click.echo(f"{found['corrections']:,} corrections take back what they name: see treuwerk clear --dry-run")
    click.echo(f"{found['file']} would earn {sums}; nothing is booked")


def _print_line(line: Mapping[str, Any]) -> None:
    fate = "" if line["fate"] == "new" else f", {_FATES.get(line['fate'], line['fate'])}"
    click.echo(f"{line['document']} line {line['line']} of {line['day']} by {line['participant']}: "
               f"{line['quantity']} × {line['article']}{fate}")
