"""``treuwerk map``: what lines of deliveries wait for, what their numbers mean, and booking what waited."""

from typing import Any

import click

from treuwerk.cli.acting import PublicId, account_named, actor_option
from treuwerk.cli.context import Context, now, print_json, print_table, progress, treuwerk_command
from treuwerk.cli.managing import access_of_operator
from treuwerk.domain.aliases import GTIN, NUMBER, Alias, Kind, Name, Verdict
from treuwerk.domain.ledger import moment
from treuwerk.domain.participants import identifier
from treuwerk.domain.sellers import WORLDWIDE
from treuwerk.services.changes.aliasing import (
    ALIAS,
    COMMAND,
    Decided,
    Meant,
    decide,
    latest,
    preview,
    public_id,
    stop,
    take_back,
)
from treuwerk.services.changes.lacking import lacking
from treuwerk.services.clearing.releasing import Released, release, words
from treuwerk.services.finding import scheme_and_value

_MOST = 1_000
_EVERYTHING = 2**62
from_option = click.option("--from", "sender", default="", help="The sender whose number it is; left out: of all.")
once_option = click.option("--once", is_flag=True, help="Book only what waits now; keep nothing for later.")
document_option = click.option("--document", default="", help="Only lines of this document; needs --once.")
dry_option = click.option("--dry-run", is_flag=True, help="Say what would be booked; store nothing.")


@click.group("map")
def command() -> None:
    """Map unknown customers and articles, and book the lines that waited for them."""


@treuwerk_command("list")
@click.option("--kind", type=click.Choice([kind.value for kind in Kind]), help="Only this kind.")
def _list(context: Context, as_json: bool, kind: str | None) -> None:
    """List what lines wait for, that for which most do first."""
    installation, access = context.open(), access_of_operator("command line")
    with installation.database.reading() as connection:
        found, _ = lacking(access, connection, kind=Kind(kind) if kind else None, limit=_MOST)
    if as_json:
        print_json({"lacking": [one.as_json() for one in found]})
        return
    print_table(["waits for", "sender", "scheme", "number", "called", "lines", "documents", "pieces", "since"], [
        [one.name.kind.value, one.name.scope, one.name.scheme, one.written or one.name.value, one.called, one.lines,
         one.documents, one.pieces, moment(one.since).date()] for one in found])


@treuwerk_command("participant")
@click.argument("number", metavar="SCHEME:NUMBER")
@click.argument("participant")
@from_option
@actor_option
@once_option
@document_option
@dry_option
def _participant(context: Context, as_json: bool, number: str, participant: str, sender: str, actor: str, once: bool,
                 document: str, dry_run: bool) -> None:
    """Say that a number is that of a participant; without a scheme it is a customer number."""
    installation = context.open_to_book()
    scheme, value = scheme_and_value(number)
    meant = Meant(Name(Kind.PARTICIPANT, "" if scheme in WORLDWIDE else sender, scheme, value),
                  account_id=account_named(installation, participant), written=number.partition(":")[2] or number,
                  once=once or bool(document), document=document)
    _decide(installation, actor, meant, dry_run, as_json)


@treuwerk_command("article")
@click.argument("number")
@click.argument("article")
@from_option
@actor_option
@once_option
@document_option
@dry_option
def _article(context: Context, as_json: bool, number: str, article: str, sender: str, actor: str, once: bool,
             document: str, dry_run: bool) -> None:
    """Say that a number, or gtin:NUMBER, is an article of the master."""
    meant = Meant(_article_name(number, sender), article=article, written=number, once=once or bool(document),
                  document=document)
    _decide(context.open_to_book(), actor, meant, dry_run, as_json)


@treuwerk_command("never")
@click.argument("kind", type=click.Choice([Kind.PARTICIPANT.value, Kind.ARTICLE.value]))
@click.argument("number", metavar="[SCHEME:]NUMBER")
@from_option
@actor_option
@click.option("--reason", required=True, help="Why it never earns.")
def _never(context: Context, as_json: bool, kind: str, number: str, sender: str, actor: str, reason: str) -> None:
    """Say that an article never earns, or that a customer does not take part; lines that wait for it are closed."""
    if kind == Kind.ARTICLE.value:
        name = _article_name(number, sender)
    else:
        scheme, value = scheme_and_value(number)
        name = Name(Kind.PARTICIPANT, "" if scheme in WORLDWIDE else sender, scheme, value)
    _decide(context.open_to_book(), actor, Meant(name, Verdict.NEVER, reason=reason, written=number), False, as_json)


def _article_name(number: str, sender: str) -> Name:
    scheme, colon, value = number.partition(":")
    if colon and scheme.lower() == GTIN:
        return Name(Kind.ARTICLE, "", GTIN, identifier(value))
    return Name(Kind.ARTICLE, sender, NUMBER, identifier(number))


def _decide(installation: Any, actor: str, meant: Meant, dry_run: bool, as_json: bool) -> None:
    access, at = access_of_operator(actor), now()
    if dry_run:
        would = preview(access, installation, meant, at)
        _show(would, as_json, {"dry_run": True}, "would be ")
        return
    with progress("booking what waited") as told:
        decided = decide(access, installation, meant, at, origin=COMMAND, at_once=_EVERYTHING, told=told)
    if decided.alias.verdict is Verdict.NEVER:
        _show_closed(decided, as_json)
    else:
        _show(decided.released or Released(), as_json, {"id": public_id(decided.alias)}, "")


def _show(released: Released, as_json: bool, more: dict[str, Any], would: str) -> None:
    if as_json:
        print_json({**more, **released.as_json()})
        return
    points = ", ".join(f"{points:,} {unit}" for unit, points in sorted(released.points.items())) or "no points"
    click.echo(f"{would}released: {words(released)}; {points} for {len(released.documents):,} documents"
               f"{' (the first lines only)' if released.more else ''}")
    if "id" in more:
        click.echo(f"  {more['id']}; treuwerk map undo takes it back while nothing rests on it")


def _show_closed(decided: Decided, as_json: bool) -> None:
    if as_json:
        print_json({"id": public_id(decided.alias), "closed": decided.closed})
    else:
        click.echo(f"{public_id(decided.alias)}: {decided.closed:,} lines closed; treuwerk map undo opens them again")


@treuwerk_command("decisions")
def _decisions(context: Context, as_json: bool) -> None:
    """List what was decided on numbers, the latest first."""
    with context.open().database.reading() as connection:
        found = latest(access_of_operator("command line"), connection, _MOST)
    if as_json:
        print_json({"decisions": [_as_json(one, name) for one, name in found]})
        return
    print_table(["made", "sender", "scheme", "number", "is", "by", "state", "id"], [
        [moment(one.made_at).date(), one.name.scope, one.name.scheme, one.written or one.name.value,
         one.article or name or f"never: {one.reason}", one.actor, _state(one), public_id(one)] for one, name in found])


def _state(one: Alias) -> str:
    return ("in use" if one.used else "holds") if one.holds else "ended"


def _as_json(one: Alias, participant: str) -> dict[str, Any]:
    return {"id": public_id(one), "kind": one.name.kind.value, "sender": one.name.scope, "scheme": one.name.scheme,
            "number": one.written or one.name.value, "verdict": one.verdict.value,
            "account": str(one.account_id) if one.account_id else None, "participant": participant,
            "article": one.article, "reason": one.reason, "origin": one.origin, "actor": one.actor,
            "made_at": moment(one.made_at).isoformat(), "used": one.used,
            "ended_at": None if one.holds else moment(one.ended_at).isoformat(), "ended_by": one.ended_by}


@treuwerk_command("undo")
@click.argument("id", type=PublicId(ALIAS, "a decision"))
@actor_option
@click.option("--stop", "only_stop", is_flag=True, help="Let it count no more, also where something is booked by it.")
def _undo(context: Context, as_json: bool, id: tuple[int, int], actor: str, only_stop: bool) -> None:
    """Take a decision back; lines that it closed wait again."""
    act = stop if only_stop else take_back
    undone = act(access_of_operator(actor), context.open_to_book(), id[1], now())
    if as_json:
        print_json({"id": public_id(undone.alias), "reopened": undone.closed})
    else:
        click.echo(f"{public_id(undone.alias)} is taken back; {undone.closed:,} lines wait again")


@treuwerk_command("release")
def _release(context: Context, as_json: bool) -> None:
    """Book all lines that waited and lack nothing any more; it may be run as often as you like."""
    with progress("booking what waited") as told:
        released = release(context.open_to_book(), [], now(), actor="system", told=told)
    _show(released, as_json, {}, "")


for subcommand in (_list, _participant, _article, _never, _decisions, _undo, _release):
    command.add_command(subcommand)
