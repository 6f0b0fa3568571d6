"""The days and the hour on which the call blocks in a report stand."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.add_column(sa.Column("days", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("hour", sa.String(length=5), nullable=False, server_default="09:30"))


def downgrade() -> None:
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.drop_column("hour")
        batch_op.drop_column("days")
