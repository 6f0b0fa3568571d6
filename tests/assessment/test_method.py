"""The method page: a case can be followed to the number, and every assumption changed."""

from dataclasses import fields, replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from assessment.assumptions import CURRENT, Assumptions
from assessment.funnel import Inputs
from assessment.method_forms import case_of, make_method_form
from assessment.trial import Other, assumed, compare, look, ours_said
from assessment.worked import worked
from tests.assessment.builders import ON, VARIANTS, some_inputs
from tests.assessment.scored import a_scored
from tests.page import Page

COUNT = "/assessment/method/count"


def counted(client: FlaskClient, **typed: Any) -> Page:
    case = {"held4": "20", "goal": "12", "weeks": "52"}
    return Page(client.get(COUNT, query_string=case | typed), client)


def rows(page: Page) -> dict[str, list[str]]:
    """What comes out: name → ours, and yours where there is one."""
    found = [[cell.text_content().strip() for cell in row] for row in page.all("table tbody tr")]
    return {row[0]: row[1:] for row in found}


def steps(page: Page) -> dict[str, str]:
    return dict(zip(page.texts(".worked .name"), page.texts(".worked strong"), strict=True))


def test_the_case_worked_by_hand_can_be_followed(client: FlaskClient):
    page = Page(client.get(COUNT), client)

    found = steps(page)
    assert found["Present pace, λ"] == "5.125 a week"
    assert found["Joiners for a conversation, y"] == "0.01818, 1 in 55"
    assert found["Active share of the year, φ"] == "0.8846"
    assert (found["Weeks to come that still pay off, E new"], found["Weeks behind that still pay off, E carry"]) == (
        "32.40",
        "19.60",
    )
    assert found["Expected joiners at the present pace"] == "4.29"
    assert found["Planning pace"] == "19.93 a week"
    assert found["Hours a week at the planning pace"] == "10.3"
    assert found["Chance at the present pace"].startswith("0.07")
    assert page.texts(".worked .sum")[1] == "2 ÷ (2 + 20)"


def test_a_net_goal_is_followed_through_its_leavers(client: FlaskClient):
    page = counted(client, goal="5", goal_type="net", roster="60", left12="8")

    found = steps(page)
    assert found["Leavers to be expected"] == "7.11"
    assert "New joiners lost again" in found
    assert float(found["Planning pace"].split()[0]) > 15


@pytest.mark.parametrize("variant", [name for name in VARIANTS if name != "no count"])
def test_every_kind_of_result_leads_to_its_own_numbers(client: FlaskClient, variant: str):
    answers = VARIANTS[variant]
    inputs = answers.inputs(ON)
    assert inputs is not None

    typed = make_method_form(MultiDict(case_of(inputs)))

    assert typed.validate(), typed.errors
    assert typed.inputs() == inputs


def test_the_result_leads_to_its_own_numbers(client: FlaskClient):
    result = Page(client.get(f"/assessment/result/{a_scored().key}"), client)
    link = result.links["follow your own numbers step by step"]

    page = Page(client.get(link), client)

    assert page.status == 200
    assert steps(page)["Planning pace"].startswith("11.")
    assert a_scored().key not in link


# Each field, something else to assume, and an outcome that must then differ.
CHANGES = {
    "meeting": ("5", "Planning pace, a week"),
    "meeting_firmness": ("200", "Planning pace, 8 in 10"),
    "joining": ("10", "Planning pace, a week"),
    "joining_firmness": ("200", "Planning pace, 8 in 10"),
    "reach": ("30", "Hours a week at the planning pace"),
    "reach_firmness": ("6", "Hours a week at the planning pace"),
    "lag": ("52", "Planning pace, a week"),
    "recruiting_weeks": ("30", "Planning pace, a week"),
    "minutes_per_attempt": ("10", "Hours a week at the planning pace"),
    "minutes_per_conversation": ("40", "Hours a week at the planning pace"),
    "list_most": ("20", "Names the list should hold"),
    "list_least": ("0.5", "Names the list should hold"),
    "fewer_returns": ("30", "A week, if further conversations bring less"),
    "own_weight": ("100", "Conversations for one joiner"),
    "reporting_spread": ("100", "Planning pace, 8 in 10"),
    "year_drift": ("90", "Planning pace, 8 in 10"),
    "attrition": ("40", "Planning pace, a week"),
    "attrition_firmness": ("2", "Chance at the present pace"),
    "new_joiners_gone": ("70", "Planning pace, a week"),
}
KNOWN = {"meetings": "3", "joined12": "9", "goal_type": "net", "roster": "60", "left12": "2"}


@pytest.mark.parametrize("field", CHANGES)
def test_each_assumption_can_be_changed_and_matters(client: FlaskClient, field: str):
    typed, outcome = CHANGES[field]
    known = KNOWN if field in ("own_weight", "reporting_spread", "year_drift", "new_joiners_gone") else {}
    net = {"goal_type": "net", "goal": "8", "roster": "300"} if field.startswith("attrition") else {}

    page = counted(client, **{field: typed}, **known, **net)

    ours, yours = rows(page)[outcome]
    assert ours != yours


def test_every_assumption_of_the_model_is_on_the_page():
    """All but what only the score of calling hours, the levers and the numerical rule use."""
    elsewhere = {"version", "weeks_before", "own_cap", "past_ratio", "hours_ceiling", "lever_hours"}
    elsewhere |= {field.name for field in fields(Assumptions) if field.name.endswith("_step")} | {"protected_weeks"}
    elsewhere |= {"rate_points", "reporting_points", "bin_width", "largest_volume"}
    here = {
        *("recruiting_weeks", "minutes_per_attempt", "minutes_per_conversation", "new_joiners_gone_in_a_year"),
        *("meeting_prior", "joining_prior", "reach_prior", "attrition_prior", "own_weight", "reporting_spread"),
        *("year_drift", "lag_weeks", "list_share", "fewer_returns"),
    }

    assert {field.name for field in fields(Assumptions)} == elsewhere | here
    assert set(ours_said(some_inputs())) == set(CHANGES)


def test_what_stays_empty_is_ours(client: FlaskClient):
    inputs = some_inputs(meetings=(2, 10), joined12=5, past="same")

    assert look(inputs, assumed(inputs, Other())).need_mean == look(inputs, CURRENT).need_mean
    assert [len(row) for row in rows(counted(client)).values()] == [1] * 11


@given(
    st.floats(0.01, 0.9),
    st.floats(2, 400),
    st.sampled_from(["meeting", "joining", "reach", "attrition"]),
)
def test_any_rate_can_be_assumed(share: float, firmness: float, name: str):
    inputs = some_inputs(goal_type="net", goal=4, roster=30)
    other = Other(rates={name: share}, firmness={name: max(firmness, 4)})

    outlook = look(inputs, assumed(inputs, other))

    assert 0 <= outlook.chance <= 1
    assert outlook.need_mean >= 0
    assert outlook.funnel.hours > 0
    assert compare(look(inputs, CURRENT), outlook)
    assert worked(outlook)


def test_a_higher_rate_never_asks_for_more():
    inputs = some_inputs()
    paces = [look(inputs, assumed(inputs, Other(rates={"meeting": rate}))).need_mean for rate in (0.02, 0.05, 0.1, 0.3)]

    assert paces == sorted(paces, reverse=True)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"held4": ""}, "Type a number"),
        ({"held4": "many"}, "Type a whole number from 0 to 400, in digits"),
        ({"goal": "0"}, "A goal of joiners must be 1 or more; 0 is possible for net growth"),
        ({"weeks": "3"}, "The number must be from 4 to 104"),
        ({"meetings": "11"}, "It cannot be more than 10, which is how many there were"),
        ({"meetings_of": "20"}, "Type how many of them, or leave both empty"),
        ({"goal_type": "net"}, "Type a number"),
        ({"meeting": "99"}, "The number must be from 0.1 to 90"),
        ({"lag": "soon"}, "Type a number, such as 9.1"),
        ({"mix": "lukewarm"}, "Not a valid choice."),
    ],
)
def test_a_slip_is_named_and_what_was_typed_stays(client: FlaskClient, typed: dict[str, str], sentence: str):
    page = counted(client, **typed)

    assert page.status == 422
    assert sentence in page.errors
    for name, value in typed.items():
        if name != "mix":
            assert page.form().values[name] == [value]


def test_an_input_of_numbers_alone_is_a_case():
    assert case_of(Inputs(goal=12, weeks=52, held4=20, reached=(0, 0))) == case_of(
        replace(Inputs(goal=12, weeks=52, held4=20))
    )
