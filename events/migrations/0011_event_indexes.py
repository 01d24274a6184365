"""Indexes that hold all that the agenda sorts and counts by, in the place of two that only lead to it."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('events', '0010_event_over_index'),
        ('members', '0006_commune_order'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='event',
            index=models.Index(
                fields=['status', '-starts_at', 'id'], include=('over_at', 'kind'), name='events_event_latest'
            ),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(
                fields=['status', 'over_at', 'starts_at', 'kind', 'id'],
                include=('commune', 'price', 'languages', 'online_url'),
                name='events_event_counted',
            ),
        ),
        migrations.RemoveIndex(model_name='event', name='events_event_agenda'),
        migrations.RemoveIndex(model_name='event', name='events_event_over'),
    ]
