"""Indexes that hold all by which events of some days are told, and what is shown of who takes part."""

from django.db import migrations, models

from portal.indexes import AddIndexInUse


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('events', '0012_indexes_for_many'),
    ]

    operations = [
        AddIndexInUse(
            model_name='event',
            index=models.Index(
                fields=['status', '-starts_at', 'id'], include=('over_at', 'kind', 'ends_at', 'all_day'),
                name='events_event_began',
            ),
        ),
        AddIndexInUse(
            model_name='event',
            index=models.Index(
                fields=['status', 'over_at', 'starts_at', 'kind', 'id'],
                include=('commune', 'price', 'languages', 'online_url', 'ends_at', 'all_day'),
                name='events_event_lasting',
            ),
        ),
        migrations.RemoveIndex(model_name='event', name='events_event_latest'),
        migrations.RemoveIndex(model_name='event', name='events_event_counted'),
        AddIndexInUse(
            model_name='eventorganiser',
            index=models.Index(fields=['event', 'organisation'], condition=models.Q(agreed_at__isnull=False), name='events_organiser_of_event'),
        ),
        AddIndexInUse(
            model_name='eventorganiser',
            index=models.Index(fields=['organisation', 'event'], condition=models.Q(agreed_at__isnull=False), name='events_organiser_of_events'),
        ),
        AddIndexInUse(
            model_name='projectpartner',
            index=models.Index(fields=['project', 'organisation'], condition=models.Q(agreed_at__isnull=False), name='events_partner_of_project'),
        ),
        AddIndexInUse(
            model_name='projectpartner',
            index=models.Index(fields=['organisation', 'project'], condition=models.Q(agreed_at__isnull=False), name='events_partner_in_projects'),
        ),
    ]
