"""Access that was ended and can be given back, for whom a code is, and who changed or removed an address."""

import sqlalchemy as sa
from alembic import op

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    op.create_table(
        "former_membership",
        sa.Column("account_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("user_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("person_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.Column("ended_at", WHOLE, nullable=False),
        sa.Column("ended_by", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "user_id", "person_id", name=op.f("pk_former_membership")),
        sqlite_strict=True)
    op.add_column("link_code", sa.Column("name", sa.Text(), nullable=False, server_default=""))
    for name in ("changed_by", "removed_at"):
        op.add_column("address", sa.Column(name, WHOLE, nullable=False, server_default="0"))
    op.create_index("ix_address_preferred", "address", ["account_id"], unique=True,
                    sqlite_where=sa.text("preferred = 1"), postgresql_where=sa.text("preferred"))


def downgrade() -> None:
    """Take this step back."""
    op.drop_index("ix_address_preferred", "address")
    for name in ("removed_at", "changed_by"):
        op.drop_column("address", name)
    op.drop_column("link_code", "name")
    op.drop_table("former_membership")
