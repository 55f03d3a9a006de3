from django.db import migrations, models
from django.db.models.functions import Left

from traces.text_index import install, remove


class Migration(migrations.Migration):
    dependencies = [("traces", "0006_experiment_tags_as_rows")]

    operations = [
        migrations.RunPython(install, remove),
        migrations.AddIndex(
            model_name="span",
            index=models.Index(Left("name", 120), "span_type", "trace", name="spans_by_name"),
        ),
    ]
