"""A story as a letter: the whole text, the P.S. with its two ways on, and how to leave."""

from dataclasses import dataclass

from markupsafe import Markup

from blog.mail_body import as_text, for_mail
from blog.story import Story
from kit import clock
from kit.circulars import OWN, Circular
from kit.context import current_settings
from kit.email_templates import render_email
from kit.mail import Mail

KIND = "newsletter story"
TEST_KIND = "newsletter test"


@dataclass(frozen=True)
class StoryLetter:
    """What a subscriber gets. `text` and `html` hold the place of their own address."""

    subject: str
    text: str
    html: str


def write(story: Story) -> StoryLetter:
    """The letter of a story."""
    base = current_settings().base_url
    address = f"{base}/stories/{story.slug}"
    text, html = render_email(
        "blog/story",
        story=story,
        address=address,
        body_text=as_text(story.html, at=address),
        body_html=Markup(for_mail(story.html, at=address)),  # noqa: S704  # made of what blog.markup has sanitised
        assessment_url=f"{base}/assessment/?from={story.slug}",
        booking_url=f"{base}/book/?from={story.slug}",
        leave_url=OWN,
    )
    return StoryLetter(story.head.title, text, html)


def circular_of(story: Story) -> Circular:
    """The letter as it goes to all: with the list's name and the way to leave in its head (RFC 2919, 2369, 8058)."""
    letter, settings = write(story), current_settings()
    name = settings.site_name.replace("\\", "").replace('"', "'")
    name = name if name.isascii() else "Stories"
    return Circular(
        kind=KIND,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        headers=[
            ["List-Id", f'"{name}" <stories.{settings.base_host}>'],
            ["List-Unsubscribe", f"<{OWN}>"],
            ["List-Unsubscribe-Post", "List-Unsubscribe=One-Click"],
            ["Precedence", "bulk"],
        ],
        created_at=clock.now(),
    )


def test_copy(story: Story, *, to: str, to_name: str) -> Mail:
    """The letter for somebody who wants to see it in their own mail program. Its link to leave leads to the form."""
    letter = write(story)
    own = f"{current_settings().base_url}/newsletter/"
    return Mail(
        kind=TEST_KIND,
        to=to,
        to_name=to_name,
        subject=f"Test: {letter.subject}",
        text=letter.text.replace(OWN, own),
        html=letter.html.replace(OWN, own),
    )
