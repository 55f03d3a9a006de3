"""What MLflow's review queues need of a session and its items: own queues, names, times."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

BATCH = 500


def name_sessions(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Give each session its name as a queue, the oldest of one name the plain one."""
    sessions = apps.get_model("labeling", "LabelingSession").objects
    taken = set()
    named = []
    present = sessions.filter(run__deleted_at__isnull=True).order_by("pk")
    for session in present.only("experiment_id", "name", "session_id").iterator(BATCH):
        own = session.name.strip()
        names = [f"{own} ({session.session_id[:8]})", f"{own} ({session.session_id})"]
        if "@" not in own:
            names = [own, *names]
        keys = [(session.experiment_id, name.lower()) for name in names]
        key = next(key for key in keys if key not in taken)
        taken.add(key)
        session.queue_key = key[1]
        named.append(session)
    sessions.bulk_update(named, ["queue_key"], batch_size=BATCH)


class Migration(migrations.Migration):
    dependencies = [
        ("labeling", "0003_next_item_from_where_one_is"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "labelingsession", "updated_at", models.DateTimeField(blank=True, null=True)
        ),
        migrations.AddField(
            "labelingsession",
            "queue_user",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            "labelingsession", "queue_key", models.CharField(max_length=600, null=True)
        ),
        migrations.AddField(
            "queueitem", "finished_as", models.CharField(blank=True, max_length=250)
        ),
        migrations.AddField("queueitem", "changed_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddConstraint(
            "labelingsession",
            models.UniqueConstraint(
                fields=("experiment", "queue_user"), name="one_queue_per_experiment_and_person"
            ),
        ),
        migrations.AddConstraint(
            "labelingsession",
            models.UniqueConstraint(
                fields=("experiment", "queue_key"), name="one_queue_per_experiment_and_name"
            ),
        ),
        migrations.RunPython(name_sessions, migrations.RunPython.noop),
    ]
