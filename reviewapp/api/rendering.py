"""JSON in and out of the native API: strict when read, exact when written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

import orjson
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from traces.json_values import loads
from traces.parsing import MAX_SENT_BYTES, TooLarge


class OrjsonRenderer(BaseRenderer):
    """Values as orjson writes them: integers exact, times in RFC 3339."""

    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "binary"

    def render(
        self,
        data: object,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """The body; empty for an answer without content."""
        return b"" if data is None else orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS)


class StrictJsonParser(BaseParser):
    """JSON within the limits of `traces.json_values`."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:  # Any: a body may be any JSON; serializers demand the object
        """The body's value. Raises InvalidJson or TooLarge."""
        body = stream.read(MAX_SENT_BYTES + 1)
        if len(body) > MAX_SENT_BYTES:
            raise TooLarge(f"A body has at most {MAX_SENT_BYTES} bytes.")
        return loads(body) if body else {}
