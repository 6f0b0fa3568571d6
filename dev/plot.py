"""The plot of the sample: who does what, on which day as seen from today."""

from datetime import datetime, timedelta

from sqlalchemy import select

from booking.call_back import Later
from dev import newsletter_plot, profiles, programs, weekly
from dev.people import (
    ANN,
    BEN,
    CARLA,
    DINESH,
    ELIN,
    FARID,
    GRACE,
    HUGO,
    IRIS,
    JONAS,
    KATE,
    LEON,
    LETTER_OF_AUTUMN,
    LIAM,
    MAYA,
    NOAH,
    ODA,
    OLGA,
    PAVEL,
    QUINN,
    REMY,
    ROBIN,
    ROSA,
    TARA,
    UMA,
    VICTOR,
    WANDA,
    XAVER,
    YUSUF,
    ZOE,
)
from dev.script import Script
from kit.db import session
from kit.outbox import Letter, LetterState
from leads import funnel
from leads.funnel_models import Step
from leads.models import Stage
from leads.origin import Origin

CALL, SESSION, VISIT = "first-conversation", "working-session", "at-your-office"
WORKER_STOPPED = timedelta(minutes=7)


def act_out(script: Script) -> None:
    """Put all scenes down and play them."""
    _first_weeks(script)
    _consults(script)
    _three_times(script)
    _call_backs_and_stages(script)
    _unfinished(script)
    newsletter_plot.act_out(script)
    weekly.is_asked_each_week(script, JONAS, script.on(-17, "23:30"), (5, 8))
    weekly.is_asked_each_week(script, ELIN, script.on(-5, "10:10"), ())
    weekly.stops_the_question(script, ELIN, script.on(-2, "09:00"))
    programs.act_out(script)
    _reads(script)
    script.play(mail_until=script.now - WORKER_STOPPED)


def _reads(script: Script) -> None:
    """The stories are read, each week a few more."""
    for week, readers in enumerate((6, 9, 8, 13, 17), -4):
        for place, story in enumerate(script.stories):
            origin = Origin(story, utm=LETTER_OF_AUTUMN if place % 3 == 0 else ())
            times = readers + 3 * place

            def read(at: datetime, origin: Origin = origin, times: int = times) -> None:
                funnel.count(Step.READ, origin, at=at, times=times)

            script.scene(script.on(7 * week - 1, "12:00"), read)


def _first_weeks(script: Script) -> None:
    """People who have been through all of it."""
    script.takes(IRIS, script.on(-33, "08:10"), profiles.SHORT)
    script.books(IRIS, script.on(-32, "19:40"), CALL, script.on(-28, "10:00"), note="Best before the staff meeting.")
    script.was_held(IRIS, script.on(-24, "12:00"))
    script.note(
        IRIS,
        script.on(-24, "12:10"),
        ROBIN.name,
        "Has the names and the time. What is missing is a next date after a friendly no: she lets them go.\n"
        "Promised her the two-week line; she tries it on five names until we talk again.",
    )
    script.stage(IRIS, script.on(-20, "09:05"), ROBIN.name, Stage.CLIENT, "Signed for a quarter")
    script.books(IRIS, script.on(-6, "17:30"), SESSION, script.on(5, "14:00"), note="The five names, please.")

    script.takes(BEN, script.on(-15, "21:15"), profiles.ON_PACE)
    script.books(BEN, script.on(-9, "07:50"), CALL, script.ago(hours=5))
    script.was_held(BEN, script.ago(minutes=50))
    script.note(BEN, script.ago(minutes=45), ROBIN.name, "On pace and knows it. Wants a second pair of eyes in spring.")

    script.takes(QUINN, script.on(-27, "12:30"), profiles.NO_RATES)
    script.books(QUINN, script.on(-27, "12:44"), CALL, script.on(-21, "15:00"))
    script.was_held(QUINN, script.on(-17, "16:00"), held=False)
    script.note(QUINN, script.on(-17, "16:10"), ROBIN.name, "Rang twice at the time, no answer. Left a voicemail.")
    script.stage(QUINN, script.on(-13, "10:00"), ROBIN.name, Stage.CLOSED, "Has left recruiting, says his office")

    script.takes(TARA, script.on(-8, "05:55"), profiles.A_TEAM_THAT_GROWS)
    script.asks_for_report(TARA, script.on(-8, "06:05"), paper="a4")
    script.worker_renders(script.on(-8, "06:06"))


def _consults(script: Script) -> None:
    """A full day today, and the days around it."""
    today = script.now.astimezone(script.zone).date()
    script.takes(ANN, script.on(-4, "20:05"), profiles.WELL_SHORT)
    script.asks_for_report(ANN, script.on(-4, "20:15"))
    script.worker_renders(script.on(-4, "20:16"))
    soon = script.now + timedelta(minutes=20)
    script.books(
        ANN,
        script.on(-3, "08:30"),
        CALL,
        soon,
        earliest=script.now + timedelta(minutes=5),
        note="I freeze when they say “not interested”. Can we practise that one?",
    )
    script.takes(CARLA, script.on(-6, "11:00"), profiles.CLOSE)
    script.books(CARLA, script.on(-6, "11:15"), CALL, script.ago(hours=2))
    script.books(
        DINESH,
        script.on(-1, "06:20"),
        SESSION,
        script.now + timedelta(hours=2),
        earliest=script.now + timedelta(minutes=50),
        note="Two of my team would like to listen in.",
    )
    script.books(XAVER, script.on(-7, "13:00"), CALL, script.on(-2, "11:00"))

    script.worker_reminds(script.now - timedelta(hours=23))
    script.worker_reminds(script.now - timedelta(minutes=35))

    script.takes(ELIN, script.on(-5, "09:30"), profiles.SHORT)
    script.books(ELIN, script.on(-5, "09:45"), CALL, script.on(1, "09:00"), note="My mobile is fine too.")
    script.moves(ELIN, script.on(-2, "22:10"), script.on(2, "16:00"))
    script.books(FARID, script.on(-3, "15:45"), VISIT, script.on(4, "11:00"), note="14 Cedar Row, second floor.")

    script.takes(HUGO, script.on(-16, "18:00"), profiles.NO_GOAL)
    script.books(HUGO, script.on(-16, "18:12"), CALL, script.on(-11, "13:30"))
    script.was_held(HUGO, script.on(-7, "14:00"), held=False)

    script.books(GRACE, script.on(-10, "10:00"), CALL, script.on(-3, "09:30"))
    script.cancels(GRACE, script.on(-8, "16:00"), "A closing was moved to that morning")
    script.asks_for_call(GRACE, script.on(-8, "16:03"), Later.QUARTER)

    script.books(ROSA, script.on(-40, "10:00"), CALL, script.on(-35, "10:00"))
    script.cancels(ROSA, script.on(-39, "08:00"), "")
    script.stage(ROSA, script.on(-30, "09:00"), MAYA.name, Stage.CLOSED, "No answer since the cancellation")
    script.takes(ROSA, script.ago(minutes=26), profiles.by(40, today, profiles.WELL_SHORT))
    script.books(ROSA, script.ago(minutes=6), CALL, script.on(3, "10:00"))


def _three_times(script: Script) -> None:
    """Times by mail: asked for or sent, one taken, none taken, taken back, forgotten, and still open."""
    script.asks_for_times(ZOE, script.on(-9, "10:00"), CALL)
    script.takes_a_time(ZOE, script.on(-9, "15:30"))
    script.was_held(ZOE, script.on(-3, "18:00"))
    script.asks_for_times(REMY, script.on(-7, "09:00"), CALL)
    script.takes_no_time(REMY, script.on(-7, "11:10"))
    script.is_offered_times(ODA, script.on(-6, "14:00"), SESSION, MAYA)
    script.times_are_taken_back(ODA, script.on(-6, "16:45"), MAYA)
    script.is_offered_times(LEON, script.on(-4, "10:30"), SESSION, ROBIN)
    script.times_lapse(script.on(-3, "11:00"))
    script.asks_for_times(YUSUF, script.ago(hours=2), CALL)


def _call_backs_and_stages(script: Script) -> None:
    """Who is to be called: overdue, today, later, and done with."""
    script.takes(JONAS, script.on(-17, "23:05"), profiles.WELL_SHORT)
    script.asks_for_call(JONAS, script.on(-17, "23:20"), Later.TWO_WEEKS)
    script.asks_for_call(KATE, script.on(-14, "12:15"), Later.TWO_WEEKS)
    script.asks_for_call(LIAM, script.on(-5, "14:40"), Later.TWO_WEEKS)
    script.asks_for_call(WANDA, script.on(-19, "10:30"), Later.TWO_WEEKS)
    script.note(WANDA, script.on(-5, "10:00"), MAYA.name, "Reached her between two showings. She books by herself.")

    script.looks_after(WANDA, script.on(-5, "10:05"), MAYA)
    script.looks_after(JONAS, script.on(-4, "09:00"), ROBIN)
    script.puts_right(KATE, script.on(-2, "09:05"), ROBIN, company="Dunmore Homes")
    script.turns_out_to_be(KATE, script.on(-2, "09:10"), "kate.dunmore@example.net", ROBIN)


def _unfinished(script: Script) -> None:
    """What is under way, went wrong, or belongs to nobody yet."""
    script.starts(script.on(-3, "22:50"), profiles.AN_OFFICE, pages=6)
    script.starts(script.on(-1, "16:20"), profiles.AN_OFFICE, pages=0)
    script.starts(script.on(-1, "18:00"), profiles.ON_PACE)

    script.books(PAVEL, script.on(-1, "10:00"), CALL, script.on(6, "10:30"))
    script.scene(
        script.on(-1, "10:01"),
        lambda at: _mail_server_said(PAVEL.address, LetterState.FAILED, 1, at, "SMTPRecipientsRefused"),
    )
    script.takes(OLGA, script.ago(minutes=95), profiles.SHORT)
    script.asks_for_report(OLGA, script.ago(minutes=80))
    script.worker_renders(script.ago(minutes=79), fails=True, mail_leaves=False)
    later = script.now + timedelta(minutes=50)
    script.scene(
        script.ago(minutes=78),
        lambda at: _mail_server_said(OLGA.address, LetterState.WAITING, 4, later, "TimeoutError"),
    )
    script.scene(
        script.ago(minutes=2),
        lambda at: _mail_server_said(ROSA.address, LetterState.SENDING, 1, at, ""),
        mail_leaves=False,
    )
    script.holds(VICTOR, script.ago(hours=3), CALL, script.on(8, "11:00"))
    script.holds(UMA, script.ago(minutes=3), CALL, script.on(8, "15:00"))
    script.takes(NOAH, script.ago(minutes=14), profiles.AN_OFFICE)
    script.asks_for_report(NOAH, script.ago(minutes=1))


def _mail_server_said(address: str, state: LetterState, tries: int, due_at: datetime, trouble: str) -> None:
    """What a mail server would have done to the latest letter to somebody; the sample has none to talk to."""
    letter = session().scalars(select(Letter).where(Letter.recipient == address).order_by(Letter.id.desc())).first()
    assert letter is not None
    letter.state, letter.tries, letter.due_at, letter.trouble = state, tries, due_at, trouble
    letter.sent_at = None
    session().flush()
