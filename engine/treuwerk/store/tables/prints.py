"""What was printed for orders: pick lists and address labels."""

from sqlalchemy import Index

from treuwerk.store.tables.base import Home, define, key, text, whole

# Rows are added and never changed. All orders of a pick list have a row of its kind with its number; each print of
# their labels adds one more for each order that a label was printed for.
order_print = define(
    "order_print", Home.ACCOUNT,
    key("account_id"), key("order_id"), key("id"),
    text("kind"), whole("list_id"), whole("printed_at"), whole("user_id"), text("actor"),
    Index("ix_order_print_list", "list_id", "kind"),
    clustered=True,
)
