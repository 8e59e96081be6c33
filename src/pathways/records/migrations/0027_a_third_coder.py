import uuid

from django.db import migrations, models

import pathways.records.sealed


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0026_police_records'),
    ]

    operations = [
        migrations.CreateModel(
            name='Settlement',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('excerpt_id', models.UUIDField(unique=True)),
                ('codes', models.JSONField(blank=True, default=list)),
                ('because', pathways.records.sealed.SealedText(blank=True, null=True)),
                ('first_coding_id', models.UUIDField()),
                ('second_coding_id', models.UUIDField()),
                ('first_coder_id', models.UUIDField()),
                ('second_coder_id', models.UUIDField()),
                ('organisation_id', models.UUIDField(db_index=True)),
                ('made_at', models.DateTimeField()),
                ('made_by_id', models.UUIDField()),
                ('made_by_name', models.CharField(blank=True, default='', max_length=120)),
            ],
            options={
                'db_table': 'interview_settlement',
                'ordering': ['made_at'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('made_by_id', models.F('first_coder_id')), _negated=True), models.Q(('made_by_id', models.F('second_coder_id')), _negated=True)), name='interview_settlement_third_person'),
                    models.CheckConstraint(condition=models.Q(models.Q(('first_coder_id', models.F('second_coder_id')), _negated=True), models.Q(('first_coding_id', models.F('second_coding_id')), _negated=True)), name='interview_settlement_of_two'),
                ],
            },
        ),
    ]
