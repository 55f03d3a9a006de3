"""The page of a session's report."""

from __future__ import annotations

import hashlib

import pytest

from labeling.aggregation import refresh
from tests.factories import make_session, submit


@pytest.fixture
def session(experiment, manager, reviewer, second_reviewer):
    """Two items, one of them answered by two people, alike."""
    people = (reviewer, second_reviewer)
    session = make_session(experiment, manager, reviewers=people, reviews_required=2)
    for who in people:
        submit(session, 1, who, correct=True)
    refresh(session.pk)
    return session


@pytest.fixture
def place(experiment, session) -> str:
    """Where its pages are."""
    return f"/e/{experiment.pk}/sessions/{session.session_id}"


def test_the_report_shows_the_hash_of_the_export_it_links_to(client, manager, session, place):
    client.force_login(manager)

    response = client.get(f"{place}/report/")

    report, page = response.context["report"], response.content.decode()
    export = client.get(f"/api/v1/sessions/{session.session_id}/export?{report.export}")
    data = b"".join(export.streaming_content)
    assert report.digest == hashlib.sha256(data).hexdigest()
    assert report.digest in page
    assert f"/api/v1/sessions/{session.session_id}/export?rows=labels&amp;format=jsonl" in page
    assert f"reviewapp report {session.session_id}" in page


def test_every_tab_leads_to_the_report(client, manager, place):
    client.force_login(manager)

    page = client.get(f"{place}/").content.decode()

    assert f'href="{place}/report/"' in page


def test_a_report_with_pseudonyms_names_no_reviewer(client, developer, reviewer, place):
    client.force_login(developer)

    page = client.get(f"{place}/report/?pseudonyms=true").content.decode()

    assert reviewer.email not in page
    assert "person-" in page
    assert "--pseudonyms" in page


def test_a_report_says_that_it_is_being_updated(client, manager, reviewer, session, place):
    submit(session, 2, reviewer, correct=False)
    client.force_login(manager)

    page = client.get(f"{place}/report/").content.decode()

    assert "Updating." in page


def test_a_session_that_nobody_computed_has_a_report(client, manager, experiment):
    session = make_session(experiment, manager, traces=0, opened=False)
    client.force_login(manager)

    page = client.get(f"/e/{experiment.pk}/sessions/{session.session_id}/report/").content.decode()

    assert "Nothing was computed yet." in page


def test_the_report_needs_no_more_queries_for_more_answers(
    client, manager, reviewer, session, place, django_assert_max_num_queries
):
    submit(session, 2, reviewer, correct=False)
    client.force_login(manager)

    with django_assert_max_num_queries(21):
        client.get(f"{place}/report/")
