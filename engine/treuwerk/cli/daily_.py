"""``treuwerk daily``."""

import attrs
import click

from treuwerk.cli.context import Context, now, print_json, progress, treuwerk_command
from treuwerk.cli.expire_ import print_receipt
from treuwerk.cli.sweep_ import print_swept
from treuwerk.services.changes.merging import forward_arrivals
from treuwerk.services.clearing.occasions import mark_occasions
from treuwerk.services.clearing.parked import report_parked
from treuwerk.services.clearing.releasing import release, words
from treuwerk.services.ledger.expiring import expire
from treuwerk.services.orders.approving import cancel_overdue
from treuwerk.services.orders.fulfilled import fulfil_by_themselves
from treuwerk.services.rewards.pools import let_lapse
from treuwerk.services.submissions.sweeping import sweep
from treuwerk.services.tiers.running import run as run_tiers


@treuwerk_command("daily")
def command(context: Context, as_json: bool) -> None:
    """Do what every night is for: expire, let late arrivals follow, tell what is parked, book what waited in vain.

    Anniversaries and other occasions are booked, also those of nights that were missed. Tiers are judged for the days
    that are over.

    Orders that nobody approved in time are cancelled, and voucher codes whose last day is over leave their pools.
    Lines that nobody has to deliver, such as donations, are done once they cannot be cancelled any more.

    At last it sweeps: unsent drafts, and files that nobody needs.

    It may be run as often as you like, also twice at once, and may be killed. A clock that may be wrong ends it before
    anything is booked; see treuwerk expire --confirm.
    """
    installation, at = context.open_to_book(), now()
    with progress("expiring") as told:
        receipt = expire(installation, at, told=told)
    context.so_far["expired"] = attrs.asdict(receipt)
    cancelled, marked = cancel_overdue(installation, at), mark_occasions(installation, at)
    forwarded, parked = forward_arrivals(installation, at), report_parked(installation, at)
    released, swept = release(installation, [], at, actor="system"), sweep(installation, at)
    tiers = run_tiers(installation, at) if installation.programme.settings.tier_scheme else None
    lapsed, fulfilled = let_lapse(installation, at), fulfil_by_themselves(installation, at)
    if as_json:
        print_json({**context.so_far, "orders_cancelled": cancelled, "occasions": attrs.asdict(marked),
                    "forwarded": forwarded, "parked": parked,
                    "released": released.as_json(), "codes_lapsed": lapsed, "fulfilled": fulfilled,
                    "tiers": attrs.asdict(tiers) if tiers else None,
                    "swept": attrs.asdict(swept)})
        return
    print_receipt(receipt)
    click.echo(f"{cancelled:,} orders cancelled that nobody approved in time")
    click.echo(f"{marked.occasions:,} occasions, {marked.transactions:,} bookings for them")
    for problem in marked.problems:
        click.echo(f"  {problem['occasion']}: {problem['reason']}")
    click.echo(f"{forwarded:,} merged participants had something that followed")
    click.echo(f"{parked:,} runs with corrections whose purchases never came")
    click.echo(f"{words(released)}, of those that waited for master data")
    click.echo(f"{fulfilled:,} lines of orders that nobody has to deliver")
    click.echo(f"{lapsed:,} voucher codes whose last day is over")
    if tiers:
        click.echo(f"{tiers.up:,} tiers went up, {tiers.down:,} went down")
    print_swept(swept)
