"""The questions, as data: what is asked, in which order, what may be left open, and which are skipped.

Facts come before the goal, so that the goal cannot colour the count; what gets in the way comes last. Numbers are
typed, never offered as ranges. The wording is versioned with the question set.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final

SECTIONS = (
    "Who you answer for",
    "The last four weeks",
    "What came of it",
    "Your goal",
    "How you work",
    "What gets in the way",
)
BASIS = (("logged", "I looked it up"), ("estimate", "It is an estimate"))
I_DONT_KNOW = "I don't know"


@dataclass(frozen=True)
class Number:
    """A typed number. `halves` lets it end in .5; `step` asks for multiples."""

    name: str
    label: str
    least: int
    most: int
    hint: str = ""
    suffix: str = ""
    main: bool = True
    halves: bool = False
    step: int = 1


@dataclass(frozen=True)
class OutOf:
    """`x` of the last ten, or of an exact `n` up to `most`."""

    name: str
    label: str
    most: int = 1000
    main: bool = True


@dataclass(frozen=True)
class OneOf:
    """One of several. `values` turns the chosen key into what is stored; None is a real answer: "no such case"."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...]
    main: bool = True
    hint: str = ""
    stored: Mapping[str, Any] = field(default_factory=dict)

    def value(self, key: str) -> Any:
        """What is stored for a chosen option."""
        return self.stored.get(key, key)

    def key(self, value: Any) -> str | None:
        """The option that a stored value stands for."""
        return next((key for key, _ in self.options if self.value(key) == value), None)


@dataclass(frozen=True)
class Deadline:
    """In 12 months, or on a date 4 to 104 weeks away."""

    name: str
    label: str
    main: bool = True


@dataclass(frozen=True)
class UpTo:
    """Some of several, at most `most`, or the exclusive last one, or words of one's own."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...]
    exclusive: str
    other: str
    most: int = 2
    main: bool = True


Asked = Number | OutOf | OneOf | Deadline | UpTo


@dataclass(frozen=True)
class Question:
    """One page. `unknown` labels the button that leaves it open; empty where it cannot be. `applies` skips it.

    Where several facts are asked, `keeps_known` says that the button leaves open only what was left empty.
    """

    key: str
    section: int
    title: str
    fields: tuple[Asked, ...]
    help: str = ""
    unknown: str = I_DONT_KNOW
    keeps_known: bool = False
    applies: Callable[[Mapping[str, Any]], bool] = lambda answers: True

    @property
    def asks_itself(self) -> bool:
        """Whether the page's one main field is a choice, so that its title is the question of that field."""
        return len(self.mains) == 1 and isinstance(self.mains[0], OneOf | UpTo)

    @property
    def mains(self) -> tuple[Asked, ...]:
        """The fields the question is about."""
        return tuple(asked for asked in self.fields if asked.main)


def _net_goal(answers: Mapping[str, Any]) -> bool:
    return answers.get("goal_type") == "net"


def _numbered(*labels: str) -> tuple[tuple[str, str], ...]:
    return tuple((str(number), label) for number, label in enumerate(labels, 1))


def _numbers(count: int, **more: Any) -> dict[str, Any]:
    return {str(number): number for number in range(1, count + 1)} | more


LIVE_CONVERSATION = (
    "A live conversation is a two-way talk as it happens, by phone, by video or in person, of about two minutes or "
    "more, with an experienced agent who is not in your office, about their business or plans. Voicemail, texts, "
    "e-mail and messages do not count. Follow-up talks do."
)

QUESTIONS: tuple[Question, ...] = (
    Question(
        "scope",
        0,
        "Whom do you answer for?",
        (
            OneOf(
                "scope",
                "Whom do you answer for?",
                (("myself", "Myself"), ("team", "Everyone who recruits with me")),
                hint="Every count, hour and joiner that follows is then of the same people.",
            ),
        ),
        unknown="",
    ),
    Question(
        "held",
        1,
        "In the last four weeks, how many live conversations did you have with experienced agents you would like to "
        "recruit?",
        (
            Number(
                "held4",
                "Live conversations in four weeks",
                0,
                400,
                "Four weeks, not one. If you think in weeks, take your weekly number times 4.",
            ),
            OneOf("held_basis", "Where does the number come from?", BASIS, main=False),
            OneOf(
                "past",
                "Compared with the six months before, that is …",
                (("fewer", "Fewer"), ("same", "About the same"), ("more", "More"), ("unsure", "I can't say")),
                main=False,
                stored={"unsure": None},
            ),
        ),
        LIVE_CONVERSATION,
    ),
    Question(
        "hours",
        1,
        "How much time went into recruiting calls?",
        (
            Number(
                "hours4",
                "In those four weeks, about how many hours did you spend on recruiting calls and conversations?",
                0,
                160,
                "Halves are fine, such as 6.5.",
                "hours",
                halves=True,
            ),
            OneOf(
                "blocks_kept",
                "In how many of the four weeks did at least one block of 45 minutes or more for recruiting calls take "
                "place as planned?",
                tuple((str(weeks), str(weeks)) for weeks in range(5)),
                stored={str(weeks): weeks for weeks in range(5)},
            ),
        ),
        keeps_known=True,
    ),
    Question(
        "reached",
        1,
        "Of the last 10 times you rang an agent you hoped to recruit, how many times did you reach them live?",
        (OutOf("reached", "Reached live, of the last 10 calls"),),
    ),
    Question(
        "meetings",
        2,
        "Of your last 10 live conversations, how many led to a meeting that took place?",
        (OutOf("meetings", "Led to a meeting, of the last 10 conversations"),),
        "A meeting is an arranged talk about working together that took place.",
    ),
    Question(
        "joiners",
        2,
        "Of your last 10 recruiting meetings, how many of those agents have joined?",
        (
            OutOf("joiners", "Joined, of the last 10 meetings"),
            OneOf(
                "rates_basis",
                "Your answers to this and the two questions before are …",
                (("logged", "From records"), ("estimate", "Estimates")),
                main=False,
            ),
        ),
        "Count those who said yes and are still deciding on a date as joined; leave out those still thinking.",
    ),
    Question(
        "joined",
        2,
        "In the last 12 months, how many experienced agents joined after you had talked with them?",
        (
            Number(
                "joined12", "Agents who joined in 12 months", 0, 500, "This is the most useful answer you can give us."
            ),
        ),
        unknown="I don't know, or I have done this for less than a year",
    ),
    Question(
        "lag",
        2,
        "From the first meeting to signing, how long did it usually take?",
        (
            OneOf(
                "lag",
                "From the first meeting to signing",
                (
                    ("under-4-weeks", "Under 4 weeks"),
                    ("1-3-months", "1 to 3 months"),
                    ("3-6-months", "3 to 6 months"),
                    ("6-12-months", "6 to 12 months"),
                    ("over-a-year", "Over a year"),
                    ("unsure", "It varies, or I don't know"),
                ),
                stored={"unsure": None},
            ),
        ),
        unknown="",
    ),
    Question(
        "goal",
        3,
        "How many experienced agents do you want?",
        (
            Number("goal", "Agents", 0, 500),
            OneOf(
                "goal_type",
                "That is …",
                (("gross", "Joiners"), ("net", "Net growth: joiners minus leavers")),
            ),
            Deadline("deadline", "By when?"),
            Number(
                "signed", "Already agreed to join in that time", 0, 500, "Leave it at 0 if there are none.", main=False
            ),
        ),
        unknown="I have no goal in numbers",
    ),
    Question(
        "roster",
        3,
        "How many agents are with you, and how many left?",
        (
            Number("roster", "Agents in the office today", 1, 2000),
            Number("left12", "Left in the last 12 months", 0, 2000, "Leave it empty if you don't know.", main=False),
            OneOf("roster_basis", "These numbers are …", BASIS, main=False),
        ),
        "A net goal has to make good for those who leave.",
        applies=_net_goal,
    ),
    Question(
        "list",
        4,
        "The agents you would most like to recruit: how do you keep track of them?",
        (
            OneOf(
                "working_list",
                "How do you keep track of them?",
                _numbered(
                    "No written list",
                    "A list exists, not opened in the last four weeks",
                    "Used in the last four weeks; most names lack a reason to call or a next date",
                    "Used in the last four weeks; most names have both a reason to call and a next date",
                    "The same, and names were added or dropped in the last four weeks",
                ),
                stored=_numbers(5),
            ),
        ),
        unknown="Skip this question",
    ),
    Question(
        "introduced",
        4,
        "Of the last 10 agents you rang for the first time, how many had been mentioned to you by someone you both "
        "know, or had done a deal with your office?",
        (Number("introduced", "Introduced, of the last 10 first calls", 0, 10, suffix="of 10"),),
    ),
    Question(
        "brush-off",
        4,
        "The last time an agent said something like “I'm not interested, why are you calling?”, what did you do?",
        (
            OneOf(
                "brush_off",
                "What did you do?",
                (
                    *_numbered(
                        "Ended the call quickly",
                        "Explained what our office offers, or asked for a meeting anyway",
                        "Said I understood, and said goodbye",
                        "Said I understood, and asked a question about their business",
                        "Said I understood, asked a question, and we agreed on something for later",
                    ),
                    ("none", "It has not happened, or I can't remember"),
                ),
                stored=_numbers(5, none=None),
            ),
        ),
        unknown="",
    ),
    Question(
        "follow-up",
        4,
        "Think of the last agent who was friendly but not ready. What is on record today?",
        (
            OneOf(
                "follow_up",
                "What is on record today?",
                (
                    *_numbered(
                        "Nothing",
                        "A note without a date",
                        "A date more than four weeks away",
                        "A date within four weeks, and what I promised",
                    ),
                    ("none", "There was no such agent"),
                ),
                stored=_numbers(4, none=None),
            ),
        ),
        unknown="",
    ),
    Question(
        "talk-share",
        4,
        "Of all the time you spent on recruiting in the last four weeks, roughly what share was talking with agents "
        "(rather than writing, posting, arranging)?",
        (Number("talk_share", "Share of the time spent talking", 0, 100, "In tens: 0, 10, 20 …", "%", step=10),),
    ),
    Question(
        "visible",
        4,
        "Last week, who saw how many recruiting conversations you had?",
        (
            OneOf(
                "visible",
                "Who saw how many there were?",
                _numbered(
                    "Nobody; it is not counted", "Only I", "Someone else, now and then", "Someone else, every week"
                ),
                stored=_numbers(4),
            ),
        ),
        unknown="Skip this question",
    ),
    Question(
        "hesitation",
        5,
        "In the last five working days, how often did you have the time and a name, and did something else first?",
        (
            OneOf(
                "hesitation",
                "How often?",
                (
                    ("0", "0 times"),
                    ("1-2", "1 or 2 times"),
                    ("3-5", "3 to 5 times"),
                    ("6+", "6 times or more"),
                    ("unsure", "I can't say"),
                ),
                stored={"unsure": None},
            ),
        ),
        "Everybody does this. A rough count is fine.",
        unknown="",
    ),
    Question(
        "obstacles",
        5,
        "What gets in the way most?",
        (
            UpTo(
                "picks",
                "What gets in the way most?",
                (
                    ("protected_time", "Other duties take the time"),
                    ("calling_hours", "I run out of hours"),
                    ("reach", "People don't pick up, or someone screens the calls"),
                    ("working_list", "I'm not sure who is worth calling"),
                    ("introductions", "The names are strangers"),
                    ("brush_off", "I don't know what to say to a no"),
                    ("hesitation", "I don't like being turned down"),
                    ("follow_up", "I lose track of follow-ups"),
                    ("live_share", "I mostly write or post"),
                    ("visible_count", "Nobody asks about it"),
                    ("belief_in_offer", "I'm not sure we are better for them"),
                ),
                exclusive="Nothing in particular",
                other="Something else",
            ),
        ),
        unknown="",
    ),
)


@dataclass(frozen=True)
class QuestionSet:
    """All questions of one version, in order. A published version never changes: other words are another version."""

    version: str
    questions: tuple[Question, ...]

    @cached_property
    def by_key(self) -> Mapping[str, Question]:
        """Each question by its name."""
        return {question.key: question for question in self.questions}

    def path(self, answers: Mapping[str, Any]) -> tuple[Question, ...]:
        """The questions that this submission is asked, in order."""
        return tuple(question for question in self.questions if question.applies(answers))

    def next_key(self, key: str, answers: Mapping[str, Any]) -> str | None:
        """The question after this one; None after the last."""
        keys = [question.key for question in self.path(answers)]
        place = keys.index(key) + 1 if key in keys else 0
        return keys[place] if place < len(keys) else None

    def previous_key(self, key: str, answers: Mapping[str, Any]) -> str | None:
        """The question before this one; None before the first."""
        keys = [question.key for question in self.path(answers)]
        place = keys.index(key) - 1 if key in keys else -1
        return keys[place] if place >= 0 else None

    def first_open(self, seen: Sequence[str], answers: Mapping[str, Any]) -> str | None:
        """The first question that has not been seen yet; None when all have."""
        return next((question.key for question in self.path(answers) if question.key not in seen), None)


QUESTION_SETS: Final[Mapping[str, QuestionSet]] = MappingProxyType({"2026-11": QuestionSet("2026-11", QUESTIONS)})
CURRENT_SET: Final = QUESTION_SETS["2026-11"]
