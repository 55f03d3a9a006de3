"""Statistics always equal a recomputation; twice, late or never is harmless."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.utils import timezone

from accounts.credentials import Credential
from assessments.drafts import Changes
from assessments.models import Assessment, StaleMark
from assessments.recording import revise
from bench.seeding import bulk_answers, bulk_reviews
from labeling import aggregation
from labeling.answering import Reply, Submission
from labeling.computing import compute
from labeling.managing import set_questions
from labeling.models import AggregationState, Agreement, Consensus, LabelingSession, Review
from labeling.plans import Asking
from labeling.reviewing import submit, undo
from labeling.stocking import remove_items
from labeling.tasks import refresh, sweep
from labeling.work_records import Work, record_of, work_of
from schemas.defining import definition_of, edit_schema
from schemas.inputs import Categorical
from schemas.models import LabelSchema
from tests.factories import LEASE, NOW, make_session, make_user
from tests.places import Place, make_place
from traces.models import Run

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def shared_place(shared_db) -> Place:
    """Who all tests of this file find."""
    return make_place()


@pytest.fixture(scope="module", autouse=True)
def made(shared_place: Place) -> LabelingSession:
    return make_session(
        shared_place.experiment,
        shared_place.manager,
        traces=3,
        questions=("correct", "tone"),
        reviews_required=2,
    )


def say(session, person, position, correct, tone="Neutral"):
    item = session.items.get(position=position)
    replies = {"correct": Reply(value=correct), "tone": Reply(value=tone)}
    submit(item, Submission(replies=replies), by=Credential(user=person), lease=LEASE)
    return item


@pytest.fixture
def answered(session, reviewer, second_reviewer):
    for position, (a, b) in enumerate([(True, True), (True, False), (False, False)], start=1):
        say(session, reviewer, position, a)
        say(session, second_reviewer, position, b)
    return session


def consensus(session):
    rows = Consensus.objects.filter(item__session=session, label_schema__name="correct")
    return [(row.value, row.tie, row.n, row.is_disputed) for row in rows.order_by("item__position")]


def agreement(session, name="correct"):
    return Agreement.objects.get(session=session, label_schema__name=name).result


def test_consensus_and_agreement_are_computed_and_the_marks_taken(answered) -> None:
    assert aggregation.refresh(answered.pk) is True

    assert consensus(answered) == [
        (True, False, 2, False),
        (None, True, 2, True),
        (False, False, 2, False),
    ]
    result = agreement(answered)
    assert result["raw_agreement"] == pytest.approx(2 / 3)
    assert result["value"] == pytest.approx(4 / 9)
    assert (result["n_items"], result["n_reviewers"]) == (3, 2)
    assert [pair["n"] for pair in result["pairwise"]] == [3]
    assert agreement(answered, "tone")["undefined"] == "no_variation"
    assert not StaleMark.objects.exists()


def test_a_second_refresh_has_nothing_to_do(answered) -> None:
    aggregation.refresh(answered.pk)

    assert aggregation.refresh(answered.pk) is False
    assert list(aggregation.differences([answered])) == []


def test_a_ring_right_after_a_recomputation_is_left_to_the_sweep(answered, reviewer) -> None:
    refresh(answered.pk)
    say(answered, reviewer, 1, False)

    refresh(answered.pk)
    assert StaleMark.objects.exists()
    sweep()

    assert not StaleMark.objects.exists()
    assert list(aggregation.differences([answered])) == []


def test_an_unknown_session_is_nothing(db) -> None:
    assert aggregation.refresh(12345) is False


def test_undo_takes_an_answer_out(answered, reviewer) -> None:
    aggregation.refresh(answered.pk)
    item = answered.items.get(position=2)

    undo(item, Submission(), by=Credential(user=reviewer), lease=LEASE)
    sweep()

    assert consensus(answered)[1] == (None, False, 1, False)
    assert list(aggregation.differences([answered])) == []


def test_a_removed_item_leaves_the_figures(answered) -> None:
    aggregation.refresh(answered.pk)

    remove_items(answered, [answered.items.get(position=2).item_id], now=NOW)
    sweep()

    assert len(consensus(answered)) == 2
    assert agreement(answered)["n_items"] == 2


def test_only_rows_that_changed_are_written(answered, reviewer) -> None:
    aggregation.refresh(answered.pk)
    before = dict(Consensus.objects.values_list("pk", "input_revision"))

    say(answered, reviewer, 1, False)
    aggregation.refresh(answered.pk)

    after = dict(Consensus.objects.values_list("pk", "input_revision"))
    assert sum(before[pk] != after[pk] for pk in before) == 1


def test_agreement_counts_the_first_answer_after_a_reveal(answered, reviewer) -> None:
    say(answered, reviewer, 2, False)

    aggregation.refresh(answered.pk)

    assert agreement(answered)["raw_agreement"] == pytest.approx(2 / 3)
    assert consensus(answered)[1] == (False, False, 2, False)


def test_a_change_by_another_door_counts_as_one_after_the_reveal(answered, reviewer) -> None:
    label = Assessment.objects.get(author=reviewer, trace__queue_items__position=2, name="correct")
    changes = Changes(replaces_value=True, value=False)
    revise(label, changes, by=Credential(user=reviewer), now=timezone.now())

    aggregation.refresh(answered.pk)

    assert agreement(answered)["raw_agreement"] == pytest.approx(2 / 3)
    assert consensus(answered)[1] == (False, False, 2, False)


def test_what_cannot_be_judged_is_missing_and_counted(session, reviewer) -> None:
    item = session.items.get(position=1)
    replies = {"correct": Reply(cannot_judge="law"), "tone": Reply(value="Rude")}
    submit(item, Submission(replies=replies), by=Credential(user=reviewer), lease=LEASE)

    aggregation.refresh(session.pk)

    assert consensus(session) == []
    assert agreement(session)["n_cannot_judge"] == 1


def test_a_reader_that_was_overtaken_writes_nothing_but_takes_its_marks(answered) -> None:
    early = aggregation.take_ticket(answered)
    marks = list(StaleMark.objects.values_list("pk", flat=True))
    stale_view = replace(compute(answered), consensus={})
    aggregation.refresh(answered.pk)
    StaleMark.objects.create(run=answered.run)

    aggregation.store(answered, stale_view, Work(), ticket=early, marks=marks, now=NOW)

    assert len(consensus(answered)) == 3
    assert StaleMark.objects.count() == 1


def test_the_sweep_finds_what_no_message_told(answered) -> None:
    assert aggregation.sweep() == 1
    assert aggregation.sweep() == 0


def test_marks_of_plain_runs_are_forgotten(experiment) -> None:
    run = Run.objects.create(run_id="a" * 32, experiment=experiment, started_at=NOW)
    StaleMark.objects.create(run=run)

    aggregation.sweep()

    assert not StaleMark.objects.exists()


def test_an_edited_question_is_recomputed(answered) -> None:
    aggregation.sweep()
    tone = LabelSchema.objects.get(name="tone")
    wider = Categorical(("Friendly", "Neutral", "Rude", "Odd"))

    edit_schema(tone, replace(definition_of(tone), input=wider), by=None)

    assert aggregation.sweep() == 1
    assert aggregation.sweep() == 0
    assert list(aggregation.differences([answered])) == []


def test_an_edit_during_a_computation_is_not_missed(answered) -> None:
    computed = compute(answered)
    ticket = aggregation.take_ticket(answered)
    marks = list(StaleMark.objects.values_list("pk", flat=True))
    tone = LabelSchema.objects.get(name="tone")
    edit_schema(tone, replace(definition_of(tone), title="Tone?"), by=None)

    aggregation.store(
        answered, computed, work_of(answered), ticket=ticket, marks=marks, now=timezone.now()
    )

    assert aggregation.sweep() == 1
    assert list(aggregation.differences([answered])) == []


def test_a_question_no_longer_asked_loses_its_agreement(answered) -> None:
    aggregation.sweep()

    answered.questions.filter(label_schema__name="tone").update(removed_at=NOW)
    StaleMark.objects.create(run=answered.run)
    aggregation.sweep()

    assert Agreement.objects.get(session=answered).label_schema.name == "correct"


def test_a_wrong_figure_is_found(answered) -> None:
    aggregation.sweep()
    Consensus.objects.filter(pk=Consensus.objects.first().pk).update(n=99)
    Agreement.objects.filter(label_schema__name="tone").update(result={})

    assert len(list(aggregation.differences([answered]))) == 2


def test_wrong_days_are_found_and_more_time_of_reading_is_none(answered) -> None:
    aggregation.sweep()
    Review.objects.update(active_ms=90_000)
    assert list(aggregation.differences([answered])) == []

    AggregationState.objects.update(work=record_of(Work()))

    (found,) = aggregation.differences([answered])
    assert "days" in found


def test_a_missing_and_a_stray_row_are_found(answered, experiment, manager) -> None:
    aggregation.sweep()
    row = Consensus.objects.first()
    Consensus.objects.filter(pk=row.pk).delete()
    other = make_session(experiment, manager, traces=1)
    row.pk, row.item = None, other.items.get()
    row.save()
    aggregation.refresh(other.pk)
    assert not Consensus.objects.filter(item__session=other).exists()

    assert len(list(aggregation.differences([answered, other]))) == 1


def test_the_doors_ring_after_commit(
    session, make_person, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        say(session, make_person, 1, correct=True)

    assert AggregationState.objects.get(session=session).written_ticket > 0
    refresh(session.pk)


@pytest.fixture
def make_person(experiment):
    person = make_user()
    experiment.memberships.create(user=person, role="reviewer")
    return person


def test_a_model_of_the_reviewers_is_used_once_the_answers_allow_it(experiment, manager):
    """Two who are always right, two who say true: a majority of four is tied on every false."""
    people = [make_user(f"model{n}@example.org") for n in range(4)]
    session = make_session(experiment, manager, traces=50, reviews_required=4)
    set_questions(session, [Asking(name="correct", consensus="dawid_skene")], now=NOW)
    schema = LabelSchema.objects.get(name="correct")
    truths = [position % 3 != 0 for position in range(1, 51)]
    values = [truth if n < 2 else True for truth in truths for n in range(4)]
    values[4 * 11 : 4 * 12] = [False] * 4
    bulk_answers(session, schema, bulk_reviews(session, people), values)

    aggregation.refresh(session.pk)

    rows = Consensus.objects.filter(item__session=session).order_by("item__position")
    assert [row.value for row in rows] == truths
    assert {(row.method, row.method_version, row.n, row.tie) for row in rows} == {
        ("dawid_skene", "1", 4, False)
    }
    assert min(row.confidence or 0 for row in rows) > 0.9
    said = agreement(session)["consensus"]
    assert (said["method"], said["unmet"]) == ("dawid_skene", None)
    assert [one["reviewer"] for one in said["model"]["reviewers"]] == [p.email for p in people]
    assert said["model"]["reviewers"][0]["accuracy"] > said["model"]["reviewers"][3]["accuracy"]
    assert list(aggregation.differences([session])) == []


def test_a_method_the_answers_do_not_allow_says_so_and_the_usual_one_is_used(answered) -> None:
    asked = [Asking(name="correct", consensus="one_coin"), Asking(name="tone")]
    set_questions(answered, asked, now=NOW)

    aggregation.refresh(answered.pk)

    assert agreement(answered)["consensus"] == {
        "method": "one_coin",
        "unmet": "too_few_items",
        "model": None,
        "weights": [],
    }
    assert agreement(answered, "tone")["consensus"]["method"] == "automatic"
    methods = Consensus.objects.filter(item__session=answered).values_list("method", flat=True)
    assert set(methods) == {"majority"}


def test_each_reviewer_stands_beside_the_others(answered, reviewer) -> None:
    aggregation.refresh(answered.pk)

    first, _second = agreement(answered)["reviewers"]
    assert (first["reviewer"], first["n_answers"]) == (reviewer.email, 3)
    assert first["match"]["value"] == pytest.approx(2 / 3)
    assert (first["match"]["n"], first["match"]["stands_out"]) == (3, None)
    assert [(one["option"], one["chosen"]["value"]) for one in first["options"]] == [
        (True, pytest.approx(2 / 3)),
        (False, pytest.approx(1 / 3)),
    ]
    assert first["options"][0]["chosen"]["peers"] == pytest.approx(1 / 3)
