"""The very bytes of exported labels, whichever database holds them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from accounts.credentials import Credential
from accounts.models import User
from assessments.models import Assessment
from labeling import reviewing
from labeling.answering import Reply, Submission
from labeling.exports import export_lines
from labeling.models import Review
from labeling.wanted_exports import Wanted
from tests.factories import LEASE

AT = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)
LINE = (
    '{"session_id":"SESSION","run_id":"SESSION","item_id":"ITEM","trace_id":"TRACE",'
    '"span_id":null,"schema":"correct","schema_version":1,"kind":"feedback","value":true,'
    '"rationale":"\\"Ärger\\"\\n\\t\\u0001\x7f\u2028😀 \\\\ </b>","reviewer":"WHO",'
    '"source_type":"HUMAN","source_id":"WHO","assessment_id":"SAID","state":"submitted",'
    '"valid":true,"overrides":null,"created_at":"2026-11-20T12:00:00Z",'
    '"updated_at":"2026-11-20T12:00:00.390000Z","active_seconds":12.501,"cannot_judge":null,'
    '"edited_after_reveal":false,"could_see_others":true,"is_late":false,"consensus":null,'
    '"consensus_method":null,"consensus_confidence":null,"consensus_n":0,'
    '"consensus_tie":false,"consensus_votes":[],"adjudicated_by":null,'
    '"consensus_schema_version":null}\n'
)


@pytest.fixture
def session(session_of_two):
    """One item and one question."""
    return session_of_two(traces=1, questions=("correct",))


@pytest.fixture
def said(session, reviewer):
    """The one answer, as a queryset that can be changed past every check."""
    submit(session, reviewer, Reply(value=True))
    return Assessment.objects.filter(name="correct")


def submit(session, who, reply):
    """The one review of somebody."""
    said = Submission(replies={"correct": reply}, active_ms=12_501)
    reviewing.submit(session.items.get(), said, by=Credential(user=who), lease=LEASE)


def exported(session, file_format="jsonl"):
    """The file."""
    return b"".join(export_lines(session, Wanted(format=file_format)))


def test_a_label_is_these_bytes(session, said, reviewer):
    rationale = '"Ärger"\n\t\x01\x7f\u2028😀 \\ </b>'
    said.update(rationale=rationale, created_at=AT, updated_at=AT.replace(microsecond=390_000))
    Review.objects.update(could_see_others=True)
    names = {
        "SESSION": session.session_id,
        "ITEM": session.items.get().item_id,
        "TRACE": session.items.get().trace.trace_id,
        "WHO": reviewer.email,
        "SAID": said.get().assessment_id,
    }

    line = exported(session).decode()

    for name, text in names.items():
        line = line.replace(text, name)
    assert line == LINE


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (False, "false"),
        (0, "0"),
        (-0.0, "-0.0"),
        (1.0, "1.0"),
        (1e22, "1e+22"),
        (1e-7, "1e-7"),
        (0.1 + 0.2, "0.30000000000000004"),
        (2**53 + 1, "9007199254740993"),
        (2**63, "9223372036854775808"),
        (-(2**63), "-9223372036854775808"),
        ("", '""'),
        ("null", '"null"'),
        ("a\u2028\x00\\", '"a\u2028\\u0000\\\\"'),
        ([], "[]"),
        ({"b": [1, {"ä": None}], "a": -0.0}, '{"b":[1,{"ä":null}],"a":-0.0}'),
    ],
)
def test_a_value_is_exported_as_it_was_written(session, said, value, text):
    said.update(value=value)

    line = exported(session).decode()

    assert f'"value":{text},"rationale"' in line


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (AT, "2026-11-20T12:00:00Z"),
        (AT.replace(microsecond=1), "2026-11-20T12:00:00.000001Z"),
        (AT.replace(microsecond=390_000), "2026-11-20T12:00:00.390000Z"),
        (AT.replace(microsecond=999_999), "2026-11-20T12:00:00.999999Z"),
        (AT.replace(year=1, month=1, day=2), "0001-01-02T12:00:00Z"),
        (AT.replace(year=9999), "9999-11-20T12:00:00Z"),
    ],
)
def test_a_time_is_the_same_text_in_every_file(session, said, moment, text):
    said.update(created_at=moment)

    lines, rows = exported(session).decode(), exported(session, "csv").decode()

    assert json.loads(lines)["created_at"] == text
    assert f",{text}," in rows


def test_what_cannot_be_judged_has_the_time_of_its_review(session, reviewer):
    submit(session, reviewer, Reply(cannot_judge="No source."))
    Review.objects.update(submitted_at=AT.replace(microsecond=390_000))

    row = json.loads(exported(session))

    assert row["created_at"] == row["updated_at"] == "2026-11-20T12:00:00.390000Z"
    assert (row["valid"], row["span_id"], row["rationale"]) == (True, None, "")


def test_flags_are_true_or_false_and_no_numbers(session, said):
    said.update(valid=False)

    row = json.loads(exported(session))

    flags = ("valid", "edited_after_reveal", "could_see_others", "is_late", "consensus_tie")
    assert [row[name] for name in flags] == [False] * 5
    assert {type(row[name]) for name in flags} == {bool}


def test_everybodys_labels_are_theirs(session, reviewer, second_reviewer):
    for who, value in ((second_reviewer, False), (reviewer, True)):
        submit(session, who, Reply(value=value))

    rows = [json.loads(line) for line in exported(session).splitlines()]

    told = [(row["reviewer"], row["source_id"], row["value"]) for row in rows]
    expected = [(second_reviewer.email, False), (reviewer.email, True)]
    assert told == [(email, email, value) for email, value in expected]
    assert User.objects.count() >= 2
