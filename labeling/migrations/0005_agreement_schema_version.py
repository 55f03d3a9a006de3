"""An agreement tells under which version of its question it was computed."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState


class AddWhereMissing(migrations.AddField):
    """Databases made by some development versions have the column already."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Agreements from before do not tell, so they go; the sweep computes them again."""
        agreement = from_state.apps.get_model(app_label, self.model_name)
        connection = schema_editor.connection
        with connection.cursor() as cursor:
            columns = connection.introspection.get_table_description(
                cursor,
                agreement._meta.db_table,  # noqa: SLF001 - documented
            )
        if f"{self.name}_id" in {column.name for column in columns}:
            return
        agreement.objects.all().delete()
        super().database_forwards(app_label, schema_editor, from_state, to_state)


class Migration(migrations.Migration):
    """The field, beside the question it belongs to."""

    dependencies = [
        ("labeling", "0004_user_queues"),
        ("schemas", "0001_initial"),
    ]

    operations = [
        AddWhereMissing(
            model_name="agreement",
            name="schema_version",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="schemas.schemaversion",
            ),
            preserve_default=False,
        )
    ]
