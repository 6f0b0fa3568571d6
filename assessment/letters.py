"""The letters of the assessment: the report, and word that it could not be made, to the reader and to the desk."""

from assessment.models import Report
from assessment.result import Result
from kit import outbox
from kit.email_templates import render_email
from kit.mail import Attachment, Mail
from leads.models import Lead
from staff.models import Account


def report_ready(report: Report, lead: Lead, result: Result, *, pdf: bytes, link: str, booking_link: str) -> None:
    """The report as a PDF, with the signed link to it. In the caller's transaction."""
    text, html = render_email(
        "assessment/report", name=report.name, result=result, link=link, booking_link=booking_link
    )
    outbox.put(
        Mail(
            kind="report",
            to=lead.address,
            to_name=report.name,
            subject="Your conversation gap: the report",
            text=text,
            html=html,
            about=f"report:{report.id}",
            attachments=(Attachment("conversation-gap-report.pdf", "application/pdf", pdf),),
        )
    )


def report_failed(report: Report, lead: Lead, link: str) -> None:
    """Word that the PDF could not be made, with the way to the same result on the page."""
    text, html = render_email("assessment/report_failed", name=report.name, link=link)
    outbox.put(
        Mail(
            kind="report-failed",
            to=lead.address,
            to_name=report.name,
            subject="Your conversation gap: the result",
            text=text,
            html=html,
            about=f"report:{report.id}",
        )
    )


def report_not_made(report: Report, lead: Lead, account: Account, link: str) -> None:
    """Word to somebody at the desk that a reader has the result page only."""
    text, html = render_email("assessment/report_not_made", name=account.name, lead=lead, link=link)
    outbox.put(
        Mail(
            kind="report-not-made",
            to=account.email,
            to_name=account.name,
            subject=f"A report could not be made: {lead.name or lead.address}",
            text=text,
            html=html,
            about=f"report:{report.id}",
        )
    )
