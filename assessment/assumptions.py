"""Every number the model assumes, in one place, each with its footing.

The letters in brackets name sources of the method page (`assessment/sources.py`); "judgement" means that no source
gives the number and the method page says so.
"""

from typing import Final

MODEL_VERSION: Final = "2026-11"

RECRUITING_WEEKS: Final = 46  # weeks of a year with recruiting in them; judgement
ACTIVE_SHARE: Final = RECRUITING_WEEKS / 52
MINUTES_PER_ATTEMPT: Final = 2.0  # between one dial a minute [S4] and one in two [S10]
MINUTES_PER_CONVERSATION: Final = 12.0  # talk and a note; judgement
NEW_JOINERS_GONE_IN_A_YEAR: Final = 0.20  # between [S5b] and [S27]
WEEKS_BEFORE: Final = 104  # how far back conversations can still pay off

# Beta(alpha, beta) by how the contacts came about: cold, mixed, introduced.
MEETING_PRIOR: Final = {"cold": (1.6, 22.4), "mixed": (2.0, 20.0), "introduced": (3.0, 17.0)}  # [S1] [S8] [S9] [S15]
JOINING_PRIOR: Final = {"cold": (3.0, 14.0), "mixed": (3.0, 12.0), "introduced": (3.5, 9.5)}  # [S1] [S3] [S15]
REACH_PRIOR: Final = (3.0, 17.0)  # calls that reach the person [S7] [S8] [S10] [S33]
ATTRITION_PRIOR: Final = (3.0, 22.0)  # agents who leave in a year [S2] [S5] [S6]

OWN_WEIGHT: Final = {"logged": 1.0, "estimate": 0.5}  # how much an own answer counts; judgement
OWN_CAP: Final = {"meeting": 200.0, "joining": 100.0, "reach": 100.0, "attrition": 60.0}
REPORTING_SPREAD: Final = {"logged": 0.15, "estimate": 0.35}  # coefficient of variation [S51] [S52]
YEAR_DRIFT: Final = {"same": 0.25, "fewer": 0.40, "more": 0.40, None: 0.40}  # the last four weeks were not the year
PAST_RATIO: Final = {"fewer": 1.5, "same": 1.0, "more": 0.5, None: 1.0}  # past over present activity
LAG_WEEKS: Final = {
    "under-4-weeks": 4.0,
    "1-3-months": 10.0,
    "3-6-months": 20.0,
    "6-12-months": 40.0,
    "over-a-year": 62.0,
    None: 20.0,
}

LIST_SHARE: Final = (0.033, 0.017)  # of a list of productive agents, joining in a year [S2]
HOURS_CEILING: Final = 5.0  # hours a week that count as enough for the score of calling hours [S36]
FEWER_RETURNS: Final = 0.7  # the footnote's "if further conversations are less productive"; judgement

# Largest step of each lever and its hours a week; judgements, set against [S7] [S43] [S3] [S23].
REACH_STEP: Final = 0.40
BRUSH_OFF_STEP: Final = 0.30
FOLLOW_UP_STEP: Final = 0.20
INTRODUCTIONS_STEP: Final = 0.40
PROTECTED_WEEKS: Final = 4.0
RETENTION_STEP: Final = 0.10
VOLUME_STEP: Final = 2.0
LEVER_HOURS: Final = {"reach": 0.5, "brush_off": 0.5, "follow_up": 0.5, "introductions": 0.75, "retention": 1.0}

# The numerical rule: midpoints of equal probability, and the width of a bin in ln(yield).
RATE_POINTS: Final = 40
REPORTING_POINTS: Final = 16
BIN_WIDTH: Final = 0.02
LARGEST_VOLUME: Final = 500.0
