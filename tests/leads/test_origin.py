"""Where a visit came from: told by the first page of a flow and the page before it, kept by nobody's device."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from leads.origin import Origin

HERE = "www.example.com"
CAMPAIGN = (("utm_source", "letter"), ("utm_campaign", "autumn"))


def arriving(query: dict[str, str], before: str) -> Origin:
    return Origin.arriving(query, landing="/assessment/", before=before, own_host=HERE)


@pytest.mark.parametrize(
    ("query", "before", "origin"),
    [
        ({}, "", Origin(landing="/assessment/")),
        ({"from": "a"}, f"https://{HERE}/stories/a", Origin("a", "/stories/a")),
        (
            {"from": "a"},
            f"https://{HERE}/stories/a?utm_source=letter&utm_campaign=autumn&x=1",
            Origin("a", "/stories/a", utm=CAMPAIGN),
        ),
        (
            {"from": "a", "utm_source": "ad"},
            f"https://{HERE}/stories/a?utm_source=letter",
            Origin("a", "/stories/a", utm=(("utm_source", "ad"),)),
        ),
        (
            {"utm_source": "letter"},
            "https://mail.example/inbox?q=ann+bee#x",
            Origin("", "/assessment/", "https://mail.example/inbox", (("utm_source", "letter"),)),
        ),
        ({}, "https://ann:secret@mail.example/", Origin("", "/assessment/", "https://mail.example/")),
        (
            {"landing": "/stories/b", "referrer": "https://a.example/"},
            f"https://{HERE}/stories/c",
            Origin("", "/stories/b", "https://a.example/"),
        ),
        ({}, "https://[broken", Origin(landing="/assessment/")),
        ({}, "android-app://com.example", Origin("", "/assessment/", "android-app://com.example")),
    ],
)
def test_the_page_before_tells_the_rest(query: dict[str, str], before: str, origin: Origin):
    assert arriving(query, before) == origin


@given(some.dictionaries(some.text(max_size=12), some.text(max_size=300)), some.text(max_size=300))
def test_whatever_is_told_a_trail_is_short_and_kept_as_it_is(query: dict[str, str], before: str):
    origin = arriving(query, before)

    assert max(len(origin.story), len(origin.landing), len(origin.referrer)) <= 200
    assert Origin.from_mapping(origin.to_mapping()) == origin
