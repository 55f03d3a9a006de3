"""Gold answers on pages: the list, the form of an item, and that only managers meet them."""

from __future__ import annotations

import pytest

from accounts.models import AuditEvent
from labeling.models import GoldAnswer, QueueItem
from labeling.models.queues import Assignment
from tests.factories import make_session
from tests.pages.forms import acts_of, form_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(experiment, manager, reviewer):
    questions = ("correct", "problems", "clarity", "minutes", "improvement")
    return make_session(experiment, manager, traces=3, questions=questions, reviewers=(reviewer,))


def path(session, *parts) -> str:
    return f"/e/{session.experiment_id}/sessions/{session.session_id}/" + "".join(parts)


def field(session, name: str) -> str:
    schema = session.questions.get(label_schema__name=name).label_schema
    return f"{schema.schema_id}-value"


def gold(session, position: int = 1) -> dict[str, object]:
    rows = GoldAnswer.objects.filter(item__session=session, item__position=position)
    return dict(rows.values_list("label_schema__name", "value"))


def send(client, session, position=1, act="save", shown=None, **values):
    """What a browser sends after these fields were changed."""
    page = shown or client.get(path(session, f"gold/{position}/"))
    form = form_of(page) | {field(session, name): value for name, value in values.items()}
    return client.post(path(session, f"gold/{position}/"), form | {"act": act}, follow=True)


def test_answers_are_set_listed_and_taken_back(manage, session):
    empty = manage.get(path(session, "gold/")).content.decode()
    send(manage, session, correct="false", problems=["Made up", "Unclear"], clarity="4")
    listed = manage.get(path(session, "gold/")).content.decode()
    items = manage.get(path(session, "items/")).content.decode()

    assert "No gold answers yet" in empty
    assert gold(session) == {"correct": False, "problems": ["Made up", "Unclear"], "clarity": 4}
    for words in ("Incorrect", "Made up, Unclear", "1 of 3 items have a gold answer"):
        assert words in listed
    assert "3 set" in items

    send(manage, session, act="take_back:correct")
    send(manage, session, problems=[])

    assert gold(session) == {"clarity": 4}


def test_saving_goes_on_to_the_next_item_and_stops_at_the_last(manage, session):
    first = send(manage, session, 1, act="next", correct="true")
    last = send(manage, session, 3, correct="true")

    assert first.redirect_chain[-1][0] == path(session, "gold/2/")
    assert "Item 1 is saved." in first.content.decode()
    assert last.redirect_chain[-1][0] == path(session, "gold/3/")
    assert acts_of(last) == ["take_back:correct", "save"]


def test_what_is_wrong_is_said_beside_it_and_nothing_is_written(manage, session):
    refused = send(manage, session, correct="true", minutes="many")

    assert refused.status_code == 422
    assert gold(session) == {}
    page = refused.content.decode()
    assert 'value="many"' in page
    assert 'aria-invalid="true"' in page
    assert form_of(refused)[field(session, "correct")] == ["true"]


@pytest.mark.parametrize("act", ["take_back:", "take_back:nothing", "take_back:improvement"])
def test_a_question_that_has_no_gold_is_refused(manage, session, act):
    refused = send(manage, session, act=act)

    assert refused.status_code == 422
    assert gold(session) == {}


def test_what_somebody_else_changed_meanwhile_is_not_set_back(manage, session):
    send(manage, session, correct="true", clarity="2")
    stale = manage.get(path(session, "gold/1/"))
    send(manage, session, correct="false")

    send(manage, session, shown=stale, clarity="3")

    assert gold(session) == {"correct": False, "clarity": 3}


def test_saving_what_stands_writes_nothing(manage, session):
    send(manage, session, correct="true")
    before = AuditEvent.objects.count()

    send(manage, session)

    assert AuditEvent.objects.count() == before


def test_repeats_and_items_taken_out_have_no_form(manage, session, reviewer):
    trace = session.items.get(position=1).trace
    again = QueueItem.objects.create(
        item_id="i-again", session=session, trace=trace, occurrence=2, position=9
    )
    Assignment.objects.create(item=again, reviewer=reviewer)
    out = session.items.get(position=2)
    manage.post(path(session, "items/remove/"), {"item": out.item_id})

    assert manage.get(path(session, "gold/9/")).status_code == 404
    assert manage.get(path(session, "gold/2/")).status_code == 404
    assert "gold/9/" not in manage.get(path(session, "items/")).content.decode()


def test_free_text_alone_can_have_none(manage, experiment, manager):
    texts = make_session(experiment, manager, questions=("improvement",))

    assert "No question can have a gold answer" in manage.get(path(texts, "gold/")).content.decode()
    assert acts_of(manage.get(path(texts, "gold/1/"))) == []


def test_a_session_without_items_says_what_to_do(manage, experiment, manager):
    empty = make_session(experiment, manager, traces=0)

    assert "Add traces in Setup first." in manage.get(path(empty, "gold/")).content.decode()


def test_who_reviews_too_is_warned(manage, session, experiment, manager):
    own = make_session(experiment, manager, reviewers=(manager,))

    assert "You review in this session too" in manage.get(path(own, "gold/1/")).content.decode()
    assert "You review in" not in manage.get(path(session, "gold/1/")).content.decode()


def test_a_long_list_goes_on(manage, session, monkeypatch):
    monkeypatch.setattr("labeling.gold_items.PAGE_SIZE", 2)
    for position in (1, 2, 3):
        send(manage, session, position, correct="true")

    first = manage.get(path(session, "gold/")).context
    rest = manage.get(path(session, "gold/"), {"after": first["follows"]}).context

    assert [line.position for line in first["lines"]] == [1, 2]
    assert ([line.position for line in rest["lines"]], rest["follows"]) == ([3], 0)
    assert first["first"] is None


def test_developers_and_reviewers_see_none_of_it(client, session, developer, reviewer):
    GoldAnswer.objects.create(
        item=session.items.get(position=1),
        label_schema=session.questions.get(label_schema__name="correct").label_schema,
        value=True,
        set_at=session.created_at,
    )
    client.force_login(developer)
    items = client.get(path(session, "items/")).content.decode()

    assert "gold" not in items.casefold()
    assert client.get(path(session, "gold/")).status_code == 403
    client.force_login(reviewer)
    assert client.get(path(session, "gold/1/")).status_code == 404
