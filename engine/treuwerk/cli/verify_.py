"""``treuwerk verify``."""

from pathlib import Path
from typing import Any

import click

from treuwerk.cli.context import FAILED, USAGE, Context, fail, now, print_json, progress, treuwerk_command
from treuwerk.cli.numbers import Whole
from treuwerk.services.ledger.pending_seals import seal_where_possible
from treuwerk.services.proof.anchoring import Anchor, WrongAnchor, anchors_in
from treuwerk.services.proof.proof_crew import CrewFailed
from treuwerk.services.proof.verifying import Verdict, verify
from treuwerk.store.migrating import check_schema


@treuwerk_command("verify")
@click.option("--anchor", "anchor_file", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="File with anchors, one per line as treuwerk anchor writes them: the chain must go through each.")
@click.option("--processes", type=Whole(1, 16), help="How many share the work; else as many as pay.")
def command(context: Context, as_json: bool, anchor_file: Path | None, processes: int | None) -> int:
    """Prove the ledger: recompute every law from the rows; needs no programme.

    What waits for a seal is sealed first. A copy that cannot be written is proven as it is.

    Exit codes: 0 every law holds, 1 one is violated, 2 one could not be checked.
    """
    anchors = _anchors(anchor_file, as_json)
    database = context.open_database()
    check_schema(database)
    seal_where_possible(database, now())
    try:
        with progress("proving the ledger") as told:
            verdict = verify(database, told, anchors=anchors, processes=processes)
    except CrewFailed as error:
        fail(USAGE, f"the proof was not finished: {error}; try again, or with --processes 1", as_json)
    if as_json:
        print_json(_as_json(verdict))
    else:
        _print(verdict)
    return 0 if verdict.ok else USAGE if verdict.could_not_run else FAILED


def _anchors(file: Path | None, as_json: bool) -> list[Anchor]:
    try:
        return anchors_in(file.read_text("utf-8").splitlines(), file.name) if file else []
    except UnicodeDecodeError:
        fail(USAGE, f"{file}: found no UTF-8, expected anchors as treuwerk anchor writes them", as_json)
    except WrongAnchor as error:
        fail(USAGE, str(error), as_json)


def _as_json(verdict: Verdict) -> dict[str, Any]:
    return {"ok": verdict.ok, "transactions": verdict.transactions, "unsealed": verdict.unsealed,
            "invariants": [invariant.as_json() for invariant in verdict.invariants]}


def _print(verdict: Verdict) -> None:
    for invariant in verdict.invariants:
        colour = "green" if invariant.state == "ok" else "red"
        count = f" × {invariant.count}: {invariant.first_violation}" if invariant.state != "ok" else ""
        click.echo(f"{click.style(invariant.state, fg=colour):<12} {invariant.name}{count}")
    if verdict.unsealed:
        click.echo(f"{verdict.unsealed} transactions wait for a seal, which this copy cannot be given")
    click.echo(f"{verdict.transactions} transactions: {'every law holds' if verdict.ok else 'NOT PROVEN'}")
