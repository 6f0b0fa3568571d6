"""Subscribers and what they agreed to, stories sent to them, mail that came back."""

import sqlalchemy as sa
from alembic import op

from kit.db import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STATES = ("waiting", "sending", "sent", "failed")
PURPOSES = ("asked for", "newsletter")
MEANINGS = ("hard", "soft", "ours")


def upgrade() -> None:
    op.create_table(
        "circular",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=400), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circular")),
    )
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "purpose", _enum("purpose", PURPOSES, constraint=False), nullable=False, server_default="asked for"
            )
        )
        batch_op.add_column(sa.Column("circular_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("own", sa.String(length=500), nullable=False, server_default=""))
        batch_op.alter_column("raw", existing_type=sa.LargeBinary(), nullable=True)
        batch_op.drop_constraint(batch_op.f("ck_letter_letterstate"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_letter_letterstate"), _among("state", *STATES, "withdrawn"))
        batch_op.create_check_constraint(batch_op.f("ck_letter_purpose"), _among("purpose", *PURPOSES))
        batch_op.create_foreign_key(batch_op.f("fk_letter_circular_id_circular"), "circular", ["circular_id"], ["id"])
        batch_op.create_unique_constraint(batch_op.f("uq_letter_circular_id_recipient"), ["circular_id", "recipient"])
        batch_op.drop_index(batch_op.f("ix_letter_due_at"))
        batch_op.create_index(batch_op.f("ix_letter_kind"), ["kind"], unique=False)
        batch_op.create_index("ix_letter_line", ["state", "purpose", "id"], unique=False)
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.alter_column("purpose", existing_type=sa.String(length=32), server_default=None)
        batch_op.alter_column("own", existing_type=sa.String(length=500), server_default=None)

    op.create_table(
        "bounce",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=True),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("meaning", _enum("meaning", MEANINGS), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("source", sa.String(length=400), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_bounce_letter_id_letter"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bounce")),
        sa.UniqueConstraint("source", name=op.f("uq_bounce_source")),
    )
    with op.batch_alter_table("bounce", schema=None) as batch_op:
        batch_op.create_index("ix_bounce_address_hash_at", ["address_hash", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_bounce_letter_id"), ["letter_id"], unique=False)

    op.create_table(
        "suppression",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("purpose", _enum("purpose", PURPOSES), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("reason", _enum("reason", ("hard bounce", "soft bounces", "left")), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.Column("lifted_at", UtcDateTime(), nullable=True),
        sa.Column("lifted_by", sa.String(length=120), nullable=False),
        sa.Column("lifted_because", sa.String(length=400), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppression")),
    )
    with op.batch_alter_table("suppression", schema=None) as batch_op:
        batch_op.create_index("ix_suppression_purpose_address_hash", ["purpose", "address_hash"], unique=False)

    op.create_table(
        "consent_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("purpose", _enum("consentpurpose", ("newsletter", "weekly question")), nullable=False),
        sa.Column("act", _enum("consentact", ("asked", "given", "withdrawn")), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("wording", sa.String(length=40), nullable=False),
        sa.Column("channel", _enum("channel", ("site", "mail", "desk")), nullable=False),
        sa.Column("page", sa.String(length=200), nullable=False),
        sa.Column("method", sa.String(length=120), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_entry")),
    )
    with op.batch_alter_table("consent_entry", schema=None) as batch_op:
        batch_op.create_index("ix_consent_entry_address_purpose", ["address", "purpose"], unique=False)

    op.create_table(
        "subscriber",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=254), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("state", _enum("subscriberstate", ("asked", "subscribed", "left")), nullable=False),
        sa.Column("story", sa.String(length=200), nullable=False),
        sa.Column("wording", sa.String(length=40), nullable=False),
        sa.Column("page", sa.String(length=200), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=True),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("left_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriber")),
        sa.UniqueConstraint("key", name=op.f("uq_subscriber_key")),
        sa.UniqueConstraint("secret", name=op.f("uq_subscriber_secret")),
    )
    with op.batch_alter_table("subscriber", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_subscriber_asked_at"), ["asked_at"], unique=False)
        batch_op.create_index("ix_subscriber_state", ["state", "id"], unique=False)

    op.create_table(
        "issue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
            _enum("issuestate", ("scheduled", "sending", "sent", "cancelled", "stopped")),
            nullable=False,
        ),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("circular_id", sa.Integer(), nullable=True),
        sa.Column("reached", sa.Integer(), nullable=False),
        sa.Column("planned", sa.Integer(), nullable=False),
        sa.Column("written", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["circular_id"], ["circular.id"], name=op.f("fk_issue_circular_id_circular")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue")),
        sa.UniqueConstraint("slug", name=op.f("uq_issue_slug")),
    )
    with op.batch_alter_table("issue", schema=None) as batch_op:
        batch_op.create_index("ix_issue_state_due_at", ["state", "due_at"], unique=False)


def downgrade() -> None:
    op.drop_table("issue")
    op.drop_table("subscriber")
    op.drop_table("consent_entry")
    op.drop_table("suppression")
    op.drop_table("bounce")
    letter = sa.table("letter", sa.column("circular_id"), sa.column("state"))
    op.execute(sa.delete(letter).where(letter.c.circular_id.is_not(None) | (letter.c.state == "withdrawn")))
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.drop_index("ix_letter_line")
        batch_op.drop_index(batch_op.f("ix_letter_kind"))
        batch_op.create_index(batch_op.f("ix_letter_due_at"), ["due_at"], unique=False)
        batch_op.drop_constraint(batch_op.f("uq_letter_circular_id_recipient"), type_="unique")
        batch_op.drop_constraint(batch_op.f("fk_letter_circular_id_circular"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("ck_letter_purpose"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_letter_letterstate"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_letter_letterstate"), _among("state", *STATES))
        batch_op.alter_column("raw", existing_type=sa.LargeBinary(), nullable=False)
        batch_op.drop_column("own")
        batch_op.drop_column("circular_id")
        batch_op.drop_column("purpose")
    op.drop_table("circular")


def _enum(name: str, values: tuple[str, ...], *, constraint: bool = True) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=constraint, length=32)


def _among(column: str, *values: str) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"
