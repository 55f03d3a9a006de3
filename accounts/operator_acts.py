"""Actions of the operators' lists: a verb for every chosen row, and a word on what came of each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.credentials import Credential
from accounts.operator_pages import OperatorPages
from accounts.views import person_of

MOST_AT_ONCE = 50
# Any: the row is of the list's model. Answers what was done.
Doing = Callable[[Any, Credential, datetime], str]
Action = Callable[[OperatorPages, HttpRequest, QuerySet[Any]], HttpResponse | None]


def act(
    label: str, doing: Doing, *, refusals: tuple[type[Exception], ...], asks: str = ""
) -> Action:
    """An action of a list.

    doing      does it to one row, in a transaction of its own, by a verb
    refusals   what the verb raises when it cannot be done: told beside the row
    asks       what cannot be undone, said on a page that asks once more
    """

    def run(pages: OperatorPages, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponse | None:
        chosen = list(rows[: MOST_AT_ONCE + 1])
        if len(chosen) > MOST_AT_ONCE:
            messages.error(request, f"Choose at most {MOST_AT_ONCE} rows at once.")
        elif asks and request.POST.get("confirmed") != "yes":
            return render(request, "operators/confirm.html", asking(pages, request, chosen))
        else:
            do_each(request, chosen)
        return None

    def asking(pages: OperatorPages, request: HttpRequest, chosen: list[Any]) -> dict[str, Any]:
        return {
            **pages.admin_site.each_context(request),
            "title": label,
            "opts": pages.opts,
            "asks": asks,
            "rows": chosen,
            "action": doing.__name__,
            "checkbox": ACTION_CHECKBOX_NAME,
        }

    def do_each(request: HttpRequest, chosen: list[Any]) -> None:
        by = Credential(user=person_of(request))
        for row in chosen:
            try:
                messages.success(request, f"“{row}”: {doing(row, by, timezone.now())}")
            except refusals as refusal:
                messages.warning(request, f"“{row}”: {refusal}")

    run.__name__ = doing.__name__
    run.short_description = label  # type: ignore[attr-defined]  # Django reads it
    return run
