"""`report` as an operator types it."""

from __future__ import annotations

import hashlib
import re

import pytest

from accounts.credentials import Credential
from assessments.models import StaleMark
from labeling import reviewing
from labeling.answering import Reply, Submission
from labeling.exports import export_lines
from labeling.models import Agreement, Consensus
from labeling.wanted_exports import Wanted
from reviewapp.cli import main
from tests.factories import LEASE, make_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(experiment, manager, reviewer, second_reviewer):
    """One item that two people answered alike, figures stored."""
    people = (reviewer, second_reviewer)
    session = make_session(experiment, manager, reviewers=people, reviews_required=2)
    said = Submission(replies={"correct": Reply(value=True)})
    for who in people:
        item = session.items.get(position=1)
        reviewing.submit(item, said, by=Credential(user=who), lease=LEASE)
    main(["settle"])
    return session


def test_a_report_is_printed_with_the_hash_of_its_labels(session, capsys) -> None:
    code = main(["report", session.session_id])

    printed = capsys.readouterr()
    data = b"".join(export_lines(session, Wanted()))
    assert (code, printed.err) == (0, "")
    assert printed.out.startswith(f"{session.name}\nSession: {session.session_id}\n")
    assert "Agreement: Undefined\n" in printed.out
    assert "Reviews: 2 of 4\n" in printed.out
    assert f"SHA-256: {hashlib.sha256(data).hexdigest()}\n" in printed.out
    assert "amara@example.org: answers 1, match with the others 100 %" in printed.out


def test_a_report_with_pseudonyms_names_nobody(session, capsys) -> None:
    code = main(["report", session.session_id, "--pseudonyms"])

    printed = capsys.readouterr().out
    assert code == 0
    assert "@" not in printed
    assert len(set(re.findall(r"person-[0-9a-f]{12}", printed))) == 2


def test_a_stored_figure_that_differs_is_told(session, capsys) -> None:
    Agreement.objects.update(result={"value": 1.0})

    code = main(["report", session.session_id])

    assert code == 1
    assert f"session {session.session_id}: agreement" in capsys.readouterr().err


def test_a_stored_combined_answer_that_differs_changes_the_export(session, capsys) -> None:
    Consensus.objects.update(value=False)

    code = main(["report", session.session_id])

    told = capsys.readouterr().err
    assert code == 1
    assert "consensus of item" in told
    assert "the export as it is stored differs" in told


def test_a_session_that_is_late_is_not_wrong(session, capsys) -> None:
    Agreement.objects.update(result={"value": 1.0})
    StaleMark.objects.create(run=session.run)

    code = main(["report", session.session_id])

    printed = capsys.readouterr()
    assert code == 3
    assert "is stale" in printed.err
    assert "SHA-256: " in printed.out


def test_there_is_no_report_of_nowhere(db, capsys) -> None:
    code = main(["report", "0" * 32])

    assert code == 1
    assert "There is no labeling session" in capsys.readouterr().err
