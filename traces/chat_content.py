"""The content of one chat message in every provider's spelling: text, images, calls and results.

Spellings: OpenAI chat and responses, Anthropic, Gemini, Bedrock Converse, LangChain.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from traces import media
from traces.picking import decoded, dict_at, text_at

if TYPE_CHECKING:
    from traces.excerpts import Room
    from traces.json_values import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture, sound or file inside a message; never fetched by the page.

    label        what it is or what its alternative text says
    url          a web address or an inline image; empty for everything a link must not lead to
    host         where it would be fetched from; None when it is not on the web
    is_inline    `url` holds a small raster image itself, which may be shown
    """

    label: str
    url: str
    host: str | None
    is_inline: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """The wish of a model to use a tool."""

    call_id: str | None
    name: str
    arguments: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a tool answered to a call."""

    call_id: str | None
    name: str | None
    value: Json
    has_failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    text: str = ""
    images: tuple[Image, ...] = ()
    calls: tuple[Call, ...] = ()
    results: tuple[Result, ...] = ()


def read_content(value: Json) -> Content:
    """A message's content: a text, one block, or a list of texts and blocks."""
    match value:
        case str():
            return Content(text=value)
        case dict():
            return _block(value)
        case list():
            return _joined([read_content(each) for each in value])
        case None:
            return Content()
        case _:
            return Content(text=str(value).lower() if isinstance(value, bool) else str(value))


def _joined(contents: list[Content]) -> Content:
    return Content(
        text="\n\n".join(each.text for each in contents if each.text),
        images=tuple(image for each in contents for image in each.images),
        calls=tuple(call for each in contents for call in each.calls),
        results=tuple(result for each in contents for result in each.results),
    )


def _block(block: dict[str, Json]) -> Content:
    kind = text_at(block, "type") or ""
    if kind in {"thinking", "redacted_thinking", "reasoning", "reasoning_content"}:
        return Content()  # the model's notes to itself are not part of what it answered
    if result := _result(kind, block):
        return Content(results=(result,))
    if call := read_call(block):
        return Content(calls=(call,))
    if (text := _text(kind, block)) is not None:
        return Content(text=text)
    return Content(images=(_image(kind, block),))


def _text(kind: str, block: dict[str, Json]) -> str | None:
    if kind not in {"", "text", "input_text", "output_text", "refusal"}:
        return None
    value = block.get("text", block.get("refusal"))
    if isinstance(value, dict):  # OpenAI assistants: {"value": ..., "annotations": []}
        value = value.get("value")
    return value if isinstance(value, str) else None


def read_call(block: dict[str, Json]) -> Call | None:
    """A tool call as a block, as an item of a list of items, or as an entry of `tool_calls`."""
    inner = dict_at(block, "function", "functionCall", "function_call", "toolUse")
    kind = text_at(block, "type")
    if not inner and kind not in {"tool_use", "tool_call", "function_call"} and not _bare(block):
        return None
    source = inner or block
    name = text_at(source, "name")
    if name is None:
        return None
    return Call(
        call_id=text_at(block, "call_id", "id") or text_at(source, "toolUseId", "id"),
        name=name,
        arguments=decoded(_first(source, "arguments", "args", "input")),
    )


def _bare(block: dict[str, Json]) -> bool:
    """LangChain writes a call as {"name", "args", "id"} without a type."""
    return "args" in block and "name" in block


def _first(data: dict[str, Json], *keys: str) -> Json:
    return next((data[key] for key in keys if key in data), None)


def _result(kind: str, block: dict[str, Json]) -> Result | None:
    if kind in {"tool_result", "function_call_output"}:
        return Result(
            call_id=text_at(block, "tool_use_id", "call_id"),
            name=None,
            value=result_value(_first(block, "content", "output")),
            has_failed=block.get("is_error") is True,
        )
    if inner := dict_at(block, "functionResponse", "function_response"):
        name = text_at(inner, "name")
        return Result(call_id=text_at(inner, "id"), name=name, value=inner.get("response"))
    if inner := dict_at(block, "toolResult"):
        value = result_value(inner.get("content"))
        failed = inner.get("status") == "error"
        return Result(
            call_id=text_at(inner, "toolUseId"), name=None, value=value, has_failed=failed
        )
    return None


def result_value(value: Json) -> Json:
    """What a tool gave back: a text that holds JSON is read, text blocks become one text."""
    if isinstance(value, list):
        content = read_content(value)
        return decoded(content.text) if content.text else value
    return decoded(value)


def _image(kind: str, block: dict[str, Json]) -> Image:
    url = _image_url(block)
    return image(url, label=text_at(block, "alt", "title", "filename") or _label(kind, url))


def image(url: str, *, label: str) -> Image:
    """An image by its address; `label` says what it shows."""
    is_inline, host = media.is_shown(url), media.host(url[: media.MAX_ADDRESS])
    return Image(
        label=label,
        url=url if is_inline or (host and len(url) <= media.MAX_ADDRESS) else "",
        host=host,
        is_inline=is_inline,
    )


def fitted_image(picture: Image, room: Room) -> Image:
    """The same image while the page has room for it, else only what it is."""
    if not picture.is_inline or room.take(len(picture.url)):
        return picture
    return replace(picture, url="", is_inline=False)


def _image_url(block: dict[str, Json]) -> str:
    holder = dict_at(
        block, "image_url", "source", "inline_data", "inlineData", "file_data", "fileData",
        "input_audio", "file", "image",
    )  # fmt: skip
    for place in (holder, block):
        if url := text_at(place, "url", "image_url", "file_uri", "fileUri"):
            return url
    for place in (holder, dict_at(holder, "source"), block):
        if data := text_at(place, "data", "base64", "bytes", "file_data"):
            return data if data.startswith("data:") else media.data_url(_media_type(block), data)
    return ""


def _media_type(block: dict[str, Json]) -> str:
    holder = dict_at(block, "source", "inline_data", "inlineData")
    for place in (holder, block):
        if found := text_at(place, "media_type", "mime_type", "mimeType"):
            return found
    shape = text_at(dict_at(block, "image"), "format")  # Bedrock Converse
    return f"image/{shape}" if shape else "application/octet-stream"


def _label(kind: str, url: str) -> str:
    for word, label in (("image", "Image"), ("audio", "Sound"), ("video", "Video")):
        if word in kind or url.startswith(f"data:{word}/"):
            return label
    return "File" if kind in {"file", "document", "input_file"} or url else "Other content"
