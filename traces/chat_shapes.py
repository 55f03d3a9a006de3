"""Foreign chat JSON in every spelling we know, read as messages.

Shapes: OpenAI chat, completions and responses, Anthropic, Gemini, Bedrock Converse, Ollama,
LangChain and LangGraph (plain and serialised), MLflow's ChatAgent and ResponsesAgent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from traces.chat_content import Call, Content, Image, Result, read_call, read_content, result_value
from traces.picking import decoded, dict_at, list_at, text_at

if TYPE_CHECKING:
    from traces.json_values import Json

Role: TypeAlias = Literal["user", "assistant", "system", "tool"]

MAX_WRAPPINGS = 4  # objects around the messages, such as {"request": {"body": {"messages": ...}}}

ROLES: dict[str, Role] = {
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "ai": "assistant",
    "model": "assistant",
    "aimessagechunk": "assistant",
    "system": "system",
    "developer": "system",
    "tool": "tool",
    "function": "tool",
}
_LANGCHAIN_CLASSES: dict[str, Role] = {
    "HumanMessage": "user",
    "AIMessage": "assistant",
    "SystemMessage": "system",
    "ToolMessage": "tool",
    "FunctionMessage": "tool",
}
_BODY = ("content", "parts", "tool_calls", "function_call", "text")
_WRAPPERS = (
    "request", "inputs", "input", "body", "payload", "kwargs", "model_input", "response", "output",
    "outputs", "result", "data", "state",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One turn of a conversation.

    number    its place in the conversation, from 1; 0 outside of one
    name      who spoke, when the application says so; the tool's name in a tool message
    calls     tools the assistant wanted to use
    result    what a tool gave back, in a tool message
    is_cut    part of the text was left out, because the page has no room for it
    """

    role: Role
    number: int = 0
    text: str = ""
    name: str | None = None
    images: tuple[Image, ...] = ()
    calls: tuple[Call, ...] = ()
    result: Result | None = None
    is_cut: bool = False


def read_messages(value: Json) -> tuple[Message, ...]:
    """The messages in the inputs or outputs of a step; empty when they are not a chat."""
    return _read(decoded(value), MAX_WRAPPINGS)


def read_result(value: Json) -> Result | None:
    """What a tool gave back, when its output is wrapped into a tool message; else None."""
    value = decoded(value)
    messages = _message(value) if isinstance(value, dict) else ()
    return messages[0].result if messages else None


def _read(value: Json, depth: int) -> tuple[Message, ...]:
    if depth == 0:
        return ()
    if isinstance(value, list):
        return _read_list(value, depth)
    if not isinstance(value, dict):
        return ()
    if found := _read_known(value):
        return found
    for key in _WRAPPERS:
        if key in value and (found := _read(decoded(value[key]), depth - 1)):
            return found
    return _read(next(iter(value.values())), depth - 1) if len(value) == 1 else ()


def _read_list(items: list[Json], depth: int) -> tuple[Message, ...]:
    if len(items) == 1 and isinstance(items[0], list):  # LangChain's batch of one
        return _read(items[0], depth - 1)
    if not all(isinstance(item, dict) for item in items):
        return ()
    messages = tuple(
        message for item in items if isinstance(item, dict) for message in _message(item)
    )
    return messages if any(message.role != "tool" for message in messages) else ()


def _read_known(data: dict[str, Json]) -> tuple[Message, ...]:
    if found := _message(data):
        return found
    if found := _conversation(data):
        return (*_system(data), *found)
    return _choices(data) or _generations(data)


def _conversation(data: dict[str, Json]) -> tuple[Message, ...]:
    """Keys that hold a whole conversation: messages; contents (Gemini); input and output items."""
    for key in ("messages", "input", "output"):
        if found := _read(decoded(data.get(key)), 2):
            return found
    if found := _contents(data.get("contents")):
        return found
    if isinstance(prompt := data.get("input"), str) and _system(data):
        return (Message(role="user", text=prompt),)
    # Bedrock Converse: {"output": {"message": ...}}; Ollama: {"message": ...}
    return _message(dict_at(dict_at(data, "output") or data, "message"))


def _system(data: dict[str, Json]) -> tuple[Message, ...]:
    config = dict_at(data, "config")
    for place in (data, config):
        for key in ("system", "system_instruction", "systemInstruction", "instructions"):
            value = place.get(key)
            parts = value.get("parts") if isinstance(value, dict) else value
            if text := read_content(parts).text:
                return (Message(role="system", text=text),)
    return ()


def _contents(value: Json) -> tuple[Message, ...]:
    """Gemini: a text, or turns of parts; a turn without a role is the user's."""
    if isinstance(value, str) and value.strip():
        return (Message(role="user", text=value),)
    turns = value if isinstance(value, list) else [value]
    messages: list[Message] = []
    for turn in turns:
        if isinstance(turn, str):
            messages.append(Message(role="user", text=turn))
        elif isinstance(turn, dict):
            messages.extend(_message({"role": "user", **turn}))
    return tuple(messages)


def _choices(data: dict[str, Json]) -> tuple[Message, ...]:
    """One answer: OpenAI's first choice or Gemini's first candidate."""
    first = next(iter(list_at(data, "choices", "candidates")), None)
    if not isinstance(first, dict):
        return ()
    if body := dict_at(first, "message", "delta", "content"):
        return _message({"role": "assistant", **{k: v for k, v in body.items() if v is not None}})
    text = text_at(first, "text", "content")
    return (Message(role="assistant", text=text),) if text else ()


def _generations(data: dict[str, Json]) -> tuple[Message, ...]:
    """LangChain's LLMResult: a list of candidates per prompt; the first of the first counts."""
    first: Json = data.get("generations")
    while isinstance(first, list) and first:
        first = first[0]
    if not isinstance(first, dict):
        return ()
    if found := _message(dict_at(first, "message")):
        return found
    text = text_at(first, "text")
    return (Message(role="assistant", text=text),) if text else ()


def _message(data: dict[str, Json]) -> tuple[Message, ...]:
    """One JSON message; more than one when tool results ride in it; none when it is not one."""
    role = _role(data)
    if role is None:
        return _item(data)
    body = _body(data)
    content = read_content(body.get("content", body.get("parts", body.get("text"))))
    name = text_at(body, "name")
    if role == "tool":
        return (_tool_message(body, content, name),)
    results = tuple(Message(role="tool", result=result) for result in content.results)
    calls = content.calls + _calls(body)
    if results and not (content.text or content.images or calls):
        return results
    said = Message(role=role, text=content.text, name=name, images=content.images, calls=calls)
    return (*results, said)


def _role(data: dict[str, Json]) -> Role | None:
    if isinstance(path := data.get("id"), list) and "kwargs" in data:
        return _LANGCHAIN_CLASSES.get(str(path[-1]).removesuffix("Chunk")) if path else None
    body = _body(data)
    if not any(key in body for key in _BODY):
        return None
    word = text_at(data, "role") or text_at(body, "role", "type") or text_at(data, "type") or ""
    return ROLES.get(word.lower())


def _body(data: dict[str, Json]) -> dict[str, Json]:
    """Where the message's own keys are: LangChain puts them into `kwargs` or `data`."""
    return dict_at(data, "kwargs", "data") or data


def _item(data: dict[str, Json]) -> tuple[Message, ...]:
    """An item of OpenAI's responses that is no message but a call or its result."""
    kind = text_at(data, "type")
    if kind == "function_call" and (call := read_call(data)):
        return (Message(role="assistant", calls=(call,)),)
    if kind == "function_call_output":
        return tuple(Message(role="tool", result=result) for result in read_content(data).results)
    return ()


def _tool_message(body: dict[str, Json], content: Content, name: str | None) -> Message:
    result = Result(
        call_id=text_at(body, "tool_call_id"),
        name=name,
        value=result_value(body.get("content", content.text)),
        has_failed=body.get("status") == "error",
    )
    return Message(role="tool", text=content.text, name=name, result=result)


def _calls(body: dict[str, Json]) -> tuple[Call, ...]:
    entries = list_at(body, "tool_calls") or [dict_at(body, "function_call")]
    calls = (read_call({"type": "tool_call", **each}) for each in entries if isinstance(each, dict))
    return tuple(call for call in calls if call)
