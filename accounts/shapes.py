"""The bodies of the native API: strict fields, and a base that refuses what it does not know.

Serializers say what shape a body has and what an answer looks like; the verbs do everything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

UNKNOWN = "This field is not known."


class Shape(serializers.Serializer[Any]):  # Any: shapes never stand for one model's instance
    """A body. A field that is not declared is refused by its name."""

    def to_internal_value(self, data: Any) -> Any:
        """The checked fields. Raises ValidationError."""
        if isinstance(data, Mapping):
            writable = {field.field_name for field in self._writable_fields}
            unknown = sorted(str(name)[:100] for name in data if name not in writable)
            if unknown:
                raise serializers.ValidationError(dict.fromkeys(unknown, UNKNOWN))
        return super().to_internal_value(data)


class Words(serializers.CharField):
    """A text as it was sent: a number is no text, and spaces stay."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"trim_whitespace": False} | options)

    def to_internal_value(self, data: Any) -> str:
        """The text. Raises ValidationError."""
        if not isinstance(data, str):
            raise serializers.ValidationError("Write a text.")
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
    """A whole number; a text of digits, 1.0 and true are none."""

    def to_internal_value(self, data: Any) -> int:
        """The number. Raises ValidationError."""
        if not isinstance(data, int) or isinstance(data, bool):
            raise serializers.ValidationError("Write a whole number.")
        return super().to_internal_value(data)


class Flag(serializers.BooleanField):
    """true or false, and nothing that looks like them."""

    def to_internal_value(self, data: Any) -> bool:
        """The flag. Raises ValidationError."""
        if not isinstance(data, bool):
            raise serializers.ValidationError("Write true or false.")
        return data


def interval_field() -> serializers.ListField:
    """Two numbers, or null."""
    return serializers.ListField(
        child=serializers.FloatField(), min_length=2, max_length=2, allow_null=True
    )


@extend_schema_field({})
class AnyJson(serializers.Field[Any, Any, Any, Any]):
    """Any JSON value, exactly as it was sent."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"allow_null": True} | options)

    def to_internal_value(self, data: Any) -> Any:
        """The value itself: the body's parser has checked it."""
        return data

    def to_representation(self, value: Any) -> Any:
        """The value itself."""
        return value


@extend_schema_field({"type": "object", "additionalProperties": {}})
class AnyObject(AnyJson):
    """Any JSON object."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"allow_null": False} | options)

    def to_internal_value(self, data: Any) -> Any:
        """The object. Raises ValidationError."""
        if not isinstance(data, dict):
            raise serializers.ValidationError("Write an object.")
        return data


@extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
class Texts(AnyObject):
    """An object of texts."""
