"""Scored submissions, made by the services without walking through every page."""

from datetime import datetime
from typing import Any

from assessment import services
from assessment.models import Submission
from kit import clock
from kit.db import session
from leads.origin import Origin
from tests.assessment.builders import some_answers


def a_scored(*, staff: bool = False, now: datetime | None = None, **changes: Any) -> Submission:
    """A scored submission with typical answers, changed."""
    now = now or clock.now()
    draft = services.start(origin=Origin(), held4=None, now=now, staff=staff)
    stored = some_answers(**changes).to_json()
    for question in services.edition(draft).questions.path(stored):
        answer = {
            asked.name: stored.get(asked.name, 0 if asked.name == "signed" else None) for asked in question.fields
        }
        services.save(draft.key, question, answer, now=now)
    services.finish(draft.key, now=now)
    session().rollback()
    return services.get_submission(draft.key)
