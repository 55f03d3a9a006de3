"""Conditions on spans and on their text against rows, on whichever database the tests run."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection

from tests.factories import make_experiment, make_spans
from traces.filtering import FilterSyntax, parse
from traces.ingesting import store_spans
from traces.matching import matching
from traces.models import Trace, TraceText
from traces.records import INPUTS, OUTPUTS
from traces.search_texts import MAXIMUM_SEARCH_TEXT


def span(number, name, span_type="CHAIN", **facts):
    """A span; what is said beside the status is an attribute."""
    record = make_spans(trace_id="tr-" + "0" * 32)[1]
    attributes = {key: value for key, value in facts.items() if key != "status"}
    status = facts.get("status", "OK")
    return replace(
        record,
        span_id=f"{number:016x}",
        name=name,
        span_type=span_type,
        status=status,
        attributes=attributes,
    )


ONE = [
    span(1, "assistant", **{INPUTS: {"question": "Is it Round?"}, OUTPUTS: "Yes, 100% sure_ly."}),
    span(2, "retrieve", "RETRIEVER", top_k=4, ratio=0.5, model="gpt-4", deep=True),
]
TWO = [
    span(1, "retrieve", "TOOL", status="ERROR", model="GPT-4o", tags=["a", "b"], empty=None),
    span(2, "answer", "RETRIEVER", **{INPUTS: "ÄRGER über 東京タワー", "a.b c": "x"}),
    span(3, "x" * 200, "UNKNOWN", nested={"model": "gpt-4"}),
]


pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def experiment(shared_db):
    """Where the traces are."""
    return make_experiment()


@pytest.fixture(scope="module")
def rows(experiment):
    """One trace that came whole, one span by span, and one of another experiment."""
    stored("1", experiment, ONE)
    for each in TWO:
        stored("2", experiment, [each])
    stored("3", make_experiment("far"), ONE)


def stored(digit, experiment, spans):
    return store_spans(experiment, [replace(one, trace_id="tr-" + digit * 32) for one in spans])[0]


@pytest.fixture(params=["few", "many"], autouse=True)
def plan(request, monkeypatch):
    """Both plans of a search: naming the few that an index finds, and testing trace by trace."""
    if request.param == "many":
        monkeypatch.setattr("traces.found.FEW", 0)


def found(experiment, text):
    picked = matching(parse(text), experiments=[experiment.pk], others={})
    traces = Trace.objects.filter(picked, experiment=experiment).order_by("trace_id")
    return " ".join(trace_id[3] for trace_id in traces.values_list("trace_id", flat=True))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("trace.text LIKE '%Round%'", "1"),
        ("trace.text LIKE '%round%'", ""),
        ("trace.text ILIKE '%rOUnd%'", "1"),
        ("span.content ILIKE '%round%'", "1"),
        ("trace.text ILIKE '%nothing%'", ""),
        ("trace.text LIKE '%it%'", "1"),
        ("trace.text ILIKE '%,%'", "1"),
        ("trace.text ILIKE '%%'", "1 2"),
        ("trace.text LIKE 'retrieve'", "1 2"),
        ("trace.text LIKE 'retriev_'", "1 2"),
        ("trace.text LIKE 'triev'", ""),
        ("trace.text LIKE '%triev'", ""),
        ("trace.text LIKE '%trieve'", "1 2"),
        ("trace.text LIKE 'assistant%ly.'", "1"),
        ("trace.text ILIKE 'ASSISTANT%LY.'", "1"),
        ("trace.text LIKE '%Round%sure%'", "1"),
        ("trace.text LIKE '%Round%retrieve%'", ""),
        ("trace.text LIKE '%answer%retrieve%'", ""),
        (r"trace.text LIKE '%Round\?%'", ""),
        ("trace.text LIKE '%Round?%'", "1"),
        ("trace.text ILIKE '%ärger%'", "2"),
        ("trace.text LIKE '%ärger%'", ""),
        ("trace.text LIKE '%東京タワー%'", "2"),
        ("trace.text LIKE '%京%'", "2"),
        ("trace.text LIKE '%gpt%'", ""),
        ("trace.text LIKE '%Round%' AND trace.text LIKE '%sure%'", "1"),
        ("trace.text LIKE '%Round%' AND trace.text LIKE '%retr%'", ""),
        ("trace.text LIKE '%Round%' AND status = 'ERROR'", ""),
        ("trace.text LIKE '%trieve%' AND span.type = 'TOOL'", "2"),
        ("span.name = 'retrieve'", "1 2"),
        ("span.name = 'Retrieve'", ""),
        ("span.name != 'retrieve'", "1 2"),
        ("span.name IN ('answer', 'none')", "2"),
        ("span.name NOT IN ('assistant', 'retrieve')", "2"),
        ("span.name LIKE 'ans%'", "2"),
        ("span.name ILIKE 'ANS%'", "2"),
        ("span.name RLIKE '^a.*t$'", "1"),
        (f"span.name = '{'x' * 200}'", "2"),
        (f"span.name = '{'x' * 199}'", ""),
        ("span.type = 'TOOL'", "2"),
        ("span.type IN ('TOOL', 'CHAIN')", "1 2"),
        ("span.type NOT IN ('CHAIN', 'RETRIEVER')", "2"),
        ("span.type LIKE 'TO%'", "2"),
        ("span.type ILIKE 'to%'", "2"),
        ("span.type RLIKE '^T'", "2"),
        ("span.status = 'ERROR'", "2"),
        ("span.status != 'OK'", "2"),
        ("span.status IN ('ERROR')", "2"),
        ("span.status NOT IN ('OK')", "2"),
        ("span.status LIKE 'ERR%'", "2"),
        ("span.status ILIKE 'err%'", "2"),
        ("span.status RLIKE 'R{2}'", "2"),
        ("span.name = 'retrieve' AND span.type = 'RETRIEVER'", "1"),
        ("span.name = 'retrieve' AND span.status = 'ERROR'", "2"),
        ("span.name = 'answer' AND span.status = 'ERROR'", ""),
        ("span.attributes.model = 'gpt-4'", "1"),
        ("span.attributes.model != 'gpt-4'", "2"),
        ("span.attributes.model IN ('gpt-4', 'GPT-4o')", "1 2"),
        ("span.attributes.model NOT IN ('gpt-4')", "2"),
        ("span.attributes.model LIKE 'gpt%'", "1"),
        ("span.attributes.model ILIKE 'gpt%'", "1 2"),
        ("span.attributes.model RLIKE 'o$'", "2"),
        ("span.attributes.top_k = '4'", "1"),
        ("span.attributes.ratio = '0.5'", "1"),
        ("span.attributes.deep = 'true'", "1"),
        ("span.attributes.tags LIKE '%\"b\"%'", "2"),
        ("span.attributes.`a.b c` = 'x'", "2"),
        ("span.attributes.empty != 'x'", ""),
        ("span.attributes.none != 'x'", ""),
        ("span.attributes.model = 'gpt-4' AND span.type = 'CHAIN'", ""),
        ("span.attributes.model = 'gpt-4' AND span.attributes.top_k = '4'", "1"),
        ("span.attributes.`mlflow.spanInputs` LIKE '%Round%'", "1"),
    ],
)
def test_a_filter_picks(rows, experiment, text, names):
    assert found(experiment, text) == names


def test_a_long_pattern_is_one_text_or_refused_with_its_place(rows, experiment):
    assert found(experiment, f"trace.text LIKE '%{'x' * 2000}%'") == ""
    assert found(experiment, f"trace.text LIKE '%{'_%' * 127}'") == "2"

    with pytest.raises(FilterSyntax) as caught:
        found(experiment, f"status = 'OK' AND trace.text LIKE '{'_%' * 128}x'")

    assert (caught.value.position, caught.value.found) == (19, "257 characters")


def test_text_that_is_replaced_or_deleted_is_not_found(rows, experiment):
    stored("1", experiment, [span(1, "assistant", **{INPUTS: "flat"})])
    Trace.objects.get(trace_id="tr-" + "2" * 32).delete()

    assert found(experiment, "trace.text LIKE '%Round%'") == ""
    assert found(experiment, "trace.text LIKE '%東京タワー%'") == ""
    assert found(experiment, "trace.text LIKE '%flat%'") == "1"
    assert found(experiment, "trace.text LIKE '%retrieve%'") == "1"


def test_text_that_is_changed_in_place_is_found_by_its_new_words(rows, experiment):
    TraceText.objects.filter(text__contains="Round").update(text="square")

    assert found(experiment, "trace.text LIKE '%Round%'") == ""
    assert found(experiment, "trace.text LIKE '%square%'") == "1"


def test_a_span_is_found_by_its_first_64000_characters(experiment):
    stored("4", experiment, [span(1, "n", **{INPUTS: "a" * MAXIMUM_SEARCH_TEXT + "needle"})])

    assert found(experiment, "trace.text LIKE '%needle%'") == ""
    assert found(experiment, "trace.text LIKE '%aaaa%'") == "4"


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps its index itself")
def test_the_index_agrees_with_the_texts(rows, experiment):
    Trace.objects.get(trace_id="tr-" + "2" * 32).delete()
    stored("1", experiment, ONE)

    # Raises when the two disagree.
    check = "INSERT INTO traces_textindex (traces_textindex, rank) VALUES ('integrity-check', 1)"
    with connection.cursor() as cursor:
        cursor.execute(check)
