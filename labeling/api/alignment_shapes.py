"""Answers of the native API about a judge against people."""

from __future__ import annotations

from rest_framework import serializers

from accounts.shapes import AnyJson, Shape, interval_field


class ShareAnswer(Shape):
    """A share of `n` cases with Wilson's 95 % interval; null without a case."""

    value = serializers.FloatField(allow_null=True)
    interval = interval_field()
    n = serializers.IntegerField()


class FigureAnswer(Shape):
    """A figure with its 95 % interval, or the reason why there is none."""

    value = serializers.FloatField(allow_null=True)
    interval = interval_field()
    undefined = serializers.CharField(allow_null=True)


class OptionRatesAnswer(Shape):
    """A judge's use of one option, as a test of people's. `n_…`: compared cases that chose it."""

    option = AnyJson()
    n_human = serializers.IntegerField()
    n_judge = serializers.IntegerField()
    n_both = serializers.IntegerField()
    catch_rate = ShareAnswer()
    false_alarms = ShareAnswer()
    precision = ShareAnswer()


class VersionAnswer(Shape):
    """One version of the judge."""

    version = serializers.CharField(allow_blank=True)
    n = serializers.IntegerField()
    agreed = ShareAnswer()
    kappa = FigureAnswer()


class AlignmentAnswer(Shape):
    """A judge against people; `n` cases have an answer of both.

    `confusion`: a row per human answer, a column per judge's, in the order of `options`. The
    target's rates are null without a `target`. `human_kappa` and
    `human_difference`: people among themselves on all cases the judge answered, compared or not.
    `few`: options that people chose in fewer than ten cases.
    """

    schema = serializers.CharField()
    judge = serializers.CharField()
    name = serializers.CharField()
    version = serializers.CharField(allow_null=True, allow_blank=True)
    against = serializers.CharField()
    scale = serializers.ChoiceField(["nominal", "ordinal", "interval", "ratio", "set", "none"])
    n = serializers.IntegerField()
    errors = serializers.IntegerField(help_text="The judge failed.")  # type: ignore[assignment]  # a field
    ambiguous = serializers.IntegerField(help_text="People settled that there is no one answer.")
    unlabeled = serializers.IntegerField(help_text="The judge answered, people did not agree yet.")
    misfits = serializers.IntegerField(help_text="An answer that is none of the question's.")
    options = serializers.ListField(child=AnyJson())
    confusion = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()))
    agreed = ShareAnswer()
    rates = OptionRatesAnswer(many=True)
    few = serializers.ListField(child=AnyJson())
    target = AnyJson()
    catch_rate = ShareAnswer()
    false_alarms = ShareAnswer()
    precision = ShareAnswer()
    kappa = FigureAnswer()
    human_kappa = serializers.FloatField(allow_null=True)
    human_kappa_interval = interval_field()
    judge_pass_rate = serializers.FloatField(allow_null=True)
    judge_pass_rate_interval = interval_field()
    corrected_pass_rate = serializers.FloatField(allow_null=True)
    corrected_pass_rate_interval = interval_field()
    corrected_undefined = serializers.CharField(allow_null=True)
    absolute_error = FigureAnswer()
    spearman = FigureAnswer()
    human_difference = serializers.FloatField(allow_null=True)
    versions = VersionAnswer(many=True)


class JudgeAnswer(Shape):
    """Feedback of one judge under one name and version. `n`: how often."""

    judge = serializers.CharField()
    name = serializers.CharField()
    source_type = serializers.ChoiceField(["LLM_JUDGE", "CODE"])
    version = serializers.CharField(allow_blank=True)
    n = serializers.IntegerField()


class JudgesAnswer(Shape):
    """Whose feedback there is on the session's traces."""

    judges = JudgeAnswer(many=True)
