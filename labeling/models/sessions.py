"""The labeling session: a run with questions, reviewers and a queue."""

from __future__ import annotations

from typing import Literal

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.models import User
from accounts.roles import Action, roles_allowing
from assessments.escalation import USUAL_AGREEMENT, USUAL_MOST, Rule
from schemas.models import LabelSchema, SchemaVersion
from traces.models import Experiment, Membership, Run, Trace, WithinQuerySet

# A name of 250 characters, each of which may fold to two, and what makes it unique.
QUEUE_KEY_LENGTH = 600


class LabelingSessionQuerySet(WithinQuerySet["LabelingSession"]):
    """Picks labeling sessions."""

    def present(self) -> LabelingSessionQuerySet:
        """Not deleted, nor its experiment."""
        return self.filter(run__deleted_at__isnull=True, experiment__deleted_at__isnull=True)

    def for_reviewer(self, user: User) -> LabelingSessionQuerySet:
        """Sessions this person may review in: named ones; without names, every member's."""
        return self.open_to(user.pk, is_everywhere=user.is_superuser)

    def open_to(self, user_pk: int, *, is_everywhere: bool) -> LabelingSessionQuerySet:
        """The same by the account's key; `is_everywhere` for the owner of the site."""
        named = SessionReviewer.objects.filter(session=OuterRef("pk"), removed_at__isnull=True)
        member = Membership.objects.filter(
            experiment=OuterRef("experiment"), user=user_pk, role__in=roles_allowing(Action.REVIEW)
        )
        everyone = ~Exists(named) & (Q() if is_everywhere else Q(Exists(member)))
        return self.filter(Exists(named.filter(user=user_pk)) | everyone)

    def naming(self, email: str) -> LabelingSessionQuerySet:
        """Sessions for which the account of this address is named."""
        named = SessionReviewer.objects.filter(session=OuterRef("pk"), removed_at__isnull=True)
        return self.filter(Exists(named.filter(user__email=email)))

    def holding(self, trace_id: str) -> LabelingSessionQuerySet:
        """Sessions with this trace in their queue."""
        return self.filter(
            items__trace__trace_id=trace_id, items__occurrence=1, items__removed_at__isnull=True
        )

    def newest_first(self) -> LabelingSessionQuerySet:
        """The order of lists."""
        return self.order_by("-created_at", "-pk")


class LabelingSession(models.Model):
    """A named run with label schemas in order, reviewers and a queue of traces.

    States: draft → open → closed → open (reopened). Managers move it; reviewers write only while
    it is open. `session_id` is its run's id: a labeling session is a run. A draft with `opens_at`
    opens by itself then.

    `practice_trace` is shown to reviewers to try the questions on; it is no item, and nothing that
    is answered there is stored.

    `escalation` says when the worker asks one more reviewer about an item, `escalation_agreement`
    below which share of equal answers, `escalation_reviews` up to how many reviews.
    `repeat_percent` of the items come to their reviewers a second time; `has_repeats` once any was
    made, which asking for the next item wants to know without looking at the items.

    MLflow's review-queue API sees the same session as a queue. `queue_key` is the folded name it
    has there, unique in the experiment; a deleted session has none. `queue_user` is the person
    whose own queue it is, empty in every other session.
    """

    class State(models.TextChoices):
        """What may be done in it."""

        DRAFT = "draft"
        OPEN = "open"
        CLOSED = "closed"

    class Assignment(models.TextChoices):
        """Who gets which item: whoever comes first, or dealt out up front."""

        POOL = "pool"
        BALANCED = "balanced"

    class Blind(models.TextChoices):
        """Whether others' answers are hidden: until one has submitted, always, or never."""

        UNTIL_SUBMITTED = "until_submitted"
        ALWAYS = "always"
        OFF = "off"

    class Escalation(models.TextChoices):
        """When one more reviewer is asked: never, without a combined answer, or already when too
        few answers are the same."""

        OFF = "off"
        TIE = "tie"
        LOW_AGREEMENT = "low_agreement"

    session_id = models.CharField(max_length=32, unique=True)
    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="labeling_session")
    experiment = models.ForeignKey(
        Experiment, on_delete=models.CASCADE, related_name="labeling_sessions", db_index=False
    )
    name = models.CharField(max_length=250)
    purpose = models.CharField(max_length=1000, blank=True)
    guidelines = models.TextField(blank=True)
    state = models.CharField(max_length=6, choices=State.choices, default=State.DRAFT)
    reviews_required = models.PositiveSmallIntegerField(default=1)
    assignment = models.CharField(max_length=8, choices=Assignment.choices, default=Assignment.POOL)
    blind = models.CharField(max_length=15, choices=Blind.choices, default=Blind.OFF)
    escalation = models.CharField(max_length=13, choices=Escalation.choices, default=Escalation.OFF)
    escalation_agreement = models.FloatField(default=USUAL_AGREEMENT)
    escalation_reviews = models.PositiveSmallIntegerField(default=USUAL_MOST)
    repeat_percent = models.PositiveSmallIntegerField(default=0)
    has_repeats = models.BooleanField(default=False)
    due_at = models.DateTimeField(null=True, blank=True)
    opens_at = models.DateTimeField(null=True, blank=True)
    submits_on_pick = models.BooleanField(default=True)
    reroutes_cannot_judge = models.BooleanField(default=False)
    practice_trace = models.ForeignKey(
        Trace, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(null=True, blank=True)
    queue_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+"
    )
    queue_key = models.CharField(max_length=QUEUE_KEY_LENGTH, null=True)  # noqa: DJ001 - NULL is "none" in a unique column

    objects = LabelingSessionQuerySet.as_manager()

    class Meta:
        indexes = [
            # The sessions of an experiment, newest first.
            models.Index(fields=["experiment", "-created_at"], name="sessions_newest_first")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(reviews_required__gte=1), name="at_least_one_review_required"
            ),
            models.UniqueConstraint(
                fields=["experiment", "queue_user"], name="one_queue_per_experiment_and_person"
            ),
            models.UniqueConstraint(
                fields=["experiment", "queue_key"], name="one_queue_per_experiment_and_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def named_people(self) -> list[User]:
        """Whom it names as reviewers, in the order they were named. Cost: one query."""
        named = self.reviewers.filter(removed_at__isnull=True).select_related("user")
        return [row.user for row in named.order_by("pk")]

    @property
    def is_open(self) -> bool:
        """Whether reviewers may write."""
        return self.state == self.State.OPEN

    @property
    def hands_out(self) -> Literal["dealt", "everything", "but_repeats"]:
        """Whom its items are for: those they are dealt to; whoever comes, repeats only where there
        are any (they are dealt in every session)."""
        if self.assignment == self.Assignment.BALANCED:
            return "dealt"
        return "but_repeats" if self.has_repeats else "everything"

    @property
    def escalation_rule(self) -> Rule | None:
        """When one more reviewer is asked; None for never."""
        if self.escalation == self.Escalation.OFF:
            return None
        is_tie = self.escalation == self.Escalation.TIE
        return Rule(
            when="tie" if is_tie else "low_agreement",
            min_agreement=self.escalation_agreement,
            max_reviews=self.escalation_reviews,
        )

    @property
    def escalation_percent(self) -> int:
        """The share of equal answers below which one more reviewer is asked."""
        return round(self.escalation_agreement * 100)


class SessionSchema(models.Model):
    """One question of a session, at its place.

    `frozen_version` is empty while the session follows the schema's edits and set when it closes.
    A removed question keeps its answers. `consensus` says how answers are combined: by what fits
    their scale, or by what is known of the reviewers where enough is known.
    """

    class ConsensusMethod(models.TextChoices):
        """How answers are combined; see `assessments.question_consensus`."""

        AUTOMATIC = "automatic"
        DAWID_SKENE = "dawid_skene"
        ONE_COIN = "one_coin"
        WEIGHTED_VOTE = "weighted_vote"

    session = models.ForeignKey(
        LabelingSession, on_delete=models.CASCADE, related_name="questions", db_index=False
    )
    label_schema = models.ForeignKey(LabelSchema, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    required = models.BooleanField(default=True)
    consensus = models.CharField(
        max_length=13, choices=ConsensusMethod.choices, default=ConsensusMethod.AUTOMATIC
    )
    frozen_version = models.ForeignKey(
        SchemaVersion, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "label_schema"], name="one_question_per_schema_and_session"
            )
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.label_schema_id}"

    @property
    def version(self) -> SchemaVersion:
        """The wording and input in force. Fetch with the schema, its current and frozen version."""
        return self.frozen_version or self.label_schema.version


class SessionReviewer(models.Model):
    """A person named for a session; a removed one keeps the reviews given."""

    session = models.ForeignKey(
        LabelingSession, on_delete=models.CASCADE, related_name="reviewers", db_index=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reviewing"
    )
    added_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "user"], name="one_row_per_session_and_reviewer"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.session_id}"
