"""What a judge wrote, in the spelling of the question."""

from __future__ import annotations

import pytest

from schemas.inputs import Categorical, Numeric, PassFail, Text
from schemas.judged import as_answer, failing_answer

VERDICT = PassFail("Correct", "Incorrect")
TONE = Categorical(("Friendly", "Rude", "RUDE"))
FAULTS = Categorical(("Facts", "Style"), multi_select=True)


@pytest.mark.parametrize(
    ("spec", "said", "answer"),
    [
        (VERDICT, True, True),
        (VERDICT, "yes", True),
        (VERDICT, " NO ", False),
        (VERDICT, "correct", True),
        (VERDICT, "Incorrect", False),
        (VERDICT, "pass", True),
        (VERDICT, "false", False),
        (VERDICT, "unknown", "unknown"),
        (VERDICT, 1, 1),
        (PassFail("No", "Yes"), "yes", False),
        (TONE, "friendly", "Friendly"),
        (TONE, "Rude", "Rude"),
        (TONE, "rude", "rude"),
        (TONE, "loud", "loud"),
        (TONE, ["Friendly"], ["Friendly"]),
        (FAULTS, ["facts", "Style", 3], ["Facts", "Style", 3]),
        (FAULTS, "facts", "facts"),
        (Numeric(), "3", "3"),
        (Text(), "yes", "yes"),
        (VERDICT, None, None),
    ],
)
def test_a_judges_word_is_spelled_as_the_question_spells_it(spec, said, answer):
    found = as_answer(spec, said)

    assert (found, type(found)) == (answer, type(answer))


def test_only_a_verdict_says_what_fails():
    assert failing_answer(VERDICT) is False
    assert failing_answer(TONE) is None
