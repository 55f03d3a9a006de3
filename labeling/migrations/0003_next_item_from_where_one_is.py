"""The next item is looked for from where the reviewer is, through an index SQLite takes as well."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Two indexes, and the constraint that makes the first one right."""

    dependencies = [("labeling", "0002_finish_times")]

    operations = [
        migrations.AddConstraint(
            model_name="queueitem",
            constraint=models.CheckConstraint(
                condition=Q(status="pending", finished_at__isnull=True)
                | (~Q(status="pending") & Q(finished_at__isnull=False)),
                name="finished_items_have_a_time",
            ),
        ),
        migrations.RemoveIndex(model_name="queueitem", name="pending_items_by_position"),
        migrations.AddIndex(
            model_name="queueitem",
            index=models.Index(
                condition=Q(finished_at__isnull=True, removed_at__isnull=True),
                fields=["session", "position"],
                name="pending_items_by_position",
            ),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(fields=["reviewer", "-started_at"], name="reviews_begun_last"),
        ),
    ]
