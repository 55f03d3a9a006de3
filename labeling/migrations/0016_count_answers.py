from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def mark_every_session(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """What is stored of a question now counts its answers: compute it anew."""
    marks = apps.get_model("assessments", "StaleMark").objects
    sessions = apps.get_model("labeling", "LabelingSession").objects
    runs = sessions.values_list("run_id", flat=True)
    marks.bulk_create((marks.model(run_id=run) for run in runs.iterator(2000)), batch_size=500)


class Migration(migrations.Migration):
    """Marks every session stale, once."""

    dependencies = [
        ("labeling", "0015_judge_comparisons"),
        ("assessments", "0003_session_index"),
    ]

    operations = [migrations.RunPython(mark_every_session, migrations.RunPython.noop)]
