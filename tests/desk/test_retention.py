"""What is kept for a time only: it goes by itself, and what keeps letters away from somebody outlasts it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from blog import subscribers
from blog.subscription_models import Subscriber, SubscriberState
from desk import retention
from kit import clock, outbox, suppression
from kit.circulars import Circular
from kit.context import current_settings
from kit.db import session, transaction
from kit.mail import Purpose
from kit.outbox import Letter, LetterState
from kit.refusal_rules import Meaning
from kit.suppression import Bounce, Returned, Suppression
from leads import consent, lists, services
from leads.consent import Ask
from leads.consent_models import Channel, ConsentAct, ConsentPurpose
from leads.models import Stage
from tests.blog.readers import ADDRESS, a_subscriber, leaves
from tests.desk.scenes import a_lead, a_letter

MoveClock = Callable[[datetime], None]
A_YEAR = timedelta(days=366)
NEWSLETTER = Purpose.NEWSLETTER


def comes_back(address: str = ADDRESS, meaning: Meaning = Meaning.HARD) -> None:
    with transaction():
        returned = Returned(address, meaning, f"{meaning} at {clock.now()}", words=f"550 no {address} here")
        suppression.note(returned, at=clock.now())


def in_plain() -> set[str]:
    """Every address that stands beside a hash."""
    session().rollback()
    return {*session().scalars(select(Bounce.address)), *session().scalars(select(Suppression.address))} - {""}


def is_held_back(address: str = ADDRESS) -> bool:
    return address in suppression.held_back([address], NEWSLETTER, at=clock.now())


def all_are_clients() -> None:
    """So that no lead goes."""
    for lead in lists.list_leads().leads:
        services.move_stage(lead, Stage.CLIENT, author="Robin", at=clock.now())


def test_whoever_was_silent_for_two_years_is_let_go_clients_excepted(app: Flask, at: MoveClock):
    a_lead("Ann Avery")
    client = a_lead("Bob Berg")
    services.move_stage(client, Stage.CLIENT, author="Robin", at=clock.now())
    at(clock.now() + timedelta(days=729))
    later = a_lead("Cy Cole")
    retention.let_go()
    assert lists.list_leads().total == 3

    at(clock.now() + timedelta(days=3))
    retention.let_go()

    assert [lead.name for lead in lists.list_leads().leads] == ["Cy Cole", "Bob Berg"]
    assert later.name == "Cy Cole"


def test_letters_of_a_year_ago_go_with_their_files(app: Flask, at: MoveClock):
    a_letter()
    outbox.deliver_due()
    mail = Path(current_settings().instance) / "mail"
    assert len(list(mail.iterdir())) == 1

    at(clock.now() + timedelta(days=366))
    waiting = a_letter()
    retention.let_go()

    assert session().scalars(select(Letter.id)).all() == [waiting.id]
    assert list(mail.iterdir()) == []


def test_copies_of_a_newsletter_of_which_nothing_is_left_hold_no_other_letter_up(app: Flask, at: MoveClock):
    circular = Circular(kind="newsletter story", subject="A story", text="", html="", created_at=clock.now())
    copies = [(f"reader{n}@example.com", f"http://localhost/{n}") for n in range(retention.LETTERS_A_RUN)]
    with transaction() as current:
        current.add(circular)
        current.flush()
        outbox.put_copies(circular, copies)
        letter = a_letter()
        for each in current.scalars(select(Letter)):
            each.state = LetterState.SENT
    number = letter.id

    at(clock.now() + A_YEAR)
    for _ in range(2):
        retention.let_go()

    assert session().get(Letter, number) is None
    assert {each.partition(" ")[0] for each in session().scalars(select(Letter.recipient))} == {"erased"}


def test_letters_that_were_withdrawn_go_too(app: Flask, at: MoveClock):
    letter = a_letter()
    with transaction():
        letter.state = LetterState.WITHDRAWN

    at(clock.now() + A_YEAR)
    retention.let_go()

    assert session().scalars(select(Letter)).all() == []


def test_whoever_left_two_years_ago_is_known_by_a_coded_mark_that_keeps_letters_away(app: Flask, at: MoveClock):
    leaves(a_subscriber())
    at(clock.now() + timedelta(days=729))
    retention.let_go()
    assert session().scalars(select(Subscriber.state)).all() == [SubscriberState.LEFT]

    at(clock.now() + timedelta(days=3))
    for _ in range(2):
        retention.let_go()

    assert session().scalars(select(Subscriber)).all() == []
    assert (consent.ledger_of(ADDRESS), in_plain(), is_held_back()) == ((), set(), True)
    a_subscriber()
    assert not is_held_back()


def test_whoever_asks_again_before_they_are_let_go_can_still_confirm(app: Flask, at: MoveClock):
    subscriber = a_subscriber()
    leaves(subscriber)
    at(clock.now() + timedelta(days=729))
    with transaction():
        subscriber.asked_at = clock.now()

    at(clock.now() + timedelta(days=3))
    retention.let_go()
    assert session().scalars(select(Subscriber.state)).all() == [SubscriberState.LEFT]

    at(clock.now() + timedelta(days=31))
    retention.let_go()
    assert session().scalars(select(Subscriber)).all() == []


def test_whoever_left_and_is_a_client_stays_known_as_that(app: Flask, at: MoveClock):
    leaves(a_subscriber())
    all_are_clients()
    with transaction():
        weekly = ConsentPurpose.WEEKLY_QUESTION
        consent.enter(weekly, ConsentAct.GIVEN, address=ADDRESS, channel=Channel.MAIL, method="link", at=clock.now())

    at(clock.now() + timedelta(days=732))
    retention.let_go()

    assert session().scalars(select(Subscriber)).all() == []
    assert (in_plain(), is_held_back()) == ({ADDRESS}, True)
    assert [line.purpose for line in consent.ledger_of(ADDRESS)] == [ConsentPurpose.WEEKLY_QUESTION]


def test_mail_that_came_back_is_forgotten_after_a_year_and_still_held_back(app: Flask, at: MoveClock):
    a_subscriber()
    all_are_clients()
    comes_back()
    at(clock.now() + timedelta(days=364))
    retention.let_go()
    assert len(suppression.bounces_of(ADDRESS, most=9)) == 1

    at(clock.now() + timedelta(days=2))
    retention.let_go()

    assert suppression.bounces_of(ADDRESS, most=9) == ()
    assert is_held_back()


def test_a_hold_that_ended_a_year_ago_is_forgotten(app: Flask, at: MoveClock):
    comes_back()
    with transaction():
        suppression.lift_all(ADDRESS, NEWSLETTER, by="Robin", because="It was full", at=clock.now())
    for _ in range(3):
        comes_back("bob@example.com", Meaning.SOFT)
        at(clock.now() + timedelta(minutes=1))

    at(clock.now() + timedelta(days=364))
    retention.let_go()
    assert len(session().scalars(select(Suppression)).all()) == 2
    at(clock.now() + timedelta(days=40))
    retention.let_go()

    assert session().scalars(select(Suppression)).all() == []


def test_an_address_that_never_confirmed_and_whose_mail_came_back_is_known_by_the_mark_alone(app: Flask, at: MoveClock):
    subscribers.ask(Ask(ADDRESS, "/newsletter/", "form"), at=clock.now())
    comes_back()

    at(clock.now() + timedelta(days=31))
    assert subscribers.forget_unconfirmed() == 1

    assert (in_plain(), is_held_back()) == (set(), True)
