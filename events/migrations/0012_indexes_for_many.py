"""Indexes for the orders of events, projects and figures."""

from django.db import migrations, models
from django.db.models.functions import Coalesce

from portal.indexes import AddIndexInUse, on_postgresql, other_way


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('events', '0011_event_indexes'),
    ]

    operations = [
        # The order of the API, in which those without a date come last; SQLite has no such index.
        on_postgresql('events_event_dated_last', 'events_event (status, starts_at DESC NULLS LAST, id)'),
        AddIndexInUse(
            model_name='event',
            index=models.Index(fields=['status', '-published_at', '-id'], include=('outcome',), name='events_event_published'),
        ),
        AddIndexInUse(
            model_name='event',
            index=models.Index(fields=['status', '-updated_at', '-id'], name='events_event_changed'),
        ),
        AddIndexInUse(
            model_name='project',
            index=models.Index(fields=['status', '-published_at', '-id'], include=('stage',), name='events_project_latest'),
        ),
        AddIndexInUse(
            model_name='project',
            index=models.Index(models.F('status'), Coalesce('slug_fr', 'slug_en'), models.F('id'), name='events_project_title_fr'),
        ),
        AddIndexInUse(
            model_name='project',
            index=models.Index(models.F('status'), Coalesce('slug_en', 'slug_fr'), models.F('id'), name='events_project_title_en'),
        ),
        AddIndexInUse(
            model_name='projectfigure',
            index=models.Index(fields=['-date', 'project', 'position'], name='events_figure_latest'),
        ),
        other_way('events_event_themes', 'theme_id', 'event_id'),
        other_way('events_project_themes', 'theme_id', 'project_id'),
    ]
