import django.db.models.deletion
from django.db import migrations, models

import traces.json_field


class Migration(migrations.Migration):
    """Items that come to their reviewers a second time, and what is answered then."""

    dependencies = [("labeling", "0012_escalation"), ("schemas", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="labelingsession",
            name="repeat_percent",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="labelingsession",
            name="has_repeats",
            field=models.BooleanField(default=False),
        ),
        migrations.CreateModel(
            name="RepeatedAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("value", traces.json_field.ExactJsonField(null=True)),
                ("rationale", models.TextField(blank=True)),
                ("cannot_judge", models.CharField(blank=True, max_length=200)),
                (
                    "label_schema",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="schemas.labelschema",
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="repeated_answers",
                        to="labeling.review",
                    ),
                ),
                (
                    "schema_version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="schemas.schemaversion",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="repeatedanswer",
            constraint=models.UniqueConstraint(
                fields=("review", "label_schema"),
                name="one_repeated_answer_per_review_and_question",
            ),
        ),
    ]
