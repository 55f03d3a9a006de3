import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import traces.json_field


class Migration(migrations.Migration):
    dependencies = [
        ("traces", "0002_default_experiment"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Dataset",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("dataset_id", models.CharField(max_length=34, unique=True)),
                ("name", models.CharField(max_length=255)),
                ("schema", traces.json_field.ExactJsonField(null=True)),
                ("n_records", models.PositiveIntegerField(default=0)),
                ("changes", models.PositiveBigIntegerField(default=0)),
                ("created_by", models.CharField(blank=True, max_length=254)),
                ("last_updated_by", models.CharField(blank=True, max_length=254)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                (
                    "creator",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DatasetExperiment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "dataset",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="places",
                        to="traces.dataset",
                    ),
                ),
                (
                    "experiment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="traces.experiment",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DatasetRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("record_id", models.CharField(max_length=35, unique=True)),
                ("inputs_digest", models.CharField(max_length=64)),
                ("inputs", traces.json_field.ExactJsonField(default=dict)),
                ("outputs", traces.json_field.ExactJsonField(null=True)),
                ("expectations", traces.json_field.ExactJsonField(null=True)),
                ("tags", traces.json_field.ExactJsonField(null=True)),
                ("source", traces.json_field.ExactJsonField(null=True)),
                ("created_by", models.CharField(blank=True, max_length=254)),
                ("last_updated_by", models.CharField(blank=True, max_length=254)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                (
                    "dataset",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="records",
                        to="traces.dataset",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DatasetTag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=255)),
                ("value", models.TextField(blank=True)),
                (
                    "dataset",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tags",
                        to="traces.dataset",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="dataset",
            index=models.Index(fields=["-created_at", "dataset_id"], name="datasets_newest_first"),
        ),
        migrations.AddIndex(
            model_name="dataset",
            index=models.Index(fields=["name"], name="datasets_by_name"),
        ),
        migrations.AddConstraint(
            model_name="datasetexperiment",
            constraint=models.UniqueConstraint(
                fields=("dataset", "experiment"), name="one_row_per_dataset_and_experiment"
            ),
        ),
        migrations.AddIndex(
            model_name="datasetrecord",
            index=models.Index(fields=["dataset", "id"], name="records_in_order"),
        ),
        migrations.AddConstraint(
            model_name="datasetrecord",
            constraint=models.UniqueConstraint(
                fields=("dataset", "inputs_digest"), name="one_record_per_dataset_and_inputs"
            ),
        ),
        migrations.AddConstraint(
            model_name="datasettag",
            constraint=models.UniqueConstraint(
                fields=("dataset", "key"), name="one_value_per_dataset_tag"
            ),
        ),
    ]
