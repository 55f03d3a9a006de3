"""VERB: say which answers of an item are right, so that reviewers can be measured by them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from accounts.credentials import Credential
from assessments.standing import mark_stale
from labeling.audit_lines import note_act
from labeling.models import GoldAnswer, QueueItem
from labeling.plans import InvalidPlan
from labeling.questions import questions_of
from labeling.tasks import ring
from schemas.answers import clean_value, scale_of
from traces.json_values import Json


@transaction.atomic
def set_gold(
    item: QueueItem, answers: Mapping[str, Json], *, by: Credential, now: datetime
) -> None:
    """Right answers by the name of the question; null takes one back. Others stay.

    item   with its session at hand
    Raises InvalidPlan for a question that is not asked or has free text, and InvalidValue.
    """
    session = item.session
    if item.is_repeat:
        raise InvalidPlan("answers", "This item is a repeat. Set the answers of the first one.")
    asked = {each.question.name: each for each in questions_of(session)}
    for name, value in answers.items():
        if name not in asked:
            raise InvalidPlan("answers", f"The session asks no question {name!r}.")
        each = asked[name]
        if scale_of(each.question.input) == "none":
            raise InvalidPlan("answers", f"{name!r} is free text: no answer is the right one.")
        if value is None:
            GoldAnswer.objects.filter(item=item, label_schema=each.schema).delete()
            continue
        GoldAnswer.objects.update_or_create(
            item=item,
            label_schema=each.schema,
            defaults={
                "value": clean_value(name, each.question.input, value),
                "set_by": by.user,
                "set_at": now,
            },
        )
    mark_stale(session.run)
    ring(session.pk)
    note_act(session, "gold answers set", by, item=item.item_id, questions=sorted(answers))
