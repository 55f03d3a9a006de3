"""The one way assessments are written: rows, revisions, attribution, marks, override chains."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.credentials import Credential
from accounts.models import AuditEvent
from assessments.attribution import AttributionMismatch
from assessments.deleting import delete_traces
from assessments.drafts import Changes, Draft, InvalidDraft
from assessments.models import Assessment, Revision, StaleMark
from assessments.recording import Context, override, record, retract, revise
from assessments.refusals import (
    NoSuchAssessment,
    NotTheAuthor,
    RunEnded,
    StaleVersion,
    WrongKind,
)
from labeling.managing import close_session
from schemas.inputs import InvalidValue
from tests.factories import NOW, as_token, make_schema, make_session, make_trace

pytestmark = pytest.mark.django_db
GOOD = Draft(name="correct", kind="feedback", value=True)


@pytest.fixture
def trace(experiment):
    return make_trace(experiment)


@pytest.fixture
def author(developer) -> Credential:
    return Credential(user=developer)


def test_a_record_has_its_first_revision_and_its_author(trace, author) -> None:
    made = record(trace, replace(GOOD, rationale="It is."), by=author, now=NOW)

    revision = Revision.objects.get(assessment=made)
    assert (made.source_type, made.source_id) == ("HUMAN", "developer@example.org")
    assert (revision.number, revision.action, revision.value) == (1, "recorded", True)
    assert not StaleMark.objects.exists()


VALUES = [True, 3, 3.0, 2**53 + 1, "text", ["a", 1], {"b": {"a": None}}, None, 0.1]


@pytest.mark.parametrize("value", VALUES)
def test_every_value_comes_back_exactly(trace, author, value) -> None:
    made = record(trace, replace(GOOD, value=value), by=author, now=NOW)

    stored = Assessment.objects.get(pk=made.pk).value
    assert stored == value
    assert type(stored) is type(value)


WRONG = [
    (replace(GOOD, name=" "), "name"),
    (replace(GOOD, name="x" * 251), "name"),
    (replace(GOOD, name="a\x00b"), "name"),
    (replace(GOOD, value=2**63), "value"),
    (replace(GOOD, value=float("nan")), "value"),
    (replace(GOOD, value={"a": ["\ud800"]}), "value.a[0]"),
    (replace(GOOD, rationale="\x00"), "rationale"),
    (replace(GOOD, metadata={"k": "\x00"}), "metadata.k"),
    (replace(GOOD, error={"error_code": "X"}), "error"),
    (replace(GOOD, kind="expectation", value=None), "value"),
    (replace(GOOD, source_id="x" * 255), "source.source_id"),
    (replace(GOOD, span_id="not a span"), "span_id"),
]


@pytest.mark.parametrize(("draft", "field"), WRONG)
def test_a_wrong_draft_names_the_field_and_writes_nothing(trace, author, draft, field) -> None:
    with pytest.raises(InvalidDraft) as caught:
        record(trace, draft, by=author, now=NOW)

    assert caught.value.field == field
    assert not Assessment.objects.exists()


def test_a_schema_version_checks_the_value(trace, author, experiment) -> None:
    version = make_schema(experiment, "correct").version

    with pytest.raises(InvalidValue):
        record(
            trace,
            replace(GOOD, value="yes"),
            by=author,
            now=NOW,
            context=Context(schema_version=version),
        )


def test_an_answer_of_a_run_leaves_a_stale_mark(trace, author, experiment, manager) -> None:
    session = make_session(experiment, manager, traces=0)
    StaleMark.objects.all().delete()

    record(trace, GOOD, by=author, now=NOW, context=Context(run=session.run))

    assert StaleMark.objects.get().run == session.run


class TestAttribution:
    """Who an assessment is by is the server's word."""

    @pytest.mark.parametrize("source_id", ["", "default", "developer@example.org"])
    def test_a_person_writes_as_themselves(self, trace, author, source_id) -> None:
        made = record(trace, replace(GOOD, source_id=source_id), by=author, now=NOW)

        assert made.source_id == "developer@example.org"

    @pytest.mark.parametrize(
        "changes", [{"source_id": "eve@example.org"}, {"source_type": "LLM_JUDGE"}]
    )
    def test_a_person_cannot_write_as_another(self, trace, author, changes) -> None:
        with pytest.raises(AttributionMismatch):
            record(trace, replace(GOOD, **changes), by=author, now=NOW)

    def test_a_token_names_another_person_only_with_the_scope(self, trace, developer) -> None:
        draft = replace(GOOD, source_id="eve@example.org")
        plain = as_token(developer, "assessments:write")
        trusted = as_token(developer, "assessments:write", "attribute:any")

        made = record(trace, draft, by=trusted, now=NOW)

        assert made.source_id == "eve@example.org"
        with pytest.raises(AttributionMismatch):
            record(trace, draft, by=plain, now=NOW)

    def test_a_token_writes_judges_and_code_under_any_id(self, trace, developer) -> None:
        by = as_token(developer, "assessments:write")

        judge = record(
            trace, replace(GOOD, source_type="LLM_JUDGE", source_id="j1"), by=by, now=NOW
        )
        code = record(trace, replace(GOOD, source_type="CODE"), by=by, now=NOW)

        assert (judge.source_id, code.source_id) == ("j1", "default")

    def test_an_applications_token_writes_its_users_but_no_account(self, trace, developer) -> None:
        by = as_token(developer, "feedback:write")

        made = record(trace, replace(GOOD, source_id="u-17"), by=by, now=NOW)

        assert made.source_id == "u-17"
        with pytest.raises(AttributionMismatch):
            record(trace, replace(GOOD, source_id="Developer@example.org"), by=by, now=NOW)
        with pytest.raises(AttributionMismatch):
            record(trace, replace(GOOD, source_type="CODE"), by=by, now=NOW)


class TestRetries:
    """MLflow's client retries without a key but sends its own creation time."""

    TIMED = replace(GOOD, client_created="2026-11-20T12:00:00Z")

    def test_the_same_request_again_is_the_same_row(self, trace, developer) -> None:
        by = as_token(developer)

        first = record(trace, self.TIMED, by=by, now=NOW)
        second = record(trace, self.TIMED, by=by, now=NOW + timedelta(minutes=9))

        assert first.pk == second.pk
        assert Revision.objects.count() == 1

    def test_after_ten_minutes_it_is_a_new_one(self, trace, developer) -> None:
        by = as_token(developer)

        first = record(trace, self.TIMED, by=by, now=NOW)
        second = record(trace, self.TIMED, by=by, now=NOW + timedelta(minutes=11))

        assert first.pk != second.pk

    @pytest.mark.parametrize(
        "changes",
        [
            {"value": False},
            {"name": "other"},
            {"span_id": "0123456789abcdef"},
            {"client_created": "2026-11-20T12:00:01Z"},
        ],
    )
    def test_another_request_is_another_row(self, trace, developer, changes) -> None:
        by = as_token(developer)

        record(trace, self.TIMED, by=by, now=NOW)
        record(trace, replace(self.TIMED, **changes), by=by, now=NOW)

        assert Assessment.objects.count() == 2

    def test_without_a_client_time_or_after_retraction_nothing_is_merged(
        self, trace, developer
    ) -> None:
        by = as_token(developer)

        record(trace, GOOD, by=by, now=NOW)
        record(trace, GOOD, by=by, now=NOW)
        retract(record(trace, self.TIMED, by=by, now=NOW), by=by, now=NOW)
        record(trace, self.TIMED, by=by, now=NOW)

        assert Assessment.objects.count() == 4


class TestRevising:
    """Corrections in place; every earlier state stays."""

    def test_the_earlier_state_stays_readable(self, trace, author) -> None:
        made = record(trace, replace(GOOD, metadata={"a": "1"}), by=author, now=NOW)
        changes = Changes(replaces_value=True, value=False, rationale="No.", metadata={"b": "2"})

        revised = revise(made, changes, by=author, now=NOW, expected_version=1)

        assert (revised.value, revised.rationale, revised.version) == (False, "No.", 2)
        assert revised.metadata == {"a": "1", "b": "2"}
        assert list(Revision.objects.order_by("number").values_list("value", flat=True)) == [
            True,
            False,
        ]

    def test_an_old_version_is_told_and_nothing_written(self, trace, author) -> None:
        made = record(trace, GOOD, by=author, now=NOW)
        revise(made, Changes(rationale="first"), by=author, now=NOW, expected_version=1)

        with pytest.raises(StaleVersion) as caught:
            revise(made, Changes(rationale="second"), by=author, now=NOW, expected_version=1)

        assert caught.value.current.rationale == "first"

    def test_only_the_author_may(self, trace, author, owner) -> None:
        made = record(trace, GOOD, by=author, now=NOW)

        with pytest.raises(NotTheAuthor):
            revise(made, Changes(rationale="x"), by=Credential(user=owner), now=NOW)

    def test_the_author_may_by_any_token(self, trace, author, developer) -> None:
        made = record(trace, GOOD, by=author, now=NOW)

        revised = revise(made, Changes(name="accuracy"), by=as_token(developer), now=NOW)

        assert revised.name == "accuracy"

    def test_a_value_becomes_an_error_and_back(self, trace, author) -> None:
        made = record(trace, GOOD, by=author, now=NOW)

        failed = revise(
            made, Changes(replaces_value=True, error={"error_code": "X"}), by=author, now=NOW
        )

        assert (failed.value, failed.error) == (None, {"error_code": "X"})

    def test_an_expectation_keeps_a_value(self, trace, author) -> None:
        made = record(trace, replace(GOOD, kind="expectation"), by=author, now=NOW)

        with pytest.raises(WrongKind):
            revise(made, Changes(replaces_value=True), by=author, now=NOW)

    def test_a_sessions_answer_keeps_its_name_and_fits_its_schema(
        self, trace, author, experiment
    ) -> None:
        version = make_schema(experiment, "correct").version
        made = record(trace, GOOD, by=author, now=NOW, context=Context(schema_version=version))

        with pytest.raises(WrongKind):
            revise(made, Changes(name="other"), by=author, now=NOW)
        with pytest.raises(InvalidValue):
            revise(made, Changes(replaces_value=True, value="maybe"), by=author, now=NOW)
        assert revise(made, Changes(name="correct"), by=author, now=NOW).version == 2

    @pytest.mark.parametrize(
        "changes",
        [
            Changes(name=""),
            Changes(rationale="\x00"),
            Changes(replaces_value=True, value=True, error={"error_code": "X"}),
        ],
    )
    def test_a_wrong_change_is_refused(self, trace, author, changes) -> None:
        made = record(trace, GOOD, by=author, now=NOW)

        with pytest.raises(InvalidDraft):
            revise(made, changes, by=author, now=NOW)


class TestClosedSessions:
    """The answers of a closed session stay as they are, but for a manager's retraction."""

    @pytest.fixture
    def answer(self, trace, author, experiment, manager):
        session = make_session(experiment, manager, traces=0)
        made = record(trace, GOOD, by=author, now=NOW, context=Context(run=session.run))
        close_session(session, by=Credential(user=manager), now=NOW)
        return made

    def test_the_author_can_no_longer_change_it(self, answer, author) -> None:
        with pytest.raises(RunEnded):
            revise(answer, Changes(rationale="later"), by=author, now=NOW)
        with pytest.raises(RunEnded):
            retract(answer, by=author, now=NOW)
        assert Revision.objects.filter(assessment=answer).count() == 1

    def test_a_manager_may_retract_it(self, answer, manager) -> None:
        retract(answer, by=Credential(user=manager), now=NOW, may_retract_any=True)

        assert not Assessment.objects.present().exists()


class TestOverrides:
    """Any number of live overrides; the target is valid again when the last is gone."""

    def test_the_target_is_invalid_while_one_override_stands(self, trace, author) -> None:
        target = record(trace, GOOD, by=author, now=NOW)
        first = override(target, replace(GOOD, value=False), by=author, now=NOW)
        second = override(target, replace(GOOD, value=None), by=author, now=NOW)

        retract(first, by=author, now=NOW)
        assert Assessment.objects.get(pk=target.pk).valid is False
        retract(second, by=author, now=NOW)
        assert Assessment.objects.get(pk=target.pk).valid is True
        assert list(target.revisions.order_by("number").values_list("action", flat=True)) == [
            "recorded",
            "overridden",
            "restored",
        ]

    def test_deleting_the_original_leaves_the_override_valid(self, trace, author) -> None:
        target = record(trace, GOOD, by=author, now=NOW)
        later = override(target, replace(GOOD, value=False), by=author, now=NOW)

        retract(target, by=author, now=NOW)
        retract(later, by=author, now=NOW)

        target.refresh_from_db()
        assert target.retracted_at is not None
        assert target.valid is False

    def test_a_retracted_target_is_gone(self, trace, author) -> None:
        target = record(trace, GOOD, by=author, now=NOW)
        retract(target, by=author, now=NOW)

        with pytest.raises(NoSuchAssessment):
            override(target, GOOD, by=author, now=NOW)
        assert Assessment.objects.count() == 1


class TestRetracting:
    """Withdrawn assessments leave every list; their revisions stay."""

    def test_twice_is_once(self, trace, author) -> None:
        made = record(trace, GOOD, by=author, now=NOW)

        retract(made, by=author, now=NOW)
        retract(made, by=author, now=NOW)

        assert not Assessment.objects.present().exists()
        assert made.revisions.count() == 2

    def test_a_manager_may_and_it_is_audited(self, trace, author, manager) -> None:
        made = record(trace, GOOD, by=author, now=NOW)
        by = Credential(user=manager)

        with pytest.raises(NotTheAuthor):
            retract(made, by=by, now=NOW)
        retract(made, by=by, now=NOW, may_retract_any=True)

        assert AuditEvent.objects.get(act="assessment retracted").actor == "manager@example.org"


@pytest.mark.parametrize("statement", ["UPDATE {} SET name = 'x'", "DELETE FROM {}"])
@pytest.mark.parametrize("table", ["assessments_revision", "accounts_auditevent"])
def test_history_cannot_be_rewritten(trace, author, statement, table, manager, experiment) -> None:
    make_schema(experiment, "tone")
    record(trace, GOOD, by=author, now=NOW)
    column = "name" if table == "assessments_revision" else "act"

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table).replace("name", column))


def test_a_deleted_trace_takes_its_labels_and_leaves_a_tombstone(
    trace, author, experiment, manager, tmp_path
) -> None:
    session = make_session(experiment, manager, traces=1)
    gone = [trace.trace_id, session.items.get().trace.trace_id, "unknown"]
    record(trace, GOOD, by=author, now=NOW)
    StaleMark.objects.all().delete()

    deleted = delete_traces(experiment, gone, by=author, artifacts=tmp_path)

    assert deleted == 2
    assert not Revision.objects.exists()
    assert not session.items.exists()
    assert StaleMark.objects.get().run == session.run
    tombstones = AuditEvent.objects.get(act="traces deleted").details["sha256"]
    assert sorted(tombstones) == sorted(sha256(t.encode()).hexdigest() for t in gone[:2])
    assert delete_traces(experiment, gone, by=author, artifacts=tmp_path) == 0
