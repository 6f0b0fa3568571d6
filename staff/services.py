"""Making accounts."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_security.utils import hash_password
from sqlalchemy import Select, delete, func, select

from kit import tokens
from kit.db import session, transaction
from kit.refusals import Conflict, Gone, NotFound
from staff.models import Account, Invitation, Role
from staff.passwords import normalise

ROLES = {
    "owner": "Everything, and who else works here",
    "consultant": "Leads, consults and their own hours",
    "author": "Stories",
}
INVITATION_LIFE = timedelta(days=7)


class InvitationSpent(Gone):
    """The invitation was used, replaced or has run out."""

    title = "This invitation has been used or has run out"
    sentence = "Ask for a new one. While no account exists, starting the site again prints a new link."


class AddressTaken(Conflict):
    """An account with that address exists."""

    title = "There is an account with this address"
    sentence = "There is already an account with this e-mail address. Sign in instead."


class NoSuchAccount(NotFound):
    """Nobody who works here has that address."""

    title = "There is no such account"
    sentence = "No account has this e-mail address."


@dataclass(frozen=True)
class NewAccount:
    """What somebody types who makes an account."""

    name: str
    email: str
    password: str


def anybody_works_here() -> bool:
    """Whether there is an account at all."""
    return bool(session().scalar(select(func.count(Account.id))))


def invite(*, role: str, at: datetime) -> Invitation:
    """A new invitation; unused ones for the same role end with it."""
    with transaction() as current:
        current.execute(delete(Invitation).where(Invitation.role == role, Invitation.used_at.is_(None)))
        invitation = Invitation(secret=tokens.new_secret(24), role=role, expires_at=at + INVITATION_LIFE)
        current.add(invitation)
        current.flush()
        return invitation


def get_invitation(secret: str, *, at: datetime) -> Invitation:
    """The invitation that can still be used. Raises InvitationSpent."""
    invitation = session().scalar(select(Invitation).where(Invitation.secret == secret))
    if invitation is None or invitation.used_at is not None or invitation.expires_at <= at:
        raise InvitationSpent
    return invitation


def accept_invitation(secret: str, new: NewAccount, *, at: datetime) -> Account:
    """Make the account. Raises InvitationSpent, AddressTaken."""
    password = hash_password(normalise(new.password))
    with transaction() as current:
        invitation = get_invitation(secret, at=at)
        email = new.email.strip().lower()
        if current.scalar(select(Account.id).where(Account.email == email)) is not None:
            raise AddressTaken
        role = current.scalar(select(Role).where(Role.name == invitation.role))
        if role is None:
            role = Role(name=invitation.role, description=ROLES.get(invitation.role, ""))
        account = Account(
            name=new.name,
            email=email,
            password=password,
            active=True,
            fs_uniquifier=uuid.uuid4().hex,
            created_at=at,
            roles=[role],
        )
        current.add(account)
        invitation.used_at = at
        current.flush()
        return account


def set_password(email: str, password: str) -> None:
    """Another password for an account; all its sessions end. Raises NoSuchAccount."""
    hashed = hash_password(normalise(password))
    with transaction() as current:
        account = current.scalar(select(Account).where(Account.email == email.strip().lower()))
        if account is None:
            raise NoSuchAccount
        account.password, account.fs_uniquifier = hashed, uuid.uuid4().hex


def addresses() -> Select[tuple[str]]:
    """The addresses of all who work here, in lower case, for a query."""
    return select(func.lower(Account.email))


def who_talks_with_leads() -> tuple[Account, ...]:
    """Active owners and consultants: who is told when a lead is left waiting."""
    chosen = select(Account).where(Account.active, Account.roles.any(Role.name.in_(("owner", "consultant"))))
    return tuple(session().scalars(chosen.order_by(Account.id)))
