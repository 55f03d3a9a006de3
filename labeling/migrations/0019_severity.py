from django.db import migrations, models


class Migration(migrations.Migration):
    """How far the answers to a question lie apart."""

    dependencies = [
        ("labeling", "0018_hidden_items"),
    ]

    operations = [
        migrations.AddField(
            model_name="consensus",
            name="severity",
            field=models.FloatField(default=0.0),
        ),
    ]
