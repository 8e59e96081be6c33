import uuid

from django.db import migrations, models

import pathways.records.sealed

_KINDS = [
    ('governance', 'Meetings and decisions'), ('role', 'Roles'), ('framework', 'Agreements and protocols'),
    ('spend', 'Spend'), ('staff_time', 'Staff time'), ('training', 'Training and awareness'),
    ('risk_change', 'Risk assessments changed by sharing'), ('prevention', 'Prevention actions'),
    ('interview', 'Interviews'), ('topic_guide', 'Topic guides'), ('code', 'Codebook'), ('figure', 'Figures counted elsewhere'), ('learning', 'Learning log'),
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
        migrations.CreateModel(
            name='Excerpt',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('interview_id', models.UUIDField(db_index=True)),
                ('participant', models.PositiveIntegerField()),
                ('text', pathways.records.sealed.SealedText(blank=True, null=True)),
                ('is_taken_out', models.BooleanField(default=False)),
                ('organisation_id', models.UUIDField(db_index=True)),
                ('made_at', models.DateTimeField()),
                ('made_by_id', models.UUIDField()),
                ('made_by_name', models.CharField(blank=True, default='', max_length=120)),
            ],
            options={
                'db_table': 'interview_excerpt',
                'ordering': ['participant', 'made_at'],
            },
        ),
        migrations.CreateModel(
            name='Coding',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('excerpt_id', models.UUIDField(db_index=True)),
                ('codes', models.JSONField(blank=True, default=list)),
                ('is_open', models.BooleanField(default=False)),
                ('organisation_id', models.UUIDField()),
                ('coder_id', models.UUIDField()),
                ('coder_name', models.CharField(blank=True, default='', max_length=120)),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'interview_coding',
                'ordering': ['made_at'],
                'constraints': [models.UniqueConstraint(fields=('excerpt_id', 'coder_id'), name='interview_coding_once')],
            },
        ),
        migrations.CreateModel(
            name='Quotation',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('excerpt_id', models.UUIDField(db_index=True)),
                ('interview_id', models.UUIDField()),
                ('said_by', models.CharField(max_length=60)),
                ('text', pathways.records.sealed.SealedText(blank=True, null=True)),
                ('status', models.CharField(choices=[('waiting', 'Waiting for a second person'), ('released', 'Released'), ('refused', 'Not released'), ('taken_back', 'Taken back')], default='waiting', max_length=40)),
                ('because', pathways.records.sealed.SealedText(blank=True, null=True)),
                ('organisation_id', models.UUIDField(db_index=True)),
                ('asked_at', models.DateTimeField()),
                ('asked_by_id', models.UUIDField()),
                ('asked_by_name', models.CharField(blank=True, default='', max_length=120)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('decided_by_id', models.UUIDField(blank=True, null=True)),
                ('decided_by_name', models.CharField(blank=True, default='', max_length=120)),
            ],
            options={
                'db_table': 'interview_quotation',
                'ordering': ['-asked_at'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('status__in', ('waiting', 'released', 'refused', 'taken_back'))), name='interview_quotation_status_known'),
                    models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', False), ('decided_by_id__isnull', False)), models.Q(('decided_at__isnull', True), ('decided_by_id__isnull', True)), _connector='OR'), name='interview_quotation_decided_at_paired'),
                    models.CheckConstraint(condition=models.Q(('decided_by_id__isnull', True), models.Q(('decided_by_id', models.F('asked_by_id')), _negated=True), _connector='OR'), name='interview_quotation_second_person'),
                    models.CheckConstraint(condition=models.Q(('status', 'waiting'), ('decided_at__isnull', False), _connector='OR'), name='interview_quotation_decided'),
                ],
            },
        ),
    ]
