"""What a trace's spans tell about the trace itself, for traces that come without a TraceInfo.

Source: mlflow 3.17.2, store/tracking/sqlalchemy_store.py, log_spans.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from traces.dialects import token_count
from traces.json_values import Json, dumps
from traces.parsing import Malformed
from traces.records import TOKEN_USAGE, SpanRecord, TraceState
from traces.span_attributes import TAG_PREFIX
from traces.tags import MAX_TAG_VALUE, clean_tag

# mlflow 3.17.2, tracing/constant.py, MAX_CHARS_IN_TRACE_INFO_METADATA.
MAX_METADATA_VALUE = 250

_SESSION_KEYS = (
    "session.id",
    "gen_ai.conversation.id",
    "traceloop.association.properties.session_id",
)
_USER_KEYS = ("user.id", "enduser.id", "traceloop.association.properties.user_id")
_TRACE_NAME = "mlflow.traceName"
# Of the program's own attributes, these say nothing about it.
_DULL_RESOURCE_KEYS = ("telemetry.sdk.", "mlflow.")
_TOTALS = ("input_tokens", "output_tokens", "total_tokens")
_OPTIONAL_TOTALS = ("cache_read_input_tokens", "cache_creation_input_tokens")


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceFacts:
    """A trace as its spans show it; a fact that needs the root span is empty without one.

    state           IN_PROGRESS until the root span is there and has ended
    start_ns        when the first of the spans began
    end_ns          when the last of the ended ones ended; None when none has
    token_usage     sums; a span's own counts stand for those of the spans inside it
    inputs, outputs of the root span
    """

    has_root: bool
    name: str | None
    state: TraceState
    start_ns: int
    end_ns: int | None
    session: str | None
    user: str | None
    tags: Mapping[str, str] = field(default_factory=dict)
    token_usage: Mapping[str, int] = field(default_factory=dict)
    inputs: Json = None
    outputs: Json = None

    @property
    def metadata(self) -> dict[str, str]:
        """The facts that MLflow keeps as metadata of the trace, under its keys."""
        found = {"mlflow.trace.session": self.session, "mlflow.trace.user": self.user}
        if self.token_usage:
            found["mlflow.trace.tokenUsage"] = dumps(dict(self.token_usage))
        return {key: value for key, value in found.items() if value}


def trace_facts(spans: Sequence[SpanRecord]) -> TraceFacts:
    """What the spans of one trace (at least one, already normalised) tell about it."""
    roots = [span for span in spans if span.is_root]
    root = min(roots, key=lambda span: span.start_ns) if roots else None
    ends = [span.end_ns for span in spans if span.end_ns is not None]
    return TraceFacts(
        has_root=root is not None,
        name=_name(root) if root else None,
        state=_state(root) if root else "IN_PROGRESS",
        start_ns=min(span.start_ns for span in spans),
        end_ns=max(ends, default=None),
        session=_first(spans, _SESSION_KEYS),
        user=_first(spans, _USER_KEYS),
        tags=_tags(spans, root),
        token_usage=token_usage(spans),
        inputs=root.inputs if root else None,
        outputs=root.outputs if root else None,
    )


def token_usage(spans: Sequence[SpanRecord]) -> dict[str, int]:
    """Token counts of a whole trace; empty when no span has any.

    Frameworks write the sum of a subtree on its top span, so counts below a span that has its
    own are left out. Source: mlflow 3.17.2, tracing/utils/__init__.py, _aggregate_from_nodes.
    """
    known = {span.span_id for span in spans}
    inside: defaultdict[str | None, list[SpanRecord]] = defaultdict(list)
    for span in spans:
        inside[span.parent_span_id if span.parent_span_id in known else None].append(span)
    counted: list[Mapping[str, Json]] = []
    waiting = inside.pop(None, [])
    while waiting:
        span = waiting.pop()
        usage = span.attributes.get(TOKEN_USAGE)
        if isinstance(usage, dict) and usage:
            counted.append(usage)
        else:
            # Taken out, so that a span id that occurs twice does not double what lies inside.
            waiting.extend(inside.pop(span.span_id, ()))
    return _summed(counted)


def _summed(usages: Sequence[Mapping[str, Json]]) -> dict[str, int]:
    if not usages:
        return {}
    totals = {key: sum(token_count(usage.get(key)) or 0 for usage in usages) for key in _TOTALS}
    for key in _OPTIONAL_TOTALS:
        if any(key in usage for usage in usages):
            totals[key] = sum(token_count(usage.get(key)) or 0 for usage in usages)
    return totals


def _name(root: SpanRecord) -> str:
    named = root.attributes.get(TAG_PREFIX + _TRACE_NAME)
    return (named if isinstance(named, str) and named else root.name)[:MAX_TAG_VALUE]


def _state(root: SpanRecord) -> TraceState:
    if root.status == "ERROR":
        return "ERROR"
    return "IN_PROGRESS" if root.end_ns is None else "OK"


def _first(spans: Iterable[SpanRecord], keys: Sequence[str]) -> str | None:
    values = (span.attributes.get(key) for span in spans for key in keys)
    return next((_text(value)[:MAX_METADATA_VALUE] for value in values if value), None)


def _tags(spans: Sequence[SpanRecord], root: SpanRecord | None) -> dict[str, str]:
    """Tags from the program's attributes and, before them, from the root's tag attributes.

    Keys of MLflow's own stay out, so that a client cannot rewrite the server's bookkeeping.
    """
    resource = next((span.resource for span in spans if span.resource), {})
    found = {
        key: value for key, value in resource.items() if not key.startswith(_DULL_RESOURCE_KEYS)
    }
    for key, value in (root.attributes if root else {}).items():
        name = key.removeprefix(TAG_PREFIX)
        if name != key and not name.startswith("mlflow."):
            found[name] = value
    return dict(_cleaned(found))


def _cleaned(tags: Mapping[str, Json]) -> Iterable[tuple[str, str]]:
    for key, value in tags.items():
        try:
            yield clean_tag(key, _text(value))
        except Malformed:
            continue  # A tag that cannot be kept is not worth the trace.


def _text(value: Json) -> str:
    return value if isinstance(value, str) else dumps(value)
