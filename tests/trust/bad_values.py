"""Bodies, values, ids and queries that no client of good will sends."""

from __future__ import annotations

from typing import Any

DEEP = 100_000

# What each field is given: it is refused by name, or taken exactly.
VALUES: list[Any] = [None, True, -1, 2**63, "", "x" * 10_000, [None], {"a": {"b": [1]}}]
# MLflow's messages are read field by field: these reach further there.
MORE_VALUES: list[Any] = [2**53, 1.5, [], [[]], {}]
# What no text or number may be, wherever it stands.
UNSTORABLE = ["NaN", "-Infinity", "1e400", "9" * 5000, '"a\\u0000b"', '"\\ud800"', '{"\\udfff": 1}']
# "many nodes" is refused before it is parsed; what is counted only then is in test_json_values.
BODIES: dict[str, bytes] = {
    "nothing": b"",
    "cut off": b'{"name": "a", ',
    "not JSON": b"name=a",
    "a list": b'[{"name": "a"}]',
    "a text": b'"name"',
    "null": b"null",
    "nested deep": b"[" * DEEP + b"]" * DEEP,
    "nested deep in a field": b'{"name": ' + b'{"a":' * 20_000 + b"1" + b"}" * 20_001,
    "open brackets": b"[" * DEEP,
    "not UTF-8": b'{"name": "\xff\xfe"}',
    "UTF-16": '{"name": "a"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"name": "a"}',
    "many nodes": b'{"name": [' + b"0," * 250_000 + b"0]}",
}
# What no endpoint of MLflow's may take for a message, and fields of the native API in other kinds.
BODIES_OF: dict[str, dict[str, bytes]] = {
    "mlflow": {
        "a broken word": b"nul",
        "a bracket": b"{",
        "an integer too large": b'{"a": 9223372036854775808}',
        "70 deep": b'{"a": ' + b"[" * 70 + b"]" * 70 + b"}",
        "NaN": b'{"a": NaN}',
        "an infinite number": b'{"a": 1e999}',
        "a NUL": b'{"a": "\\u0000"}',
        "a lone surrogate": b'{"a": "\\ud800"}',
    },
    "native": {
        "a number": b"7",
        "an empty object": b"{}",
        "a version too large": b'{"version": 99999999999999999999999}',
        "a surrogate in bytes": b'{"name": "\xed\xa0\x80"}',
        "NaN": b'{"name": NaN}',
        "kinds": b'{"name": {}, "value": [[[]]], "kind": 1, "type": [], "input": 3, "version": {}}',
        "more kinds": b'{"state": [], "answers": {"correct": []}, "trace_ids": {}, "filter": 5, '
        b'"sample": []}',
        "yet more": b'{"item_ids": [[]], "scopes": {}, "trace_id": null, "source": [], '
        b'"error": "x"}',
    },
}
# What MLflow's doors refuse for being no JSON object that can be kept.
NO_MESSAGE = {"cut off", "not JSON", "a list", "a text", "UTF-16", "many nodes"}
NO_MESSAGE |= BODIES_OF["mlflow"].keys()
TYPES = [
    "",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/json; charset=utf-16",
    "application/x-protobuf",
]
IDS = [
    "a%00b",
    "%FF%ED%A0%80",
    "..%2F..",
    "-1",
    "9" * 30,
    "1.0",
    "%D9%A3",
    "x" * 3000,
]
NAMES = (
    *("page_size", "page_token", "max_results", "filter", "order_by", "status", "q", "name"),
    *("page", "format", "rows", "updated_since", "trace_id", "trace_ids", "schema_id"),
    *("run_id", "experiment_id", "experiment_name"),
)
QUERIES = [
    *("&".join(f"{name}={bad}" for name in NAMES) for bad in ("%00", "-1", "9" * 40)),
    "page_token=eyJvZmZzZXQiOiAtMX0=",
    "page_token=" + "a" * 5000,
    "filter=" + "a" * 5000,
    "filter=tags.a%20RLIKE%20%27(%27",
    "filter=timestamp%20>%20" + "9" * 400 + "&order_by=;drop",
]
