"""What the assessment keeps of a person, to be handed out or erased."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import undefer

from assessment.models import Report, Submission
from kit.db import session
from kit.rows import as_mapping
from leads.models import Lead


def collect(lead: Lead, _addresses: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Their answers, and their reports with the files."""
    taken = select(Submission).where(Submission.lead_id == lead.id).order_by(Submission.id)
    asked = select(Report).where(Report.lead_id == lead.id).order_by(Report.id).options(undefer(Report.pdf))
    return {
        "assessments": [as_mapping(row) for row in session().scalars(taken)],
        "reports": [as_mapping(row) for row in session().scalars(asked)],
    }


def erase(lead: Lead, _addresses: Sequence[str]) -> None:
    """Remove their answers and reports, the files with them. In the caller's transaction."""
    current = session()
    current.execute(delete(Report).where(Report.lead_id == lead.id))
    current.execute(delete(Submission).where(Submission.lead_id == lead.id))
