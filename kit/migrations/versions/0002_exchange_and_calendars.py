"""More of a consult type, travel, calendars outside, offers, replies, reminders and the waitlist."""

import sqlalchemy as sa
from alembic import op

from kit.db import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


LIVE = "('hold', 'pending', 'confirmed')"
OVERLAP_CHECK = f"""
WHEN NEW.state IN {LIVE}
BEGIN
  SELECT RAISE(ABORT, 'overlapping booking') WHERE EXISTS (
    SELECT 1 FROM booking WHERE consultant_id = NEW.consultant_id AND id <> NEW.id AND state IN {LIVE}
    AND ends_at > NEW.starts_at AND starts_at < NEW.ends_at
  );
END
"""  # noqa: S608  # constants of this module
# SQLite loses the triggers of a table that is made anew to take further columns.
TRIGGERS = (
    f"CREATE TRIGGER booking_overlap_insert BEFORE INSERT ON booking {OVERLAP_CHECK}",
    "CREATE TRIGGER booking_overlap_update BEFORE UPDATE OF state, consultant_id, starts_at, ends_at ON booking "
    + OVERLAP_CHECK,
)
HAPPENINGS = (
    *("assessment taken", "report asked for", "report sent", "consult booked", "consult moved", "consult cancelled"),
    *("consult held", "consult missed", "call-back asked for", "subscribed", "note", "stage"),
)
MORE_HAPPENINGS = ("times asked for", "times offered", "times withdrawn", "move asked for")


def upgrade() -> None:
    _let_happen(*HAPPENINGS, *MORE_HAPPENINGS)
    op.create_table(
        "consult_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("consult_type_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "line", "text", "choice", name="questionkind", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("needed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consult_type_id"],
            ["consult_type.id"],
            name=op.f("fk_consult_question_consult_type_id_consult_type"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consult_question")),
    )
    with op.batch_alter_table("consult_question", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consult_question_consult_type_id"), ["consult_type_id"], unique=False)

    op.create_table(
        "offer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "accepted",
                "declined",
                "withdrawn",
                "lapsed",
                name="offerstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("consult_type_id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_offer_account_id_account"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["consult_type_id"], ["consult_type.id"], name=op.f("fk_offer_consult_type_id_consult_type")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_offer_lead_id_lead"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
        sa.UniqueConstraint("secret", name=op.f("uq_offer_secret")),
    )
    with op.batch_alter_table("offer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_offer_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_offer_lead_id"), ["lead_id"], unique=False)

    op.create_table(
        "calendar_source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("consultant_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("ics", "caldav", name="sourcekind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("user", sa.String(length=254), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("owner", sa.String(length=254), nullable=False),
        sa.Column("reads", sa.Boolean(), nullable=False),
        sa.Column("writes", sa.Boolean(), nullable=False),
        sa.Column("marker", sa.String(length=400), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("good_at", UtcDateTime(), nullable=True),
        sa.Column("known_until", UtcDateTime(), nullable=True),
        sa.Column("zone_name", sa.String(length=64), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=True),
        sa.Column("trouble", sa.String(length=400), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultant_id"],
            ["consultant.id"],
            name=op.f("fk_calendar_source_consultant_id_consultant"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_source")),
    )
    with op.batch_alter_table("calendar_source", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_source_consultant_id"), ["consultant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_calendar_source_due_at"), ["due_at"], unique=False)

    op.create_table(
        "travel_zone",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("consultant_id", sa.Integer(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("zone_name", sa.String(length=64), nullable=False),
        sa.CheckConstraint("last >= first", name=op.f("ck_travel_zone_order")),
        sa.ForeignKeyConstraint(
            ["consultant_id"],
            ["consultant.id"],
            name=op.f("fk_travel_zone_consultant_id_consultant"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_travel_zone")),
    )
    with op.batch_alter_table("travel_zone", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_travel_zone_consultant_id"), ["consultant_id"], unique=False)

    op.create_table(
        "calendar_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("href", sa.Text(), nullable=False),
        sa.Column("etag", sa.String(length=400), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("written", sa.Integer(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_calendar_entry_booking_id_booking"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["calendar_source.id"],
            name=op.f("fk_calendar_entry_source_id_calendar_source"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_entry")),
        sa.UniqueConstraint("source_id", "booking_id", name=op.f("uq_calendar_entry_source_id_booking_id")),
    )
    with op.batch_alter_table("calendar_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_entry_booking_id"), ["booking_id"], unique=False)
        batch_op.create_index("ix_calendar_entry_due_at", ["due_at"], unique=False)

    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "a day before",
                "an hour before",
                name="reminderkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_reminder_booking_id_booking"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("booking_id", "kind", "starts_at", name=op.f("uq_reminder_booking_id_kind_starts_at")),
    )
    op.create_table(
        "reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(length=400), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("sender", sa.String(length=320), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "accepted",
                "tentative",
                "cancelled",
                "move asked for",
                "stale",
                "from somebody else",
                "from the host",
                "unknown",
                "unreadable",
                name="replyoutcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("stamp", UtcDateTime(), nullable=True),
        sa.Column("wanted_at", UtcDateTime(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_reply_booking_id_booking"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply")),
        sa.UniqueConstraint("message_id", name=op.f("uq_reply_message_id")),
    )
    with op.batch_alter_table("reply", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reply_booking_id"), ["booking_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reply_received_at"), ["received_at"], unique=False)

    op.create_table(
        "waitlist_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "offered",
                "taken",
                "left",
                "over",
                name="waitstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("consult_type_id", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("held_id", sa.Integer(), nullable=True),
        sa.Column("before", sa.Date(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("zone_name", sa.String(length=64), nullable=False),
        sa.Column("clock", sa.String(length=2), nullable=False),
        sa.Column("passed", sa.JSON(), nullable=False),
        sa.Column("handover", sa.JSON(), nullable=False),
        sa.Column("origin", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("offered_until", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_waitlist_entry_booking_id_booking"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["consult_type_id"],
            ["consult_type.id"],
            name=op.f("fk_waitlist_entry_consult_type_id_consult_type"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["held_id"], ["booking.id"], name=op.f("fk_waitlist_entry_held_id_booking"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["lead.id"], name=op.f("fk_waitlist_entry_lead_id_lead"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waitlist_entry")),
        sa.UniqueConstraint("secret", name=op.f("uq_waitlist_entry_secret")),
    )
    with op.batch_alter_table("waitlist_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_waitlist_entry_lead_id"), ["lead_id"], unique=False)
        batch_op.create_index("ix_waitlist_entry_state", ["state", "consult_type_id"], unique=False)

    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answers", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("changed_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("main_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("offer_id", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "partstat",
                sa.Enum(
                    "needs-action",
                    "accepted",
                    "tentative",
                    "declined",
                    name="partstat",
                    native_enum=False,
                    create_constraint=True,
                    length=32,
                ),
                nullable=False,
                server_default="needs-action",
            )
        )
        batch_op.add_column(sa.Column("reply_sequence", sa.Integer(), nullable=False, server_default="-1"))
        batch_op.add_column(sa.Column("reply_stamp", UtcDateTime(), nullable=True))
        batch_op.create_index(batch_op.f("ix_booking_main_id"), ["main_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_booking_offer_id"), ["offer_id"], unique=False)
        batch_op.create_index("ix_booking_state_starts_at", ["state", "starts_at"], unique=False)
        batch_op.create_index("ix_booking_booked_at", ["booked_at"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_booking_main_id_booking"), "booking", ["main_id"], ["id"], ondelete="CASCADE"
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_booking_offer_id_offer"), "offer", ["offer_id"], ["id"], ondelete="SET NULL"
        )

    with op.batch_alter_table("busy_interval", schema=None) as batch_op:
        batch_op.add_column(sa.Column("source_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_busy_interval_source_id"), ["source_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_busy_interval_source_id_calendar_source"),
            "calendar_source",
            ["source_id"],
            ["id"],
            ondelete="CASCADE",
        )

    with op.batch_alter_table("consult_type", schema=None) as batch_op:
        batch_op.add_column(sa.Column("more_lengths", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("former_slugs", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(
            sa.Column(
                "host_mode",
                sa.Enum("any", "all", name="hostmode", native_enum=False, create_constraint=True, length=32),
                nullable=False,
                server_default="any",
            )
        )

    with op.batch_alter_table("consultant", schema=None) as batch_op:
        batch_op.add_column(sa.Column("feed_secret", sa.String(length=64), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_consultant_feed_secret"), ["feed_secret"])

    _restore_triggers()


def _let_happen(*kinds: str) -> None:
    """Let the timeline of a lead take these kinds."""
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("happening", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_happening_happeningkind"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_happening_happeningkind"), f"kind IN ({listed})")


def _restore_triggers() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for statement in TRIGGERS:
            op.execute(statement)


def downgrade() -> None:
    with op.batch_alter_table("consultant", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_consultant_feed_secret"), type_="unique")
        batch_op.drop_column("feed_secret")

    with op.batch_alter_table("consult_type", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_consult_type_hostmode"), type_="check")
        batch_op.drop_column("host_mode")
        batch_op.drop_column("former_slugs")
        batch_op.drop_column("more_lengths")

    with op.batch_alter_table("busy_interval", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_busy_interval_source_id_calendar_source"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_busy_interval_source_id"))
        batch_op.drop_column("source_id")

    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_booking_offer_id_offer"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_booking_main_id_booking"), type_="foreignkey")
        batch_op.drop_index("ix_booking_booked_at")
        batch_op.drop_index("ix_booking_state_starts_at")
        batch_op.drop_index(batch_op.f("ix_booking_offer_id"))
        batch_op.drop_index(batch_op.f("ix_booking_main_id"))
        batch_op.drop_column("reply_stamp")
        batch_op.drop_column("reply_sequence")
        batch_op.drop_constraint(batch_op.f("ck_booking_partstat"), type_="check")
        batch_op.drop_column("partstat")
        batch_op.drop_column("offer_id")
        batch_op.drop_column("main_id")
        batch_op.drop_column("changed_at")
        batch_op.drop_column("answers")

    with op.batch_alter_table("waitlist_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_waitlist_entry_state")
        batch_op.drop_index(batch_op.f("ix_waitlist_entry_lead_id"))

    op.drop_table("waitlist_entry")
    with op.batch_alter_table("reply", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reply_received_at"))
        batch_op.drop_index(batch_op.f("ix_reply_booking_id"))

    op.drop_table("reply")
    op.drop_table("reminder")
    with op.batch_alter_table("calendar_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_calendar_entry_due_at")
        batch_op.drop_index(batch_op.f("ix_calendar_entry_booking_id"))

    op.drop_table("calendar_entry")
    with op.batch_alter_table("travel_zone", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_travel_zone_consultant_id"))

    op.drop_table("travel_zone")
    with op.batch_alter_table("calendar_source", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calendar_source_due_at"))
        batch_op.drop_index(batch_op.f("ix_calendar_source_consultant_id"))

    op.drop_table("calendar_source")
    with op.batch_alter_table("offer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_offer_lead_id"))
        batch_op.drop_index(batch_op.f("ix_offer_expires_at"))

    op.drop_table("offer")
    with op.batch_alter_table("consult_question", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consult_question_consult_type_id"))

    op.drop_table("consult_question")
    later = sa.column("kind").in_(MORE_HAPPENINGS)
    op.execute(sa.delete(sa.table("happening", sa.column("kind"))).where(later))
    _let_happen(*HAPPENINGS)
    _restore_triggers()
