"""What is used of caps and budgets: counters, and what each booking used or gave back."""

from sqlalchemy import CheckConstraint, Text

from treuwerk.store.tables.base import Home, define, key, whole

# Points that count against a cap. The counter names rule, unit and stretch of the calendar, perhaps the document.
limit_counter = define(
    "limit_counter", Home.ACCOUNT,
    key("account_id"), key("counter", Text),
    whole("used"),
    CheckConstraint("used >= 0", name="counted"),
    clustered=True,
)

# What a line of a transaction used of a cap or a budget; below zero: a reversal gave back what that line had used.
limit_use = define(
    "limit_use", Home.ACCOUNT,
    key("account_id"), key("transaction_id"), key("line"), key("counter", Text),
    whole("amount"),
    clustered=True,
)

# Points that a budget gave, by the day of their booking; below zero where more came back on a day. Days are few, so
# that what is used is their sum.
earning_budget = define(
    "earning_budget", Home.REFERENCE,
    key("counter", Text), key("day", Text),
    whole("points"),
    clustered=True,
)
