"""How style sheets and scripts are named: by what is in them, also where one imports another."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # no types there
    """Names with a hash, kept for ever by browsers; imports between modules get them too."""

    support_js_module_import_aggregation = True
