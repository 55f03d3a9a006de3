"""How operators' lists are counted and narrowed, so that none of them reads a whole large table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

ROW_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)


class FirstRows(Paginator):  # type: ignore[type-arg]  # not generic at run time
    """Counts no further than this, so that a list costs the same in a table of millions."""

    most_rows = 10_000

    @cached_property
    def count(self) -> int:
        """Rows that can be turned to."""
        rows: QuerySet[Any] = self.object_list[: self.most_rows]  # type: ignore[assignment]  # a list's
        return rows.count()


class OfOne(admin.FieldListFilter):
    """The rows of one user, session or trace. Its page leads here; nothing is offered to choose."""

    def expected_parameters(self) -> list[str | None]:
        """The column's own name."""
        return [self.field_path]

    def has_output(self) -> bool:
        """Only while it narrows the list."""
        return self.field_path in self.used_parameters

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows that point to the one with this number."""
        if not self.has_output():
            return queryset
        numbers: Any = self.used_parameters[self.field_path]  # Any: a list, which the stub denies
        if not ROW_NUMBER.fullmatch(numbers[-1]):
            raise IncorrectLookupParameters
        return queryset.filter(**{self.field_path: int(numbers[-1])})

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """The way back to all."""
        everything = changelist.get_query_string(remove=[self.field_path])
        here = changelist.get_query_string()
        yield {"selected": False, "query_string": everything, "display": "All"}
        yield {"selected": True, "query_string": here, "display": "One, as chosen on its page"}
