"""Messages of OpenTelemetry's GenAI conventions in the words of OpenAI's chat, `role` + `content`.

Source: OpenTelemetry semantic conventions for GenAI: gen-ai-input-messages.json (parts), and the
events gen_ai.user.message, gen_ai.choice and so on that came before them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from traces.json_values import Json, dumps
from traces.parsing import Room
from traces.records import SpanEvent

Message: TypeAlias = dict[str, Json]

_ASKED: dict[str, str] = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}
_ANSWERED: dict[str, str] = {"gen_ai.choice": "assistant"}


def as_chat(value: Json) -> Json:
    """A list of messages as `{"messages": […]}` with plain contents; any other value as it is."""
    if not isinstance(value, list) or not value:
        return value
    messages = [_plain(item) for item in value if isinstance(item, dict) and "role" in item]
    return {"messages": list(messages)} if len(messages) == len(value) else value


def with_instructions(chat: Json, instructions: Json) -> Json:
    """The chat with its system instructions, which the conventions keep apart, put before it."""
    match chat:
        case {"messages": list() as messages} if isinstance(instructions, list) and instructions:
            return {"messages": [_plain({"role": "system", "parts": instructions}), *messages]}
        case _:
            return chat


def asked_in_events(events: Iterable[SpanEvent], room: Room) -> Json:
    """The messages that events tell were sent to the model; None when there are none."""
    return _from_events(events, _ASKED, room)


def answered_in_events(events: Iterable[SpanEvent], room: Room) -> Json:
    """The messages that events tell the model gave; None when there are none."""
    return _from_events(events, _ANSWERED, room)


def tool_call(call_id: Json, name: Json, arguments: Json) -> Json:
    """A call of a tool in OpenAI's shape, its arguments as JSON text."""
    function: Json = {"name": name, "arguments": as_text(arguments)}
    return {"id": call_id, "type": "function", "function": function}


def _from_events(events: Iterable[SpanEvent], roles: Mapping[str, str], room: Room) -> Json:
    messages: list[Json] = [
        _from_event(event, roles[event.name], room) for event in events if event.name in roles
    ]
    return {"messages": messages} if messages else None


def _from_event(event: SpanEvent, role: str, room: Room) -> Message:
    """One message; a choice may hold it under `message`, and each value may be JSON text."""
    said = {key: _read(value, room) for key, value in event.attributes.items()}
    match said.get("message"):
        case dict() as inner:
            said = inner
    message: Message = {"role": said.get("role") or role, "content": said.get("content")}
    if calls := said.get("tool_calls"):
        message["tool_calls"] = calls
    if role == "tool" and (call_id := said.get("id")):
        message["tool_call_id"] = call_id
    return message


def _read(value: Json, room: Room) -> Json:
    """Decode JSON text; the text "42" that a person wrote stays a text."""
    found = room.read(value) if isinstance(value, str) else value
    return found if isinstance(found, str | list | dict) else value


def _plain(message: Message) -> Message:
    parts = message.get("parts")
    if "content" in message or not isinstance(parts, list):
        return message
    rest = {key: value for key, value in message.items() if key != "parts"}
    return {**rest, **_from_parts(parts)}


def _from_parts(parts: list[Json]) -> Message:
    said: list[Json] = []
    calls: list[Json] = []
    answers: Message = {}
    for part in parts:
        entry = part if isinstance(part, dict) else {}
        match entry.get("type"):
            case "text":
                said.append({"type": "text", "text": as_text(entry.get("content", ""))})
            case "tool_call":
                calls.append(tool_call(entry.get("id"), entry.get("name"), entry.get("arguments")))
            case "tool_call_response":
                # `result` in the first drafts of the conventions, `response` since.
                result = entry.get("response", entry.get("result"))
                said.append({"type": "text", "text": as_text(result)})
                answers = {"tool_call_id": entry.get("id")}
            case _:
                said.append(part)
    return {"content": _shortest(said), **answers, **({"tool_calls": calls} if calls else {})}


def _shortest(said: list[Json]) -> Json:
    """A lone text as the text itself; nothing as None, as beside a tool call."""
    match said:
        case []:
            return None
        case [{"type": "text", "text": str() as text}]:
            return text
        case _:
            return said


def as_text(value: Json) -> str:
    """Text as it is, any other value as JSON text."""
    return value if isinstance(value, str) else dumps(value)
