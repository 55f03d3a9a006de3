"""Which images a page may show by itself, and how the others are named."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

MAX_IMAGE_BYTES = 2 * 1024 * 1024
MAX_ADDRESS = 2000  # characters of a web address that is linked

# Raster formats only: an SVG is a document that can carry scripts.
_RASTER = re.compile(r"data:image/(?:png|jpe?g|gif|webp);base64,[a-z0-9+/]+={0,2}", re.IGNORECASE)
IN_MARKDOWN = re.compile(rf"(?<=\]\(){_RASTER.pattern}", re.IGNORECASE)  # as `![alt](here)`


def is_shown(url: str) -> bool:
    """Whether the URL holds a small raster image itself, so that showing it fetches nothing."""
    if len(url) > MAX_IMAGE_BYTES * 4 // 3 + 40:
        return False
    return _RASTER.fullmatch(url) is not None


def host(url: str) -> str | None:
    """The host a web address points to; None for every other kind of address."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    return parts.hostname if parts.scheme in {"http", "https"} else None


def data_url(media_type: str, base64_text: str) -> str:
    """An image that a chat message carries as base64 text, as a URL."""
    return f"data:{media_type};base64,{base64_text}"
