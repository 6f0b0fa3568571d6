"""A reader beside others who took the assessment on this site."""

from sqlalchemy import func, or_, select

from assessment.models import Submission
from assessment.peers import Beside, Peer, beside
from assessment.result import Result
from assessment.retakes import chain
from kit.db import session
from leads.models import Lead
from staff.services import addresses

LATEST = 1000


def beside_others(submission: Submission, result: Result) -> Beside | None:
    """The reader beside others who answered for as many; None where too few did.

    Each person counts once, by their latest, the reader and whoever works here not at all.
    """
    if result.reckoning is None:
        return None
    followed = select(Submission.retake_of_id).where(Submission.retake_of_id.is_not(None), Submission.held.is_not(None))
    chosen = (
        select(Submission.id, Submission.lead_id, Submission.held, Submission.needed, Submission.practice_index)
        .outerjoin(Lead, Lead.id == Submission.lead_id)
        .where(
            Submission.held.is_not(None),
            Submission.needed.is_not(None),
            Submission.staff_test.is_(False),
            Submission.answers["scope"].as_string() == result.answers.scope,
            Submission.id.not_in(followed),
            or_(Lead.id.is_(None), func.lower(Lead.address).not_in(addresses())),
        )
        .order_by(Submission.id.desc())
        .limit(LATEST)
    )
    own = {found.id for found in chain(submission)}
    known = {submission.lead_id} - {None}
    others = []
    for number, lead_id, held, needed, practice in session().execute(chosen):
        if number in own or lead_id in known:
            continue
        if lead_id is not None:
            known.add(lead_id)
        others.append(Peer(held or 0.0, needed or 0.0, practice))
    found = result.reckoning
    return beside(others, Peer(found.held, found.needed, result.obstacles.practice_index))
