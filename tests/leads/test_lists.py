"""People found, counted and put in order."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as some

from kit.db import transaction
from kit.sorting import Sort
from leads import changes, lists, saved, services
from leads.changes import Details
from leads.lists import PAGE_SIZE, CallBack, Consult, Wanted
from leads.models import HappeningKind, Lead, Stage
from leads.origin import Origin
from tests.staff.signed_in import an_account

AT = datetime(2026, 10, 31, 22, 30, tzinfo=UTC)


def a_lead(name: str, *, company: str = "", address: str = "", day: int = 0, stage: Stage = Stage.NEW) -> Lead:
    at = AT + timedelta(days=day)
    address = address or f"{name.lower()}@example.com"
    lead = services.capture(address=address, name=name, at=at, company=company)
    if stage is not Stage.NEW:
        services.move_stage(lead, stage, author="Robin Vale", at=at, reason="said so")
    return lead


def names(
    *, sort: Sort = lists.NEWEST, ranks: Sequence[object] = (), today: date | None = None, **wanted: Any
) -> list[str]:
    return [lead.name for lead in lists.list_leads(Wanted(**wanted), sort=sort, ranks=ranks, today=today).leads]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", ["Cy", "Bob", "Ann"]),
        ("ann", ["Ann"]),
        ("HARBOR", ["Ann"]),
        ("b@EXAMPLE", ["Bob"]),
        ("%", []),
        ("50 %", ["Cy"]),
        ("_", []),
        ("\\", []),
        ("real har", ["Ann"]),
        ("arbor", []),
        ("ármin", ["Bob"]),
        ("x' OR 1=1 --", []),
    ],
)
def test_people_are_found_by_name_address_and_company(app: Flask, search: str, found: list[str]):
    a_lead("Ann", company="Harbor Realty")
    a_lead("Bob", address="bo_b@example.com", company="Armin & Söhne", day=1)
    a_lead("Cy", company="The 50 % Office", day=2)

    assert names(search=search) == found


def test_a_list_can_be_held_to_one_stage(app: Flask):
    a_lead("Ann", stage=Stage.CLIENT)
    a_lead("Bob", day=1)
    a_lead("Cy", stage=Stage.CLIENT, day=2)

    assert names(stage=Stage.CLIENT) == ["Cy", "Ann"]
    assert names(stage=Stage.CLIENT, search="ann") == ["Ann"]
    assert names(stage=Stage.CLOSED) == []


def test_stages_are_counted_among_those_who_are_looked_for(app: Flask):
    a_lead("Ann", company="Harbor Realty", stage=Stage.CLIENT)
    a_lead("Bob", company="Harbor Realty")
    a_lead("Cy")

    assert lists.count_by_stage() == {Stage.CLIENT: 1, Stage.NEW: 2}
    assert lists.count_by_stage(Wanted(search="harbor")) == {Stage.CLIENT: 1, Stage.NEW: 1}


def test_a_list_runs_by_latest_news_by_name_or_by_first_contact(app: Flask):
    a_lead("bob")
    a_lead("Ann", day=1)
    a_lead("", address="cy@example.com", day=2)
    with transaction():
        services.add_note(
            lists.list_leads(Wanted(search="bob")).leads[0], text="x", author="R", at=AT + timedelta(days=9)
        )

    assert names() == ["bob", "", "Ann"]
    assert names(sort=Sort("news")) == ["Ann", "", "bob"]
    assert names(sort=Sort("name")) == ["Ann", "bob", ""]
    assert names(sort=Sort("known", down=True)) == ["", "Ann", "bob"]


@pytest.mark.parametrize("search", ["", "example"])
def test_a_list_runs_by_ranks_and_in_a_rank_by_latest_news(app: Flask, search: str):
    robin, sam = an_account(), an_account(email="sam@example.com", name="Sam Holm")
    for day, (name, stage, owner) in enumerate(
        [
            ("Ann", Stage.CLIENT, robin),
            ("Bob", Stage.NEW, sam),
            ("Cy", Stage.CLIENT, None),
            ("Di", Stage.ENGAGED, robin),
        ]
    ):
        lead = a_lead(name, day=day, stage=stage)
        if owner is not None:
            changes.change(lead, Details(name, "", "", owner.id), seen=lead.revision, by=robin, at=lead.seen_at)

    by_stage, by_owner = (Sort("stage"), tuple(Stage)), (Sort("owner"), (sam.id, robin.id))

    assert names(sort=by_stage[0], ranks=by_stage[1], search=search) == ["Bob", "Di", "Cy", "Ann"]
    assert names(sort=Sort("stage", down=True), ranks=tuple(Stage), search=search) == ["Cy", "Ann", "Di", "Bob"]
    assert names(sort=by_owner[0], ranks=by_owner[1], search=search) == ["Bob", "Di", "Ann", "Cy"]
    assert names(sort=Sort("owner"), ranks=(robin.id,), search=search) == ["Di", "Ann", "Bob", "Cy"]
    assert names(sort=Sort("owner", down=True), ranks=(robin.id, None), search=search) == ["Cy", "Di", "Ann", "Bob"]


def test_pages_of_a_ranked_list_hold_everybody_once(app: Flask):
    with transaction():
        for number in range(PAGE_SIZE + 30):
            a_lead(f"Lead{number:03d}", day=number % 7, stage=tuple(Stage)[number % 3])

    pages = [lists.list_leads(sort=Sort("stage"), ranks=tuple(Stage), number=number) for number in (1, 2)]
    found = [lead for page in pages for lead in page.leads]

    assert [page.number for page in pages] == [1, 2]
    assert found == sorted(
        found, key=lambda lead: (tuple(Stage).index(lead.stage), -lead.seen_at.timestamp(), -lead.id)
    )
    assert len({lead.id for lead in found}) == PAGE_SIZE + 30


def test_pages_hold_everybody_once(app: Flask):
    with transaction():
        for number in range(PAGE_SIZE + 3):
            a_lead(f"Lead{number:03d}")

    first, second = lists.list_leads(number=1), lists.list_leads(number=2)

    assert (first.pages, first.total, len(first.leads), len(second.leads)) == (2, PAGE_SIZE + 3, PAGE_SIZE, 3)
    assert len({lead.id for lead in (*first.leads, *second.leads)}) == PAGE_SIZE + 3


def test_a_list_is_held_to_whatever_is_wanted(app: Flask):
    robin = an_account()
    ann, bob, cy = a_lead("Ann"), a_lead("Bob", day=1), a_lead("Cy", day=2)
    services.record(ann, HappeningKind.ASSESSMENT_TAKEN, at=AT, headline="Taken", facts={"band": "On pace"})
    services.record(bob, HappeningKind.CONSULT_BOOKED, at=AT, headline="Booked")
    facts = {"due": "2026-11-20"}
    services.record(cy, HappeningKind.CALL_BACK_ASKED, at=AT, headline="Call me", facts=facts)
    changes.change(ann, Details("Ann", "", "", robin.id), seen=0, by=robin, at=AT)
    services.capture(
        address="di@example.com", name="Di", at=AT, origin=Origin("the-no", referrer="https://www.a.example/")
    )

    assert names(band="On pace") == ["Ann"]
    assert names(owner=str(robin.id)) == ["Ann"]
    assert names(owner="nobody", search="b") == ["Bob"]
    assert names(consult=Consult.BOOKED) == ["Bob"]
    assert names(consult=Consult.NEVER) == ["Cy", "Di", "Ann"]
    assert names(call_back=CallBack.ASKED) == ["Cy"]
    assert names(call_back=CallBack.DUE, today=date(2026, 11, 19)) == []
    assert names(call_back=CallBack.DUE, today=date(2026, 11, 20)) == ["Cy"]
    assert names(story="the-no") == ["Di"]
    assert names(source="a.example") == ["Di"]
    assert names(source="a.example", story="the-no", stage=Stage.CLIENT) == []
    assert lists.choices(Lead.story) == ("the-no",)
    assert lists.choices(Lead.band) == ("On pace",)


def test_notes_and_numbers_are_found_too(app: Flask):
    ann = services.capture(address="ann@example.com", name="Ann", phone="+1 (555) 010-0199", at=AT)
    services.add_note(ann, text="Met at the Harbour fair; her dog is called Rex.", author="Robin", at=AT)

    assert names(search="rex") == names(search="harbour dog") == names(search="+1 555 010") == ["Ann"]
    assert names(search="rex cat") == []


def test_a_word_that_very_many_have_finds_all_of_them(app: Flask, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lists, "FEW", 2)
    for name in ("Ann", "Bob", "Cy", "Di"):
        a_lead(name, company="Harbor Realty" if name < "C" else "")

    assert sorted(names(search="example")) == ["Ann", "Bob", "Cy", "Di"]
    assert sorted(names(search="example harbor")) == ["Ann", "Bob"]
    assert names(search="example com cy") == ["Cy"]


def test_of_very_many_it_is_said_that_there_are_more(app: Flask, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lists, "COUNTED_MOST", 2)
    for name in ("Ann", "Bob", "Cy", "Di"):
        a_lead(name)

    page = lists.list_leads()

    assert (page.total, page.total_said, len(page.leads)) == (3, "more than 2", 4)
    assert lists.count_by_stage() == {Stage.NEW: 3}
    assert lists.count_by_stage(Wanted(search="example")) == dict.fromkeys(Stage, None)


@given(
    some.builds(
        Wanted,
        search=some.text(max_size=30).map(str.strip),
        stage=some.none() | some.sampled_from(Stage),
        owner=some.sampled_from(["", "nobody", "7"]),
        band=some.text(max_size=30),
        call_back=some.none() | some.sampled_from(CallBack),
        consult=some.none() | some.sampled_from(Consult),
    )
)
def test_an_address_says_what_is_wanted(wanted: Wanted):
    assert Wanted.from_query(dict(parse_qsl(wanted.to_query()))) == wanted


@given(some.dictionaries(some.sampled_from(list(asdict(Wanted()))), some.text(max_size=20)))
def test_whatever_an_address_asks_for_is_answered(query: dict[str, str]):
    wanted = Wanted.from_query(query)

    assert wanted.owner == "" or wanted.owner == "nobody" or int(wanted.owner) >= 0


def test_a_list_that_is_kept_can_be_seen_again_by_its_own_reader(app: Flask):
    robin, maya = an_account(), an_account("Maya Lind", "maya@example.com")
    saved.keep(robin, "Clients", Wanted(stage=Stage.CLIENT))
    saved.keep(robin, "Clients", Wanted(stage=Stage.CLIENT, search="harbor"))
    saved.keep(robin, "A list", Wanted(band="On pace"))

    assert [(view.name, view.query) for view in saved.views_of(robin)] == [
        ("A list", "band=On+pace"),
        ("Clients", "search=harbor&stage=client"),
    ]
    assert saved.views_of(maya) == []
    saved.remove(maya, saved.views_of(robin)[0].id)
    assert len(saved.views_of(robin)) == 2
    saved.remove(robin, saved.views_of(robin)[0].id)
    assert [view.name for view in saved.views_of(robin)] == ["Clients"]


def test_nobody_keeps_lists_without_an_end(app: Flask):
    robin = an_account()
    for number in range(saved.MOST):
        saved.keep(robin, f"List {number}", Wanted(search=str(number)))

    with pytest.raises(saved.TooManyViews):
        saved.keep(robin, "One more", Wanted(search="x"))


def test_with_very_many_ranks_nobody_is_left_out(app: Flask, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lists, "MOST_RANKS", 1)
    robin, sam = an_account(), an_account(email="sam@example.com", name="Sam Holm")
    for day, owner in enumerate((robin, sam, sam)):
        lead = a_lead(f"Lead{day}", day=day)
        changes.change(lead, Details(lead.name, "", "", owner.id), seen=0, by=robin, at=lead.seen_at)
    a_lead("Nobody's", address="none@example.com", day=5)

    assert names(sort=Sort("owner"), ranks=(sam.id,)) == ["Lead2", "Lead1", "Lead0", "Nobody's"]
