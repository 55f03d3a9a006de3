from django.db import migrations

from accounts.append_only import refuse


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RunPython(*refuse("accounts_auditevent")),
        migrations.RunPython(*refuse("accounts_auditseal")),
    ]
