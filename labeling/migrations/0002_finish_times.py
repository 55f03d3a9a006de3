"""Items that wait have no finish time and finished ones have one, before a constraint says so."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F


def even_out(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Nothing to do where every row was written by the verbs."""
    items = apps.get_model("labeling", "QueueItem").objects
    items.filter(status="pending", finished_at__isnull=False).update(finished_at=None)
    done = items.filter(finished_at__isnull=True).exclude(status="pending")
    done.update(finished_at=F("added_at"))


class Migration(migrations.Migration):
    """Going back needs nothing: the earlier state allowed these rows as well."""

    dependencies = [("labeling", "0001_initial")]
    operations = [migrations.RunPython(even_out, migrations.RunPython.noop)]
