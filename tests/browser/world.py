"""The demo with one reviewer's own work in it, and every page there is to see of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils import timezone

from accounts.credentials import Credential
from accounts.joining import make_sign_in_link
from accounts.models import User
from labeling import aggregation
from labeling.answering import Reply, Submission
from labeling.managing import Asking, Plan, create_session, invite_reviewer
from labeling.models import LabelingSession
from labeling.queueing import claim_next
from labeling.reviewing import cannot_judge, save_draft, skip, submit
from reviewapp.demo.loading import load_demo
from tests.factories import LEASE
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

    joining   the secret of an invitation that was not used
    sign_in   the secret of a link that was not used
    """

    owner: User
    experiment: Experiment
    open: LabelingSession
    closed: LabelingSession
    draft: LabelingSession
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
    by = Credential(user=owner)
    plan = Plan(name="Next round", questions=[Asking(name="minutes_saved")])
    draft = create_session(experiment, plan, by=by, now=now)
    review_some(opened, by)
    return World(
        owner=owner,
        experiment=experiment,
        open=opened,
        closed=closed,
        draft=draft,
        joining=invite_reviewer(draft, "jonas@example.org", by=by, now=now)[1],
        sign_in=make_sign_in_link(owner, now=now),
    )


def review_some(session: LabelingSession, by: Credential) -> None:
    """Item 1 submitted, 2 skipped, 3 not to be judged, 4 a draft; the others are to do."""
    answers = Submission(replies=ANSWERS)
    reason = Submission(replies={}, reason="Outside my area")
    acts = ((submit, answers), (skip, answers), (cannot_judge, reason), (save_draft, answers))
    for act, submission in acts:
        claimed = claim_next(session, by.user, lease=LEASE).review
        assert claimed is not None
        act(claimed.item, submission, by=by, lease=LEASE)


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
        "item, closed": f"/r/{world.closed.session_id}/2/",
        "my items": f"{place}/items/",
        "my items skipped": f"{place}/items/?show=skipped",
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
    for tab in ("", "items", "disagreements", "export", "setup"):
        yield tab, f"{place}{tab}/" if tab else place
