"""A session's report: every figure that is published of it, and the hash of the labels they are
computed from. As it is stored, or recomputed from the raw answers.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from labeling.aggregation import stale_sessions
from labeling.combined import CombinedOf, computed_of, stored_for
from labeling.computing import ADJUDICATED, Computed
from labeling.counted_answers import counting
from labeling.exports import EXPORT_VERSION, export_lines
from labeling.models import AggregationState, Agreement, Answer, Consensus, LabelingSession, Review
from labeling.progress import item_counts
from labeling.pseudonyms import by_email, by_pseudonym
from labeling.questions import questions_of
from labeling.report_words import Counted, Fact, QuestionReport, question_report, spaced
from labeling.wanted_exports import Wanted
from traces.json_values import Json

BLIND = {
    "until_submitted": "until submitted",
    "always": "always",
    "off": "no, reviewers could see each other’s answers",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What is said of a session.

    computed_at   when the stored figures were computed; None when they never were, and of figures
                  that were recomputed just now
    is_stale      something came in that is not in the stored figures yet
    digest        SHA-256 of the export, in hexadecimal; `n_labels` is how many rows it has
    export        the query that gives this export
    """

    session: LabelingSession
    facts: list[Fact]
    questions: list[QuestionReport]
    computed_at: datetime | None
    is_stale: bool
    digest: str
    n_labels: int
    export: str


def stored_report(session: LabelingSession, *, secret: str = "") -> Report:
    """As it is stored.

    secret   the server's key of pseudonyms; without one people are named
    Cost: about a dozen queries, three more per 200 items, and 50 microseconds per label.
    """
    state = AggregationState.objects.filter(session=session).first()
    results: dict[int, Mapping[str, Json]] = dict(
        Agreement.objects.filter(session=session).values_list("label_schema_id", "result")
    )
    return report_of(
        session,
        results,
        stored_tallies(session),
        combined_of=stored_for,
        secret=secret,
        computed_at=state.computed_at if state else None,
    )


def recomputed_report(session: LabelingSession, computed: Computed, *, secret: str = "") -> Report:
    """The same from the raw answers alone; nothing that is stored of them is read.

    Cost: as `stored_report`, beside the recomputation.
    """
    return report_of(
        session,
        computed.agreements,
        computed_tallies(computed),
        combined_of=computed_of(computed),
        secret=secret,
        computed_at=None,
    )


def report_of(
    session: LabelingSession,
    results: Mapping[int, Mapping[str, Json]],
    tallies: Mapping[int, Counted],
    *,
    combined_of: CombinedOf,
    secret: str,
    computed_at: datetime | None,
) -> Report:
    """Everything together, from what was stored or computed of each label schema."""
    wanted = Wanted(pseudonyms=bool(secret), secret=secret)
    # Hashed first: what comes in meanwhile makes the figures stale, which is asked afterwards.
    digest, n_labels = digest_of(session, wanted, combined_of)
    called = names_in(session, secret)
    counts, places, _ = item_counts(session)
    versions = versions_answered(session)
    questions = [
        question_report(
            each.question.name,
            each.version.title,
            results.get(each.schema.pk),
            with_versions(tallies.get(each.schema.pk, Counted()), versions[each.schema.pk]),
            version=each.version.number,
            n_items=counts.total,
            reviews_required=session.reviews_required,
            called=called,
        )
        for each in questions_of(session)
    ]
    return Report(
        session=session,
        facts=facts_of(session, counts.total, counts.complete, counts.declined, places),
        questions=questions,
        computed_at=computed_at,
        is_stale=stale_sessions().filter(pk=session.pk).exists(),
        digest=digest,
        n_labels=n_labels,
        export="rows=labels&format=jsonl" + ("&pseudonyms=true" if secret else ""),
    )


def facts_of(
    session: LabelingSession, total: int, complete: int, declined: int, places: int
) -> list[Fact]:
    """What holds for the whole session. Cost: one query."""
    filled = Review.objects.filter(item__in=session.items.counted().order_by().values("pk"))
    people = filled.filling_a_place().aggregate(
        n=Count("pk"), people=Count("reviewer", distinct=True)
    )
    share = spaced(f", {complete / total:.0%} of all") if total else ""
    return [
        ("Session", session.session_id),
        ("State", session.state),
        ("Items", str(total)),
        ("Complete", f"{complete}{share}"),
        ("Nobody could judge", str(declined)),
        ("Reviews", f"{people['n']} of {places}"),
        ("Reviewers who finished a review", str(people["people"])),
        ("Reviews required per item", str(session.reviews_required)),
        *rule_facts(session),
        ("Blind", BLIND[session.blind]),
        ("Export version", EXPORT_VERSION),
    ]


def rule_facts(session: LabelingSession) -> list[Fact]:
    """What the worker did with items by itself, if anything. No query."""
    facts: list[Fact] = []
    rule = session.escalation_rule
    if rule is not None:
        few = f" or below {session.escalation_percent}% equal answers"
        below = few if rule.when == "low_agreement" else ""
        words = f"without a combined answer{below}, up to {rule.max_reviews} reviews"
        facts.append(("One more reviewer asked", words))
    if session.repeat_percent:
        facts.append(("Items given twice", f"{session.repeat_percent}%, counted once"))
    return facts


def names_in(session: LabelingSession, secret: str) -> Callable[[str], str]:
    """What the people of a session are called, by e-mail. Cost: one query, or none."""
    if not secret:
        return lambda email: by_email(0, email)
    rows = Review.objects.filter(item__session=session).order_by()
    known = dict(rows.values_list("reviewer__email", "reviewer__pk").distinct())
    naming = by_pseudonym(session.session_id, secret)
    return lambda email: naming(known.get(email, 0), email)  # 0: the address was another then


def versions_answered(session: LabelingSession) -> Mapping[int, Mapping[int, int]]:
    """How many answers count under each version, by label schema. Cost: one query."""
    found: dict[int, dict[int, int]] = defaultdict(dict)
    answers = Answer.objects.filter(
        counting(), review__item__session=session, review__item__removed_at__isnull=True
    )
    rows = answers.order_by().values_list("label_schema__pk", "schema_version__number")
    for schema, number, n in rows.annotate(n=Count("pk")):
        found[schema][number] = n
    return found


def with_versions(counted: Counted, versions: Mapping[int, int]) -> Counted:
    """Both counts of a question together."""
    return Counted(
        versions=versions,
        combined=counted.combined,
        ties=counted.ties,
        settled=counted.settled,
        ambiguous=counted.ambiguous,
    )


def stored_tallies(session: LabelingSession) -> dict[int, Counted]:
    """What is stored of each question's combined answers. Cost: one query."""
    settled = Q(method=ADJUDICATED)
    rows = (
        Consensus.objects.filter(item__session=session, item__removed_at__isnull=True)
        .order_by()
        .values_list("label_schema__pk")
        .annotate(
            n=Count("pk", filter=Q(value__isnull=False)),
            ties=Count("pk", filter=Q(tie=True)),
            settled=Count("pk", filter=settled),
            ambiguous=Count("pk", filter=settled & Q(value__isnull=True)),
        )
    )
    return {
        schema: Counted(combined=n, ties=ties, settled=settled, ambiguous=ambiguous)
        for schema, n, ties, settled, ambiguous in rows
    }


def computed_tallies(computed: Computed) -> dict[int, Counted]:
    """The same of what was computed."""
    found: dict[int, list[Mapping[str, Json]]] = defaultdict(list)
    for (_, schema), row in computed.consensus.items():
        found[schema].append(row)
    return {
        schema: Counted(
            combined=sum(row["value"] is not None for row in rows),
            ties=sum(bool(row["tie"]) for row in rows),
            settled=sum(row["method"] == ADJUDICATED for row in rows),
            ambiguous=sum(row["method"] == ADJUDICATED and row["value"] is None for row in rows),
        )
        for schema, rows in found.items()
    }


def digest_of(session: LabelingSession, wanted: Wanted, combined_of: CombinedOf) -> tuple[str, int]:
    """SHA-256 of an export in JSON lines and how many lines it has, in flat memory."""
    digest, n_lines = hashlib.sha256(), 0
    for piece in export_lines(session, wanted, combined_of=combined_of):
        digest.update(piece)
        n_lines += piece.count(b"\n")
    return digest.hexdigest(), n_lines
