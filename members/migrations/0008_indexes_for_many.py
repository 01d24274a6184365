"""Indexes for the orders of the directory and of people."""

from django.db import migrations, models

from portal.indexes import AddIndexInUse


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('members', '0007_organisation_check_asked_on'),
    ]

    operations = [
        AddIndexInUse(
            model_name='organisation',
            index=models.Index(fields=['status', 'sort_name', 'id'], include=('kind', 'commune'), name='members_organisation_named'),
        ),
        AddIndexInUse(
            model_name='organisation',
            index=models.Index(fields=['status', '-updated_at', 'id'], include=('kind', 'commune'), name='members_organisation_recent'),
        ),
        AddIndexInUse(
            model_name='person',
            index=models.Index(fields=['name', 'id'], name='members_person_named'),
        ),
    ]
