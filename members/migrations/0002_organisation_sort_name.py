"""The name that lists are put in order by, filled for the organisations there are."""

from django.db import migrations, models

from portal.words import fold


def fill(apps, schema_editor):
    Organisation = apps.get_model("members", "Organisation")
    for organisation in Organisation._base_manager.only("pk", "name").iterator():
        Organisation._base_manager.filter(pk=organisation.pk).update(
            sort_name=fold(organisation.name)[:150]
        )


class Migration(migrations.Migration):
    dependencies = [("members", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="organisation",
            name="sort_name",
            field=models.CharField(
                blank=True, db_index=True, default="", editable=False, max_length=150
            ),
            preserve_default=False,
        ),
        migrations.AlterModelOptions(
            name="organisation",
            options={
                "ordering": ["sort_name", "pk"],
                "verbose_name": "organisation",
                "verbose_name_plural": "organisations",
            },
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
