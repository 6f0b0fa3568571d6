"""Making accounts, and their passwords."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_security.utils import hash_password
from sqlalchemy import Select, delete, func, select

from kit import tokens
from kit.db import session, transaction
from kit.refusals import Conflict, Gone, NotFound
from staff import audit, roles, sessions
from staff.audit_models import Act
from staff.models import Account, Invitation, Role
from staff.passwords import normalise

ROLES = {role.value: description for role, description in roles.DESCRIPTIONS.items()}
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


def invite(*, role: str, at: datetime, email: str = "", by: str = "") -> Invitation:
    """A new invitation; an unused one for the same role, or to the same address, ends with it."""
    with transaction() as current:
        unused = delete(Invitation).where(Invitation.used_at.is_(None), Invitation.email == email)
        current.execute(unused if email else unused.where(Invitation.role == role))
        invitation = Invitation(
            secret=tokens.new_secret(24), role=role, email=email, invited_by=by, expires_at=at + INVITATION_LIFE
        )
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
        account = Account(
            name=new.name,
            email=email,
            password=password,
            active=True,
            fs_uniquifier=uuid.uuid4().hex,
            created_at=at,
            roles=[role_named(invitation.role)],
        )
        current.add(account)
        invitation.used_at = at
        current.flush()
        audit.note(Act.ACCOUNT_MADE, by=account, subject=account.name, details=invitation.role)
        return account


def role_named(name: str) -> Role:
    """The role of that name, made now if need be. In the caller's transaction."""
    role = session().scalar(select(Role).where(Role.name == name))
    if role is None:
        role = Role(name=name, description=ROLES.get(name, ""))
        session().add(role)
    return role


def change_password(account: Account, password: str, *, here: str) -> None:
    """Another password for oneself; every other browser is signed out, the one with the cookie `here` stays."""
    hashed = hash_password(normalise(password))
    with transaction() as current:
        account.password = hashed
        sessions.end_all(account, besides=here)
        audit.note(Act.PASSWORD_CHANGED, by=account)
        current.flush()


def set_password(email: str, password: str) -> None:
    """Another password for an account; all its sessions end. Raises NoSuchAccount."""
    hashed = hash_password(normalise(password))
    with transaction() as current:
        account = current.scalar(select(Account).where(Account.email == email.strip().lower()))
        if account is None:
            raise NoSuchAccount
        account.password, account.fs_uniquifier = hashed, uuid.uuid4().hex
        sessions.end_all(account)
        audit.note(Act.PASSWORD_CHANGED, by=None, subject=account.name)


def addresses() -> Select[tuple[str]]:
    """The addresses of all who work here, in lower case, for a query."""
    return select(func.lower(Account.email))


def who_talks_with_leads() -> tuple[Account, ...]:
    """Active owners and consultants: who is told when a lead is left waiting."""
    chosen = select(Account).where(Account.active, Account.roles.any(Role.name.in_(("owner", "consultant"))))
    return tuple(session().scalars(chosen.order_by(Account.id)))
