from django.db import migrations


def create_default(apps, _editor):
    """MLflow's clients use experiment 0, "Default", when they name none."""
    apps.get_model("traces", "Experiment").objects.get_or_create(pk=0, defaults={"name": "Default"})


class Migration(migrations.Migration):
    dependencies = [("traces", "0001_initial")]

    operations = [migrations.RunPython(create_default, migrations.RunPython.noop)]
