"""Exports by the native API."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.credentials import Credential
from accounts.models import AuditEvent
from labeling import reviewing
from labeling.answering import Reply, Submission
from labeling.export_changes import OVERLAP
from labeling.models import LabelingSession
from tests.factories import LEASE, make_session
from tests.places import Place, make_place
from traces.timestamps import parse_rfc3339


@pytest.fixture(scope="module")
def shared_place(shared_db) -> Place:
    """Who all tests of this file find."""
    return make_place()


@pytest.fixture(scope="module", autouse=True)
def made(shared_place: Place) -> LabelingSession:
    """Two items, one of them answered."""
    reviewer = shared_place.reviewer
    session = make_session(
        shared_place.experiment, shared_place.manager, traces=2, reviewers=(reviewer,)
    )
    said = Submission(replies={"correct": Reply(value=True)})
    item = session.items.get(position=1)
    reviewing.submit(item, said, by=Credential(user=reviewer), lease=LEASE)
    return session


@pytest.fixture
def path(session):
    """Its export."""
    return f"/sessions/{session.session_id}/export"


def test_labels_are_streamed_as_json_lines(api, developer, session, path, reviewer):
    answer = api(developer).get(path)

    assert answer.streaming
    assert answer["Content-Type"] == "application/x-ndjson"
    assert answer["X-Export-Version"] == "1"
    assert answer["Content-Disposition"] == (
        f'attachment; filename="labels-{session.session_id}-v1.jsonl"'
    )
    (line,) = answer.getvalue().splitlines()
    assert json.loads(line)["reviewer"] == reviewer.email


@pytest.mark.parametrize(
    ("rows", "file_format", "lines"),
    [("labels", "csv", 2), ("items", "csv", 3), ("items", "jsonl", 2), ("traces", "jsonl", 2)],
)
def test_rows_and_format_can_be_chosen(api, developer, path, rows, file_format, lines):
    answer = api(developer).get(path, rows=rows, format=file_format)

    assert answer.status_code == 200
    assert len(answer.getvalue().splitlines()) == lines


def test_an_export_since_a_moment(api, developer, path):
    caller = api(developer)

    earlier = caller.get(path, updated_since="2020-01-01T00:00:00Z").getvalue()
    later = caller.get(path, updated_since="2120-01-01T00:00:00Z").getvalue()

    assert len(earlier.splitlines()) == 1
    assert later == b""


def test_the_answer_says_since_when_to_ask_next(api, developer, path):
    caller = api(developer)
    begun = timezone.now()

    said = parse_rfc3339(caller.get(path)["X-Next-Updated-Since"])

    assert said < begun
    assert begun - said <= OVERLAP + timedelta(seconds=1)


def test_people_are_not_named_when_pseudonyms_are_asked_for(api, developer, path, reviewer):
    caller = api(developer)
    how = {"rows": "items", "by_reviewer": "true", "pseudonyms": "true"}

    text = caller.get(path, **how).getvalue().decode()

    assert "correct.by.person-" in text
    assert reviewer.email not in text
    event = AuditEvent.objects.get(act="session exported")
    assert event.details == {"rows": "items", "format": "jsonl", "pseudonyms": True}


def test_false_is_what_one_gets_anyway(api, developer, path):
    caller = api(developer)

    plain, said = caller.get(path), caller.get(path, pseudonyms="false", by_reviewer="false")

    assert plain.getvalue() == said.getvalue()


@pytest.mark.parquet
def test_parquet_is_sent_as_a_file(api, developer, session, path):
    answer = api(developer).get(path, format="parquet")

    assert answer["Content-Type"] == "application/vnd.apache.parquet"
    assert answer["Content-Disposition"].endswith(f'{session.session_id}-v1.parquet"')
    assert answer.getvalue()[:4] == b"PAR1"


def test_an_export_is_audited(api, developer, session, path):
    api(developer).get(path, rows="items")

    event = AuditEvent.objects.get(act="session exported")
    assert (event.actor, event.details) == (developer.email, {"rows": "items", "format": "jsonl"})
    assert session.session_id in event.subject


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"rows": "people"}, "rows"),
        ({"format": "xlsx"}, "format"),
        ({"rows": "traces", "format": "csv"}, "format"),
        ({"updated_since": "yesterday"}, "updated_since"),
        ({"rows": "traces", "updated_since": "2020-01-01T00:00:00Z"}, "updated_since"),
        ({"rows": "items", "by_reviewer": "yes"}, "by_reviewer"),
        ({"pseudonym": "true"}, "pseudonym"),
    ],
)
def test_an_export_that_does_not_exist_is_refused_and_not_audited(
    api, developer, path, query, field
):
    answer = api(developer).get(path, **query)

    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == {field}
    assert not AuditEvent.objects.filter(act="session exported").exists()


def test_exports_are_for_those_whose_role_and_scope_allow_it(
    api, developer, reviewer, outsider, nobody, path
):
    callers = (
        api(developer, "traces:write"),
        api(reviewer),
        api(outsider),
        nobody,
    )

    assert [caller.get(path).status_code for caller in callers] == [403, 403, 404, 401]
