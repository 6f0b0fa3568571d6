"""Reading a story before it is out: making links, taking them back, following them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from blog.preview_models import StoryPreview
from blog.refusals import NoSuchPreview, PreviewEnded
from kit import tokens
from kit.db import session, transaction

DAYS = (1, 7, 30)
FORGOTTEN_AFTER = timedelta(days=90)


def make(name: str, *, days: int, made_by: int | None, now: datetime) -> StoryPreview:
    """A new link to the story in the file of that name, good for so many days. Links long run out are forgotten."""
    with transaction() as current:
        current.execute(delete(StoryPreview).where(StoryPreview.expires_at < now - FORGOTTEN_AFTER))
        preview = StoryPreview(
            secret=tokens.new_secret(),
            name=name,
            made_by=made_by,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        current.add(preview)
        current.flush()
        return preview


def take_back(preview_id: int, *, now: datetime) -> None:
    """End a link now. Raises NoSuchPreview."""
    with transaction() as current:
        preview = current.get(StoryPreview, preview_id)
        if preview is None:
            raise NoSuchPreview
        preview.revoked_at = preview.revoked_at or now


def get(secret: str, *, now: datetime) -> StoryPreview:
    """The link of that secret. Raises NoSuchPreview, PreviewEnded."""
    preview = session().scalar(select(StoryPreview).where(StoryPreview.secret == secret))
    if preview is None:
        raise NoSuchPreview
    if preview.revoked_at is not None or preview.expires_at <= now:
        raise PreviewEnded
    return preview


def open_ones(name: str, *, now: datetime) -> Sequence[StoryPreview]:
    """The links to that story which can still be followed, the latest first."""
    query = select(StoryPreview).where(
        StoryPreview.name == name, StoryPreview.revoked_at.is_(None), StoryPreview.expires_at > now
    )
    return session().scalars(query.order_by(StoryPreview.id.desc())).all()
