"""Files of the stock client: of a run, and attached to spans."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

mlflow = pytest.importorskip("mlflow")

from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository  # noqa: E402
from mlflow.tracing.attachments import Attachment  # noqa: E402

pytestmark = [pytest.mark.contract, pytest.mark.filterwarnings("default")]


def test_what_is_logged_to_a_run_is_read_again(client, tmp_path):
    (tmp_path / "größe a.bin").write_bytes(os.urandom(300_000))
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "page.html").write_text("<script>alert(1)</script>")

    with mlflow.start_run() as run:
        mlflow.log_text("hello", "notes/a.txt")
        mlflow.log_dict({"a": [1]}, "d.json")
        mlflow.log_artifact(str(tmp_path / "größe a.bin"), "bins")
        mlflow.log_artifacts(str(tmp_path / "more"), "more")
        mlflow.log_table({"x": [1, 2], "y": ["a", "b"]}, "t.json")
        mlflow.log_table({"x": [3], "y": ["c"]}, "t.json")

    uri = run.info.artifact_uri
    folder = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="bins")
    copy = Path(folder) / "größe a.bin"
    assert copy.read_bytes() == (tmp_path / "größe a.bin").read_bytes()
    assert mlflow.artifacts.load_text(f"{uri}/notes/a.txt") == "hello"
    assert mlflow.artifacts.load_text(f"{uri}/more/page.html") == "<script>alert(1)</script>"
    assert mlflow.artifacts.load_dict(f"{uri}/d.json") == {"a": [1]}
    assert mlflow.artifacts.load_dict(f"{uri}/t.json") == {
        "columns": ["x", "y"],
        "data": [[1, "a"], [2, "b"], [3, "c"]],
    }
    table = mlflow.load_table("t.json", run_ids=[run.info.run_id], extra_columns=["run_id"])
    assert table["y"].tolist() == ["a", "b", "c"]
    assert set(table["run_id"]) == {run.info.run_id}
    listed = mlflow.artifacts.list_artifacts(run_id=run.info.run_id, artifact_path="d.json")
    assert listed == []


def test_a_run_is_listed_folder_by_folder(client):
    with mlflow.start_run() as run:
        mlflow.log_text("hello", "notes/a.txt")
        mlflow.log_text("world!", "b.txt")

    stored = get_artifact_repository(run.info.artifact_uri)
    top, inner, file = (stored.list_artifacts(path) for path in (None, "notes", "b.txt"))

    assert [(one.path, one.is_dir, one.file_size) for one in top] == [
        ("b.txt", False, 6),
        ("notes", True, None),
    ]
    assert [(one.path, one.file_size) for one in inner] == [("notes/a.txt", 5)]
    assert file == []


def test_artifacts_are_deleted(client):
    with mlflow.start_run() as run:
        mlflow.log_text("hello", "notes/a.txt")

    get_artifact_repository(run.info.artifact_uri).delete_artifacts("notes")

    assert mlflow.artifacts.list_artifacts(run_id=run.info.run_id) == []


@mlflow.trace
def look(image):
    return {"seen": True}


@pytest.mark.parametrize("is_async", ["true", "false"])
def test_an_attachment_is_found_by_its_reference(client, monkeypatch, is_async):
    monkeypatch.setenv("MLFLOW_ENABLE_ASYNC_TRACE_LOGGING", is_async)
    mlflow.tracing.reset()
    content = b"\x89PNG" + os.urandom(1000)

    look(Attachment(content_type="image/png", content_bytes=content))
    mlflow.flush_trace_async_logging()

    trace = mlflow.get_trace(mlflow.get_last_active_trace_id())
    reference: Any = Attachment.parse_ref(trace.data.spans[0].inputs["image"])
    assert (reference["content_type"], reference["size"]) == ("image/png", 1004)
    stored = get_artifact_repository(trace.info.tags["mlflow.artifactLocation"])
    assert stored.download_trace_attachment(reference["attachment_id"]) == content


@pytest.mark.differs("deleting a trace deletes its files")
def test_the_files_of_a_deleted_trace_are_gone(client):
    look(Attachment(content_type="image/png", content_bytes=b"x"))
    mlflow.flush_trace_async_logging()
    trace = mlflow.get_trace(mlflow.get_last_active_trace_id())
    stored = get_artifact_repository(trace.info.tags["mlflow.artifactLocation"])
    assert [one.path for one in stored.list_artifacts()] == ["attachments"]

    mlflow.MlflowClient().delete_traces(trace.info.experiment_id, trace_ids=[trace.info.trace_id])

    assert stored.list_artifacts() == []


@pytest.mark.differs("files have a limit of 20 MB")
def test_a_file_beyond_the_limit_is_refused_at_once(client, tmp_path):
    (tmp_path / "big").write_bytes(bytes(20 * 1024 * 1024 + 1))

    with mlflow.start_run() as run, pytest.raises(Exception, match="more than 20971520 bytes"):
        mlflow.log_artifact(str(tmp_path / "big"))

    assert mlflow.artifacts.list_artifacts(run_id=run.info.run_id) == []
