import uuid

from django.db import migrations, models

_KINDS = [
    ('governance', 'Meetings and decisions'), ('role', 'Roles'), ('framework', 'Agreements and protocols'),
    ('spend', 'Spend'), ('staff_time', 'Staff time'), ('training', 'Training and awareness'),
    ('risk_change', 'Risk assessments changed by sharing'), ('prevention', 'Prevention actions'),
    ('interview', 'Interviews'), ('figure', 'Figures counted elsewhere'), ('learning', 'Learning log'),
    ('question', 'Evaluation questions'), ('data_source', 'Data sources'), ('ethics', 'Ethics'),
    ('toolkit', 'Toolkit mapping'),
]


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0019_blind_by_the_walls'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='programmerecord',
            name='programme_record_kind_known',
        ),
        migrations.AlterField(
            model_name='programmerecord',
            name='kind',
            field=models.CharField(choices=_KINDS, default='', max_length=60),
        ),
        migrations.AddConstraint(
            model_name='programmerecord',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', [code for code, _ in _KINDS])), name='programme_record_kind_known'),
        ),
        migrations.CreateModel(
            name='SurveyWave',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('opens_date', models.DateField()),
                ('closes_date', models.DateField()),
                ('version', models.PositiveIntegerField()),
                ('invited', models.PositiveIntegerField(default=0)),
                ('organisation_id', models.UUIDField(db_index=True)),
                ('made_at', models.DateTimeField()),
                ('made_by_id', models.UUIDField()),
                ('made_by_name', models.CharField(blank=True, default='', max_length=120)),
            ],
            options={
                'db_table': 'survey_wave',
                'ordering': ['number'],
                'constraints': [
                    models.UniqueConstraint(fields=('number',), name='survey_wave_once'),
                    models.CheckConstraint(condition=models.Q(('closes_date__gte', models.F('opens_date'))), name='survey_wave_days_in_order'),
                ],
            },
        ),
        migrations.CreateModel(
            name='SurveyInvitation',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('wave_id', models.UUIDField(db_index=True)),
                ('account_id', models.UUIDField(db_index=True)),
                ('organisation_id', models.UUIDField()),
                ('run_by_organisation_id', models.UUIDField()),
                ('has_answered', models.BooleanField(default=False)),
            ],
            options={
                'db_table': 'survey_invitation',
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('wave_id', 'account_id'), name='survey_invitation_once')],
            },
        ),
        migrations.CreateModel(
            name='SurveySheet',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('wave_id', models.UUIDField(db_index=True)),
                ('answers', models.JSONField()),
            ],
            options={
                'db_table': 'survey_sheet',
                'ordering': ['id'],
            },
        ),
    ]
