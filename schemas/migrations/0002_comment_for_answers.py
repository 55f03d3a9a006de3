from django.db import migrations

import traces.json_field


class Migration(migrations.Migration):
    dependencies = [
        ("schemas", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="schemaversion",
            name="comment_for",
            field=traces.json_field.ExactJsonField(blank=True, default=list),
        ),
    ]
