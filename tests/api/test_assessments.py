"""Assessments by the native API."""

from __future__ import annotations

import pytest

from accounts.models import AuditEvent
from assessments.models import Assessment, Revision
from tests.factories import make_trace

SAID = {"name": "correct", "kind": "feedback", "value": True, "rationale": "It is."}


@pytest.fixture
def trace(experiment):
    """Something to judge."""
    return make_trace(experiment)


@pytest.fixture
def said(api, developer, trace):
    """What the developer said, as it was answered."""
    return api(developer).post(f"/traces/{trace.trace_id}/assessments", SAID).json()


def test_an_assessment_is_attributed_to_its_account(api, developer, trace):
    answer = api(developer).post(f"/traces/{trace.trace_id}/assessments", SAID)

    assert answer.status_code == 201
    said = answer.json()
    assert said["source"] == {"source_type": "HUMAN", "source_id": "developer@example.org"}
    assert said["written_by"] == "developer@example.org"
    assert (said["trace_id"], said["value"], said["valid"]) == (trace.trace_id, True, True)
    assert (said["version"], said["overrides"], said["span_id"]) == (1, None, None)


@pytest.mark.parametrize(
    "value", [True, 0, -1.5, "text", "", [1, "a", None], {"k": {"n": 2**53 + 1}}, None]
)
def test_a_value_comes_back_exactly(api, developer, trace, value):
    body = {"name": "any", "kind": "feedback", "value": value}

    answer = api(developer).post(f"/traces/{trace.trace_id}/assessments", body).json()

    assert answer["value"] == value
    assert type(answer["value"]) is type(value)


def test_metadata_values_become_texts_as_mlflow_makes_them(api, developer, trace):
    body = SAID | {"metadata": {"n": 45, "flag": True, "text": "x"}}

    answer = api(developer).post(f"/traces/{trace.trace_id}/assessments", body).json()

    assert answer["metadata"] == {"n": "45", "flag": "True", "text": "x"}


def test_an_error_stands_instead_of_a_value(api, developer, trace):
    error = {"error_code": "RATE_LIMIT", "error_message": "Too many.", "stack_trace": "..."}
    body = {
        "name": "judge",
        "kind": "feedback",
        "error": error,
        "source": {"source_type": "LLM_JUDGE", "source_id": "judge-1"},
    }

    answer = api(developer).post(f"/traces/{trace.trace_id}/assessments", body).json()

    assert (answer["value"], answer["error"]) == (None, error)
    assert answer["source"]["source_id"] == "judge-1"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": None}, "name"),
        ({"name": " "}, "name"),
        ({"name": "x" * 251}, "name"),
        ({"kind": "rating"}, "kind"),
        ({"kind": "expectation", "value": None}, "value"),
        ({"error": {"error_code": "X"}}, "error"),
        ({"error": {"error_message": "no code"}}, "error.error_code"),
        ({"source": {"source_type": "ROBOT"}}, "source.source_type"),
        ({"source": "me"}, "source.non_field_errors"),
        ({"metadata": []}, "metadata"),
        ({"rationale": 5}, "rationale"),
        ({"span_id": "not a span"}, "span_id"),
        ({"valid": False}, "valid"),
        ({"assessment_id": "a-mine"}, "assessment_id"),
        ({"create_time": "2020-01-01T00:00:00Z"}, "create_time"),
    ],
)
def test_what_cannot_be_said_names_the_field(api, developer, trace, changes, field):
    answer = api(developer).post(f"/traces/{trace.trace_id}/assessments", SAID | changes)

    assert answer.status_code == 400
    assert field in answer.json()["fields"]
    assert not Assessment.objects.exists()


def test_a_person_cannot_speak_for_another(api, developer, trace):
    body = SAID | {"source": {"source_type": "HUMAN", "source_id": "boss@example.org"}}
    caller = api(developer, "assessments:write")

    answer = caller.post(f"/traces/{trace.trace_id}/assessments", body)

    assert (answer.status_code, answer.json()["code"]) == (403, "ATTRIBUTION_MISMATCH")


def test_what_was_said_is_listed_oldest_first_without_withdrawn_ones(
    api, developer, trace, said, django_assert_num_queries
):
    caller = api(developer)
    path = f"/traces/{trace.trace_id}/assessments"
    second = caller.post(path, SAID | {"name": "tone", "value": "rude"}).json()
    third = caller.post(path, SAID | {"name": "gone"}).json()
    caller.delete(f"/assessments/{third['assessment_id']}")

    with django_assert_num_queries(3):
        answer = caller.get(path)

    assert answer.json()["rows"] == [said, second]


def test_one_reads_an_assessment(api, developer, said):
    assert api(developer, "read").get(f"/assessments/{said['assessment_id']}").json() == said


def test_assessments_do_not_exist_for_outsiders_and_reviewers(api, outsider, reviewer, trace, said):
    path = f"/assessments/{said['assessment_id']}"
    for caller in (api(outsider), api(reviewer)):
        answers = [
            caller.get(f"/traces/{trace.trace_id}/assessments"),
            caller.post(f"/traces/{trace.trace_id}/assessments", SAID),
            caller.get(path),
            caller.patch(path, {"version": 1}),
            caller.delete(path),
            caller.post(f"{path}/override", {"value": False}),
            caller.get(f"{path}/revisions"),
        ]
        assert [answer.status_code for answer in answers] == [404] * 7


def test_writing_needs_its_scope(api, developer, trace, said):
    caller, path = api(developer, "read"), f"/assessments/{said['assessment_id']}"
    answers = [
        caller.post(f"/traces/{trace.trace_id}/assessments", SAID),
        caller.patch(path, {"version": 1, "value": False}),
        caller.delete(path),
        caller.post(f"{path}/override", {"value": False}),
    ]

    assert [answer.status_code for answer in answers] == [403] * 4


def test_the_author_corrects_and_the_earlier_state_stays(api, developer, said):
    path = f"/assessments/{said['assessment_id']}"

    answer = api(developer).patch(path, {"version": 1, "value": False, "metadata": {"a": 1}})
    history = api(developer).get(f"{path}/revisions").json()["rows"]

    assert answer.status_code == 200
    assert (answer.json()["value"], answer.json()["version"]) == (False, 2)
    assert answer.json()["rationale"] == "It is."
    assert [(row["version"], row["value"], row["action"]) for row in history] == [
        (1, True, "recorded"),
        (2, False, "revised"),
    ]


def test_an_old_version_answers_the_present_row(api, developer, said):
    caller, path = api(developer), f"/assessments/{said['assessment_id']}"
    caller.patch(path, {"version": 1, "value": False})

    answer = caller.patch(path, {"version": 1, "value": True})

    assert answer.status_code == 409
    assert answer.json()["code"] == "changed_meanwhile"
    assert (answer.json()["current"]["value"], answer.json()["current"]["version"]) == (False, 2)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"value": False}, "version"),
        ({"version": "1"}, "version"),
        ({"version": True}, "version"),
        ({"version": 1, "kind": "expectation"}, "kind"),
        ({"version": 1, "source": {"source_type": "CODE"}}, "source"),
        ({"version": 1, "name": ""}, "name"),
    ],
)
def test_a_correction_that_cannot_be_so_names_the_field(api, developer, said, body, field):
    answer = api(developer).patch(f"/assessments/{said['assessment_id']}", body)

    assert answer.status_code == 400
    assert field in answer.json()["fields"]


def test_only_the_author_corrects(api, manager, said):
    answer = api(manager).patch(
        f"/assessments/{said['assessment_id']}", {"version": 1, "value": False}
    )

    assert (answer.status_code, answer.json()["code"]) == (403, "not_the_author")


def test_an_override_keeps_both_until_it_is_withdrawn(api, manager, developer, said):
    path = f"/assessments/{said['assessment_id']}"

    answer = api(manager).post(f"{path}/override", {"value": False, "rationale": "No."})
    overridden = api(developer).get(path).json()
    api(manager).delete(f"/assessments/{answer.json()['assessment_id']}")

    assert answer.status_code == 201
    assert answer.json()["overrides"] == said["assessment_id"]
    assert (answer.json()["name"], answer.json()["kind"]) == ("correct", "feedback")
    assert overridden["valid"] is False
    assert api(developer).get(path).json()["valid"] is True


def test_the_author_withdraws_and_the_history_stays(api, developer, said):
    caller, path = api(developer), f"/assessments/{said['assessment_id']}"

    answers = [caller.delete(path), caller.get(path), caller.get(f"{path}/revisions")]

    assert [answer.status_code for answer in answers] == [204, 404, 200]
    assert [row["action"] for row in answers[2].json()["rows"]] == ["recorded", "retracted"]


def test_another_developer_cannot_withdraw_it_and_a_manager_can(api, owner, manager, said, trace):
    path = f"/assessments/{said['assessment_id']}"
    trace.experiment.memberships.filter(user=owner).update(role="developer")

    refused = api(owner).delete(path)
    allowed = api(manager, "manage").delete(path)

    assert (refused.status_code, allowed.status_code) == (403, 204)
    assert AuditEvent.objects.filter(act="assessment retracted").count() == 1
    assert Revision.objects.count() == 2


def test_end_user_feedback_needs_no_other_scope(api, developer, trace):
    caller = api(developer, "feedback:write")
    body = {"trace_id": trace.trace_id, "name": "liked", "value": False, "user_id": "customer-7"}

    answer = caller.post("/feedback", body)

    assert answer.status_code == 201
    assert answer.json()["source"] == {"source_type": "HUMAN", "source_id": "customer-7"}
    assert answer.json()["kind"] == "feedback"
    assert caller.get(f"/traces/{trace.trace_id}/assessments").status_code == 403
    assert caller.post(f"/traces/{trace.trace_id}/assessments", SAID).status_code == 403


def test_end_user_feedback_cannot_pose_as_an_account(api, developer, manager, trace):
    body = {"trace_id": trace.trace_id, "name": "liked", "value": 1, "user_id": manager.email}

    answer = api(developer, "feedback:write").post("/feedback", body)

    assert (answer.status_code, answer.json()["code"]) == (403, "ATTRIBUTION_MISMATCH")


def test_end_user_feedback_on_a_trace_elsewhere_is_refused(api, outsider, trace):
    body = {"trace_id": trace.trace_id, "name": "liked", "value": 1}

    assert api(outsider).post("/feedback", body).status_code == 404


@pytest.mark.parametrize("missing", ["trace_id", "name"])
def test_end_user_feedback_names_trace_and_name(api, developer, trace, missing):
    body = {"trace_id": trace.trace_id, "name": "liked", "value": 1}
    del body[missing]

    answer = api(developer).post("/feedback", body)

    assert set(answer.json()["fields"]) == {missing}
