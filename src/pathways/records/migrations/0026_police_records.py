from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0025_prices'),
    ]

    operations = [
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
            field=models.CharField(blank=True, choices=[('programme_entry', 'Identification handed to the programme'), ('agreed_return', 'A return that she agreed to'), ('safeguarding', 'Safeguarding'), ('threat_to_life', 'Threat to life'), ('client_requested', 'At her request'), ('court_or_vir', 'Court order or victim information request'), ('referral', 'Referral to a service, as she agreed'), ('panel', 'Shared at the panel'), ('justice_lab', 'Submitted to the Justice Data Lab, as she was told'), ('evaluation', 'Police records without names, for the evaluation')], default='', max_length=60),
        ),
        migrations.AlterField(
            model_name='disclosure',
            name='purpose',
            field=models.CharField(blank=True, choices=[('offer_support', 'To offer her the programme’s support'), ('condition', 'The return that the condition of a disposal requires'), ('support_her', 'To support her, as she agreed'), ('plan_together', 'To plan together at the panel how to keep her safe and supported'), ('save_life', 'To save a life'), ('prevent_harm', 'To keep her or somebody else from serious harm'), ('protect_a_child', 'To protect a child'), ('as_she_asked', 'To do what she asked for'), ('look_into', 'To look into an offence against her'), ('research', 'To compare reoffending, and give back figures that name nobody'), ('evaluate', 'To count police records before and after, in figures that name nobody'), ('other', 'Another purpose, written down with the reason')], default='', max_length=60),
        ),
        migrations.AddConstraint(
            model_name='disclosure',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['programme_entry', 'agreed_return', 'safeguarding', 'threat_to_life', 'client_requested', 'court_or_vir', 'referral', 'panel', 'justice_lab', 'evaluation'])), name='disclosure_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='disclosure',
            constraint=models.CheckConstraint(condition=models.Q(('purpose__in', ['offer_support', 'condition', 'support_her', 'plan_together', 'save_life', 'prevent_harm', 'protect_a_child', 'as_she_asked', 'look_into', 'research', 'evaluate', 'other'])), name='disclosure_purpose_known'),
        ),
    ]
