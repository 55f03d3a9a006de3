"""Comments that some answers need, and where a question asks for them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from schemas.defining import Definition, create_schema, definition_of, edit_schema
from schemas.inputs import Categorical, PassFail
from schemas.models import LabelSchema
from tests.factories import make_session
from tests.pages.reviewing import send, signed_in, url


@pytest.fixture
def explained(experiment, manager, reviewer):
    """A question of which only one answer needs a comment."""
    definition = Definition(
        name="correct",
        kind="feedback",
        input=PassFail("Correct", "Incorrect"),
        comment_for=("false", "no answer"),
    )
    create_schema(experiment, definition, by=None)
    return make_session(experiment, manager, questions=("correct",), reviewers=(reviewer,))


def test_only_the_chosen_answers_need_a_comment(explained, reviewer):
    client = signed_in(reviewer)
    page = client.get(url(explained)).content.decode()
    assert "needed with: Incorrect" in page
    assert "data-picks" not in page

    refused = send(client, explained, "submit", correct="false")
    assert refused.status_code == 422
    assert "Say why, in a comment." in refused.content.decode()
    assert "autofocus" in refused.content.decode().split('-why" rows')[1][:120]

    assert send(client, explained, "submit", correct="true").status_code == 302
    said = send(client, explained, "submit", 2, correct="false", correct__why="The date is wrong.")
    assert said.status_code == 302


def test_what_is_no_answer_needs_no_comment(explained):
    schema = explained.questions.get().label_schema

    assert definition_of(schema).comment_for == ("false",)


def test_an_option_that_goes_takes_its_comment_along(experiment):
    before = Definition(
        name="tone", kind="feedback", input=Categorical(("Kind", "Rude")), comment_for=("Rude",)
    )
    schema = create_schema(experiment, before, by=None)

    edited = edit_schema(schema, replace(before, input=Categorical(("Kind", "Cold"))), by=None)

    assert definition_of(edited).comment_for == ()


def test_the_editor_takes_the_answers_as_reviewers_see_them(explained, manager):
    client = signed_in(manager)
    schema = explained.questions.get().label_schema
    address = f"/e/{explained.experiment_id}/questions/{schema.schema_id}/"
    assert ">\nIncorrect</textarea>" in client.get(address).content.decode()
    form = {
        "title": "Is it right?",
        "comment": "optional",
        "positive_label": "Correct",
        "negative_label": "Incorrect",
    }

    client.post(address, form | {"comment_for": "Correct\r\nIncorrect\r\nMaybe"})

    stored = LabelSchema.objects.select_related("current").get(pk=schema.pk)
    assert definition_of(stored).comment_for == ("true", "false")
