"""Makes room: a source for each language, and a funder that is an organisation of the directory."""

import django.db.models.deletion
from django.db import migrations, models

SOURCE = {
    'blank': True,
    'help_text': 'Who states it: an article, a decision, a report.',
    'max_length': 250,
    'verbose_name': 'source',
}


class Migration(migrations.Migration):

    dependencies = [
        ('events', '0002_initial'),
        ('members', '0002_organisation_sort_name'),
    ]

    operations = [
        *(
            operation
            for name in ('fundingline', 'projectfigure')
            for operation in (
                migrations.AddField(name, 'source_fr', models.CharField(null=True, **SOURCE)),
                migrations.AddField(name, 'source_en', models.CharField(null=True, **SOURCE)),
                migrations.AlterField(name, 'source', models.CharField(**SOURCE)),
            )
        ),
        migrations.AddField(
            model_name='fundingline',
            name='organisation',
            field=models.ForeignKey(blank=True, help_text='An organisation of the directory, by its name.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.organisation', verbose_name='funder'),
        ),
        migrations.AlterField(
            model_name='fundingline',
            name='funder',
            field=models.CharField(blank=True, help_text='Whom the directory does not have, such as a ministry or the European Union.', max_length=150, verbose_name='other funder'),
        ),
    ]
