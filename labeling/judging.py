"""VERB: compare a judge with people, and keep what came of it where the session is big.

The comparison reads every answer and every word of the judge. In a small session a page does that
itself; in a big one the worker does, when somebody asks, and the row tells by `inputs` whether it
still holds. Nobody asks: nothing is computed. Asking twice, late or after a crash is harmless.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db.models import Count, Max
from django.utils import timezone

from labeling.aligning import Compared, Judge, compare, judges_of, said_by_judges
from labeling.models import AggregationState, JudgeComparison, LabelingSession, Settlement
from labeling.questions import questions_of
from traces.json_values import Json

# Comparing so many items takes about as long as drawing a page.
MOST_AT_ONCE = 500
# Another number for every change of what is computed: stored figures of before are out of date.
FIGURES = 2
LISTING: dict[str, Json] = {"what": "judges"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is known of something asked; `result` is None before it was computed.

    is_current    nothing it was computed from has changed since
    computed_at   None for what was computed just now
    """

    result: dict[str, Json] | None
    is_current: bool
    computed_at: datetime | None = None


def inputs_of(session: LabelingSession) -> str:
    """Changes whenever a comparison could come out differently. Cost: five queries.

    Answers and consensus by the number of their last recomputation; what judges said and what was
    settled by number and time; how it is computed, by `FIGURES`.
    """
    ticket = AggregationState.objects.filter(session=session).values_list("written_ticket")
    said = said_by_judges(session).order_by().aggregate(n=Count("pk"), at=Max("updated_at"))
    items = session.items.counted().aggregate(n=Count("pk"), last=Max("pk"))
    settled = Settlement.objects.standing().filter(item__session=session)
    decided = settled.order_by().aggregate(n=Count("pk"), last=Max("pk"))
    versions = [each.version.pk for each in questions_of(session)]
    told = json.dumps([FIGURES, list(ticket), said, items, decided, versions], default=str)
    return hashlib.sha256(told.encode()).hexdigest()


def look(session: LabelingSession, asked: Mapping[str, Json], *, inputs: str, n_items: int) -> Seen:
    """What is known now. Cost: one query, or in a small session those of the comparison.

    inputs    of `inputs_of`
    n_items   in the session's queue
    Something else than `is_current` is worth a `work_out`.
    """
    row = JudgeComparison.objects.filter(session=session, digest=digest_of(asked)).first()
    if row is not None and row.inputs == inputs:
        return Seen(result=row.result, is_current=True, computed_at=row.computed_at)
    if n_items <= MOST_AT_ONCE:
        return Seen(result=made(session, asked), is_current=True)
    return Seen(
        result=row.result if row else None,
        is_current=False,
        computed_at=row.computed_at if row else None,
    )


def work_out(session_pk: int, asked: Mapping[str, Json]) -> bool:
    """Compute and store, unless what is stored holds; answers whether it was done.

    The inputs are read first, so that what changes meanwhile makes the row out of date.
    """
    session = LabelingSession.objects.select_related("run").filter(pk=session_pk).first()
    if session is None:
        return False
    digest, inputs = digest_of(asked), inputs_of(session)
    rows = JudgeComparison.objects.filter(session=session, digest=digest)
    if rows.filter(inputs=inputs).exists():
        return False
    result, now = made(session, asked), timezone.now()
    JudgeComparison.objects.update_or_create(
        session=session,
        digest=digest,
        defaults={"asked": dict(asked), "result": result, "inputs": inputs, "computed_at": now},
    )
    return True


def digest_of(asked: Mapping[str, Json]) -> str:
    """Equal for equal questions."""
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def made(session: LabelingSession, asked: Mapping[str, Json]) -> dict[str, Json]:
    """The figures, as they are stored; empty for a question that is not asked any more."""
    if asked == LISTING:
        return {"judges": [dict(each) for each in judges_of(session)]}
    question = {each.schema.pk: each for each in questions_of(session)}.get(
        int(str(asked["schema"]))
    )
    if question is None:
        return {}
    return as_stored(compare(session, question, judge_from(asked)))


def judge_from(asked: Mapping[str, Json]) -> Judge:
    """What was asked as the comparison takes it; people are named by their key in a message."""
    version, reviewer = asked["version"], asked["reviewer"]
    return Judge(
        source_id=str(asked["judge"]),
        name=str(asked["name"]),
        version=None if version is None else str(version),
        reviewer_pk=None if reviewer is None else int(str(reviewer)),
        is_adjudicated=asked["adjudicated"] is True,
        target=asked["target"],
    )


def as_stored(compared: Compared) -> dict[str, Json]:
    """Plain JSON: lists instead of tuples, so that what is stored equals what is computed again."""
    found: dict[str, Json] = json.loads(
        json.dumps(
            asdict(compared.alignment)
            | {
                "versions": [
                    {"version": name, "n": one.n, "kappa": asdict(one.kappa)}
                    | {"agreed": asdict(one.agreed), "absolute_error": asdict(one.absolute_error)}
                    for name, one in compared.versions.items()
                ],
                "groups": compared.groups,
            }
        )
    )
    return found


def differences(sessions: Iterable[LabelingSession]) -> Iterator[str]:
    """A sentence for each comparison that claims to hold and does not equal its recomputation."""
    for session in sessions:
        inputs = inputs_of(session)
        for row in JudgeComparison.objects.filter(session=session, inputs=inputs).iterator(10):
            if row.result != made(session, row.asked):
                yield f"session {session.session_id}: comparison {row.digest[:8]} differs"
