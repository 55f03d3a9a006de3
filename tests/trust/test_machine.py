"""A labeling session under every order of acts hypothesis thinks of, against a model in memory."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any
from unittest.mock import Mock

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from accounts.prepared import Prepared
from assessments import recording
from labeling import aggregation, moving, reasking, reviewing
from labeling.models import LabelingSession
from labeling.models.queues import QueueItemQuerySet
from tests.trust.queue_machine import QueueMachine
from tests.trust.world import QueueWorld

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

BOUNDED = settings(
    max_examples=20 if "CI" in os.environ else 6,
    stateful_step_count=25,
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=list(HealthCheck),
)
# Twelve seeds of five: Hypothesis begins a long search with small examples, in which too little
# happens for most guards to matter.
SEEDS = range(1, 13)
QUICK = settings(BOUNDED, max_examples=5, derandomize=False, database=None, phases=[Phase.generate])


def always(value: Any) -> Callable[..., Any]:
    """A guard that was taken out."""
    return lambda *_, **__: value


@pytest.fixture
def compiled_anew(monkeypatch) -> None:
    """Each test compiles prepared queries for itself, so that none is kept that lacks the guard."""
    own: dict[Prepared[Any], Prepared[Any]] = {}
    ask = Prepared.__call__

    def ask_own(query: Prepared[Any], *shape: Any, **values: Any) -> list[Any]:
        if query not in own:
            own[query] = Prepared(query.build)
        return ask(own[query], *shape, **values)

    monkeypatch.setattr(Prepared, "__call__", ask_own)


@pytest.fixture
def machine() -> type[QueueMachine]:
    """The machine over a fresh world."""
    QueueMachine.world = QueueWorld()
    return QueueMachine


def search(machine: type[QueueMachine]) -> None:
    """Always the same acts, until an invariant fails."""
    for number in SEEDS:
        seeded = seed(number)(type(f"Seeded{number}", (machine,), {}))
        run_state_machine_as_test(seeded, settings=QUICK)


def test_a_session_behaves_as_its_model_in_any_order_of_acts(machine) -> None:
    run_state_machine_as_test(machine, settings=BOUNDED)


@pytest.mark.parametrize(
    ("room", "guard", "without"),
    [
        (QueueItemQuerySet, "wanting_reviewers", lambda items, **_: items),
        (reviewing, "retract_answers", always(None)),
        (reviewing, "settle_item", always(None)),
        (moving, "insert", Mock()),
        (reasking, "retract", always(None)),
        (reasking, "settle_item", always(None)),
        (aggregation, "store_consensus", always(None)),
        (recording, "set_valid", always(None)),
        (aggregation, "stale_sessions", always(LabelingSession.objects.none())),
    ],
)
@pytest.mark.long
@pytest.mark.usefixtures("compiled_anew")
def test_the_machine_notices_when_a_guard_is_gone(
    machine, monkeypatch, room, guard, without
) -> None:
    monkeypatch.setattr(room, guard, without)

    with pytest.raises((AssertionError, pytest.fail.Exception)):
        search(machine)
