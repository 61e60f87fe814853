"""``treuwerk report expiring``."""

import click

from treuwerk.cli.context import Context, now, print_json, print_table, treuwerk_command
from treuwerk.domain.durations import Duration
from treuwerk.domain.ledger import moment
from treuwerk.services.account.expiring_soon import expiring_within


@treuwerk_command("expiring")
@click.option("--within", default="30D", show_default=True, metavar="DURATION",
              help="How far to look ahead: a whole number and one of s m h D W M Y.")
def expiring(context: Context, as_json: bool, within: str) -> None:
    """Show who loses which points when, unless they are spent before: soonest first.

    Points that go by inactivity stand there with the end of their account's time; any booking moves it.
    """
    installation, at = context.open(), now()
    zone = installation.programme.settings.programme.time_zone
    try:
        until = Duration.read(within).after(at, zone)
    except (ValueError, OverflowError) as error:
        raise click.BadParameter(f"{error}, such as 30D", param_hint="--within") from error
    with installation.database.reading() as connection:
        rows = [(number, name, unit, moment(expires_at).astimezone(zone).isoformat(), points)
                for number, name, unit, expires_at, points in expiring_within(connection, at, until)]
    columns = ["customer_number", "name", "unit", "expires_at", "points"]
    if as_json:
        print_json({"as_of": moment(at).astimezone(zone).isoformat(),
                    "until": moment(until).astimezone(zone).isoformat(),
                    "rows": [dict(zip(columns, row, strict=True)) for row in rows]})
    else:
        print_table(columns, [list(row) for row in rows])
