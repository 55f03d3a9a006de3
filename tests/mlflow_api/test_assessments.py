"""Assessments on MLflow's wire, from the request to the rows."""

from __future__ import annotations

import pytest

from accounts.roles import Role
from assessments.models import Assessment
from tests.factories import make_member, make_trace
from tests.mlflow_api.conftest import NEW, speaking_as

TIMED = {"create_time": "2026-11-20T21:59:08.390Z"}
CREATION_STATEMENTS = 6  # token, trace, savepoint, assessment, revision, release


@pytest.fixture
def path(experiment):
    return f"{NEW}/traces/{make_trace(experiment).trace_id}/assessments"


def feedback(*, value=True, **more):
    return {"assessment": {"assessment_name": "good", "feedback": {"value": value}, **more}}


def expectation(value, **more):
    return {"assessment": {"assessment_name": "answer", "expectation": {"value": value}, **more}}


def made(wire, path, body):
    status, answer = wire.post(path, body)
    assert status == 200, answer
    return answer["assessment"]


def test_what_is_created_is_what_is_read(wire, path):
    created = made(wire, path, feedback(rationale="Why", metadata={"a": "1"}, **TIMED))

    assert wire.get(f"{path}/{created['assessment_id']}") == (200, {"assessment": created})
    assert created["create_time"] == TIMED["create_time"]
    assert created["source"] == {"source_type": "HUMAN", "source_id": "developer@example.org"}


def test_creating_costs_a_handful_of_statements(wire, path, django_assert_num_queries):
    wire.post(path, feedback())

    with django_assert_num_queries(CREATION_STATEMENTS):
        wire.post(path, feedback(**TIMED))


def test_ids_validity_and_the_trace_are_not_the_clients_to_say(wire, path):
    said = feedback(assessment_id="a-mine", valid=False, trace_id="tr-other")

    created = made(wire, path, said)

    assert created["assessment_id"] != "a-mine"
    assert (created["valid"], created["trace_id"]) == (True, path.split("/")[-2])


def test_a_retry_is_the_same_row_and_a_second_thought_is_not(wire, path):
    first = made(wire, path, feedback(**TIMED))

    again = made(wire, path, feedback(**TIMED))
    other = made(wire, path, feedback(rationale="Another reason.", **TIMED))
    untimed = [made(wire, path, feedback()) for _ in range(2)]

    assert again == first
    assert len({one["assessment_id"] for one in (first, other, *untimed)}) == 4


def test_an_override_makes_its_target_invalid_until_it_is_deleted(wire, path):
    first = made(wire, path, feedback(value=False))

    second = made(wire, path, feedback(overrides=first["assessment_id"]))

    assert second["overrides"] == first["assessment_id"]
    assert wire.get(f"{path}/{first['assessment_id']}")[1]["assessment"]["valid"] is False
    wire.delete(f"{path}/{second['assessment_id']}")
    assert wire.get(f"{path}/{first['assessment_id']}")[1]["assessment"]["valid"] is True


@pytest.mark.parametrize("target", ["unknown", "of another trace"])
def test_an_override_of_nothing_writes_nothing(wire, path, experiment, target):
    elsewhere = f"{NEW}/traces/{make_trace(experiment).trace_id}/assessments"
    other = made(wire, elsewhere, feedback())["assessment_id"]
    overrides = "a-unknown" if target == "unknown" else other

    status, answer = wire.post(path, feedback(overrides=overrides))

    assert (status, answer["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert Assessment.objects.count() == 1


def test_an_overridden_expectation_is_left_out_of_the_trace(wire, path):
    first = made(wire, path, expectation("Rome"))
    second = made(wire, path, expectation("Paris", overrides=first["assessment_id"]))
    overridden = made(wire, path, feedback(value=False))
    made(wire, path, feedback(overrides=overridden["assessment_id"]))

    _, answer = wire.get(path.removesuffix("/assessments"))

    shown = answer["trace"]["trace_info"]["assessments"]
    assert [(one["assessment_name"], one["valid"]) for one in shown] == [
        ("answer", True),
        ("good", False),
        ("good", True),
    ]
    assert shown[0]["assessment_id"] == second["assessment_id"]


@pytest.mark.parametrize(
    ("scopes", "source", "status"),
    [
        (["assessments:write"], {"source_type": "HUMAN", "source_id": "ann"}, 403),
        (["assessments:write", "attribute:any"], {"source_type": "HUMAN", "source_id": "ann"}, 200),
        (["assessments:write"], {"source_type": "LLM_JUDGE", "source_id": "gpt"}, 200),
        (["assessments:write"], {"source_type": "CODE"}, 200),
        (["feedback:write"], {"source_type": "HUMAN", "source_id": "user-7"}, 200),
        (["feedback:write"], {"source_type": "HUMAN", "source_id": "developer@example.org"}, 403),
        (["feedback:write"], {"source_type": "CODE"}, 403),
        (["traces:write"], {"source_type": "CODE"}, 403),
    ],
)
def test_who_may_speak_for_whom(developer, path, scopes, source, status):
    answered, answer = speaking_as(developer, *scopes).post(path, feedback(source=source))

    assert answered == status, answer
    assert Assessment.objects.count() == (status == 200)


def test_a_token_for_end_users_feedback_writes_no_expectations(developer, path):
    status, answer = speaking_as(developer, "feedback:write").post(path, expectation("Paris"))

    assert (status, answer["error_code"]) == (403, "PERMISSION_DENIED")


def test_an_update_merges_metadata_and_keeps_what_it_does_not_name(wire, path):
    first = made(wire, path, feedback(rationale="Kept.", metadata={"a": "1", "b": "1"}, **TIMED))

    status, answer = wire.patch(
        f"{path}/{first['assessment_id']}",
        {
            "assessment": {"feedback": {"value": "yes"}, "metadata": {"b": "2"}},
            "update_mask": "feedback,metadata",
        },
    )

    changed = answer["assessment"]
    assert status == 200
    assert changed == {
        **first,
        "feedback": {"value": "yes"},
        "metadata": {"a": "1", "b": "2"},
        "last_update_time": changed["last_update_time"],
    }
    assert changed["last_update_time"] != first["last_update_time"]


def test_an_expectation_is_not_updated_as_feedback(wire, path):
    said = made(wire, path, expectation("Rome"))

    status, answer = wire.patch(
        f"{path}/{said['assessment_id']}",
        {"assessment": {"feedback": {"value": 1}}, "update_mask": "feedback"},
    )

    assert (status, answer["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


def test_an_update_leaves_no_feedback_with_a_value_and_an_error(wire, path):
    said = made(wire, path, feedback())
    both = {"value": 1, "error": {"error_code": "E"}}

    status, answer = wire.patch(
        f"{path}/{said['assessment_id']}",
        {"assessment": {"feedback": both}, "update_mask": "feedback"},
    )

    assert (status, answer["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert answer["message"] == "error: Give a value or an error, not both."


def test_a_rationale_of_an_expectation_is_dropped(wire, path):
    said = made(wire, path, expectation("Rome"))

    _, answer = wire.patch(
        f"{path}/{said['assessment_id']}",
        {
            "assessment": {"expectation": {"value": "Oslo"}, "rationale": "x"},
            "update_mask": "expectation,rationale",
        },
    )

    assert answer["assessment"]["expectation"] == {"value": "Oslo"}
    assert "rationale" not in answer["assessment"]


def test_an_assessment_is_not_found_under_another_trace(wire, path, experiment):
    said = made(wire, path, feedback())["assessment_id"]
    elsewhere = f"{NEW}/traces/{make_trace(experiment).trace_id}/assessments/{said}"

    assert wire.get(elsewhere)[0] == 404
    assert wire.patch(elsewhere, {"assessment": {}, "update_mask": "rationale"})[0] == 404
    assert wire.delete(elsewhere) == (200, {})
    assert wire.get(f"{path}/{said}")[0] == 200


def test_only_the_author_changes_it_and_a_manager_may_retract_it(
    wire, path, experiment, manager_wire
):
    said = f"{path}/{made(wire, path, feedback())['assessment_id']}"
    colleague = speaking_as(make_member(experiment, Role.DEVELOPER))
    change = {"assessment": {"rationale": "x"}, "update_mask": "rationale"}

    assert colleague.patch(said, change)[0] == 403
    assert colleague.delete(said)[0] == 403
    assert manager_wire.patch(said, change)[0] == 403
    assert manager_wire.delete(said) == (200, {})
    assert wire.get(said)[0] == 404


def test_a_token_that_only_manages_withdraws_through_both_doors(wire, path, manager, developer):
    first, second = (made(wire, path, feedback(value=n))["assessment_id"] for n in (1, 2))
    here, native = f"{path}/{first}", f"/api/v1/assessments/{second}"
    managing = speaking_as(manager, "manage")

    assert speaking_as(developer, "manage").delete(here)[0] == 403
    assert managing.delete(here) == managing.delete(here) == (200, {})
    assert managing.delete(f"{NEW}/traces/tr-unknown/assessments/a-unknown")[0] == 404
    codes = [managing.client.delete(native, headers=managing.headers).status_code for _ in "ab"]
    assert codes == [204, 404]
    assert [wire.get(f"{path}/{said}")[0] for said in (first, second)] == [404, 404]


def test_deleting_what_is_not_there_is_no_error_but_a_missing_trace_is(wire, path):
    assert wire.delete(f"{path}/a-unknown", {"assessment_id": "a-unknown"}) == (200, {})
    assert wire.delete(f"{NEW}/traces/tr-unknown/assessments/a-unknown")[0] == 404
