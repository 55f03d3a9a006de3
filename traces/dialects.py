"""Attributes of MLflow, OTel GenAI, OpenInference and OpenLLMetry in one vocabulary, MLflow's.

A span keeps every attribute it came with; what it lacks of `mlflow.spanType`, `spanInputs`,
`spanOutputs`, `chat.tokenUsage`, `llm.model` and `llm.provider` is added from the others.
Source of keys and of their order: mlflow 3.17.2, tracing/otel/translation/.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from traces import indexed_attributes as indexed
from traces.genai_messages import answered_in_events, as_chat, asked_in_events, with_instructions
from traces.json_values import Json
from traces.parsing import Room
from traces.records import (
    INPUTS,
    MAX_SPAN_TYPE,
    OUTPUTS,
    SPAN_TYPE,
    TOKEN_USAGE,
    UNKNOWN_TYPE,
    SpanEvent,
    SpanRecord,
)

MODEL = "mlflow.llm.model"
PROVIDER = "mlflow.llm.provider"
RETRIEVER = "RETRIEVER"

_OPENINFERENCE_KINDS = {
    kind: kind
    for kind in ("TOOL", "CHAIN", "LLM", "RETRIEVER", "EMBEDDING", "AGENT", "RERANKER",
                 "GUARDRAIL", "EVALUATOR")
}  # fmt: skip
_GENAI_OPERATIONS = {
    "chat": "CHAT_MODEL",
    "create_agent": "AGENT",
    "embeddings": "EMBEDDING",
    "execute_tool": "TOOL",
    "generate_content": "LLM",
    "invoke_agent": "AGENT",
    "response": "LLM",
    "retrieval": "RETRIEVER",
    "text_completion": "LLM",
}
_TRACELOOP_KINDS = {"workflow": "WORKFLOW", "task": "TASK", "agent": "AGENT", "tool": "TOOL"}
_REQUEST_TYPES = {
    "chat": "CHAT_MODEL",
    "completion": "LLM",
    "embedding": "EMBEDDING",
    "rerank": "RERANKER",
}
# The first key whose word is known decides.
_KINDS: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("openinference.span.kind", _OPENINFERENCE_KINDS),
    ("gen_ai.operation.name", _GENAI_OPERATIONS),
    ("traceloop.span.kind", _TRACELOOP_KINDS),
    ("llm.request.type", _REQUEST_TYPES),
)

# MLflow's name of a count → the other names, the first that is there wins.
_TOKEN_COUNTS: dict[str, tuple[str, ...]] = {
    "input_tokens": (
        "llm.token_count.prompt",
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.prompt_tokens",
    ),
    "output_tokens": (
        "llm.token_count.completion",
        "gen_ai.usage.output_tokens",
        "gen_ai.usage.completion_tokens",
    ),
    "total_tokens": (
        "llm.token_count.total",
        "gen_ai.usage.total_tokens",
        "llm.usage.total_tokens",
    ),
    "cache_read_input_tokens": (
        "llm.token_count.prompt_details.cache_read",
        "gen_ai.usage.cache_read.input_tokens",
    ),
    "cache_creation_input_tokens": (
        "llm.token_count.prompt_details.cache_write",
        "gen_ai.usage.cache_write.input_tokens",
        "gen_ai.usage.cache_creation.input_tokens",
    ),
}
_MODELS = (
    "llm.response.model_name",
    "llm.model_name",
    "llm.request.model_name",
    "embedding.model_name",
    "gen_ai.response.model",
    "gen_ai.request.model",
)
_PROVIDERS = ("llm.provider", "gen_ai.provider.name", "gen_ai.system")
# Keys whose text the conventions define as JSON; `gen_ai.prompt` is the older single attribute.
_ASKED_KEYS = ("gen_ai.input.messages", "gen_ai.prompt", "gen_ai.tool.call.arguments")
_ANSWERED_KEYS = ("gen_ai.output.messages", "gen_ai.completion", "gen_ai.tool.call.result")
# Beyond it a count is a fault, and sums of such counts need not fit into 64 bits.
_MAX_COUNT = 10**12
_COUNT = re.compile(r"[0-9]{1,12}")
_NOTHING: tuple[Json, ...] = (None, "", [], {})


def normalise(span: SpanRecord, room: Room | None = None) -> SpanRecord:
    """The same span with what it lacks of MLflow's vocabulary added from the other ones.

    room    shared by the spans of one request, because JSON texts are decoded

    The inputs and outputs of a model become `{"messages": [{"role", "content", …}]}` when they
    are told message by message; the outputs of a retriever a list of `{"page_content",
    "metadata", "id"?}`, as mlflow.entities.Document has them.
    Raises TooLarge.
    """
    room = room or Room()
    span_type = _span_type(span)
    found: dict[str, Json] = {}
    if span_type != span.span_type:
        found[SPAN_TYPE] = span_type
    if INPUTS not in span.attributes:
        found[INPUTS] = _first_thing(_inputs(span, room))
    if OUTPUTS not in span.attributes:
        found[OUTPUTS] = _first_thing(_outputs(span, span_type, room))
    if TOKEN_USAGE not in span.attributes:
        found[TOKEN_USAGE] = dict(_token_usage(span.attributes))
    for key, others in ((MODEL, _MODELS), (PROVIDER, _PROVIDERS)):
        if key not in span.attributes:
            found[key] = _first_text(span.attributes, others)
    added = {key: value for key, value in found.items() if value not in _NOTHING}
    if not added:
        return span
    return replace(span, span_type=span_type, attributes={**span.attributes, **added})


def normalise_all(spans: Sequence[SpanRecord]) -> list[SpanRecord]:
    """Normalise the spans of one request. Raises TooLarge."""
    room = Room()
    return [normalise(span, room) for span in spans]


def token_count(value: Json) -> int | None:
    """A number of tokens, also when an exporter made text or a float of it; else None."""
    match value:
        case bool():
            return None
        case int():
            return value if 0 <= value < _MAX_COUNT else None
        case float():
            return int(value) if value.is_integer() and 0 <= value < _MAX_COUNT else None
        case str():
            return int(value) if _COUNT.fullmatch(value) else None
        case _:
            return None


def _span_type(span: SpanRecord) -> str:
    if span.span_type != UNKNOWN_TYPE:
        return span.span_type
    for key, kinds in _KINDS:
        word = span.attributes.get(key)
        if isinstance(word, str) and word in kinds:
            return kinds[word]
    # MLflow's own GenAI exporter writes the types that have no operation as they are.
    operation = span.attributes.get("gen_ai.operation.name")
    if isinstance(operation, str) and operation.isupper() and len(operation) <= MAX_SPAN_TYPE:
        return operation
    return UNKNOWN_TYPE


def _inputs(span: SpanRecord, room: Room) -> Iterator[Json]:
    """What may have gone in, the most telling first."""
    attributes = span.attributes
    yield _openinference_value(attributes, "input", room)
    instructions = _decoded(attributes.get("gen_ai.system_instructions"), room)
    chat = as_chat(_first_json(attributes, _ASKED_KEYS, room))
    yield with_instructions(chat, instructions)
    yield _decoded(attributes.get("traceloop.entity.input"), room)
    yield indexed.openinference_messages(attributes, "llm.input_messages")
    yield indexed.openllmetry_messages(attributes, "gen_ai.prompt")
    yield asked_in_events(span.events, room)
    yield as_chat(_in_events(span.events, _ASKED_KEYS, room))


def _outputs(span: SpanRecord, span_type: str, room: Room) -> Iterator[Json]:
    """What may have come out, the most telling first."""
    attributes = span.attributes
    if span_type == RETRIEVER:
        yield indexed.documents(attributes, "retrieval.documents", room)
    yield _openinference_value(attributes, "output", room)
    yield as_chat(_first_json(attributes, _ANSWERED_KEYS, room))
    yield _decoded(attributes.get("traceloop.entity.output"), room)
    yield indexed.openinference_messages(attributes, "llm.output_messages")
    yield indexed.openllmetry_messages(attributes, "gen_ai.completion")
    yield answered_in_events(span.events, room)
    yield as_chat(_in_events(span.events, _ANSWERED_KEYS, room))
    yield indexed.documents(attributes, "reranker.output_documents", room)


def _openinference_value(attributes: Mapping[str, Json], side: str, room: Room) -> Json:
    """`input.value` or `output.value`: JSON when it says so, or when it can be nothing else."""
    value = attributes.get(f"{side}.value")
    mime_type = attributes.get(f"{side}.mime_type")
    if not isinstance(value, str) or mime_type == "text/plain":
        return value
    found = room.read(value)
    is_json = mime_type == "application/json" or isinstance(found, list | dict)
    return found if is_json else value


def _in_events(events: Sequence[SpanEvent], keys: Sequence[str], room: Room) -> Json:
    """From the events that once carried a whole prompt or completion as one attribute."""
    return _first_thing(_first_json(event.attributes, keys, room) for event in events)


def _first_json(attributes: Mapping[str, Json], keys: Sequence[str], room: Room) -> Json:
    return _first_thing(_decoded(attributes.get(key), room) for key in keys)


def _decoded(value: Json, room: Room) -> Json:
    return room.read(value) if isinstance(value, str) else value


def _first_thing(values: Iterable[Json]) -> Json:
    return next((value for value in values if value not in _NOTHING), None)


def _first_text(attributes: Mapping[str, Json], keys: Sequence[str]) -> str | None:
    values = (attributes.get(key) for key in keys)
    return next((value for value in values if isinstance(value, str) and value), None)


def _token_usage(attributes: Mapping[str, Json]) -> dict[str, int]:
    usage = {
        name: count
        for name, keys in _TOKEN_COUNTS.items()
        if (count := _first_count(attributes, keys)) is not None
    }
    if "total_tokens" not in usage and {"input_tokens", "output_tokens"} <= usage.keys():
        usage["total_tokens"] = usage["input_tokens"] + usage["output_tokens"]
    # A cache alone is no usage, as MLflow has it.
    return usage if usage.keys() & {"input_tokens", "output_tokens", "total_tokens"} else {}


def _first_count(attributes: Mapping[str, Json], keys: Sequence[str]) -> int | None:
    counts = (token_count(attributes.get(key)) for key in keys)
    return next((count for count in counts if count is not None), None)
