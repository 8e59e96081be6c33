import uuid

from django.db import migrations, models

import pathways.records.sealed


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0022_partnership_and_learning'),
    ]

    operations = [
        migrations.CreateModel(
            name='EvaluationRelease',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField(unique=True)),
                ('kind', models.CharField(choices=[('evaluation', 'Whole evaluation report'), ('quarterly', 'Home Office quarterly return'), ('provider', 'Commissioner’s return for one provider'), ('dashboard', 'Steering-group dashboard'), ('public', 'Public summary'), ('equality', 'Equality report')], default='', max_length=60)),
                ('audience', models.CharField(max_length=20)),
                ('from_date', models.DateField(blank=True, null=True)),
                ('until_date', models.DateField(blank=True, null=True)),
                ('rounding', models.PositiveIntegerField(blank=True, null=True)),
                ('provider_id', models.UUIDField(blank=True, null=True)),
                ('to_organisation_id', models.UUIDField(blank=True, db_index=True, null=True)),
                ('recipient', pathways.records.sealed.SealedText(blank=True, null=True)),
                ('words', pathways.records.sealed.SealedJSON(blank=True, null=True)),
                ('status', models.CharField(choices=[('waiting', 'Being made'), ('made', 'Made: not yet put forward'), ('failed', 'Could not be made'), ('in_review', 'Read by two others'), ('returned', 'Returned to be changed'), ('released', 'Released'), ('withdrawn', 'Withdrawn')], default='waiting', max_length=40)),
                ('organisation_id', models.UUIDField()),
                ('asked_at', models.DateTimeField()),
                ('asked_by_id', models.UUIDField()),
                ('as_at', models.DateTimeField(blank=True, null=True)),
                ('extract_sha256', models.CharField(blank=True, default='', max_length=64)),
                ('mark', models.CharField(blank=True, default='', max_length=64)),
                ('files', pathways.records.sealed.SealedBytes(blank=True, null=True)),
                ('names', models.JSONField(blank=True, default=list)),
                ('left_out', models.CharField(blank=True, default='', max_length=300)),
                ('published', models.JSONField(blank=True, null=True)),
                ('threshold', models.PositiveIntegerField(blank=True, null=True)),
                ('at_risk', models.PositiveIntegerField(default=0)),
                ('given_away', models.PositiveIntegerField(default=0)),
                ('held_back', models.PositiveIntegerField(default=0)),
                ('beside', models.PositiveIntegerField(default=0)),
                ('statement', pathways.records.sealed.SealedText(blank=True, null=True)),
                ('why_failed', models.CharField(blank=True, default='', max_length=300)),
                ('proposed_at', models.DateTimeField(blank=True, null=True)),
                ('proposed_by_id', models.UUIDField(blank=True, null=True)),
                ('released_at', models.DateTimeField(blank=True, null=True)),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('withdrawn_by_id', models.UUIDField(blank=True, null=True)),
                ('why_withdrawn', pathways.records.sealed.SealedText(blank=True, null=True)),
            ],
            options={
                'db_table': 'evaluation_release',
                'ordering': ['-number'],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['evaluation', 'quarterly', 'provider', 'dashboard', 'public', 'equality'])), name='evaluation_release_kind_known'), models.CheckConstraint(condition=models.Q(('audience__in', ['steering', 'partner', 'public'])), name='evaluation_release_audience_known'), models.CheckConstraint(condition=models.Q(('status__in', ('waiting', 'made', 'failed', 'in_review', 'returned', 'released', 'withdrawn'))), name='evaluation_release_status_known'), models.CheckConstraint(condition=models.Q(models.Q(('proposed_at__isnull', False), ('proposed_by_id__isnull', False)), models.Q(('proposed_at__isnull', True), ('proposed_by_id__isnull', True)), _connector='OR'), name='evaluation_release_proposed_at_paired'), models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', False), ('withdrawn_by_id__isnull', False)), models.Q(('withdrawn_at__isnull', True), ('withdrawn_by_id__isnull', True)), _connector='OR'), name='evaluation_release_withdrawn_at_paired'), models.CheckConstraint(condition=models.Q(models.Q(('from_date__isnull', True), ('until_date__isnull', True)), ('until_date__gte', models.F('from_date')), _connector='OR'), name='evaluation_release_days_in_order'), models.CheckConstraint(condition=models.Q(models.Q(('at_risk', 0), ('given_away', 0), ('released_at__isnull', False), ('status', 'released')), models.Q(('status', 'released'), _negated=True), _connector='OR'), name='evaluation_release_nothing_given_away'), models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['made', 'in_review', 'released']), _negated=True), models.Q(('mark', ''), _negated=True), _connector='OR'), name='evaluation_release_has_a_hash')],
            },
        ),
        migrations.CreateModel(
            name='FunderTemplate',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('funder', models.CharField(max_length=120)),
                ('number', models.PositiveIntegerField()),
                ('columns', models.JSONField(default=list)),
                ('organisation_id', models.UUIDField()),
                ('made_at', models.DateTimeField()),
                ('made_by_id', models.UUIDField()),
            ],
            options={
                'db_table': 'funder_template',
                'ordering': ['funder', '-number'],
                'constraints': [models.UniqueConstraint(fields=('funder', 'number'), name='funder_template_once')],
            },
        ),
        migrations.CreateModel(
            name='ReleaseReview',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('release_id', models.UUIDField(db_index=True)),
                ('mark', models.CharField(max_length=64)),
                ('agrees', models.BooleanField()),
                ('words', pathways.records.sealed.SealedText(blank=True, null=True)),
                ('organisation_id', models.UUIDField()),
                ('made_at', models.DateTimeField()),
                ('made_by_id', models.UUIDField()),
            ],
            options={
                'db_table': 'evaluation_release_review',
                'ordering': ['made_at'],
                'constraints': [models.UniqueConstraint(fields=('release_id', 'mark', 'made_by_id'), name='evaluation_release_review_once')],
            },
        ),
    ]
