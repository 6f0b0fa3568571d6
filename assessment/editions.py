"""What a submission was asked, counted and told with: the versions of its questions, of the model and of the texts.

Each keeps the versions that it began with, so that an old one comes out as it did, whatever has changed since.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from assessment.assumptions import CURRENT, MODELS, Assumptions
from assessment.practices import CURRENT_TEXTS, TEXTS, Practice
from assessment.questions import CURRENT_SET, QUESTION_SETS, QuestionSet


@dataclass(frozen=True)
class Edition:
    """The questions, the assumptions and the advice of one submission."""

    questions: QuestionSet = CURRENT_SET
    assume: Assumptions = CURRENT
    texts: str = CURRENT_TEXTS

    @property
    def practices(self) -> Mapping[str, Practice]:
        """The advice on each obstacle."""
        return TEXTS[self.texts]

    @property
    def versions(self) -> tuple[str, str, str]:
        """The versions of the questions, the model and the texts."""
        return self.questions.version, self.assume.version, self.texts


CURRENT_EDITION = Edition()


def edition_of(question_set: str, model: str, texts: str) -> Edition:
    """The edition of those versions. Raises KeyError where one of them was never published."""
    return Edition(QUESTION_SETS[question_set], MODELS[model], next(version for version in TEXTS if version == texts))
