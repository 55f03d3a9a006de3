import django.db.models.deletion
from django.db import migrations, models

import traces.json_field


class Migration(migrations.Migration):
    """What came of comparing judges with people."""

    dependencies = [
        ("labeling", "0014_reroutes"),
    ]

    operations = [
        migrations.CreateModel(
            name="JudgeComparison",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64)),
                ("asked", traces.json_field.ExactJsonField(default=dict)),
                ("result", traces.json_field.ExactJsonField(default=dict)),
                ("inputs", models.CharField(max_length=64)),
                ("computed_at", models.DateTimeField()),
                (
                    "session",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="judge_comparisons",
                        to="labeling.labelingsession",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("session", "digest"), name="one_comparison_per_session_and_question"
                    )
                ],
            },
        ),
    ]
