"""VERB: records what a file says was said about a trace; importing it again adds nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from accounts.credentials import Credential
from assessments.attribution import attribute
from assessments.drafts import Draft, search_text
from assessments.models import Assessment
from assessments.recording import override, record
from reviewapp.mlflow_api.wire.assessments import said_from_json
from traces.json_values import Json
from traces.models import Trace

Identity = tuple[str, str, str, str, str]


def import_said(
    trace: Trace, said: Sequence[Mapping[str, Json]], *, by: Credential, now: datetime
) -> None:
    """Record the assessments of a trace file, in its order; overrides keep their target.

    Cost: one query, and those of each new assessment.
    Raises Malformed, InvalidDraft and what `recording.record` raises.
    """
    if not said:
        return
    present = list(Assessment.objects.filter(trace=trace))
    by_id = {row.assessment_id: row for row in present}
    by_identity = {identity_of_row(row): row for row in present}
    for number, each in enumerate(said):
        read = said_from_json(dict(each), f"info.assessments[{number}]")
        draft = attribute(read.draft, by)
        file_id = str(each.get("assessment_id") or "")
        known = by_id.get(file_id) or by_identity.get(identity_of(draft))
        if known is None:
            target = by_id.get(read.overrides)
            known = (
                record(trace, draft, by=by, now=now)
                if target is None
                else override(target, draft, by=by, now=now)
            )
        by_id[file_id] = known


def identity_of(draft: Draft) -> Identity:
    """What makes two mentions the same assessment: who said what kind of thing where and when."""
    when = draft.client_created or search_text(draft.value)
    return (draft.name, draft.source_type, draft.source_id, draft.span_id, when)


def identity_of_row(row: Assessment) -> Identity:
    """As `identity_of`, of what is stored."""
    when = row.client_created or row.text_value
    return (row.name, row.source_type, row.source_id, row.span_id, when)
