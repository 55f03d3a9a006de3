"""A session's judges beside its people: the page, and what it fetches again while it is open."""

from __future__ import annotations

import hashlib
import time
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from labeling.judge_page import JudgePage, judge_page, shown_fields
from labeling.judging import inputs_of
from labeling.models import JudgeComparison, LabelingSession
from labeling.tasks import ask_to_compare
from labeling.views.manage import Place, frame, in_session
from labeling.views.session_frame import live_part, session_page_of

EVERY_SECONDS, WAITING_SECONDS, ASK_AGAIN_SECONDS = 30, 3, 15
WAITING = "waiting"


@require_GET
@in_session()
def judges(place: Place, session: LabelingSession) -> HttpResponse:
    """Choose judge, version, question and people; where they agree, what the judge misses."""
    context = judges_context(place, session)
    return session_page_of(place, session, "manage/judges.html", context, tab="judges")


@require_GET
@in_session()
def live(place: Place, session: LabelingSession) -> HttpResponse:
    """The page's figures, or 304 when nothing changed since the answer whose ETag is sent."""
    return live_part(
        place,
        stamp_of(place, session),
        "manage/_live_judges.html",
        lambda: {"session": session, **frame(place), **judges_context(place, session)},
    )


def stamp_of(place: Place, session: LabelingSession) -> str:
    """By what a comparison is made of and by what is stored of any. Cost: six queries.

    While a page waits, it changes every 15 seconds, so that the worker is asked again for what it
    was asked for by a message that was lost.
    """
    stored = JudgeComparison.objects.filter(session=session).order_by("pk")
    waits = int(time.time() / ASK_AGAIN_SECONDS) if WAITING in place.request.GET else 0
    parts = [inputs_of(session), waits, *stored.values_list("digest", "inputs")]
    told = "\0".join(map(str, [*parts, place.request.GET.urlencode()]))
    return hashlib.sha256(told.encode()).hexdigest()[:20]


def judges_context(place: Place, session: LabelingSession) -> dict[str, object]:
    """What the page shows; asks the worker for what it is to compute."""
    query = place.request.GET
    said = {name: query.get(name, "").replace("\0", "") for name in query if name != WAITING}
    shown = judge_page(session, said)
    for asked in shown.wanted:
        ask_to_compare(session.pk, asked)
    kept = urlencode(shown_fields(shown.choices))
    address = reverse("labeling:manage_judges_live", args=[place.experiment.pk, session.session_id])
    return {
        "page": shown,
        "kept": kept,
        "live": f"{address}?{urlencode(said | ({WAITING: '1'} if shown.is_waiting else {}))}",
        "live_every": WAITING_SECONDS if shown.is_waiting else EVERY_SECONDS,
        "misses": misses_link(session, shown),
    }


def misses_link(session: LabelingSession, shown: JudgePage) -> str:
    """The native API's download of the items that differ, which the page's cookie opens."""
    choices = shown.choices
    if choices is None or shown.figures is None or not shown.figures.n:
        return ""
    values = {each.name: each.value for each in choices.fields}
    said = {"schema": choices.question.question.name, "judge": choices.judge, "name": choices.name}
    if choices.version is not None:
        said["version"] = choices.version
    said["against"] = values.get("against", "consensus")
    return f"/api/v1/sessions/{session.session_id}/alignment/misses?{urlencode(said)}"
