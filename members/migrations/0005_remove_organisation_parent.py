from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0004_parents_as_rows'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='organisation',
            name='members_organisation_not_its_own_parent',
        ),
        migrations.RemoveField(
            model_name='organisation',
            name='parent',
        ),
    ]
