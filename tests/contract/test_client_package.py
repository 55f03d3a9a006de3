"""A Databricks-style script with the package in client/: sessions by MLflow's own functions."""

from __future__ import annotations

import mlflow
import pytest
import reviewapp_mlflow as schemas
from mlflow.genai import datasets
from mlflow.genai.labeling import (
    create_labeling_session,
    delete_labeling_session,
    get_labeling_session,
    get_labeling_sessions,
)
from mlflow.genai.scorers import scorer

from tests.contract.logged import log_expected_trace
from tests.contract.native import EMAILS, ask

# The warnings are the client's own, but for those that a test expects.
pytestmark = [pytest.mark.contract, pytest.mark.filterwarnings("default")]
FACTS = ["Retries are exponential.", "Five is the default."]
TONES = ["kind", "short", "formal"]


@pytest.fixture
def questions(client):
    """A list of texts, several options, and a thumb."""
    schemas.create_label_schema(
        name=schemas.EXPECTED_FACTS,
        type="expectation",
        title="What must a right answer mention?",
        input=schemas.InputTextList(max_length_each=200, max_count=5),
        overwrite=True,
    )
    schemas.create_label_schema(
        name="tone",
        type="feedback",
        title="Which tones does it have?",
        input=schemas.InputCategoricalList(options=TONES),
        instruction="Choose all.",
        enable_comment=True,
        overwrite=True,
    )
    return [schemas.EXPECTED_FACTS, "tone"]


@pytest.fixture
def session(questions):
    return create_labeling_session(name="Week 47", assigned_users=EMAILS, label_schemas=questions)


def answer_all(client, session, who, facts=FACTS):
    """A reviewer answers until nothing is left; how many items that were."""
    place, n_answered = f"sessions/{session.mlflow_run_id}", 0
    while item := ask(client, who, "POST", f"{place}/next"):
        answers = {
            "expected_facts": {"value": facts},
            "tone": {"value": ["kind", "short"], "rationale": f"Says {who}."},
        }
        body = {"state": "submitted", "answers": answers, "version": item["review"]["version"]}
        ask(client, who, "PUT", f"{place}/items/{item['item_id']}/review", body)
        n_answered += 1
    return n_answered


def items_of(client, session):
    """Trace ids in the queue, in order."""
    rows = ask(client, "owner", "GET", f"sessions/{session.mlflow_run_id}/items")["rows"]
    return [row["trace_id"] for row in rows]


@scorer
def mentions_every_fact(expectations, outputs) -> bool:
    return expectations["expected_facts"] == FACTS and bool(outputs)


@pytest.mark.differs("the package labels on this server only")
def test_a_script_from_schemas_to_an_evaluation(client, session, tmp_path):
    for question in ("one?", "two?"):
        log_expected_trace(question)
    source, target = (datasets.create_dataset(f"{n} {tmp_path.name}") for n in ("from", "to"))
    source.merge_records([{"inputs": {"question": "three?"}}])

    session.add_traces(mlflow.search_traces()).add_dataset(source.name)
    assert answer_all(client, session, "amara") == 3
    session.sync(target.name)

    synced = datasets.get_dataset(name=target.name)
    rows = synced.to_df()
    assert {inputs["question"] for inputs in rows["inputs"]} == {"one?", "two?", "three?"}
    assert rows["expectations"].tolist() == [{"expected_facts": FACTS}] * 3
    result = mlflow.genai.evaluate(
        data=synced, predict_fn=lambda question: question, scorers=[mentions_every_fact]
    )
    assert result.metrics["mentions_every_fact/mean"] == 1.0


@pytest.mark.differs("the package labels on this server only")
def test_a_session_tells_everything_about_itself(client, session):
    assert session.name == "Week 47"
    assert session.assigned_users == EMAILS
    assert session.label_schemas == ["expected_facts", "tone"]
    assert session.url == f"{client.url}/r/{session.mlflow_run_id}/"
    assert session.labeling_session_id == session.mlflow_run_id
    assert session.review_app_id == session.experiment_id
    assert (session.agent, session.custom_inputs) == (None, None)
    assert session.enable_multi_turn_chat is False
    assert mlflow.get_run(session.mlflow_run_id).info.run_name == "Week 47"
    found = get_labeling_session(session.mlflow_run_id)
    assert vars(found) == vars(session)


@pytest.mark.differs("the package labels on this server only")
def test_sessions_of_the_active_experiment_are_listed_until_they_are_deleted(client, session):
    other = create_labeling_session("Week 48")

    listed = [one.name for one in get_labeling_sessions()]
    assert delete_labeling_session(other) is None

    assert listed == ["Week 48", "Week 47"]
    assert [one.name for one in get_labeling_sessions()] == ["Week 47"]
    with pytest.raises(mlflow.MlflowException, match="session") as refused:
        get_labeling_session(other.mlflow_run_id)
    assert refused.value.error_code == "RESOURCE_DOES_NOT_EXIST"


@pytest.mark.differs("the package labels on this server only")
def test_what_is_said_about_an_agent_is_kept_with_a_warning(client):
    with pytest.warns(UserWarning, match="do not chat with agents") as warned:
        session = create_labeling_session(
            "Chat", agent="helper", enable_multi_turn_chat=True, custom_inputs={"user": 7}
        )

    assert [each.filename for each in warned] == [__file__]
    found = get_labeling_session(session.mlflow_run_id)
    assert (found.agent, found.enable_multi_turn_chat) == ("helper", True)
    assert found.custom_inputs == {"user": 7}
    mlflow.MlflowClient().set_tag(session.mlflow_run_id, "reviewapp.custom_inputs", "{broken")
    assert get_labeling_session(session.mlflow_run_id).custom_inputs is None


@pytest.mark.differs("the package labels on this server only")
def test_traces_come_as_a_frame_as_objects_and_as_texts_and_only_once(client, session):
    ids = [log_expected_trace(f"{number}?") for number in range(3)]
    traces = mlflow.search_traces(return_type="list")

    session.add_traces(mlflow.search_traces(max_results=1))
    session.add_traces(traces[:2])
    session.add_traces([trace.to_json() for trace in traces])

    assert sorted(items_of(client, session)) == sorted(ids)
    assert len(mlflow.search_traces(run_id=session.mlflow_run_id)) == 3


@pytest.mark.differs("the package labels on this server only")
def test_traces_of_another_experiment_are_named_and_the_others_added(client, session, tmp_path):
    mine = mlflow.get_trace(log_expected_trace("mine?"))
    mlflow.set_experiment(f"another {tmp_path.name}")
    foreign = mlflow.get_trace(log_expected_trace("foreign?"))

    with pytest.raises(mlflow.MlflowException, match=r"^1 of 2 traces are not in") as refused:
        session.add_traces([foreign, mine])

    assert f"({foreign.info.trace_id})" in str(refused.value)
    assert items_of(client, session) == [mine.info.trace_id]


@pytest.mark.differs("the package labels on this server only")
def test_single_records_of_a_dataset_are_added(client, session, tmp_path):
    dataset = datasets.create_dataset(f"records {tmp_path.name}")
    dataset.merge_records([{"inputs": {"question": f"{number}?"}} for number in range(3)])
    record_id = dataset.to_df()["dataset_record_id"][1]

    session.add_dataset(dataset.name, record_ids=[record_id])

    (trace_id,) = items_of(client, session)
    assert mlflow.get_trace(trace_id).data.spans[0].inputs == {"question": "1?"}
    with pytest.raises(mlflow.MlflowException, match=r"1 of the records .* \(dr-nothing\)"):
        session.add_dataset(dataset.name, record_ids=["dr-nothing"])
    with pytest.raises(mlflow.MlflowException, match="'nothing' not found"):
        session.add_dataset("nothing")


@pytest.mark.differs("the package labels on this server only")
def test_reviewers_are_replaced_and_only_they_may_answer(client, session):
    session.add_traces([mlflow.get_trace(log_expected_trace("one?"))])

    changed = session.set_assigned_users(["JONAS@example.org"])

    assert changed.assigned_users == ["jonas@example.org"]
    with pytest.raises(OSError, match=r"403|404"):
        answer_all(client, session, "amara")
    assert answer_all(client, session, "jonas") == 1


@pytest.mark.differs("the package labels on this server only")
def test_what_reviewers_have_not_settled_is_counted_and_not_synced(client, session, tmp_path):
    session.add_traces([mlflow.get_trace(log_expected_trace("one?"))])
    ask(client, "owner", "PATCH", f"sessions/{session.mlflow_run_id}", {"reviews_required": 2})
    answer_all(client, session, "amara")
    answer_all(client, session, "jonas", facts=["Something else."])
    target = datasets.create_dataset(f"to {tmp_path.name}")

    with pytest.warns(UserWarning, match="1 answers differ and have no consensus") as warned:
        session.sync(target.name)

    assert session.url in str(warned[0].message)
    frame = datasets.get_dataset(name=target.name).to_df()
    assert frame.empty or frame["expectations"].tolist() == [None]
