"""Leads: a report that could not be made is told as that, and what guests write with a booking finds them."""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

HAPPENINGS = (
    *("assessment taken", "report asked for", "report sent", "consult booked", "consult moved", "consult cancelled"),
    *("consult held", "consult missed", "call-back asked for", "subscribed", "note", "stage"),
    *("times asked for", "times offered", "times withdrawn", "move asked for"),
    *("check-in begun", "check-in answered", "check-in stopped", "owner", "merged"),
)
FAILED = "report failed"
HEADLINE = "The report could not be made; the page shows the result"
HAPPENING = sa.table("happening", sa.column("kind", sa.String), sa.column("headline", sa.String))
BOOKING = sa.table(
    "booking", sa.column("lead_id", sa.Integer), sa.column("note", sa.Text), sa.column("answers", sa.JSON)
)
WORD = sa.table("lead_word", sa.column("word", sa.String), sa.column("lead_id", sa.Integer))


def upgrade() -> None:
    _let_happen(*HAPPENINGS, FAILED)
    told = sa.and_(HAPPENING.c.kind == "note", HAPPENING.c.headline == HEADLINE)
    op.execute(HAPPENING.update().where(told).values(kind=FAILED))
    _find_leads_by_what_they_wrote()


def downgrade() -> None:
    op.execute(HAPPENING.update().where(HAPPENING.c.kind == FAILED).values(kind="note"))
    _let_happen(*HAPPENINGS)


def _let_happen(*kinds: str) -> None:
    """Let the timeline of a lead take these kinds."""
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("happening", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_happening_happeningkind"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_happening_happeningkind"), f"kind IN ({listed})")


def _find_leads_by_what_they_wrote() -> None:
    connection = op.get_bind()
    wrote: dict[int, set[str]] = {}
    for booking in connection.execute(sa.select(BOOKING).where(BOOKING.c.lead_id.is_not(None))).mappings():
        texts = [booking["note"], *map(str, (booking["answers"] or {}).values())]
        wrote.setdefault(booking["lead_id"], set()).update(_words(" ".join(texts)))
    for lead_id, words in wrote.items():
        known = set(connection.scalars(sa.select(WORD.c.word).where(WORD.c.lead_id == lead_id)))
        if missing := words - known:
            connection.execute(WORD.insert(), [{"word": word, "lead_id": lead_id} for word in sorted(missing)])


def _words(text: str) -> set[str]:
    taken_apart = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(letter for letter in taken_apart if not unicodedata.combining(letter))
    return {word[:40] for word in re.findall(r"[^\W_]+", plain)}
