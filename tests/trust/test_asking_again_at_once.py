"""A question is asked again while others do the same and reviewers go on. Real threads."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from accounts.credentials import Credential
from accounts.models import AuditEvent, User
from assessments.models import Revision
from labeling.answering import Reply, Submission
from labeling.models import Answer, LabelingSession, Review
from labeling.reasking import ask_again
from labeling.reviewing import submit, undo
from labeling.stale_answers import stale_answers
from schemas.defining import definition_of, edit_schema
from schemas.inputs import Categorical
from schemas.models import LabelSchema
from tests.factories import LEASE, make_session
from tests.trust.test_two_at_once import at_once, failures, people
from traces.models import Experiment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
RUDE = Submission(replies={"tone": Reply(value="Rude")})
N_ITEMS = 4


def made_stale(session: LabelingSession) -> LabelSchema:
    """The session's question, after it lost an option."""
    schema = LabelSchema.objects.select_related("current").get(name="tone")
    fewer = replace(definition_of(schema), input=Categorical(("Friendly", "Rude")))
    edit_schema(schema, fewer, by=None)
    return LabelSchema.objects.select_related("current").get(pk=schema.pk)


def reviewed(
    experiment: Experiment, manager: User, n: int
) -> tuple[LabelingSession, list[Credential]]:
    """A session whose items that many people have answered, and who they are."""
    reviewers = [Credential(user=user) for user in people(experiment, n)]
    session = make_session(
        experiment, manager, traces=N_ITEMS, questions=("tone",), reviews_required=n
    )
    for item in session.items.in_order():
        for by in reviewers:
            submit(item, RUDE, by=by, lease=LEASE, goes_on=False)
    return session, reviewers


def test_each_review_goes_back_once_whoever_asks(experiment, manager):
    session, _ = reviewed(experiment, manager, 3)
    schema, by = made_stale(session), Credential(user=manager)

    found = at_once([partial(ask_again, session, schema, by=by) for _ in range(3)])

    assert failures(found) == []
    assert sorted(done.asked for done in found) == [0, 0, N_ITEMS * 3]
    assert AuditEvent.objects.filter(act="question asked again").count() == 1
    assert set(Review.objects.values_list("state", "version")) == {("draft", 3)}
    assert Revision.objects.filter(action="retracted").count() == N_ITEMS * 3


def test_a_submit_or_undo_in_the_middle_is_before_or_after_it(experiment, manager):
    session, reviewers = reviewed(experiment, manager, 2)
    items = list(session.items.in_order())
    schema, by = made_stale(session), Credential(user=manager)

    found = at_once(
        [
            partial(ask_again, session, schema, by=by),
            partial(submit, items[0], RUDE, by=reviewers[0], lease=LEASE, goes_on=False),
            partial(undo, items[1], Submission(), by=reviewers[1], lease=LEASE),
        ]
    )

    # An undo that comes second finds nothing to undo.
    assert [type(error).__name__ for error in failures(found)] in ([], ["WrongMoment"])
    assert list(stale_answers()) == []
    again = Review.objects.get(item=items[0], reviewer=reviewers[0].user)
    answer = Answer.objects.get(review=again)
    assert again.state == "submitted"
    assert answer.schema_version.number == 2
    assert answer.assessment is not None
    assert answer.assessment.retracted_at is None
