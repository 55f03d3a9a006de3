"""The site at `/admin/`, on Django's admin: who enters, and which of its routes there are.

Rows are addressed by their number in the table, which nobody else gets to try.
What its pages have in common is in `operator_pages`; each app's `admin.py` says what is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, TypeVar

from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.decorators import login_required
from django.db.models import Model
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, include, path

from accounts.credentials import Credential
from accounts.models import User

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
FOR_OPERATORS = "These pages are for the operators of this site."


class OperatorSite(AdminSite):
    """Pages for operators. Signing in, out and one's password are the product's own pages."""

    site_header = site_title = "Reviewapp"
    index_title = "Administration"
    index_template = "operators/index.html"
    final_catch_all_view = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether an operator is signed in; a token opens no page."""
        return isinstance(request.user, User) and Credential(user=request.user).is_operator

    def admin_view(self, view: View, cacheable: bool = False) -> View:  # noqa: FBT001, FBT002 - Django's signature
        """Others are sent to sign in or refused before anything is looked up."""
        shown = super().admin_view(view, cacheable)

        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **named: object) -> HttpResponseBase:
            if not self.has_permission(request):
                return render(request, "403.html", {"reason": FOR_OPERATORS}, status=403)
            return shown(request, *args, **named)

        return login_required(guarded)  # type: ignore[return-value]  # called as the view is

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """The start, the lists and their rows, and the words that the lists' script needs."""
        urls: list[URLPattern | URLResolver] = [
            path("", self.admin_view(self.index), name="index"),
            path("jsi18n/", self.admin_view(self.i18n_javascript, cacheable=True), name="jsi18n"),
            path("<str:app_label>/", self.admin_view(self.app_index), name="app_list"),
        ]
        for _, pages in self.registered():
            place = f"{pages.opts.app_label}/{pages.opts.model_name}/"
            urls.append(path(place, include(pages.get_urls())))
        return urls

    def registered(self) -> Iterator[tuple[type[Model], ModelAdmin[Any]]]:
        """Each model with its pages."""
        yield from self._registry.items()


site = OperatorSite(name="admin")
