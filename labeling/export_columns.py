"""PURE: the columns of exports, with the kind of what stands in them.

Names are a contract (docs/api.md). JSON and CSV need only them; Parquet needs the kinds too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

Kind = Literal["text", "json", "number", "whole", "flag", "time"]


class Column(NamedTuple):
    """One column; every cell may also be empty.

    kind   json is any JSON value; number a float; whole an integer; time an RFC 3339 text in UTC
    """

    name: str
    kind: Kind = "text"


LABEL_COLUMNS = (
    Column("session_id"),
    Column("run_id"),
    Column("item_id"),
    Column("trace_id"),
    Column("span_id"),
    Column("schema"),
    Column("schema_version", "whole"),
    Column("kind"),
    Column("value", "json"),
    Column("rationale"),
    Column("reviewer"),
    Column("source_type"),
    Column("source_id"),
    Column("assessment_id"),
    Column("state"),
    Column("valid", "flag"),
    Column("overrides"),
    Column("created_at", "time"),
    Column("updated_at", "time"),
    Column("active_seconds", "number"),
    Column("cannot_judge"),
    Column("edited_after_reveal", "flag"),
    Column("could_see_others", "flag"),
    Column("is_late", "flag"),
    Column("consensus", "json"),
    Column("consensus_method"),
    Column("consensus_confidence", "number"),
    Column("consensus_n", "whole"),
    Column("consensus_tie", "flag"),
    Column("consensus_votes", "json"),
    Column("adjudicated_by"),
    Column("consensus_schema_version", "whole"),
)
ITEM_COLUMNS = (
    Column("session_id"),
    Column("item_id"),
    Column("trace_id"),
    Column("request", "json"),
    Column("response", "json"),
    Column("status"),
)
# Of each question, behind its name and a full stop.
QUESTION_COLUMNS = (
    Column("value", "json"),
    Column("method"),
    Column("confidence", "number"),
    Column("n", "whole"),
    Column("tie", "flag"),
    Column("votes", "json"),
    Column("adjudicated_by"),
    Column("schema_version", "whole"),
)
# Item and trace are those that were given again; `first_value` is what was said the first time.
REPEAT_COLUMNS = (
    Column("session_id"),
    Column("item_id"),
    Column("trace_id"),
    Column("schema"),
    Column("schema_version", "whole"),
    Column("reviewer"),
    Column("value", "json"),
    Column("first_value", "json"),
    Column("rationale"),
    Column("cannot_judge"),
    Column("submitted_at", "time"),
    Column("active_seconds", "number"),
)
# What the client's `merge_records` takes.
DATASET_COLUMNS = (
    Column("inputs", "json"),
    Column("outputs", "json"),
    Column("expectations", "json"),
    Column("source", "json"),
)


def columns_of_items(questions: Iterable[str], people: Sequence[str] = ()) -> list[Column]:
    """The item's own columns, those of each question, and each person's answers to it.

    people   what the reviewers are called; empty without their columns
    """
    found = list(ITEM_COLUMNS)
    for name in questions:
        found += [Column(f"{name}.{part.name}", part.kind) for part in QUESTION_COLUMNS]
        found += [Column(f"{name}.by.{person}", "json") for person in people]
    return found


def names_of(columns: Iterable[Column]) -> list[str]:
    """What stands in the header."""
    return [column.name for column in columns]
