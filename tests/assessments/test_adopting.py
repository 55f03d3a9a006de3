"""A free assessment becomes the answer of a session, as it is."""

from __future__ import annotations

import pytest

from accounts.credentials import Credential
from assessments.drafts import Draft
from assessments.models import Revision, StaleMark
from assessments.recording import Context, adopt, record, retract
from assessments.refusals import NoSuchAssessment, NotTheAuthor
from schemas.inputs import InvalidValue
from tests.factories import NOW, make_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def by(developer) -> Credential:
    return Credential(user=developer)


@pytest.fixture
def session(experiment, manager):
    return make_session(experiment, manager, traces=1, questions=("improvement",))


@pytest.fixture
def context(session) -> Context:
    version = session.questions.get().label_schema.version
    return Context(run=session.run, schema_version=version)


def logged(session, by, value):
    draft = Draft(name="improvement", kind="feedback", value=value, rationale="So.")
    return record(session.items.get().trace, draft, by=by, now=NOW)


def test_it_keeps_its_id_and_words_and_tells_its_history(session, by, context) -> None:
    free = logged(session, by, " Shorter. ")

    adopted = adopt(free, by=by, now=NOW, context=context)

    assert (adopted.assessment_id, adopted.rationale) == (free.assessment_id, "So.")
    assert (adopted.run, adopted.value, adopted.text_value) == (session.run, "Shorter.", "Shorter.")
    found = Revision.objects.order_by("number").values_list("number", "action", "value")
    assert list(found) == [(1, "recorded", " Shorter. "), (2, "revised", "Shorter.")]
    assert StaleMark.objects.filter(run=session.run).exists()


def test_only_the_author_and_only_what_fits(session, by, manager, context) -> None:
    free = logged(session, by, "x" * 501)

    with pytest.raises(NotTheAuthor):
        adopt(free, by=Credential(user=manager), now=NOW, context=context)
    with pytest.raises(InvalidValue):
        adopt(free, by=by, now=NOW, context=context)
    retract(free, by=by, now=NOW)
    with pytest.raises(NoSuchAssessment):
        adopt(free, by=by, now=NOW, context=context)
