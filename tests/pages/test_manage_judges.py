"""The page of a session's judges: its states, its matrix, and the items behind each figure."""

from __future__ import annotations

import re

import pytest

from accounts.credentials import Credential
from assessments.drafts import Draft
from assessments.recording import record
from labeling.adjudicating import Decision, settle
from labeling.aggregation import refresh
from labeling.judge_page import judge_page
from labeling.judging import LISTING, work_out
from labeling.models import JudgeComparison, LabelingSession
from tests.api.test_alignment import say
from tests.factories import NOW, as_token, make_session, submit
from tests.places import Place, make_place


@pytest.fixture
def manage(client, manager, experiment):
    client.force_login(manager)
    return client


@pytest.fixture
def speaker(developer):
    return as_token(developer)


@pytest.fixture(scope="module")
def shared_place(shared_db) -> Place:
    """Who all tests of this file find."""
    return make_place()


@pytest.fixture(scope="module", autouse=True)
def made(shared_place: Place) -> LabelingSession:
    """Five items; both reviewers agree on all."""
    session = shared_place.session_of_two(
        traces=5, questions=("correct", "tone", "minutes", "improvement")
    )
    for position, value in enumerate((True, True, True, False, False), start=1):
        for person in (shared_place.reviewer, shared_place.second_reviewer):
            submit(
                session, position, person,
                correct=value, tone="Neutral", minutes=position, improvement="None.",
            )  # fmt: skip
    refresh(session.pk)
    return session


@pytest.fixture
def judged(session, speaker):
    """One miss on the fifth, one false alarm on the third."""
    for position, value in enumerate(("yes", "yes", "no", "no", "yes"), start=1):
        say(session, position, value, speaker)
    return session


def path(session: LabelingSession, tail: str = "") -> str:
    return f"/e/{session.experiment_id}/sessions/{session.session_id}/judges/{tail}"


def text(client, session, tail: str = "") -> str:
    return str(client.get(path(session, tail)).content.decode())


def positions(client, session, tail: str) -> list[int]:
    listing = client.get(path(session, tail)).context["page"].listing
    return [line.position for line in listing.lines]


def test_without_a_judge_the_page_says_how_one_comes(manage, session):
    page = text(manage, session)

    assert "No judge yet" in page
    assert "mlflow.log_feedback" in page


def test_without_questions_nothing_can_be_compared(manage, judged):
    judged.questions.update(removed_at=NOW)

    assert "No questions" in text(manage, judged)


def test_without_labels_the_judge_waits_for_people(manage, experiment, manager, speaker):
    session = make_session(experiment, manager, traces=1)
    say(session, 1, "yes", speaker)
    refresh(session.pk)

    page = text(manage, session)

    assert "nobody has submitted a review" in page
    assert "Nothing to compare yet" in page
    assert "1 on which people came to no answer yet" in page


def test_a_judge_is_shown_beside_the_consensus(manage, judged):
    page = text(manage, judged)

    assert "60% (95 % interval 23 to 88%) of 5 items" in page
    assert "It catches 1 of the 2 items for which people say “Incorrect”" in page
    assert "Fewer than ten items for which people say Correct, Incorrect" in page
    assert 'aria-label="1: people say Incorrect, the judge says Correct"' in page
    assert "Cohen’s κ by version" in page
    assert "People with each other: 1.00" in page


def test_every_cell_opens_exactly_its_items(manage, judged):
    page = text(manage, judged)

    opened = {
        group: positions(manage, judged, f"?show={group}")
        for group in sorted(set(re.findall(r"show=(\d\.\d)#list", page)))
    }

    assert opened == {"0.0": [1, 2], "0.1": [3], "1.0": [5], "1.1": [4]}


@pytest.mark.parametrize(
    ("show", "found"),
    [("missed", [5]), ("alarms", [3]), ("different", [3, 5]), ("", [5]), ("gone", [5])],
)
def test_the_groups_are_listed_with_both_reasons(manage, judged, show, found):
    assert positions(manage, judged, f"?show={show}") == found


def test_both_reasons_stand_side_by_side(manage, judged):
    (line,) = manage.get(path(judged)).context["page"].listing.lines

    assert (line.judge.words, line.judge.rationale) == ("Correct", "The judge says yes.")
    assert [(said.who, said.words) for said in line.people] == [
        ("amara@example.org", "Incorrect"),
        ("jonas@example.org", "Incorrect"),
    ]


def test_what_was_settled_stands_first_and_ambiguous_is_counted_apart(
    manage, judged, manager, speaker
):
    by = Credential(user=manager)
    decided = Decision(schema="correct", value=True, rationale="I looked.")
    settle(judged.items.get(position=4), decided, by=by)
    settle(judged.items.get(position=5), Decision(schema="correct"), by=by)
    error = {"error_code": "TIMEOUT", "error_message": "Too slow."}
    say(judged, 1, None, speaker, minute=3, error=error)
    refresh(judged.pk)

    page = manage.get(path(judged, "?show=alarms")).context["page"]
    settled = manage.get(path(judged, "?against=adjudicated")).context["page"]
    failed = manage.get(path(judged, "?show=errors")).context["page"]

    assert page.figures.apart == ["1 on which the judge failed", "1 that people found ambiguous"]
    assert page.listing.lines[-1].people[0].words == "Correct"
    assert page.listing.lines[-1].people[0].rationale == "I looked."
    assert settled.figures.n == 1
    assert failed.listing.lines[0].judge.words == "Failed"
    assert positions(manage, judged, "?show=ambiguous") == [5]


def test_question_version_person_and_target_can_be_chosen(manage, judged, speaker):
    say(judged, 5, "no", speaker, version="3", minute=5)

    latest = manage.get(path(judged)).context["page"]
    older = manage.get(path(judged, "?version=v:2&against=amara@example.org")).context["page"]
    other = manage.get(path(judged, "?target=true")).context["page"]

    assert [row[0] for row in latest.figures.version_rows] == ["2", "3"]
    assert (latest.figures.agreed[:3], older.figures.agreed[:3]) == ("80%", "60%")
    assert "“Correct”" in other.figures.sentences[0]


def test_numbers_are_compared_by_their_differences(manage, judged, speaker):
    for position in (1, 2, 3):
        trace = judged.items.get(position=position).trace
        draft = Draft(
            name="minutes", kind="feedback", value=position + position // 3 * 900,
            source_type="CODE", source_id="clock",
        )  # fmt: skip
        record(trace, draft, by=speaker, now=NOW)

    page = manage.get(path(judged, "?question=minutes"))

    figures = page.context["page"].figures
    assert figures.matrix is None
    assert figures.rows[0][0] == "Mean difference between judge and people"
    assert [line.position for line in page.context["page"].listing.lines] == [3]


def test_a_text_is_compared_with_no_judge(manage, judged):
    page = text(manage, judged, "?question=improvement")

    assert "Two good texts are seldom written alike" in page


def test_a_judge_of_another_question_misfits(manage, judged):
    page = manage.get(path(judged, "?question=tone")).context["page"]

    assert (page.figures.n, page.figures.apart) == (
        0,
        ["5 with an answer that is no option of the question"],
    )
    assert len(page.listing.lines) == 5


def test_an_address_of_what_is_gone_shows_the_first_and_says_so(manage, judged):
    page = text(manage, judged, "?judge=gone&version=%00&from=99&show=9.9")

    assert "Judge: what the address names is not there." in page
    assert "Answers the judge missed" in page


def test_differences_can_be_downloaded(manage, judged):
    address = manage.get(path(judged, "?against=adjudicated")).context["misses"]
    link = manage.get(path(judged, "?version=v:2")).context["misses"]

    assert address == ""
    rows = manage.get(link)
    assert rows.status_code == 200
    assert rows.getvalue().count(b"\n") == 2


def test_a_long_list_goes_on(manage, judged, monkeypatch):
    monkeypatch.setattr("labeling.judge_page.PER_PAGE", 1)

    first = manage.get(path(judged, "?show=different")).context["page"].listing
    rest = manage.get(path(judged, f"?show=different&from={first.follows}"))

    assert ([line.position for line in first.lines], first.follows) == ([3], 1)
    assert [line.position for line in rest.context["page"].listing.lines] == [5]
    assert "From the first" in rest.content.decode()


def test_many_options_are_shown_by_what_is_confused_most(manage, judged, monkeypatch):
    monkeypatch.setattr("labeling.judge_words.MOST_OPTIONS", 1)

    page = text(manage, judged)

    assert "too many options for a matrix" in page


def test_a_big_session_is_computed_by_the_worker_and_shown_when_it_is_there(
    manage, judged, monkeypatch
):
    monkeypatch.setattr("labeling.judging.MOST_AT_ONCE", 0)
    asked: list[object] = []
    monkeypatch.setattr(
        "labeling.views.manage_judges.ask_to_compare", lambda pk, what: asked.append((pk, what))
    )

    first = manage.get(path(judged))
    waiting = manage.get(path(judged, "live/?waiting=1"))

    assert "so the worker does it" in first.content.decode()
    assert 'data-live-every="3"' in first.content.decode()
    assert "waiting=1" in first.content.decode()
    assert waiting.status_code == 200
    assert len(asked) == 2
    assert not JudgeComparison.objects.exists()


def test_the_worker_s_figures_are_shown_and_told_to_be_old_when_they_are(
    manage, judged, speaker, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr("labeling.judging.MOST_AT_ONCE", 0)
    for _ in range(3):  # the list of judges, then the comparison, then what is there
        with django_capture_on_commit_callbacks(execute=True):
            shown = manage.get(path(judged))
    monkeypatch.setattr("labeling.views.manage_judges.ask_to_compare", lambda *_: None)
    etag = manage.get(path(judged, "live/"))["ETag"]
    same = manage.get(path(judged, "live/"), headers={"If-None-Match": etag})
    say(judged, 1, "no", speaker, minute=9)
    old = manage.get(path(judged, "live/"), headers={"If-None-Match": etag})

    assert "It catches 1 of the 2" in shown.content.decode()
    assert (same.status_code, old.status_code) == (304, 200)
    assert "Updating." in old.content.decode()
    assert "It catches 1 of the 2" in old.content.decode()


def test_more_items_cost_no_more_queries(manage, judged, django_assert_max_num_queries):
    manage.get(path(judged))

    with django_assert_max_num_queries(32):
        manage.get(path(judged))


def test_what_is_stored_costs_sixteen_queries(
    manage, judged, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr("labeling.judging.MOST_AT_ONCE", 0)
    work_out(judged.pk, LISTING)
    for asked in judge_page(judged, {}).wanted:
        work_out(judged.pk, asked)

    with django_assert_num_queries(16):
        shown = judge_page(judged, {})

    assert (shown.state, shown.is_waiting) == ("shown", False)
