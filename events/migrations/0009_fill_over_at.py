"""Says of each event when it is over, a thousand at a time: no row is locked for long."""

import datetime

from django.db import migrations
from django.db.models import Case, DateTimeField, F, When
from django.db.models.functions import Coalesce

BATCH = 1_000
WHOLE_DAY = datetime.timedelta(days=1)
END_UNSAID = datetime.timedelta(hours=12)
NEVER = datetime.datetime(3000, 1, 1, tzinfo=datetime.timezone.utc)


def fill(apps, schema_editor):
    events = apps.get_model('events', 'Event').objects.order_by('pk')
    # What has no date, or one that is further away than that, keeps what the column began with.
    dated = events.filter(starts_at__lt=NEVER).exclude(ends_at__gte=NEVER)
    over_at = Case(
        When(all_day=True, then=Coalesce('ends_at', 'starts_at') + WHOLE_DAY),
        When(ends_at=None, then=F('starts_at') + END_UNSAID),
        default=F('ends_at'),
        output_field=DateTimeField(),
    )
    last = 0
    while keys := list(dated.filter(pk__gt=last).values_list('pk', flat=True)[:BATCH]):
        dated.filter(pk__gt=last, pk__lte=keys[-1]).order_by().update(over_at=over_at)
        last = keys[-1]


class Migration(migrations.Migration):

    atomic = False

    dependencies = [('events', '0008_event_over_at')]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
