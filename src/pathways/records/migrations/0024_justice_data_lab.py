import uuid

import django.db.models.deletion
from django.db import migrations, models

import pathways.records.sealed


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0023_releases'),
    ]

    operations = [
        migrations.CreateModel(
            name='IndexDisposal',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('client_id', models.UUIDField(db_index=True)),
                ('organisation_id', models.UUIDField(db_index=True)),
                ('sealed_for_id', models.UUIDField(blank=True, null=True)),
                ('kind', models.CharField(blank=True, choices=[('none', 'No conviction and no caution'), ('caution', 'Caution or conditional caution'), ('discharge_or_fine', 'Discharge or fine'), ('community', 'Community order'), ('suspended', 'Suspended sentence'), ('custody', 'Custody')], default='', max_length=60)),
                ('convicted_date', pathways.records.sealed.SealedDate(blank=True, null=True)),
                ('released_date', pathways.records.sealed.SealedDate(blank=True, null=True)),
                ('source', models.CharField(blank=True, choices=[('court', 'A paper of the court'), ('probation', 'Probation'), ('police', 'The police point of contact'), ('herself', 'She said so')], default='', max_length=60)),
                ('recorded_at', models.DateTimeField()),
                ('recorded_by_id', models.UUIDField()),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('withdrawn_by_id', models.UUIDField(blank=True, null=True)),
            ],
            options={
                'db_table': 'support_disposal',
                'ordering': ['-recorded_at'],
            },
        ),
        migrations.CreateModel(
            name='LabApproval',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('submission_id', models.UUIDField(db_index=True)),
                ('mark', models.CharField(max_length=64)),
                ('drawn_at', models.DateTimeField()),
                ('agrees', models.BooleanField()),
                ('is_lead', models.BooleanField(default=False)),
                ('words', pathways.records.sealed.SealedText(blank=True, null=True)),
                ('organisation_id', models.UUIDField()),
                ('made_at', models.DateTimeField()),
                ('made_by_id', models.UUIDField()),
            ],
            options={
                'db_table': 'lab_approval',
                'ordering': ['made_at'],
            },
        ),
        migrations.CreateModel(
            name='LabSubmission',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField(unique=True)),
                ('organisation_id', models.UUIDField(db_index=True)),
                ('to_organisation_id', models.UUIDField()),
                ('from_date', models.DateField()),
                ('until_date', models.DateField()),
                ('basis', models.CharField(choices=[('law_enforcement', 'Law-enforcement purpose (DPA 2018 s35)'), ('authorised_by_law', 'Re-use beyond law enforcement, authorised by law (DPA 2018 s36)'), ('public_task', 'Public task (UK GDPR Article 6(1)(e))'), ('legal_obligation', 'Legal obligation (UK GDPR Article 6(1)(c))'), ('vital_interests', 'Vital interests (UK GDPR Article 6(1)(d))'), ('legitimate_interests', 'Legitimate interests (UK GDPR Article 6(1)(f))'), ('recognised_interest', 'Recognised legitimate interest (UK GDPR Annex 1)'), ('consent', 'Consent (UK GDPR Article 6(1)(a))')], default='', max_length=60)),
                ('confidence_basis', models.CharField(choices=[('her_agreement', 'She agreed'), ('legal_duty', 'The law requires it'), ('public_interest', 'Overriding public interest')], default='', max_length=60)),
                ('because', pathways.records.sealed.SealedText(blank=True, null=True)),
                ('status', models.CharField(choices=[('drawn_up', 'Drawn up'), ('in_review', 'Before two others'), ('returned', 'Returned to be changed'), ('approved', 'Approved: not yet taken out'), ('taken_out', 'Taken out'), ('withdrawn', 'Withdrawn')], default='drawn_up', max_length=40)),
                ('as_at', models.DateTimeField()),
                ('considered', models.PositiveIntegerField(default=0)),
                ('eligible', models.PositiveIntegerField(default=0)),
                ('first_reasons', models.JSONField(blank=True, default=dict)),
                ('all_reasons', models.JSONField(blank=True, default=dict)),
                ('told', models.JSONField(blank=True, default=list)),
                ('earlier', models.JSONField(blank=True, default=list)),
                ('mark', models.CharField(max_length=64)),
                ('drawn_at', models.DateTimeField()),
                ('drawn_by_id', models.UUIDField()),
                ('proposed_at', models.DateTimeField(blank=True, null=True)),
                ('proposed_by_id', models.UUIDField(blank=True, null=True)),
                ('approved_at', models.DateTimeField(blank=True, null=True)),
                ('taken_at', models.DateTimeField(blank=True, null=True)),
                ('taken_by_id', models.UUIDField(blank=True, null=True)),
                ('taken_sha256', models.CharField(blank=True, default='', max_length=64)),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('withdrawn_by_id', models.UUIDField(blank=True, null=True)),
                ('why_withdrawn', pathways.records.sealed.SealedText(blank=True, null=True)),
            ],
            options={
                'db_table': 'lab_submission',
                'ordering': ['-number'],
            },
        ),
        migrations.CreateModel(
            name='PrivacyNotice',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('version', models.CharField(max_length=40, unique=True)),
                ('from_date', models.DateField()),
                ('names_lab', models.BooleanField(default=False)),
                ('sentence', models.CharField(blank=True, default='', max_length=600)),
                ('made_at', models.DateTimeField()),
                ('made_by_id', models.UUIDField()),
            ],
            options={
                'db_table': 'privacy_notice',
                'ordering': ['-from_date', '-made_at'],
            },
        ),
        migrations.CreateModel(
            name='ToldOfUse',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('client_id', models.UUIDField(db_index=True)),
                ('organisation_id', models.UUIDField(db_index=True)),
                ('sealed_for_id', models.UUIDField(blank=True, null=True)),
                ('answer', models.CharField(blank=True, choices=[('told', 'She was told, and did not object'), ('agreed', 'She was told, and agreed'), ('objected', 'She objects to this use')], default='', max_length=60)),
                ('on_date', models.DateField()),
                ('words', pathways.records.sealed.SealedText(blank=True, null=True)),
                ('recorded_at', models.DateTimeField()),
                ('recorded_by_id', models.UUIDField()),
            ],
            options={
                'db_table': 'support_told',
                'ordering': ['-on_date', '-recorded_at'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='disclosure',
            name='disclosure_kind_known',
        ),
        migrations.RemoveConstraint(
            model_name='disclosure',
            name='disclosure_purpose_known',
        ),
        migrations.AlterField(
            model_name='disclosure',
            name='kind',
            field=models.CharField(blank=True, choices=[('programme_entry', 'Identification handed to the programme'), ('agreed_return', 'A return that she agreed to'), ('safeguarding', 'Safeguarding'), ('threat_to_life', 'Threat to life'), ('client_requested', 'At her request'), ('court_or_vir', 'Court order or victim information request'), ('referral', 'Referral to a service, as she agreed'), ('panel', 'Shared at the panel'), ('justice_lab', 'Submitted to the Justice Data Lab, as she was told')], default='', max_length=60),
        ),
        migrations.AlterField(
            model_name='disclosure',
            name='purpose',
            field=models.CharField(blank=True, choices=[('offer_support', 'To offer her the programme’s support'), ('condition', 'The return that the condition of a disposal requires'), ('support_her', 'To support her, as she agreed'), ('plan_together', 'To plan together at the panel how to keep her safe and supported'), ('save_life', 'To save a life'), ('prevent_harm', 'To keep her or somebody else from serious harm'), ('protect_a_child', 'To protect a child'), ('as_she_asked', 'To do what she asked for'), ('look_into', 'To look into an offence against her'), ('research', 'To compare reoffending, and give back figures that name nobody'), ('other', 'Another purpose, written down with the reason')], default='', max_length=60),
        ),
        migrations.AddConstraint(
            model_name='disclosure',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['programme_entry', 'agreed_return', 'safeguarding', 'threat_to_life', 'client_requested', 'court_or_vir', 'referral', 'panel', 'justice_lab'])), name='disclosure_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='disclosure',
            constraint=models.CheckConstraint(condition=models.Q(('purpose__in', ['offer_support', 'condition', 'support_her', 'plan_together', 'save_life', 'prevent_harm', 'protect_a_child', 'as_she_asked', 'look_into', 'research', 'other'])), name='disclosure_purpose_known'),
        ),
        migrations.AddConstraint(
            model_name='indexdisposal',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['none', 'caution', 'discharge_or_fine', 'community', 'suspended', 'custody', ''])), name='support_disposal_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='indexdisposal',
            constraint=models.CheckConstraint(condition=models.Q(('source__in', ['court', 'probation', 'police', 'herself', ''])), name='support_disposal_source_known'),
        ),
        migrations.AddConstraint(
            model_name='indexdisposal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', False), ('withdrawn_by_id__isnull', False)), models.Q(('withdrawn_at__isnull', True), ('withdrawn_by_id__isnull', True)), _connector='OR'), name='support_disposal_withdrawn_at_paired'),
        ),
        migrations.AddConstraint(
            model_name='labapproval',
            constraint=models.UniqueConstraint(fields=('submission_id', 'drawn_at', 'made_by_id'), name='lab_approval_once'),
        ),
        migrations.AddConstraint(
            model_name='labsubmission',
            constraint=models.CheckConstraint(condition=models.Q(('basis__in', ['law_enforcement', 'authorised_by_law', 'public_task', 'legal_obligation', 'vital_interests', 'legitimate_interests', 'recognised_interest', 'consent'])), name='lab_submission_basis_known'),
        ),
        migrations.AddConstraint(
            model_name='labsubmission',
            constraint=models.CheckConstraint(condition=models.Q(('confidence_basis__in', ['her_agreement', 'legal_duty', 'public_interest'])), name='lab_submission_confidence_basis_known'),
        ),
        migrations.AddConstraint(
            model_name='labsubmission',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ('drawn_up', 'in_review', 'returned', 'approved', 'taken_out', 'withdrawn'))), name='lab_submission_status_known'),
        ),
        migrations.AddConstraint(
            model_name='labsubmission',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('proposed_at__isnull', False), ('proposed_by_id__isnull', False)), models.Q(('proposed_at__isnull', True), ('proposed_by_id__isnull', True)), _connector='OR'), name='lab_submission_proposed_at_paired'),
        ),
        migrations.AddConstraint(
            model_name='labsubmission',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('taken_at__isnull', False), ('taken_by_id__isnull', False)), models.Q(('taken_at__isnull', True), ('taken_by_id__isnull', True)), _connector='OR'), name='lab_submission_taken_at_paired'),
        ),
        migrations.AddConstraint(
            model_name='labsubmission',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', False), ('withdrawn_by_id__isnull', False)), models.Q(('withdrawn_at__isnull', True), ('withdrawn_by_id__isnull', True)), _connector='OR'), name='lab_submission_withdrawn_at_paired'),
        ),
        migrations.AddConstraint(
            model_name='labsubmission',
            constraint=models.CheckConstraint(condition=models.Q(('until_date__gte', models.F('from_date'))), name='lab_submission_days_in_order'),
        ),
        migrations.AddConstraint(
            model_name='labsubmission',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['in_review', 'approved', 'taken_out']), _negated=True), ('eligible__gte', 60), _connector='OR'), name='lab_submission_no_fewer_than_taken'),
        ),
        migrations.AddConstraint(
            model_name='labsubmission',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['approved', 'taken_out']), _negated=True), ('approved_at__isnull', False), _connector='OR'), name='lab_submission_approved_has_moment'),
        ),
        migrations.AddConstraint(
            model_name='privacynotice',
            constraint=models.CheckConstraint(condition=models.Q(('names_lab', False), models.Q(('sentence', ''), _negated=True), _connector='OR'), name='privacy_notice_names_it_in_words'),
        ),
        migrations.AddField(
            model_name='toldofuse',
            name='notice',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.privacynotice'),
        ),
        migrations.AddConstraint(
            model_name='toldofuse',
            constraint=models.CheckConstraint(condition=models.Q(('answer__in', ['told', 'agreed', 'objected', ''])), name='support_told_answer_known'),
        ),
        migrations.AddConstraint(
            model_name='toldofuse',
            constraint=models.CheckConstraint(condition=models.Q(('answer__in', ['', 'objected']), ('notice__isnull', False), _connector='OR'), name='support_told_by_a_notice'),
        ),
    ]
