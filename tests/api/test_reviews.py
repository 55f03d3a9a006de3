"""The reviewer's way through a session by the native API."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.credentials import Credential
from accounts.roles import Role
from assessments.drafts import Draft
from assessments.models import Assessment
from assessments.recording import record
from labeling import reviewing
from labeling.answering import Reply, Submission
from labeling.managing import close_session
from labeling.models import LabelingSession, Review
from labeling.stocking import remove_items
from tests.factories import LEASE, NOW, make_member, make_session
from tests.places import Place, make_place

CORRECT = {"correct": {"value": True, "rationale": "The form is right."}}
SUBMITTED = {"state": "submitted", "answers": CORRECT}


@pytest.fixture(scope="module")
def shared_place(shared_db) -> Place:
    """Who all tests of this file find."""
    return make_place()


@pytest.fixture(scope="module", autouse=True)
def made(shared_place: Place) -> LabelingSession:
    """Two items, one review each, two reviewers."""
    people = (shared_place.reviewer, shared_place.second_reviewer)
    return make_session(
        shared_place.experiment, shared_place.manager, traces=2, reviewers=people, blind="always"
    )


@pytest.fixture
def me(api, reviewer):
    """A reviewer whose token can only review."""
    return api(reviewer, "review")


def place(session, position=1):
    """The path of an item."""
    item = session.items.get(position=position)
    return f"/sessions/{session.session_id}/items/{item.item_id}"


def review_path(session, position=1):
    """The path of one's review of it."""
    return f"{place(session, position)}/review"


def test_next_claims_an_item_with_all_one_needs(me, session, reviewer):
    answer = me.post(f"/sessions/{session.session_id}/next")

    assert answer.status_code == 200
    item = answer.json()
    assert (item["position"], item["status"]) == (1, "pending")
    assert item["trace"]["spans"][0]["inputs"] == {"question": "Question 0?"}
    assert [(q["name"], q["required"]) for q in item["questions"]] == [("correct", True)]
    assert item["questions"][0]["input"] == {
        "pass_fail": {"positive_label": "Correct", "negative_label": "Incorrect"}
    }
    assert (item["review"]["state"], item["review"]["answers"]) == ("claimed", {})
    assert item["lease_expires_at"] is not None
    assert Review.objects.get().reviewer == reviewer


def test_next_again_answers_what_one_holds(me, session):
    first = me.post(f"/sessions/{session.session_id}/next").json()
    second = me.post(f"/sessions/{session.session_id}/next").json()

    assert first["item_id"] == second["item_id"]
    assert Review.objects.count() == 1


def test_next_with_a_key_answers_the_same_item_later(me, session):
    path = f"/sessions/{session.session_id}/next"
    first = me.post(path, key="k1").json()
    me.put(review_path(session), SUBMITTED)

    again = me.post(path, key="k1").json()

    assert again["item_id"] == first["item_id"]
    assert again["review"]["state"] == "submitted"


def test_nothing_left_is_204_and_done(me, session):
    for position in (1, 2):
        me.put(review_path(session, position), SUBMITTED)

    answers = [me.post(f"/sessions/{session.session_id}/next", key="k") for _ in range(2)]

    assert [(a.status_code, a["X-Queue-State"], a.content) for a in answers] == [
        (204, "done", b""),
        (204, "done", b""),
    ]


def test_the_last_places_held_by_others_are_204_and_waiting(me, session, second_reviewer):
    for item in session.items.all():
        Review.objects.create(
            item=item,
            reviewer=second_reviewer,
            claimed_until=timezone.now() + LEASE,
            started_at=NOW,
            updated_at=NOW,
        )

    answer = me.post(f"/sessions/{session.session_id}/next")

    assert (answer.status_code, answer["X-Queue-State"]) == (204, "waiting")


def test_a_draft_is_kept_and_read_back(me, session):
    draft = {"correct": {"value": None, "rationale": "Not sure"}}

    saved = me.put(review_path(session), {"state": "draft", "answers": draft})
    read = me.get(place(session))

    assert saved.status_code == 200
    assert (saved.json()["state"], saved.json()["version"]) == ("draft", 2)
    assert (saved.json()["next"], saved.json()["queue_state"]) == (None, None)
    assert read.json()["review"]["answers"] == draft
    assert not Assessment.objects.exists()


def test_a_submit_records_the_answers_and_claims_the_next_item(me, session, reviewer):
    answer = me.put(review_path(session), SUBMITTED)

    assert answer.status_code == 200
    said = answer.json()
    assert (said["state"], said["item_status"], said["queue_state"]) == (
        "submitted",
        "complete",
        "claimed",
    )
    assert said["answers"] == CORRECT
    assert (said["next"]["position"], said["next"]["review"]["state"]) == (2, "claimed")
    recorded = Assessment.objects.get()
    assert (recorded.source_id, recorded.value) == (reviewer.email, True)


def test_the_last_submit_has_no_next(me, session):
    me.put(review_path(session, 1), SUBMITTED)

    answer = me.put(review_path(session, 2), SUBMITTED).json()

    assert (answer["next"], answer["queue_state"]) == (None, "done")


def test_a_repeated_submit_answers_the_same(me, session):
    first = me.put(review_path(session), SUBMITTED, key="k1")
    second = me.put(review_path(session), SUBMITTED, key="k1")

    assert (second.status_code, second.json()) == (first.status_code, first.json())
    assert Assessment.objects.count() == 1


def test_a_submit_can_be_corrected(me, session):
    me.put(review_path(session), SUBMITTED)

    answer = me.put(
        review_path(session), {"state": "submitted", "answers": {"correct": {"value": False}}}
    )

    assert answer.json()["answers"] == {"correct": {"value": False, "rationale": ""}}
    assert (Assessment.objects.get().value, Assessment.objects.get().version) == (False, 2)


def test_a_submit_is_taken_back_by_a_draft(me, session):
    version = me.put(review_path(session), SUBMITTED).json()["version"]

    answer = me.put(review_path(session), {"state": "draft", "version": version}).json()

    assert (answer["state"], answer["item_status"]) == ("draft", "pending")
    assert answer["answers"] == CORRECT
    assert Assessment.objects.present().count() == 0


def test_taking_back_may_bring_new_answers(me, session):
    version = me.put(review_path(session), SUBMITTED).json()["version"]
    draft = {"correct": {"value": False, "rationale": ""}}

    answer = me.put(
        review_path(session), {"state": "draft", "answers": draft, "version": version}
    ).json()

    assert (answer["state"], answer["answers"]) == ("draft", draft)


def test_one_question_may_be_impossible_to_judge(me, session):
    answers = {"correct": {"cannot_judge": "No source is given."}}

    answer = me.put(review_path(session), {"state": "submitted", "answers": answers})

    assert answer.json()["answers"] == answers
    assert not Assessment.objects.exists()


def test_a_whole_item_may_be_impossible_to_judge(me, session):
    answer = me.put(review_path(session), {"state": "cannot_judge", "reason": "It is empty."})

    assert (answer.json()["state"], answer.json()["reason"]) == ("cannot_judge", "It is empty.")
    assert (answer.json()["item_status"], answer.json()["next"]["position"]) == ("declined", 2)


def test_an_item_may_be_skipped_and_comes_back_last(me, session):
    skipped = me.put(review_path(session), {"state": "skipped"}).json()
    me.put(review_path(session, 2), SUBMITTED)

    last = me.post(f"/sessions/{session.session_id}/next").json()

    assert (skipped["state"], skipped["next"]["position"]) == ("skipped", 2)
    assert last["position"] == 1


def test_an_old_version_answers_the_present_review(me, session):
    me.put(review_path(session), {"state": "draft", "answers": CORRECT, "version": 1})
    other = {"correct": {"value": False, "rationale": "Second tab"}}

    answer = me.put(review_path(session), {"state": "draft", "answers": other, "version": 1})

    assert answer.status_code == 409
    assert answer.json()["code"] == "changed_meanwhile"
    assert answer.json()["current"]["answers"] == CORRECT
    assert answer.json()["current"]["version"] == 2


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({}, "invalid", "state"),
        ({"state": "claimed"}, "invalid", "state"),
        ({"state": "draft"}, "invalid", "answers"),
        ({"state": "draft", "answers": []}, "invalid", "answers"),
        ({"state": "draft", "answers": {"mood": {"value": 1}}}, "invalid_answers", "mood"),
        ({"state": "draft", "answers": {"correct": True}}, "invalid_answers", "correct"),
        ({"state": "draft", "answers": {"correct": {"vlaue": 1}}}, "invalid_answers", "correct"),
        ({"state": "submitted"}, "invalid_answers", "correct"),
        ({"state": "submitted", "answers": {}}, "invalid_answers", "correct"),
        (
            {"state": "submitted", "answers": {"correct": {"value": "yes"}}},
            "invalid_answers",
            "correct",
        ),
        ({"state": "draft", "answers": {}, "version": "1"}, "invalid", "version"),
        ({"state": "draft", "answers": {}, "active_ms": -1}, "invalid", "active_ms"),
        ({"state": "cannot_judge", "reason": "x" * 201}, "invalid", "reason"),
        ({"state": "draft", "answers": {}, "reviewer": "x"}, "invalid", "reviewer"),
    ],
)
def test_a_review_that_cannot_be_so_names_the_field(me, session, body, code, field):
    answer = me.put(review_path(session), body)

    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert field in answer.json()["fields"]
    assert not Review.objects.filter(state__in=["submitted", "cannot_judge"]).exists()
    assert not Assessment.objects.exists()


def test_a_closed_session_takes_nothing(me, session, manager):
    me.put(review_path(session), {"state": "draft", "answers": CORRECT})
    close_session(session, by=Credential(user=manager), now=NOW)

    answers = [
        me.put(review_path(session), SUBMITTED),
        me.post(f"/sessions/{session.session_id}/next"),
    ]

    assert [(a.status_code, a.json()["code"]) for a in answers] == [(409, "session_closed")] * 2
    assert me.get(place(session)).json()["review"]["answers"] == CORRECT


def test_a_draft_session_shows_reviewers_nothing(me, api, manager, experiment, reviewer):
    session = make_session(experiment, manager, reviewers=(reviewer,), opened=False)

    assert me.get(place(session)).status_code == 404
    assert api(manager, "read").get(place(session)).status_code == 200


def test_a_full_item_is_refused_to_a_third(me, api, session, second_reviewer):
    me.put(review_path(session), SUBMITTED)

    answer = api(second_reviewer).put(review_path(session), SUBMITTED)

    assert (answer.status_code, answer.json()["code"]) == (409, "place_taken")


def test_a_late_submit_of_an_item_that_was_taken_out_is_kept(me, session):
    item = me.post(f"/sessions/{session.session_id}/next").json()
    remove_items(session, [item["item_id"]], now=NOW)

    answer = me.put(review_path(session), SUBMITTED)

    assert (answer.status_code, answer.json()["is_late"]) == (200, True)


def test_blind_reviewers_get_no_byte_of_others_before_they_submit(
    session_of_two, me, api, developer, second_reviewer
):
    session = session_of_two(traces=2, blind="until_submitted")
    item = session.items.get(position=1)
    said = {"correct": Reply(value=False, rationale="CANARY of a colleague")}
    reviewing.submit(
        item, Submission(replies=said), by=Credential(user=second_reviewer), lease=LEASE
    )
    judged = Draft(name="correct", kind="feedback", value=False, rationale="CANARY of a judge")
    record(item.trace, judged, by=Credential(user=developer), now=NOW)

    answers = [
        me.post(f"/sessions/{session.session_id}/next"),
        me.get(place(session)),
        me.put(review_path(session), {"state": "draft", "answers": {}}),
        me.put(review_path(session), {"state": "submitted", "answers": {}}),
    ]

    for answer in answers:
        assert b"CANARY" not in answer.content
        assert second_reviewer.email.encode() not in answer.content


def test_a_reviewer_reaches_nothing_else_of_the_session(api, reviewer, session):
    caller, path = api(reviewer), f"/sessions/{session.session_id}"

    answers = [
        caller.get(f"{path}{rest}")
        for rest in (
            "",
            "/items",
            "/progress",
            "/consensus",
            "/agreement",
            "/disagreements",
            "/export",
        )
    ]

    assert [answer.status_code for answer in answers] == [403] * 7


def test_outsiders_and_other_reviewers_learn_nothing(api, outsider, session, experiment):
    stranger = make_member(experiment, Role.REVIEWER)
    for caller in (api(outsider), api(stranger), api(stranger, "review")):
        answers = [
            caller.post(f"/sessions/{session.session_id}/next"),
            caller.get(place(session)),
            caller.put(review_path(session), SUBMITTED),
        ]
        assert [answer.status_code for answer in answers] == [404] * 3
    assert not Review.objects.exists()


def test_reviewing_needs_its_scope(api, reviewer, session):
    caller = api(reviewer, "assessments:write")

    answers = [
        caller.post(f"/sessions/{session.session_id}/next"),
        caller.get(place(session)),
        caller.put(review_path(session), SUBMITTED),
    ]

    assert [(a.status_code, a.json()["code"]) for a in answers] == [(403, "scope_missing")] * 3


def test_an_item_of_another_session_is_not_found(me, session, experiment, manager, reviewer):
    other = make_session(experiment, manager, reviewers=(reviewer,))
    item = other.items.first()

    answer = me.get(f"/sessions/{session.session_id}/items/{item.item_id}")

    assert answer.status_code == 404


def test_a_manager_who_is_no_reviewer_reads_an_item_without_a_review(api, manager, session):
    answer = api(manager).get(place(session))

    assert (answer.status_code, answer.json()["review"]) == (200, None)
