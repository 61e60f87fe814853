"""Payments that people note: transfers that came in, by number or by file, and refunds that the bank has paid."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain import ids
from treuwerk.domain.bank_numbers import checked_iban, tidy
from treuwerk.domain.reading import Unreadable, decimal_number
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_orders import LineState
from treuwerk.domain.rights import Access, OutOfScope, row_named
from treuwerk.domain.tabular import BadLine
from treuwerk.services.auditing import note_act
from treuwerk.services.installation import Installation
from treuwerk.services.master_files import BadRow, ImportReceipt, NamedRow, named_rows
from treuwerk.services.orders.scope import WRITE
from treuwerk.services.participants.own_company import refuse_own_company
from treuwerk.services.payments.asking import provider_of
from treuwerk.services.payments.looking_after import paid_back
from treuwerk.services.payments.settling import captured, follow
from treuwerk.store import bank_transfers
from treuwerk.store import payments as store

COLUMNS = ("transfer", "reference", "amount")
_OPTIONAL = ("currency", "payer", "iban", "split")
_SPLIT = ("", "yes")
_LARGEST = 100_000_000_00
_CENTS = re.compile(r"[0-9]+([.,][0-9]{1,2})?", re.ASCII)  # 1.200 may mean 1,200
_LONGEST = 200


@attrs.frozen
class Transferred:
    """A transfer that came in. `name` is the bank's own number of it, once and for good.

    `cents` are of the programme's currency; `payer` and `iban` are who sent it, for paying back, and may be empty. With
    `split` it is for several orders, and `cents` are the part of this one.
    """

    name: str
    reference: str
    cents: int
    payer: str = ""
    iban: str = ""
    split: bool = False


@attrs.frozen
class TakenIn:
    """What a transfer came to: the order, what it is now, cents that are still missing, and whether it was known."""

    order: str
    state: LineState
    missing: int
    repeated: bool


def take_in(installation: Installation, access: Access, transfer: Transferred, now: int) -> TakenIn:
    """Note a transfer; once enough came in, its order goes on. What is too much is paid back.

    Raises:
        Refusal: `unknown_reference`, `not_by_hand` (provider), `wrong_amount`, `missing`, `key_conflict`,
            `noted_elsewhere` (order, amount, at: what it was noted for), `own_account`; nothing was noted.
        NotAllowed: whoever acts may not.
    """
    access.require(WRITE)
    row = _meant(installation, transfer)
    order, known = ids.public_id(ids.REWARD_ORDER, row.account_id, row.order_id), [False]

    def note(connection: Connection, found: Row[Any]) -> bool:
        refuse_own_company(access, connection, [found.account_id])
        _refuse_conflict(connection, found, transfer)
        _claim(connection, found, transfer, now)
        told = json.dumps({name: text for name, text in (("payer", transfer.payer), ("iban", transfer.iban)) if text},
                          ensure_ascii=False)
        noted = captured(connection, found, transfer.cents, _key(transfer), access.actor, now, told)
        known[0] = not noted
        if noted:
            if transfer.iban:
                store.change(connection, found, now, payer=told)
            note_act(connection, access, "payment.received", found.account_id, order, now=now,
                     after={"amount": transfer.cents, "transfer": transfer.name})
        return noted

    state = follow(installation, row.account_id, row.order_id, note, now, access.actor)
    with installation.database.reading() as connection:
        after = store.of_order(connection, row.account_id, row.order_id)
    assert after is not None
    return TakenIn(order, state, max(0, after.amount - after.captured) if store.waits(after) else 0, known[0])


def import_transfers(installation: Installation, access: Access, path: Path, now: int) -> ImportReceipt:
    """Take in the transfers of a file; those that are known already stay as they are.

    The columns are ``transfer;reference;amount``, and if wanted ``currency;payer;iban;split``; ``yes`` in the last one
    says that the transfer is for several orders.

    Raises:
        UnreadableFile: the file as a whole is none of transfers.
        NotAllowed: whoever acts may not.
    """
    access.require(WRITE)
    receipt, currency = ImportReceipt(path.name), installation.programme.settings.programme.currency
    for at, transfer in _listed(path, currency, receipt):
        try:
            done = take_in(installation, access, transfer, now)
        except Refusal as refusal:
            receipt.reject(at, refusal.code, refusal.reason)
            continue
        receipt.unchanged += done.repeated
        receipt.created += not done.repeated
    receipt.problems.sort(key=lambda one: one["line"])
    return receipt


def note_refunded(installation: Installation, access: Access, key: str, now: int) -> bool:
    """Note that a refund was paid by people, also one that a provider refused; False where it is noted already.

    Raises:
        Refusal: `unknown_refund`, `own_account`, `in_flight`: the provider was asked and may have paid it; nothing was
            noted.
        NotAllowed: whoever acts may not.
    """
    access.require(WRITE)

    def work(connection: Connection) -> bool:
        row = _refund(connection, key)
        refuse_own_company(access, connection, [row.account_id])
        _refuse_in_flight(installation, connection, row)
        if not paid_back(connection, row, "noted by hand", access.actor, now):
            return False
        note_act(connection, access, "payment.refunded", row.account_id,
                 ids.public_id(ids.REWARD_ORDER, row.account_id, row.order_id), now=now,
                 after={"amount": row.amount, "refund": key})
        return True

    return installation.database.run(work)


def _meant(installation: Installation, transfer: Transferred) -> Row[Any]:
    """The payment that a transfer is for."""
    if not transfer.name or len(transfer.name) > _LONGEST or not transfer.name.isprintable():
        raise Refusal("missing", f"found {transfer.name[:40]!r}, expected the bank's number of the transfer, at most "
                      f"{_LONGEST} characters", field="transfer")
    if type(transfer.cents) is not int or not 0 < transfer.cents <= _LARGEST:
        raise Refusal("wrong_amount", f"found {transfer.cents} cents, expected 1 to {_LARGEST:,}")
    with installation.database.reading() as connection:
        found = store.by_reference(connection, tidy(transfer.reference)) if transfer.reference.strip() else ()
    if len(found) != 1:
        raise Refusal("unknown_reference", f"found the reference {transfer.reference[:40]!r}, expected one of a payment"
                      "; treuwerk payments list names them")
    provider = provider_of(installation.programme.settings, found[0].provider)
    if provider is not None and not provider.by_hand:
        raise Refusal("not_by_hand", f"found a payment of {found[0].provider}, which tells by itself what came in",
                      provider=found[0].provider)
    return found[0]


def _refuse_conflict(connection: Connection, row: Row[Any], transfer: Transferred) -> None:
    for event in store.events_of(connection, row.account_id, row.order_id):
        if event.key == _key(transfer) and event.amount != transfer.cents:
            raise Refusal("key_conflict", f"found transfer {transfer.name!r} with {transfer.cents} cents, but it is "
                          f"known with {event.amount}; expected the same", known=event.amount)


def _claim(connection: Connection, row: Row[Any], transfer: Transferred, now: int) -> None:
    """A transfer is for one order, unless somebody splits it on purpose."""
    other = bank_transfers.claim(connection, row, transfer.name, transfer.cents, now, split=transfer.split)
    if other is not None:
        order = ids.public_id(ids.REWARD_ORDER, other.account_id, other.order_id)
        raise Refusal("noted_elsewhere", f"found transfer {transfer.name!r} noted for the order {order} with "
                      f"{other.amount} cents, expected one for this order; if it is for several, split it",
                      order=order, amount=other.amount, at=other.noted_at)


def _key(transfer: Transferred) -> str:
    return f"transfer|{transfer.name}"


def _refund(connection: Connection, key: str) -> Row[Any]:
    payment, _, _ = key.rpartition("-")
    row = None
    with suppress(OutOfScope):
        account_id, _ = row_named(payment, ids.PAYMENT)
        row = store.refund_by_key(connection, account_id, key)
    if row is None:
        raise Refusal("unknown_refund", f"found {key[:60]!r}, expected the key of a refund; treuwerk payments refunds "
                      "names them")
    return row


def _refuse_in_flight(installation: Installation, connection: Connection, row: Row[Any]) -> None:
    """What a provider was asked for and did not answer is paid once more if people pay it, too."""
    payment = store.of_order(connection, row.account_id, row.order_id)
    provider = provider_of(installation.programme.settings, payment.provider) if payment else None
    if payment and provider and not provider.by_hand and row.state == store.UNKNOWN:
        raise Refusal("in_flight", f"found a refund that {payment.provider} was asked for and did not answer, so it "
                      "may be paid; expected its answer, for which treuwerk payments run asks under the same key",
                      provider=payment.provider)


def _listed(path: Path, currency: str, receipt: ImportReceipt) -> Iterator[tuple[int, Transferred]]:
    for line in named_rows(path, COLUMNS):
        if isinstance(line, BadLine):
            receipt.reject(line.at, line.code, line.reason)
            continue
        try:
            yield line.at, _read(line, currency)
        except BadRow as error:
            receipt.reject(line.at, error.code, str(error))


def _read(row: NamedRow, currency: str) -> Transferred:
    if unknown := row.extra((*COLUMNS, *_OPTIONAL)):
        raise BadRow("unknown_column", f"found the column {next(iter(unknown))}, expected "
                     f"{', '.join((*COLUMNS, *_OPTIONAL))}")
    if (found := row.cells.get("currency") or currency) != currency:
        raise BadRow("wrong_currency", f"column currency: found {found[:10]!r}, expected {currency}")
    try:
        amount = row.need("amount")
        cents = decimal_number(amount.replace(",", ".")) * 100
        iban = checked_iban(row.cells["iban"]) if row.cells.get("iban") else ""
    except Unreadable as error:
        raise BadRow("bad_number", f"column amount: {error}") from None
    except ValueError as error:
        raise BadRow("bad_iban", f"column iban: {error}") from None
    if not _CENTS.fullmatch(amount) or not 0 < cents <= _LARGEST:
        raise BadRow("bad_number", f"column amount: found {amount[:30]!r}, expected an amount above 0 with at most two "
                     "decimals and no mark for thousands")
    if (split := row.cells.get("split", "")) not in _SPLIT:
        raise BadRow("bad_split", f"column split: found {split[:10]!r}, expected yes or nothing")
    return Transferred(row.key("transfer"), row.key("reference"), int(cents), row.cells.get("payer", "")[:_LONGEST],
                       iban, bool(split))
