"""Answers of the native API about how far a session is and what came of it."""

from __future__ import annotations

from rest_framework import serializers

from accounts.shapes import AnyJson, Shape

UNDEFINED = ["too_few_items", "one_reviewer", "no_variation", "free_text"]


class ItemCountsAnswer(Shape):
    """Items by status."""

    total = serializers.IntegerField()
    pending = serializers.IntegerField()
    complete = serializers.IntegerField()
    declined = serializers.IntegerField()


class ReviewerProgressAnswer(Shape):
    """One reviewer's part. `assigned`: items dealt to them, or in a pool items they have begun."""

    reviewer = serializers.CharField()
    name = serializers.CharField()
    assigned = serializers.IntegerField()
    submitted = serializers.IntegerField()
    draft = serializers.IntegerField()
    skipped = serializers.IntegerField()
    cannot_judge = serializers.IntegerField()
    median_active_seconds = serializers.FloatField(allow_null=True)
    last_active_at = serializers.DateTimeField(allow_null=True)


class ProgressAnswer(Shape):
    """How far a session is. `places`: reviews required in all, `filled`: how many are in."""

    items = ItemCountsAnswer()
    reviews_required = serializers.IntegerField()
    places = serializers.IntegerField()
    filled = serializers.IntegerField()
    median_active_seconds = serializers.FloatField(allow_null=True)
    reviewers = ReviewerProgressAnswer(many=True)


class PairAnswer(Shape):
    """Cohen's κ of two reviewers."""

    a = serializers.CharField()
    b = serializers.CharField()
    kappa = serializers.FloatField(allow_null=True)
    n = serializers.IntegerField()


class QuestionAgreementAnswer(Shape):
    """Agreement on one question, by the coefficient that fits its scale.

    `undefined` says why there is no value. Figures that do not belong to the scale are null.
    """

    schema = serializers.CharField()
    title = serializers.CharField()
    scale = serializers.ChoiceField(["nominal", "ordinal", "interval", "ratio", "set", "none"])
    coefficient = serializers.CharField(allow_null=True)
    value = serializers.FloatField(allow_null=True)
    interval = serializers.ListField(
        child=serializers.FloatField(), min_length=2, max_length=2, allow_null=True
    )
    undefined = serializers.ChoiceField(UNDEFINED, allow_null=True)
    n_items = serializers.IntegerField()
    n_labels = serializers.IntegerField()
    n_answers = serializers.IntegerField()
    n_misfits = serializers.IntegerField()
    n_reviewers = serializers.IntegerField()
    n_cannot_judge = serializers.IntegerField()
    raw_agreement = serializers.FloatField(allow_null=True)
    prevalence = serializers.FloatField(allow_null=True)
    ac1 = serializers.FloatField(allow_null=True)
    ac2 = serializers.FloatField(allow_null=True)
    within_one_step = serializers.FloatField(allow_null=True)
    fleiss_kappa = serializers.FloatField(allow_null=True)
    icc = serializers.FloatField(allow_null=True)
    icc_model = serializers.CharField(allow_null=True)
    median_absolute_difference = serializers.FloatField(allow_null=True)
    mean_jaccard = serializers.FloatField(allow_null=True)
    distinct_answers = serializers.IntegerField(allow_null=True)
    pairwise = PairAnswer(many=True)


class AgreementAnswer(Shape):
    """Agreement per question. `stale`: answers came in since, a recomputation is on its way."""

    computed_at = serializers.DateTimeField(allow_null=True)
    stale = serializers.BooleanField()
    questions = QuestionAgreementAnswer(many=True)


class VoteAnswer(Shape):
    """How often one value was given."""

    value = AnyJson()
    count = serializers.IntegerField()


class ConsensusRow(Shape):
    """The combined answer of an item to a question; on a tie `value` is null, see `tied`."""

    item_id = serializers.CharField()
    position = serializers.IntegerField()
    trace_id = serializers.CharField()
    schema = serializers.CharField()
    schema_version = serializers.IntegerField()
    value = AnyJson()
    method = serializers.CharField()
    method_version = serializers.CharField()
    confidence = serializers.FloatField(allow_null=True)
    n = serializers.IntegerField()
    votes = VoteAnswer(many=True)
    tie = serializers.BooleanField()
    tied = serializers.ListField(child=AnyJson())
    adjudicated_by = serializers.CharField(allow_null=True)
    stale = serializers.BooleanField()
    computed_at = serializers.DateTimeField()


class GivenAnswerShape(Shape):
    """One reviewer's answer."""

    reviewer = serializers.CharField()
    value = AnyJson()
    rationale = serializers.CharField()
    cannot_judge = serializers.CharField()
    edited_after_reveal = serializers.BooleanField()


class DisagreementRow(Shape):
    """An item and a question on which submitted reviews differ."""

    item_id = serializers.CharField()
    position = serializers.IntegerField()
    trace_id = serializers.CharField()
    schema = serializers.CharField()
    title = serializers.CharField()
    answers = GivenAnswerShape(many=True)
