"""Native API: the reviewer's own way through a session."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.asking import credential_of
from accounts.conflicts import conflict
from accounts.credentials import Credential
from accounts.idempotency import Done, once
from labeling import reviewing
from labeling.access import (
    HiddenItem,
    is_hidden_from,
    item_by_id,
    reads_all,
    reviewer_session,
    session_to_show,
)
from labeling.answering import Submission, replies_from_json
from labeling.api.item_json import item_json, review_json
from labeling.api.item_shapes import ItemAnswer, ReviewBody, ReviewConflict, SavedReviewAnswer
from labeling.models import QueueItem, Review
from labeling.places import ReviewChanged
from labeling.queueing import Next, claim_next, database_now, own_claim
from labeling.reviewing import Outcome

QUEUE_STATE = "X-Queue-State"


def lease() -> timedelta:
    """How long a claim holds."""
    return timedelta(seconds=settings.LEASE_SECONDS)


@extend_schema(tags=["reviewing"])
@extend_schema_view(
    retrieve=extend_schema(
        summary="Read an item: the trace, the questions and your own review", responses=ItemAnswer
    ),
)
class Reviewing(ViewSet):
    """What a reviewer does."""

    @extend_schema(
        summary="Claim your next item",
        request=None,
        responses={
            200: ItemAnswer,
            204: OpenApiResponse(
                description="None: the header X-Queue-State says done, or waiting for others."
            ),
        },
    )
    def next(self, request: Request, session_id: str) -> Response:
        """The caller's next item, held for them; 204 when there is none."""
        by = credential_of(request)
        session = reviewer_session(by, session_id)

        def work() -> Done[Next]:
            made = claim_next(session, by.user, lease=lease())
            if made.review is None:
                return Done(object_id=made.state, status=204, made=made)
            return Done(object_id=made.review.item.item_id, made=made)

        done = once(request, work)
        if done.status == 204:
            return Response(status=204, headers={QUEUE_STATE: done.object_id})
        claimed = done.made.review if done.made else None
        if claimed is None:
            return Response(own_item(item_by_id(session, done.object_id), by))
        claimed.item.session = session
        return Response(item_json(claimed.item, claimed))

    def retrieve(self, request: Request, session_id: str, item_id: str) -> Response:
        """The item, with the caller's own review if there is one."""
        by = credential_of(request)
        session = session_to_show(by, session_id)
        return Response(own_item(item_by_id(session, item_id), by))

    @extend_schema(
        summary="Save your review: draft, submit, skip, cannot judge, or take it back",
        request=ReviewBody,
        responses={200: SavedReviewAnswer, 409: ReviewConflict},
    )
    def review(self, request: Request, session_id: str, item_id: str) -> Response:
        """The review as it is then, and `next`; 409 with the present one for an old version."""
        by = credential_of(request)
        item = item_by_id(reviewer_session(by, session_id), item_id)
        body = ReviewBody(data=request.data)
        body.is_valid(raise_exception=True)
        said, submission = body.validated_data, submission_of(body.validated_data)

        def work() -> Done[Outcome]:
            return Done(object_id=item_id, made=save(item, said, submission, by))

        try:
            done = once(request, work)
        except ReviewChanged as error:
            return conflict(error, review_json(error.current))
        outcome = done.made or present_outcome(item, by)
        return Response(saved_json(item, outcome), status=done.status)


def own_item(item: QueueItem, by: Credential) -> dict[str, object]:
    """The item with the caller's own review. Raises HiddenItem."""
    review = Review.objects.filter(item=item, reviewer=by.user).first()
    if is_hidden_from(item, review) and not reads_all(by, item.session):
        raise HiddenItem
    return item_json(item, review)


def submission_of(said: dict[str, Any]) -> Submission:
    """A checked body as a submission. Raises InvalidAnswers."""
    return Submission(
        replies=replies_from_json(said.get("answers", {})),
        expected_version=said["version"],
        reason=said["reason"],
        note=said["note"],
        active_ms=said["active_ms"],
    )


def save(item: QueueItem, said: dict[str, Any], submission: Submission, by: Credential) -> Outcome:
    """The verb of the state that is asked for."""
    match said["state"]:
        case "submitted":
            return reviewing.submit(item, submission, by=by, lease=lease())
        case "skipped":
            return reviewing.skip(item, submission, by=by, lease=lease())
        case "cannot_judge":
            return reviewing.cannot_judge(item, submission, by=by, lease=lease())
        case _:
            return save_draft(item, said, submission, by)


@transaction.atomic
def save_draft(
    item: QueueItem, said: dict[str, Any], submission: Submission, by: Credential
) -> Outcome:
    """Take a submitted review back first; then keep the answers that were sent."""
    filling = Review.objects.filter(item=item, reviewer=by.user).filling_a_place().exists()
    if not filling and "answers" not in said:
        raise serializers.ValidationError({"answers": "Send the answers of the draft."})
    if filling:
        outcome = reviewing.undo(item, submission, by=by, lease=lease())
        if "answers" not in said:
            return outcome
        submission = Submission(replies=submission.replies)
    return reviewing.save_draft(item, submission, by=by, lease=lease())


def present_outcome(item: QueueItem, by: Credential) -> Outcome:
    """What a repeated request answers: the review as it is, and the claim held now."""
    review = Review.objects.get(item=item, reviewer=by.user)
    if review.state in Review.WORKING:
        return Outcome(review=review)
    claim = own_claim(item.session, by.user, now=database_now())
    return Outcome(review=review, next=Next(review=claim, state="claimed") if claim else None)


def saved_json(item: QueueItem, outcome: Outcome) -> dict[str, object]:
    """The review with its item's status, and the next item when one goes on."""
    following = outcome.next.review if outcome.next else None
    following_json = None
    if following is not None:
        following.item.session = item.session
        following_json = item_json(following.item, following)
    return review_json(outcome.review) | {
        "item_id": item.item_id,
        "item_status": outcome.review.item.status,
        "next": following_json,
        "queue_state": outcome.next.state if outcome.next else None,
    }
