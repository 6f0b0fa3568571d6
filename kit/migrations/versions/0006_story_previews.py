"""Links by which a story can be read before it is out."""

import sqlalchemy as sa
from alembic import op

from kit.db import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "story_preview",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["made_by"], ["account.id"], name=op.f("fk_story_preview_made_by_account"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_story_preview")),
        sa.UniqueConstraint("secret", name=op.f("uq_story_preview_secret")),
    )
    op.create_index(op.f("ix_story_preview_name"), "story_preview", ["name"])


def downgrade() -> None:
    op.drop_index(op.f("ix_story_preview_name"), "story_preview")
    op.drop_table("story_preview")
