"""The overview of a session: its states, its live part, and what people who left leave behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.credentials import Credential
from labeling import repeating, reviewing
from labeling.adjudicating import Decision, settle
from labeling.aggregation import refresh
from labeling.answering import Submission
from labeling.dashboard import dashboard_of
from labeling.golding import set_gold
from labeling.managing import close_session, edit_session, set_reviewers
from labeling.models import LabelingSession, Review, SessionNote
from labeling.planning import plan_of
from labeling.stocking import add_traces
from labeling.views import manage_session_pages
from schemas.defining import Definition, create_schema
from schemas.inputs import Numeric
from tests.factories import LEASE, NOW, make_session, make_trace, make_user, submit
from tests.places import Place, make_place


@pytest.fixture
def manage(client, manager, experiment):
    """A signed-in manager's client."""
    client.force_login(manager)
    return client


@pytest.fixture(scope="module")
def shared_place(shared_db) -> Place:
    """Who all tests of this file find."""
    return make_place()


@pytest.fixture(scope="module", autouse=True)
def made(shared_place: Place) -> LabelingSession:
    """Three items by two people; on the first they differ, the third is to do."""
    reviewer, second_reviewer = shared_place.reviewer, shared_place.second_reviewer
    session = shared_place.session_of_two(traces=3, questions=("correct", "improvement"))
    submit(session, 1, reviewer, correct=True, improvement="Shorter, please.")
    submit(session, 1, second_reviewer, correct=False, improvement="Longer.")
    submit(session, 2, reviewer, correct=True, improvement="Fine.")
    submit(session, 2, second_reviewer, correct=True, improvement="Name the source.")
    refresh(session.pk)
    return session


def path(session: LabelingSession, tail: str = "") -> str:
    return f"/e/{session.experiment_id}/sessions/{session.session_id}/{tail}"


def text(client, session, tail: str = "") -> str:
    return str(client.get(path(session, tail)).content.decode())


def test_a_session_that_runs_shows_pace_reviewers_and_answers(manage, session):
    board = manage.get(path(session)).context["board"]
    page = text(manage, session)

    assert board.pace.words.short == "No forecast"
    assert board.pace.words.long == "It needs ten reviews over at least a day."
    assert board.pace.chart.says.startswith("4 of 6 reviews after ")
    assert [line.match.n for line in board.reviewers] == [2, 2]
    assert "of only 2" in page
    assert (board.n_disagreements, board.n_settled) == (1, 0)
    assert page.count('role="img"') >= 6
    assert page.count("<summary>As table</summary>") >= 3


def test_a_forecast_goes_by_what_was_done(manage, session):
    now = timezone.now()
    for n, review in enumerate(Review.objects.order_by("pk")):
        Review.objects.filter(pk=review.pk).update(first_submitted_at=now - timedelta(days=n % 4))
    for n in range(12):
        trace = make_trace(session.experiment, start=NOW + timedelta(days=n))
        add_traces(session, [trace.trace_id])
    for position in range(4, 11):
        submit(session, position, session.reviewers.first().user, correct=True, improvement="x")
    refresh(session.pk)

    words = manage.get(path(session)).context["board"].pace.words

    assert words.short.startswith("At this pace, done by ")


def test_gold_and_repeats_have_a_column_where_there_are_any(
    manage, session, manager, reviewer, monkeypatch
):
    monkeypatch.setattr(repeating, "APART", 1)
    plain = text(manage, session)
    assert "Repeats: one row" not in text(manage, session, "export/")
    by = Credential(user=manager)
    set_gold(session.items.get(position=1), {"correct": True}, by=by, now=NOW)
    edit_session(session, replace(plan_of(session), repeat_percent=100), by=by, now=NOW)
    refresh(session.pk)
    again = session.items.get(occurrence=2)
    submit(session, again.position, reviewer, correct=False, improvement="Shorter, please.")
    refresh(session.pk)

    page = text(manage, session)

    lines = {
        line.progress.email: line for line in manage.get(path(session)).context["board"].reviewers
    }
    mine, other = lines["amara@example.org"], lines["jonas@example.org"]
    assert (mine.gold.percent, other.gold.percent) == ("100%", "0%")
    assert (mine.again.percent, mine.again.n, other.again) == ("0%", 1, None)
    for words in ("Right on gold", "Same again"):
        assert words in page
        assert words not in plain
    assert "Repeats: one row" in text(manage, session, "export/")


def test_the_answers_can_be_shown_together(manage, session):
    alone, together = text(manage, session), text(manage, session, "?answers=combined")

    assert "amara@example.org – Correct: 2; Incorrect: 0" in alone
    assert "Everybody – Correct: 3; Incorrect: 1" in together
    assert "live/?answers=combined" in together


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("close", "Closed with 4 of 6 reviews in."),
        ("finish", "All reviews are in."),
        ("empty", "There are no traces in this session yet."),
        ("unasked", "This session asks no questions yet."),
    ],
)
def test_the_first_line_says_what_comes_next(manage, session, manager, reviewer, change, words):
    if change == "close":
        close_session(session, by=Credential(user=manager), now=NOW)
    elif change == "finish":
        session.items.filter(position=3).update(removed_at=NOW)
    elif change == "empty":
        session.items.update(removed_at=NOW)
    else:
        session.questions.update(removed_at=NOW)

    page = text(manage, session)

    assert words in page


def test_a_finished_session_can_be_closed_and_exported_there(manage, session):
    session.items.filter(position=3).update(removed_at=NOW)

    page = text(manage, session)

    first_line = page[page.index("All reviews are in.") :].split("</div>")[0]
    assert "1 disagreement left" in first_line
    assert "Close session" in first_line
    assert "Export" in first_line


def test_what_is_settled_is_counted_at_once(manage, session, manager):
    item = session.items.get(position=1)
    decision = Decision(schema="correct", value=True, rationale="I looked.")
    settle(item, decision, by=Credential(user=manager))

    board = manage.get(path(session)).context["board"]

    assert (board.n_disagreements, board.n_settled) == (0, 1)
    assert "Every one is settled." in text(manage, session)


def test_who_has_work_left_can_be_reminded_by_mail(manage, session):
    LabelingSession.objects.filter(pk=session.pk).update(due_at=NOW)

    first, _ = manage.get(path(session)).context["board"].reviewers

    assert first.remind.startswith("mailto:amara%40example.org?subject=session")
    assert f"/r/{session.session_id}/" in first.remind.replace("%2F", "/")
    assert "1%20item%20of" in first.remind
    assert "remind<span" in text(manage, session)


def test_the_items_of_one_reviewer_can_be_listed(manage, session, reviewer):
    submit(session, 3, reviewer, correct=True, improvement="x")

    both = manage.get(path(session, "items/?reviewer=amara@example.org")).context["grid"]
    jonas = manage.get(path(session, "items/?reviewer=jonas@example.org")).context["grid"]
    nobody = text(manage, session, "items/?reviewer=%00")

    assert [len(grid.rows) for grid in (both, jonas)] == [3, 2]
    assert "Show everybody" not in nobody


def test_the_live_part_answers_304_until_something_changes(manage, session, reviewer):
    first = manage.get(path(session, "live/"))
    again = manage.get(path(session, "live/"), headers={"If-None-Match": first["ETag"]})
    submit(session, 3, reviewer, correct=True, improvement="x")
    changed = manage.get(path(session, "live/"), headers={"If-None-Match": first["ETag"]})
    refresh(session.pk)
    computed = manage.get(path(session, "live/"), headers={"If-None-Match": changed["ETag"]})

    assert [each.status_code for each in (first, again, changed, computed)] == [200, 304, 200, 200]
    assert again.content == b""
    assert "Updating." in changed.content.decode()
    assert "Updating." not in computed.content.decode()
    assert "no-cache" in first["Cache-Control"]
    assert "private" in first["Cache-Control"]


def changes(session, manager, reviewer) -> dict[str, Callable[[], object]]:
    """Acts of which each shows on the overview."""
    item = session.items.get(position=3)
    by = Credential(user=reviewer)
    return {
        "skip": lambda: reviewing.skip(item, Submission(), by=by, lease=LEASE),
        "draft": lambda: reviewing.save_draft(item, Submission(), by=by, lease=LEASE),
        "note": lambda: SessionNote.objects.create(
            session=session, author=reviewer, text="Hm.", written_at=NOW
        ),
        "close": lambda: close_session(session, by=Credential(user=manager), now=NOW),
        "leave": lambda: set_reviewers(
            session, [reviewer.email], by=Credential(user=manager), now=NOW
        ),
        "item": lambda: add_traces(session, [make_trace(session.experiment).trace_id]),
        "more reviews": lambda: session.items.update(reviews_required=3),
    }


@pytest.mark.parametrize("act", ["skip", "draft", "note", "close", "leave", "item", "more reviews"])
def test_whatever_shows_changes_the_stamp(manage, session, manager, reviewer, act):
    before = manage.get(path(session, "live/"))["ETag"]

    changes(session, manager, reviewer)[act]()

    assert manage.get(path(session, "live/"))["ETag"] != before


def test_a_developer_gets_no_buttons_in_the_live_part(client, developer, manage, session):
    managed = manage.get(path(session, "live/"))
    client.force_login(developer)

    seen = client.get(path(session, "live/"), headers={"If-None-Match": managed["ETag"]})

    assert seen.status_code == 200
    assert "<form" not in seen.content.decode()


def test_unchanged_figures_cost_a_few_queries_whatever_there_is(
    manage, session, django_assert_max_num_queries
):
    etag = manage.get(path(session, "live/"))["ETag"]

    with django_assert_max_num_queries(13):
        answer = manage.get(path(session, "live/"), headers={"If-None-Match": etag})

    assert answer.status_code == 304


def test_more_people_items_and_answers_cost_no_more_queries(
    manage, session, manager, reviewer, django_assert_num_queries
):
    manage.get(path(session))
    with django_assert_num_queries(19):
        manage.get(path(session))
    people = [make_user() for _ in range(4)]
    set_reviewers(
        session, [reviewer.email, *(each.email for each in people)],
        by=Credential(user=manager), now=NOW,
    )  # fmt: skip
    session.items.update(reviews_required=6, finished_at=None, status="pending")
    for person in people:
        for position in (1, 2, 3):
            submit(session, position, person, correct=False, improvement="x")
    refresh(session.pk)

    with django_assert_num_queries(19):
        manage.get(path(session))


def test_texts_can_be_read_and_searched(manage, session):
    everything = manage.get(path(session, "answers/")).context["found"]
    some = manage.get(path(session, "answers/?question=improvement&search=SHORTER"))
    none = text(manage, session, "answers/?question=improvement&search=%00giraffe")

    assert [row.texts for row in everything.rows] == [
        ["Shorter, please."], ["Longer."], ["Fine."], ["Name the source."],
    ]  # fmt: skip
    assert [row.reviewer for row in some.context["found"].rows] == ["amara@example.org"]
    assert "No answer has these words." in none
    assert manage.get(path(session, "answers/?question=mood")).status_code == 404


def test_a_long_list_of_texts_goes_on(manage, session, monkeypatch):
    monkeypatch.setattr("labeling.given_texts.PAGE_SIZE", 3)

    first = manage.get(path(session, "answers/")).context["found"]
    rest = manage.get(path(session, f"answers/?after={first.follows}")).context["found"]

    assert (len(first.rows), len(rest.rows), rest.follows) == (3, 1, "")


def test_the_figures_themselves_cost_twelve_queries(session, django_assert_num_queries):
    with django_assert_num_queries(12):
        dashboard_of(session, now=NOW, link="http://testserver/")


AGREE = "they agree"
TEXTS = "Texts are not compared."


def told(client, session) -> tuple[str, str]:
    """The overview and the page of disagreements, once computed."""
    refresh(session.pk)
    return text(client, session), text(client, session, "disagreements/")


def test_texts_alone_are_no_agreement(manage, session_of_two, reviewer, second_reviewer):
    session = session_of_two(questions=("improvement",))
    for position in (1, 2):
        submit(session, position, reviewer, improvement="Shorter.")
        submit(session, position, second_reviewer, improvement="Longer.")

    for page in told(manage, session):
        assert TEXTS in page
        assert AGREE not in page
        assert "No disagreement is left" not in page


def test_texts_beside_what_they_agree_on_are_told_apart(
    manage, session_of_two, reviewer, second_reviewer
):
    session = session_of_two(traces=1, questions=("correct", "improvement"))
    submit(session, 1, reviewer, correct=True, improvement="Shorter.")
    submit(session, 1, second_reviewer, correct=True, improvement="Longer.")

    board, listed = told(manage, session)

    assert f"No disagreement is left. {TEXTS}" in board
    for page in (board, listed):
        assert f"were compared so far, they agree. {TEXTS}" in page


def test_what_nobody_could_judge_is_no_agreement(manage, session_of_two, reviewer, second_reviewer):
    session, unknown = session_of_two(), Submission(reason="No source")
    for item in session.items.all():
        for person in (reviewer, second_reviewer):
            by = Credential(user=person)
            reviewing.cannot_judge(item, unknown, by=by, lease=LEASE)

    for page in told(manage, session):
        assert "Nobody’s answers could be compared" in page
        assert AGREE not in page
        assert "No disagreement is left" not in page


def test_one_reviewer_agrees_with_nobody(manage, session_of_two, reviewer):
    session = session_of_two()
    submit(session, 1, reviewer, correct=True)

    for page in told(manage, session):
        assert "Nobody’s answers could be compared yet." in page
        assert AGREE not in page


def test_behind_the_last_disagreement_is_no_agreement(manage, session):
    page = text(manage, session, "disagreements/?after=1.correct")

    assert "No disagreements from here on" in page
    assert AGREE not in page


@pytest.fixture
def spread(session_of_two, reviewer, second_reviewer):
    """Two items; the answers to the second one are two steps apart."""
    session = session_of_two(questions=("completeness",))
    for position, other in ((1, "Partly"), (2, "Not at all")):
        submit(session, position, reviewer, completeness="Complete")
        submit(session, position, second_reviewer, completeness=other)
    refresh(session.pk)
    return session


def test_the_worst_disagreements_can_be_listed_first(manage, spread, monkeypatch):
    in_order = text(manage, spread, "disagreements/")
    worst = text(manage, spread, "disagreements/?order=worst")

    assert in_order.index("Item 1</span>") < in_order.index("Item 2</span>")
    assert worst.index("Item 2</span>") < worst.index("Item 1</span>")
    assert 'href="?order=worst" aria-current="true"' in worst
    for page in (in_order, worst):
        assert page.count("Far apart") == 1

    monkeypatch.setattr(manage_session_pages, "DISAGREEMENTS_PER_PAGE", 1)
    first = text(manage, spread, "disagreements/?order=worst")
    assert 'href="?order=worst&amp;after=2.completeness"' in first
    rest = text(manage, spread, "disagreements/?order=worst&after=2.completeness")
    assert "Item 1</span>" in rest
    assert "Item 2</span>" not in rest


def test_the_overview_begins_with_the_worst_and_says_so(manage, spread):
    board = manage.get(path(spread)).context["board"]

    assert [each.position for each in board.disagreements] == [2, 1]
    assert text(manage, spread).count("Far apart") == 1


def test_huge_numbers_are_short_on_pages(manage, experiment, manager, reviewer, second_reviewer):
    loose = Definition(name="amount", kind="feedback", input=Numeric())
    create_schema(experiment, loose, by=None)
    session = make_session(experiment, manager, traces=1, questions=("amount",), reviews_required=2)
    submit(session, 1, reviewer, amount=2.0479438627502526e286)
    submit(session, 1, second_reviewer, amount=3.25)

    board, listed = told(manage, session)

    for page in (board, listed):
        assert "2.04794e+286" in page
        assert "3.25" in page
    assert "204794386275" not in listed


def test_the_names_of_both_bands_are_apart_where_the_axis_goes_below_zero(
    manage, session_of_two, reviewer, second_reviewer
):
    session = session_of_two(traces=4)
    for position in (1, 2, 3, 4):
        submit(session, position, reviewer, correct=position % 2 == 0)
        submit(session, position, second_reviewer, correct=position % 2 == 1)
    refresh(session.pk)

    page = text(manage, session)

    assert 'y="42" text-anchor="end">tentative' in page
    assert 'y="28" text-anchor="end">reliable' in page
