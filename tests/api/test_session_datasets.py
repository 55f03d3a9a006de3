"""A session and an evaluation dataset by the native API: items from it, labels into it."""

from __future__ import annotations

import pytest

from accounts.credentials import Credential
from labeling import reviewing
from labeling.answering import Reply, Submission
from tests.factories import LEASE, make_dataset, make_experiment, make_session
from traces.models import Dataset, Trace


@pytest.fixture
def session(experiment, manager, reviewer):
    session = make_session(
        experiment, manager, traces=1, questions=("expected_response",), reviewers=(reviewer,)
    )
    said = Submission(replies={"expected_response": Reply(value="Five.")})
    reviewing.submit(session.items.get(), said, by=Credential(user=reviewer), lease=LEASE)
    return session


@pytest.fixture
def dataset(experiment, manager):
    return make_dataset(experiment, manager, records=[{"inputs": {"q": 1}}, {"inputs": {"q": 2}}])


def test_records_become_items(api, manager, session, dataset):
    place = f"/sessions/{session.session_id}/items"
    record_id = dataset.records.order_by("pk")[0].record_id
    body = {"dataset": dataset.dataset_id}

    one = api(manager, "manage").post(place, {**body, "record_ids": [record_id, "dr-none"]})
    rest = api(manager, "manage").post(place, body)

    assert one.json() == {"added": 1, "already_there": [], "unknown": ["dr-none"]}
    assert (rest.json()["added"], len(rest.json()["already_there"])) == (1, 1)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"dataset": "d-none", "trace_ids": ["tr-1"]}, "trace_ids"),
        ({"dataset": "d-none", "filter": ""}, "trace_ids"),
        ({"dataset": "d-none", "sample": {"n": 1}}, "sample"),
        ({"record_ids": ["dr-1"], "filter": ""}, "record_ids"),
        ({"dataset": "d-none", "record_ids": []}, "record_ids"),
    ],
)
def test_ways_to_name_traces_do_not_mix(api, manager, session, body, field):
    answer = api(manager).post(f"/sessions/{session.session_id}/items", body)

    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])


def test_a_sync_answers_what_came_of_it(api, manager, session, dataset):
    place, body = f"/sessions/{session.session_id}/sync", {"dataset": dataset.dataset_id}
    nothing = {
        "unresolved": [], "unresolved_count": 0, "conflicts": [], "conflict_count": 0,
        "skipped": [], "skipped_count": 0,
    }  # fmt: skip
    counted = {"dataset_id": dataset.dataset_id, "inserted": 1, "updated": 0, "unchanged": 0}

    first = api(manager, "manage").post(place, body)
    again = api(manager, "manage").post(place, body)

    assert first.json() == {**counted, **nothing}
    assert again.json() == {**counted, **nothing, "inserted": 0, "unchanged": 1}


def test_a_repeated_request_is_answered_as_the_first_was(api, manager, session, dataset):
    place, body = f"/sessions/{session.session_id}/sync", {"dataset": dataset.dataset_id}
    caller = api(manager)

    first = caller.post(place, body, key="k")
    again = caller.post(place, body, key="k")

    assert (first.json()["inserted"], again.json()) == (1, first.json())


@pytest.mark.parametrize("path", ["items", "sync"])
def test_a_dataset_one_does_not_manage_is_not_found(api, manager, session, owner, path):
    foreign = make_dataset(make_experiment(), owner)

    for dataset_id in (foreign.dataset_id, "d-none"):
        answer = api(manager).post(
            f"/sessions/{session.session_id}/{path}", {"dataset": dataset_id}
        )

        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert foreign.records.count() == 0


@pytest.mark.parametrize("path", ["items", "sync"])
def test_a_developer_may_not(api, developer, session, dataset, path):
    answer = api(developer).post(
        f"/sessions/{session.session_id}/{path}", {"dataset": dataset.dataset_id}
    )

    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    assert (Dataset.objects.get().n_records, Trace.objects.count()) == (2, 1)
