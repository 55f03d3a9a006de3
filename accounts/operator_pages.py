"""What the operators' pages have in common: a list and a page per row, which change nothing.

`operator_acts` has what can be done from a list.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst

from accounts.operator_columns import cell, columns_of, is_large, large_of, leads, without_large
from accounts.operator_lists import ROW_NUMBER, FirstRows, OfOne
from accounts.operator_site import OperatorSite

NEVER_SHOWN = {"password", "secret_hash"}
MOST_FOUND = 1000
FILTER_ENDINGS = ("", "__exact", "__gte", "__lt", "__isnull", "__isempty")


class OperatorPages(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """A list by number, newest first, and a page per row.

    left_out   columns that the row's page does not show, beside those that are never shown
    computed   methods of this class that the row's page shows above the columns
    """

    left_out: ClassVar[tuple[str, ...]] = ()
    computed: ClassVar[tuple[str, ...]] = ()
    admin_site: OperatorSite
    ordering = ("-pk",)
    sortable_by = ()
    list_select_related: ClassVar[tuple[str, ...]] = ()
    list_per_page = list_max_show_all = 50
    paginator = FirstRows
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    change_list_template = "operators/list.html"
    change_form_template = "operators/row.html"

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Who may enter may see everything."""
        return self.admin_site.has_permission(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """As `has_view_permission`."""
        return self.admin_site.has_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Rows are written by verbs only."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Rows are written by verbs only."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Rows are written by verbs only."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """A list and a page per row; what Django has beside them would write or be empty."""
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        guard = self.admin_site.admin_view
        return [
            path("", guard(self.changelist_view), name=f"{name}_changelist"),
            path("<path:object_id>/change/", guard(self.change_view), name=f"{name}_change"),
        ]

    @property
    def media(self) -> forms.Media:
        """The script that ticks all rows of a list; not the scripts of forms."""
        return forms.Media(js=["admin/js/actions.js"] if self.actions else [])

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Rows of lists: what can be large is not read."""
        rows = super().get_queryset(request)
        return without_large(rows, self.list_select_related, but=self.list_display)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Only what the filters beside the list send: by others a secret could be guessed."""
        paths = [each[0] if isinstance(each, tuple) else each for each in self.list_filter]
        return lookup in {f"{path}{ending}" for path in paths for ending in FILTER_ENDINGS}

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list; without actions there is nothing to post. What names no row is not found."""
        if request.method == "POST" and not self.actions:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
        is_number = all(ROW_NUMBER.fullmatch(number) for number in chosen)
        if not is_number or any("\0" in text for _, texts in request.GET.lists() for text in texts):
            raise Http404
        return super().changelist_view(request, extra_context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """One row, and the lists that can be narrowed to it."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        also = {"see_also": list(self.see_also(object_id))}
        return super().change_view(request, object_id, form_url, also)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Model:
        """The row with what it points to, in one query. Raises Http404."""
        related = [column.name for column in columns_of(self.model) if column.is_relation]
        rows = super().get_queryset(request).select_related(*related)
        rows = rows.defer(*self.left_out, *large_of(self.model, related))
        found: Model | None = (
            rows.filter(pk=int(object_id)).first() if ROW_NUMBER.fullmatch(object_id) else None
        )
        if found is None:
            raise Http404
        return found

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        """All columns but secrets; texts and JSON up to a length."""
        hidden = NEVER_SHOWN | set(self.left_out)
        columns = [column for column in columns_of(self.model) if column.name not in hidden]
        return [*self.computed, *(cell(c) if is_large(c) else c.name for c in columns)]

    def see_also(self, object_id: str) -> Iterator[tuple[str, str]]:
        """Words and addresses of the lists that this row narrows."""
        for model, pages in self.admin_site.registered():
            for each in pages.list_filter:
                if not (isinstance(each, tuple) and each[1] is OfOne):
                    continue
                if leads(model, str(each[0])) is self.model:
                    name = f"admin:{pages.opts.app_label}_{pages.opts.model_name}_changelist"
                    words = capfirst(str(pages.opts.verbose_name_plural))
                    yield words, f"{reverse(name)}?{each[0]}={object_id}"


class PagesOfMany(OperatorPages):
    """Of a large table: a search looks one whole id up in the index of each search field."""

    search_help_text = "A whole id or e-mail address"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """One small query for each search field; one over all of them would read the table."""
        term = search_term.strip()
        if not term:
            return queryset, False
        found: set[int] = set()
        for field in self.search_fields:
            rows = queryset.filter(**{field: term}).order_by("-pk")
            found |= set(rows.values_list("pk", flat=True)[:MOST_FOUND])
        return queryset.filter(pk__in=found), False
