"""What is said about a letter: where it stands, and what went wrong on its way."""

from kit.context import current_settings
from kit.outbox import PERHAPS_SENT, Letter, LetterState
from kit.refusal_rules import Meaning
from kit.suppression import Bounce

TROUBLES = {
    "SMTPRecipientsRefused": "The mail server refuses the address",
    "SMTPSenderRefused": "The mail server refuses our own address as sender",
    "SMTPDataError": "The mail server refuses the letter",
    "SMTPAuthenticationError": "The mail server refuses our user name or password",
    "SMTPNotSupportedError": "The mail server does not offer what the settings ask for",
    "SMTPServerDisconnected": "The mail server ended the connection",
    "SMTPConnectError": "The mail server does not answer",
    "ConnectionRefusedError": "The mail server does not answer",
    "TimeoutError": "The mail server does not answer",
    "gaierror": "The mail server's name cannot be found",
    PERHAPS_SENT: "We stopped while handing it over: it may have arrived. Send it again only to somebody who misses it",
    "SSLCertVerificationError": "The mail server's certificate cannot be trusted",
}
UNKNOWN = "It could not be handed over"


def say_trouble(trouble: str) -> str:
    """What went wrong, in words; empty where nothing did."""
    return TROUBLES.get(trouble, f"{UNKNOWN} ({trouble})") if trouble else ""


def say_kind(kind: str) -> str:
    """What kind of letter it is: `Booked guest`."""
    return kind.replace("-", " ").replace("_", " ").capitalize()


def say_bounce(bounce: Bounce) -> str:
    """What a mail server said that did not deliver a letter."""
    meant = {
        Meaning.HARD: "No such address, says the mail server there",
        Meaning.SOFT: "Not delivered for now, says the mail server there",
        Meaning.OURS: "Refused because of us or of the letter, says the mail server there",
    }[bounce.meaning]
    return f"{meant} ({bounce.status})" if bounce.status else meant


def by_files() -> bool:
    """Whether letters become files because no mail server is configured."""
    return current_settings().mail_url is None


def say_state(letter: Letter, *, by_files: bool) -> str:
    """Where a letter stands. `by_files` is whether letters become files because no server is configured."""
    if letter.state is LetterState.SENT:
        return "Kept as a file" if by_files else "Left"
    if letter.state is LetterState.FAILED:
        return "Given up"
    if letter.state is LetterState.WITHDRAWN:
        return "Taken back"
    if letter.state is LetterState.SENDING:
        return "Leaving now"
    return "Waiting to be tried again" if letter.tries else "Waiting"
