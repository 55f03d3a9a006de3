"""Some items come to their reviewers again, untold; how they answer then measures only them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from accounts.credentials import Credential
from accounts.models import AuditEvent
from assessments.models import Assessment, StaleMark
from assessments.reviewers import Compared
from labeling import aggregation, repeating
from labeling.adjudicating import ask_another
from labeling.answering import Reply, Submission
from labeling.exports import export_lines
from labeling.golding import set_gold
from labeling.inbox import inbox_of
from labeling.item_grid import grid_of
from labeling.managing import close_session, edit_session
from labeling.models import Agreement, Consensus, LabelingSession, QueueItem, RepeatedAnswer
from labeling.my_queue import my_queue
from labeling.places import PlaceTaken
from labeling.planning import plan_of
from labeling.plans import InvalidPlan
from labeling.progress import progress_of
from labeling.queueing import claim_next
from labeling.rail import rail
from labeling.repeated import Again, same_again
from labeling.repeating import APART, comes_again
from labeling.reviewing import WrongMoment, cannot_judge, skip, submit, undo
from labeling.session_lines import session_lines
from labeling.stocking import name_reviewers, remove_items
from labeling.wanted_exports import UnknownExport, Wanted
from schemas.inputs import Numeric, PassFail
from tests.factories import LEASE, NOW, make_session, make_user
from traces.json_values import Json
from traces.models import TraceRunLink

pytestmark = pytest.mark.django_db
FEW_APART = 2  # instead of APART, so that few items will do
N_ITEMS = FEW_APART + 2


@pytest.fixture(autouse=True)
def few_apart(monkeypatch):
    assert APART >= 10
    monkeypatch.setattr(repeating, "APART", FEW_APART)


@pytest.fixture
def boss(manager) -> Credential:
    return Credential(user=manager)


@pytest.fixture
def ben(second_reviewer) -> Credential:
    return Credential(user=second_reviewer)


@pytest.fixture
def build(experiment, manager, reviewer, second_reviewer):
    """A session of Amara and Ben in which everything comes again."""

    def built(**plan: Any) -> LabelingSession:
        columns: dict[str, Any] = {"traces": N_ITEMS, "repeat_percent": 100, **plan}
        people = columns.pop("reviewers", (reviewer, second_reviewer))
        return make_session(experiment, manager, reviewers=people, **columns)

    return built


def say(item: QueueItem, by: Credential, *values: Json) -> None:
    """The value, true without one."""
    [value] = values or (True,)
    submit(item, Submission(replies={"correct": Reply(value=value)}), by=by, lease=LEASE)


def answer_all(session: LabelingSession, *people: Credential) -> None:
    for item in session.items.counted().in_order():
        for person in people:
            say(item, person)
    settled(session)


def settled(session: LabelingSession) -> None:
    aggregation.sweep()
    assert aggregation.sweep() == 0
    assert list(aggregation.differences([session])) == []


def repeats(session: LabelingSession) -> list[tuple[int, int, str, int, list[str]]]:
    """Position, that of the first, status, reviews wanted, and for whom."""
    found = []
    for item in session.items.filter(occurrence=2, removed_at=None).in_order():
        first = session.items.get(trace=item.trace, occurrence=1)
        people = sorted(item.assignments.values_list("reviewer__email", flat=True))
        found.append((item.position, first.position, item.status, item.reviews_required, people))
    return found


def figures(session: LabelingSession, email: str) -> dict[str, Any]:
    result = Agreement.objects.get(session=session).result
    return next(one for one in result["reviewers"] if one["reviewer"] == email)


@pytest.fixture
def session(build, amara) -> LabelingSession:
    """Amara has answered everything, and everything has come again."""
    made: LabelingSession = build()
    answer_all(made, amara)
    return made


AMARA, BEN = "amara@example.org", "ben@example.org"


class TestComingAgain:
    """Behind the queue, for those who answered, once they did enough others."""

    def test_what_was_answered_long_ago_comes_last(self, build, amara):
        session = build()
        answer_all(session, amara)

        assert repeats(session) == [
            (N_ITEMS + 1, 1, "pending", 1, [amara.user.email]),
            (N_ITEMS + 2, 2, "pending", 1, [amara.user.email]),
        ]
        assert AuditEvent.objects.get(act="items repeated").details == {"items": 2}

    def test_twice_repeats_once(self, build, amara):
        session = build()
        answer_all(session, amara)

        assert repeating.repeat_items(session) == 0
        StaleMark.objects.create(run=session.run)
        settled(session)

        assert len(repeats(session)) == 2

    def test_too_few_items_repeat_nothing(self, build, amara):
        session = build(traces=FEW_APART)
        answer_all(session, amara)

        assert repeats(session) == []

    def test_without_a_share_nothing_comes(self, build, amara):
        session = build(repeat_percent=0)
        answer_all(session, amara)

        assert repeats(session) == []

    def test_turned_on_later(self, build, amara, boss):
        session = build(repeat_percent=0)
        answer_all(session, amara)

        plan = replace(plan_of(session), repeat_percent=100)
        edit_session(session, plan, by=boss, now=NOW)
        settled(session)

        assert len(repeats(session)) == 2

    def test_everybody_who_answered_gets_it(self, build, amara, ben):
        session = build(reviews_required=2)
        answer_all(session, amara, ben)

        both = sorted([amara.user.email, ben.user.email])
        assert [line[2:] for line in repeats(session)] == [("pending", 2, both)] * 2

    def test_who_is_later_gets_it_later(self, build, amara, ben):
        session = build(reviews_required=2)
        answer_all(session, amara)
        second = session.items.get(position=N_ITEMS + 1)
        say(second, amara)
        settled(session)
        assert repeats(session)[0][2:4] == ("complete", 1)

        answer_all(session, ben)

        assert repeats(session)[0][2:4] == ("pending", 2)
        assert len(repeats(session)) == 2

    def test_who_left_gets_nothing(self, build, amara, boss):
        session = build()
        for item in session.items.in_order():
            say(item, amara)
        session.reviewers.filter(user=amara.user).update(removed_at=NOW)
        settled(session)

        assert repeats(session) == []

    def test_what_could_not_be_judged_does_not_come_again(self, build, amara):
        session = build()
        cannot_judge(
            session.items.get(position=1), Submission(reason="No idea"), by=amara, lease=LEASE
        )
        for item in session.items.filter(position__gt=1).in_order():
            say(item, amara)
        settled(session)

        assert [line[1] for line in repeats(session)] == [2]

    def test_a_closed_or_deleted_session_repeats_nothing(self, build, amara, boss):
        session = build()
        for item in session.items.in_order():
            say(item, amara)
        close_session(session, by=boss, now=NOW)
        settled(session)

        assert repeats(session) == []
        session.refresh_from_db()
        session.state, session.run.deleted_at = "open", NOW
        assert repeating.repeat_items(session) == 0

    def test_turned_off_since_it_was_looked_at(self, build, amara):
        session = build()
        for item in session.items.in_order():
            say(item, amara)
        LabelingSession.objects.update(repeat_percent=0)

        assert repeating.repeat_items(session) == 0
        assert repeats(session) == []

    def test_two_who_look_at_once_deal_it_once(self, build, amara):
        session = build()
        answer_all(session, amara)
        first = session.items.get(position=1)

        assert repeating.repeat(session.pk, {first.pk: {amara.user.pk}}) == 0

        assert repeats(session)[0][3] == 1
        assert AuditEvent.objects.filter(act="items repeated").count() == 1

    def test_a_trace_is_linked_to_the_run_once(self, build, amara):
        session = build()
        answer_all(session, amara)

        assert TraceRunLink.objects.filter(run=session.run).count() == N_ITEMS

    def test_more_of_them_hold_the_fewer(self):
        ids = [f"i-{n}" for n in range(1000)]
        few = {each for each in ids if comes_again(each, 10)}
        more = {each for each in ids if comes_again(each, 30)}

        assert few < more
        assert 60 < len(few) < 140
        assert not any(comes_again(each, 0) for each in ids)
        assert all(comes_again(each, 100) for each in ids)


class TestAnswering:
    """As any other item, but only for those who have answered it before."""

    @pytest.fixture
    def second(self, session):
        return session.items.get(position=N_ITEMS + 1)

    def test_it_is_their_next_item(self, session, second, amara):
        assert claim_next(session, amara.user, lease=LEASE).review.item == second

    def test_nobody_else_is_given_it(self, session, ben):
        found = claim_next(session, ben.user, lease=LEASE)

        assert (found.review, found.state) == (None, "done")
        session.refresh_from_db()
        assert my_queue(session, ben.user).total == 0
        assert rail(session, ben.user, my_queue(session, ben.user)) == ()
        assert inbox_of(ben.user).open[0].left == 0

    @pytest.mark.parametrize("verb", [submit, skip])
    def test_nobody_else_can_take_it(self, second, ben, verb):
        with pytest.raises(PlaceTaken):
            verb(second, Submission(replies={"correct": Reply(value=True)}), by=ben, lease=LEASE)

    def test_it_counts_for_their_own_progress(self, session, amara):
        session.refresh_from_db()
        queue = my_queue(session, amara.user)

        assert (queue.total, queue.done) == (N_ITEMS + 2, N_ITEMS)
        assert inbox_of(amara.user).open[0].left == 2
        assert len(rail(session, amara.user, queue)) == N_ITEMS + 2

    def test_it_makes_no_assessment(self, session, second, amara):
        before = list(Assessment.objects.values_list("pk", "value", "version"))

        say(second, amara, False)

        assert list(Assessment.objects.values_list("pk", "value", "version")) == before
        assert RepeatedAnswer.objects.get().value is False
        assert claim_next(session, amara.user, lease=LEASE).review.item.position == N_ITEMS + 2

    def test_again_replaces_what_was_said(self, second, amara):
        say(second, amara, False)
        say(second, amara, True)

        assert RepeatedAnswer.objects.get().value is True
        second.refresh_from_db()
        assert second.status == "complete"

    def test_undone_or_impossible_it_counts_no_more(self, session, second, amara):
        say(second, amara, False)
        settled(session)
        assert figures(session, amara.user.email)["repeats"]["n"] == 1

        undo(second, Submission(), by=amara, lease=LEASE)
        settled(session)
        assert figures(session, amara.user.email)["repeats"]["n"] == 0

        cannot_judge(second, Submission(reason="No idea"), by=amara, lease=LEASE)
        settled(session)
        assert figures(session, amara.user.email)["repeats"]["n"] == 0

    def test_a_question_that_cannot_be_judged_now(self, session, second, amara):
        replies = {"correct": Reply(cannot_judge="No idea")}
        submit(second, Submission(replies=replies), by=amara, lease=LEASE)
        settled(session)

        assert figures(session, amara.user.email)["repeats"]["n"] == 0

    def test_balanced_sessions_too(self, build, amara, ben):
        session = build(assignment="balanced", reviews_required=2)
        answer_all(session, amara, ben)

        first = claim_next(session, amara.user, lease=LEASE).review
        assert (first.item.position, first.item.occurrence) == (N_ITEMS + 1, 2)


class TestCountedNowhere:
    """A session consists of its items, and comes to what was said the first time."""

    def test_progress_exports_consensus_and_lists(self, session, amara):
        second = session.items.get(position=N_ITEMS + 1)
        before = all_figures(session)

        say(second, amara, False)
        settled(session)

        assert all_figures(session) == before
        assert before["items"] == before["exported"] == before["grid"] == N_ITEMS

    def test_self_agreement_is_told_and_changes_no_other_figure(self, session, amara):
        before = figures(session, amara.user.email)
        for n, value in enumerate((True, False), start=1):
            say(session.items.get(position=N_ITEMS + n), amara, value)
        settled(session)

        after = figures(session, amara.user.email)
        assert (after["repeats"]["value"], after["repeats"]["n"]) == (0.5, 2)
        assert {**after, "repeats": None} == {**before, "repeats": None}

    def test_a_removed_item_takes_its_repeat_along(self, session):
        first = session.items.get(position=1)

        assert remove_items(session, [first.item_id], now=NOW) == 1
        settled(session)

        assert [line[1] for line in repeats(session)] == [2]

    def test_a_repeat_that_was_taken_out_stays_out(self, session):
        second = session.items.get(position=N_ITEMS + 1)

        assert remove_items(session, [second.item_id], now=NOW) == 1
        settled(session)

        assert [line[1] for line in repeats(session)] == [2]
        linked = TraceRunLink.objects.filter(run=session.run, trace=second.trace)
        assert linked.exists()

    def test_a_first_that_is_gone_leaves_nothing_to_compare_with(self, session, amara):
        say(session.items.get(position=N_ITEMS + 1), amara, False)
        session.items.filter(position=1).update(removed_at=NOW)
        StaleMark.objects.create(run=session.run)
        settled(session)

        assert figures(session, amara.user.email)["repeats"]["n"] == 0

    def test_another_number_of_reviews_is_not_for_repeats(self, session, boss):
        edit_session(session, replace(plan_of(session), reviews_required=2), by=boss, now=NOW)

        assert {line[3] for line in repeats(session)} == {1}

    def test_dealing_anew_leaves_repeats_with_their_people(self, build, amara, ben, boss):
        session = build(assignment="balanced", reviews_required=2)
        answer_all(session, amara, ben)
        claim_next(session, amara.user, lease=LEASE)
        before = repeats(session)

        name_reviewers(session, [make_user("third@example.org").pk])

        assert repeats(session) == before

    def test_nobody_more_is_asked_about_a_repeat(self, session, boss):
        item = session.items.get(position=N_ITEMS + 1)
        item.session = session

        with pytest.raises(WrongMoment):
            ask_another(item, by=boss)
        with pytest.raises(InvalidPlan):
            set_gold(item, {"correct": True}, by=boss, now=NOW)


def exported(session: LabelingSession, rows: str) -> list[bytes]:
    return b"".join(export_lines(session, Wanted(rows=rows))).splitlines()


def all_figures(session: LabelingSession) -> dict[str, Any]:
    progress = progress_of(session)
    [line] = session_lines([session])
    return {
        "items": progress.items.total,
        "progress": (progress.items, progress.places, progress.filled),
        "reviewers": [(each.email, each.assigned, each.done) for each in progress.reviewers],
        "line": (line.items, line.places, line.filled),
        "exported": len(exported(session, "items")),
        "labels": exported(session, "labels"),
        "traces": len(exported(session, "traces")),
        "grid": len(grid_of(session).rows),
        "consensus": list(Consensus.objects.order_by("pk").values_list("item", "value", "n")),
    }


class TestExported:
    """Only to who asks for repeats."""

    def rows(self, session: LabelingSession, **how: Any) -> list[dict[str, Any]]:
        wanted = Wanted(rows="repeats", **how)
        return [json.loads(line) for line in b"".join(export_lines(session, wanted)).splitlines()]

    def test_each_answer_stands_beside_the_first_one(self, session, amara):
        say(session.items.get(position=N_ITEMS + 1), amara, False)
        reason = Submission(reason="Empty")
        cannot_judge(session.items.get(position=N_ITEMS + 2), reason, by=amara, lease=LEASE)

        [row] = self.rows(session)

        first = session.items.get(position=1)
        assert (row["item_id"], row["trace_id"]) == (first.item_id, first.trace.trace_id)
        assert (row["reviewer"], row["schema"], row["schema_version"]) == (AMARA, "correct", 1)
        assert (row["value"], row["first_value"], row["cannot_judge"]) == (False, True, None)
        assert row["submitted_at"]

    def test_a_first_answer_that_was_withdrawn_is_none(self, session, amara):
        say(session.items.get(position=N_ITEMS + 1), amara, False)
        undo(session.items.get(position=1), Submission(), by=amara, lease=LEASE)

        assert [row["first_value"] for row in self.rows(session)] == [None]

    def test_undone_and_taken_out_ones_are_left_out(self, session, amara):
        for position in (1, 2):
            say(session.items.get(position=N_ITEMS + position), amara, False)
        again = session.items.get(position=N_ITEMS + 1)
        undo(again, Submission(), by=amara, lease=LEASE)
        remove_items(session, [session.items.get(position=2).item_id], now=NOW)

        assert self.rows(session) == []

    def test_nobody_is_named_under_pseudonyms(self, session, amara):
        say(session.items.get(position=N_ITEMS + 1), amara, False)

        [row] = self.rows(session, pseudonyms=True, secret="key")

        assert row["reviewer"].startswith("person-")
        assert AMARA not in json.dumps(row)

    def test_it_costs_four_queries(self, session, amara, django_assert_num_queries):
        say(session.items.get(position=N_ITEMS + 1), amara, False)

        with django_assert_num_queries(5):  # the last one finds that there are no more items
            self.rows(session)

    @pytest.mark.parametrize("how", [{"by_reviewer": True}, {"updated_since": NOW}])
    def test_what_only_other_exports_have_is_refused(self, session, how):
        with pytest.raises(UnknownExport):
            self.rows(session, **how)


class TestComparing:
    """The second answers against the first ones."""

    def test_each_by_themselves_beside_the_others(self):
        first = [(1, 7, True), (2, 7, True), (1, 8, True), (3, 8, None)]
        again = [Again(1, 7, True), Again(2, 7, False), Again(1, 8, True), Again(3, 8, True)]

        found = same_again(PassFail(), first, again)

        assert shares(found) == {7: (0.5, 2, 1.0), 8: (1.0, 1, 0.5)}

    def test_numbers_within_the_tolerance_are_the_same(self):
        again = [Again(1, 7, 4), Again(2, 7, 9)]

        found = same_again(Numeric(0, 10, 1), [(1, 7, 5), (2, 7, 5)], again)

        assert shares(found) == {7: (0.5, 2, None)}

    def test_without_repeats_nothing_is_read(self):
        first = iter([(1, 7, True)])

        assert same_again(PassFail(), first, []) == {}
        assert next(first) == (1, 7, True)


def shares(found: dict[int, Compared]) -> dict[int, tuple[float | None, int, float | None]]:
    return {who: (one.share.value, one.share.n, one.peers) for who, one in found.items()}
