"""Under which name a session stands among review queues."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from accounts.credentials import Credential
from labeling.managing import create_session, delete_session, edit_session
from labeling.models import LabelingSession
from labeling.naming import is_taken
from labeling.plans import Plan
from labeling.queue_names import could_be_address, key_of, names_for, shown_name
from tests.factories import NOW

ID = "0123456789abcdef" * 2


def test_case_and_outer_spaces_do_not_tell_names_apart() -> None:
    assert key_of("  Legal REVIEW ") == key_of("legal review") == "legal review"


@pytest.mark.parametrize(
    ("name", "is_one"),
    [("amara@example.org", True), (" a@b ", True), ("ask @ bob", False), ("Week 47", False)],
)
def test_an_address_is_the_name_of_a_persons_own_queue(name, is_one) -> None:
    assert could_be_address(name) is is_one


def test_a_name_is_made_unique_by_the_beginning_of_the_id() -> None:
    assert names_for(" Week 47", ID) == ["Week 47", "Week 47 (01234567)", f"Week 47 ({ID})"]
    assert names_for("a@b", ID) == ["a@b (01234567)", f"a@b ({ID})"]


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("week 47", "Week 47"),
        ("week 47 (01234567)", "Week 47 (01234567)"),
        (f"week 47 ({ID})", f"Week 47 ({ID})"),
        (None, f"Week 47 ({ID})"),
    ],
)
def test_the_name_shown_is_the_one_that_is_held(key, shown) -> None:
    assert shown_name("Week 47", ID, key) == shown


def make(experiment, manager, name) -> LabelingSession:
    plan = Plan(name=name)
    return create_session(experiment, plan, by=Credential(user=manager), now=NOW)


def shown(session) -> str:
    session.refresh_from_db()
    return shown_name(session.name, session.session_id, session.queue_key)


def test_sessions_of_one_name_have_names_of_their_own_that_stay(experiment, manager) -> None:
    first, second = (make(experiment, manager, name) for name in ("Tone", "tone "))
    distinct = f"tone ({second.session_id[:8]})"
    assert (shown(first), shown(second)) == ("Tone", distinct)

    delete_session(first, by=Credential(user=manager), now=NOW)

    assert shown(second) == distinct
    assert shown(make(experiment, manager, "TONE")) == "TONE"


def test_a_renamed_session_gets_another_name(experiment, manager) -> None:
    first, second = (make(experiment, manager, name) for name in ("Tone", "tone"))
    by = Credential(user=manager)

    edit_session(second, Plan(name="Manner"), by=by, now=NOW)
    edit_session(first, Plan(name="Tone", purpose="Why"), by=by, now=NOW)

    assert (shown(first), shown(second)) == ("Tone", "Manner")
    assert is_taken(experiment.pk, "MANNER")
    assert not is_taken(experiment.pk, "tone (x)")


def test_a_name_that_looks_like_anothers_own_is_made_unique_too(experiment, manager) -> None:
    first, second = (make(experiment, manager, "Tone") for _ in range(2))

    third = make(experiment, manager, shown(second))

    assert shown(third) == f"{shown(second)} ({third.session_id[:8]})"
    assert shown(first) == "Tone"


def test_the_migration_names_what_is_there_the_oldest_first(experiment, manager) -> None:
    first, second, gone, address = (
        make(experiment, manager, name) for name in ("Tone", "tone", "TONE", "a@b")
    )
    delete_session(gone, by=Credential(user=manager), now=NOW)
    LabelingSession.objects.update(queue_key=None)

    migration = import_module("labeling.migrations.0004_user_queues")
    migration.name_sessions(apps, connection.schema_editor())

    assert [shown(session) for session in (first, second, address)] == [
        "Tone",
        f"tone ({second.session_id[:8]})",
        f"a@b ({address.session_id[:8]})",
    ]
    gone.refresh_from_db()
    assert gone.queue_key is None
