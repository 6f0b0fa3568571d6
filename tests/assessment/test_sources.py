"""The sources and what is said of them agree with what the model assumes."""

import inspect
import re

import pytest
from scipy import special

from assessment import assumptions
from assessment.assumptions import CURRENT
from assessment.funnel import mean
from assessment.sources import GRADES, HOUSE_SOURCES, PRIORS, SOURCES, THEMES, Prior, basis_by_grade

BY_KEY = {source.key: source for source in SOURCES}


def test_every_source_has_one_key_a_grade_and_a_use():
    assert len(BY_KEY) == len(SOURCES) == sum(len(theme.sources) for theme in THEMES)
    for source in SOURCES:
        assert re.fullmatch(r"S\d+[a-d]?", source.key)
        assert source.grade in GRADES
        assert source.title
        assert source.where
        assert source.use
        assert source.link == "" or source.link.startswith("https://")


def test_what_is_cited_is_listed_and_marked_as_a_basis():
    cited = {key for prior in PRIORS for key in prior.sources} | set(HOUSE_SOURCES)

    assert {key for key in cited if key not in BY_KEY or not BY_KEY[key].basis} == set()


@pytest.mark.parametrize("prior", PRIORS, ids=lambda prior: prior.name)
def test_nothing_of_the_lowest_grade_feeds_an_assumption_alone(prior: Prior):
    assert min(BY_KEY[key].grade for key in prior.sources) < "D"


def test_the_assumptions_cite_sources_that_are_listed():
    told = inspect.getsource(assumptions)

    assert {key for key in re.findall(r"\[(S\d+[a-d]?)\]", told) if key not in BY_KEY} == set()


def test_the_report_lists_the_basis_the_best_grade_first():
    grouped = basis_by_grade()

    assert list(grouped) == ["A", "B", "C", "D"]
    assert [source for sources in grouped.values() for source in sources if not source.basis] == []
    assert sum(len(sources) for sources in grouped.values()) == sum(source.basis for source in SOURCES)


BETAS = {
    "Calls that reach the person live": CURRENT.reach_prior,
    "Conversations that lead to a meeting, mixed contacts": CURRENT.meeting_prior["mixed"],
    "Conversations that lead to a meeting, mostly cold": CURRENT.meeting_prior["cold"],
    "Conversations that lead to a meeting, mostly introduced": CURRENT.meeting_prior["introduced"],
    "Meetings that lead to a joiner, mixed contacts": CURRENT.joining_prior["mixed"],
    "Meetings that lead to a joiner, mostly cold": CURRENT.joining_prior["cold"],
    "Meetings that lead to a joiner, mostly introduced": CURRENT.joining_prior["introduced"],
    "Agents of an office who leave in a year": CURRENT.attrition_prior,
}


@pytest.mark.parametrize("name", BETAS)
def test_what_is_said_of_a_rate_is_what_is_assumed(name: str):
    prior = next(prior for prior in PRIORS if prior.name == name)
    beta = BETAS[name]

    assert prior.formula == f"Beta({beta[0]:g}, {beta[1]:g})"
    said = [int(number) for number in re.findall(r"\d+", prior.said.replace("in 100", ""))]
    assert said[0] == round(100 * mean(beta))
    if len(said) == 3:
        assert said[1:] == [round(100 * float(special.betaincinv(*beta, share))) for share in (0.1, 0.9)]


def test_no_unstable_share_is_shown():
    for source in SOURCES:
        if source.key == "S47":
            assert source.use.startswith("nothing")
            assert not source.basis
