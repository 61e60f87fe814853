"""Voucher codes that wait in pools, and whose they became."""

from sqlalchemy import Index, Text
from sqlalchemy import text as sql

from treuwerk.store.tables.base import Home, define, key, text, whole

FREE = "state = 'free'"
"""Codes that nobody has, as the partial index has it."""

# The key by which codes are sealed and known again, itself sealed by the keys of the installation: where those are
# changed, one row is written anew.
voucher_key = define(
    "voucher_key", Home.REFERENCE,
    key("number"),
    text("sealed"), whole("made_at"),
)

# A code is never kept as it reads: `fingerprint` knows it again (a digest under the key), `sealed` is opened for whom
# it belongs to. It is free, taken by an order line, revealed, or lapsed since its day is over.
voucher_code = define(
    "voucher_code", Home.LOOKUP,
    key("fingerprint", Text),
    text("variant"), text("sealed"), text("valid_until"), text("state"),
    whole("account_id"), whole("order_id"), whole("line"),  # 0 while nobody has it
    text("source"), whole("added_at"), whole("taken_at"), whole("revealed_at"),
    Index("ix_voucher_code_free", "variant", "valid_until", "fingerprint",
          sqlite_where=sql(FREE), postgresql_where=sql(FREE)),
    Index("ix_voucher_code_line", "account_id", "order_id", "line",
          sqlite_where=sql("order_id > 0"), postgresql_where=sql("order_id > 0")),
)
