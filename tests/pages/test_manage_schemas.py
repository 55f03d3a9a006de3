"""Questions: a new one of every kind, presets, editing with what it means for answers, deleting."""

from __future__ import annotations

import pytest

from accounts.credentials import Credential
from labeling.managing import close_session
from schemas.inputs import Categorical, Numeric, PassFail, Text, TextList
from schemas.models import LabelSchema
from tests.factories import NOW, make_schema, make_session, submit


@pytest.fixture
def questions(experiment) -> str:
    """Where its questions are."""
    return f"/e/{experiment.pk}/questions"


def wording(**changes: object) -> dict[str, object]:
    """The fields that every kind has."""
    return {"title": "Is it good?", "type": "feedback", "comment": "optional", **changes}


@pytest.mark.parametrize(
    ("kind", "fields", "spec"),
    [
        (
            "pass-fail",
            {"positive_label": "Good", "negative_label": "Bad"},
            PassFail("Good", "Bad"),
        ),
        (
            "choose-one",
            {"options": "Yes\n\n Partly \nNo", "ordered": "on"},
            Categorical(("Yes", "Partly", "No"), ordered=True),
        ),
        ("choose-any", {"options": "A\nB"}, Categorical(("A", "B"), multi_select=True)),
        (
            "number",
            {"min_value": "1", "max_value": "5", "step": "0.5", "scale": "ordinal"},
            Numeric(1, 5, 0.5, "ordinal"),
        ),
        ("number", {"scale": "ratio"}, Numeric(scale="ratio")),
        ("text", {"max_length": "500"}, Text(500)),
        ("text", {}, Text()),
        ("text-list", {"max_count": "5", "max_length_each": "80"}, TextList(80, 5)),
    ],
)
def test_a_question_of_every_kind_can_be_written(manage, experiment, questions, kind, fields, spec):
    manage.post(f"{questions}/new/?kind={kind}", wording(**fields))

    schema = LabelSchema.objects.select_related("current").get(experiment=experiment)
    assert (schema.name, schema.kind, schema.version.title) == (
        "is_it_good",
        "feedback",
        "Is it good?",
    )
    assert schema.version.spec == spec


@pytest.mark.parametrize(
    ("kind", "fields", "field"),
    [
        ("pass-fail", {"positive_label": "Same", "negative_label": "Same"}, "negative_label"),
        ("choose-one", {"options": "A\nA"}, "options"),
        ("choose-one", {"options": "x" * 65}, "options"),
        ("number", {"min_value": "5", "max_value": "1", "scale": "interval"}, "max_value"),
        ("number", {"step": "0", "scale": "interval"}, "step"),
        ("number", {"min_value": "low", "scale": "interval"}, "min_value"),
        ("number", {"scale": "ordinal"}, "scale"),
        ("text", {"max_length": "0"}, "max_length"),
        ("text-list", {"max_count": "1001"}, "max_count"),
        ("text", {"title": ""}, "title"),
        ("text", {"name": "Feedback"}, "name"),
        ("text", {"type": "opinion"}, "type"),
    ],
)
def test_a_mistake_is_told_beside_its_field(manage, questions, kind, fields, field):
    response = manage.post(
        f"{questions}/new/?kind={kind}", wording(instruction="Think twice.", **fields)
        if "title" not in fields
        else {"instruction": "Think twice.", **wording(), **fields},
    )  # fmt: skip

    assert list(response.context["form"].errors) == [field]
    assert "Think twice." in response.content.decode()
    assert not LabelSchema.objects.exists()


def test_a_name_that_is_taken_is_told(manage, experiment, questions):
    make_schema(experiment, "tone")

    response = manage.post(f"{questions}/new/?kind=text", wording(name="tone"))

    assert "already exists" in str(response.context["form"].errors["name"])


def test_first_one_chooses_the_kind(manage, questions):
    page = manage.get(f"{questions}/new/").content.decode()

    for words in ("Pass or fail", "Choose one", "Choose any", "Number", "Text", "List of texts"):
        assert words in page


@pytest.mark.parametrize("preset", ["expected_facts", "expected_response", "guidelines"])
def test_a_preset_is_added_at_one_click_and_only_once(manage, experiment, questions, preset):
    manage.post(f"{questions}/presets/{preset}/")
    again = manage.post(f"{questions}/presets/{preset}/", follow=True)

    schema = LabelSchema.objects.get(experiment=experiment)
    assert (schema.name, schema.kind) == (preset, "expectation")
    assert "already exists" in again.content.decode()


def test_an_unknown_preset_is_not_there(manage, questions):
    assert manage.post(f"{questions}/presets/magic/").status_code == 404


def test_the_list_counts_answers_and_sessions(manage, experiment, manager, reviewer, questions):
    session = make_session(experiment, manager, reviewers=(reviewer,))
    make_session(experiment, manager, traces=0)
    submit(session, 1, reviewer, correct=True)

    ((schema, answers, sessions),) = manage.get(f"{questions}/").context["rows"]

    assert (schema.name, answers, sessions) == ("correct", 1, 2)


def test_the_list_costs_the_same_whatever_its_length(
    manage, experiment, questions, django_assert_max_num_queries
):
    for name in ("correct", "tone", "problems", "clarity"):
        make_schema(experiment, name)

    with django_assert_max_num_queries(12):
        manage.get(f"{questions}/")


def edited(schema: LabelSchema, **changes: object) -> dict[str, object]:
    """The form of the question `tone` as it is, with changes."""
    return {
        "title": "tone",
        "name": schema.name,
        "comment": "optional",
        "options": "Friendly\nNeutral\nRude",
        **changes,
    }


@pytest.fixture
def answered(experiment, manager, reviewer) -> LabelSchema:
    """A question with one answer in an open session."""
    session = make_session(experiment, manager, reviewers=(reviewer,), questions=("tone",))
    submit(session, 1, reviewer, tone="Rude")
    return LabelSchema.objects.select_related("current").get(experiment=experiment)


def test_rewording_and_adding_an_option_is_free(manage, questions, answered):
    form = edited(answered, title="How does it sound?", options="Friendly\nNeutral\nRude\nCold")

    response = manage.post(f"{questions}/{answered.schema_id}/", form, follow=True)

    answered.refresh_from_db()
    assert "Saved as version 2." in response.content.decode()
    assert answered.current.keeps_answers is True


def test_removing_an_option_first_tells_how_many_answers_become_stale(manage, questions, answered):
    form = edited(answered, options="Friendly\nRude")

    response = manage.post(f"{questions}/{answered.schema_id}/", form)

    answered.refresh_from_db()
    assert "This change makes 1 answer stale." in response.content.decode()
    assert answered.current.number == 1


def test_removing_an_option_is_done_once_it_is_confirmed(manage, questions, answered):
    form = edited(answered, options="Friendly\nRude", confirm="on")

    manage.post(f"{questions}/{answered.schema_id}/", form)

    answered.refresh_from_db()
    assert (answered.current.number, answered.current.keeps_answers) == (2, False)


def test_answers_of_a_closed_session_do_not_become_stale(manage, manager, questions, answered):
    session = answered.experiment.labeling_sessions.get()
    close_session(session, by=Credential(user=manager), now=NOW)

    manage.post(f"{questions}/{answered.schema_id}/", edited(answered, options="Friendly\nRude"))

    answered.refresh_from_db()
    assert answered.current.number == 2


def test_an_equal_form_changes_nothing(manage, questions, answered):
    response = manage.post(f"{questions}/{answered.schema_id}/", edited(answered), follow=True)

    assert "Nothing was changed." in response.content.decode()


def test_the_name_stays_after_the_first_answer(manage, questions, answered):
    form = edited(answered, name="sound")

    response = manage.post(f"{questions}/{answered.schema_id}/", form)

    assert "so the name stays" in str(response.context["form"].errors["name"])


def test_the_name_is_free_before_the_first_answer(manage, experiment, questions):
    schema = make_schema(experiment, "tone")

    manage.post(f"{questions}/{schema.schema_id}/", edited(schema, name="sound"))

    schema.refresh_from_db()
    assert schema.name == "sound"


def test_a_name_of_another_question_is_refused(manage, experiment, questions):
    schema = make_schema(experiment, "tone")
    make_schema(experiment, "correct")

    response = manage.post(f"{questions}/{schema.schema_id}/", edited(schema, name="correct"))

    assert "already exists" in str(response.context["form"].errors["name"])


def test_what_it_describes_stays_whatever_is_sent(manage, experiment, questions):
    schema = make_schema(experiment, "tone")

    manage.post(f"{questions}/{schema.schema_id}/", edited(schema, type="expectation"))

    schema.refresh_from_db()
    assert schema.kind == "feedback"


def test_a_question_is_deleted_once_its_name_is_typed(manage, experiment, questions):
    schema = make_schema(experiment, "tone")
    address = f"{questions}/{schema.schema_id}/delete/"

    refused = manage.post(address, {"name": "other"})
    manage.post(address, {"name": "tone"})

    assert list(refused.context["delete_form"].errors) == ["name"]
    assert not LabelSchema.objects.standing().exists()


def test_the_default_question_cannot_be_changed_or_deleted(manage, experiment, questions):
    schema = make_schema(experiment, "tone")
    LabelSchema.objects.filter(pk=schema.pk).update(is_default=True)

    edit = manage.post(f"{questions}/{schema.schema_id}/", edited(schema, title="Else"))
    delete = manage.post(f"{questions}/{schema.schema_id}/delete/", {"name": "tone"})

    assert "cannot be edited" in str(edit.context["form"].errors)
    assert "cannot be deleted" in str(delete.context["delete_form"].errors)


def test_a_new_question_can_be_seen_as_reviewers_will_before_it_is_stored(manage, questions):
    fields = wording(min_value="1", max_value="5", step="1", scale="ordinal", min_label="Poor")

    page = manage.post(f"{questions}/new/?kind=number", {**fields, "do": "preview"})

    text = page.content.decode()
    assert page.status_code == 200
    assert "What reviewers see" in text
    assert text.count('type="radio" name="preview-value"') == 5
    assert '<span dir="auto">Poor</span>' in text
    assert not LabelSchema.objects.exists()


def test_a_stored_question_shows_its_preview_and_that_of_an_edit(manage, experiment, questions):
    schema = make_schema(experiment, "tone")
    path = f"{questions}/{schema.schema_id}/"

    stored = manage.get(path).content.decode()
    sent = wording(options="Warm\nCold", name="tone", do="preview")
    edited = manage.post(path, sent).content.decode()

    assert stored.count('name="preview-value"') == 3
    assert edited.count('name="preview-value"') == 2
    schema.refresh_from_db()
    assert schema.version.number == 1


@pytest.mark.parametrize(("typed", "kept"), [("2", 2), ("0", 0), ("0.5", 0.5), ("", None)])
def test_how_far_answers_may_differ_is_kept(manage, questions, typed, kept):
    manage.post(f"{questions}/new/?kind=number", wording(scale="interval", tolerance=typed))

    spec = LabelSchema.objects.select_related("current").get().version.spec
    assert spec == Numeric(tolerance=kept)


def test_the_words_for_the_ends_of_a_scale_are_kept(manage, questions):
    words = {"min_label": "Confusing", "max_label": "Very clear"}
    fields = wording(min_value="1", max_value="5", step="1", scale="ordinal", **words)

    manage.post(f"{questions}/new/?kind=number", fields)

    spec = LabelSchema.objects.select_related("current").get().version.spec
    assert spec == Numeric(1, 5, 1, "ordinal", "Confusing", "Very clear")


@pytest.fixture
def stale(manage, questions, answered) -> LabelSchema:
    """The question without the option that was chosen least."""
    form = edited(answered, options="Friendly\nRude", confirm="on")
    manage.post(f"{questions}/{answered.schema_id}/", form)
    return LabelSchema.objects.select_related("current").get(pk=answered.pk)


def test_the_page_tells_which_sessions_have_stale_answers(manage, questions, stale):
    session = stale.experiment.labeling_sessions.get()

    page = manage.get(f"{questions}/{stale.schema_id}/").content.decode()

    assert "Stale answers" in page
    assert f'value="{session.session_id}"' in page
    assert "1 answer of 1 person" in page


def test_a_change_tells_in_which_sessions_answers_become_stale(manage, questions, answered):
    session = answered.experiment.labeling_sessions.get()
    form = edited(answered, options="Friendly\nRude")

    response = manage.post(f"{questions}/{answered.schema_id}/", form)

    (told,) = response.context["stale"]
    assert (told.session, told.n_answers, told.n_people) == (session, 1, 1)
    assert f"{session.name}</a>: 1 answer of 1 person" in response.content.decode()


def test_stale_answers_are_asked_for_again_at_one_press(manage, client, questions, stale, reviewer):
    session = stale.experiment.labeling_sessions.get()
    address, sent = f"{questions}/{stale.schema_id}/ask-again/", {"session": session.session_id}

    response = manage.post(address, sent, follow=True)
    again = manage.post(address, sent, follow=True)

    page = response.content.decode()
    assert "1 review went back to be answered anew." in page
    assert "Stale answers" not in page
    assert "Nobody is to be asked again." in again.content.decode()
    client.force_login(reviewer)
    item = client.get(f"/r/{session.session_id}/1/").content.decode()
    assert "has changed since you answered it" in item


def test_more_than_go_back_at_once_are_told(
    manage, experiment, manager, reviewer, questions, monkeypatch
):
    monkeypatch.setattr("labeling.reasking.MOST_AT_ONCE", 1)
    session = make_session(experiment, manager, reviewers=(reviewer,), questions=("tone",))
    for position in (1, 2):
        submit(session, position, reviewer, tone="Rude")
    schema = LabelSchema.objects.get(experiment=experiment)
    form = edited(schema, options="Friendly\nRude", confirm="on")
    manage.post(f"{questions}/{schema.schema_id}/", form)
    address = f"{questions}/{schema.schema_id}/ask-again/"

    page = manage.post(address, {"session": session.session_id}, follow=True).content.decode()

    assert "1 review went back to be answered anew. 1 more to go: ask again." in page


def test_a_closed_session_is_not_asked_again(manage, manager, questions, stale):
    session = stale.experiment.labeling_sessions.get()
    close_session(session, by=Credential(user=manager), now=NOW)
    address = f"{questions}/{stale.schema_id}/ask-again/"

    page = manage.post(address, {"session": session.session_id}, follow=True).content.decode()

    assert "closed" in page


@pytest.mark.parametrize("session", ["", "0" * 32, "\0"])
def test_no_session_is_asked_again_that_is_not_there(manage, questions, stale, session):
    address = f"{questions}/{stale.schema_id}/ask-again/"

    assert manage.post(address, {"session": session}).status_code == 404
