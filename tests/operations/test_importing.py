"""A file's traces: each whole or not at all, in batches, and only once."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from accounts.credentials import Credential
from accounts.models import ApiToken
from accounts.roles import Scope
from assessments.models import Assessment
from reviewapp import importing
from reviewapp.importing import Outcome, Report, import_entries
from reviewapp.trace_files import Entry, NothingImported
from tests.factories import NOW, as_token, make_experiment, make_spans
from traces.ids import mint_trace_id
from traces.ingesting import store_spans
from traces.json_values import InvalidJson
from traces.models import Span, Trace, TraceText
from traces.records import TraceRecord
from traces.trace_json import trace_to_json

pytestmark = pytest.mark.django_db


def whole(trace_id: str = "", *said: dict[str, Any], **info: Any) -> dict[str, Any]:
    """One trace of a file."""
    spans = make_spans(trace_id=trace_id)
    known = TraceRecord(trace_id=spans[0].trace_id, request_time=NOW, state="OK", **info)
    return trace_to_json(known, spans, said)


def said(source_type: str = "CODE", source_id: str = "check", **more: Any) -> dict[str, Any]:
    """One assessment of a file."""
    return {
        "assessment_id": "a-1",
        "assessment_name": "ok",
        "source": {"source_type": source_type, "source_id": source_id},
        "create_time": "2026-01-02T03:04:05Z",
        "feedback": {"value": True},
        **more,
    }


def entry(value: Any, number: int = 1, **fields: Any) -> Entry:
    return Entry(number=number, word="line", value=value, **fields)


@pytest.fixture
def take(experiment, developer):
    """Import values with every scope, or with some."""

    def taking(*values: Any, scopes: tuple[str, ...] = (), by: Credential | None = None) -> Report:
        found = [entry(value, number) for number, value in enumerate(values, start=1)]
        report = Report()
        for outcome in import_entries(
            experiment, found, by=by or as_token(developer, *scopes), now=NOW
        ):
            report.add(outcome)
        return report

    return taking


def counts(report: Report) -> tuple[int, int, int]:
    return report.imported, report.updated, report.failed


def test_traces_come_in_once(take) -> None:
    values = [whole("", said()), whole()]

    assert counts(take(*values)) == (2, 0, 0)
    Assessment.objects.update(request_digest=None)
    assert counts(take(*values)) == (0, 2, 0)

    assert (Trace.objects.count(), Span.objects.count(), TraceText.objects.count()) == (2, 4, 2)
    assert Assessment.objects.count() == 1


def test_a_batch_costs_a_constant_number_of_statements(take, developer) -> None:
    by = as_token(developer)
    values = [whole() for _ in range(30)]

    with CaptureQueriesContext(connection) as of_many:
        take(*values, by=by)
    with CaptureQueriesContext(connection) as of_one:
        take(whole(), by=by)

    assert 10 < len(of_many) == len(of_one) < 30


@pytest.mark.parametrize(
    "bad",
    [
        {},
        whole() | {"info": {"trace_id": "tr-1", "request_time": "soon"}},
        whole("", said(feedback=None)),
        whole("", said(assessment_name="")),
        whole("", said(assessment_name="x" * 251)),
    ],
)
def test_a_bad_trace_stays_out_whole_and_the_others_come_in(take, bad) -> None:
    report = take(whole(), bad, whole())

    assert counts(report) == (2, 0, 1)
    assert [one.entry.number for one in report.errors] == [2]
    assert report.errors[0].detail
    assert Trace.objects.count() == 2


def test_a_trace_of_another_experiment_is_not_touched(take) -> None:
    elsewhere = store_spans(make_experiment(), make_spans())[0]

    report = take(whole(), whole(elsewhere.trace_id))

    assert (counts(report), report.errors[0].code) == ((1, 0, 1), "not_found")


def test_one_trace_twice_in_a_file_is_merged(take) -> None:
    trace_id = mint_trace_id()

    report = take(whole(trace_id, tags={"a": "1"}), whole(trace_id, tags={"b": "2"}))

    assert counts(report) == (1, 1, 0)
    assert {"a": "1", "b": "2"}.items() <= Trace.objects.get().tags.items()


def test_batches_are_small(monkeypatch) -> None:
    monkeypatch.setattr(importing, "BATCH_TRACES", 2)

    sizes = [len(batch) for batch in importing.batches(entry(whole()) for _ in range(5))]

    assert sizes == [2, 2, 1]


def test_large_traces_are_written_alone(monkeypatch) -> None:
    monkeypatch.setattr(importing, "BATCH_BYTES", 10)
    found = [entry(whole(), number, size=size) for number, size in enumerate((20, 4, 4, 4))]

    sizes = [len(batch) for batch in importing.batches(found)]

    assert sizes == [1, 2, 1]


def test_a_database_that_goes_away_keeps_what_was_told(experiment, developer, monkeypatch) -> None:
    monkeypatch.setattr(importing, "BATCH_TRACES", 1)
    outcomes = import_entries(
        experiment, [entry(whole()), entry(whole())], by=as_token(developer), now=NOW
    )

    assert next(outcomes).is_new

    def gone(*_: object) -> None:
        raise OperationalError

    monkeypatch.setattr(importing, "import_traces", gone)
    with pytest.raises(OperationalError):
        next(outcomes)
    assert Trace.objects.count() == 1


# Who may say who said it


TRACES, SAY, NAME = Scope.TRACES_WRITE, Scope.ASSESSMENTS_WRITE, Scope.ATTRIBUTE_ANY
PERSON = said("HUMAN", "amara@example.org")


@pytest.mark.parametrize(
    ("one", "scopes", "code"),
    [
        (said(), (TRACES,), "scope_missing"),
        (said(), (TRACES, SAY), ""),
        (said("LLM_JUDGE", "judge"), (TRACES, SAY), ""),
        (PERSON, (TRACES, SAY), "ATTRIBUTION_MISMATCH"),
        (PERSON, (TRACES, SAY, NAME), ""),
        (PERSON, (TRACES, Scope.FEEDBACK_WRITE), ""),
        (said("HUMAN", "developer@example.org"), (TRACES, SAY), ""),
        (said("HUMAN", "default"), (TRACES, SAY), ""),
    ],
)
def test_a_file_invents_nobody(take, one, scopes, code) -> None:
    report = take(whole("", one), scopes=scopes)

    assert [error.code for error in report.errors] == [code] * bool(code)
    assert Trace.objects.count() == Assessment.objects.count() == (not code)


def test_a_signed_in_page_speaks_for_nobody_else(take, developer) -> None:
    report = take(whole("", said()), by=Credential(user=developer))

    assert report.errors[0].code == "ATTRIBUTION_MISMATCH"
    assert not ApiToken.objects.exists()


def test_end_users_are_not_named_like_accounts(take, reviewer) -> None:
    named = said("HUMAN", reviewer.email)

    report = take(whole("", named), scopes=(TRACES, Scope.FEEDBACK_WRITE))

    assert report.errors[0].code == "ATTRIBUTION_MISMATCH"


def test_overrides_keep_their_target(take) -> None:
    second = said("CODE", "other", assessment_id="a-2", overrides="a-1")

    take(whole("", said(), second))

    target = Assessment.objects.get(source_id="check")
    assert (target.valid, Assessment.objects.get(source_id="other").overrides) == (False, target)


# The report


def test_a_report_tells_the_first_hundred_and_counts_all() -> None:
    report = Report()
    for number in range(150):
        broken = entry(None, number, fault=InvalidJson("", "is broken"))
        report.add(Outcome(entry=broken, code="invalid", detail="is broken"))

    assert (report.failed, len(report.errors), report.is_complete) == (150, 100, True)
    with pytest.raises(NothingImported) as caught:
        report.demand_something()
    assert caught.value.fields["line 99"] == "is broken"


def test_an_end_before_the_end_is_told() -> None:
    report = Report()
    report.add(Outcome(entry=entry(None, is_end=True), code="invalid", detail="ends"))

    assert not report.is_complete


def test_a_file_without_traces_is_refused() -> None:
    with pytest.raises(NothingImported) as caught:
        Report().demand_something()

    assert caught.value.fields == {"body": "holds no trace"}
