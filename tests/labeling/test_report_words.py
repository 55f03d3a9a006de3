"""Figures of a report in words."""

from __future__ import annotations

import pytest

from labeling.report_words import Counted, method_of, plain, question_report, share, versions_of

RECORD = {
    "scale": "nominal",
    "coefficient": "krippendorff_alpha_nominal",
    "value": 0.714,
    "interval": [0.5, 0.9],
    "undefined": None,
    "n_items": 12,
    "n_labels": 24,
    "n_answers": 26,
    "n_reviewers": 2,
    "n_cannot_judge": 1,
    "raw_agreement": 0.9,
    "pairwise": [{"a": "b@x", "b": "a@x", "kappa": 0.7, "n": 12}],
    "consensus": {"method": "dawid_skene", "unmet": "too_few_items", "model": None},
    "reviewers": [
        {
            "reviewer": "b@x",
            "n_answers": 13,
            "match": {"value": 0.861, "interval": [0.6, 0.95], "n": 12},
            "gold": {"value": None, "interval": None, "n": 0},
        },
        {
            "reviewer": "a@x",
            "n_answers": 13,
            "match": {"value": 1.0, "interval": None, "n": 12},
            "gold": {"value": 0.5, "interval": [0.1, 0.9], "n": 2},
        },
    ],
}

NOT_USED = (
    "Dawid–Skene, a model of the reviewers; not used, because fewer than 50 items have an answer"
)


def reported(record, counted=Counted()):  # noqa: B008 - frozen
    """The report of one question."""
    return question_report(
        "tone",
        "How does it sound?",
        record,
        counted,
        version=2,
        n_items=40,
        reviews_required=2,
        called=lambda email: email.upper(),
    )


def test_a_question_says_what_was_computed_of_it():
    counted = Counted(versions={2: 20, 1: 6}, combined=13, ties=2, settled=3, ambiguous=1)

    question = reported(RECORD, counted)

    assert question.facts == [
        ("Stored name", "tone"),
        ("Version in force", "2"),
        ("Answers by version", "version 1: 6, version 2: 20"),
        ("Items with a combined answer", "13 of 40"),
        ("Answers", "26"),
        ("Cannot judge", "1"),
        ("Coefficient", "Krippendorff’s α: answers are equal or not"),
        ("Agreement", "0.71"),
        ("95 % interval", "0.50 to 0.90"),
        ("Items with two or more answers", "12"),
        ("Answers on them", "24"),
        ("Reviewers", "2"),
        ("Equal pairs of answers", "90 %"),
        ("Cohen’s κ, B@X and A@X", "0.70, items: 12"),
        (
            "Combined by",
            NOT_USED,
        ),
        ("Ties", "2"),
        ("Settled by a person", "3"),
        ("Found ambiguous", "1"),
    ]
    assert question.notes == ["Left out: once somebody could not judge it."]


def test_reviewers_come_by_name_with_gold_where_there_is_any():
    question = reported(RECORD)

    first, second = question.reviewers
    assert question.has_gold
    assert (first.name, first.match, first.gold) == (
        "A@X",
        "100 % of 12",
        "50 % (10 % to 90 %) of 2",
    )
    assert (second.name, second.gold) == ("B@X", "–")
    assert second.match == "86 % (60 % to 95 %) of 12"


@pytest.mark.parametrize("record", [None, {}, {"undefined": "one_reviewer", "n_items": 0}])
def test_what_is_not_defined_is_said_so(record):
    question = reported(record)

    facts = dict(question.facts)
    assert facts["Agreement"] == "Undefined"
    assert "95 % interval" not in facts
    assert facts["Answers by version"] == "none yet"
    assert (facts["Answers"], facts["Coefficient"]) == ("0", "None")
    assert question.notes
    assert (question.reviewers, question.has_gold) == ([], False)


@pytest.mark.parametrize(
    ("consensus", "words"),
    [
        (None, "What fits the scale: majority, median or per option"),
        ({"method": "one_coin", "unmet": None}, "One coin, a model of the reviewers"),
        ({"method": "unheard of"}, "What fits the scale: majority, median or per option"),
    ],
)
def test_the_method_in_words(consensus, words):
    assert method_of({"consensus": consensus}) == words


def test_small_words():
    assert versions_of(Counted(versions={1: 2})) == "version 1: 2"
    assert (plain(None), plain(7), share(None)) == ("0", "7", "–")
