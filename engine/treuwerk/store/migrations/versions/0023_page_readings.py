"""What page readers recognised on uploaded pages, and what people made of it."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE

revision = "0023"
down_revision = "0018"
branch_labels = None
depends_on = None


def _text(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.Text(), nullable=False)


def _whole(*names: str) -> "list[sa.Column[int]]":
    return [sa.Column(name, WHOLE, autoincrement=False, nullable=False) for name in names]


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    op.create_table(
        "page_reading",
        _text("sha256"), *_whole("picture", "rotation"), _text("reader"), _text("state"), _text("said"),
        *_whole("width", "height"), _text("words"), *_whole("read_at"),
        sa.PrimaryKeyConstraint("sha256", "picture", "rotation", name=op.f("pk_page_reading")),
        sqlite_strict=True, sqlite_with_rowid=False)
    op.create_table(
        "read_field",
        *_whole("account_id", "submission_id"), _text("place"), _text("value"), _text("reader"),
        *_whole("confidence", "prefilled", "page", "picture", "box_left", "box_top", "box_right", "box_bottom",
                "found_at"),
        _text("outcome"), _text("entered"), *_whole("edited_by", "edited_at"),
        sa.PrimaryKeyConstraint("account_id", "submission_id", "place", name=op.f("pk_read_field")),
        sqlite_strict=True, sqlite_with_rowid=False)


def downgrade() -> None:
    """Take this step back."""
    op.drop_table("read_field")
    op.drop_table("page_reading")
