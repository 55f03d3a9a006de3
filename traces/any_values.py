"""OpenTelemetry's typed AnyValue, as protobuf and as JSON, to plain JSON and back.

Shapes: opentelemetry-proto, common/v1/common.proto; JSON in camelCase (OTLP/JSON) and in
snake_case (MLflow's REST answers).
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from traces.json_values import Json, dumps, join
from traces.parsing import Malformed, Room, integer, items, mapping, text

if TYPE_CHECKING:
    from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

# The client's protobuf reader gives up at 100 nested messages. A span's attribute lies five deep
# in a GetTrace answer, and each object adds three messages, each list two.
_CLIENT_DEPTH = 90


def from_proto(value: AnyValue, room: Room) -> Json:
    """Decode one AnyValue; bytes become base64 text, as in OTLP/JSON. Raises TooLarge.

    What JSON cannot hold is put into letters, see `traces.legible`.
    """
    room.take()
    match value.WhichOneof("value"):
        case "string_value":
            return room.text(value.string_value)
        case "int_value":
            return value.int_value
        case "bool_value":
            return value.bool_value
        case "double_value":
            return room.number(value.double_value)
        case "kvlist_value":
            return mapping_from_proto(value.kvlist_value.values, room)
        case "array_value":
            return [from_proto(item, room) for item in value.array_value.values]
        case "bytes_value":
            return base64.b64encode(value.bytes_value).decode()
        case _:
            return None


def mapping_from_proto(pairs: Iterable[KeyValue], room: Room) -> dict[str, Json]:
    """Decode attributes; of two equal keys the last wins. Raises TooLarge."""
    return {room.text(pair.key): from_proto(pair.value, room) for pair in pairs}


def from_json(value: Json, path: str, room: Room) -> Json:
    """Decode one AnyValue of OTLP/JSON, `{"stringValue": "a"}`. Raises Malformed, TooLarge."""
    room.take()
    for key, inner in mapping(value, path).items():
        if inner is None:
            continue
        match key:
            case "stringValue" | "string_value" | "bytesValue" | "bytes_value":
                return text(inner, join(path, key))
            case "intValue" | "int_value":
                return integer(inner, join(path, key))
            case "boolValue" | "bool_value":
                return _boolean(inner, join(path, key))
            case "doubleValue" | "double_value":
                return room.number(_number(inner, join(path, key)))
            case "kvlistValue" | "kvlist_value":
                pairs = mapping(inner, join(path, key)).get("values")
                return mapping_from_json(pairs, join(path, f"{key}.values"), room)
            case "arrayValue" | "array_value":
                values = mapping(inner, join(path, key)).get("values")
                return _list_from_json(values, join(path, f"{key}.values"), room)
            case _:
                continue
    return None


def mapping_from_json(pairs: Json, path: str, room: Room) -> dict[str, Json]:
    """Decode attributes of OTLP/JSON; of two equal keys the last wins.

    Raises Malformed, TooLarge.
    """
    decoded: dict[str, Json] = {}
    for index, item in enumerate(items(pairs, path)):
        place = f"{path}[{index}]"
        pair = mapping(item, place)
        key = text(pair.get("key"), f"{place}.key")
        decoded[key] = _optional_from_json(pair.get("value"), f"{place}.value", room)
    return decoded


def to_wire(value: Json, depth: int = _CLIENT_DEPTH) -> dict[str, Json]:
    """One AnyValue in the snake_case JSON of MLflow's answers; None is the empty object.

    depth   nested messages that the reader still accepts; what lies deeper is sent as JSON text,
            because the client would otherwise fail on the whole trace

    Seen in: mlflow 3.17.2, answer of GET /api/3.0/mlflow/traces/get.
    """
    match value:
        case None:
            return {}
        case str():
            return {"string_value": value}
        case bool():
            return {"bool_value": value}
        case int():
            return {"int_value": value}
        case float():
            return {"double_value": value}
        case _ if depth < 3:
            return {"string_value": dumps(value)}
        case list():
            return {"array_value": {"values": [to_wire(item, depth - 2) for item in value]}}
        case _:
            return {"kvlist_value": {"values": mapping_to_wire(value, depth - 3)}}


def mapping_to_wire(values: Mapping[str, Json], depth: int = _CLIENT_DEPTH) -> list[Json]:
    """Attributes as a list of `{"key", "value"}` with typed values."""
    return [{"key": key, "value": to_wire(value, depth)} for key, value in values.items()]


def _list_from_json(values: Json, path: str, room: Room) -> list[Json]:
    return [
        _optional_from_json(item, f"{path}[{index}]", room)
        for index, item in enumerate(items(values, path))
    ]


def _optional_from_json(value: Json, path: str, room: Room) -> Json:
    return from_json({} if value is None else value, path, room)


def _boolean(value: Json, path: str) -> bool:
    if not isinstance(value, bool):
        raise Malformed(path, "is not true or false")
    return value


def _number(value: Json, path: str) -> float:
    # protobuf's JSON mapping also spells doubles as text, "NaN" and "Infinity" among them.
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Malformed(path, "is not a number")
    try:
        return float(value)
    except ValueError:
        raise Malformed(path, "is not a number") from None
