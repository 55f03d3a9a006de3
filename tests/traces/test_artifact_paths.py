"""Paths of artifacts: below a run or a trace, and nothing that could lead elsewhere."""

from __future__ import annotations

import pytest

from traces.artifact_paths import InvalidArtifactPath, Place, check_name, parts_of, place_of

RUN_ID = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("path", "run_id", "trace_id", "inside"),
    [
        (f"1/{RUN_ID}/artifacts", RUN_ID, "", ()),
        (f"1/{RUN_ID}/artifacts/a.txt", RUN_ID, "", ("a.txt",)),
        (f"1/{RUN_ID}/artifacts/plots/a b.png", RUN_ID, "", ("plots", "a b.png")),
        ("1/traces/tr-1/artifacts/attachments/x", "", "tr-1", ("attachments", "x")),
    ],
)
def test_a_path_tells_what_it_belongs_to(path, run_id, trace_id, inside) -> None:
    assert place_of(path) == Place(
        experiment_id="1",
        run_id=run_id,
        trace_id=trace_id,
        parts=tuple(path.split("/")),
        inside=inside,
    )


def test_only_the_spans_of_a_trace_stand_for_spans() -> None:
    assert place_of("1/traces/tr-1/artifacts/traces.json").is_trace_data
    assert not place_of("1/traces/tr-1/artifacts/a/traces.json").is_trace_data
    assert not place_of(f"1/{RUN_ID}/artifacts/traces.json").is_trace_data


@pytest.mark.parametrize("path", ["1", f"1/{RUN_ID}", "1/traces/tr-1", "1/traces/artifacts/a"])
def test_what_belongs_to_nothing_is_refused(path) -> None:
    with pytest.raises(InvalidArtifactPath):
        place_of(path)


@pytest.mark.parametrize(
    "path",
    [
        *("", "/", "/etc/passwd", "a//b", "a/", "./a", "..", "a/../b", "a/..", "C:\\a", "a\\..\\b"),
        *("a/%2e%2e/b", "a/%2E%2e", "a%2fb", "a/%252e%252e", "a%25252fb", "a%5cb"),
        *("a\0b", "a%00b", "a\nb", "a\x7fb", "a\u202eb", "a\ud800b"),
        *("x" * 256, "é" * 128, "/".join("a" * 33), "/".join(["abc"] * 300)),
        "%2525252525252525612",
    ],
)
def test_what_could_be_read_as_another_path_is_refused(path) -> None:
    with pytest.raises(InvalidArtifactPath):
        parts_of(path)


@pytest.mark.parametrize(
    "name", ["a", ".hidden", "...", "100%", "50%25", "a%20b", "größe.csv", "x" * 255, "a:b", "👋"]
)
def test_usual_names_are_taken(name) -> None:
    check_name(name)

    assert parts_of(f"1/{name}") == ("1", name)
