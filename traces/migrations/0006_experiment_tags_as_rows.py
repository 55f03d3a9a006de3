"""The tags that experiments have already, as the rows that searches read."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def copy_tags(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """One row per tag."""
    experiments = apps.get_model("traces", "Experiment").objects.order_by("pk")
    tag = apps.get_model("traces", "ExperimentTag")
    for experiment in experiments.iterator():
        tag.objects.bulk_create(
            tag(experiment=experiment, key=key, value=value)
            for key, value in experiment.tags.items()
        )


class Migration(migrations.Migration):
    dependencies = [("traces", "0005_experiment_tags")]

    operations = [migrations.RunPython(copy_tags, migrations.RunPython.noop)]
