"""A judge against people by the native API: figures, versions, misses, and who may see them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from accounts.credentials import Credential
from assessments.drafts import Draft
from assessments.recording import override, record
from labeling import reviewing
from labeling.aggregation import refresh
from labeling.aligning import VERSION_KEY
from labeling.answering import Reply, Submission
from labeling.models import LabelingSession
from labeling.stocking import remove_items
from tests.factories import LEASE, NOW, as_token
from tests.places import Place, make_place

PEOPLE = [True, True, True, False, False, None]
JUDGED = ["yes", "yes", "no", "no", "yes", "no"]


def say(session, position, value, by, *, version="2", minute=0, source="judge-1", **more):
    """One word of a judge."""
    draft = Draft(
        name="correct",
        kind="feedback",
        value=value,
        rationale=f"The judge says {value}.",
        metadata={VERSION_KEY: version},
        source_type="LLM_JUDGE",
        source_id=source,
        **more,
    )
    trace = session.items.get(position=position).trace
    return record(trace, draft, by=by, now=NOW + timedelta(minutes=minute))


@pytest.fixture(scope="module")
def shared_place(shared_db) -> Place:
    """Who all tests of this file find."""
    return make_place()


@pytest.fixture(scope="module", autouse=True)
def made(shared_place: Place) -> LabelingSession:
    """Six items; both reviewers agree on five, and on the sixth they differ."""
    reviewer, second_reviewer = shared_place.reviewer, shared_place.second_reviewer
    session = shared_place.session_of_two(traces=6, questions=("correct", "tone", "improvement"))
    for position, value in enumerate(PEOPLE, start=1):
        for person in (reviewer, second_reviewer):
            said = value if value is not None else person == reviewer
            replies = {
                "correct": Reply(value=said, rationale="So I say."),
                "tone": Reply(value="Neutral"),
                "improvement": Reply(value="None."),
            }
            item = session.items.get(position=position)
            by = Credential(user=person)
            reviewing.submit(item, Submission(replies=replies), by=by, lease=LEASE)
    refresh(session.pk)
    return session


@pytest.fixture
def speaker(developer):
    """May write what judges say."""
    return as_token(developer)


@pytest.fixture
def judged(session, speaker):
    """Six words of the judge, one of which is a miss and one a false alarm."""
    for position, value in enumerate(JUDGED, start=1):
        say(session, position, value, speaker)
    return session


@pytest.fixture
def path(session):
    """Where a judge is compared."""
    return f"/sessions/{session.session_id}/alignment"


def test_a_judge_is_compared_with_the_consensus(api, developer, judged, path):
    found = api(developer).get(path, schema="correct", judge="judge-1").json()

    assert (found["n"], found["unlabeled"], found["errors"], found["misfits"]) == (5, 1, 0, 0)
    assert found["options"] == [True, False]
    assert found["confusion"] == [[2, 1], [1, 1]]
    assert found["target"] is False
    assert (found["catch_rate"]["value"], found["catch_rate"]["n"]) == (0.5, 2)
    assert found["false_alarms"]["value"] == pytest.approx(1 / 3)
    assert found["kappa"]["value"] == pytest.approx(1 / 6)
    # On all six they differ once; on those five alone they would agree by construction.
    assert found["human_kappa"] == pytest.approx(2 / 3)
    assert found["judge_pass_rate"] == 0.5
    assert found["corrected_pass_rate"] == pytest.approx(0)
    assert found["few"] == [True, False]
    assert [(one["version"], one["n"]) for one in found["versions"]] == [("2", 5)]


def test_one_reviewer_can_stand_for_people(api, developer, judged, path):
    query = {"schema": "correct", "judge": "judge-1"}

    found = api(developer).get(path, **query, against="amara@example.org").json()
    nobody = api(developer).get(path, **query, against="nobody@example.org").json()

    assert (found["n"], found["unlabeled"], found["against"]) == (6, 0, "amara@example.org")
    assert found["confusion"] == [[2, 2], [1, 1]]
    assert (nobody["n"], nobody["unlabeled"]) == (0, 6)
    assert nobody["kappa"] == {"value": None, "interval": None, "undefined": "no_cases"}


def test_only_what_was_settled_can_stand_for_people(api, developer, manager, judged, path):
    item = judged.items.get(position=6).item_id
    body = {"schema": "correct", "rationale": "I looked.", "value": True}
    api(manager).post(f"/sessions/{judged.session_id}/items/{item}/adjudication", body)

    query = {"schema": "correct", "judge": "judge-1", "against": "adjudicated"}
    found = api(developer).get(path, **query).json()

    assert (found["against"], found["n"], found["unlabeled"]) == ("adjudicated", 1, 5)
    assert found["confusion"] == [[0, 1], [0, 0]]


def test_what_was_settled_counts_and_what_is_ambiguous_does_not(
    api, developer, manager, judged, path
):
    """The first was agreed on, the sixth was tied."""
    decisions = {1: {"ambiguous": True}, 6: {"value": True}}
    for position, decision in decisions.items():
        item = judged.items.get(position=position).item_id
        body = {"schema": "correct", "rationale": "I looked.", **decision}
        made = api(manager).post(f"/sessions/{judged.session_id}/items/{item}/adjudication", body)
        assert made.status_code in {200, 201}, made.json()
    refresh(judged.pk)

    found = api(developer).get(path, schema="correct", judge="judge-1").json()

    assert (found["n"], found["ambiguous"], found["unlabeled"]) == (5, 1, 0)
    assert found["confusion"] == [[1, 2], [1, 1]]


def test_versions_are_told_apart_and_the_last_word_counts(api, developer, judged, speaker, path):
    for position, value in enumerate(PEOPLE[:5], start=1):
        say(judged, position, value, speaker, version="3", minute=5)
    say(judged, 1, "no", speaker, version="3", minute=6)
    query = {"schema": "correct", "judge": "judge-1"}

    latest = api(developer).get(path, **query).json()
    older = api(developer).get(path, **query, version="2").json()
    other = api(developer).get(path, **query, version="9").json()

    assert [(one["version"], one["agreed"]["value"]) for one in latest["versions"]] == [
        ("2", 0.6),
        ("3", 0.8),
    ]
    assert latest["confusion"] == [[2, 1], [0, 2]]
    assert older["confusion"] == [[2, 1], [1, 1]]
    assert (older["version"], older["versions"]) == ("2", latest["versions"])
    assert (other["n"], other["unlabeled"]) == (0, 0)


def test_versions_come_in_the_order_in_which_they_were_first_heard(
    api, developer, session, speaker, path
):
    """Not as text, where v10 stands before v2; and one that speaks again keeps its place."""
    for n in range(1, 12):
        say(session, 1 + n % 6, "yes", speaker, version=f"v{n}", minute=n)
    say(session, 2, "no", speaker, version="v1", minute=20)
    say(session, 3, "no", speaker, version="v2", minute=21)

    found = api(developer).get(path, schema="correct", judge="judge-1").json()
    listed = api(developer).get(f"{path}/judges").json()["judges"]

    expected = [f"v{n}" for n in range(1, 12)]
    assert [one["version"] for one in found["versions"]] == expected
    assert [one["version"] for one in listed] == expected


def test_a_judge_that_has_said_nothing_is_compared_on_nothing(api, developer, judged, path):
    found = api(developer).get(path, schema="correct", judge="judge-0")

    assert found.status_code == 200
    assert (found.json()["n"], found.json()["versions"]) == (0, [])
    assert found.json()["kappa"]["undefined"] == "no_cases"


def test_a_judge_that_failed_or_answered_something_else_is_counted_apart(
    api, developer, judged, speaker, path
):
    error = {"error_code": "TIMEOUT", "error_message": "Too slow."}
    say(judged, 1, None, speaker, minute=1, error=error)
    say(judged, 2, "unknown", speaker, minute=1)

    found = api(developer).get(path, schema="correct", judge="judge-1").json()

    assert (found["n"], found["errors"], found["misfits"], found["unlabeled"]) == (3, 1, 1, 1)


def test_a_judge_somebody_overrode_still_said_it(api, developer, judged, speaker, path):
    trace = judged.items.get(position=5).trace
    target = trace.assessments.get(source_type="LLM_JUDGE")
    override(target, Draft(name="correct", kind="feedback", value=False), by=speaker, now=NOW)

    found = api(developer).get(path, schema="correct", judge="judge-1").json()

    assert found["n"] == 5


def test_another_name_another_source_and_a_span_are_another_judge(
    api, developer, judged, speaker, path
):
    say(judged, 1, "no", speaker, source="judge-2", minute=1)
    say(judged, 1, "no", speaker, span_id="abcdef0123456789", minute=1)

    found = api(developer).get(f"{path}/judges").json()["judges"]
    unlike = api(developer).get(path, schema="tone", judge="judge-1", name="correct").json()

    assert [(one["judge"], one["name"], one["version"], one["n"]) for one in found] == [
        ("judge-1", "correct", "2", 6),
        ("judge-2", "correct", "2", 1),
    ]
    assert (unlike["n"], unlike["misfits"], unlike["target"]) == (0, 6, None)


def test_an_item_that_was_taken_out_does_not_count(api, developer, judged, path):
    gone = judged.items.get(position=5).item_id
    remove_items(judged, [gone], now=NOW)
    refresh(judged.pk)

    found = api(developer).get(path, schema="correct", judge="judge-1").json()

    assert found["n"] == 4


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"judge": "judge-1"}, "schema"),
        ({"schema": "correct"}, "judge"),
        ({"schema": "mood", "judge": "judge-1"}, "schema"),
        ({"schema": "correct", "judge": "judge-1", "target": "perhaps"}, "target"),
        ({"schema": "improvement", "judge": "judge-1", "target": "x"}, "target"),
    ],
)
@pytest.mark.parametrize("route", ["", "/misses"])
def test_what_cannot_be_compared_names_the_parameter(api, developer, path, query, field, route):
    answer = api(developer).get(f"{path}{route}", **query)

    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [field]


@pytest.mark.parametrize(("target", "option"), [("Neutral", "Neutral"), ("neutral", "Neutral")])
def test_any_option_can_be_what_is_to_be_caught(api, developer, session, path, target, option):
    found = api(developer).get(path, schema="tone", judge="judge-1", target=target).json()

    assert (found["target"], found["n"], found["catch_rate"]["value"]) == (option, 0, None)


def test_the_other_verdict_can_be_what_is_to_be_caught(api, developer, judged, path):
    found = api(developer).get(path, schema="correct", judge="judge-1", target="yes").json()

    assert found["target"] is True
    assert found["catch_rate"]["value"] == pytest.approx(2 / 3)


def test_free_text_is_compared_with_no_judge(api, developer, session, speaker, path):
    draft = Draft(name="improvement", kind="feedback", value="None.", source_type="CODE")
    record(session.items.get(position=1).trace, draft, by=speaker, now=NOW)

    found = api(developer).get(path, schema="improvement", judge="default").json()

    assert (found["scale"], found["n"], found["kappa"]["undefined"]) == ("none", 0, "scale")


def test_misses_come_with_what_was_asked_and_everybodys_reasons(api, developer, judged, path):
    answer = api(developer).get(f"{path}/misses", schema="correct", judge="judge-1")

    rows = [json.loads(line) for line in answer.getvalue().splitlines()]
    assert answer["Content-Type"] == "application/x-ndjson"
    assert [(row["human_value"], row["judge_value"]) for row in rows] == [
        (True, False),
        (False, True),
    ]
    first = rows[0]
    assert first["item_id"] == judged.items.get(position=3).item_id
    assert first["request"] == {"question": "Question 2?"}
    assert first["judge_rationale"] == "The judge says no."
    assert (first["schema"], first["judge"], first["version"]) == ("correct", "judge-1", "2")
    assert first["people"] == [
        {"reviewer": "amara@example.org", "value": True, "rationale": "So I say."},
        {"reviewer": "jonas@example.org", "value": True, "rationale": "So I say."},
    ]


@pytest.mark.parametrize("route", ["", "/judges", "/misses"])
def test_a_judge_is_compared_for_readers_of_the_experiment(
    api, developer, reviewer, outsider, nobody, path, route
):
    query = {"schema": "correct", "judge": "judge-1"}

    callers = (api(developer, "review"), api(reviewer), api(outsider), nobody)

    assert [caller.get(f"{path}{route}", **query).status_code for caller in callers] == [
        403,
        403,
        404,
        401,
    ]


@pytest.mark.parametrize(("route", "queries"), [("", 10), ("/judges", 6)])
def test_more_items_cost_no_more_queries(
    api, developer, judged, path, route, queries, django_assert_max_num_queries
):
    caller = api(developer)
    caller.get("/me")

    with django_assert_max_num_queries(queries):
        answer = caller.get(f"{path}{route}", schema="correct", judge="judge-1")

    assert answer.status_code == 200
