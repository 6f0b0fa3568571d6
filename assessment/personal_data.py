"""What the assessment keeps of a person, to be handed out or erased."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, delete, func, or_, select
from sqlalchemy.orm import joinedload, undefer

from assessment.check_in_models import CheckIn
from assessment.models import Report, Submission
from kit.db import session
from kit.rows import as_mapping
from leads.models import Lead


def collect(lead: Lead, addresses: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Their answers, and their reports with the files."""
    taken = select(Submission).where(Submission.lead_id == lead.id).order_by(Submission.id)
    weekly = session().scalars(_check_ins(lead, addresses).options(joinedload(CheckIn.weeks))).unique().all()
    asked = select(Report).where(Report.lead_id == lead.id).order_by(Report.id).options(undefer(Report.pdf))
    return {
        "assessments": [as_mapping(row) for row in session().scalars(taken)],
        "reports": [as_mapping(row) for row in session().scalars(asked)],
        "weekly questions": [as_mapping(row) for row in weekly],
        "weeks asked about": [as_mapping(week) for row in weekly for week in row.weeks],
    }


def erase(lead: Lead, addresses: Sequence[str]) -> None:
    """Remove their answers and reports, the files with them, and the weekly question. In the caller's transaction."""
    current = session()
    for check_in in current.scalars(_check_ins(lead, addresses)).all():
        current.delete(check_in)
    current.flush()
    current.execute(delete(Report).where(Report.lead_id == lead.id))
    current.execute(delete(Submission).where(Submission.lead_id == lead.id))


def _check_ins(lead: Lead, addresses: Sequence[str]) -> Select[CheckIn]:
    """Theirs, and those that somebody wished for with their address."""
    known = func.lower(CheckIn.address).in_([address.lower() for address in addresses])
    return select(CheckIn).where(or_(CheckIn.lead_id == lead.id, known)).order_by(CheckIn.id)
