"""Indexes for the orders of the directory and of people."""

from django.db import migrations, models

from portal.indexes import AddIndexInUse, other_way


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
        AddIndexInUse(
            model_name='exchange',
            index=models.Index(fields=['direction', 'topic', 'organisation'], name='members_exchange_of_topic'),
        ),
        migrations.RemoveIndex(model_name='exchange', name='members_exchange_topic'),
        other_way('members_organisation_themes', 'theme_id', 'organisation_id'),
    ]
