"""First tables."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.guards import drop_function, put_up

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FLAG = sa.Boolean().with_variant(sa.Integer(), "sqlite")

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    _parties()
    _articles()
    _runs()
    _purchases()
    _books()
    _lots_and_postings()
    _balances()
    _seals_and_messages()
    _sign_in()
    put_up(op.get_bind(), ("journal", "posting", "lot_use", "sealed", "seal", "closing", "lot", "hold", "balance"))


def _parties() -> None:
    """Accounts, who owns them, and what they are known by."""
    op.create_table(
        "account",
        sa.Column("account_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("bucket", WHOLE, nullable=False),
        sa.Column("opened_at", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account")),
        sqlite_strict=True)
    op.create_table(
        "identifier",
        sa.Column("scheme", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("value", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("account_id", WHOLE, nullable=False),
        sa.Column("written_as", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("scheme", "value", name=op.f("pk_identifier")),
        sqlite_strict=True, sqlite_with_rowid=False)
    op.create_index("ix_identifier_account_id", "identifier", ["account_id"], unique=False)
    op.create_table(
        "installation",
        sa.Column("programme", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("created_at", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("programme", name=op.f("pk_installation")),
        sqlite_strict=True)
    op.create_table(
        "participant",
        sa.Column("account_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("street", sa.Text(), nullable=False),
        sa.Column("postcode", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("attributes", sa.Text(), nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("changed_at", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_participant")),
        sqlite_strict=True)
    op.create_table(
        "person",
        sa.Column("account_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("known_as", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_person")),
        sa.UniqueConstraint("account_id", "known_as", name=op.f("uq_person_account_id_known_as")),
        sqlite_strict=True)


def _articles() -> None:
    """Articles and their other names."""
    op.create_table(
        "article",
        sa.Column("number", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("written_as", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("gtin", sa.Text(), nullable=False),
        sa.Column("attributes", sa.Text(), nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("changed_at", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_article")),
        sqlite_strict=True)
    op.create_table(
        "article_alias",
        sa.Column("alias", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("alias", name=op.f("pk_article_alias")),
        sqlite_strict=True, sqlite_with_rowid=False)


def _runs() -> None:
    """Runs over files, and what they could not book."""
    op.create_table(
        "clearing_run",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("started_at", WHOLE, nullable=False),
        sa.Column("finished_at", WHOLE, nullable=True),
        sa.Column("cursor", WHOLE, nullable=False),
        sa.Column("documents", WHOLE, nullable=False),
        sa.Column("lines", WHOLE, nullable=False),
        sa.Column("booked", WHOLE, nullable=False),
        sa.Column("duplicate", WHOLE, nullable=False),
        sa.Column("waiting", WHOLE, nullable=False),
        sa.Column("rejected", WHOLE, nullable=False),
        sa.Column("ignored", WHOLE, nullable=False),
        sa.Column("transactions", WHOLE, nullable=False),
        sa.Column("points", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clearing_run")),
        sqlite_strict=True)
    op.create_index("ix_clearing_run_file", "clearing_run", ["sha256", "source"], unique=False)
    op.create_table(
        "problem",
        sa.Column("run_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("number", WHOLE, autoincrement=False, nullable=False),
        sa.Column("at_line", WHOLE, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("purchase_key", sa.Text(), nullable=False),
        sa.Column("settled_at", WHOLE, nullable=True),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk_problem")),
        sqlite_strict=True, sqlite_with_rowid=False)
    op.create_index("ix_problem_waiting", "problem", ["purchase_key"], unique=False,
                    sqlite_where=sa.text("state = 'waiting' AND settled_at IS NULL"),
                    postgresql_where=sa.text("state = 'waiting' AND settled_at IS NULL"))


def _purchases() -> None:
    """What came in, once each."""
    op.create_table(
        "activity",
        sa.Column("account_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("occurred_on", sa.Text(), nullable=False),
        sa.Column("person_id", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_activity")),
        sqlite_strict=True)
    op.create_table(
        "purchase_identity",
        sa.Column("key", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("account_id", WHOLE, nullable=False),
        sa.Column("line_id", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_purchase_identity")),
        sqlite_strict=True, sqlite_with_rowid=False)
    op.create_table(
        "purchase_line",
        sa.Column("account_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("run_id", WHOLE, nullable=False),
        sa.Column("at_line", WHOLE, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("seller", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("occurred_on", sa.Text(), nullable=False),
        sa.Column("article_number", sa.Text(), nullable=False),
        sa.Column("quantity", WHOLE, nullable=False),
        sa.Column("reported_quantity", sa.Text(), nullable=False),
        sa.Column("reported_unit", sa.Text(), nullable=False),
        sa.Column("net_millionths", WHOLE, nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("order_number", sa.Text(), nullable=False),
        sa.Column("features", sa.Text(), nullable=False),
        sa.Column("serials", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_purchase_line")),
        sqlite_strict=True)


def _books() -> None:
    """The journal, and what is reserved."""
    op.create_table(
        "hold",
        sa.Column("account_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("amount", WHOLE, nullable=False),
        sa.Column("remaining", WHOLE, nullable=False),
        sa.Column("expires_at", WHOLE, nullable=False),
        sa.Column("open", FLAG, nullable=False),
        sa.CheckConstraint("remaining >= 0 AND remaining <= amount", name=op.f("ck_hold_remaining")),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_hold")),
        sqlite_strict=True, sqlite_with_rowid=False)
    op.create_index("ix_hold_open", "hold", ["expires_at"], unique=False,
                    sqlite_where=sa.text("open"),
                    postgresql_where=sa.text("open"))
    op.create_table(
        "journal",
        sa.Column("account_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("business_key", sa.Text(), nullable=False),
        sa.Column("occurred_on", sa.Text(), nullable=False),
        sa.Column("booked_at", WHOLE, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("refers_to", WHOLE, nullable=True),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_journal")),
        sa.UniqueConstraint("account_id", "business_key", name=op.f("uq_journal_account_id_business_key")),
        sqlite_strict=True)
    op.create_index("ix_journal_refers_to", "journal", ["account_id", "refers_to"], unique=False,
                    sqlite_where=sa.text("refers_to IS NOT NULL"),
                    postgresql_where=sa.text("refers_to IS NOT NULL"))


def _lots_and_postings() -> None:
    """What a transaction moves, and the points that it makes and uses."""
    op.create_table(
        "lot",
        sa.Column("account_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("transaction_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("line", WHOLE, autoincrement=False, nullable=False),
        sa.Column("book", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("amount", WHOLE, nullable=False),
        sa.Column("remaining", WHOLE, nullable=False),
        sa.Column("active_from", WHOLE, nullable=True),
        sa.Column("expires_at", WHOLE, nullable=False),
        sa.Column("open", FLAG, nullable=False),
        sa.CheckConstraint("remaining >= 0 AND remaining <= amount", name=op.f("ck_lot_remaining")),
        sa.PrimaryKeyConstraint("account_id", "transaction_id", "line", name=op.f("pk_lot")),
        sqlite_strict=True, sqlite_with_rowid=False)
    op.create_index("ix_lot_open", "lot", ["account_id", "unit", "expires_at", "transaction_id", "line"], unique=False,
                    sqlite_where=sa.text("open"),
                    postgresql_where=sa.text("open"))
    waiting = sa.text("open AND active_from > (transaction_id / 2097152 + 1577836800000) * 1000 + 999")
    op.create_index("ix_lot_waiting", "lot", ["account_id", "unit", "active_from"], unique=False,
                    sqlite_where=waiting, postgresql_where=waiting)
    op.create_table(
        "lot_use",
        sa.Column("account_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("transaction_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("line", WHOLE, autoincrement=False, nullable=False),
        sa.Column("lot_transaction_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("lot_line", WHOLE, autoincrement=False, nullable=False),
        sa.Column("book", sa.Text(), nullable=False),
        sa.Column("amount", WHOLE, nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_lot_use_amount")),
        sa.PrimaryKeyConstraint(
            "account_id", "transaction_id", "line", "lot_transaction_id", "lot_line", name=op.f("pk_lot_use")),
        sqlite_strict=True, sqlite_with_rowid=False)
    op.create_index("ix_lot_use_lot", "lot_use", ["account_id", "lot_transaction_id", "lot_line"], unique=False)
    op.create_table(
        "posting",
        sa.Column("account_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("transaction_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("line", WHOLE, autoincrement=False, nullable=False),
        sa.Column("book", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("amount", WHOLE, nullable=False),
        sa.Column("active_from", WHOLE, nullable=True),
        sa.Column("expires_at", WHOLE, nullable=True),
        sa.Column("keeps_until", WHOLE, nullable=True),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_posting_amount")),
        sa.PrimaryKeyConstraint("account_id", "transaction_id", "line", name=op.f("pk_posting")),
        sqlite_strict=True, sqlite_with_rowid=False)


def _balances() -> None:
    """Figures of the books."""
    op.create_table(
        "balance",
        sa.Column("account_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("unit", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("posted", WHOLE, nullable=False),
        sa.Column("held", WHOLE, nullable=False),
        sa.Column("pending", WHOLE, nullable=False),
        sa.Column("deficit", WHOLE, nullable=False),
        sa.Column("keeps_until", WHOLE, nullable=True),
        sa.Column("version", WHOLE, nullable=False),
        sa.CheckConstraint(
            "posted >= 0 AND held >= 0 AND pending >= 0 AND deficit >= 0", name=op.f("ck_balance_parts")),
        sa.PrimaryKeyConstraint("account_id", "unit", name=op.f("pk_balance")),
        sqlite_strict=True, sqlite_with_rowid=False)
    op.create_index("ix_balance_deficit", "balance", ["account_id"], unique=False,
                    sqlite_where=sa.text("deficit > 0"),
                    postgresql_where=sa.text("deficit > 0"))
    op.create_table(
        "balance_delta",
        sa.Column("source_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("bucket", WHOLE, autoincrement=False, nullable=False),
        sa.Column("book", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("unit", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("amount", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("source_id", "bucket", "book", "unit", name=op.f("pk_balance_delta")),
        sqlite_strict=True, sqlite_with_rowid=False)


def _seals_and_messages() -> None:
    """The chain, and what is to be told."""
    op.create_table(
        "closing",
        sa.Column("as_of", WHOLE, autoincrement=False, nullable=False),
        sa.Column("last_sequence", WHOLE, nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("noted_at", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("as_of", name=op.f("pk_closing")),
        sqlite_strict=True)
    op.create_table(
        "outbox",
        sa.Column("account_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("bucket", WHOLE, nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("created_at", WHOLE, nullable=False),
        sa.Column("delivered_at", WHOLE, nullable=True),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_outbox")),
        sqlite_strict=True, sqlite_with_rowid=False)
    op.create_index("ix_outbox_undelivered", "outbox", ["bucket", "created_at"], unique=False,
                    sqlite_where=sa.text("delivered_at IS NULL"),
                    postgresql_where=sa.text("delivered_at IS NULL"))
    op.create_table(
        "seal",
        sa.Column("number", WHOLE, autoincrement=False, nullable=False),
        sa.Column("first_sequence", WHOLE, nullable=False),
        sa.Column("last_sequence", WHOLE, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("previous_head", sa.Text(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("sealed_at", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_seal")),
        sa.UniqueConstraint("previous_head", name=op.f("uq_seal_previous_head")),
        sqlite_strict=True)
    op.create_table(
        "sealed",
        sa.Column("sequence", WHOLE, autoincrement=False, nullable=False),
        sa.Column("account_id", WHOLE, nullable=False),
        sa.Column("transaction_id", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_sealed")),
        sa.UniqueConstraint("account_id", "transaction_id", name=op.f("uq_sealed_account_id_transaction_id")),
        sqlite_strict=True)


def _sign_in() -> None:
    """Who is signed in."""
    op.create_table(
        "local_login",
        sa.Column("login", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("account_id", WHOLE, nullable=False),
        sa.Column("person_id", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_local_login")),
        sqlite_strict=True)
    op.create_table(
        "web_session",
        sa.Column("id_hash", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("account_id", WHOLE, nullable=False),
        sa.Column("person_id", WHOLE, nullable=False),
        sa.Column("created_at", WHOLE, nullable=False),
        sa.Column("seen_at", WHOLE, nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id_hash", name=op.f("pk_web_session")),
        sqlite_strict=True)
    op.create_index("ix_web_session_seen_at", "web_session", ["seen_at"], unique=False)


def downgrade() -> None:
    """Take this step back; indexes and guards go with their tables."""
    for table in (
        "web_session", "sealed", "seal", "purchase_line",
        "purchase_identity", "problem", "posting", "person", "participant",
        "outbox", "lot_use", "lot",
        "local_login", "journal", "installation", "identifier", "hold",
        "closing", "clearing_run", "balance_delta", "balance", "article_alias",
        "article", "activity", "account",
    ):
        op.drop_table(table)
    drop_function(op.get_bind())
