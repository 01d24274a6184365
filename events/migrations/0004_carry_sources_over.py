"""Carries the sources of funding lines and figures over into their French column.

They are in three places: the rows that visitors read, what editors hold (values and base of
submissions), and the history. All three change alike, so that what waits still stands to what is live
as it did, and every step of the history can still be restored.
"""

from django.db import migrations
from django.db.models import F

ROWS = ('funding', 'figures')


def carry_over(apps, schema_editor):
    for name in ('FundingLine', 'ProjectFigure'):
        apps.get_model('events', name).objects.update(source_fr=F('source'))
    _rewrite_held(apps, _in_two_languages)


def carry_back(apps, schema_editor):
    """What has no French goes back in English; a funder of the directory goes back by its name."""
    for name in ('FundingLine', 'ProjectFigure'):
        for row in apps.get_model('events', name).objects.all():
            row.source = row.source_fr or row.source_en or ''
            row.save(update_fields=['source'])
    names = dict(apps.get_model('members', 'Organisation').objects.values_list('pk', 'name'))
    for line in apps.get_model('events', 'FundingLine').objects.exclude(organisation=None):
        line.funder, line.organisation = names[line.organisation_id], None
        line.save(update_fields=['funder', 'organisation'])
    _rewrite_held(apps, lambda name, row: _in_one_language(row, names))


def _in_two_languages(name, row):
    kept = {column: value for column, value in row.items() if column != 'source'}
    if name == 'funding':
        kept['organisation'] = None
    if 'source' in row:
        kept |= {'source_fr': row['source'], 'source_en': ''}
    return kept


def _in_one_language(row, names):
    kept = {
        column: value
        for column, value in row.items()
        if column not in ('source_fr', 'source_en', 'organisation')
    }
    if 'source_fr' in row:
        kept['source'] = row['source_fr'] or row.get('source_en', '')
    if row.get('organisation'):
        kept['funder'] = names.get(row['organisation'], '')
    return kept


def _rewrite_held(apps, rewritten):
    """Rewrite the rows that submissions and history keep of projects."""
    submissions = apps.get_model('portal', 'Submission').objects
    for held in submissions.filter(kind__app_label='events', kind__model='project'):
        submissions.filter(pk=held.pk).update(
            values=_columns(held.values, rewritten), base=_columns(held.base, rewritten)
        )
    history = apps.get_model('portal', 'HistoryEntry').objects
    of_projects = history.filter(target_type__app_label='events', target_type__model='project')
    for entry in of_projects.exclude(diff={}):
        before = {name: sides[0] for name, sides in entry.diff.items()}
        after = {name: sides[1] for name, sides in entry.diff.items()}
        before, after = _columns(before, rewritten), _columns(after, rewritten)
        history.filter(pk=entry.pk).update(diff={n: [before[n], after[n]] for n in before})


def _columns(values, rewritten):
    return {
        name: [rewritten(name, row) for row in value] if name in ROWS else value
        for name, value in values.items()
    }


class Migration(migrations.Migration):

    dependencies = [
        ('contenttypes', '0002_remove_content_type_name'),
        ('events', '0003_sources_in_two_languages'),
        ('portal', '0003_site_texts'),
    ]

    operations = [migrations.RunPython(carry_over, carry_back)]
