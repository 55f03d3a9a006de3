from django.db import migrations, models


class Migration(migrations.Migration):
    """When one more reviewer is asked about an item, and how far that went."""

    dependencies = [("labeling", "0011_gold_answers")]

    operations = [
        migrations.AddField(
            model_name="labelingsession",
            name="escalation",
            field=models.CharField(
                choices=[
                    ("off", "Off"),
                    ("tie", "Tie"),
                    ("low_agreement", "Low Agreement"),
                ],
                default="off",
                max_length=13,
            ),
        ),
        migrations.AddField(
            model_name="labelingsession",
            name="escalation_agreement",
            field=models.FloatField(default=0.75),
        ),
        migrations.AddField(
            model_name="labelingsession",
            name="escalation_reviews",
            field=models.PositiveSmallIntegerField(default=5),
        ),
        migrations.AddField(
            model_name="queueitem",
            name="escalated",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="queueitem",
            name="handed_over",
            field=models.CharField(
                blank=True,
                choices=[("limit", "Limit"), ("nobody_left", "Nobody Left")],
                max_length=11,
            ),
        ),
    ]
