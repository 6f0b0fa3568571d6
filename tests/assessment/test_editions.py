"""What was published stays as it was: an old submission comes out as it did, whatever has changed since."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from assessment import editions, services
from assessment.assumptions import CURRENT, MODELS
from assessment.editions import CURRENT_EDITION, Edition, edition_of
from assessment.models import Submission
from assessment.practices import TEXTS
from assessment.questions import CURRENT_SET, QUESTION_SETS, QuestionSet
from assessment.result import assess
from kit.db import session
from tests.assessment.builders import ON, TYPICAL
from tests.assessment.walk import begin, finish, walk
from tests.page import Page


def test_a_published_version_is_never_changed(snapshot: Callable[[str, str], None]):
    """Where this fails, a number or a sentence was changed in place: make it another version instead."""
    published = {
        "models": {version: asdict(assume) for version, assume in MODELS.items()},
        "questions": {version: _asked(questions) for version, questions in QUESTION_SETS.items()},
        "texts": {version: {k: asdict(v) for k, v in practices.items()} for version, practices in TEXTS.items()},
    }
    marks = [
        f"{kind} {version} {hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()[:16]}"
        for kind, versions in published.items()
        for version, told in ((version, _sortable(told)) for version, told in versions.items())
    ]

    snapshot("editions.txt", "\n".join(marks) + "\n")


def _asked(questions: QuestionSet) -> list[Any]:
    return [{**asdict(replace(q, applies=_always)), "applies": q.key == "roster"} for q in questions.questions]


def _always(_answers: Any) -> bool:
    return True


def _sortable(told: Any) -> Any:
    """Keys as text, so that None among them can be sorted; functions by nothing but their being there."""
    if isinstance(told, dict):
        return {str(key): _sortable(value) for key, value in told.items()}
    if isinstance(told, (list, tuple)):
        return [_sortable(value) for value in told]
    return "function" if callable(told) else told


def test_each_version_stands_under_its_own_name():
    assert {version: assume.version for version, assume in MODELS.items()} == {version: version for version in MODELS}
    assert {version: asked.version for version, asked in QUESTION_SETS.items()} == {v: v for v in QUESTION_SETS}


def test_a_version_that_never_was_is_refused():
    with pytest.raises(KeyError):
        edition_of("2026-11", "1999-01", "2026-11")


NEWER = replace(
    CURRENT, version="later", recruiting_weeks=40.0, meeting_prior={**CURRENT.meeting_prior, "mixed": (1, 40)}
)


def newer_questions() -> QuestionSet:
    first, *rest = CURRENT_SET.questions
    renamed = replace(first, title="Who is it about?")
    return QuestionSet("later", (renamed, *(q for q in rest if q.key != "visible")))


@pytest.fixture
def newer_edition(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Edition]:
    """Publish another edition, and make it the current one."""

    def publish() -> Edition:
        later = Edition(newer_questions(), NEWER, CURRENT_EDITION.texts)
        monkeypatch.setattr(editions, "MODELS", {**MODELS, "later": NEWER})
        monkeypatch.setattr(editions, "QUESTION_SETS", {**QUESTION_SETS, "later": later.questions})
        monkeypatch.setattr(services, "CURRENT_EDITION", later)
        return later

    return publish


def test_an_old_submission_comes_out_as_it_did(client: FlaskClient, newer_edition: Callable[[], Edition]):
    before = finish(walk(client))

    newer_edition()

    assert Page(client.get(before.url), client).text == before.text


def test_a_draft_goes_on_with_the_questions_it_began_with(client: FlaskClient, newer_edition: Callable[[], Edition]):
    check = walk(client)

    newer_edition()
    result = finish(check)

    assert "Whom do you answer for?" in check.text
    assert result.status == 200
    assert session().scalars(select(Submission.model_version)).one() == "2026-11"


def test_a_new_one_is_of_the_current_edition(client: FlaskClient, newer_edition: Callable[[], Edition]):
    newer_edition()

    assert begin(client).heading == "Who is it about?"


def test_another_edition_gives_another_result(newer_edition: Callable[[], Edition]):
    later = newer_edition()

    assert assess(TYPICAL, ON, edition=later).reckoning != assess(TYPICAL, ON).reckoning
    assert assess(TYPICAL, ON, edition=later).model_version == "later"
