"""MLflow's input classes ↔ the native API's `input`.

Shapes: docs/api.md, "Label schemas". Both names of a choice of several options, InputCategorical
with `multi_select` and InputCategoricalList, are one kind there and read back as the latter.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from mlflow.exceptions import MlflowException
from mlflow.genai.label_schemas import (
    InputCategorical,
    InputCategoricalList,
    InputNumeric,
    InputPassFail,
    InputText,
    InputTextList,
)
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE

Input: TypeAlias = (
    InputPassFail
    | InputCategorical
    | InputCategoricalList
    | InputNumeric
    | InputText
    | InputTextList
)
Described: TypeAlias = dict[str, dict[str, Any]]


def describe(entered: Input) -> Described:
    """`{kind: {...}}` without what is not limited. Raises MlflowException for anything else."""
    match entered:
        case InputPassFail(positive_label=positive, negative_label=negative):
            return {"pass_fail": {"positive_label": positive, "negative_label": negative}}
        case InputCategorical(options=options, multi_select=several):
            return {"categorical": {"options": list(options), "multi_select": several}}
        case InputCategoricalList(options=options):
            return {"categorical": {"options": list(options), "multi_select": True}}
        case InputNumeric(min_value=low, max_value=high):
            return {"numeric": given(min_value=low, max_value=high)}
        case InputText(max_length=longest):
            return {"text": given(max_length=longest)}
        case InputTextList(max_length_each=longest, max_count=most):
            return {"text_list": given(max_length_each=longest, max_count=most)}
    raise MlflowException(
        f"`input` is a {type(entered).__name__}; use one of the Input classes of mlflow.",
        error_code=INVALID_PARAMETER_VALUE,
    )


def given(**limits: float | None) -> dict[str, float]:
    """The limits that are set."""
    return {name: limit for name, limit in limits.items() if limit is not None}


def understand(described: Described) -> Input:
    """The input class of `{kind: {...}}`."""
    ((kind, spec),) = described.items()
    match kind:
        case "pass_fail":
            return InputPassFail(spec["positive_label"], spec["negative_label"])
        case "categorical" if spec.get("multi_select"):
            return InputCategoricalList(options=spec["options"])
        case "categorical":
            return InputCategorical(options=spec["options"])
        case "numeric":
            return InputNumeric(spec.get("min_value"), spec.get("max_value"))
        case "text":
            return InputText(spec.get("max_length"))
        case "text_list":
            return InputTextList(spec.get("max_length_each"), spec.get("max_count"))
    raise MlflowException(f"A newer server asks for {kind!r}; upgrade reviewapp-mlflow.")
