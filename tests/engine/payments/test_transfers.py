"""Money that people note: transfers by number and by file, and refunds that the bank paid."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.engine.cli.conftest import Outcome, Treuwerk, invoke
from tests.engine.orders.test_racing_orders import all_at_once
from tests.support.ordering import Counter
from tests.support.worlds import SIX_IN_THE_EVENING
from treuwerk.cli.context import now as clock
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import NotAllowed
from treuwerk.services.orders.cancelling_lines import Cut, cancel_lines
from treuwerk.services.orders.placing import Placed
from treuwerk.services.payments.beginning import begin_payment
from treuwerk.services.payments.by_hand import Transferred, import_transfers, note_refunded, take_in
from treuwerk.services.payments.looking_after import look_after
from treuwerk.services.payments.viewing import open_refunds
from treuwerk.services.submissions.forgetting_uploads import forget_uploads
from treuwerk.store.tables import audit_entry, bank_transfer, payment

DAY = 86_400 * 1_000_000
SOON = SIX_IN_THE_EVENING + DAY
IBAN = "GB82WEST12345698765432"
BY = ("--actor", "Hedy Lamarr")


@pytest.fixture
def counter(by_invoice: Counter) -> Counter:
    """Money by transfer."""
    return by_invoice


@pytest.fixture
def treuwerk(counter: Counter) -> Treuwerk:
    def run(*arguments: str | Path) -> Outcome:
        return invoke("--programme", counter.world.folder, "--database",
                      counter.world.database.url.render_as_string(False), *arguments)

    return run


def waiting(counter: Counter, now: int = SIX_IN_THE_EVENING, key: str = "K1") -> tuple[Placed, str]:
    """A drill that waits for 32.00, and the reference of its payment."""
    placed = counter.order(("DRILL-12", 1), points=4_000, now=now, key=key)
    begun = begin_payment(counter.world.installation, counter.access(), placed.public_id, "de", "", now)
    return placed, begun.reference


def money(counter: Counter) -> tuple[Any, ...]:
    """State, captured and refunded of the only payment."""
    [row] = counter.world.rows(select(payment.c.state, payment.c.captured, payment.c.refunded))
    return tuple(row)


def test_parts_of_the_money_add_up(counter: Counter) -> None:
    placed, reference = waiting(counter)
    spaced = f" {reference[:4]} {reference[4:].lower()} "

    first = take_in(counter.world.installation, counter.office(), Transferred("B1", spaced, 1_000), SOON)
    again = take_in(counter.world.installation, counter.office(), Transferred("B1", spaced, 1_000), SOON)
    second = take_in(counter.world.installation, counter.office(), Transferred("B2", reference, 2_200), SOON)

    assert (first.order, first.state, first.missing, first.repeated) == (placed.public_id, "unpaid", 2_200, False)
    assert (again.missing, again.repeated) == (2_200, True)
    assert (second.state, second.missing, money(counter)) == ("ordered", 0, ("paid", 3_200, 0))
    assert counter.world.violated() == {}


def test_the_same_transfer_many_times_at_once_counts_once(counter: Counter) -> None:
    _, reference = waiting(counter)
    office, installation = counter.office(), counter.world.installation
    acts: list[Callable[[], Any]] = [
        lambda: take_in(installation, office, Transferred("B1", reference, 3_200), SOON)] * 20

    outcomes = all_at_once(acts)

    assert outcomes["done"] + outcomes["repeated"] == 20
    assert outcomes["done"] == 1
    assert money(counter) == ("paid", 3_200, 0)
    assert counter.world.violated() == {}


def test_a_transfer_is_for_one_order_unless_it_is_split_on_purpose(counter: Counter) -> None:
    (first, one), (_, other) = waiting(counter), waiting(counter, key="K2")
    installation, office = counter.world.installation, counter.office()

    outcomes = all_at_once([lambda to=to: take_in(installation, office, Transferred("B1", to, 1_600), SOON)
                            for to in (one, other)] * 5)
    with pytest.raises(Refusal) as refused:
        take_in(installation, office, Transferred("B1", other if captured(counter, first) else one, 1_600), SOON)
    split = [take_in(installation, office, Transferred("B1", to, 1_600, split=True), SOON) for to in (one, other)]
    again = take_in(installation, office, Transferred("B1", other, 1_600, split=True), SOON)

    assert (outcomes["done"], outcomes["repeated"], outcomes["noted_elsewhere"]) == (1, 4, 5)
    assert (refused.value.code, refused.value.facts["amount"]) == ("noted_elsewhere", 1_600)
    assert sorted(one.repeated for one in split) == [False, True]
    assert again.repeated
    assert counter.world.rows(select(payment.c.captured)) == [(1_600,), (1_600,)]
    assert sorted(bool(part) for (part,) in counter.world.rows(select(bank_transfer.c.part))) == [False, True]
    assert counter.world.violated() == {}


def captured(counter: Counter, placed: Placed) -> int:
    """Cents that came in for an order."""
    [(found,)] = counter.world.rows(select(payment.c.captured).where(payment.c.order_id == placed.number))
    return int(found)


def test_what_nobody_can_mean_is_refused(counter: Counter) -> None:
    _, reference = waiting(counter)
    take_in(counter.world.installation, counter.office(), Transferred("B1", reference, 100), SOON)

    codes = []
    for transfer in (Transferred("B1", reference, 200), Transferred("B2", "RF18539007547034", 100),
                     Transferred("B2", "", 100), Transferred("B2", reference, 0), Transferred("", reference, 1)):
        with pytest.raises(Refusal) as refused:
            take_in(counter.world.installation, counter.office(), transfer, SOON)
        codes.append(refused.value.code)

    assert codes == ["key_conflict", "unknown_reference", "unknown_reference", "wrong_amount", "missing"]
    assert money(counter) == ("open", 100, 0)
    with pytest.raises(NotAllowed):
        take_in(counter.world.installation, counter.office("orders.write"), Transferred("B2", reference, 1), SOON)


def test_a_file_takes_in_what_it_can(counter: Counter, tmp_path: Path) -> None:
    _, reference = waiting(counter)
    path = tmp_path / "transfers.csv"
    path.write_text("transfer;reference;amount;currency;payer;iban;split\n"
                    f"B1;{reference};32,00;EUR;Sonnendach;{IBAN};yes\n"
                    f"B2;{reference};1.00;CHF;;;\n"
                    f"B3;{reference};1.005;EUR;;;\n"
                    f"B4;{reference};1.00;EUR;;DE00;\n"
                    "B5;RF18539007547034;1.00;EUR;;;\n"
                    f"B6;{reference};-1;EUR;;;\n"
                    f"B8;{reference};1.200;EUR;;;\n"
                    f"B9;{reference};1.00;EUR;;;no\n"
                    f"B7;{reference}\n", "utf-8")

    first = import_transfers(counter.world.installation, counter.office(), path, SOON)
    second = import_transfers(counter.world.installation, counter.office(), path, SOON)

    assert (first.created, first.unchanged, first.rejected) == (1, 0, 8)
    assert (second.created, second.unchanged, second.rejected) == (0, 1, 8)
    assert [(one["line"], one["code"]) for one in first.problems] == [
        (3, "wrong_currency"), (4, "bad_number"), (5, "bad_iban"), (6, "unknown_reference"), (7, "bad_number"),
        (8, "bad_number"), (9, "bad_split"), (10, "wrong_width")]
    assert money(counter) == ("paid", 3_200, 0)


def test_a_refund_is_listed_for_the_bank_and_noted_once(counter: Counter) -> None:
    placed, reference = waiting(counter)
    installation, office = counter.world.installation, counter.office()
    take_in(installation, office, Transferred("B1", reference, 3_200, "Sonnendach", IBAN), SOON)
    cancel_lines(installation, office, placed.public_id, [Cut(1)], SOON, reason="Broken on the way")

    left_alone = look_after(installation, SOON)
    [refund] = open_refunds(installation, office)
    noted = [note_refunded(installation, office, refund.key, SOON) for _ in range(2)]

    assert left_alone.refunded == 0
    assert (refund.amount, refund.currency, refund.payer, refund.iban, refund.reference) == (
        3_200, "EUR", "Sonnendach", IBAN, reference)
    assert (noted, open_refunds(installation, office), money(counter)) == ([True, False], [], ("paid", 3_200, 3_200))
    assert sorted(action for (action,) in counter.world.rows(select(audit_entry.c.action))
                  if action.startswith("payment.")) == ["payment.received", "payment.refunded"]
    assert counter.world.violated() == {}
    for key in ("pay_1-1", f"{refund.key}1", "", "no key"):
        with pytest.raises(Refusal, match="expected the key of a refund"):
            note_refunded(installation, office, key, SOON)


def test_who_paid_goes_when_a_participant_is_forgotten(counter: Counter) -> None:
    placed, reference = waiting(counter)
    installation, office = counter.world.installation, counter.office()
    take_in(installation, office, Transferred("B1", reference, 3_200, "Sonnendach", IBAN), SOON)
    cancel_lines(installation, office, placed.public_id, [Cut(1)], SOON, reason="Broken on the way")

    forget_uploads(office, installation, placed.account_id, SOON, reason="They asked for it")

    assert counter.world.rows(select(payment.c.payer, payment.c.captured)) == [("", 3_200)]
    assert counter.world.violated() == {}


def test_the_command_line_tells_money_in_the_currency(counter: Counter, treuwerk: Treuwerk, tmp_path: Path) -> None:
    placed, reference = waiting(counter, clock())
    path = tmp_path / "transfers.csv"
    path.write_text(f"transfer;reference;amount\nB2;{reference};22.00\nB3;nobody;1\n", "utf-8")

    listed, wrong = treuwerk("payments", "list"), treuwerk("payments", "received", reference, "1_0", "--transfer", "B1",
                                                           *BY)
    part = treuwerk("payments", "received", reference, "10.00", "--transfer", "B1", *BY)
    rest = treuwerk("payments", "import", path, *BY)
    shown = treuwerk("orders", "show", placed.public_id)
    told = treuwerk("orders", "show", placed.public_id, "--json").json
    treuwerk("orders", "cancel", placed.public_id, "--reason", "Broken on the way", *BY)
    refunds = treuwerk("payments", "refunds", "--json").json
    done = treuwerk("payments", "refunded", refunds[0]["key"], *BY)
    ran = treuwerk("payments", "run")

    assert all(text in listed.out for text in (placed.public_id, "32.00 EUR", reference))
    assert wrong.code == 2
    assert "22.00 EUR still missing" in part.out
    assert (rest.code, "1 taken in" in rest.out, "line 3" in rest.err) == (3, True, True)
    assert "4,000 of 4,000 bonus and 32.00 EUR of 32.00 EUR, paid: 32.00 EUR came in" in shown.out
    assert (told["money"], told["payment"]["captured"], told["lines"][0]["charged_money"]) == (3_200, 3_200, 3_200)
    assert (refunds[0]["amount"], done.code, ran.code) == (3_200, 0, 0)
    assert "paid back" in done.out
