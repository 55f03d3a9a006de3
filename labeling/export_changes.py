"""Which answers and items of a session changed since a moment, as conditions of queries."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q

from assessments.models import Revision
from labeling.counted_answers import counting
from labeling.models import Answer, Consensus, Review, Settlement

# What is being written while an export reads has an earlier time, and is read by the next one.
OVERLAP = timedelta(minutes=1)


def answer_changed(since: datetime) -> Q:
    """Of answers: changed themselves, withdrawn, overridden, or combined anew with the others."""
    revisions = Revision.objects.filter(assessment=OuterRef("assessment"), at__gte=since)
    combined = Consensus.objects.filter(
        item=OuterRef("review__item"),
        label_schema=OuterRef("label_schema"),
        computed_at__gte=since,
    )
    themselves = Q(Exists(revisions)) | Q(review__updated_at__gte=since)
    return themselves | (counting() & Q(Exists(combined)))


def item_changed(since: datetime) -> Q:
    """Of items: added, or any answer, review, settlement or combined answer of theirs changed."""
    of_item = Q(item=OuterRef("pk"))
    answers = Answer.objects.filter(
        review__item=OuterRef("pk"), assessment__revisions__at__gte=since
    )
    reviews = Review.objects.filter(of_item, updated_at__gte=since)
    settled = Q(settled_at__gte=since) | Q(undone_at__gte=since)
    settlements = Settlement.objects.filter(of_item, settled)
    decisions = Settlement.objects.filter(of_item, assessment__revisions__at__gte=since)
    combined = Consensus.objects.filter(of_item, computed_at__gte=since)
    moved = Q(changed_at__gte=since) | Q(added_at__gte=since)
    found = (reviews, combined, answers, settlements, decisions)
    return reduce(or_, (Q(Exists(rows)) for rows in found), moved)
