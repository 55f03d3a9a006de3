"""What is expected of an item already, for the reviewer of a session that is not blind.

The query holds the blind rule, as in `labeling.others`: in a blind session nothing is read, nothing
said in another blind session is told either, and answers of the session itself are told by
`labeling.others` alone, once one has submitted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assessments.models import Assessment
from labeling.models import LabelingSession, QueueItem
from labeling.questions import Asked
from traces.json_values import Json

Kind = Assessment.Kind


def current_expectations(
    session: LabelingSession, item: QueueItem, asked: Sequence[Asked]
) -> Mapping[str, Json]:
    """The latest standing expectation by the name of the question. Cost: one query, or none."""
    names = [each.question.name for each in asked if each.question.kind == Kind.EXPECTATION]
    if session.blind != LabelingSession.Blind.OFF or not names:
        return {}
    hidden = (LabelingSession.Blind.UNTIL_SUBMITTED, LabelingSession.Blind.ALWAYS)
    blind = LabelingSession.objects.filter(blind__in=hidden).values("run")
    found = (
        Assessment.objects.standing()
        .filter(trace=item.trace_id, kind=Kind.EXPECTATION, name__in=names, span_id="")
        .exclude(run=session.run_id)
        .exclude(run__in=blind)
    )
    rows = found.oldest_first().values_list("name", "value")
    return {name: value for name, value in rows if value is not None}
