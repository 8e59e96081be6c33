import uuid

from django.db import migrations, models

import pathways.records.sealed


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0017_the_panel'),
    ]

    operations = [
        migrations.CreateModel(
            name='PlanVersion',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('part', models.CharField(choices=[('theory', 'Theory of change'), ('measures', 'Measures')], default='', max_length=60)),
                ('number', models.PositiveIntegerField()),
                ('body', models.JSONField()),
                ('what', pathways.records.sealed.SealedText(blank=True, null=True)),
                ('because', pathways.records.sealed.SealedText(blank=True, null=True)),
                ('organisation_id', models.UUIDField()),
                ('made_at', models.DateTimeField()),
                ('made_by_id', models.UUIDField()),
                ('made_by_name', models.CharField(blank=True, default='', max_length=120)),
            ],
            options={
                'db_table': 'plan_version',
                'ordering': ['part', 'number'],
                'constraints': [models.CheckConstraint(condition=models.Q(('part__in', ['theory', 'measures'])), name='plan_version_part_known'), models.UniqueConstraint(fields=('part', 'number'), name='plan_version_once'), models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='plan_version_from_one')],
            },
        ),
        migrations.CreateModel(
            name='ProgrammeRecord',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kept_id', models.UUIDField(db_index=True)),
                ('number', models.PositiveIntegerField(default=1)),
                ('kind', models.CharField(choices=[('governance', 'Meetings and decisions'), ('role', 'Roles'), ('framework', 'Agreements and protocols'), ('spend', 'Spend'), ('staff_time', 'Staff time'), ('training', 'Training and awareness'), ('risk_change', 'Risk assessments changed by sharing'), ('prevention', 'Prevention actions'), ('interview', 'Interviews'), ('figure', 'Figures counted elsewhere'), ('question', 'Evaluation questions'), ('data_source', 'Data sources'), ('ethics', 'Ethics'), ('toolkit', 'Toolkit mapping')], default='', max_length=60)),
                ('on_date', models.DateField()),
                ('until_date', models.DateField(blank=True, null=True)),
                ('codes', models.JSONField(blank=True, default=dict)),
                ('words', pathways.records.sealed.SealedJSON(blank=True, null=True)),
                ('is_withdrawn', models.BooleanField(default=False)),
                ('because', pathways.records.sealed.SealedText(blank=True, null=True)),
                ('participant', models.PositiveIntegerField(blank=True, null=True)),
                ('organisation_id', models.UUIDField(db_index=True)),
                ('made_at', models.DateTimeField()),
                ('made_by_id', models.UUIDField()),
                ('made_by_name', models.CharField(blank=True, default='', max_length=120)),
            ],
            options={
                'db_table': 'programme_record',
                'ordering': ['-on_date', '-made_at'],
                'indexes': [models.Index(fields=['kind', 'on_date'], name='programme_record_by_kind')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['governance', 'role', 'framework', 'spend', 'staff_time', 'training', 'risk_change', 'prevention', 'interview', 'figure', 'question', 'data_source', 'ethics', 'toolkit'])), name='programme_record_kind_known'), models.UniqueConstraint(fields=('kept_id', 'number'), name='programme_record_once'), models.CheckConstraint(condition=models.Q(('until_date__isnull', True), ('until_date__gte', models.F('on_date')), _connector='OR'), name='programme_record_days_in_order'), models.CheckConstraint(condition=models.Q(('kind', 'interview'), ('participant__isnull', True), _connector='OR'), name='programme_record_participant_of_interview')],
            },
        ),
    ]
