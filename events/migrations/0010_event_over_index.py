"""An index on what the agenda asks first: what is public and over, or not."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [('events', '0009_fill_over_at')]

    operations = [
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['status', 'over_at', 'starts_at'], name='events_event_over'),
        ),
    ]
