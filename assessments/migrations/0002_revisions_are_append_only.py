from django.db import migrations

from accounts.append_only import refuse

ASSESSMENT_EXISTS = "EXISTS (SELECT 1 FROM assessments_assessment WHERE id = OLD.assessment_id)"


class Migration(migrations.Migration):
    dependencies = [("assessments", "0001_initial")]

    operations = [
        migrations.RunPython(*refuse("assessments_revision", deletes_only_while=ASSESSMENT_EXISTS)),
    ]
