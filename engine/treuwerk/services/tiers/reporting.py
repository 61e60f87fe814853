"""Who holds which tier: one row for each participant, some hundred read at a time."""

from collections.abc import Iterator

import attrs

from treuwerk.domain.refusals import Refusal
from treuwerk.domain.tier_history import State
from treuwerk.services.installation import Installation
from treuwerk.services.searching import customer_numbers
from treuwerk.services.tiers.assessing import assessed, figures_as_text, text_of, today_of
from treuwerk.store import tiers as store
from treuwerk.store.owners import owners_of
from treuwerk.store.ownership import heirs

COLUMNS = ("customer_number", "name", "tier", "since", "until", "why", "by_hand", "figures")


@attrs.frozen
class TierRow:
    """One participant, as of now."""

    number: str
    name: str
    state: State

    @property
    def tier(self) -> str:
        """The code of the tier, empty for none."""
        return self.state.tier

    def cells(self) -> tuple[str, ...]:
        """What stands under `COLUMNS`; figures are JSON with exact decimals."""
        one = self.state
        return (self.number, self.name, one.tier, text_of(one.since), text_of(one.until), one.why.value if one.tier
                else "", "yes" if one.grant else "", figures_as_text(one.figures))


def tier_rows(installation: Installation, now: int) -> Iterator[TierRow]:
    """Everybody but those who were merged into others, in the order of accounts.

    Raises:
        Refusal: `no_tier_scheme`, before the first row.
    """
    if installation.programme.settings.tier_scheme is None:
        raise Refusal("no_tier_scheme", "found no [tier_scheme] in the programme, expected one")
    return _rows(installation, now)


def _rows(installation: Installation, now: int) -> Iterator[TierRow]:
    settings, behind = installation.programme.settings, 0
    while True:
        with installation.database.reading() as connection:
            accounts, gone = store.accounts_behind(connection, behind), heirs(connection)
            staying = [one for one in accounts if one not in gone]
            found = assessed(connection, settings, staying, today_of(settings, now))
            numbers, owners = customer_numbers(connection, staying), owners_of(connection, staying)
        for account_id, one in found.items():
            yield TierRow(numbers.get(account_id, ""), owners[account_id].name, one.walked.state)
        if not accounts:
            return
        behind = accounts[-1]
