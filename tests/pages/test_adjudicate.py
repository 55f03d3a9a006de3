"""Settling one item on its page, without a script."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.credentials import Credential
from assessments.drafts import Draft
from assessments.models import Assessment
from assessments.recording import record
from labeling.adjudicating import Decision, settle
from labeling.aggregation import refresh
from labeling.models import Consensus, LabelingSession, Review, Settlement
from tests.factories import NOW, as_token, submit
from tests.places import Place, make_place

ELSE = {"act": "settle"}


@pytest.fixture(scope="module")
def shared_place(shared_db) -> Place:
    """Who all tests of this file find."""
    return make_place()


@pytest.fixture(scope="module", autouse=True)
def made(shared_place: Place) -> LabelingSession:
    """Two items on which two reviewers differ, and one on which they agree."""
    session = shared_place.session_of_two(traces=3, questions=("correct", "tone"))
    for position, correct, tone in (
        (1, False, "Rude"),
        (2, False, "Neutral"),
        (3, True, "Neutral"),
    ):
        submit(session, position, shared_place.reviewer, correct=True, tone="Neutral")
        submit(session, position, shared_place.second_reviewer, correct=correct, tone=tone)
    refresh(session.pk)
    return session


def url(session, position: int = 1) -> str:
    return reverse(
        "labeling:manage_adjudicate", args=[session.experiment_id, session.session_id, position]
    )


def prefix(session, name: str) -> str:
    found: str = session.questions.get(label_schema__name=name).label_schema.schema_id
    return found


def answer_of(session, who, name: str = "correct", position: int = 1) -> str:
    said = Assessment.objects.get(
        author=who, name=name, trace=session.items.get(position=position).trace
    )
    return said.assessment_id


def pick(session, name: str, choice: str, **more: str) -> dict[str, str]:
    start = prefix(session, name)
    return {f"{start}-pick": choice, **{f"{start}-{key}": value for key, value in more.items()}}


def standing(session) -> list[tuple[int, str, object]]:
    rows = Settlement.objects.standing().filter(item__session=session)
    return [
        (row.item.position, row.label_schema.name, row.assessment.value if row.assessment else None)
        for row in rows.order_by("item__position", "label_schema__name")
    ]


def test_the_page_shows_each_answer_and_folds_what_they_agree_on(manage, session):
    page = manage.get(url(session, 2)).content.decode()

    assert "Two reviewers differ" in page
    assert page.index("amara@example.org</b>") < page.index("jonas@example.org</b>")
    assert "1 question they agree on" in page
    assert '<b>2</b><span class="mut"> of 2</span>' in page
    assert "Set consensus" in page


def test_choosing_answers_settles_them_and_goes_to_the_next_item(manage, session, reviewer):
    said = {
        **pick(session, "correct", answer_of(session, reviewer)),
        **pick(session, "tone", answer_of(session, reviewer, "tone"), why="It is polite."),
        "act": "settle",
    }

    answer = manage.post(url(session), said)

    assert answer.status_code == 302
    assert answer["Location"] == f"{url(session, 2)}?settled=1"
    assert standing(session) == [(1, "correct", True), (1, "tone", "Neutral")]
    page = manage.get(answer["Location"]).content.decode()
    assert "Item 1 is settled." in page
    assert 'value="undo"' in page


def test_undo_reopens_all_that_was_settled_there(manage, session, reviewer, manager):
    manage.post(url(session), {**pick(session, "correct", answer_of(session, reviewer)), **ELSE})
    [settlement] = Settlement.objects.all()

    manage.post(url(session), {f"{prefix(session, 'correct')}-seen": settlement.pk, "act": "undo"})

    assert standing(session) == []


def test_something_else_wants_an_answer_and_a_reason(manage, session, reviewer):
    start = prefix(session, "tone")
    empty = manage.post(url(session), {**pick(session, "tone", "other"), **ELSE})
    assert (empty.status_code, standing(session)) == (422, [])
    assert "Choose" in empty.content.decode()

    other = {**pick(session, "tone", "other"), f"{start}-value": "Friendly", **ELSE}
    silent = manage.post(url(session), other)
    assert (silent.status_code, standing(session)) == (422, [])
    page = silent.content.decode()
    assert "Say why" in page
    assert 'value="Friendly" checked' in page

    manage.post(url(session), other | {f"{start}-why": "Warm, in fact."})
    assert standing(session) == [(1, "tone", "Friendly")]


def test_keeping_both_is_for_the_questions_without_a_choice(manage, session, reviewer):
    manage.post(url(session), {"act": "ambiguous"})

    assert standing(session) == [(1, "correct", None), (1, "tone", None)]
    refresh(session.pk)
    assert set(Consensus.objects.filter(item__position=1).values_list("method", flat=True)) == {
        "adjudicated"
    }


def test_nothing_chosen_says_so(manage, session):
    answer = manage.post(url(session), {"act": "settle"})

    assert (answer.status_code, standing(session)) == (422, [])
    assert "Choose an answer first." in answer.content.decode()


def test_an_answer_of_another_item_is_no_choice(manage, session, reviewer):
    foreign = answer_of(session, reviewer, position=2)

    answer = manage.post(url(session), {**pick(session, "correct", foreign), **ELSE})

    assert (answer.status_code, standing(session)) == (422, [])


def test_the_second_adjudicator_sees_the_firsts_decision_and_may_replace_it(
    manage, session, owner, second_reviewer
):
    first = settle(
        session.items.get(position=1),
        Decision(schema="correct", value=True, rationale="Yes."),
        by=Credential(user=owner),
    )
    said = {**pick(session, "correct", answer_of(session, second_reviewer), why="No."), **ELSE}

    late = manage.post(url(session), said | {f"{prefix(session, 'correct')}-seen": 0})

    page = late.content.decode()
    assert (late.status_code, standing(session)) == (409, [(1, "correct", True)])
    assert "owner@example.org settled this meanwhile" in page
    assert f'value="{first.pk}"' in page
    assert ">No.</textarea>" in page
    manage.post(url(session), said | {f"{prefix(session, 'correct')}-seen": first.pk})
    assert standing(session) == [(1, "correct", False)]


def test_reopening_is_one_button_beside_the_decision(manage, session, reviewer):
    manage.post(url(session), {**pick(session, "correct", answer_of(session, reviewer)), **ELSE})
    [settlement] = Settlement.objects.all()
    assert "Reopen" in manage.get(url(session)).content.decode()

    manage.post(
        url(session),
        {f"{prefix(session, 'correct')}-seen": settlement.pk, "act": "reopen:correct"},
    )

    assert standing(session) == []


def test_sending_back_names_people_and_says_what_to_look_at(manage, session, reviewer):
    manage.post(
        url(session),
        {"act": "send_back", "reviewer": reviewer.email, "note": "The second document."},
    )

    review = Review.objects.get(item__position=1, item__session=session, reviewer=reviewer)
    assert (review.state, review.sent_back) == ("draft", "The second document.")


def test_asking_another_without_anybody_left_is_said_on_the_page(manage, session):
    answer = manage.post(url(session), {"act": "another"})

    assert answer.status_code == 409
    assert "Add one first" in answer.content.decode()


def test_names_can_be_hidden(manage, session):
    page = manage.get(f"{url(session)}?names=off").content.decode()

    assert "Reviewer A" in page
    assert "amara@example.org</b>" not in page


def test_what_a_judge_said_is_beside_the_answers(manage, session, manager):
    judge = Draft(
        name="correct", kind="feedback", value=True, source_type="LLM_JUDGE", source_id="judge-v2"
    )
    by = as_token(manager)
    record(session.items.get(position=1).trace, judge, by=by, now=NOW)

    assert "judge-v2: Correct" in manage.get(url(session)).content.decode()


def test_the_list_leads_to_the_first_open_item_and_says_when_all_are_settled(manage, session):
    listed = reverse(
        "labeling:manage_disagreements", args=[session.experiment_id, session.session_id]
    )
    manage.post(url(session, 1), {"act": "ambiguous"})
    refresh(session.pk)
    page = manage.get(listed).content.decode()
    assert f'<a href="{url(session, 2)}">Settle them one by one</a>' in page
    assert "Settled: Ambiguous" in page

    last = manage.post(url(session, 2), {"act": "ambiguous"})
    refresh(session.pk)
    assert last["Location"] == listed
    page = manage.get(listed).content.decode()
    assert "Every one is settled." in page
    assert "Item 2 is settled. None is left." in page


def test_a_developer_reads_and_decides_nothing(client, developer, session, reviewer):
    client.force_login(developer)
    page = client.get(url(session)).content.decode()
    assert "Set consensus" not in page

    refused = client.post(
        url(session), {**pick(session, "correct", answer_of(session, reviewer)), **ELSE}
    )

    assert (refused.status_code, standing(session)) == (403, [])


def test_more_answers_cost_no_more_statements(
    manage, session, django_assert_max_num_queries, reviewer
):
    manage.get(url(session))
    with django_assert_max_num_queries(17):
        manage.get(url(session))


def test_what_was_settled_just_now_is_not_led_back_to(manage, session, reviewer):
    for position, leads_to in ((2, url(session, 1)), (1, "disagreements/")):
        said: dict[str, str] = {}
        for name in ("correct", "tone") if position == 1 else ("correct",):
            said |= pick(session, name, answer_of(session, reviewer, name, position))

        answer = manage.post(url(session, position), {**said, **ELSE})

        assert leads_to in answer["Location"]
    assert not Consensus.objects.filter(method="adjudicated").exists()


@pytest.fixture
def listed(session_of_two, reviewer, second_reviewer):
    """One item for which two reviewers listed other facts."""
    session = session_of_two(traces=1, questions=("expected_facts",))
    submit(session, 1, reviewer, expected_facts=["Page two.", "Four cups"])
    submit(session, 1, second_reviewer, expected_facts=["page two", "Descale <b>"])
    refresh(session.pk)
    return session


def test_lists_are_merged_entry_by_entry(manage, listed):
    start = prefix(listed, "expected_facts")
    page = manage.get(url(listed)).content.decode()
    assert f'name="{start}-keep" value="Page two." checked' in page
    assert f'name="{start}-keep" value="Descale &lt;b&gt;">' in page

    merged = {
        f"{start}-pick": "merged",
        f"{start}-keep": ["Page two.", "Descale <b>"],
        "act": "settle",
    }
    silent = manage.post(url(listed), merged)
    assert (silent.status_code, standing(listed)) == (422, [])
    assert "Say why" in silent.content.decode()
    assert 'value="Descale &lt;b&gt;" checked' in silent.content.decode()
    assert f'name="{start}-keep" value="Four cups">' in silent.content.decode()

    manage.post(url(listed), merged | {f"{start}-why": "Both matter."})
    assert standing(listed) == [(1, "expected_facts", ["Page two.", "Descale <b>"])]


@pytest.mark.parametrize("kept", [[], [""], ["\0"], ["x" * 600], ["é"] * 60])
def test_a_merged_list_that_cannot_be_kept_is_refused_beside_its_question(manage, listed, kept):
    start = prefix(listed, "expected_facts")

    answer = manage.post(
        url(listed),
        {f"{start}-pick": "merged", f"{start}-keep": kept, f"{start}-why": "So.", "act": "settle"},
    )

    assert (answer.status_code, standing(listed)) == (422, [])
    assert 'class="errtx"' in answer.content.decode()


def items_of(manage, session) -> str:
    page = manage.get(f"/e/{session.experiment_id}/sessions/{session.session_id}/items/")
    return str(page.content.decode())


def test_any_answered_item_is_reached_from_the_items(manage, session):
    page = items_of(manage, session)

    assert url(session, 3) in page
    assert "Answers side by side" in page


def test_lists_of_texts_that_differ_are_marked_among_the_items(manage, listed):
    refresh(listed.pk)

    page = items_of(manage, listed)

    assert url(listed) in page
    assert "1 disagreement" in page
    assert "Answers side by side" not in page
