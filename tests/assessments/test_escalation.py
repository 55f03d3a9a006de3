"""When answers differ so much that one more person is asked."""

from __future__ import annotations

import pytest

from assessments.escalation import Rule, is_unsure, same_share
from schemas.inputs import Categorical, Numeric, PassFail, Text, TextList

TIE = Rule(when="tie")
LOW = Rule(when="low_agreement", min_agreement=0.75)
YES_NO = PassFail()
TONE = Categorical(("a", "b", "c"))
SEVERAL = Categorical(("a", "b", "c"), multi_select=True)
STEPS = Numeric(0, 10, 1)


class TestTheLargestGroup:
    """What share of the answers says the same."""

    @pytest.mark.parametrize(
        ("spec", "values", "share"),
        [
            (YES_NO, [], None),
            (YES_NO, [True], 1.0),
            (YES_NO, [True, False], 0.5),
            (YES_NO, [True, True, False], 2 / 3),
            (TONE, ["a", "b", "c", "c"], 0.5),
            (SEVERAL, [["a", "b"], ["b", "a"], ["a"]], 2 / 3),
            (STEPS, [1, 2, 9], 2 / 3),
            (STEPS, [1, 2, 3, 4], 0.5),
            (STEPS, [5.0, 5, 5], 1.0),
            (STEPS, ["old text", 4], 1.0),
            (STEPS, ["old text"], None),
            (Numeric(), [1, 1.5], 0.5),
            (Text(), ["a", "b"], None),
            (TextList(), [["a"], ["b"]], None),
        ],
    )
    def test_share(self, spec, values, share):
        found = same_share(spec, values)

        assert found == (None if share is None else pytest.approx(share))

    def test_the_order_of_answers_changes_nothing(self):
        assert same_share(STEPS, [9, 1, 2]) == same_share(STEPS, [2, 9, 1])


class TestUnsure:
    """A tie, or too few who say the same."""

    @pytest.mark.parametrize(
        ("rule", "spec", "values", "has_value", "unsure"),
        [
            (TIE, YES_NO, [True, False], False, True),
            (TIE, YES_NO, [True, True, False], True, False),
            (TIE, YES_NO, [True, True], False, False),
            (TIE, YES_NO, [True], False, False),
            (TIE, STEPS, [1, 9], True, False),
            (TIE, Text(), ["a", "b"], False, False),
            (LOW, YES_NO, [True, False], False, True),
            (LOW, YES_NO, [True, True, False], True, True),
            (LOW, YES_NO, [True, True, True, False], True, False),
            (LOW, STEPS, [1, 9], True, True),
            (LOW, STEPS, [1, 2], True, False),
            (LOW, Text(), ["a", "b"], False, False),
        ],
    )
    def test_rule(self, rule, spec, values, has_value, unsure):
        assert is_unsure(rule, spec, values, has_value=has_value) is unsure

    @pytest.mark.parametrize("rule", [TIE, LOW])
    @pytest.mark.parametrize(
        ("spec", "values", "unsure"),
        [
            (YES_NO, [True], True),
            (SEVERAL, [["a"]], True),
            (STEPS, [4], True),
            (YES_NO, [], False),
            (Text(), ["a"], False),
            (TextList(), [["a"]], False),
        ],
    )
    def test_too_few_answers(self, rule, spec, values, unsure):
        assert is_unsure(rule, spec, values, has_value=False, is_short=True) is unsure

    def test_a_share_that_is_the_bound_is_enough(self):
        rule = Rule(when="low_agreement", min_agreement=2 / 3)

        assert not is_unsure(rule, YES_NO, [True, True, False], has_value=True)

    def test_all_of_them(self):
        rule = Rule(when="low_agreement", min_agreement=1.0)

        assert is_unsure(rule, YES_NO, [True] * 9 + [False], has_value=True)


class TestFaults:
    """A rule that cannot work says why."""

    @pytest.mark.parametrize("share", [0.0, -0.5, 1.01, float("nan"), float("inf")])
    def test_shares(self, share):
        rule = Rule(when="low_agreement", min_agreement=share)

        assert "share" in rule.fault(reviews_required=2, most=50)

    def test_one_review_cannot_differ(self):
        assert "two or more" in TIE.fault(reviews_required=1, most=50)

    @pytest.mark.parametrize("reviews", [-1, 0, 2, 51])
    def test_how_many_reviews(self, reviews):
        rule = Rule(when="tie", max_reviews=reviews)

        assert "at most 50" in rule.fault(reviews_required=2, most=50)

    @pytest.mark.parametrize("reviews", [3, 50])
    def test_what_works(self, reviews):
        assert Rule(when="tie", max_reviews=reviews).fault(reviews_required=2, most=50) == ""
