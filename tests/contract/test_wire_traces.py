"""Traces and what is said about them, over plain HTTP: what the stock client never shows."""

from __future__ import annotations

from uuid import uuid4

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.contract.raw import NEW, OLD, PROTOBUF, done

pytestmark = [pytest.mark.contract, pytest.mark.filterwarnings("default")]


def export(place, trace_id, *names, **attributes):
    """Send spans as an exporter does; the first is the root and has the attributes."""
    request = ExportTraceServiceRequest()
    spans = request.resource_spans.add().scope_spans.add().spans
    for number, name in enumerate(names):
        span = spans.add(name=name, trace_id=bytes.fromhex(trace_id.removeprefix("tr-")))
        span.span_id = bytes([number + 1] * 8)
        span.parent_span_id = bytes([1] * 8) if number else b""
        span.start_time_unix_nano = 1795176000000000000 + number
        span.end_time_unix_nano = 1795176001000000000
    for key, value in attributes.items():
        spans[0].attributes.add(key=key).value.string_value = value
    headers = {"Content-Type": PROTOBUF, "x-mlflow-experiment-id": place.experiment_id}
    return place.wire.ask("POST", "/v1/traces", request.SerializeToString(), headers)


def info_of(wire, trace_id):
    return done(wire.get(f"{NEW}/traces/{trace_id}"))["trace"]["trace_info"]


def say(wire, about, **said):
    """Create an assessment; the answer."""
    body = {
        "assessment_name": "good",
        "source": {"source_type": "CODE", "source_id": "check"},
        "feedback": {"value": True},
        **said,
    }
    return wire.post(f"{NEW}/traces/{about}/assessments", {"assessment": body})


def said(wire, about, **more):
    return done(say(wire, about, **more))["assessment"]


def test_the_end_of_a_trace_and_its_spans_come_in_any_order_and_again(wire, place):
    trace_id = place.trace(tags={"first": "1"}, trace_metadata={"a": "1"}, request_preview="Hi")

    for name in ("work", "new name"):
        assert export(place, trace_id, name, "child").status == 200
    place.trace(trace_id=trace_id, state="ERROR", tags={"second": "2"}, trace_metadata={"b": "2"})

    trace = done(wire.get(f"{NEW}/traces/get", trace_id=trace_id))["trace"]
    info = trace["trace_info"]
    assert (info["state"], info["request_preview"]) == ("ERROR", "Hi")
    assert {"first", "second"} <= info["tags"].keys()
    assert {"a", "b"} <= info["trace_metadata"].keys()
    assert (info["request_time"], info["execution_duration"]) == (
        "2026-11-20T21:59:08.390Z",
        "0.173s",
    )
    assert sorted(span["name"] for span in trace["spans"]) == ["child", "new name"]


def test_ids_of_spans_are_base64_and_times_are_numbers(wire, place):
    trace_id = f"tr-{'0a' * 16}"
    export(place, trace_id, "work")

    (span,) = done(wire.get(f"{NEW}/traces/get", trace_id=trace_id))["trace"]["spans"]

    assert (span["trace_id"], span["span_id"]) == ("CgoKCgoKCgoKCgoKCgoKCg==", "AQEBAQEBAQE=")
    assert span["start_time_unix_nano"] == 1795176000000000000


@pytest.mark.parametrize("flag", ["False", "false", "True"])
def test_booleans_of_a_query_are_python_text(wire, place, flag):
    trace_id = f"tr-{uuid4().hex}"
    export(place, trace_id, "work")

    answer = wire.get(f"{NEW}/traces/get", trace_id=trace_id, allow_partial=flag)

    assert [span["name"] for span in done(answer)["trace"]["spans"]] == ["work"]


def test_a_span_of_three_megabytes_arrives(wire, place):
    """Django refuses bodies over 2.5 MB unless told otherwise, and long prompts are ordinary."""
    trace_id = f"tr-{uuid4().hex}"

    assert export(place, trace_id, "work", prompt="x" * 3_000_000).status == 200

    (span,) = done(wire.get(f"{NEW}/traces/get", trace_id=trace_id))["trace"]["spans"]
    sizes = {one["key"]: len(one["value"].get("string_value", "")) for one in span["attributes"]}
    assert sizes["prompt"] == 3_000_000


def test_spans_for_no_experiment_are_refused_whole(wire, place):
    headers = {"Content-Type": PROTOBUF, "x-mlflow-experiment-id": "999999999"}
    request = ExportTraceServiceRequest()
    request.resource_spans.add().scope_spans.add().spans.add(
        name="work", trace_id=b"\2" * 16, span_id=b"\1" * 8, start_time_unix_nano=1
    )

    answer = wire.ask("POST", "/v1/traces", request.SerializeToString(), headers)

    assert answer.status == 404
    assert wire.get(f"{NEW}/traces/tr-{'02' * 16}").code == "RESOURCE_DOES_NOT_EXIST"


def test_a_batch_passes_over_what_it_does_not_know(wire, place):
    known = [f"tr-{digit * 32}" for digit in "ab"]
    for trace_id in known:
        export(place, trace_id, "work")

    found = done(wire.get(f"{NEW}/traces/batchGet", trace_ids=[*known, f"tr-{'c' * 32}"]))

    assert {one["trace_info"]["trace_id"] for one in found["traces"]} == set(known)
    assert all(len(one["spans"]) == 1 for one in found["traces"])


def test_traces_are_found_newest_first_in_pages_and_nowhere_else(wire, place):
    newest_first = [
        place.trace(request_time=f"2026-11-20T21:59:0{second}Z") for second in (3, 2, 1)
    ]
    locations = [
        {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": experiment_id}}
        for experiment_id in (place.experiment_id, "999999999")
    ]
    search = f"{NEW}/traces/search"

    page = done(wire.post(search, {"locations": locations, "max_results": 2}))
    token = {"page_token": page["next_page_token"]}
    rest = done(wire.post(search, {"locations": locations, "max_results": 2, **token}))

    found = [info["trace_id"] for info in page["traces"] + rest["traces"]]
    assert (found, rest.get("next_page_token")) == (newest_first, None)
    assert done(wire.post(search, {"locations": locations[1:]})).get("traces", []) == []
    refused = wire.post(search, {"locations": locations, "page_token": "not one"})
    assert (refused.status, refused.code) == (400, "INVALID_PARAMETER_VALUE")


def test_a_long_tag_is_cut_and_a_long_key_refused(wire, place):
    trace_id = place.trace()
    tags = f"{NEW}/traces/{trace_id}/tags"

    done(wire.patch(tags, {"key": "long", "value": "v" * 9000}))

    assert info_of(wire, trace_id)["tags"]["long"] == "v" * 4096
    assert wire.patch(tags, {"key": "k" * 251, "value": "v"}).status == 400


def test_the_oldest_traces_are_deleted_first_with_all_that_belongs_to_them(wire, place):
    old, new = (place.trace(request_time=f"2026-11-20T21:59:0{second}Z") for second in (1, 2))
    assessment = said(wire, old)
    queue = place.queue()
    items = {"queue_id": queue, "item_ids": [old, new], "item_type": "TRACE"}
    done(wire.post(f"{NEW}/review-queues/items/add", items))
    body = {"experiment_id": place.experiment_id, "max_timestamp_millis": 2**45, "max_traces": 1}

    assert done(wire.post(f"{OLD}/traces/delete-traces", body)) == {"traces_deleted": 1}

    assert wire.get(f"{NEW}/traces/{old}").status == 404
    gone = wire.get(f"{NEW}/traces/{old}/assessments/{assessment['assessment_id']}")
    assert gone.code == "RESOURCE_DOES_NOT_EXIST"
    left = done(wire.get(f"{NEW}/review-queues/items/list", queue_id=queue))["items"]
    assert [item["item_id"] for item in left] == [new]


def test_what_was_said_while_the_trace_ran_gets_ids(wire, place):
    early = {
        "assessment_name": "early",
        "source": {"source_type": "CODE", "source_id": "check"},
        "feedback": {"value": 3},
    }

    trace_id = place.trace(assessments=[early])

    (assessment,) = info_of(wire, trace_id)["assessments"]
    assert assessment["assessment_id"].startswith("a-")
    assert (assessment["feedback"]["value"], assessment["trace_id"]) == (3, trace_id)


def test_the_same_name_and_source_appends(wire, place):
    trace_id = place.trace()

    ids = {said(wire, trace_id, feedback={"value": n})["assessment_id"] for n in (1, 2)}

    assert {one["assessment_id"] for one in info_of(wire, trace_id)["assessments"]} == ids
    assert all(one["valid"] is True for one in info_of(wire, trace_id)["assessments"])


def test_the_clients_times_are_kept_and_the_paths_trace_wins(wire, place):
    trace_id, other = place.trace(), place.trace()
    moment = "2026-01-02T03:04:05.678Z"

    made = said(
        wire, trace_id, create_time=moment, last_update_time=moment, trace_id=other, valid=False
    )

    assert (made["trace_id"], made["create_time"], made["last_update_time"]) == (
        trace_id,
        moment,
        moment,
    )
    elsewhere = wire.get(f"{NEW}/traces/{other}/assessments/{made['assessment_id']}")
    assert (elsewhere.status, elsewhere.code) == (404, "RESOURCE_DOES_NOT_EXIST")


def test_an_override_of_nothing_writes_nothing(wire, place):
    trace_id = place.trace()

    refused = say(wire, trace_id, overrides=f"a-{'0' * 32}")

    assert (refused.status, refused.code) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert "assessments" not in info_of(wire, trace_id)


def test_overrides_chain_one_level_at_a_time(wire, place):
    trace_id = place.trace()
    ids: list[str] = []
    for _ in range(3):
        ids.append(said(wire, trace_id, **({"overrides": ids[-1]} if ids else {}))["assessment_id"])

    def valid():
        found = {
            one["assessment_id"]: one["valid"] for one in info_of(wire, trace_id)["assessments"]
        }
        return [found.get(assessment_id) for assessment_id in ids]

    assert valid() == [False, False, True]
    done(wire.delete(f"{NEW}/traces/{trace_id}/assessments/{ids[2]}"))
    assert valid() == [False, True, None]
    done(wire.delete(f"{NEW}/traces/{trace_id}/assessments/{ids[0]}"))
    assert valid() == [None, True, None]


@pytest.mark.parametrize("mask", ["feedback,rationale,metadata", "assessmentName,feedback"])
def test_an_update_touches_what_its_mask_names(wire, place, mask):
    trace_id = place.trace()
    made = said(wire, trace_id, rationale="Old.", metadata={"a": "1"})
    path = f"{NEW}/traces/{trace_id}/assessments/{made['assessment_id']}"
    new = {
        "assessment_name": "renamed",
        "feedback": {"value": "yes"},
        "rationale": "New.",
        "metadata": {"b": "2"},
        "source": {"source_type": "LLM_JUDGE", "source_id": "other"},
    }

    done(wire.patch(path, {"assessment": new, "update_mask": mask}))

    changed = done(wire.get(path))["assessment"]
    is_long = "rationale" in mask
    assert changed["assessment_name"] == ("good" if is_long else "renamed")
    assert (changed["feedback"]["value"], changed["source"]) == ("yes", made["source"])
    assert changed["rationale"] == ("New." if is_long else "Old.")
    assert changed["metadata"] == ({"a": "1", "b": "2"} if is_long else {"a": "1"})
    assert changed["create_time"] == made["create_time"]


def test_an_expectation_is_not_updated_as_feedback(wire, place):
    trace_id = place.trace()
    listed = {"serialization_format": "JSON_FORMAT", "value": '["one", {"two": 2}]'}
    made = done(
        wire.post(
            f"{NEW}/traces/{trace_id}/assessments",
            {
                "assessment": {
                    "assessment_name": "facts",
                    "source": {"source_type": "CODE", "source_id": "check"},
                    "expectation": {"serialized_value": listed},
                }
            },
        )
    )["assessment"]
    path = f"{NEW}/traces/{trace_id}/assessments/{made['assessment_id']}"

    refused = wire.patch(
        path, {"assessment": {"feedback": {"value": 1}}, "update_mask": "feedback"}
    )

    assert (refused.status, refused.code) == (400, "INVALID_PARAMETER_VALUE")
    assert done(wire.get(path))["assessment"]["expectation"] == {"serialized_value": listed}


@pytest.mark.differs("integers are answered exactly as they were stored")
def test_a_large_integer_comes_back_exact(wire, place):
    made = said(wire, place.trace(), feedback={"value": 2**53 + 1})

    assert made["feedback"]["value"] == 2**53 + 1


@pytest.mark.differs("what repeats a request after a lost answer is one assessment")
def test_a_create_that_is_sent_twice_is_one_assessment(wire, place):
    trace_id, moment = place.trace(), "2026-11-20T21:59:08.390Z"

    ids = {said(wire, trace_id, create_time=moment)["assessment_id"] for _ in range(2)}

    assert len(ids) == 1


@pytest.mark.differs("an unknown name in update_mask is refused and not passed over")
def test_a_mask_that_cannot_be_followed_is_refused(wire, place):
    trace_id = place.trace()
    path = f"{NEW}/traces/{trace_id}/assessments/{said(wire, trace_id)['assessment_id']}"

    for mask in ("colour", "valid"):
        answer = wire.patch(path, {"assessment": {"valid": False}, "update_mask": mask})
        assert (answer.status, answer.code) == (400, "INVALID_PARAMETER_VALUE")


@pytest.mark.differs("a trace of another experiment is not linked, and then nothing is")
def test_traces_are_linked_all_or_none(wire, place):
    trace_id, run = place.trace(), place.run()
    body = {"trace_ids": [trace_id, f"tr-{'0' * 32}"], "run_id": run}

    answer = wire.post(f"{OLD}/traces/link-to-run", body)

    assert (answer.status, answer.code) == (404, "RESOURCE_DOES_NOT_EXIST")
    location = {
        "type": "MLFLOW_EXPERIMENT",
        "mlflow_experiment": {"experiment_id": place.experiment_id},
    }
    search = {"locations": [location], "filter": f"run_id = '{run}'"}
    assert done(wire.post(f"{NEW}/traces/search", search)).get("traces", []) == []


def test_a_batch_of_a_run_is_logged_whole_or_not_at_all(wire, place):
    run = place.run()
    metric = {"key": "m", "value": 0.5, "timestamp": 1, "step": 0}
    good = {"run_id": run, "metrics": [metric], "params": [{"key": "p", "value": "v"}]}

    done(wire.post(f"{OLD}/runs/log-batch", good))
    changed = {"run_id": run, "metrics": [metric | {"value": 0.7, "step": 1}]}
    refused = wire.post(
        f"{OLD}/runs/log-batch", changed | {"params": [{"key": "p", "value": "another"}]}
    )

    assert (refused.status, refused.code) == (400, "INVALID_PARAMETER_VALUE")
    data = done(wire.get(f"{OLD}/runs/get", run_id=run))["run"]["data"]
    assert [(one["key"], one["value"]) for one in data["params"]] == [("p", "v")]


def test_a_batch_of_infos_has_no_spans(wire, place):
    ids = [place.trace(), place.trace()]

    found = done(wire.post(f"{NEW}/traces/batchGetInfos", {"trace_ids": [*ids, f"tr-{'c' * 32}"]}))

    assert {info["trace_id"] for info in found["trace_infos"]} == set(ids)
