"""Review queues on MLflow's wire: labeling sessions through another door, with MLflow's limits."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from accounts.roles import Action
from labeling.access import (
    NoSuchItem,
    NoSuchSession,
    session_for,
    session_to_finish,
    session_to_show,
)
from labeling.managing import delete_session
from labeling.models import LabelingSession, QueueItem
from labeling.queue_reading import (
    item_of_trace,
    item_records,
    items_to_show,
    queue_by_name,
    queue_records,
    queues_to_show,
)
from labeling.review_queues import (
    QueueEdit,
    attach,
    create_queue,
    create_user_queue,
    detach,
    edit_queue,
    user_queue,
)
from labeling.statuses import Verdict, set_status
from labeling.stocking import batches
from reviewapp.mlflow_api.endpoint import Answer, Call
from reviewapp.mlflow_api.paging import Page, page_of
from reviewapp.mlflow_api.wire.review_queues import (
    completed_by_from_json,
    item_ids_from_json,
    item_to_json,
    new_queue_from_json,
    person_from_text,
    queue_to_json,
    session_id_of,
    status_from_json,
    texts,
    users_from_json,
)
from traces.access import experiment_for
from traces.json_values import Json

# mlflow 3.17.2, store/tracking/__init__.py: SEARCH_MAX_RESULTS_DEFAULT and _THRESHOLD.
ROWS, MOST_ROWS = 1_000, 50_000


def create(call: Call) -> Answer:
    """CreateReviewQueue. Whoever asks is its owner, whatever the request says."""
    new = new_queue_from_json(call.fields, own=call.by.user.email)
    experiment = experiment_for(call.by, call.text("experiment_id"), Action.MANAGE)
    if new.is_user:
        return shown(create_user_queue(experiment, new.name, by=call.by, now=call.now))
    edit = QueueEdit(name=new.name, users=new.users, schema_ids=new.schema_ids)
    return shown(create_queue(experiment, edit, by=call.by, now=call.now))


def get_or_create_user(call: Call) -> Answer:
    """GetOrCreateUserQueue."""
    user = person_from_text(call.text("user"), own=call.by.user.email)
    experiment = experiment_for(call.by, call.text("experiment_id"), Action.MANAGE)
    session, _ = user_queue(experiment, user, by=call.by, now=call.now)
    return shown(session)


def get(call: Call) -> Answer:
    """GetReviewQueue."""
    return shown(queue_to_read(call))


def get_by_name(call: Call) -> Answer:
    """GetReviewQueueByName; the case of the name does not count."""
    queues = queues_to_show(call.by, call.text("experiment_id"))
    return shown(queue_by_name(queues, call.text("name")))


def list_all(call: Call) -> Answer:
    """ListReviewQueues, newest first: those of one user, or with one trace, when asked."""
    asked = Page.asked(call, default=ROWS, most=MOST_ROWS)
    user, trace_id = call.optional_text("user"), call.optional_text("item_id")
    rows = queues_to_show(call.by, call.text("experiment_id")).newest_first()
    if user is not None:
        rows = rows.naming(person_from_text(user, own=call.by.user.email))
    if trace_id is not None:
        rows = rows.holding(trace_id)
    found, following = page_of(rows, asked)
    queues: list[Json] = [queue_to_json(queue) for queue in queue_records(found)]
    return {"review_queues": queues, **following}


def update(call: Call) -> Answer:
    """UpdateReviewQueue: a list counts when its flag is set, a text when it is there."""
    own = call.by.user.email
    edit = QueueEdit(
        name=call.optional_text("name"),
        owner=call.optional_text("new_owner"),
        users=users_from_json(call.fields, own=own) if call.flag("update_users") else None,
        schema_ids=texts(call.fields, "schema_ids") if call.flag("update_schema_ids") else None,
    )
    session = queue_to_manage(call)
    return shown(edit_queue(session, edit, by=call.by, now=call.now))


def delete(call: Call) -> Answer:
    """DeleteReviewQueue. Deleting what is not there is no error."""
    try:
        session = queue_to_manage(call)
    except NoSuchSession:
        return {}
    delete_session(session, by=call.by, now=call.now)
    return {}


def add_items(call: Call) -> Answer:
    """AddItemsToReviewQueue: all or none; answered in the order of the request."""
    trace_ids = item_ids_from_json(call.fields)
    session = queue_to_manage(call)
    attach(session, trace_ids, by=call.by)
    return {"items": items_shown(session, trace_ids, call)}


def remove_items(call: Call) -> Answer:
    """RemoveItemsFromReviewQueue. One that is not attached is no error."""
    trace_ids = item_ids_from_json(call.fields)
    detach(queue_to_manage(call), trace_ids, now=call.now)
    return {}


def list_items(call: Call) -> Answer:
    """ListReviewQueueItems, the newest first."""
    asked = Page.asked(call, default=ROWS, most=MOST_ROWS)
    status = call.optional_text("status")
    wanted = status_from_json(status) if status is not None else None
    session = queue_to_read(call)
    rows = items_to_show(session, call.by, status=wanted)
    found, following = page_of(rows, asked)
    items: list[Json] = [item_to_json(item) for item in item_records(session, found, call.by)]
    return {"items": items, **following}


def set_item_status(call: Call) -> Answer:
    """SetReviewQueueItemStatus: a reviewer's word on their own review, a manager's on the item."""
    trace_id, status = call.text("item_id"), status_from_json(call.fields.get("status"))
    named = completed_by_from_json(call.fields, own=call.by.user.email)
    if not call.by.has_scope_for(Action.ATTRIBUTE_ANY):
        named = ""
    session_id = session_id_of(call.text("queue_id"))
    session, by_force = session_to_finish(call.by, session_id, for_another=bool(named))
    verdict = Verdict(status=QueueItem.Status(status), by_force=by_force, named=named)
    lease = timedelta(seconds=settings.LEASE_SECONDS)
    set_status(item_of_trace(session, trace_id), verdict, by=call.by, lease=lease)
    for item in items_shown(session, [trace_id.strip()], call):
        return {"item": item}
    raise NoSuchItem(trace_id)  # taken out by now


def queue_to_read(call: Call) -> LabelingSession:
    """The queue, for somebody who reads the experiment or reviews in it."""
    return session_to_show(call.by, session_id_of(call.text("queue_id")))


def queue_to_manage(call: Call) -> LabelingSession:
    """The queue, for a manager of the experiment."""
    return session_for(call.by, session_id_of(call.text("queue_id")), Action.MANAGE)


def shown(session: LabelingSession) -> Answer:
    """The answer of all that are about one queue."""
    (queue,) = queue_records([session])
    return {"review_queue": queue_to_json(queue)}


def items_shown(session: LabelingSession, trace_ids: list[str], call: Call) -> list[Json]:
    """These items, in this order."""
    rows = items_to_show(session, call.by)
    found = [i for some in batches(trace_ids) for i in rows.filter(trace__trace_id__in=some)]
    items = {item.trace_id: item_to_json(item) for item in item_records(session, found, call.by)}
    return [items[trace_id] for trace_id in trace_ids if trace_id in items]
