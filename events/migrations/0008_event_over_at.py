"""A column for when an event is over. Events that an older version writes meanwhile count as to come."""

import datetime

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('events', '0007_sensible_limits'),
        ('members', '0006_commune_order'),
    ]

    operations = [
        migrations.AddField(
            model_name='event',
            name='over_at',
            field=models.DateTimeField(
                db_default=datetime.datetime(3000, 1, 1, tzinfo=datetime.timezone.utc), editable=False
            ),
        ),
    ]
