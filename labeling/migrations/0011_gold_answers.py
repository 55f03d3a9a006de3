import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import traces.json_field


class Migration(migrations.Migration):
    """Right answers known beforehand."""

    dependencies = [
        ("labeling", "0010_compute_anew"),
        ("schemas", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="GoldAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("value", traces.json_field.ExactJsonField()),
                ("set_at", models.DateTimeField()),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="gold",
                        to="labeling.queueitem",
                        db_index=False,
                    ),
                ),
                (
                    "label_schema",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="schemas.labelschema",
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("item", "label_schema"),
                        name="one_gold_answer_per_item_and_question",
                    )
                ],
            },
        ),
    ]
