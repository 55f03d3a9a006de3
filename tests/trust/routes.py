"""Every route the URL resolver knows, so that a table of expectations cannot forget one."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
Callback = Callable[..., Any]


@dataclass(frozen=True, order=True)
class Route:
    """A path as it stands in the URL lists, and the methods its view declares.

    `methods` is empty for a plain function view, which does not say what it serves.
    """

    path: str
    methods: frozenset[str] = frozenset()

    @property
    def parameters(self) -> list[str]:
        """The names in the path."""
        return PARAMETER.findall(self.path)

    def filled(self, ids: Mapping[str, object]) -> str:
        """The path with ids in it."""
        path = "api/9.9/unknown" if self.path.startswith("^") else self.path
        return "/" + PARAMETER.sub(lambda found: str(ids[found[1]]), path)


def all_routes() -> list[Route]:
    """In the order of the URL lists."""
    return list(below(get_resolver(), ""))


def below(resolver: URLResolver, prefix: str) -> Iterator[Route]:
    """The routes of one list and of those it includes."""
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield Route(path, methods_of(entry.callback))
        else:
            yield from below(entry, path)


def methods_of(view: Callback) -> frozenset[str]:
    """What a view set, a class or a handler of MLflow's wire declares; HEAD and OPTIONS aside."""
    actions = getattr(view, "actions", None)
    if actions:
        return frozenset(method.upper() for method in actions) - {"HEAD", "OPTIONS"}
    handlers = inspect.getclosurevars(inspect.unwrap(view)).nonlocals.get("handlers")
    if isinstance(handlers, dict):
        return frozenset(handlers)
    shown = getattr(view, "cls", None) or getattr(view, "view_class", None)
    if shown is None:
        return frozenset()
    served = [name for name in ("get", "post", "put", "patch", "delete") if hasattr(shown, name)]
    return frozenset(name.upper() for name in served)
