"""`mlflow.genai.labeling` on a Reviewapp server, and the label schemas MLflow's client refuses.

MLflow loads this package while `import mlflow` still runs, so nothing here imports mlflow before
one of the names below is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlflow.genai.label_schemas import (
        EXPECTED_FACTS,
        EXPECTED_RESPONSE,
        GUIDELINES,
        InputCategorical,
        InputCategoricalList,
        InputNumeric,
        InputPassFail,
        InputText,
        InputTextList,
        LabelSchemaType,
    )

    from reviewapp_mlflow.label_schemas import (
        LabelSchema,
        create_label_schema,
        delete_label_schema,
        get_label_schema,
    )
    from reviewapp_mlflow.review_app import ReviewApp, get_review_app

__all__ = [
    "EXPECTED_FACTS",
    "EXPECTED_RESPONSE",
    "GUIDELINES",
    "InputCategorical",
    "InputCategoricalList",
    "InputNumeric",
    "InputPassFail",
    "InputText",
    "InputTextList",
    "LabelSchema",
    "LabelSchemaType",
    "ReviewApp",
    "create_label_schema",
    "delete_label_schema",
    "get_label_schema",
    "get_review_app",
]
OURS = {
    "LabelSchema": "reviewapp_mlflow.label_schemas",
    "ReviewApp": "reviewapp_mlflow.review_app",
    "create_label_schema": "reviewapp_mlflow.label_schemas",
    "delete_label_schema": "reviewapp_mlflow.label_schemas",
    "get_label_schema": "reviewapp_mlflow.label_schemas",
    "get_review_app": "reviewapp_mlflow.review_app",
}


def __getattr__(name: str) -> Any:
    """One of `__all__`, imported when it is first used (PEP 562); the rest is MLflow's own."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(OURS.get(name, "mlflow.genai.label_schemas")), name)


def __dir__() -> list[str]:
    """The public names."""
    return __all__
