"""How pages look: difference hashes of the pictures of pages. Files that are there have none."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE

revision = "0027"
down_revision = "0021"
branch_labels = None
depends_on = None
_BANDS = ("band_1", "band_2", "band_3", "band_4")


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    op.create_table(
        "page_look", sa.Column("sha256", sa.Text(), nullable=False),
        *(sa.Column(name, WHOLE, autoincrement=False, nullable=False) for name in ("picture", *_BANDS, "noted_at")),
        sa.PrimaryKeyConstraint("sha256", "picture", name=op.f("pk_page_look")),
        sqlite_strict=True, sqlite_with_rowid=False)
    for band in _BANDS:
        op.create_index(f"ix_page_look_{band}", "page_look", [band, "noted_at"], unique=False)


def downgrade() -> None:
    """Take this step back; indexes go with their table."""
    op.drop_table("page_look")
