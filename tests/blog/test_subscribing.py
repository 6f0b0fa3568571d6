"""Stories by mail: asked for, confirmed by a button, left with one click, and back again."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from email.message import EmailMessage
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

import leads.services
from blog import subscribers
from blog.subscription_models import Subscriber, SubscriberState
from kit import bounces, clock, outbox, resending, suppression
from kit.bounces import Outcome
from kit.db import db, session, transaction
from kit.mail import Mail, Purpose
from kit.outbox import Letter, LetterState
from kit.refusal_rules import Meaning
from kit.suppression import Returned
from leads import consent
from leads.consent import Ask
from leads.models import HappeningKind
from tests.assessment.walk import finish, walk
from tests.blog.readers import ADDRESS, a_subscriber, asks, confirm_by, leave_path, leaves, link_in
from tests.conftest import ROOT
from tests.page import Page
from tests.site.test_letters import written

Letters = Callable[[], list[EmailMessage]]
MoveClock = Callable[[datetime], None]
STORY = "/stories/the-night-supervisor"


def state(address: str = ADDRESS) -> SubscriberState | None:
    session().rollback()
    session().expire_all()
    found = subscribers.find_by_address(address)
    return found.state if found else None


def ledger(address: str = ADDRESS) -> list[tuple[str, ...]]:
    return [(line.act, line.channel, line.page, line.method) for line in consent.ledger_of(address)]


def test_whoever_asks_gets_a_mail_and_is_on_the_list_after_a_button(client: FlaskClient, letters: Letters):
    answer = asks(client)
    (letter,) = letters()
    path = link_in(letter, "/confirm/")
    page = Page(client.get(path), client)

    assert (answer.status, answer.response.location) == (303, "/newsletter/asked")
    assert "Look into your mail" in Page(client.get(answer.response.location), client).heading
    assert (letter["To"], letter["Auto-Submitted"]) == (ADDRESS, "auto-generated")
    assert (page.heading, len(page.all("main form"))) == ("Do you want our stories?", 1)
    assert state() is SubscriberState.ASKED
    done = page.form().submit()
    assert (done.status_code, done.location) == (303, path)
    assert Page(client.get(path), client).heading == "You are on the list"
    assert state() is SubscriberState.SUBSCRIBED
    assert ledger() == [
        ("asked", "site", "/newsletter/", "form, double opt-in"),
        ("given", "mail", "/newsletter/", "link in the mail, one button"),
    ]


def test_what_the_two_letters_say(
    client: FlaskClient, letters: Letters, at: MoveClock, snapshot: Callable[[str, str], None]
):
    asks(client)
    confirm_by(link_in(letters()[0], "/confirm/"))
    at(clock.now() + timedelta(days=2))
    asks(client)

    for name, letter in zip(("confirm", "known"), letters(), strict=True):
        snapshot(f"letters/newsletter-{name}.txt", written(letter))


def test_looking_at_the_link_puts_nobody_on_the_list(client: FlaskClient, letters: Letters):
    asks(client)
    path = link_in(letters()[0], "/confirm/")

    for _ in range(3):
        client.get(path)
        client.head(path)

    assert state() is SubscriberState.ASKED


def test_whoever_confirms_is_a_lead_with_the_story_that_brought_them(client: FlaskClient, letters: Letters):
    page = Page(client.get(STORY), client)
    shown = Page(page.form("/newsletter/").submit(address=ADDRESS), client)
    with clock.fixed(clock.now() + timedelta(seconds=5)):
        shown.form().submit()

    confirm_by(link_in(letters()[0], "/confirm/"))

    lead = leads.services.find_by_address(ADDRESS)
    assert lead is not None
    assert lead.first_story == "the-night-supervisor"
    assert [happening.kind for happening in leads.services.timeline_page(lead).rows] == [HappeningKind.SUBSCRIBED]
    assert ledger()[0] == ("asked", "site", STORY, "form, double opt-in")


@pytest.mark.parametrize("address", ["/", "/stories/", STORY])
def test_an_address_that_was_typed_on_another_page_is_shown_once_more(
    client: FlaskClient, letters: Letters, address: str
):
    page = Page(client.get(address), client)

    shown = Page(page.form("/newsletter/").submit(address="ann@gmial.com"), client)

    assert (shown.status, shown.heading) == (200, "Is this your address?")
    assert shown.form().values["address"] == ["ann@gmial.com"]
    assert shown.form().values["page"] == [address]
    assert "Did you mean ann@gmail.com?" in shown.text
    assert shown.links["Back"] == address
    assert letters() == []


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Enter the e-mail address the stories should go to"),
        ("ann", "Enter an e-mail address with one @ and a domain, like name@example.com"),
        ("änn@example.com", "Enter an address that has no letters such as é before the @"),
        ("a" * 250 + "@example.com", "E-mail address must be 254 characters or fewer"),
    ],
)
def test_an_address_that_cannot_be_is_said_so_and_kept(client: FlaskClient, typed: str, words: str):
    page = asks(client, typed)

    assert (page.status, page.errors) == (422, [words])
    assert page.title.startswith("Error: ")
    assert page.form().values["address"] == [typed]


def test_a_known_address_gets_the_same_answer_and_learns_it_in_the_mail(
    client: FlaskClient, letters: Letters, at: MoveClock
):
    a_subscriber()
    at(clock.now() + timedelta(days=2))

    known, new = asks(client), asks(client, "bob@example.com")

    assert (known.status, known.response.location) == (new.status, new.response.location)
    told = letters()[1]
    assert told["Subject"].startswith("You get our stories already")
    assert Page(client.get(link_in(told, "/leave/")), client).heading == "No more stories by e-mail?"
    assert state() is SubscriberState.SUBSCRIBED


def test_an_address_gets_one_such_mail_a_day(client: FlaskClient, letters: Letters, at: MoveClock):
    now = clock.now()
    asks(client)
    answers = [asks(client, written) for written in (ADDRESS, " ANN@example.com ", "Ann@EXAMPLE.com")]

    assert {answer.response.location for answer in answers} == {"/newsletter/asked"}
    assert len(letters()) == len(ledger()) == 1
    at(now + timedelta(days=1, minutes=1))
    asks(client)
    assert len(letters()) == 2


def test_whoever_has_left_and_asks_again_the_same_day_gets_a_mail_that_works(
    client: FlaskClient, letters: Letters, at: MoveClock
):
    asks(client)
    first = link_in(letters()[0], "/confirm/")
    confirm_by(first)
    at(clock.now() + timedelta(minutes=10))
    found = subscribers.find_by_address(ADDRESS)
    assert found
    leaves(found)
    at(clock.now() + timedelta(minutes=10))

    asks(client)

    assert len(letters()) == 2
    assert state() is SubscriberState.LEFT
    assert client.get(first).status_code == 410
    confirm_by(link_in(letters()[1], "/confirm/"))
    assert state() is SubscriberState.SUBSCRIBED
    assert [line[0] for line in ledger()] == ["asked", "given", "withdrawn", "asked", "given"]


def complaint_about(letter: Letter) -> bytes:
    path = ROOT / "tests" / "data" / "returned" / "complaint.eml"
    return path.read_bytes().replace(b"<the-letter@consultancy.example>", letter.message_id.encode())


def a_copy(purpose: Purpose = Purpose.NEWSLETTER) -> Letter:
    with transaction():
        return outbox.put(Mail("story", ADDRESS, "", "A story", "Words", "<p>Words</p>", purpose=purpose))


def test_a_complaint_takes_its_reader_off_the_list(app: Flask, at: MoveClock):
    a_subscriber()
    at(clock.now() + timedelta(days=1))
    letter, waiting, asked_for = a_copy(), a_copy(), a_copy(Purpose.ASKED_FOR)
    letter.state = LetterState.SENT
    session().commit()

    outcomes = [bounces.receive(complaint_about(letter), at=clock.now()) for _ in range(2)]

    assert outcomes == [Outcome.UNWANTED] * 2
    assert state() is SubscriberState.LEFT
    assert [line for line in ledger() if line[0] == "withdrawn"] == [
        ("withdrawn", "mail", "/newsletter/", "complaint to the mail program")
    ]
    assert (waiting.state, asked_for.state) == (LetterState.WITHDRAWN, LetterState.WAITING)


def test_a_complaint_from_before_they_came_back_takes_nobody_off(app: Flask, at: MoveClock):
    subscriber = a_subscriber()
    at(clock.now() + timedelta(days=1))
    letter = a_copy()
    leaves(subscriber)
    at(clock.now() + timedelta(days=1))
    subscribers.come_back(subscriber.secret, at=clock.now())

    bounces.receive(complaint_about(letter), at=clock.now())

    assert state() is SubscriberState.SUBSCRIBED


def test_a_complaint_about_a_letter_that_is_not_ours_does_nothing(app: Flask):
    a_subscriber()
    raw = (ROOT / "tests" / "data" / "returned" / "complaint.eml").read_bytes()

    assert bounces.receive(raw, at=clock.now()) is Outcome.NOT_OURS
    assert state() is SubscriberState.SUBSCRIBED


def test_leaving_once_opens_no_way_to_fill_a_mailbox(client: FlaskClient, letters: Letters, at: MoveClock):
    left = a_subscriber()
    at(clock.now() + timedelta(minutes=10))
    leaves(left)
    at(clock.now() + timedelta(minutes=10))

    for _ in range(5):
        asks(client)
        client.post(leave_path(left), data={"List-Unsubscribe": "One-Click"})  # nobody who has left leaves again
        at(clock.now() + timedelta(minutes=10))

    assert len(letters()) == 2


def test_leaving_and_coming_back_by_the_link_opens_none_either(client: FlaskClient, letters: Letters, at: MoveClock):
    left = a_subscriber()
    at(clock.now() + timedelta(minutes=10))

    for _ in range(5):
        leaves(left)
        at(clock.now() + timedelta(minutes=10))
        asks(client)
        subscribers.come_back(left.secret, at=clock.now())
        at(clock.now() + timedelta(minutes=10))

    assert len(letters()) == 2


def test_a_complaint_earns_nobody_another_mail_that_day(client: FlaskClient, letters: Letters, at: MoveClock):
    asks(client)
    (unasked,) = session().scalars(select(Letter))
    bounces.receive(complaint_about(unasked), at=clock.now() + timedelta(minutes=10))
    at(clock.now() + timedelta(minutes=20))

    asks(client)

    assert len(letters()) == 1


def test_a_copy_of_which_nobody_knows_goes_to_nobody_who_has_left(app: Flask, at: MoveClock):
    subscriber = a_subscriber()
    copy = a_copy()
    copy.state, copy.trouble, copy.due_at = LetterState.SENDING, outbox.PERHAPS_SENT, clock.now()
    session().commit()
    leaves(subscriber)
    at(clock.now() + timedelta(minutes=10))

    outbox.deliver_due()

    assert copy.state is LetterState.WITHDRAWN
    with pytest.raises(resending.NewsletterOnce):
        resending.send_again(copy.id)


def test_a_trap_that_is_filled_in_sends_nothing_and_says_nothing(client: FlaskClient, letters: Letters):
    answer = asks(client, website="https://spam.example")

    assert answer.response.location == "/newsletter/asked"
    assert (letters(), state()) == ([], None)


def test_the_trap_is_hidden_from_people_and_their_readers(client: FlaskClient):
    for address in ("/", "/stories/", STORY, "/newsletter/"):
        (trap,) = Page(client.get(address), client).all(".honeypot")

        assert trap.get("aria-hidden") == "true"
        assert trap.find(".//input").get("tabindex") == "-1"


def test_a_form_that_was_sent_too_quickly_asks_for_one_more_press(client: FlaskClient, letters: Letters):
    page = Page(client.get("/newsletter/"), client)

    quick = Page(page.form().submit(address=ADDRESS), client)

    assert quick.status == 422
    assert "quicker than anybody types" in quick.text
    assert letters() == []
    with clock.fixed(clock.now() + timedelta(seconds=3)):
        assert quick.form().submit().status_code == 303
    assert len(letters()) == 1


@pytest.mark.parametrize("made", ["", "nonsense", "WyJ4Il0.xxx"])
def test_a_form_that_was_never_shown_is_shown_first(client: FlaskClient, letters: Letters, made: str):
    response = client.post("/newsletter/", data={"address": ADDRESS, "made": made})

    assert (response.status_code, Page(response, client).heading) == (200, "Is this your address?")
    assert letters() == []


def test_a_form_that_was_open_for_a_day_is_shown_again(client: FlaskClient, letters: Letters, at: MoveClock):
    page = Page(client.get("/newsletter/"), client)
    at(clock.now() + timedelta(hours=25))

    assert page.form().submit(address=ADDRESS).status_code == 200
    assert letters() == []


@pytest.mark.parametrize("page", ["https://elsewhere.example/", "//elsewhere.example", "x" * 3000, "/" + "y" * 3000])
def test_where_the_form_stood_cannot_be_made_up(client: FlaskClient, page: str):
    answer = asks(client, page=page)

    assert answer.status == 303
    assert ledger()[0][2] == "/newsletter/"
    shown = Page(client.post("/newsletter/", data={"address": ADDRESS, "page": page}), client)
    assert shown.links["Back"] == "/stories/"


def test_one_address_of_the_network_may_ask_twenty_times_an_hour(client: FlaskClient, letters: Letters):
    answers = [client.post("/newsletter/", data={"address": f"a{number}@example.com"}) for number in range(21)]

    assert [answer.status_code for answer in answers] == [200] * 20 + [429]
    assert Page(answers[-1], client).heading == "One moment"


def test_one_network_may_ask_sixty_times_an_hour(client: FlaskClient):
    def ask(number: int) -> int:
        where = {"REMOTE_ADDR": f"192.0.2.{number}"}
        return client.post("/newsletter/", data={"address": ADDRESS}, environ_overrides=where).status_code

    assert [ask(number) for number in range(1, 62)] == [200] * 60 + [429]
    elsewhere = {"REMOTE_ADDR": "198.51.100.1"}
    assert client.post("/newsletter/", data={"address": ADDRESS}, environ_overrides=elsewhere).status_code == 200


def test_a_link_to_confirm_runs_out_after_a_week(client: FlaskClient, letters: Letters, at: MoveClock):
    asks(client)
    path = link_in(letters()[0], "/confirm/")
    at(clock.now() + timedelta(days=7, minutes=1))

    for answer in (client.get(path), client.post(path)):
        assert answer.status_code == 410
    assert Page(client.get(path), client).heading == "This link has run out"
    assert state() is SubscriberState.ASKED


def test_an_old_link_to_confirm_does_not_undo_leaving(client: FlaskClient, letters: Letters, at: MoveClock):
    asks(client)
    path = link_in(letters()[0], "/confirm/")
    client.post(path)
    at(clock.now() + timedelta(hours=1))
    found = subscribers.find_by_address(ADDRESS)
    assert found is not None
    leaves(found)

    answer = client.post(path)

    assert answer.status_code == 410
    assert state() is SubscriberState.LEFT


def test_the_button_of_a_letter_takes_the_address_off_the_list(client: FlaskClient):
    reader = a_subscriber()
    client.head(leave_path(reader))
    page = Page(client.get(leave_path(reader)), client)
    assert page.heading == "No more stories by e-mail?"
    assert state() is SubscriberState.SUBSCRIBED

    left = Page(page.form().submit(), client)

    assert (left.status, left.heading) == (200, "You are off the list")
    assert state() is SubscriberState.LEFT
    assert ledger()[-1] == ("withdrawn", "mail", "/newsletter/", "link in the mail, one button")
    back = Page(left.form("/back/").submit(), client)
    assert (back.status, back.heading) == (200, "You are on the list again")
    assert state() is SubscriberState.SUBSCRIBED
    assert ledger()[-1][0] == "given"


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://mail.example"}, {"Sec-Fetch-Site": "cross-site"}], ids=str)
def test_one_click_of_a_mail_program_is_enough(app: Flask, headers: dict[str, str]):
    path = leave_path(a_subscriber())
    machine = app.test_client(use_cookies=False)

    answers = [machine.post(path, data={"List-Unsubscribe": "One-Click"}, headers=headers) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert all("Set-Cookie" not in answer.headers and "Location" not in answer.headers for answer in answers)
    assert state() is SubscriberState.LEFT
    assert [line[3] for line in ledger()][-1] == "one click of the mail program"
    assert len(ledger()) == 3


def test_one_click_for_somebody_who_was_erased_is_well(app: Flask, client: FlaskClient):
    path = leave_path(a_subscriber())
    subscribers.forget(ADDRESS, at=clock.now())

    assert client.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert client.get(path).status_code == 410


@pytest.mark.parametrize("kind", ["confirm", "leave", "back"])
def test_a_link_that_lost_a_character_opens_nothing(client: FlaskClient, kind: str):
    path = leave_path(a_subscriber())
    token = path.rpartition("/")[2]

    answer = client.post(f"/newsletter/{kind}/{token[:-1]}")

    assert (answer.status_code, Page(answer, client).heading) == (404, "This link is not complete")
    assert state() is SubscriberState.SUBSCRIBED


def test_the_link_to_leave_does_not_confirm(client: FlaskClient, letters: Letters):
    asks(client)
    token = link_in(letters()[0], "/confirm/").rpartition("/")[2]

    assert client.post(f"/newsletter/leave/{token}").status_code == 404
    assert client.post(f"/newsletter/back/{token}").status_code == 404
    assert state() is SubscriberState.ASKED


def test_leaving_takes_back_what_waits_and_nothing_that_was_asked_for(app: Flask):
    reader = a_subscriber()
    with transaction():
        waiting = outbox.put(Mail("story", "ANN@example.com", "", "A", "A", "A", purpose=Purpose.NEWSLETTER))
        asked = outbox.put(Mail("report", ADDRESS, "", "B", "B", "B"))

    leaves(reader)

    session().expire_all()
    assert (waiting.state, asked.state) == (LetterState.WITHDRAWN, LetterState.WAITING)


def test_confirming_lifts_what_held_mail_back(client: FlaskClient, letters: Letters):
    with transaction():
        suppression.note(Returned(ADDRESS, Meaning.HARD, "a bounce"), at=clock.now())
    asks(client)

    confirm_by(link_in(letters()[0], "/confirm/"))

    assert suppression.held_back([ADDRESS], Purpose.NEWSLETTER, at=clock.now()) == {}


def test_whoever_does_not_confirm_is_forgotten_after_thirty_days(client: FlaskClient, at: MoveClock):
    asks(client)
    a_subscriber("bob@example.com")

    at(clock.now() + timedelta(days=29))
    assert subscribers.forget_unconfirmed() == 0
    at(clock.now() + timedelta(days=2))
    assert subscribers.forget_unconfirmed() == 1

    assert (state(), ledger()) == (None, [])
    assert state("bob@example.com") is SubscriberState.SUBSCRIBED


def test_after_erasure_only_a_coded_mark_remains(app: Flask):
    reader = a_subscriber()
    suppression.note(Returned(ADDRESS, Meaning.SOFT, "a bounce", words=f"452 {ADDRESS} is full"), at=clock.now())
    leaves(reader)

    subscribers.forget(ADDRESS, at=clock.now())

    assert (state(), ledger()) == (None, [])
    assert set(suppression.held_back([ADDRESS], Purpose.NEWSLETTER, at=clock.now())) == {ADDRESS}
    (bounce,) = suppression.bounces_of(ADDRESS, most=5)
    assert (bounce.address, bounce.words) == ("", "")


def test_the_box_on_the_report_starts_the_double_opt_in(client: FlaskClient, letters: Letters):
    result = finish(walk(client, query="?from=the-night-supervisor"))
    form = result.form("report")
    assert "newsletter" not in form.values

    form.submit(name="Ann Bee", address=ADDRESS, paper="a4", newsletter="y")

    (letter,) = letters()
    assert letter["Subject"].startswith("Please confirm")
    assert state() is SubscriberState.ASKED
    assert ledger() == [("asked", "site", "/assessment/result/", "box on the report's form, double opt-in")]
    lead = leads.services.find_by_address(ADDRESS)
    assert lead is not None
    assert [happening.kind for happening in leads.services.timeline_page(lead).rows] == [
        "report asked for",
        "assessment taken",
    ]


def test_a_report_without_the_box_subscribes_to_nothing(client: FlaskClient, letters: Letters):
    finish(walk(client)).form("report").submit(name="Ann Bee", address=ADDRESS, paper="a4")

    assert (state(), ledger(), letters()) == (None, [], [])


def test_pages_of_the_newsletter_are_kept_by_no_cache(client: FlaskClient):
    for address in ("/newsletter/", "/newsletter/asked", leave_path(a_subscriber())):
        assert not client.get(address).cache_control.public


def test_eight_at_once_that_ask_for_the_same_address_cause_one_mail(app: Flask):
    now = clock.now()
    start = Barrier(8)

    def ask(_number: int) -> None:
        with app.app_context():
            start.wait()
            subscribers.ask(Ask(ADDRESS, "/", "form"), at=now)
            db.session.remove()

    with ThreadPoolExecutor(8) as eight:
        list(eight.map(ask, range(8)))

    session().rollback()
    assert session().scalar(select(func.count(Subscriber.id))) == 1
    assert session().scalar(select(func.count(Letter.id))) == len(ledger()) == 1
