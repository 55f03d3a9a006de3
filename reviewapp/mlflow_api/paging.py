"""MLflow's page tokens: base64 of `{"offset": n}`, opaque to the client.

Seen in: mlflow 3.17.2, utils/search_utils.py, SearchUtils.create_page_token. Ours also remember
the newest row of the first page's moment, so that rows that arrive meanwhile shift nothing.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any, TypeGuard, TypeVar

from django.db.models import Model, QuerySet

from reviewapp.mlflow_api.endpoint import Call
from traces.json_values import InvalidJson, Json, dumps, loads
from traces.parsing import Malformed

MOST_OFFSET = 2**53
# A larger page is cut to this; the token tells the client to go on.
LARGEST_PAGE = 1000
_Model = TypeVar("_Model", bound=Model)
_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which rows are asked for; `newest` is the last primary key of the first page's moment."""

    size: int
    offset: int = 0
    newest: int | None = None

    @classmethod
    def asked(cls, call: Call, *, default: int, most: int) -> Page:
        """The page a request asks for. Raises Malformed."""
        size = min(call.count("max_results", default=default, most=most), LARGEST_PAGE)
        token = call.optional_text("page_token")
        if not token:
            return cls(size=size)
        offset, newest = read_token(token)
        return cls(size=size, offset=offset, newest=newest)


def read_token(token: str) -> tuple[int, int | None]:
    """The place a token names. Raises Malformed."""
    try:
        place = loads(base64.b64decode(token, validate=True))
    except (binascii.Error, ValueError, InvalidJson):
        raise Malformed("page_token", "is not a token of this server") from None
    offset, newest = (
        (place.get("offset"), place.get("newest")) if isinstance(place, dict) else (None, None)
    )
    if not fits(offset) or not (newest is None or fits(newest)):
        raise Malformed("page_token", "is not a token of this server")
    return offset, newest


def read_cursor(token: str) -> int:
    """The primary key that a token of `token_after` names. Raises Malformed."""
    try:
        place = loads(base64.b64decode(token, validate=True))
    except (binascii.Error, ValueError, InvalidJson):
        place = None
    after = place.get("after") if isinstance(place, dict) else None
    if not fits(after):
        raise Malformed("page_token", "is not a token of this server")
    return after


def token_after(pk: int) -> str:
    """The token of the rows after one, in lists to which rows are only appended."""
    return base64.b64encode(dumps({"after": pk}).encode()).decode()


def fits(number: Json) -> TypeGuard[int]:
    """Whether it is a whole number to which a database can count."""
    return isinstance(number, int) and not isinstance(number, bool) and 0 <= number < MOST_OFFSET


def page_of(rows: QuerySet[_Model, _Row], page: Page) -> tuple[list[_Row], dict[str, Json]]:
    """The rows, and `next_page_token` when the page is full. Cost: one query, two on a full page.

    The total order of the rows is the caller's duty.
    """
    found = list(slice_of(rows, page))
    if len(found) < page.size:
        return found, {}
    return found, following(page, page.newest or newest_of(rows.model))


def slice_of(rows: QuerySet[_Model, _Row], page: Page) -> QuerySet[_Model, _Row]:
    """The page's rows: those that were there at the first page's moment, from the offset on."""
    if page.newest is not None:
        rows = rows.filter(pk__lte=page.newest)
    return rows[page.offset : page.offset + page.size]


def following(page: Page, newest: int) -> dict[str, Json]:
    """`next_page_token` after a full page; `newest` is the last primary key."""
    newest = page.newest if page.newest is not None else newest
    return {"next_page_token": token_for(page.offset + page.size, newest)}


def newest_of(model: type[Any]) -> int:  # Any: a model class's manager is not typed
    """The last primary key."""
    newest: int = model.objects.order_by("-pk").values_list("pk", flat=True)[0]
    return newest


def token_for(offset: int, newest: int) -> str:
    """The token of a place."""
    return base64.b64encode(dumps({"offset": offset, "newest": newest}).encode()).decode()
