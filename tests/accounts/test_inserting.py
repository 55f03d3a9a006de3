"""Rows inserted without `save` and `bulk_create` are the same rows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Model

from accounts.inserting import insert, insert_many, insert_or_lock, prepare_insert, upsert
from accounts.models import RememberedRequest
from assessments.drafts import Draft
from assessments.recording import record
from tests.factories import NOW, as_token, make_experiment, make_trace
from traces.models import Trace, TraceKeyword

pytestmark = pytest.mark.django_db
COLUMNS = ("trace", "experiment", "kind", "key", "value")


def put(trace: Trace, *entries: tuple[str, str]) -> None:
    rows = [(trace.pk, trace.experiment_id, "t", key, value) for key, value in entries]
    upsert(TraceKeyword, COLUMNS, rows, unique=("trace", "kind", "key"), update=("value",))


def entries_of(trace: Trace) -> dict[str, str]:
    return dict(trace.keywords.filter(key__startswith="k").values_list("key", "value"))


def request(key: str) -> RememberedRequest:
    return RememberedRequest(
        credential="user:1", route="POST /x", key=key, body_hash="h", object_id="o", status=200
    )


def test_an_inserted_row_has_its_key_and_is_what_saving_makes() -> None:
    row, saved = insert(request("a")), request("b")
    saved.save()

    assert (row.pk, row._state.adding) == (RememberedRequest.objects.get(key="a").pk, False)
    found = RememberedRequest.objects.values("credential", "route", "object_id", "status")
    assert found.get(key="a") == found.get(key="b")


def test_a_row_that_is_there_is_an_error_that_ends_the_transaction() -> None:
    insert(request("a"))

    with pytest.raises(IntegrityError), transaction.atomic():
        insert(request("a"))

    assert RememberedRequest.objects.count() == 1


def test_a_refused_row_spoils_the_transaction_as_saving_does() -> None:
    insert(request("a"))

    with transaction.atomic():
        with pytest.raises(IntegrityError):
            insert(request("a"))
        with pytest.raises(transaction.TransactionManagementError) as refusal:
            insert(request("b"))

    assert isinstance(refusal.value.__cause__, IntegrityError)
    assert RememberedRequest.objects.count() == 1


def as_django_prepares(row: Model) -> list[tuple[type, object]]:
    fields = [field for field in row._meta.local_concrete_fields if not field.primary_key]
    values = (field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields)
    return [(type(value), value) for value in values]


@pytest.mark.parametrize("value", [True, "a word", 3, 2.5, ["one", "two"], {"a": None}, None])
def test_values_are_those_that_django_would_send(experiment, developer, value) -> None:
    draft = Draft(name="a", kind="feedback", value=value, rationale="because")
    made = record(make_trace(experiment), draft, by=as_token(developer), now=NOW)
    rows = [made, made.revisions.get()]

    prepared = [prepare_insert(row).params for row in rows]

    assert [[(type(each), each) for each in params] for params in prepared] == [
        as_django_prepares(row) for row in rows
    ]


def test_rows_are_inserted_or_replaced() -> None:
    trace, other = make_trace(make_experiment()), make_trace(make_experiment())
    put(trace, ("k1", "a"), ("k2", "b"))
    put(other, ("k1", "z"))

    put(trace, ("k2", "c"), ("k3", "d"))

    assert entries_of(trace) == {"k1": "a", "k2": "c", "k3": "d"}
    assert entries_of(other) == {"k1": "z"}


def test_many_rows_at_once() -> None:
    trace = make_trace(make_experiment())
    many = [(f"k{n}", str(n)) for n in range(3000)]

    put(trace, *many)

    assert entries_of(trace) == dict(many)


def test_no_rows_ask_nothing(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        upsert(TraceKeyword, COLUMNS, [], unique=("trace", "kind", "key"), update=("value",))


def test_a_value_is_never_sql() -> None:
    trace = make_trace(make_experiment())

    put(trace, ("k'; DROP TABLE traces_trace; --", "%s {} \\"))

    assert entries_of(trace) == {"k'; DROP TABLE traces_trace; --": "%s {} \\"}


def test_a_row_that_the_table_refuses_is_an_error() -> None:
    trace = make_trace(make_experiment())
    rows = [(trace.pk, trace.experiment_id, "t", "k", None)]

    with pytest.raises(IntegrityError), transaction.atomic():
        upsert(TraceKeyword, COLUMNS, rows, unique=("trace", "kind", "key"), update=("value",))

    assert entries_of(trace) == {}


def test_rows_that_are_there_stay_and_new_ones_come() -> None:
    experiment = make_experiment()
    trace = make_trace(experiment)
    rows = [
        Trace(trace_id=trace_id, experiment=experiment, requested_at=NOW, name="new")
        for trace_id in ("tr-new", trace.trace_id)
    ]

    insert_or_lock(rows, unique="trace_id", kept="state")

    assert dict(Trace.objects.values_list("trace_id", "name")) == {
        trace.trace_id: trace.name,
        "tr-new": "new",
    }


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite locks the whole database")
@pytest.mark.django_db(transaction=True)
def test_rows_that_are_there_are_locked() -> None:
    trace = make_trace(make_experiment())
    row = Trace(trace_id=trace.trace_id, experiment=trace.experiment, requested_at=NOW)

    def ask() -> list[int]:
        free = Trace.objects.select_for_update(no_key=True, skip_locked=True)
        try:
            with transaction.atomic():
                return list(free.values_list("pk", flat=True))
        finally:
            connection.close()

    with transaction.atomic(), ThreadPoolExecutor(1) as pool:
        insert_or_lock([row], unique="trace_id", kept="state")
        assert pool.submit(ask).result() == []

    assert ask() == [trace.pk]


def keyword(trace: Trace, key: str, value: str | None) -> tuple[int | str | None, ...]:
    return trace.pk, trace.experiment_id, "t", key, value


def test_many_new_rows_are_inserted_as_they_are(django_assert_num_queries) -> None:
    trace = make_trace(make_experiment())
    values = {"k1": "plain", "k2": "tab\tline\nback\\slash \\N {} %s '\"", "k3": "", "k4": "שלום"}

    insert_many(TraceKeyword, COLUMNS, [keyword(trace, *entry) for entry in values.items()])

    assert entries_of(trace) == values
    with django_assert_num_queries(0):
        insert_many(TraceKeyword, COLUMNS, [])


def test_of_many_new_rows_one_that_the_table_refuses_ends_the_transaction() -> None:
    trace = make_trace(make_experiment())
    rows = [keyword(trace, "k1", "a"), keyword(trace, "k2", None)]

    with pytest.raises(IntegrityError), transaction.atomic():
        insert_many(TraceKeyword, COLUMNS, rows)

    assert entries_of(trace) == {}
