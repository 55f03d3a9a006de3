"""`report`: a session's report recomputed from the raw answers, beside what is stored."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from django.conf import settings

from labeling.aggregation import differences, stale_sessions
from labeling.computing import compute
from labeling.report_words import Fact, QuestionReport
from labeling.reporting import Report, recomputed_report, stored_report
from reviewapp.transfer import session_named

# Also of `verify`: nothing is wrong, but stored figures wait to be recomputed.
# 2 is argparse's, for a command that was misspelt.
LATE = 3


def report_session(options: argparse.Namespace) -> int:
    """Print the report; exit code 1 when what is stored says something else, LATE when it is stale.

    Stored figures are compared one by one, and the hash with that of the export as it is stored.
    """
    session = session_named(options.session)
    secret = settings.SECRET_KEY if options.pseudonyms else ""
    was_stale = stale_sessions().filter(pk=session.pk).exists()
    report = recomputed_report(session, compute(session), secret=secret)
    sys.stdout.writelines(f"{line}\n" for line in lines_of(report))
    wrong = list(differences([session]))
    stored = stored_report(session, secret=secret)
    if stored.digest != report.digest:
        wrong.append(f"session {session.session_id}: the export as it is stored differs")
    if not wrong:
        return 0
    if was_stale or stored.is_stale:
        sys.stderr.write(
            f"session {session.session_id} is stale; 'reviewapp settle' recomputes it\n"
        )
        return LATE
    sys.stderr.writelines(f"{sentence}\n" for sentence in wrong)
    return 1


def lines_of(report: Report) -> Iterator[str]:
    """The report as plain text, in the page's order and words."""
    yield report.session.name
    yield from facts_of(report.facts)
    for question in report.questions:
        yield ""
        yield from lines_of_question(question)
    yield ""
    yield from facts_of(
        [
            ("Export", report.export),
            ("Labels in it", str(report.n_labels)),
            ("SHA-256", report.digest),
        ]
    )


def facts_of(facts: list[Fact]) -> Iterator[str]:
    """One per line."""
    return (f"{name}: {figure}" for name, figure in facts)


def lines_of_question(question: QuestionReport) -> Iterator[str]:
    """One question with its reviewers."""
    yield question.title
    yield from facts_of(question.facts)
    yield from question.notes
    for line in question.reviewers:
        gold = f", right on gold {line.gold}" if line.gold != "–" else ""
        yield f"{line.name}: answers {line.n_answers}, match with the others {line.match}{gold}"
