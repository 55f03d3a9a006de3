from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def create_default(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """MLflow's clients use experiment 0, "Default", when they name none."""
    apps.get_model("traces", "Experiment").objects.get_or_create(pk=0, defaults={"name": "Default"})


class Migration(migrations.Migration):
    dependencies = [("traces", "0001_initial")]

    operations = [migrations.RunPython(create_default, migrations.RunPython.noop)]
