"""Who is asked once a week in the sample: what they answer, and that somebody stops."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from assessment import check_ins
from assessment.check_in_models import CheckIn
from dev.people import Person
from dev.script import Script
from kit.db import session
from leads.addresses import normalise

A_WHILE = timedelta(minutes=25)


def is_asked_each_week(script: Script, person: Person, begins: datetime, answers: Sequence[int]) -> None:
    """They say yes, and answer so many Mondays."""

    def begin(at: datetime) -> None:
        check_ins.ask(script.scored[person], person.address, now=at)
        check_ins.begin(_token(person), now=at)

    def ask(_at: datetime) -> None:
        check_ins.write_due()

    def answer(count: int) -> None:
        def act(at: datetime) -> None:
            check_ins.answer(_token(person), _check_in(person).weeks[-1].monday, count, now=at)

        script.scene(monday + A_WHILE, act)

    script.scene(begins, begin)
    monday = begins
    for count in answers:
        monday = check_ins.next_monday(monday, script.zone)
        script.scene(monday, ask)
        answer(count)


def stops_the_question(script: Script, person: Person, at: datetime) -> None:
    """They have enough of it."""

    def act(at: datetime) -> None:
        check_ins.stop(_token(person), now=at)

    script.scene(at, act)


def _check_in(person: Person) -> CheckIn:
    return session().scalars(select(CheckIn).where(CheckIn.address == normalise(person.address))).one()


def _token(person: Person) -> str:
    return check_ins.link_of(_check_in(person)).rsplit("/", 1)[-1]
