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
        ('records', '0018_plan_and_programme_records'),
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
    ]
