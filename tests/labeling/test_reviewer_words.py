"""What is unusual about a reviewer, told in words only where there is enough to say so."""

from __future__ import annotations

import pytest

from assessments.reviewers import Pace
from labeling.reviewer_words import match_of, warning_of
from traces.json_values import Json

FAST = "Jonas answers much faster than the others (31 s, they take 1 min 24 s)"


def compared(value: float | None, peers: float | None, n: int = 20, out: str | None = None) -> Json:
    return {"value": value, "interval": None, "n": n, "peers": peers, "stands_out": out}


def record(match: Json = None, **options: Json) -> dict[str, Json]:
    return {
        "match": match or compared(0.9, 0.9),
        "options": [{"option": name, "chosen": chosen} for name, chosen in options.items()],
    }


def pace(median: float, peers: float, out: str | None) -> Pace:
    return Pace(median=median, interval=None, n=20, peers=peers, stands_out=out)  # type: ignore[arg-type]


def test_matches_of_all_questions_are_pooled_by_their_number():
    found = match_of([record(compared(1.0, 0.9, n=30)), record(compared(0.5, 0.9, n=10))])

    assert found is not None
    assert (found.percent, found.n, found.is_enough) == ("88%", 40, True)
    assert found.between == "74 to 95%"


@pytest.mark.parametrize("records", [[], [record(compared(None, None, n=0))], [{"match": "?"}]])
def test_nothing_compared_is_no_match(records):
    assert match_of(records) is None


def test_few_answers_are_a_hint_only():
    found = match_of([record(compared(1.0, 0.9, n=9))])

    assert found is not None
    assert found.is_enough is False


@pytest.mark.parametrize(
    ("speed", "questions", "words"),
    [
        (None, [], ""),
        (pace(31, 84, "below"), [], FAST + "."),
        (pace(60, 84, "below"), [], ""),
        (pace(31, 84, None), [], ""),
        (
            None,
            [
                ("Correct?", record(compared(0.78, 0.93, out="below"))),
                ("Clear?", record(compared(0.6, 0.9, out="below"))),
            ],
            "Jonas agrees less often with the others on “Clear?” (60%, they 90%).",
        ),
        (
            pace(31, 84, "below"),
            [("Correct?", record(Pass=compared(0.98, 0.7, out="above")))],
            FAST + " and gives nearly always the same answer to “Correct?” (98%).",
        ),
        (None, [("Correct?", record(Pass=compared(0.9, 0.7, out="above")))], ""),
        (None, [("Correct?", record(Pass=compared(0.98, 0.97)))], ""),
        (None, [("Correct?", {"match": None, "options": ["?"]})], ""),
        (None, [("Correct?", {})], ""),
    ],
)  # fmt: skip
def test_what_is_unusual_is_one_sentence(speed, questions, words):
    assert warning_of("Jonas", speed, questions) == words
