"""What the letters about offered times and asked moves say, word by word, to be reviewed like code."""

import re
from collections.abc import Callable
from dataclasses import replace

from flask import Flask

from booking import offers, reply_service
from booking.guard import Guest, Wish
from leads.handover import Handover
from tests.booking.builders import MONDAY_10, a_consult_type, minutes
from tests.booking.mail_programs import google, said_to
from tests.booking.test_offers import ANN, DAY, THREE, WISH, an_offer
from tests.booking.visit import NOW, Letters, MoveClock, assert_letters_are_right
from tests.site.test_letters import written
from tests.staff.signed_in import an_account

Snapshot = Callable[[str, str], None]


def assert_written(letters: Letters, snapshot: Snapshot, names: list[str | None], *, after: int = 0) -> None:
    """The letters since, each as the snapshot of its name says; None where another one says the same."""
    found = letters()[after:]
    assert len(found) == len(names), [message["Subject"] for message in found]
    for name, message in zip(names, found, strict=True):
        if name is not None:
            text = re.sub(r"/[0-9A-F]{8}/other", "/REFERENCE/other", written(message))
            snapshot(f"letters/{name}.txt", text)
    assert_letters_are_right(letters)


def test_the_letters_about_times_that_were_asked_for(app: Flask, letters: Letters, snapshot: Snapshot):
    handover = Handover(held=4.1, needed=11.3, gap=7.2, chance="about 1 in 10", obstacles=("too little time",))
    offer = offers.ask(a_consult_type(), replace(WISH, handover=handover), ANN, THREE, now=NOW)
    assert_written(letters, snapshot, ["offered-guest", None, None, "offer-made-host"])

    offers.decline(offers.times_of(offer)[2], now=NOW)
    assert_written(letters, snapshot, ["withdrawn-guest-declined"], after=4)
    offers.accept(offers.times_of(offer)[0], now=NOW)
    assert_written(letters, snapshot, ["booked-guest-from-offer", None, "withdrawn-guest-other-taken"], after=5)


def test_the_letters_about_times_that_a_consultant_sent(app: Flask, letters: Letters, snapshot: Snapshot):
    consult_type = a_consult_type()
    wish, guest = Wish(MONDAY_10, "", "Europe/Paris", "24"), Guest("Bob Cole", "bob@example.org")
    account = an_account()
    offer = offers.send(consult_type, wish, guest, THREE[:1], account_id=account.id, by=account.name, now=NOW)

    offers.withdraw(offer.id, by=account.name, now=NOW)

    names = ["offered-guest-one", "offer-made-host-one", "withdrawn-guest-withdrawn", "offer-ended-host"]
    assert_written(letters, snapshot, names)


def test_the_letters_about_times_that_ran_out(app: Flask, letters: Letters, snapshot: Snapshot, at: MoveClock):
    an_offer(a_consult_type(), THREE[:2])
    at(NOW + DAY)

    offers.close_lapsed()

    assert_written(letters, snapshot, ["withdrawn-guest-lapsed", None, "offer-ended-host-lapsed"], after=3)


def test_the_letters_about_a_move_that_is_asked_for(app: Flask, letters: Letters, snapshot: Snapshot):
    offer = an_offer(a_consult_type(), THREE)
    offers.accept(offers.times_of(offer)[0], now=NOW)
    confirmed = letters()[4]
    written_before = len(letters())

    said = said_to(confirmed, "TENTATIVE", at=NOW, wanted=THREE[0] + minutes(30), comment="My train is late.")
    reply_service.receive(google(said), now=NOW)
    taken = replace(said, at=NOW + minutes(1), wanted=THREE[0] + minutes(8 * 60))
    reply_service.receive(google(taken), now=NOW + minutes(1))
    reply_service.leave_it(reply_service.open_requests(NOW).rows[0].id, now=NOW)

    asked = ["move-asked-guest-free", "move-asked-host-free", "move-asked-guest-taken", "move-asked-host-taken"]
    assert_written(letters, snapshot, [*asked, "kept-guest"], after=written_before)


def test_the_letters_about_a_move_of_a_time_that_is_only_offered(app: Flask, letters: Letters, snapshot: Snapshot):
    an_offer(a_consult_type(), THREE)
    written_before = len(letters())

    said = said_to(letters()[0], "TENTATIVE", at=NOW, wanted=THREE[0] + minutes(60))
    reply_service.receive(google(said), now=NOW)

    assert_written(letters, snapshot, ["move-asked-guest-offered", None], after=written_before)
