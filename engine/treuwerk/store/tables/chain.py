"""The chain over the journal: sequence, seals, and the ends of days that were asked for."""

from sqlalchemy import UniqueConstraint

from treuwerk.store.tables.base import Home, define, key, text, whole

sealed = define(
    "sealed", Home.RUN,
    key("sequence"), whole("account_id"), whole("transaction_id"),
    UniqueConstraint("account_id", "transaction_id"),
)

# What single bookings leave behind for the next seal, so that none of them waits for the chain.
unsealed = define(
    "unsealed", Home.ACCOUNT,
    key("account_id"), key("transaction_id"),
    clustered=True,
)

seal = define(
    "seal", Home.RUN,
    key("number"),
    whole("first_sequence"), whole("last_sequence"),
    text("digest"), text("previous_head"), text("head"), whole("sealed_at"),
    UniqueConstraint("previous_head"),  # two writers cannot fork the chain
)

# The first question for the end of a day notes how far the journal went; later ones get the same answer.
closing = define(
    "closing", Home.REFERENCE,
    key("as_of"), whole("last_sequence"), text("head"), whole("noted_at"),
)
