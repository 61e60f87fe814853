"""Messages that are signed and nevertheless not believed: of another currency, or of another provider's payments."""

from sqlalchemy import select, update

from tests.engine.payments.test_paying_with_money import SOON, begun, message, money, ordered, state
from tests.support.ordering import Counter
from tests.support.payments import Till
from treuwerk.domain.payments import Known, Message, PaymentAnswer
from treuwerk.services.payments.hearing import hear
from treuwerk.services.payments.looking_after import look_up_own
from treuwerk.store.tables import order_event, payment, work_item


def test_cents_of_another_currency_are_not_believed(counter: Counter, till: Till) -> None:
    placed = ordered(counter)
    key, installation = begun(counter, placed), counter.world.installation

    for _ in range(2):
        hear(installation, "till", Message(f"{key}:10750:CHF".encode(), {"signature": "till"}), SOON)
    waiting = counter.world.rows(select(work_item.c.kind, work_item.c.object, work_item.c.gist))
    noted = counter.world.rows(select(order_event.c.details).where(order_event.c.kind == "payment_doubted"))
    till.known[key] = Known(PaymentAnswer.ACCEPTED, 10_750, currency="CHF")
    look_up_own(installation, counter.access(), placed.public_id, SOON)
    other = state(counter), money(counter)
    hear(installation, "till", Message(f"{key}:10750:EUR".encode(), {"signature": "till"}), SOON)

    assert waiting == [("payment", placed.public_id, "107.50 CHF ≠ EUR")]
    assert noted == [('{"said":"107.50 CHF ≠ EUR"}',)]
    assert counter.world.violated() == {}
    assert other == ("unpaid", ["open", 0, 0])
    assert (state(counter), money(counter)) == ("ordered", ["paid", 10_750, 0])


def test_a_provider_says_nothing_of_payments_of_another_one(counter: Counter) -> None:
    key, installation = begun(counter, ordered(counter)), counter.world.installation
    with counter.world.database.writing() as connection:  # as a programme leaves it that had another provider
        connection.execute(update(payment).values(provider="invoice"))

    hear(installation, "till", message(key, 10_750), SOON)

    assert (state(counter), money(counter)) == ("unpaid", ["open", 0, 0])
