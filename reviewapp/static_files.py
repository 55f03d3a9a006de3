"""How style sheets and scripts are served: hashed names, compressed, scripts without comments."""

from __future__ import annotations

import re
from pathlib import PurePath

from django.core.files.base import ContentFile, File
from whitenoise.storage import CompressedManifestStaticFilesStorage

# Whole lines of comment, and indentation. Neither stands inside a string of our scripts.
WITHOUT_MEANING = re.compile(rb"^[ \t]*//.*\n|^[ \t]+", re.MULTILINE)


class ServedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # has no types
    """Scripts import each other by their hashed names, so that a page never mixes two releases."""

    support_js_module_import_aggregation = True

    def _save(self, name: str, content: File[bytes]) -> str:
        if PurePath(name).parts[:1] == ("js",) and name.endswith(".js"):
            content = ContentFile(WITHOUT_MEANING.sub(b"", b"".join(content.chunks())))
        return str(super()._save(name, content))
