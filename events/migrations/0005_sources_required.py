"""Requires what 0004 has filled: a source in some language, and one funder for each line."""

from django.db import migrations, models
from django.db.models import Q

SOURCED = (~Q(source_fr='') & Q(source_fr__isnull=False)) | (~Q(source_en='') & Q(source_en__isnull=False))


class Migration(migrations.Migration):

    dependencies = [
        ('events', '0004_carry_sources_over'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='fundingline',
            constraint=models.CheckConstraint(condition=SOURCED, name='events_fundingline_sourced', violation_error_message='Give the source in French or in English.'),
        ),
        migrations.AddConstraint(
            model_name='projectfigure',
            constraint=models.CheckConstraint(condition=SOURCED, name='events_projectfigure_sourced', violation_error_message='Give the source in French or in English.'),
        ),
        migrations.AddConstraint(
            model_name='fundingline',
            constraint=models.CheckConstraint(condition=(Q(organisation=None) & ~Q(funder='')) | Q(organisation__isnull=False, funder=''), name='events_funding_one_funder', violation_error_message='Name one funder: an organisation of the directory, or another name.'),
        ),
    ]
