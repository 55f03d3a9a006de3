"""Tags and metadata of traces: what keys may be, and how long values are kept."""

from __future__ import annotations

import re

from traces.json_values import Json
from traces.parsing import Malformed, texts

# mlflow 3.17.2, tracing/constant.py, MAX_CHARS_IN_TRACE_INFO_TAGS_KEY and …_VALUE.
MAX_TAG_KEY = 250
MAX_TAG_VALUE = 4096

# mlflow 3.17.2, utils/validation.py, validate_param_and_metric_name.
_TAG_KEY = re.compile(r"[/\w.\- :]+")


def clean_tag(key: str, value: str) -> tuple[str, str]:
    """A tag as it is kept: the value cut to 4096 characters.

    Raises Malformed when the key is empty, longer than 250 characters, or has other characters
    than letters, digits and `_ - . : / space`.
    """
    if not _TAG_KEY.fullmatch(key):
        raise Malformed("key", "may only have letters, digits, spaces and _ - . : /")
    _refuse_long_key(key, "key")
    return key, value[:MAX_TAG_VALUE]


def metadata_from_json(value: Json, path: str) -> dict[str, str]:
    """Metadata as a client sends it: text under keys of up to 250 characters. Raises Malformed."""
    metadata = texts(value, path)
    for key in metadata:
        _refuse_long_key(key, path)
    return metadata


def tags_from_json(value: Json, path: str) -> dict[str, str]:
    """Tags that come with a trace, their values cut to 4096 characters.

    Only the length of a key is refused: a trace must not be lost for a tag's spelling.
    Raises Malformed.
    """
    return {key: tag[:MAX_TAG_VALUE] for key, tag in metadata_from_json(value, path).items()}


def _refuse_long_key(key: str, path: str) -> None:
    if len(key) > MAX_TAG_KEY:
        raise Malformed(path, f"has a key longer than {MAX_TAG_KEY} characters")
