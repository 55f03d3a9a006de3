"""VERB: do a write at most once per `Idempotency-Key`.

The key's row is written first, in the work's own transaction: a twin that runs at the same time
waits for it, and then answers what the first one made. Work that fails takes its row with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, TypeVar

import orjson
from django.db import IntegrityError, transaction
from rest_framework.request import Request

from accounts.asking import credential_of
from accounts.models import RememberedRequest
from accounts.remembering import RequestKey, recall, remember, request_key

MAXIMUM_ROUTE_LENGTH = 200
HEADER = "Idempotency-Key"
Made = TypeVar("Made")


class TwinWasFaster(RuntimeError):
    """The same request was answered between looking and writing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done(Generic[Made]):
    """What came of a write: the id it is found by, the status, and the object when it is new.

    `made` is None when the request is a repeated one: show the object of `object_id`.
    """

    object_id: str
    status: int = 200
    made: Made | None = None


def once(request: Request, work: Callable[[], Done[Made]]) -> Done[Made]:
    """Do the work, unless this very request was answered before.

    work  one verb, which opens its own transaction; with a key it joins the key's
    Raises KeyReused, KeyTooLong, and whatever the work raises. Cost with a key: three statements.
    """
    key = key_of(request)
    if key is None:
        return work()
    while (row := recall(key)) is None:
        with suppress(TwinWasFaster):
            return first_time(key, work)
    return Done(object_id=row.object_id, status=row.status)


def key_of(request: Request) -> RequestKey | None:
    """The request's key, scoped by credential and route; None without the header.

    Two bodies are the same when they mean the same JSON, whatever the order of their keys.
    """
    name = request.headers.get(HEADER, "")
    if not name:
        return None
    body = orjson.dumps(request.data, option=orjson.OPT_SORT_KEYS)
    return request_key(credential_of(request), route_of(request), name, body)


def route_of(request: Request) -> str:
    """Method and path; a very long path by its digest."""
    route = f"{request.method} {request.path}"
    if len(route) <= MAXIMUM_ROUTE_LENGTH:
        return route
    return f"{request.method} sha256:{hashlib.sha256(route.encode()).hexdigest()}"


@transaction.atomic
def first_time(key: RequestKey, work: Callable[[], Done[Made]]) -> Done[Made]:
    """Reserve the key, do the work, write down what came of it. Raises TwinWasFaster."""
    try:
        remember(key, "")
    except IntegrityError as error:
        raise TwinWasFaster from error
    done = work()
    RememberedRequest.objects.filter(
        credential=key.credential, route=key.route, key=key.key
    ).update(object_id=done.object_id, status=done.status)
    return done
