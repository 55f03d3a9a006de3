"""What was written in answer to a question: a list to read and to search."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET

from labeling.forms import number_in
from labeling.given_texts import MOST_SEARCHED, texts_given
from labeling.models import LabelingSession
from labeling.questions import questions_of
from labeling.views.manage import Place, in_session
from labeling.views.session_frame import session_page_of
from schemas.answers import scale_of


@require_GET
@in_session()
def answers(place: Place, session: LabelingSession) -> HttpResponse:
    """Fifty to a page, in the order of the queue; 404 for a question that is not asked.

    Without a question the first that is answered in words, else the first.
    """
    query = place.request.GET
    asked = questions_of(session)
    usual = sorted(asked, key=lambda each: scale_of(each.question.input) != "none")[:1]
    name = query.get("question")
    named = usual if name is None else [each for each in asked if each.question.name == name]
    if not named:
        raise Http404
    question = named[0]
    # Postgres refuses a NUL; no text has one.
    search = query.get("search", "").replace("\0", "")[:MOST_SEARCHED]
    position, _, key = query.get("after", "").partition(".")
    after = (number_in(position), number_in(key))
    context = {
        "question": question,
        "search": search,
        "found": texts_given(session, question, search=search, after=after),
    }
    return session_page_of(place, session, "manage/session_answers.html", context, tab="answers")
