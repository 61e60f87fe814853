"""What bank accounts say of a reported purchase: a seller who wants its money elsewhere may be somebody else."""

from collections.abc import Collection, Iterator

from sqlalchemy import Connection

from treuwerk.domain.bank_numbers import grouped
from treuwerk.services.clearing.hints import Hint, Weight
from treuwerk.services.submissions.entry_preview import Preview
from treuwerk.store import bank_accounts

_SHOWN = 3


def sellers_of(seen: Preview) -> set[str]:
    """Who sold the lines of a document, as it stands in claims."""
    return {line[5][1] for line in seen.scored.lines.values()}


def bank_hints(connection: Connection, digests: Collection[str], seen: Preview) -> Iterator[Hint]:
    """``new_bank``: the files of a report name accounts of the seller, and none that an accepted document named."""
    own = bank_accounts.of_files(connection, digests)
    for seller in sorted(sellers_of(seen)) if own else ():
        known = bank_accounts.of_seller(connection, seller)
        if known and own.isdisjoint(known):
            yield Hint("new_bank", Weight.DOUBT, {
                "name": seen.document.seller.name or seller, "account": _told(sorted(own)), "known": _told(known)})


def note_bank(connection: Connection, digests: Collection[str], seen: Preview, now: int) -> None:
    """Note the accounts that the files of an accepted report name as those of its seller."""
    bank_accounts.note_of_sellers(connection, sellers_of(seen), bank_accounts.of_files(connection, digests), now)


def _told(accounts: Collection[str]) -> str:
    return ", ".join(grouped(one) for one in list(accounts)[:_SHOWN])
