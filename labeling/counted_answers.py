"""Which answers count, as a condition of queries."""

from __future__ import annotations

from django.db.models import Q

from labeling.models import Review


def counting() -> Q:
    """Of answers: those of submitted reviews that were not withdrawn."""
    stands = Q(assessment__retracted_at__isnull=True) | ~Q(cannot_judge="")
    return stands & Q(review__state=Review.State.SUBMITTED)
