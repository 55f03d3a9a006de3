from django.db import migrations, models


class Migration(migrations.Migration):
    """How the answers to a question are combined."""

    dependencies = [("labeling", "0008_session_plans")]

    operations = [
        migrations.AddField(
            model_name="sessionschema",
            name="consensus",
            field=models.CharField(
                choices=[
                    ("automatic", "Automatic"),
                    ("dawid_skene", "Dawid Skene"),
                    ("one_coin", "One Coin"),
                    ("weighted_vote", "Weighted Vote"),
                ],
                default="automatic",
                max_length=13,
            ),
        ),
    ]
