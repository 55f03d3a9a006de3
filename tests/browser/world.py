"""The demo with one reviewer's own work in it, and every page there is to see of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from django.utils import timezone

from accounts.credentials import Credential
from accounts.joining import make_sign_in_link
from accounts.models import User
from labeling import aggregation
from labeling.answering import Reply, Submission
from labeling.disagreements import disputed, next_open
from labeling.managing import create_session, invite_reviewer, open_session
from labeling.models import LabelingSession
from labeling.plans import Asking, Plan
from labeling.queueing import claim_next
from labeling.reviewing import cannot_judge, save_draft, skip, submit
from labeling.stocking import add_traces
from reviewapp.demo.loading import load_demo
from tests.factories import LEASE, make_spans, make_trace
from tests.traces.hostile import hostile_spans
from traces.ingesting import store_spans
from traces.models import Experiment

ANSWERS = {
    "correct": Reply(value=False, rationale="The shop does not ship on Sundays."),
    "tone": Reply(value="Friendly"),
    "problems": Reply(value=["Breaks a rule", "Out of date"]),
    "clarity": Reply(value=4),
}


@dataclass(frozen=True, slots=True)
class World:
    """The demo of one owner, who reviewed four items of its open session.

    odd       a session of traces that are not as usual
    joining   the secret of an invitation that was not used
    sign_in   the secret of a link that was not used
    """

    owner: User
    experiment: Experiment
    open: LabelingSession
    closed: LabelingSession
    draft: LabelingSession
    odd: LabelingSession
    joining: str
    sign_in: str


def make_world() -> World:
    """Everything by the verbs that pages call."""
    owner = User.objects.create_superuser("dana@example.org")
    owner.name = "Dana Whitfield"
    owner.save(update_fields=["name"])
    now = timezone.now()
    experiment = load_demo(owner, now=now)
    aggregation.sweep()
    sessions = LabelingSession.objects.filter(experiment=experiment)
    opened, closed = sessions.get(state="open"), sessions.get(state="closed")
    go_as_far_as_rules_do(closed)
    by = Credential(user=owner)
    plan = Plan(name="Next round", questions=[Asking(name="minutes_saved")])
    trace = experiment.traces.newest_first()[0]
    LabelingSession.objects.filter(pk=opened.pk).update(practice_trace=trace)
    draft = create_session(experiment, plan, by=by, now=now)
    review_some(opened, by)
    return World(
        owner=owner,
        experiment=experiment,
        open=opened,
        closed=closed,
        draft=draft,
        odd=odd_session(experiment, by),
        joining=invite_reviewer(draft, "jonas@example.org", by=by, now=now)[1],
        sign_in=make_sign_in_link(owner, now=now),
    )


def go_as_far_as_rules_do(session: LabelingSession) -> None:
    """A session that asks again and repeats, and every mark that leaves on what is disputed."""
    LabelingSession.objects.filter(pk=session.pk).update(
        escalation="low_agreement", repeat_percent=10
    )
    places = disputed(session).values_list("item__position", flat=True).distinct()
    for n, position in enumerate(places):
        mark = ("limit", "nobody_left")[n % 2]
        session.items.filter(position=position).update(escalated=1, handed_over=mark)


def review_some(session: LabelingSession, by: Credential) -> None:
    """Item 1 submitted, 2 skipped, 3 not to be judged, 4 a draft; the others are to do."""
    answers = Submission(replies=ANSWERS)
    reason = Submission(replies={}, reason="Outside my area")
    acts = ((submit, answers), (skip, answers), (cannot_judge, reason), (save_draft, answers))
    for act, submission in acts:
        claimed = claim_next(session, by.user, lease=LEASE).review
        assert claimed is not None
        act(claimed.item, submission, by=by, lease=LEASE)


def odd_session(experiment: Experiment, by: Credential) -> LabelingSession:
    """Items: 1 failed, 2 huge and hostile, 3 answered and then removed."""
    plan = Plan(
        name="Odd items",
        questions=[Asking(name="correct", required=False)],
        reviewers=[by.user.email],
    )
    session = create_session(experiment, plan, by=by, now=timezone.now())
    failed = [
        replace(span, status="ERROR", status_message="The index is gone.") for span in make_spans()
    ]
    traces = [store_spans(experiment, spans)[0] for spans in (failed, hostile_spans())]
    add_traces(session, [*(trace.trace_id for trace in traces), make_trace(experiment).trace_id])
    open_session(session, by=by, now=timezone.now())
    last = session.items.select_related("trace").get(position=3)
    submit(last, Submission(replies={"correct": Reply(value=True)}), by=by, lease=LEASE)
    session.items.filter(pk=last.pk).update(removed_at=timezone.now())
    return session


def paths_before_sign_in(world: World) -> Mapping[str, str]:
    """What strangers see, by a name to speak of it."""
    return {
        "login": "/login/",
        "sign-in link": f"/login/{world.sign_in}/",
        "used link": "/login/used/",
        "invitation": f"/join/{world.joining}/",
        "no such page": "/nowhere/",
    }


def reviewer_paths(world: World) -> Mapping[str, str]:
    """Reviewers' pages in every state that the world has."""
    place = f"/r/{world.open.session_id}"
    return {
        "inbox": "/inbox/",
        "start": f"{place}/",
        "start, closed": f"/r/{world.closed.session_id}/",
        "start, not open": f"/r/{world.draft.session_id}/",
        "item to do": f"{place}/5/",
        "item as plain text": f"{place}/5/?plain",
        "item submitted": f"{place}/1/",
        "item being edited": f"{place}/1/?edit",
        "item skipped": f"{place}/2/",
        "item not to be judged": f"{place}/3/",
        "item with a draft": f"{place}/4/",
        "item that failed": f"/r/{world.odd.session_id}/1/",
        "item that is huge": f"/r/{world.odd.session_id}/2/",
        "item that was removed": f"/r/{world.odd.session_id}/3/",
        "item, closed": f"/r/{world.closed.session_id}/2/",
        "my items": f"{place}/items/",
        "my items skipped": f"{place}/items/?show=skipped",
        "practice": f"{place}/practice/",
        "done": f"{place}/done/",
        "done, closed": f"/r/{world.closed.session_id}/done/",
        "no such session": "/r/0/",
        "my settings": "/me/",
    }


def manager_paths(world: World) -> Mapping[str, str]:
    """Managers' and developers' pages."""
    place = f"/e/{world.experiment.pk}"
    schema = world.open.questions.select_related("label_schema").earliest("pk").label_schema
    return {
        **{f"session, {tab or 'overview'}": path for tab, path in session_paths(world)},
        "sessions": f"{place}/sessions/",
        "new session": f"{place}/sessions/new/",
        "draft session": f"{place}/sessions/{world.draft.session_id}/",
        "draft session, setup": f"{place}/sessions/{world.draft.session_id}/setup/",
        "questions": f"{place}/questions/",
        "new question": f"{place}/questions/new/",
        "new question, one of several": f"{place}/questions/new/?kind=choose-one",
        "question": f"{place}/questions/{schema.schema_id}/",
        "traces": f"{place}/traces/",
        "traces, a wrong filter": f"{place}/traces/?filter=statu+%3D+1",
        "trace": f"{place}/traces/{world.experiment.traces.newest_first()[0].trace_id}/",
        "members": f"{place}/settings/members/",
        "API reference": "/api/v1/docs/",
    }


def session_paths(world: World) -> Iterator[tuple[str, str]]:
    """The tabs of the finished session."""
    place = f"/e/{world.experiment.pk}/sessions/{world.closed.session_id}/"
    tabs = ("", "items", "gold", "disagreements", "judges", "answers", "export", "report", "setup")
    for tab in tabs:
        yield tab, f"{place}{tab}/" if tab else place
    yield "one disagreement", f"{place}disagreements/{next_open(world.closed, 0)}/"
    yield "gold answers of an item", f"{place}gold/1/"
    leaver = world.closed.reviewers.select_related("user").earliest("pk").user
    yield "somebody leaves", f"{place}reviewers/leaving/?reviewer={leaver.email}"
