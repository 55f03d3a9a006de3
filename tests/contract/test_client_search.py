"""Every field of the filter language with each of its operators, asked by the stock client."""

from __future__ import annotations

import os
import re
import time
from contextlib import suppress
from typing import Any

import pytest

mlflow = pytest.importorskip("mlflow")

pytestmark = [pytest.mark.contract, pytest.mark.filterwarnings("default")]


@pytest.fixture(scope="module")
def place(server, tmp_path_factory):
    """An experiment with three traces: "good", "bad" and "bare", in this order."""
    kept = dict(os.environ)
    os.environ |= {
        "MLFLOW_TRACKING_TOKEN": server.tokens["owner"],
        "MLFLOW_ENABLE_ASYNC_TRACE_LOGGING": "false",
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
    mlflow.set_tracking_uri(server.url)
    yield made()
    os.environ.clear()
    os.environ.update(kept)
    mlflow.tracing.reset()
    mlflow.set_tracking_uri(None)


def made():
    experiment = mlflow.set_experiment(f"search {time.time_ns()}").experiment_id
    with mlflow.start_run() as run, mlflow.start_span("good", span_type="CHAIN") as span:
        span.set_inputs({"question": "How long does the Warranty last?"})
        span.set_attributes({"model": "small-1", "top_k": 4})
        mlflow.update_current_trace(
            tags={"env": "prod", "my key": "x"},
            metadata={"mlflow.trace.user": "ann"},
            client_request_id="req-1",
        )
    good = span.trace_id
    with suppress(ZeroDivisionError), mlflow.start_span("bad", span_type="TOOL") as span:
        mlflow.update_current_trace(tags={"env": "dev"}, client_request_id="REQ-2")
        span.set_attributes({"model": "LARGE"})
        _ = 1 / 0
    mlflow.log_feedback(trace_id=good, name="correct", value=True)
    mlflow.log_feedback(trace_id=span.trace_id, name="correct", value=False)
    mlflow.log_feedback(trace_id=good, name="score", value=0.5)
    mlflow.log_feedback(trace_id=span.trace_id, name="score", value=3)
    mlflow.log_expectation(trace_id=good, name="answer", value="Two years")
    with mlflow.start_span("bare") as bare:
        pass
    names = {good: "good", span.trace_id: "bad", bare.trace_id: "bare"}
    return experiment, run.info.run_id, names


def names_of(place, text, **more):
    experiment, run, names = place
    good = next(trace for trace, name in names.items() if name == "good")
    asked = text.replace("{run}", run).replace("{good}", good)
    found = mlflow.MlflowClient().search_traces(
        locations=[experiment], filter_string=asked, include_spans=False, **more
    )
    return [names[trace.info.trace_id] for trace in found]


FOUND = [
    ("", "bare bad good"),
    ("status = 'ERROR'", "bad"),
    ("status != 'ERROR'", "bare good"),
    ("status IN ('ERROR', 'IN_PROGRESS')", "bad"),
    ("status NOT IN ('ERROR')", "bare good"),
    ("status LIKE 'ERR%'", "bad"),
    ("status ILIKE 'err%'", "bad"),
    ("status RLIKE '^E'", "bad"),
    ("request_id = '{good}'", "good"),
    ("request_id != '{good}'", "bare bad"),
    ("request_id IN ('{good}')", "good"),
    ("request_id NOT IN ('{good}')", "bare bad"),
    ("request_id LIKE '{good}%'", "good"),
    ("request_id ILIKE '{good}%'", "good"),
    ("request_id RLIKE '^{good}$'", "good"),
    ("client_request_id = 'req-1'", "good"),
    ("client_request_id != 'req-1'", "bad"),
    ("client_request_id IN ('req-1')", "good"),
    ("client_request_id NOT IN ('req-1')", "bad"),
    ("client_request_id LIKE 'req%'", "good"),
    ("client_request_id ILIKE 'req%'", "bad good"),
    ("client_request_id RLIKE '1$'", "good"),
    ("name = 'good'", "good"),
    ("name != 'good'", "bare bad"),
    ("name IN ('good', 'bad')", "bad good"),
    ("name NOT IN ('good')", "bare bad"),
    ("name LIKE 'ba%'", "bare bad"),
    ("name ILIKE 'BAD'", "bad"),
    ("name RLIKE 'o{2}'", "good"),
    ("name IS NULL", ""),
    ("name IS NOT NULL", "bare bad good"),
    ("run_id = '{run}'", "good"),
    ("run_id != '{run}'", ""),
    ("run_id IN ('{run}')", "good"),
    ("run_id NOT IN ('{run}')", ""),
    ("run_id LIKE '{run}%'", "good"),
    ("run_id ILIKE '{run}%'", "good"),
    ("run_id RLIKE '^{run}'", "good"),
    ("run_id IS NULL", "bare bad"),
    ("run_id IS NOT NULL", "good"),
    ("timestamp_ms = 1", ""),
    ("timestamp_ms != 1", "bare bad good"),
    ("timestamp > 1", "bare bad good"),
    ("timestamp_ms >= 1", "bare bad good"),
    ("timestamp_ms < 1", ""),
    ("timestamp_ms <= 1", ""),
    ("execution_time_ms = 99999999", ""),
    ("execution_time_ms != 99999999", "bare bad good"),
    ("execution_time > 99999999", ""),
    ("execution_time_ms >= 99999999", ""),
    ("execution_time_ms < 99999999", "bare bad good"),
    ("execution_time_ms <= 99999999", "bare bad good"),
    ("end_time = 1", ""),
    ("end_time_ms != 1", "bare bad good"),
    ("end_time_ms > 1", "bare bad good"),
    ("end_time_ms >= 1", "bare bad good"),
    ("end_time_ms < 1", ""),
    ("end_time_ms <= 1", ""),
    ("tags.env = 'prod'", "good"),
    ("tags.env != 'prod'", "bad"),
    ("tags.env LIKE 'pr%'", "good"),
    ("tags.env ILIKE 'PR%'", "good"),
    ("tags.env RLIKE '^d'", "bad"),
    ("tags.env IS NULL", "bare"),
    ("tag.`my key` IS NOT NULL", "good"),
    ("metadata.`mlflow.trace.user` = 'ann'", "good"),
    ("metadata.`mlflow.trace.user` != 'ann'", ""),
    ("metadata.`mlflow.trace.user` LIKE 'an%'", "good"),
    ("metadata.`mlflow.trace.user` ILIKE 'AN%'", "good"),
    ("metadata.`mlflow.trace.user` RLIKE 'n+$'", "good"),
    ("metadata.`mlflow.trace.user` IS NULL", "bare bad"),
    ("request_metadata.`mlflow.trace.user` IS NOT NULL", "good"),
    ("trace.text LIKE '%Warranty%'", "good"),
    ("trace.text LIKE '%warranty%'", ""),
    ("trace.text ILIKE '%warranty%'", "good"),
    ("span.name = 'good'", "good"),
    ("span.name != 'good'", "bare bad"),
    ("span.name IN ('good')", "good"),
    ("span.name NOT IN ('good')", "bare bad"),
    ("span.name LIKE 'ba_'", "bad"),
    ("span.name ILIKE 'BA_'", "bad"),
    ("span.name RLIKE '^ba'", "bare bad"),
    ("span.type = 'TOOL'", "bad"),
    ("span.type != 'TOOL'", "bare good"),
    ("span.type IN ('TOOL', 'CHAIN')", "bad good"),
    ("span.type NOT IN ('TOOL')", "bare good"),
    ("span.type LIKE 'TO%'", "bad"),
    ("span.type ILIKE 'to%'", "bad"),
    ("span.type RLIKE 'OL$'", "bad"),
    ("span.status = 'ERROR'", "bad"),
    ("span.status != 'ERROR'", "bare good"),
    ("span.status IN ('ERROR')", "bad"),
    ("span.status NOT IN ('ERROR')", "bare good"),
    ("span.status LIKE 'E%'", "bad"),
    ("span.status ILIKE 'e%'", "bad"),
    ("span.status RLIKE 'R{2}'", "bad"),
    ("span.attributes.model = 'small-1'", "good"),
    ("span.attributes.model != 'small-1'", "bad"),
    ("span.attributes.model IN ('small-1', 'LARGE')", "bad good"),
    ("span.attributes.model NOT IN ('LARGE')", "good"),
    ("span.attributes.model LIKE 'small%'", "good"),
    ("span.attributes.model ILIKE 'large'", "bad"),
    ("span.attributes.model RLIKE '[0-9]$'", "good"),
    ("span.attributes.top_k = '4'", "good"),
    ("span.type = 'TOOL' AND span.status = 'ERROR'", "bad"),
    ("feedback.correct = 'true'", "good"),
    ("feedback.correct != 'true'", "bad"),
    ("feedback.correct LIKE 'tr%'", "good"),
    ("feedback.correct ILIKE 'TR%'", "good"),
    ("feedback.correct RLIKE '^f'", "bad"),
    ("feedback.correct IS NULL", "bare"),
    ("feedback.correct IS NOT NULL", "bad good"),
    ("feedback.score = '0.5'", "good"),
    ("feedback.score > 0.5", "bad"),
    ("feedback.score >= 0.5", "bad good"),
    ("feedback.score < 3", "good"),
    ("feedback.score <= 3", "bad good"),
    ("expectation.answer = 'Two years'", "good"),
    ("expectation.answer != 'Two years'", ""),
    ("expectation.answer LIKE 'Two%'", "good"),
    ("expectation.answer ILIKE 'TWO%'", "good"),
    ("expectation.answer RLIKE 's$'", "good"),
    ("expectation.answer > 1", ""),
    ("expectation.answer >= 1", ""),
    ("expectation.answer < 1", ""),
    ("expectation.answer <= 1", ""),
    ("expectation.answer IS NULL", "bare bad"),
    ("expectation.answer IS NOT NULL", "good"),
    ("issue.id = 'none'", ""),
]


# Named beginnings of filters that MLflow's server refuses or answers otherwise, and why.
DIFFERENT = {
    "name IN": "`name` knows IN as documented",
    "name NOT IN": "`name` knows IN as documented",
    "run_id IN": "`run_id` knows IN as documented",
    "run_id NOT IN": "`run_id` knows IN as documented",
    "span.attributes.model RLIKE": "",
    "span.attributes.": "a span's attribute is compared as its value, not as JSON text",
    "expectation.answer LIKE": "an expectation is compared without its JSON quotes",
    "expectation.answer ILIKE": "an expectation is compared without its JSON quotes",
    "expectation.answer RLIKE": "an expectation is compared without its JSON quotes",
}


def rows_of(table: list[tuple[str, str]], different: dict[str, str]) -> list[Any]:
    """The rows, those marked that begin as one of `different` does; its first match counts."""
    found = []
    for text, said in table:
        reason = next((why for start, why in different.items() if text.startswith(start)), "")
        marks = pytest.mark.differs(reason) if reason else ()
        found.append(pytest.param(text, said, marks=marks))
    return found


@pytest.mark.parametrize(("text", "names"), rows_of(FOUND, DIFFERENT))
def test_a_filter_finds(place, text, names):
    assert names_of(place, text) == names.split()


REFUSED = [
    ("status > 'OK'", "Column 8 of the filter: expected one of =, !="),
    ("name > 'a'", "Column 6"),
    ("timestamp_ms LIKE '1%'", "Column 14"),
    ("timestamp_ms = '1'", "Column 16 of the filter: expected a number"),
    ("tags.env IN ('prod')", "Column 10"),
    ("metadata.user > 1", "Column 15"),
    ("trace.text = 'a'", "Column 12 of the filter: expected one of LIKE, ILIKE"),
    ("span.colour = 'red'", "Column 1"),
    ("span.name > 'a'", "Column 11"),
    ("span.attributes.model IS NULL", "Column 23"),
    ("feedback.correct IN ('true')", "Column 18"),
    ("expectation.answer > '1'", "Column 22"),
    ("issue.id LIKE 'a'", "Column 10"),
    ("issue.name = 'a'", "Column 1"),
    ("status = 'OK' OR name = 'a'", "Column 15 of the filter: expected AND"),
    ("(status = 'OK')", "Column 1"),
    ("status = 'OK", "Column 10 of the filter: expected a closing '"),
]
PERMITTED = {
    "timestamp_ms = '1'": "a number in quotes is refused",
    "issue.name": "an issue has nothing but an id",
}


@pytest.mark.parametrize(("text", "_place"), rows_of(REFUSED, PERMITTED))
def test_a_filter_that_cannot_be_understood_is_refused(place, text, _place):
    with pytest.raises(mlflow.MlflowException) as caught:
        names_of(place, text)

    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"


@pytest.mark.differs("a refused filter says where it went wrong and what was expected")
@pytest.mark.parametrize(("text", "expected"), REFUSED)
def test_a_refused_filter_says_where(place, text, expected):
    with pytest.raises(mlflow.MlflowException, match=re.escape(expected)):
        names_of(place, text)


@pytest.mark.parametrize(
    ("clause", "names"),
    [
        ("timestamp_ms", "good bad bare"),
        ("timestamp DESC", "bare bad good"),
        pytest.param(
            "end_time ASC",
            "good bad bare",
            marks=pytest.mark.differs("a trace ends when its duration is over"),
        ),
        ("status DESC", "bare good bad"),
        ("name", "bad bare good"),
        ("run_id", "good bare bad"),
        ("tag.env", "bad good bare"),
        ("metadata.`mlflow.trace.user` DESC", "good bare bad"),
        ("experiment_id", "bare bad good"),
    ],
)
def test_an_order_sorts_with_what_is_empty_last(place, clause, names):
    assert names_of(place, "", order_by=[clause]) == names.split()


@pytest.mark.parametrize("clause", ["execution_time", "execution_time_ms DESC", "request_id"])
def test_every_other_key_of_an_order_is_taken(place, clause):
    assert sorted(names_of(place, "", order_by=[clause])) == ["bad", "bare", "good"]


def test_pages_follow_each_other(place):
    client, experiment = mlflow.MlflowClient(), place[0]
    seen, token = [], None
    for _ in range(4):
        page = client.search_traces(
            locations=[experiment], max_results=1, page_token=token, include_spans=False
        )
        seen += [place[2][trace.info.trace_id] for trace in page]
        token = page.token
        if not token:
            break

    assert seen == ["bare", "bad", "good"]
    assert not token
