"""Who works here: invited, given another role, let go."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import selectinload

from kit.db import session, transaction
from kit.pages import Page, page_of
from kit.refusals import Conflict, NotFound
from kit.sorting import Sort
from staff import audit, letters, services, sessions
from staff.audit_models import Act
from staff.models import Account, Invitation
from staff.roles import Role

INVITATIONS = 20  # on a page
COLUMNS = {"name": (func.lower(Account.name),), "since": (Account.created_at,)}
BY_NAME = Sort("name")


class NoSuchColleague(NotFound):
    """Nobody has that number."""

    title = "Nobody here has that number"
    sentence = "The address may have a slip in it."


class LastOwner(Conflict):
    """Without them nobody could run the site."""

    title = "Somebody must own the site"
    sentence = "This is the last owner. Make somebody else an owner first."


class InvitationGone(NotFound):
    """It was used, replaced or withdrawn."""

    title = "This invitation is not there any more"
    sentence = "It was used, replaced by another one, or withdrawn already."


def everybody() -> Sequence[Account]:
    """All accounts, the open ones first, by name."""
    return session().scalars(_in_order()).all()


def page(*, number: int = 1, sort: Sort = BY_NAME) -> Page[Account]:
    """A page of all accounts, the open ones first."""
    return page_of(_in_order(sort), number=number)


def names(account_ids: Iterable[int]) -> dict[int, str]:
    """What those are called who work here or did, by number."""
    chosen = select(Account.id, Account.name).where(Account.id.in_(sorted(set(account_ids))))
    return dict(session().execute(chosen.order_by(Account.name, Account.id)).all())


def get(account_id: int) -> Account:
    """The account of that number. Raises NoSuchColleague."""
    found = session().get(Account, account_id)
    if found is None:
        raise NoSuchColleague
    return found


def open_invitations(*, at: datetime, number: int = 1) -> Page[Invitation]:
    """Those that can still be used, the latest first."""
    chosen = select(Invitation).where(Invitation.used_at.is_(None), Invitation.expires_at > at)
    return page_of(chosen.order_by(Invitation.id.desc()), number=number, size=INVITATIONS)


def invite_by_mail(email: str, role: Role, *, by: Account, at: datetime) -> Invitation:
    """Send somebody a link by which they make their account. Raises AddressTaken."""
    with transaction() as current:
        address = email.strip().lower()
        if current.scalar(select(Account.id).where(Account.email == address)) is not None:
            raise services.AddressTaken("Somebody with this e-mail address works here already.")
        invitation = services.invite(role=role, at=at, email=address, by=by.name)
        letters.invitation(invitation)
        audit.note(Act.INVITED, by=by, details=role)
        return invitation


def withdraw(invitation_id: int, *, by: Account) -> None:
    """End an invitation that nobody has used. Raises InvitationGone."""
    with transaction() as current:
        found = current.get(Invitation, invitation_id)
        if found is None or found.used_at is not None:
            raise InvitationGone
        audit.note(Act.INVITATION_WITHDRAWN, by=by, details=found.role)
        current.delete(found)


def change_role(account_id: int, role: Role, *, by: Account) -> Account:
    """Let somebody be something else here. Raises NoSuchColleague, LastOwner."""
    with transaction() as current:
        account, before = get(account_id), get(account_id).role
        if before == role:
            return account
        if role is not Role.OWNER:
            _another_owner(account)
        account.roles = [services.role_named(role)]
        audit.note(Act.ROLE_CHANGED, by=by, subject=account.name, details=f"{before} → {role}")
        current.flush()
        return account


def close(account_id: int, *, by: Account) -> Account:
    """Let somebody in no more; wherever they are signed in, they no longer are. Raises NoSuchColleague, LastOwner."""
    with transaction() as current:
        account = get(account_id)
        if not account.active:
            return account
        _another_owner(account)
        account.active, account.fs_uniquifier = False, uuid.uuid4().hex
        sessions.end_all(account)
        audit.note(Act.DEACTIVATED, by=by, subject=account.name)
        current.flush()
        return account


def reopen(account_id: int, *, by: Account) -> Account:
    """Let somebody in again, with the password they had. Raises NoSuchColleague."""
    with transaction() as current:
        account = get(account_id)
        if not account.active:
            account.active = True
            audit.note(Act.REACTIVATED, by=by, subject=account.name)
            current.flush()
        return account


def drop_second_factor(account_id: int, *, by: Account) -> Account:
    """For somebody who lost their device and their codes: the password alone lets them in. Raises NoSuchColleague."""
    with transaction() as current:
        account = get(account_id)
        account.tf_primary_method = account.tf_totp_secret = account.mf_recovery_codes = None
        for key in [key for key in account.webauthn if key.usage == "secondary"]:
            account.webauthn.remove(key)
        audit.note(Act.SECOND_FACTOR_OFF, by=by, subject=account.name)
        current.flush()
        return account


def _in_order(sort: Sort = BY_NAME) -> Select[Account]:
    chosen = select(Account).options(selectinload(Account.roles), selectinload(Account.webauthn))
    return chosen.order_by(Account.active.desc(), *sort.order(COLUMNS, Account.id))


def _another_owner(account: Account) -> None:
    """Raises LastOwner where only this account is an owner. Locks the accounts, so that two do not go at once."""
    active = select(Account).where(Account.active).order_by(Account.id).with_for_update()
    owners = [found.id for found in session().scalars(active) if found.role == Role.OWNER]
    if owners == [account.id]:
        raise LastOwner
