"""Where the assumptions come from, each source with its grade. Nothing graded D feeds an assumption on its own."""

from dataclasses import dataclass

GRADES = {
    "A": "peer-reviewed, or a probability survey",
    "B": "a large operating data set, published by a vendor or an operator, method partly described",
    "C": "a practitioner's own number or statement",
    "D": "a collection or a vendor's page without a method that could be checked",
}


@dataclass(frozen=True)
class Source:
    """One source: its short name, what it is, where it is, how good it is, and what it was used for."""

    key: str
    title: str
    where: str
    grade: str
    used_for: str


@dataclass(frozen=True)
class Prior:
    """One assumed rate: what it is, the range in which it lies 8 times in 10, and its sources."""

    name: str
    said: str
    formula: str
    sources: tuple[str, ...]


PRIORS = (
    Prior("Call → live conversation", "about 15 in 100 (6 to 26)", "Beta(3, 17)", ("S7", "S8", "S10", "S33")),
    Prior(
        "Conversation → meeting, mixed contacts", "about 9 in 100 (3 to 17)", "Beta(2, 20)", ("S1", "S8", "S9", "S15")
    ),
    Prior("Conversation → meeting, mostly cold", "about 7 in 100", "Beta(1.6, 22.4)", ("S3", "S23")),
    Prior("Conversation → meeting, mostly introduced", "about 15 in 100", "Beta(3, 17)", ("S3", "S23")),
    Prior("Meeting → joined, mixed contacts", "about 20 in 100 (8 to 34)", "Beta(3, 12)", ("S1", "S3", "S15")),
    Prior("Meeting → joined, mostly cold", "about 18 in 100", "Beta(3, 14)", ("S3", "S23")),
    Prior("Meeting → joined, mostly introduced", "about 27 in 100", "Beta(3.5, 9.5)", ("S3", "S23")),
    Prior("Agents of an office who leave in a year", "about 12 in 100 (5 to 21)", "Beta(3, 22)", ("S2", "S5", "S6")),
    Prior("New joiners gone again within a year", "20 in 100", "fixed", ("S5b", "S27")),
    Prior("From conversation to joining", "20 weeks on average (5 to 39)", "Erlang-2; our judgement", ("S1b",)),
    Prior(
        "Minutes for a call, and for a conversation with its note", "2 and 12", "fixed; our judgement", ("S4", "S10")
    ),
)

SOURCES = (
    Source(
        "S1",
        "Recruiting Insight, Abundant Recruiting Prospects, 2022",
        "recruitinginsight.us",
        "C",
        "the funnel of this niche",
    ),
    Source(
        "S1b", "Recruiting Insight, Hiring Success in the Follow-Up", "recruitinginsight.us", "C", "how long it takes"
    ),
    Source(
        "S2",
        "Peterson, The Surprising Data on Recruiting, 2019",
        "petersonres.com",
        "B",
        "how many agents move; list size",
    ),
    Source(
        "S3", "Peterson, Recruiting Benchmarks Don't Exist, 2019", "petersonres.com", "C", "introduced against cold"
    ),
    Source("S4", "Peterson, We Made 2994 Recruiting Calls, 2019", "petersonres.com", "B", "calls in an hour"),
    Source(
        "S5",
        "Recruiting Insight's report on agent movement, seen in a copy",
        "the original was not found",
        "B",
        "agents who leave",
    ),
    Source("S5b", "Kasby IQ, agent retention", "kasbyiq.com", "D", "joiners who leave again, with S27"),
    Source(
        "S6",
        "DelPrete and Inman Intel on agent churn, 2024, seen in a copy",
        "the original was not read",
        "B",
        "agents who leave",
    ),
    Source("S7", "30MPC and Gong, Is Cold Calling Actually Dead?, 2024", "30mpc.com", "B", "calls that reach somebody"),
    Source("S8", "Belkins, B2B cold calling statistics", "belkins.io", "B", "calls that reach somebody; meetings"),
    Source("S9", "Cognism, State of Cold Calling, 2024", "cognism.com", "B", "meetings"),
    Source(
        "S10",
        "Keller Center, Has Cold Calling Gone Cold?, 2012",
        "baylor.edu",
        "B",
        "calls that reach somebody; calls in an hour",
    ),
    Source("S15", "Radin, Hitting the Magic Numbers, 2005", "billradin.com", "C", "meetings; joining"),
    Source("S23", "SHRM on Lever, 1 in 100 Candidates Is Hired", "shrm.org", "B", "introduced against cold"),
    Source("S27", "ThirdPool, Track Your Failed Hire Rate", "recruitinginsight.us", "C", "joiners who leave again"),
    Source(
        "S30",
        "Roghanizad and Bohns, J. Exp. Soc. Psychol., 2017",
        "doi 10.1016/j.jesp.2016.10.002",
        "A",
        "asking in person",
    ),
    Source("S33", "Pew Research Center, unknown numbers, 2020", "pewresearch.org", "A", "calls that reach somebody"),
    Source(
        "S36", "ThirdPool, Why Recruiting is a Low Priority, 2019", "thirdpool.com", "C", "five hours a week as enough"
    ),
    Source(
        "S39",
        "Recruiting Insight, Why Most Hiring Managers Don't Reach Their Goals, 2024",
        "recruitinginsight.net",
        "C",
        "reasons managers give",
    ),
    Source(
        "S40", "Gollwitzer and Sheeran, 94 tests of if–then plans, 2006", "researchgate 37367696", "A", "fixed blocks"
    ),
    Source("S42", "Harkin and others, monitoring progress, 2016", "doi 10.1037/bul0000025", "A", "the visible count"),
    Source(
        "S43",
        "Taylor, Russ-Eft and Chan, behaviour modelling, 2005",
        "doi 10.1037/0021-9010.90.4.692",
        "A",
        "rehearsal; steps of the levers",
    ),
    Source(
        "S44", "Sandstrom, Boothby and Cooney, J. Exp. Soc. Psychol. 102, 2022", "article 104356", "A", "hesitation"
    ),
    Source(
        "S51",
        "Boase and Ling, self-reported phone use, 2013",
        "doi 10.1111/jcc4.12021",
        "A",
        "how far counts may be off",
    ),
    Source("S52", "Kobayashi and Boase, 310 phone users, 2012", "in a journal", "A", "how far counts may be off"),
    Source("S61", "Fernandes and others, quantile dot plots, 2018", "CHI 2018", "A", "dots instead of percentages"),
)

HOUSE_SOURCES = ("S1", "S1b", "S5", "S27", "S36", "S39")
