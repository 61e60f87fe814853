"""A participant asks to be forgotten: people go out of reported purchases and orders, the rest stays without a name.

The hashes of files stay, so that the same paper is known if somebody reports it again. The books are not touched: they
hold no personal data.
"""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import attrs
from sqlalchemy import Connection

from treuwerk.domain.entries import read_entered
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access
from treuwerk.domain.submissions import OPEN, SubmissionState
from treuwerk.services.auditing import note_act
from treuwerk.services.documents_folder import Documents, NoDocumentsFolder, documents_of
from treuwerk.services.installation import Installation
from treuwerk.services.participants.own_company import refuse_own_company
from treuwerk.store import (
    cart,
    complaints,
    forgetting,
    payments,
    replacements,
    reward_orders,
    withdrawals,
)
from treuwerk.store.succession import stands_for

WRITE = "participants.write"


@attrs.frozen
class Forgotten:
    """How many reported purchases were made anonymous, and how many files were removed."""

    reports: int
    files: int


@attrs.frozen
class Foreseen:
    """What forgetting would take: reported purchases, and files that nobody else reported; and what hinders it."""

    reports: int
    files: int
    open_reports: int
    open_orders: int

    @property
    def is_hindered(self) -> bool:
        """Whether something must be decided or delivered first."""
        return bool(self.open_reports or self.open_orders)


def foresee_forgetting(access: Access, connection: Connection, account_id: int) -> Foreseen:
    """What forgetting the uploads of a participant would come to; nothing is changed.

    Raises:
        NotAllowed: the right to change participants is not there.
    """
    access.require(WRITE)
    access.require_account(account_id)
    accounts = list(connection.execute(stands_for(account_id)).scalars())
    states = forgetting.states_of(connection, accounts)
    waiting = sum(count for state, count in states.items() if SubmissionState(state) in OPEN)
    return Foreseen(sum(states.values()), len(forgetting.files_of(connection, accounts)), waiting,
                    reward_orders.open_of(connection, accounts))


def forget_uploads(access: Access, installation: Installation, account_id: int, now: int, *, reason: str) -> Forgotten:
    """Take everything personal out of reported purchases and orders of a participant; a second time changes nothing.

    Companies that were merged into it are forgotten with it. The reports commit first, then each file goes with its
    row. Whoever dies in between leaves files that no page has: a second time removes them, and the nightly sweep does.

    Raises:
        NotAllowed: the right to change participants is not there.
        Refusal: `reports_open`, `orders_open`: something waits for a decision or a delivery; `no_reason`;
            `own_account`: nobody forgets what the own company reported.
    """
    access.require(WRITE)
    access.require_account(account_id)
    if len(reason.split()) < 2:
        raise Refusal("no_reason", "found no reason, expected at least two words")
    database = installation.database
    forgotten = database.run(lambda connection: _forget(connection, access, account_id, now, reason))
    try:
        documents = documents_of(database)
    except NoDocumentsFolder:
        documents = None
    gone = [database.run(partial(_drop, documents, digest)) for digest in forgotten.files]
    return Forgotten(forgotten.reports, sum(gone))


class _Blanked(NamedTuple):
    """How many reports are blank, and the hashes of files that may go."""

    reports: int
    files: Sequence[str]


def _forget(connection: Connection, access: Access, account_id: int, now: int, reason: str) -> _Blanked:
    accounts = forgetting.accounts_of(connection, account_id)
    refuse_own_company(access, connection, accounts)
    found = forgetting.reports(connection, accounts)
    waiting = sum(SubmissionState(one.state) in OPEN for one in found)
    if waiting:
        raise Refusal("reports_open", f"found {waiting} reported purchases that wait for a decision, expected none; "
                      "decide on them first")
    if still := reward_orders.open_of(connection, accounts):
        raise Refusal("orders_open", f"found {still} orders of rewards that have not left, expected none; they need "
                      "their address: deliver or cancel them first")
    digests = forgetting.files_of(connection, accounts)
    for one in found:
        forgetting.blank_report(connection, one.account_id, one.id, _figures(one.entered))
    forgetting.blank_rest(connection, accounts, {one.run_id for one in found if one.run_id is not None}, now)
    complaints.blank(connection, accounts)
    withdrawals.blank(connection, accounts)
    cart.forget(connection, accounts)
    reward_orders.blank(connection, accounts)
    payments.blank(connection, accounts)
    replacements.blank(connection, accounts)
    note_act(connection, access, "participant.forget_uploads", account_id, "", now=now, reason=reason,
             after={"reports": len(found), "files": len(digests)})
    return _Blanked(len(found), digests)


def _drop(documents: Documents | None, digest: str, connection: Connection) -> bool:
    """Row and file go together: whoever notes the same content waits for this row, and then looks for the file."""
    if not forgetting.drop_file(connection, digest):
        return False
    if documents is not None:
        documents.forget(digest)
    return True


def _figures(entered: str) -> str:
    """A document as it was entered, without what was said to people."""
    if not entered:
        return ""
    document = read_entered(entered)
    return attrs.evolve(document, lines=tuple(attrs.evolve(line, words="") for line in document.lines)).as_json()
