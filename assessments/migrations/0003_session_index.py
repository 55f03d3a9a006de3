from django.db import migrations

from assessments.session_index import install, remove


class Migration(migrations.Migration):
    dependencies = [("assessments", "0002_revisions_are_append_only")]

    operations = [migrations.RunPython(install, remove)]
