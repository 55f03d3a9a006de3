"""Pages by keyset: a signed token names the last row, so that page 1000 costs as much as page 1."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core import signing
from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy
from rest_framework import serializers
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

DEFAULT_PAGE_SIZE = 100
MAXIMUM_PAGE_SIZE = 500
SALT = "page"
Row = Model | Mapping[str, object]


class KeysetPagination(BasePagination):
    """Reads `view.keyset`, the ordering: the last column is unique, and none is ever empty.

    A view may name columns in `view.nullable` that can be empty; such rows come last.
    The answer is `{"rows": [...], "next_page_token"}`; the token is null on the last page.
    """

    def paginate_queryset(
        self, queryset: QuerySet[Any], request: Request, view: Any = None
    ) -> list[Any]:
        """One page of rows. Raises ValidationError for a size or token that cannot be used."""
        keyset = [
            Column.of(column, getattr(view, "nullable", frozenset())) for column in view.keyset
        ]
        size = page_size(request)
        salt = ":".join([SALT, request.path, *view.keyset])
        token = request.query_params.get("page_token", "")
        if token:
            queryset = queryset.filter(behind(keyset, read_token(token, salt)))
        rows = list(queryset.order_by(*(column.order for column in keyset))[: size + 1])
        self.next_page_token = (
            make_token(rows[size - 1], keyset, salt) if len(rows) > size else None
        )
        return rows[:size]

    def get_paginated_response(self, data: Any) -> Response:
        """The page in its envelope."""
        return Response({"rows": data, "next_page_token": self.next_page_token})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The envelope, for OpenAPI."""
        token = {"type": "string", "nullable": True}
        return {
            "type": "object",
            "required": ["rows", "next_page_token"],
            "properties": {"rows": schema, "next_page_token": token},
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """The two parameters, for OpenAPI."""
        size = {"type": "integer", "minimum": 1, "maximum": MAXIMUM_PAGE_SIZE}
        return [
            parameter("page_size", size | {"default": DEFAULT_PAGE_SIZE}, "Rows per page."),
            parameter("page_token", {"type": "string"}, "`next_page_token` of the page before."),
        ]


def parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    """One query parameter of the OpenAPI document."""
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": schema,
    }


def page_size(request: Request) -> int:
    """The rows asked for. Raises ValidationError."""
    text = request.query_params.get("page_size", str(DEFAULT_PAGE_SIZE))
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MAXIMUM_PAGE_SIZE):
        message = f"Write a whole number from 1 to {MAXIMUM_PAGE_SIZE}."
        raise serializers.ValidationError({"page_size": message})
    return int(text)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an ordering; a row that has nothing in it comes last."""

    name: str
    descending: bool
    nullable: bool

    @classmethod
    def of(cls, text: str, nullable: Collection[str]) -> Column:
        """From `name` or `-name`."""
        name = text.removeprefix("-")
        return cls(name, descending=text.startswith("-"), nullable=name in nullable)

    @property
    def order(self) -> OrderBy:
        """What `order_by` takes."""
        last = True if self.nullable else None
        return OrderBy(F(self.name), descending=self.descending, nulls_last=last)

    def after(self, value: object) -> Q:
        """Rows behind this value."""
        if value is None:
            return Q(pk__in=())
        later = Q((f"{self.name}__{'lt' if self.descending else 'gt'}", value))
        return later | Q((f"{self.name}__isnull", True)) if self.nullable else later

    def since(self, value: object) -> Q:
        """Rows with this value and behind it."""
        if value is None:
            return Q((f"{self.name}__isnull", True))
        later = Q((f"{self.name}__{'lte' if self.descending else 'gte'}", value))
        return later | Q((f"{self.name}__isnull", True)) if self.nullable else later


def behind(keyset: Sequence[Column], values: Sequence[object]) -> Q:
    """Rows that follow the one with these values in this ordering.

    The bound on the first column alone lets the database begin at the right place of an index.
    """
    first, rest = keyset[0], keyset[1:]
    later = first.after(values[0])
    if not rest:
        return later
    return first.since(values[0]) & (later | behind(rest, values[1:]))


def make_token(row: Row, keyset: Sequence[Column], salt: str) -> str:
    """The signed place of a row."""
    return signing.dumps([place_value(row, column.name) for column in keyset], salt=salt)


def place_value(row: Row, column: str) -> object:
    """One column of a row, a time as text; `item__position` is followed."""
    value: object = row.get(column) if isinstance(row, Mapping) else follow(row, column)
    return {"at": value.isoformat()} if isinstance(value, datetime) else value


def follow(row: Model, column: str) -> object:
    """A column of a row or of a row it points to."""
    value: Any = row
    for name in column.split("__"):
        value = getattr(value, name)
    return value


def read_token(token: str, salt: str) -> list[object]:
    """The values a token of ours holds. Raises ValidationError."""
    try:
        values = signing.loads(token, salt=salt)
    except signing.BadSignature as error:
        message = "Use the next_page_token of the page before, with the same query."
        raise serializers.ValidationError({"page_token": message}) from error
    return [
        datetime.fromisoformat(value["at"]) if isinstance(value, dict) else value
        for value in values
    ]
