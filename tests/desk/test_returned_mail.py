"""Mail that came back is said at the desk, and can be let go again for a reason."""

from datetime import timedelta

from flask.testing import FlaskClient

from kit import clock, suppression
from kit.mail import Purpose
from kit.refusal_rules import Meaning
from kit.suppression import Returned, Suppression
from tests.desk.scenes import a_lead, a_letter
from tests.page import Page

GONE, FULL = "ann@example.com", "bob@example.com"


def came_back(address: str = GONE, meaning: Meaning = Meaning.HARD, *, times: int = 1, **more: int) -> None:
    for number in range(times):
        words = "550 5.1.1 no such user" if meaning is Meaning.HARD else "452 4.2.2 mailbox full"
        returned = Returned(address, meaning, f"{address} {number}", status=words[4:9], words=words, **more)
        suppression.note(returned, at=clock.now())


def held(address: str) -> Suppression | None:
    return suppression.held_back([address], Purpose.NEWSLETTER, at=clock.now()).get(address)


def page_of(desk: FlaskClient) -> Page:
    return Page(desk.get("/desk/mail/returned"), desk)


def test_nothing_has_come_back(desk: FlaskClient):
    page = page_of(desk)

    assert page.texts(".empty h2") == ["Nothing is held back"]
    assert Page(desk.get("/desk/mail/"), desk).links["Mail that came back"] == "/desk/mail/returned"


def test_what_is_held_back_stands_there_with_what_was_said(desk: FlaskClient):
    came_back()
    came_back(FULL, Meaning.SOFT, times=3)

    page = page_of(desk)

    assert page.texts("main .rows li strong") == [FULL, GONE]
    assert "ends by itself" in page.texts("main .rows li")[0]
    assert page.texts("tbody td:nth-child(2)") == [
        *["Not delivered for now, says the mail server there (4.2.2)"] * 3,
        "No such address, says the mail server there (5.1.1)",
    ]


def test_mail_goes_there_again_for_a_reason(desk: FlaskClient):
    came_back()
    page = page_of(desk)

    missing = Page(page.form("/lift").submit(), desk)
    assert (missing.status, missing.errors) == (422, ["Say in a few words why mail should arrive now"])
    assert missing.title.startswith("Error: ")
    assert held(GONE) is not None
    response = missing.form("/lift").submit(reason="They have a new mailbox")

    assert (response.status_code, response.location) == (303, "/desk/mail/returned?done=lifted")
    assert held(GONE) is None
    assert "Mail goes there again." in Page(desk.get(response.location), desk).text
    assert page.form("/lift").submit(reason="Twice").status_code == 404


def test_who_lifted_it_and_why_is_kept(desk: FlaskClient):
    came_back()
    found = held(GONE)
    assert found is not None

    page_of(desk).form("/lift").submit(reason="They have a new mailbox")

    assert (found.lifted_by, found.lifted_because) == ("Robin Vale", "They have a new mailbox")


def test_whose_address_was_erased_is_not_let_go(desk: FlaskClient):
    came_back()
    suppression.forget(GONE)

    page = page_of(desk)

    assert page.texts("main .rows strong") == ["Somebody who was erased"]
    assert page.all("main form") == []


def test_a_letter_that_came_back_says_so(desk: FlaskClient):
    letter = a_letter()
    came_back(letter_id=letter.id)

    page = Page(desk.get(f"/desk/mail/{letter.id}"), desk)

    assert "No such address, says the mail server there (5.1.1)" in page.text
    assert "550 5.1.1 no such user" in page.text


def test_a_lead_whose_mail_comes_back_is_better_called(desk: FlaskClient):
    lead = a_lead(address=GONE, phone="+1 555 010 0101")
    came_back()

    page = Page(desk.get(f"/desk/leads/{lead.public_id}"), desk)

    assert f"Mail to {GONE} came back" in page.text
    assert "Call +1 555 010 0101 if it matters" in page.text


def test_a_pause_ends_after_thirty_days(desk: FlaskClient):
    came_back(FULL, Meaning.SOFT, times=3)
    assert held(FULL) is not None

    with clock.fixed(clock.now() + timedelta(days=30)):
        assert held(FULL) is None
