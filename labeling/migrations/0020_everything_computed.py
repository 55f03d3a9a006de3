from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def mark_every_session(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """When reviews came in and how long they took, intervals that hold their figure, what votes
    weigh, how far answers lie apart and which expectations differ are stored from now on.
    """
    marks = apps.get_model("assessments", "StaleMark").objects
    sessions = apps.get_model("labeling", "LabelingSession").objects
    runs = sessions.values_list("run_id", flat=True)
    marks.bulk_create((marks.model(run_id=run) for run in runs.iterator(2000)), batch_size=500)


class Migration(migrations.Migration):
    """Marks every session stale, once."""

    dependencies = [
        ("labeling", "0019_severity"),
        ("assessments", "0004_override_targets"),
    ]

    operations = [migrations.RunPython(mark_every_session, migrations.RunPython.noop)]
