"""One purchase, paid once: whose document it is, which serials are taken, which other documents prove a purchase."""

from sqlalchemy import Column, Index, Text

from treuwerk.store.tables.base import WHOLE, Home, define, key, text, whole
from treuwerk.store.tables.search import FOLDED

# Who brought a document first, by seller, kind, number and year. An invoice owns the delivery notes that it refers to
# and that nobody brought before. What others bring of the same goods is evidence, and books nothing.
document_claim = define(
    "document_claim", Home.LOOKUP,
    key("key", FOLDED), text("owner"),
    clustered=True,
)

# What a purchase line stands for besides its own document: delivery notes of an invoice, and orders of uploads.
purchase_reference = define(
    "purchase_reference", Home.ACCOUNT,
    key("account_id"), key("line_id"), key("key", FOLDED),
    Index("ix_purchase_reference_key", "key"),
    clustered=True,
)

# Lines of other documents, and of the same one by another way, that prove a booked purchase line.
purchase_evidence = define(
    "purchase_evidence", Home.ACCOUNT,
    key("account_id"), key("line_id"), key("key", Text), key("owner", Text),
    whole("run_id"), whole("at_line"),
    text("source"), text("kind"), text("document"), text("line"), text("occurred_on"),
    whole("quantity"), Column("net_millionths", WHOLE), text("currency"),
    Index("ix_purchase_evidence_run_id", "run_id"),
    clustered=True,
)

# A serial number of an article belongs to one purchase, until it comes back.
serial_claim = define(
    "serial_claim", Home.LOOKUP,
    key("serial", Text), key("article", Text),
    text("purchase_key"), whole("account_id"), whole("line_id"),
    Index("ix_serial_claim_line_id", "line_id"),
    clustered=True,
)

# Which serial numbers a maker issued for which article. An article without any is not checked.
issued_serial = define(
    "issued_serial", Home.REFERENCE,
    key("serial", Text), key("article", Text),
    Index("ix_issued_serial_article", "article"),
    clustered=True,
)
