"""What can be chosen of an export: combined answers, columns by reviewer, pseudonyms, since when,
dataset records.
"""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.credentials import Credential
from assessments.drafts import Changes
from assessments.models import Assessment
from assessments.recording import revise
from labeling import reviewing
from labeling.adjudicating import Decision, reopen, settle
from labeling.aggregation import refresh
from labeling.answering import Reply, Submission
from labeling.exports import export_lines
from labeling.models import Consensus, LabelingSession, QueueItem, Review, Settlement
from labeling.pseudonyms import by_pseudonym
from labeling.stocking import add_traces
from labeling.wanted_exports import UnknownExport, Wanted
from tests.factories import LEASE, make_session, make_trace
from tests.places import Place, make_place

SECRET = "the server's key"
LATER = timedelta(days=3650)


@pytest.fixture
def people(reviewer, second_reviewer):
    """Two reviewers."""
    return reviewer, second_reviewer


@pytest.fixture(scope="module")
def shared_place(shared_db) -> Place:
    """Who all tests of this file find."""
    return make_place()


@pytest.fixture(scope="module", autouse=True)
def made(shared_place: Place) -> LabelingSession:
    """Two items, one question, two reviews each; on the first both answered, differently."""
    session = shared_place.session_of_two(traces=2, questions=("tone",))
    people = (shared_place.reviewer, shared_place.second_reviewer)
    for who, tone in zip(people, ("Rude", "Neutral"), strict=True):
        submit(session, 1, who, tone=Reply(value=tone))
    refresh(session.pk)
    return session


def submit(session, position, who, **replies):
    """One review."""
    item = session.items.get(position=position)
    reviewing.submit(item, Submission(replies=replies), by=Credential(user=who), lease=LEASE)


def exported(session, **how):
    """The rows of a JSON lines export."""
    data = b"".join(export_lines(session, Wanted(secret=SECRET, **how)))
    return [json.loads(line) for line in data.splitlines()]


def decide(session, manager, value="Rude"):
    """The manager settles the first item."""
    item = session.items.get(position=1)
    settle(item, Decision(schema="tone", value=value), by=Credential(user=manager))
    refresh(session.pk)


def test_a_label_carries_what_it_was_combined_to(session):
    row = exported(session)[0]

    assert (row["value"], row["consensus"], row["consensus_tie"]) == ("Rude", None, True)
    assert (row["consensus_method"], row["consensus_n"]) == ("majority", 2)
    assert [vote["value"] for vote in row["consensus_votes"]] == ["Neutral", "Rude"]
    assert (row["adjudicated_by"], row["consensus_schema_version"]) == (None, 1)


def test_labels_and_items_carry_who_settled_them(session, manager):
    decide(session, manager)

    label, item = exported(session)[0], exported(session, rows="items")[0]

    assert (label["consensus"], label["consensus_method"]) == ("Rude", "adjudicated")
    assert label["adjudicated_by"] == manager.email
    assert (item["tone.value"], item["tone.adjudicated_by"]) == ("Rude", manager.email)
    assert (item["tone.schema_version"], item["tone.tie"]) == (1, False)
    assert item["tone.votes"] == label["consensus_votes"]


def test_what_nobody_answered_has_no_combined_answer(session):
    item = exported(session, rows="items")[1]

    assert (item["tone.value"], item["tone.n"], item["tone.schema_version"]) == (None, 0, None)


def test_a_column_per_question_and_reviewer(session, people):
    submit(session, 2, people[0], tone=Reply(cannot_judge="No source."))

    first, second = exported(session, rows="items", by_reviewer=True)

    said = [f"tone.by.{who.email}" for who in people]
    assert [first[name] for name in said] == ["Rude", "Neutral"]
    assert [second[name] for name in said] == [None, None]
    assert list(first)[-2:] == said


def test_columns_per_reviewer_cost_one_query_more(session, django_assert_max_num_queries):
    with django_assert_max_num_queries(7):
        exported(session, rows="items", by_reviewer=True)


def test_more_people_than_columns_are_refused_at_once(session, monkeypatch):
    monkeypatch.setattr("labeling.item_rows.MOST_PEOPLE", 1)

    with pytest.raises(UnknownExport) as refused:
        export_lines(session, Wanted(rows="items", by_reviewer=True))

    assert refused.value.field == "by_reviewer"


def test_pseudonyms_name_nobody_and_stay_the_same(session, people, manager):
    decide(session, manager)

    labels = exported(session, pseudonyms=True)
    items = exported(session, rows="items", pseudonyms=True, by_reviewer=True)

    text = json.dumps([labels, items])
    assert "@" not in text
    names = [by_pseudonym(session.session_id, SECRET)(who.pk, "") for who in people]
    assert [row["reviewer"] for row in labels] == names
    assert [row["source_id"] for row in labels] == names
    assert {f"tone.by.{name}" for name in names} < set(items[0])
    assert labels[0]["adjudicated_by"] == items[0]["tone.adjudicated_by"]
    assert labels[0]["adjudicated_by"].startswith("person-")


def test_a_pseudonym_is_of_one_session_and_one_server(session, people):
    pk = people[0].pk
    named = by_pseudonym("one", SECRET)(pk, "")

    assert by_pseudonym("one", SECRET)(pk, "x@example.org") == named
    assert by_pseudonym("other", SECRET)(pk, "") != named
    assert by_pseudonym("one", "another key")(pk, "") != named
    assert len({by_pseudonym("one", SECRET)(pk, "") for pk in range(1000)}) == 1000


def test_pseudonyms_are_in_no_order_of_accounts():
    named = [by_pseudonym("one", SECRET)(pk, "") for pk in range(50)]

    assert named != sorted(named)


def test_who_cannot_judge_is_not_named_either(session, people):
    submit(session, 2, people[0], tone=Reply(cannot_judge="No source."))

    rows = exported(session, pseudonyms=True)

    assert rows[-1]["source_id"] == rows[-1]["reviewer"]
    assert "@" not in json.dumps(rows)


def positions(session, since):
    """Positions of the items that changed since."""
    by_id = dict(session.items.values_list("item_id", "position"))
    return [by_id[row["item_id"]] for row in exported(session, rows="items", updated_since=since)]


@pytest.fixture
def quiet(session):
    """The session long ago: everything happened a year before now."""
    past = timezone.now() - timedelta(days=365)
    QueueItem.objects.update(added_at=past, changed_at=past)
    Review.objects.update(updated_at=past)
    Consensus.objects.update(computed_at=past)
    return session


def test_items_since_a_moment_are_those_of_which_anything_changed(quiet, people):
    moment = timezone.now()

    assert positions(quiet, moment) == []
    submit(quiet, 2, people[0], tone=Reply(value="Rude"))

    assert positions(quiet, moment) == [2]


def test_a_settlement_and_its_end_change_an_item(quiet, manager):
    moment = timezone.now()
    item = quiet.items.get(position=1)
    made = settle(
        item, Decision(schema="tone", value=None, rationale="Both."), by=Credential(user=manager)
    )
    settled = positions(quiet, moment)
    Settlement.objects.update(settled_at=moment - LATER)
    reopen(item, "tone", replaces=made.pk, by=Credential(user=manager))

    assert (settled, positions(quiet, moment)) == ([1], [1])


def test_an_answer_revised_by_another_door_changes_its_item(quiet, people):
    moment = timezone.now()
    said = Assessment.objects.filter(author=people[0]).latest("pk")
    changes = Changes(replaces_value=True, value="Friendly", rationale="")
    revise(said, changes, by=Credential(user=people[0]), now=moment)

    assert positions(quiet, moment) == [1]


def test_a_decision_revised_by_another_door_changes_its_item(quiet, manager):
    item = quiet.items.get(position=1)
    made = settle(item, Decision(schema="tone", value="Rude"), by=Credential(user=manager))
    later = timezone.now() + LATER
    assert made.assessment is not None
    changes = Changes(rationale="I looked again.")
    revise(made.assessment, changes, by=Credential(user=manager), now=later)

    assert positions(quiet, later) == [1]


def test_a_combined_answer_computed_anew_changes_items_and_labels(quiet):
    moment = timezone.now()
    Consensus.objects.update(computed_at=moment)

    assert positions(quiet, moment) == [1]
    assert len(exported(quiet, updated_since=moment)) == 2


def test_an_item_that_was_added_counts_as_changed(quiet, experiment):
    moment = timezone.now()
    add_traces(quiet, [make_trace(experiment, question="New?").trace_id])

    assert positions(quiet, moment) == [3]


@pytest.fixture
def expecting(experiment, manager, people):
    """Four items, what is expected asked for; the first two have equal inputs, so have the last."""
    session = make_session(
        experiment,
        manager,
        traces=0,
        questions=("expected_response", "expected_facts"),
        reviewers=people,
    )
    traces = [make_trace(experiment, question=text) for text in ("A?", "A?", "B?", "C?", "C?")]
    add_traces(session, [trace.trace_id for trace in traces])
    return session


def expect(session, position, who, response, facts=("One.",)):
    """What one expects of an item."""
    replies = {"expected_response": Reply(value=response), "expected_facts": Reply(value=[*facts])}
    submit(session, position, who, **replies)


def test_dataset_records_are_one_per_inputs_without_what_contradicts_itself(expecting, people):
    for position, response in enumerate(("Yes.", "Yes.", "No.", "Left.", "Right."), start=1):
        expect(expecting, position, people[0], response)

    rows = exported(expecting, rows="dataset")

    by_inputs = {row["inputs"]["question"]: row for row in rows}
    assert [row["inputs"]["question"] for row in rows] == ["B?", "A?", "C?"]
    assert by_inputs["A?"]["expectations"] == {
        "expected_response": "Yes.",
        "expected_facts": ["One."],
    }
    assert by_inputs["C?"]["expectations"] == {"expected_facts": ["One."]}
    assert by_inputs["B?"]["outputs"] == "A recorded request."
    assert by_inputs["B?"]["source"]["source_type"] == "TRACE"


def test_inputs_of_which_everything_contradicts_itself_are_no_record(expecting, people):
    expect(expecting, 1, people[0], "Yes.", ["One."])
    expect(expecting, 2, people[0], "No.", ["Two."])

    assert exported(expecting, rows="dataset") == []


def test_equal_rows_give_equal_bytes(session):
    digests = {
        hashlib.sha256(b"".join(export_lines(session, Wanted(rows=rows)))).hexdigest()
        for rows in ("labels", "labels")
    }

    assert len(digests) == 1
