"""The reckoning step by step, each with its sum in figures, so that a reader can follow it to the number."""

from dataclasses import dataclass

from assessment import wording as say
from assessment.assumptions import Beta
from assessment.funnel import Count, mean
from assessment.gap import Outlook


@dataclass(frozen=True)
class Line:
    """One step: what it is, the sum with its figures, and what it comes to."""

    name: str
    sum: str
    comes_to: str


def worked(outlook: Outlook) -> tuple[Line, ...]:
    """Every step from the count to the chance."""
    funnel, inputs, assume = outlook.funnel, outlook.funnel.inputs, outlook.assume
    expected = funnel.yields.expected
    lines = [
        Line("Present pace, λ", f"({inputs.held4} + ½) ÷ 4", f"{funnel.present:.3f} a week"),
        _rate("Conversation to meeting", assume.meeting_prior[inputs.mix], inputs.meetings, funnel.meeting),
        _rate("Meeting to joiner", assume.joining_prior[inputs.mix], inputs.joiners, funnel.joining),
        _yield(outlook),
        Line("Active share of the year, φ", f"{assume.recruiting_weeks:g} ÷ 52", f"{assume.active_share:.4f}"),
        Line(
            "Weeks to come that still pay off, E new",
            f"of {outlook.weeks}, at {funnel.lag:g} weeks from conversation to joining",
            f"{outlook.ahead:.2f}",
        ),
        Line(
            "Weeks behind that still pay off, E carry",
            f"of the {assume.weeks_before} before",
            f"{outlook.behind:.2f}",
        ),
    ]
    if outlook.is_net:
        lines += _leavers(outlook)
    else:
        lines.append(Line("Joiners still needed, K", f"{inputs.goal} − {inputs.signed}", f"{outlook.remaining}"))
    past = f"{funnel.past:.3f} × {outlook.behind:.2f}"
    lines += [
        Line(
            "Expected joiners at the present pace",
            f"{assume.active_share:.4f} × ({funnel.present:.3f} × {outlook.ahead:.2f} + {past}) × {expected:.5f}",
            f"{outlook.expected:.2f}",
        ),
        Line(
            "Planning pace",
            f"({outlook.required:.2f} ÷ ({assume.active_share:.4f} × {expected:.5f}) − {past}) ÷ {outlook.ahead:.2f}",
            f"{outlook.need_mean:.2f} a week",
        ),
        Line("The gap", f"{outlook.need_mean:.2f} − {funnel.present:.2f}", f"{outlook.gap:.2f} a week"),
        Line(
            "Hours for one conversation",
            f"({assume.minutes_per_attempt:g} × {funnel.attempts:.2f} + {assume.minutes_per_conversation:g}) ÷ 60",
            f"{funnel.hours:.3f}",
        ),
        Line(
            "Hours a week at the planning pace",
            f"{outlook.need_mean:.2f} × {funnel.hours:.3f}",
            f"{outlook.need_mean * funnel.hours:.1f}",
        ),
        Line(
            "Chance at the present pace",
            f"the weight of all yields under which {max(outlook.remaining, 0)} or more join"
            + (", leavers counted in" if outlook.is_net else ""),
            f"{outlook.chance:.3f}, {say.say_chance(outlook.chance)}",
        ),
    ]
    return tuple(lines)


def _rate(name: str, prior: Beta, own: Count | None, now: Beta) -> Line:
    if own is None:
        return Line(name, f"{prior[0]:g} ÷ ({prior[0]:g} + {prior[1]:g})", f"{mean(now):.4f}")
    added = now[0] - prior[0], now[1] - prior[1]
    return Line(
        name,
        f"({prior[0]:g} + {added[0]:g}) ÷ ({prior[0]:g} + {added[0]:g} + {prior[1]:g} + {added[1]:g})",
        f"{mean(now):.4f}",
    )


def _yield(outlook: Outlook) -> Line:
    funnel = outlook.funnel
    expected, joined = funnel.yields.expected, funnel.inputs.joined12
    said = f"{expected:.5f}, 1 in {1 / expected:.0f}"
    product = f"{mean(funnel.meeting):.4f} × {mean(funnel.joining):.4f}"
    if joined is None:
        return Line("Joiners for a conversation, y", product, said)
    return Line(
        "Joiners for a conversation, y",
        f"{product}, each possible yield weighted by how well it explains {joined} joiners last year",
        said,
    )


def _leavers(outlook: Outlook) -> list[Line]:
    inputs = outlook.funnel.inputs
    kept = 1 - outlook.assume.new_joiners_gone_in_a_year
    return [
        Line(
            "Leavers to be expected",
            f"{inputs.roster} agents, {mean(outlook.funnel.attrition):.3f} of them a year, {outlook.weeks} weeks",
            f"{outlook.expected_departures:.2f}",
        ),
        Line(
            "New joiners lost again", f"1 − {kept:g} to the power {outlook.weeks}/104", f"{outlook.new_joiner_loss:.4f}"
        ),
        Line(
            "Joiners needed, leavers made good",
            f"({inputs.goal} − {inputs.signed} + {outlook.expected_departures:.2f}) ÷ (1 − "
            f"{outlook.new_joiner_loss:.4f})",
            f"{outlook.required:.2f}",
        ),
    ]
