"""What obstacles, levers and bands are called, what to do about an obstacle, and how well that is founded."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

GENERAL = "well supported in general, untested in recruiting agents"
EXPERIENCE = "practitioners' experience"
MIXED = "partly measured elsewhere, partly practitioners' experience"


@dataclass(frozen=True)
class Practice:
    """An obstacle in words: its name, how a reader would say it, the practice and its footing."""

    name: str
    said: str
    advice: str
    footing: str


PRACTICES: Final[Mapping[str, Practice]] = {
    "protected_time": Practice(
        "Protected time",
        "Other duties eat the time for calls",
        "Put two or three fixed blocks of 60 minutes into the calendar and decide beforehand: when the ten-minute "
        "alarm rings, I shut the door and dial the first name. Let a second alarm, five minutes in, ask whether you "
        "have started. A block may be moved, never deleted.",
        GENERAL,
    ),
    "calling_hours": Practice(
        "Hours for calls",
        "There are too few hours for calls",
        "Hold the hours of the planning pace against your real week. If they do not fit, the honest ways out are a "
        "lower goal, a later date, or a second person who calls.",
        EXPERIENCE,
    ),
    "hesitation": Practice(
        "Hesitation",
        "The phone stays where it is though there is time and a name",
        "Begin each block with five warm names and a target of two minutes. Count attempts, not yeses, on every "
        "working day of one week. It gets easier by doing, and it says nothing about your character.",
        GENERAL,
    ),
    "working_list": Practice(
        "A working list",
        "The list is missing, stale or without a reason to call",
        "Write down 40 names, each with one reason to call and a next date. Spend ten minutes every Friday: add five, "
        "drop five.",
        EXPERIENCE,
    ),
    "introductions": Practice(
        "Introductions",
        "Most of the names are strangers",
        "After each closing ask your own agent: who across the table did you enjoy working with, and may I say that "
        "you spoke well of them? Open the call with that name.",
        MIXED,
    ),
    "reach": Practice(
        "Reaching people",
        "The calls go unanswered or somebody screens them",
        "Take the mobile number from the closing file, try once in the morning and once in the late afternoon, and "
        "send a short text that says who spoke well of them. Three to six attempts, then a later date. With an "
        "assistant say your name and your reason, without a pretext, and ask for the best time.",
        MIXED,
    ),
    "brush_off": Practice(
        "The brush-off",
        "There are no good words for “not interested”",
        "Empathy first: “I can see why; in your place I'd stay too.” Then one question about their market, one small "
        "next thing, and whether you may call back in two weeks. Rehearse it with a colleague ten minutes before the "
        "block, one bad example included. A clear no is final: thank them, and note not to call again.",
        MIXED,
    ),
    "follow_up": Practice(
        "Follow-up",
        "After a friendly talk nothing is written down, or no date",
        "Before you put the phone down write one line, one promise and one date: in two weeks, later in six to eight, "
        "and never more often than agreed. Plan for five follow-ups over 8 to 12 months.",
        MIXED,
    ),
    "live_share": Practice(
        "Talking rather than writing",
        "Writing and posting take the place of talking",
        "Let every message end in a call: for each five messages put one of the names into the next block.",
        MIXED,
    ),
    "visible_count": Practice(
        "A visible count",
        "Nobody sees how many conversations there were",
        "Keep the count where you can see it, five paper notes will do, and send it to one person each Friday. Pair "
        "it with fixed blocks: a count alone has also been seen to change nothing.",
        GENERAL,
    ),
    "belief_in_offer": Practice(
        "Belief in the offer",
        "It is not certain that the move is good for the agent",
        "Ask three people who joined lately what changed for them, and write down their words. Call only those for "
        "whom one of these is true. If there is nobody, mend the offer first.",
        EXPERIENCE,
    ),
}

# A published version of the advice never changes: other words are another version.
TEXTS: Final[Mapping[str, Mapping[str, Practice]]] = MappingProxyType({"2026-11": PRACTICES})
CURRENT_TEXTS: Final = "2026-11"

DIMENSION_NAMES = {
    "volume": "Volume",
    "time": "Time",
    "targets": "Whom to call",
    "reach_and_follow_through": "Reach and follow-through",
    "conversation": "In the conversation",
    "focus_and_visibility": "Focus and visibility",
}

LEVER_NAMES = {
    "volume_plus2": "More conversations",
    "reach": "Reaching more of those you ring",
    "brush_off": "A better answer to “not interested”",
    "follow_up": "Follow-up with a date",
    "introductions": "More introductions",
    "protected_time": "Steadier weeks",
    "retention": "Losing fewer of your own",
}

NUMBER_WORDS: dict[float, str] = {
    2: "Two",
    3: "Three",
    4: "Four",
    5: "Five",
    6: "Six",
    7: "Seven",
    8: "Eight",
    9: "Nine",
    10: "Ten",
}
LEVER_STEPS = {
    "volume_plus2": "{} more a week",
    "reach": "{} in 100 more reached",
    "brush_off": "{} in 100 more meetings",
    "follow_up": "{} in 100 more of them join",
    "introductions": "{} in 100 more joiners",
    "protected_time": "{} more weeks a year",
    "retention": "{} in 100 fewer leave",
}
SHARES = ("reach", "brush_off", "follow_up", "introductions", "retention")

BAND_NAMES = {
    "on_pace": "On pace",
    "close": "Close to pace",
    "short": "Short of pace",
    "well_short": "Well short of pace",
    "too_little_data": "Can't call it yet",
}


BAND_MEANINGS = {
    "on_pace": "At the pace of the last four weeks the goal is more likely than not to be reached, by a good margin.",
    "close": "The goal is near what the pace of the last four weeks can be expected to bring.",
    "short": "At the pace of the last four weeks the goal would be reached in less than half of the cases.",
    "well_short": "At the pace of the last four weeks the goal would be reached in less than 1 case in 5.",
    "too_little_data": "Too little is known yet to say whether the conversations are enough for the goal.",
}


def lever_name(key: str, step: float) -> str:
    """A lever as it is shown; more conversations by how many."""
    if key != "volume_plus2":
        return LEVER_NAMES[key]
    if step == 1:
        return "One more conversation a week"
    return f"{NUMBER_WORDS.get(step, f'{step:g}')} more conversations a week"


def say_step(key: str, largest: float) -> str:
    """A lever's largest step: `30 in 100 more meetings`."""
    return LEVER_STEPS[key].format(f"{round(100 * largest) if key in SHARES else largest:g}")
