"""Answers of the native API about how far a session is and what came of it."""

from __future__ import annotations

from rest_framework import serializers

from accounts.shapes import AnyJson, Shape, interval_field
from labeling.api.escalation_shapes import handed_over_field
from labeling.models import SessionSchema

UNDEFINED = ["too_few_items", "one_reviewer", "no_variation", "free_text"]
UNMET = [
    "scale",
    "too_few_items",
    "too_few_answers",
    "no_variation",
    "not_identified",
    "too_few_gold",
]


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


class ReviewerModelAnswer(Shape):
    """A reviewer in a model. `confusion`: a row per true option; empty for one_coin."""

    reviewer = serializers.CharField()
    n = serializers.IntegerField()
    accuracy = serializers.FloatField()
    confusion = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField()), allow_empty=True
    )


class ModelAnswer(Shape):
    """How a model of the reviewers came out. `prior`: how frequent each option is."""

    options = serializers.ListField(child=AnyJson())
    prior = serializers.ListField(child=serializers.FloatField())
    reviewers = ReviewerModelAnswer(many=True)
    log_likelihood = serializers.FloatField()
    iterations = serializers.IntegerField()
    converged = serializers.BooleanField()


class VoteWeightAnswer(Shape):
    """What a reviewer's vote weighs; 0 counts for nothing."""

    reviewer = serializers.CharField()
    weight = serializers.FloatField()


class ConsensusMethodAnswer(Shape):
    """How the answers are combined. `unmet`: why the method asked for could not be used.

    `weights`: of everybody who answered the question, empty but for a weighted vote.
    """

    method = serializers.ChoiceField(SessionSchema.ConsensusMethod.values)
    unmet = serializers.ChoiceField(UNMET, allow_null=True)
    model = ModelAnswer(allow_null=True)
    weights = VoteWeightAnswer(many=True)


class ComparedAnswer(Shape):
    """A share of `n` cases beside that of all other reviewers together.

    `stands_out`: at least ten cases, and the interval leaves the peers' figure out.
    """

    value = serializers.FloatField(allow_null=True)
    interval = interval_field()
    n = serializers.IntegerField()
    peers = serializers.FloatField(allow_null=True)
    stands_out = serializers.ChoiceField(["below", "above"], allow_null=True)


class OptionShareAnswer(Shape):
    """How often a reviewer chose an option, and the others on the same items."""

    option = AnyJson()
    chosen = ComparedAnswer()


class ReviewerFiguresAnswer(Shape):
    """A reviewer beside the others. `match`: with what the others on the item come to; `gold`:
    with the right answers of gold items; `repeats`: with their own answer to the same trace.
    """

    reviewer = serializers.CharField()
    n_answers = serializers.IntegerField()
    match = ComparedAnswer()
    gold = ComparedAnswer()
    repeats = ComparedAnswer()
    options = OptionShareAnswer(many=True)


class ReviewerAnswersAnswer(Shape):
    """How many answers a reviewer gave, and how often each option, in the order of the options."""

    reviewer = serializers.CharField()
    n = serializers.IntegerField()
    counts = serializers.ListField(child=serializers.IntegerField())


class AnswersAnswer(Shape):
    """The current answers to a question. `low`, `high`, `mean`: of numbers without options."""

    options = serializers.ListField(child=AnyJson())
    n = serializers.IntegerField()
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    mean = serializers.FloatField(allow_null=True)
    reviewers = ReviewerAnswersAnswer(many=True)


class QuestionAgreementAnswer(Shape):
    """Agreement on one question, by the coefficient that fits its scale.

    `undefined` says why there is no value. Figures that do not belong to the scale are null.
    """

    schema = serializers.CharField()
    title = serializers.CharField()
    scale = serializers.ChoiceField(["nominal", "ordinal", "interval", "ratio", "set", "none"])
    coefficient = serializers.CharField(allow_null=True)
    value = serializers.FloatField(allow_null=True)
    interval = interval_field()
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
    consensus = ConsensusMethodAnswer()
    reviewers = ReviewerFiguresAnswer(many=True)
    answers = AnswersAnswer()


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
    """The combined answer of an item to a question; on a tie `value` is null, see `tied`.

    `adjudicated_by` is who settled it; `ambiguous`: they found that no one answer is right.
    """

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
    ambiguous = serializers.BooleanField()
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
    """An item and a question on which submitted reviews differ, settled since or not.

    `severity`: how far apart the answers lie, from 0 to 1; above 0.5 they are `far_apart`.
    `escalated`: how many reviewers the session's rule asked for in addition; `handed_over`: why it
    asks nobody any more.
    """

    item_id = serializers.CharField()
    position = serializers.IntegerField()
    trace_id = serializers.CharField()
    schema = serializers.CharField()
    title = serializers.CharField()
    severity = serializers.FloatField()
    far_apart = serializers.BooleanField()
    settled = serializers.BooleanField()
    escalated = serializers.IntegerField()
    handed_over = handed_over_field()
    answers = GivenAnswerShape(many=True)
