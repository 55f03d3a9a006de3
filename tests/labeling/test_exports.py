"""A session's labels, items and traces as files."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest

from accounts.credentials import Credential
from assessments.drafts import Draft
from assessments.models import Assessment
from assessments.recording import override, record
from labeling import reviewing
from labeling.aggregation import refresh
from labeling.answering import Reply, Submission
from labeling.export_columns import LABEL_COLUMNS, names_of
from labeling.exports import export_lines
from labeling.models import Answer, LabelingSession, Review
from labeling.stocking import remove_items
from labeling.wanted_exports import UnknownExport, Wanted
from tests.factories import LEASE, NOW
from tests.places import Place, make_place
from traces.trace_json import trace_from_json

QUESTIONS = ("correct", "problems", "minutes", "improvement")
FIXED = [
    "session_id",
    "run_id",
    "item_id",
    "trace_id",
    "span_id",
    "schema",
    "schema_version",
    "kind",
    "value",
    "rationale",
    "reviewer",
    "source_type",
    "source_id",
    "assessment_id",
    "state",
    "valid",
    "overrides",
    "created_at",
    "updated_at",
    "active_seconds",
]
ANSWERS = {
    "correct": Reply(value=True, rationale="=SUM(A1) is right"),
    "problems": Reply(value=["Made up", "Unclear"]),
    "minutes": Reply(value=-0.0 + 12.5),
    "improvement": Reply(value="Ärger, 2^53+1"),
}


def submit(session, position, who, replies, active_ms=12_500):
    """One review."""
    item = session.items.get(position=position)
    said = Submission(replies=replies, active_ms=active_ms)
    reviewing.submit(item, said, by=Credential(user=who), lease=LEASE)


def undo(session, position, who):
    """Take a review back."""
    reviewing.undo(
        session.items.get(position=position), Submission(), by=Credential(user=who), lease=LEASE
    )


@pytest.fixture(scope="module")
def shared_place(shared_db) -> Place:
    """Who all tests of this file find."""
    return make_place()


@pytest.fixture(scope="module", autouse=True)
def made(shared_place: Place) -> LabelingSession:
    """Three items, four questions, two reviews each."""
    return shared_place.session_of_two(traces=3, questions=QUESTIONS)


@pytest.fixture
def answered(session, reviewer):
    """The session after one review."""
    submit(session, 1, reviewer, ANSWERS)
    return session


def exported(session, **how):
    """The rows of a JSON lines export."""
    data = b"".join(export_lines(session, Wanted(**how)))
    return [json.loads(line) for line in data.splitlines()]


def table(session, rows="labels", **how):
    """The rows of a CSV export, as texts."""
    data = b"".join(export_lines(session, Wanted(rows=rows, format="csv", **how)))
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_a_label_row_has_the_agreed_columns_in_order(answered):
    rows = exported(answered)

    assert list(rows[0])[: len(FIXED)] == FIXED
    assert list(rows[0]) == names_of(LABEL_COLUMNS)
    assert len(rows) == len(QUESTIONS)


def test_a_label_row_tells_who_said_what_when(answered, reviewer):
    row = exported(answered)[0]

    assessment = Answer.objects.get(label_schema__name="correct").assessment
    item = answered.items.get(position=1)
    assert (row["session_id"], row["run_id"]) == (answered.session_id, answered.session_id)
    assert (row["item_id"], row["trace_id"]) == (item.item_id, item.trace.trace_id)
    assert (row["schema"], row["schema_version"], row["kind"]) == ("correct", 1, "feedback")
    assert (row["value"], row["rationale"]) == (True, "=SUM(A1) is right")
    assert (row["reviewer"], row["source_type"]) == (reviewer.email, "HUMAN")
    assert row["source_id"] == reviewer.email
    assert row["assessment_id"] == assessment.assessment_id
    assert (row["state"], row["valid"], row["overrides"]) == ("submitted", True, None)
    assert (row["span_id"], row["active_seconds"]) == (None, 12.5)
    assert row["created_at"] == assessment.created_at.isoformat().replace("+00:00", "Z")


def test_json_lines_keep_values_exactly(answered):
    values = {row["schema"]: row["value"] for row in exported(answered)}

    assert values == {name: reply.value for name, reply in ANSWERS.items()}


def test_csv_keeps_numbers_and_defuses_formulas(answered):
    rows = {row["schema"]: row for row in table(answered)}

    assert rows["correct"]["value"] == "true"
    assert rows["correct"]["rationale"] == "'=SUM(A1) is right"
    assert rows["minutes"]["value"] == "12.5"
    assert rows["problems"]["value"] == '["Made up","Unclear"]'
    assert rows["improvement"]["value"] == "Ärger, 2^53+1"
    assert rows["correct"]["overrides"] == ""


def test_a_question_that_cannot_be_judged_has_a_row_without_a_value(session, reviewer):
    submit(session, 1, reviewer, ANSWERS | {"correct": Reply(cannot_judge="No source.")})

    row = next(row for row in exported(session) if row["schema"] == "correct")

    assert (row["value"], row["assessment_id"], row["cannot_judge"]) == (None, None, "No source.")
    assert (row["source_id"], row["valid"], row["state"]) == (reviewer.email, True, "submitted")
    assert row["created_at"] is not None


def test_an_answer_changed_to_cannot_judge_tells_no_withdrawn_value(answered, reviewer):
    submit(answered, 1, reviewer, ANSWERS | {"correct": Reply(cannot_judge="After all, no.")})

    row = next(row for row in exported(answered) if row["schema"] == "correct")

    assert (row["value"], row["rationale"], row["assessment_id"]) == (None, "", None)


def test_drafts_and_reviews_that_were_taken_back_are_no_labels(answered, reviewer, second_reviewer):
    reviewing.save_draft(
        answered.items.get(position=2),
        Submission(replies=ANSWERS),
        by=Credential(user=second_reviewer),
        lease=LEASE,
    )
    undo(answered, 1, reviewer)

    assert exported(answered) == []


def test_items_that_were_taken_out_are_left_out(answered):
    remove_items(answered, [answered.items.get(position=1).item_id], now=NOW)

    assert exported(answered) == []


def test_an_overridden_label_stays_and_is_not_valid(answered, manager):
    target = Assessment.objects.get(name="correct")
    said = Draft(name="correct", kind="feedback", value=False)
    override(target, said, by=Credential(user=manager), now=NOW)

    rows = {row["schema"]: row for row in exported(answered)}

    assert (rows["correct"]["value"], rows["correct"]["valid"]) == (True, False)


def test_labels_come_in_the_order_of_the_queue(session, reviewer, second_reviewer):
    for position, who in ((3, reviewer), (1, second_reviewer), (2, reviewer), (1, reviewer)):
        submit(session, position, who, ANSWERS)

    rows = [row for row in exported(session) if row["schema"] == "correct"]

    positions = dict(session.items.values_list("item_id", "position"))
    assert [positions[row["item_id"]] for row in rows] == [1, 1, 2, 3]


def test_since_a_moment_only_what_changed_comes_withdrawn_labels_included(
    session, reviewer, second_reviewer
):
    submit(session, 1, reviewer, ANSWERS)
    submit(session, 2, reviewer, ANSWERS | {"correct": Reply(cannot_judge="No source.")})
    submit(session, 3, second_reviewer, ANSWERS)
    moment = Review.objects.get(reviewer=second_reviewer, state="submitted").updated_at
    undo(session, 1, reviewer)
    undo(session, 2, reviewer)

    rows = exported(session, updated_since=moment)
    later = exported(session, updated_since=moment + timedelta(days=3650))

    by_position = dict(session.items.values_list("item_id", "position"))
    told = {(by_position[row["item_id"]], row["schema"]): row["valid"] for row in rows}
    assert len(rows) == 12
    assert {told[1, name] for name in QUESTIONS} == {False}
    assert {told[2, name] for name in QUESTIONS} == {False}
    assert {told[3, name] for name in QUESTIONS} == {True}
    assert later == []


def test_since_a_moment_an_override_counts_as_a_change(answered, manager):
    target = Assessment.objects.get(name="correct")
    later = NOW + timedelta(days=3650)
    said = Draft(name="correct", kind="feedback", value=False)
    override(target, said, by=Credential(user=manager), now=later)

    rows = exported(answered, updated_since=later)

    assert [(row["schema"], row["valid"]) for row in rows] == [("correct", False)]


def test_item_rows_have_the_consensus_of_each_question(session, reviewer, second_reviewer):
    submit(session, 1, reviewer, ANSWERS)
    submit(session, 1, second_reviewer, ANSWERS | {"correct": Reply(value=False)})
    refresh(session.pk)

    first, second, _ = exported(session, rows="items")

    assert list(first)[:6] == [
        "session_id",
        "item_id",
        "trace_id",
        "request",
        "response",
        "status",
    ]
    assert list(first)[6:13] == [
        f"correct.{part}"
        for part in ("value", "method", "confidence", "n", "tie", "votes", "adjudicated_by")
    ]
    assert (first["request"], first["response"]) == (
        {"question": "Question 0?"},
        "A recorded request.",
    )
    assert (first["status"], second["status"]) == ("complete", "pending")
    assert (first["correct.value"], first["correct.tie"], first["correct.n"]) == (None, True, 2)
    assert first["problems.value"] == ["Made up", "Unclear"]
    assert (first["minutes.value"], first["minutes.method"]) == (12.5, "median")
    assert (second["correct.value"], second["correct.n"], second["correct.votes"]) == (None, 0, [])


def test_an_item_whose_trace_has_no_root_shows_the_previews(session):
    item = session.items.get(position=1)
    item.trace.spans.all().delete()

    row = exported(session, rows="items")[0]

    assert row["request"] == item.trace.request_preview
    assert row["response"] == item.trace.response_preview


def test_items_in_csv_are_texts_a_spreadsheet_can_show(session):
    row = table(session, "items")[0]

    assert row["request"] == '{"question":"Question 0?"}'
    assert (row["correct.value"], row["correct.n"], row["correct.tie"]) == ("", "0", "false")


def test_whole_traces_carry_the_sessions_labels_and_are_read_back(answered, developer):
    trace = answered.items.get(position=1).trace
    foreign = Draft(name="elsewhere", kind="feedback", value=1)
    record(trace, foreign, by=Credential(user=developer), now=NOW)

    whole = exported(answered, rows="traces")

    assert len(whole) == 3
    read, spans = trace_from_json(whole[0])
    assert (read.trace_id, len(spans)) == (trace.trace_id, 2)
    assert {said["assessment_name"] for said in read.assessments} == set(QUESTIONS)
    correct = next(said for said in read.assessments if said["assessment_name"] == "correct")
    assert correct["feedback"] == {"value": True}
    assert correct["rationale"] == "=SUM(A1) is right"


@pytest.mark.parametrize(
    ("how", "field"),
    [
        ({"rows": "people"}, "rows"),
        ({"format": "xlsx"}, "format"),
        ({"rows": "traces", "format": "csv"}, "format"),
        ({"rows": "traces", "updated_since": NOW}, "updated_since"),
        ({"rows": "dataset", "updated_since": NOW}, "updated_since"),
        ({"rows": "labels", "by_reviewer": True}, "by_reviewer"),
        ({"rows": "traces", "pseudonyms": True}, "pseudonyms"),
    ],
)
def test_an_unknown_export_is_refused_before_anything_is_read(
    session, how, field, django_assert_num_queries
):
    with django_assert_num_queries(0), pytest.raises(UnknownExport) as refused:
        export_lines(session, Wanted(**how))

    assert refused.value.field == field


@pytest.mark.parametrize("rows", ["labels", "items", "traces"])
def test_reading_costs_the_same_whatever_the_number_of_labels(
    session, reviewer, second_reviewer, rows, django_assert_max_num_queries
):
    for position in (1, 2, 3):
        submit(session, position, reviewer, ANSWERS)
        submit(session, position, second_reviewer, ANSWERS)
    refresh(session.pk)

    with django_assert_max_num_queries(7):
        found = exported(session, rows=rows)

    assert len(found) == {"labels": 24, "items": 3, "traces": 3}[rows]


def test_batches_follow_each_other_without_gap(session, reviewer, monkeypatch):
    monkeypatch.setattr("labeling.export_rows.ITEM_BATCH", 2)
    monkeypatch.setattr("labeling.label_rows.ITEM_BATCH", 2)
    monkeypatch.setattr("labeling.export_rows.TRACE_BATCH", 2)
    for position in (1, 2, 3):
        submit(session, position, reviewer, ANSWERS)

    assert len(exported(session)) == 12
    assert len(exported(session, rows="items")) == 3
    assert len(exported(session, rows="traces")) == 3
