"""``treuwerk verify``."""

import click

from treuwerk.cli.context import FAILED, USAGE, Context, print_json, progress, treuwerk_command
from treuwerk.services.verifying import Verdict, verify
from treuwerk.store.migrating import check_schema


@treuwerk_command("verify")
def command(context: Context, as_json: bool) -> int:
    """Prove the ledger: recompute every law from the rows. Read-only; needs no programme.

    Exit codes: 0 every law holds, 1 one is violated, 2 one could not be checked.
    """
    database = context.open_database()
    check_schema(database)
    with progress("proving the ledger") as told:
        verdict = verify(database, told)
    if as_json:
        print_json({"ok": verdict.ok, "transactions": verdict.transactions,
                    "invariants": [invariant.as_json() for invariant in verdict.invariants]})
    else:
        _print(verdict)
    return 0 if verdict.ok else USAGE if verdict.could_not_run else FAILED


def _print(verdict: Verdict) -> None:
    for invariant in verdict.invariants:
        colour = "green" if invariant.state == "ok" else "red"
        count = f" × {invariant.count}: {invariant.first_violation}" if invariant.state != "ok" else ""
        click.echo(f"{click.style(invariant.state, fg=colour):<12} {invariant.name}{count}")
    click.echo(f"{verdict.transactions} transactions: {'every law holds' if verdict.ok else 'NOT PROVEN'}")
