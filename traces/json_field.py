"""A column that gives back exactly the JSON it was given.

Postgres' jsonb reorders keys, normalises numbers and refuses NUL; what people and judges wrote must
come back as written, and we never query these columns by shape. So they hold text.
"""

from __future__ import annotations

from typing import Any

import orjson
from django.core import checks
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class ExactJsonField(models.TextField):  # type: ignore[type-arg]  # not generic at run time
    """JSON kept as text. SQL NULL is JSON null, so declare `null=True` where null is a value.

    Values must have passed `traces.json_values.check`; anything else raises TypeError here.
    """

    # Any: JSON of every shape; the names are those by which the type checker's plugin asks.
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def from_db_value(
        self, value: str | None, _expression: object, _connection: BaseDatabaseWrapper
    ) -> object:
        """Text of the database → value."""
        return None if value is None else orjson.loads(value)

    def get_prep_value(self, value: object) -> str | None:
        """Value → text for the database."""
        return None if value is None else orjson.dumps(value).decode()

    def to_python(self, value: object) -> object:
        """Forms and deserialisation are not a door of these columns."""
        return value

    def value_to_string(self, obj: models.Model) -> str:
        """Used by Django's serializers only."""
        return orjson.dumps(self.value_from_object(obj)).decode()

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        """As TextField's, nothing to add."""
        return list(super().check(**kwargs))
