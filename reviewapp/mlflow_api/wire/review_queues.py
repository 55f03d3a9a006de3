"""PURE: review queues as MLflow writes them.

Shape: mlflow 3.17.2, protos/review_queues.proto; rules: genai/review_queues/validation.py. An item
is named by its trace, a queue by the id of its labeling session behind `rq-`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from labeling.queue_names import shown_name
from traces.ids import is_run_id
from traces.json_values import Json
from traces.parsing import Malformed, items, optional_text, text
from traces.timestamps import to_ms

if TYPE_CHECKING:
    from labeling.queue_reading import ItemRecord, QueueRecord

QUEUE_PREFIX = "rq-"
USER, CUSTOM = "USER", "CUSTOM"
TRACE = "TRACE"
PENDING = "PENDING"
STATUSES = {"PENDING": "pending", "COMPLETE": "complete", "DECLINED": "declined"}
# What the client sends when nobody is named: whoever asks.
NOBODY = "default"
MAXIMUM_USER_LENGTH = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class NewQueue:
    """What a create request says; `is_user` for one person's own queue."""

    name: str
    is_user: bool
    users: Sequence[str]
    schema_ids: Sequence[str]


def session_id_of(queue_id: str) -> str:
    """The session of a queue id; what is no queue id names nothing, and comes back as it is."""
    found = queue_id.removeprefix(QUEUE_PREFIX)
    return found if found != queue_id and is_run_id(found) else queue_id


def new_queue_from_json(fields: Mapping[str, Json], *, own: str) -> NewQueue:
    """A create request; `own` is the address of who asks. Raises Malformed."""
    kind = fields.get("queue_type")
    if kind not in (USER, CUSTOM):
        raise Malformed("queue_type", "must be one of USER or CUSTOM")
    name, users = text(fields.get("name"), "name"), users_from_json(fields, own=own)
    schema_ids = texts(fields, "schema_ids")
    if kind == USER:
        name = person_from_text(name, own=own)
        if users not in ([], [name]):
            raise Malformed("users", "of a user queue is exactly the user it is named after")
        if schema_ids:
            raise Malformed("schema_ids", "of a user queue are all the experiment's label schemas")
    return NewQueue(name=name, is_user=kind == USER, users=users, schema_ids=schema_ids)


def users_from_json(fields: Mapping[str, Json], *, own: str) -> list[str]:
    """The people of a request, trimmed and in lower case, each once. Raises Malformed."""
    people = (person_from_text(name, own=own) for name in texts(fields, "users"))
    return list(dict.fromkeys(people))


def person_from_text(name: str, *, own: str) -> str:
    """An address as accounts have it; `default` is the address of who asks."""
    folded = name.strip().lower()
    return own if folded == NOBODY else folded


def texts(fields: Mapping[str, Json], name: str) -> list[str]:
    """A list of texts; absent it is empty. Raises Malformed."""
    listed = items(fields.get(name), name)
    return [text(each, f"{name}[{index}]") for index, each in enumerate(listed)]


def item_ids_from_json(fields: Mapping[str, Json]) -> list[str]:
    """The traces of a request in their order, each once; at least one. Raises Malformed."""
    if fields.get("item_type") not in (None, TRACE):
        raise Malformed("item_type", "must be TRACE")
    ids = list(dict.fromkeys(each.strip() for each in texts(fields, "item_ids")))
    if not ids or not all(ids):
        raise Malformed("item_ids", "must be a list of one or more trace ids")
    return ids


def status_from_json(value: Json) -> str:
    """A status in our words. Raises Malformed."""
    if not isinstance(value, str) or value not in STATUSES:
        raise Malformed("status", "must be one of PENDING, COMPLETE, or DECLINED")
    return STATUSES[value]


def completed_by_from_json(fields: Mapping[str, Json], *, own: str) -> str:
    """Whom a request names as who finished an item; empty for nobody or who asks.

    Raises Malformed, and for a name when an item becomes pending.
    """
    name = person_from_text(optional_text(fields.get("completed_by"), "completed_by") or "", own="")
    if name and fields.get("status") == PENDING:
        raise Malformed("completed_by", "must not be set when reopening an item to `pending`")
    if len(name) > MAXIMUM_USER_LENGTH:
        raise Malformed("completed_by", f"has more than {MAXIMUM_USER_LENGTH} characters")
    return "" if name == own else name


def queue_to_json(queue: QueueRecord) -> dict[str, Json]:
    """A queue. Its session was read with its author and, for an own queue, its person."""
    session = queue.session
    created = to_ms(session.created_at)
    wire: dict[str, Json] = {
        "queue_id": QUEUE_PREFIX + session.session_id,
        "experiment_id": str(session.experiment_id),
        "name": shown_name(session.name, session.session_id, session.queue_key),
        "queue_type": CUSTOM,
        "creation_time_ms": created,
        "last_update_time_ms": to_ms(session.updated_at) if session.updated_at else created,
        "users": list(queue.users),
        "schema_ids": list(queue.schema_ids),
    }
    if session.created_by is not None:
        wire["created_by"] = session.created_by.email
    if session.queue_user is not None:
        own = session.queue_user.email
        wire |= {"name": own, "queue_type": USER, "created_by": own}
    return wire


def item_to_json(item: ItemRecord) -> dict[str, Json]:
    """An item as its reader may see it."""
    wire: dict[str, Json] = {
        "queue_id": QUEUE_PREFIX + item.session_id,
        "item_type": TRACE,
        "item_id": item.trace_id,
        "status": item.status.upper(),
        "creation_time_ms": to_ms(item.added_at),
        "last_update_time_ms": to_ms(item.changed_at),
    }
    if item.finished_by:
        wire["completed_by"] = item.finished_by
    if item.finished_at is not None:
        wire["completed_time_ms"] = to_ms(item.finished_at)
    return wire
