"""`import` and `export` as an operator types them."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.credentials import Credential
from accounts.models import ApiToken, User
from assessments.drafts import Draft
from assessments.models import Assessment
from assessments.recording import override, record
from labeling import wanted_exports
from labeling.answering import Reply, Submission
from labeling.reviewing import submit
from reviewapp import cli
from reviewapp.cli import main
from tests.factories import LEASE, as_token, make_session, make_spans
from traces.json_values import Json
from traces.models import Experiment, Span, Trace
from traces.records import TraceRecord
from traces.timestamps import from_ns
from traces.trace_json import trace_to_json

pytestmark = pytest.mark.django_db

JUDGED: dict[str, Json] = {
    "assessment_id": "a-1",
    "assessment_name": "correct",
    "source": {"source_type": "LLM_JUDGE", "source_id": "judge-1"},
    "create_time": "2026-01-02T03:04:05Z",
    "feedback": {"value": True},
    "rationale": "As in the passage.",
}
OVERRIDDEN: dict[str, Json] = {
    "assessment_id": "a-2",
    "assessment_name": "correct",
    "source": {"source_type": "HUMAN", "source_id": "amara@example.org"},
    "create_time": "2026-01-03T03:04:05Z",
    "feedback": {"value": False},
    "overrides": "a-1",
}


@pytest.fixture
def operator(db) -> User:
    """Who imports."""
    return User.objects.create_superuser("operator@example.org")


def trace_line(*said: Mapping[str, Json]) -> str:
    """One trace of a file, made elsewhere."""
    spans = make_spans()
    record_of = TraceRecord(trace_id=spans[0].trace_id, request_time=from_ns(spans[1].start_ns))
    return json.dumps(trace_to_json(record_of, spans, list(said)))


def imported(path: Path, text: str, *, into: str = "Imported") -> int:
    path.write_text(text, encoding="utf-8")
    return main(["import", str(path), "--experiment", into])


def test_traces_and_what_was_said_come_in(operator, tmp_path, capsys) -> None:
    code = imported(tmp_path / "traces.jsonl", trace_line(JUDGED) + "\n" + trace_line() + "\n")

    experiment = Experiment.objects.get(name="Imported")
    said = Assessment.objects.get(experiment=experiment)
    assert (code, capsys.readouterr().out) == (0, "Imported 2 traces into 'Imported', 0 failed.\n")
    assert Trace.objects.filter(experiment=experiment).count() == 2
    assert (said.source_type, said.source_id, said.value) == ("LLM_JUDGE", "judge-1", True)
    assert said.client_created == "2026-01-02T03:04:05Z"
    assert said.author == operator


def test_overrides_keep_their_target(operator, tmp_path) -> None:
    imported(tmp_path / "traces.jsonl", trace_line(JUDGED, OVERRIDDEN))

    by_source = {row.source_id: row for row in Assessment.objects.all()}
    assert by_source["amara@example.org"].overrides == by_source["judge-1"]
    assert by_source["judge-1"].valid is False


def test_importing_again_adds_nothing(operator, tmp_path) -> None:
    text = trace_line(JUDGED, OVERRIDDEN)
    imported(tmp_path / "traces.jsonl", text)
    Assessment.objects.update(request_digest=None)

    code = imported(tmp_path / "traces.jsonl", text)

    assert code == 0
    assert Trace.objects.count() == 1
    assert Assessment.objects.count() == 2


def test_a_broken_line_is_named_and_the_others_come_in(operator, tmp_path, capsys) -> None:
    broken = trace_line().replace('"request_time"', '"request_thyme"')
    code = imported(tmp_path / "traces.jsonl", f"{trace_line()}\n{broken}\n{{\n{trace_line()}\n")

    printed = capsys.readouterr()
    assert code == 1
    assert Trace.objects.count() == 2
    assert "line 2: info.request_time" in printed.err
    assert "line 3: " in printed.err
    assert printed.out == "Imported 2 traces into 'Imported', 2 failed.\n"


def test_a_trace_whose_assessment_is_broken_stays_out_whole(operator, tmp_path) -> None:
    code = imported(tmp_path / "traces.jsonl", trace_line({**JUDGED, "feedback": None}))

    assert code == 1
    assert Trace.objects.count() == 0


def test_a_trace_that_another_experiment_has_is_refused_in_words(
    operator, tmp_path, capsys
) -> None:
    line = trace_line()
    imported(tmp_path / "traces.jsonl", line)

    code = imported(tmp_path / "traces.jsonl", line, into="Elsewhere")

    assert code == 1
    assert "another experiment has a trace of this ID" in capsys.readouterr().err


@pytest.mark.parametrize("as_text", [True, False])
def test_a_line_that_python_wrote_with_nan_comes_in(operator, tmp_path, as_text) -> None:
    """`Trace.to_json` of the client writes NaN, which is no JSON, inside of texts or outside."""
    inputs: Json = {"score": float("nan")}
    line = json.loads(trace_line())
    line["data"]["spans"][0]["attributes"] = {
        "mlflow.spanInputs": json.dumps(inputs) if as_text else inputs
    }

    code = imported(tmp_path / "traces.jsonl", json.dumps(line))

    span = Span.objects.order_by("pk")[0]
    assert (code, span.attributes["mlflow.spanInputs"]) == (0, {"score": "NaN"})


def test_an_experiment_that_exists_is_used(operator, experiment, tmp_path) -> None:
    imported(tmp_path / "traces.json", trace_line(), into=experiment.name)

    assert Trace.objects.get().experiment == experiment


def test_the_token_of_an_import_ends_with_it(operator, tmp_path) -> None:
    imported(tmp_path / "traces.jsonl", trace_line())

    token = ApiToken.objects.get()
    assert token.name == "Import of traces.jsonl"
    assert token.revoked_at is not None


def test_people_see_a_bar(operator, tmp_path, capsys, monkeypatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)

    imported(tmp_path / "traces.jsonl", trace_line())

    assert "[##############################] 100% 1 traces" in capsys.readouterr().err


def test_a_missing_file_is_one_sentence(operator, tmp_path, capsys) -> None:
    code = main(["import", str(tmp_path / "none.jsonl"), "--experiment", "Imported"])

    assert code == 1
    assert "cannot be read" in capsys.readouterr().err
    assert not Experiment.objects.filter(name="Imported").exists()


def test_importing_needs_an_owner(db, tmp_path, capsys) -> None:
    code = imported(tmp_path / "traces.jsonl", trace_line())

    assert code == 1
    assert "reviewapp user create EMAIL --owner" in capsys.readouterr().err


def test_a_session_is_exported_whole(experiment, manager, tmp_path) -> None:
    session = make_session(experiment, manager, traces=2)
    out = tmp_path / "items.jsonl"

    code = main(["export", session.session_id, "--rows", "items", "--out", str(out)])

    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert code == 0
    assert [row["trace_id"] for row in rows if "trace_id" in row] == list(
        session.items.order_by("position").values_list("trace__trace_id", flat=True)
    )
    assert list(tmp_path.iterdir()) == [out]


def test_an_export_can_be_narrowed_as_by_the_api(experiment, manager, reviewer, tmp_path) -> None:
    session = make_session(experiment, manager, traces=2, reviewers=(reviewer,))
    said = Submission(replies={"correct": Reply(value=True)})
    item = session.items.get(position=2)
    submit(item, said, by=Credential(user=reviewer), lease=LEASE)
    out, since = tmp_path / "items.csv", "2020-01-01T00:00:00Z"
    command = [
        "export",
        session.session_id,
        "--format",
        "csv",
        "--rows",
        "items",
        "--out",
        str(out),
    ]

    code = main([*command, "--by-reviewer", "--pseudonyms", "--updated-since", since])

    header, *rows = out.read_text(encoding="utf-8-sig").splitlines()
    assert (code, len(rows)) == (0, 2)
    assert "correct.by.person-" in header
    assert "@" not in header + "".join(rows)


def test_exported_traces_can_be_imported_again(experiment, manager, operator, tmp_path) -> None:
    session = make_session(experiment, manager, traces=1)
    trace = session.items.get().trace
    now, by = timezone.now(), as_token(manager)
    judged = record(
        trace,
        Draft(name="ok", kind="feedback", value=1, source_type="CODE", source_id="check"),
        by=by,
        now=now,
    )
    override(
        judged, Draft(name="ok", kind="feedback", value=2), by=Credential(user=manager), now=now
    )
    out = tmp_path / "traces.jsonl"

    main(["export", session.session_id, "--rows", "traces", "--out", str(out)])
    code = main(["import", str(out), "--experiment", experiment.name])

    assert code == 0
    assert Assessment.objects.filter(trace=trace).count() == 2


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["0" * 32], "There is no labeling session 0000"),
        (["--format", "csv", "--rows", "traces"], "Traces are exported as jsonl only."),
        (["--by-reviewer"], "Only items have a column per reviewer."),
        (["--updated-since", "yesterday"], "yesterday"),
    ],
)
def test_an_export_that_cannot_be_is_refused(
    experiment, manager, tmp_path, capsys, arguments, sentence
) -> None:
    session = make_session(experiment, manager)
    out = tmp_path / "labels"
    named = arguments if not arguments[0].startswith("-") else [session.session_id, *arguments]

    code = main(["export", *named, "--out", str(out)])

    assert code == 1
    assert sentence in capsys.readouterr().err
    assert not out.exists()


def test_an_export_into_nowhere_is_one_sentence(experiment, manager, tmp_path, capsys) -> None:
    session = make_session(experiment, manager)

    code = main(["export", session.session_id, "--out", str(tmp_path / "none" / "labels.jsonl")])

    assert code == 1
    assert "cannot be read or written" in capsys.readouterr().err


def test_the_command_offers_the_exports_that_there_are() -> None:
    assert (cli.EXPORT_FORMATS, cli.EXPORT_ROWS) == (wanted_exports.FORMATS, wanted_exports.ROWS)
