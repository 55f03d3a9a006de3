"""How several answers become one, as it is chosen in a session's setup."""

from __future__ import annotations

import pytest

from labeling.models import LabelingSession
from tests.factories import make_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(experiment, manager) -> LabelingSession:
    """It asks one question."""
    return make_session(experiment, manager)


def setup(session: LabelingSession) -> str:
    return f"/e/{session.experiment_id}/sessions/{session.session_id}/setup/"


def save(manage, session, **changes):
    """Its question as it is asked, with these changes."""
    prefix = session.questions.get().label_schema.schema_id
    form = {"name": "Again", "reviews_required": 1, "assignment": "pool", f"{prefix}-ask": "on"}
    changed = {f"{prefix}-{name}": value for name, value in changes.items()}
    return manage.post(f"{setup(session)}plan/", form | changed)


def way(session) -> str:
    return str(session.questions.get().consensus)


def test_it_is_chosen_where_there_is_a_choice_and_stays_when_nothing_is_said(manage, session):
    save(manage, session, consensus="dawid_skene")
    chosen = way(session)
    shown = manage.get(setup(session)).content.decode()
    save(manage, session)
    refused = save(manage, session, consensus="guessing")

    assert chosen == way(session) == "dawid_skene"
    assert '<option value="dawid_skene" selected>' in shown
    assert refused.status_code == 200
    assert "guessing is not one of the available choices" in refused.content.decode()


def test_where_there_is_none_the_usual_way_is_named(manage, experiment, manager):
    session = make_session(experiment, manager, questions=("problems", "minutes", "improvement"))

    shown = manage.get(setup(session)).content.decode()

    assert "-consensus" not in shown
    for words in ("Each option by itself", "Median", "Not combined"):
        assert words in shown
