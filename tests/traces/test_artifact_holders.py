"""Artifacts live and die with their run or trace, whatever crashes in between."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from tests.factories import NOW, make_experiment, make_trace
from traces import artifacts
from traces.access import NoSuchRun, NoSuchTrace
from traces.artifact_holders import check_holder, publish, remove_of_traces, sweep
from traces.artifact_paths import InvalidArtifactPath, place_of
from traces.running import start_run

pytestmark = pytest.mark.django_db


def place_in(experiment, owner: str, inside: str = "/a"):
    return place_of(f"{experiment.experiment_id}/{owner}/artifacts{inside}")


@pytest.fixture
def trace(experiment):
    return make_trace(experiment)


@pytest.fixture
def run(experiment):
    return start_run(experiment, name="r", user_name="", started_at=NOW, tags={})


def put(root, place, experiment) -> None:
    with artifacts.received(root, [b"x"]) as incoming:
        publish(incoming, place, experiment)


def is_there(root, place) -> bool:
    return bool(root.joinpath(*place.parts).is_file())


def test_a_run_and_a_trace_hold_files(tmp_path, experiment, trace, run) -> None:
    for owner in (f"traces/{trace.trace_id}", run.run_id):
        place = place_in(experiment, owner)
        check_holder(place, experiment)

        put(tmp_path, place, experiment)

        assert is_there(tmp_path, place)


def test_nothing_is_shown_without_a_holder(tmp_path, experiment, trace, run) -> None:
    other = make_experiment()

    with pytest.raises(NoSuchTrace):
        put(tmp_path, place_in(other, f"traces/{trace.trace_id}"), other)
    with pytest.raises(NoSuchRun):
        put(tmp_path, place_in(other, run.run_id), other)
    with pytest.raises(InvalidArtifactPath):
        put(tmp_path, place_in(experiment, run.run_id, ""), experiment)

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_what_a_crash_left_is_swept(tmp_path, experiment, trace) -> None:
    kept = place_in(experiment, f"traces/{trace.trace_id}")
    gone = make_trace(experiment)
    left = place_in(experiment, f"traces/{gone.trace_id}")
    for place in (kept, left):
        put(tmp_path, place, experiment)
    gone.delete()
    half = tmp_path / artifacts.INCOMING / "half"
    half.write_bytes(b"")
    os.utime(half, ((NOW - timedelta(days=2)).timestamp(),) * 2)

    assert sweep(tmp_path, now=NOW) == 1

    assert (is_there(tmp_path, kept), is_there(tmp_path, left)) == (True, False)
    assert not half.exists()
    assert sweep(tmp_path, now=NOW) == 0


def test_nothing_is_there_to_sweep_at_first(tmp_path) -> None:
    assert sweep(tmp_path / "none", now=NOW) == 0


def test_files_of_deleted_traces_go(tmp_path, experiment, trace) -> None:
    place = place_in(experiment, f"traces/{trace.trace_id}")
    put(tmp_path, place, experiment)

    remove_of_traces(tmp_path, experiment.experiment_id, [trace.trace_id, "tr-unknown"])

    assert not is_there(tmp_path, place)
