"""The drawings beside the numbers: a bar for how many came so far, a row of bars for the weeks; coloured by class."""

from collections.abc import Sequence

from markupsafe import Markup

HEIGHT = 32
STEP = 10


def bar(times: int, most: int) -> Markup:
    """One bar, as long as its share of the longest."""
    width = 100 * times / most if most else 0
    return Markup(
        '<svg class="share" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect class="share-all" width="100" height="10"/><rect class="share-of" width="{}" height="10"/></svg>'
    ).format(f"{max(width, 0.8 if times else 0):.1f}")


def weeks(times: Sequence[int]) -> Markup:
    """A bar for each week, the last one marked; the highest fills the height."""
    most = max(times, default=0)
    bars = []
    for number, count in enumerate(times):
        height = max(round(HEIGHT * count / most, 1) if most else 0, 1)
        name = "week-now" if number == len(times) - 1 else "week"
        bars.append(
            Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>').format(
                name, number * STEP + 1, round(HEIGHT - height, 1), STEP - 2, height
            )
        )
    width = max(len(times), 1) * STEP
    return Markup(
        '<svg class="weeks" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        "{}</svg>"
    ).format(width, HEIGHT, Markup("").join(bars))
