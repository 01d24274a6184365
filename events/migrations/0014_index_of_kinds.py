"""An index in which the events of one kind stand together, with all that is counted of them."""

from django.db import migrations, models

from portal.indexes import AddIndexInUse


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('events', '0013_indexes_for_days_and_partners'),
    ]

    operations = [
        AddIndexInUse(
            model_name='event',
            index=models.Index(
                fields=['status', 'kind', '-starts_at', 'id'],
                include=('over_at', 'commune', 'price', 'languages', 'online_url', 'ends_at', 'all_day'),
                name='events_event_of_kind',
            ),
        ),
    ]
