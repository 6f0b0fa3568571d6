"""The facts of a happening, said so that a person can read them."""

from typing import Any

import pytest

from desk.facts import Row, answers_of, links_of, say_facts, say_value, text_of

ZONE = "America/New_York"
TITLES = {"the-night-supervisor": "The night supervisor"}


@pytest.mark.parametrize(
    ("facts", "rows"),
    [
        ({}, []),
        ({"gap": "7 a week", "unknown": "x", "line": [4, 11]}, [Row("Gap", "7 a week")]),
        ({"gap": "", "reason": None, "in the way": []}, []),
        ({"story": "the-night-supervisor"}, [Row("Story", "The night supervisor", "/stories/the-night-supervisor")]),
        ({"story": "gone"}, [Row("Story", "gone", "/stories/gone")]),
        ({"start": "2026-11-02T15:00:00+00:00"}, [Row("When", "2 November 2026, 10:00\xa0am (UTC−05:00)")]),
        ({"was": "2026-10-30T14:00:00+00:00"}, [Row("Before", "30 October 2026, 10:00\xa0am (UTC−04:00)")]),
        ({"due": "2026-11-14"}, [Row("On", "Saturday 14 November 2026")]),
        ({"reference": "1A6BA782"}, [Row("Reference", "1A6BA782", "/desk/consults/1A6BA782")]),
        ({"in the way": ["This", "That"]}, [Row("In the way", "This\nThat")]),
        ({"from": "new", "reason": "2026-11-02"}, [Row("Before", "new"), Row("Reason", "2026-11-02")]),
        ({"held": 4.5}, [Row("Held", "4.5")]),
    ],
)
def test_facts_are_said_in_rows(facts: dict[str, Any], rows: list[Row]):
    assert say_facts(facts, ZONE, TITLES) == rows


def test_rows_stand_in_one_order_whatever_order_the_facts_have():
    facts = {"reason": "Later", "gap": "7", "goal": "10 agents", "story": "x"}

    labels = [row.label for row in say_facts(facts, ZONE, {})]

    assert labels == [row.label for row in say_facts(dict(reversed(facts.items())), ZONE, {})]
    assert labels == ["Story", "Goal", "Gap", "Reason"]


def test_what_somebody_wrote_is_told_as_they_wrote_it():
    assert text_of({"text": "2026-11-02\nCall"}) == "2026-11-02\nCall"
    assert text_of({}) == ""


def test_answers_and_links_are_told_apart():
    facts = {"answers": [["Agents", "10"], ["By when?", "In 12 months"]], "result": "/r", "link": "/l"}

    assert answers_of(facts) == [Row("Agents", "10"), Row("By when?", "In 12 months")]
    assert links_of(facts) == [Row("The result as they saw it", "", "/r"), Row("The report", "", "/l")]
    assert (answers_of({}), links_of({})) == ([], [])


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (True, "yes"),
        (False, "no"),
        (7, "7"),
        (4.25, "4.25"),
        ("2026-11-02T15:00:00+00:00", "2 November 2026, 10:00\xa0am (UTC−05:00)"),
        ("2026-10-30T14:00:00.508365+00:00", "30 October 2026, 10:00\xa0am (UTC−04:00)"),
        ("2026-11-02", "2026-11-02"),
        ("2026-13-02T15:00", "2026-13-02T15:00"),
        ("9999-99-99T99:99:99+00:00", "9999-99-99T99:99:99+00:00"),
        ("Call me at 2026-11-02T15:00:00+00:00", "Call me at 2026-11-02T15:00:00+00:00"),
    ],
)
def test_what_is_kept_is_said_as_a_person_reads_it(value: object, said: str):
    assert say_value(value, ZONE) == said
