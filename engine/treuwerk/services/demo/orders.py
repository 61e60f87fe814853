"""Orders of a demo's companies, by the services that people use.

A bundle brings ``orders.csv`` (customer_number;hours_ago;lines;cancelled); it may be left out. `lines` are
``variant:quantity``, separated by ``|``; `cancelled` is the number of a line that is cancelled half an hour later.
Parcels go to the address of the company.
"""

from functools import partial
from pathlib import Path

from sqlalchemy import Connection, select

from treuwerk.domain.reward_orders import AddressKind, Destination, OrderRequest, WantedLine
from treuwerk.domain.rights import Access
from treuwerk.services.demo.companies import access_of_manager
from treuwerk.services.installation import Installation
from treuwerk.services.master_files import NamedRow, rows_if_there
from treuwerk.services.orders.cancelling_lines import Cut, cancel_lines
from treuwerk.services.orders.placing import place
from treuwerk.services.rewards.askers import asker_of, programme_day
from treuwerk.services.rewards.offering import offered
from treuwerk.store.tables import participant

_HOUR = 3_600_000_000


def order_rewards(installation: Installation, folder: Path, now: int) -> None:
    """Place them, the oldest first."""
    rows = sorted(rows_if_there(folder / "orders.csv", ("customer_number", "hours_ago", "lines")),
                  key=lambda row: -int(row.cells["hours_ago"]))
    for row in rows:
        _one(installation, row, now - int(row.cells["hours_ago"]) * _HOUR)


def _one(installation: Installation, row: NamedRow, at: int) -> None:
    access = access_of_manager(installation, row.cells["customer_number"])
    wanted = dict(part.split(":") for part in row.cells["lines"].split("|"))
    request = installation.database.run(partial(_request, installation, access, wanted, f"demo|{row.at}", at))
    placed = place(installation, access, request, at)
    if row.cells.get("cancelled"):
        cancel_lines(installation, access, placed.public_id, [Cut(int(row.cells["cancelled"]))], at + _HOUR // 2)


def _request(installation: Installation, access: Access, wanted: dict[str, str], key: str, at: int,
             connection: Connection) -> OrderRequest:
    """The order at the prices that the company sees."""
    settings = installation.programme.settings
    company = connection.execute(select(participant).where(participant.c.account_id == access.account_id)).one()
    where = Destination(company.name, company.street, company.postcode, company.city, company.country,
                        kind=AddressKind.COMPANY)
    asker = asker_of(connection, settings, access.account_id, at, where.country)
    offers = offered(connection, settings, asker, wanted, programme_day(settings, at))
    return OrderRequest(key, tuple(WantedLine(variant, int(pieces), offers[variant].points)
                                   for variant, pieces in wanted.items()), where)
