from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("traces", "0003_datasets"),
    ]

    operations = [
        migrations.AlterField(
            model_name="runmetric",
            name="value",
            field=models.FloatField(null=True),
        ),
    ]
