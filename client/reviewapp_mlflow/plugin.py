"""MLflow's door: entry points `http` and `https` of the group `mlflow.labeling_store`.

Source: mlflow 3.17.2, genai/labeling/stores.py, LabelingStoreRegistry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reviewapp_mlflow.store import ReviewappStore


def labeling_store(tracking_uri: str) -> ReviewappStore:
    """The labeling store for a tracking URI."""
    # MLflow loads this module in the middle of `import mlflow`; the store's bases come later.
    from reviewapp_mlflow.store import ReviewappStore  # noqa: PLC0415 - see above

    return ReviewappStore(tracking_uri)
