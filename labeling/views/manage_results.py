"""The tabs of a session that are taken along: its export with a preview, and its report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.roles import Action
from labeling.export_columns import Column, names_of
from labeling.export_formats import cell
from labeling.export_forms import ExportForm
from labeling.export_rows import Row
from labeling.exports import table
from labeling.models import LabelingSession
from labeling.reporting import stored_report
from labeling.views.manage import Place, in_session
from labeling.views.session_frame import session_page_of
from labeling.wanted_exports import UnknownExport, Wanted

Table = tuple[Sequence[Column], Iterable[Row]]
PREVIEWED = 5
# Of a cell; an answer of a whole page would make the others unreadable.
MOST_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows of an export, as texts."""

    columns: list[str]
    rows: list[list[str]]


@require_GET
@in_session(Action.EXPORT)
def export(place: Place, session: LabelingSession) -> HttpResponse:
    """The form; Download leads to the API's file, which the page's cookie opens."""
    asked = place.request.GET
    data = asked if "rows" in asked else None
    form = ExportForm(settings.SECRET_KEY, data, has_repeats=session.has_repeats)
    shown: dict[str, object] = {"form": form}
    if form.is_bound and form.is_valid():
        try:
            found = table_of(session, form.wanted())
        except UnknownExport as error:
            form.add_error(error.field, str(error))
        else:
            if asked.get("do") != "preview":
                return redirect(f"/api/v1/sessions/{session.session_id}/export?{form.query()}")
            shown["preview"] = preview_of(found) if found else None
            shown["is_previewed"] = True
    return session_page_of(place, session, "manage/session_export.html", shown, tab="export")


def table_of(session: LabelingSession, wanted: Wanted) -> Table | None:
    """What would be exported; None of whole traces, which no table shows. Raises UnknownExport."""
    return None if wanted.rows == "traces" else table(session, wanted)


def preview_of(found: Table) -> Preview:
    """The first rows."""
    columns, rows = found
    first = islice(rows, PREVIEWED)
    return Preview(names_of(columns), [[shortened(value) for value in row] for row in first])


def shortened(value: object) -> str:
    """A cell as CSV has it, cut to what fits beside others."""
    text = str(cell(value))
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}…"


@require_GET
@in_session(Action.EXPORT)
def report(place: Place, session: LabelingSession) -> HttpResponse:
    """Every figure with the hash of the labels it stands for, to be printed."""
    hides_people = place.request.GET.get("pseudonyms") == "true"
    made = stored_report(session, secret=settings.SECRET_KEY if hides_people else "")
    shown = {"report": made, "hides_people": hides_people, "now": timezone.now()}
    return session_page_of(place, session, "manage/session_report.html", shown, tab="report")
