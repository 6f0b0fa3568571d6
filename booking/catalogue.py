"""The consult types as the desk keeps them: their rules, who hosts them, what is asked."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from booking.models import Consultant, ConsultQuestion, ConsultType, HostMode, PlaceKind, QuestionKind
from booking.refusals import AddressInUse, NoSuchConsult, NoSuchQuestion, QuestionAskedTwice
from kit.db import session, transaction
from kit.pages import Page, page_of

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_SLUG = 80
TYPES = 20  # on a page


@dataclass(frozen=True)
class TypeRules:
    """Everything that a consultant sets of a consult type. `lengths` are minutes, the first one is offered first."""

    slug: str
    name: str
    lengths: tuple[int, ...]
    step: int
    host_ids: tuple[int, ...]
    host_mode: HostMode = HostMode.ANY
    description: str = ""
    active: bool = True
    place_kind: PlaceKind = PlaceKind.PHONE
    place: str = ""
    buffer_before: int = 0
    buffer_after: int = 0
    notice: int = 0
    horizon_days: int = 60
    cut_off: int = 0
    max_per_day: int | None = None
    max_per_week: int | None = None


@dataclass(frozen=True)
class Asked:
    """A question as a consultant writes it. `options` are the answers of a choice."""

    label: str
    kind: QuestionKind
    needed: bool = False
    options: tuple[str, ...] = ()


def types_page(*, number: int = 1) -> Page[ConsultType]:
    """A page of the consult types with their hosts and questions, those that are offered first."""
    chosen = select(ConsultType).options(selectinload(ConsultType.hosts), selectinload(ConsultType.questions))
    in_order = chosen.order_by(ConsultType.active.desc(), ConsultType.minutes, ConsultType.id)
    return page_of(in_order, number=number, size=TYPES)


def get_type(type_id: int) -> ConsultType:
    """The consult type, offered or not. Raises NoSuchConsult."""
    found = session().get(ConsultType, type_id)
    if found is None:
        raise NoSuchConsult
    return found


def possible_hosts(also: Collection[Consultant] = ()) -> Sequence[Consultant]:
    """Who can host: everybody who can be booked, and those of `also`."""
    chosen = select(Consultant).where(or_(Consultant.active, Consultant.id.in_([host.id for host in also])))
    return session().scalars(chosen.order_by(Consultant.id)).all()


def slug_of(name: str) -> str:
    """A name as a piece of an address: `Première conversation` is `premiere-conversation`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:LONGEST_SLUG].strip("-")


def add(rules: TypeRules) -> ConsultType:
    """A new consult type. Raises AddressInUse."""
    with _writing() as current:
        _refuse_slug_of_others(rules.slug, None)
        consult_type = ConsultType(more_lengths=[], former_slugs=[])
        _write(consult_type, rules)
        current.add(consult_type)
        current.flush()
        return consult_type


def change(type_id: int, rules: TypeRules) -> ConsultType:
    """Put other rules in place; what was booked stays as it is. Links with the old address go on leading here.

    Raises AddressInUse, NoSuchConsult.
    """
    with _writing() as current:
        consult_type = get_type(type_id)
        _refuse_slug_of_others(rules.slug, consult_type)
        if consult_type.slug != rules.slug:
            former = [*consult_type.former_slugs, consult_type.slug]
            consult_type.former_slugs = [slug for slug in dict.fromkeys(former) if slug != rules.slug]
        _write(consult_type, rules)
        current.flush()
        return consult_type


def moved_to(slug: str) -> str:
    """The slug of the offered consult type that had that one before. Raises NoSuchConsult."""
    rows = session().execute(select(ConsultType.slug, ConsultType.former_slugs).where(ConsultType.active))
    found = next((str(row.slug) for row in rows if slug in row.former_slugs), None)
    if found is None:
        raise NoSuchConsult
    return found


def get_question(consult_type: ConsultType, question_id: int) -> ConsultQuestion:
    """A question of that consult type. Raises NoSuchQuestion."""
    found = next((question for question in consult_type.questions if question.id == question_id), None)
    if found is None:
        raise NoSuchQuestion
    return found


def ask(type_id: int, asked: Asked) -> ConsultQuestion:
    """Ask something more, after the other questions. Raises QuestionAskedTwice, NoSuchConsult."""
    with transaction() as current:
        consult_type = get_type(type_id)
        _refuse_twin(consult_type, asked.label, None)
        question = ConsultQuestion(position=len(consult_type.questions))
        _write_question(question, asked)
        consult_type.questions.append(question)
        current.flush()
        return question


def change_question(type_id: int, question_id: int, asked: Asked) -> None:
    """Ask it in another way; answers that were given keep the words they were given to.

    Raises QuestionAskedTwice, NoSuchQuestion, NoSuchConsult.
    """
    with transaction() as current:
        consult_type = get_type(type_id)
        question = get_question(consult_type, question_id)
        _refuse_twin(consult_type, asked.label, question)
        _write_question(question, asked)
        current.flush()


def remove_question(type_id: int, question_id: int) -> None:
    """Ask it no more; answers that were given stay. Raises NoSuchQuestion, NoSuchConsult."""
    with transaction() as current:
        consult_type = get_type(type_id)
        consult_type.questions.remove(get_question(consult_type, question_id))
        current.flush()


def lift_question(type_id: int, question_id: int) -> None:
    """Ask it before the one that stands above it. Raises NoSuchQuestion, NoSuchConsult."""
    with transaction() as current:
        consult_type = get_type(type_id)
        order = list(consult_type.questions)
        place = order.index(get_question(consult_type, question_id))
        if place:
            order[place - 1], order[place] = order[place], order[place - 1]
        for position, question in enumerate(order):
            question.position = position
        current.flush()
        current.expire(consult_type, ["questions"])


@contextmanager
def _writing() -> Iterator[Session]:
    """A transaction in which two people cannot give one address away."""
    try:
        with transaction() as current:
            yield current
    except IntegrityError as fault:
        raise AddressInUse from fault


def _write(consult_type: ConsultType, rules: TypeRules) -> None:
    first, *more = rules.lengths
    consult_type.minutes, consult_type.more_lengths = first, more
    consult_type.hosts = [host for host in possible_hosts(consult_type.hosts) if host.id in rules.host_ids]
    for name in (
        *("slug", "name", "description", "active", "host_mode", "step", "place_kind", "place"),
        *("buffer_before", "buffer_after", "notice", "horizon_days", "cut_off", "max_per_day", "max_per_week"),
    ):
        setattr(consult_type, name, getattr(rules, name))


def _write_question(question: ConsultQuestion, asked: Asked) -> None:
    question.label, question.kind, question.needed = asked.label, asked.kind, asked.needed
    question.options = list(asked.options)


def _refuse_slug_of_others(slug: str, own: ConsultType | None) -> None:
    for other in session().scalars(select(ConsultType)):
        if other is not own and slug in (other.slug, *other.former_slugs):
            verb = "is" if slug == other.slug else "was once"
            raise AddressInUse(f"/book/{slug}/ {verb} the address of “{other.name}”. Choose a different one.")


def _refuse_twin(consult_type: ConsultType, label: str, own: ConsultQuestion | None) -> None:
    if any(other is not own and other.label.casefold() == label.casefold() for other in consult_type.questions):
        raise QuestionAskedTwice
