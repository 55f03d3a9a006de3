"""How style sheets and scripts are served: hashed names, compressed."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ServedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # has no types
    """Scripts load each other by their hashed names, so that a page never mixes two releases."""

    support_js_module_import_aggregation = True
