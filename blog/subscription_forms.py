"""The form by which the stories are asked for by mail."""

import re

from wtforms import StringField

from kit import form_age
from kit.form_age import Age
from kit.forms import CookielessForm, Email, Needed, OneLine
from leads.consent import Ask

NAME = "newsletter"
OWN_PAGE = "/newsletter/"
PAGE = re.compile(r"/(?!/)[!-~]{0,199}")
SLUG = re.compile(r"[a-z0-9-]{1,200}")


class SubscribeForm(CookielessForm):
    """An address. `website` is a trap: people do not see it. `page` and `from` say where the form stood."""

    address = Email("E-mail address", [Needed("Enter the e-mail address the stories should go to")])
    website = OneLine("Leave this empty")
    made = StringField()
    page = StringField()
    story = StringField(name="from")

    @property
    def age(self) -> Age:
        """How long it was looked at; unknown where it stood on a page that caches keep."""
        return form_age.judge(NAME, self.made.data or "")

    def answer(self) -> Ask:
        """What is asked for. A page or a story that cannot be ours is left out."""
        page, story = self.page.data or "", self.story.data or ""
        return Ask(
            address=self.address.data or "",
            page=page if PAGE.fullmatch(page) else OWN_PAGE,
            method="form, double opt-in",
            story=story if SLUG.fullmatch(story) else "",
        )
