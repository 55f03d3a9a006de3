"""What is answered whatever the `Accept` header says: JSON, or the file that was asked for."""

from __future__ import annotations

from collections.abc import Iterable

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class OneAnswer(DefaultContentNegotiation):
    """An export is asked for as `Accept: text/csv`, a page as text/html; refusals stay JSON."""

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        """The view's first renderer."""
        first = next(iter(renderers))
        return first, str(first.media_type)
