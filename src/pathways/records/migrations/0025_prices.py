from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0024_justice_data_lab'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='planversion',
            name='plan_version_part_known',
        ),
        migrations.AlterField(
            model_name='planversion',
            name='part',
            field=models.CharField(choices=[('theory', 'Theory of change'), ('measures', 'Measures'), ('prices', 'Prices'), ('avoided', 'Costs avoided')], default='', max_length=60),
        ),
        migrations.AddConstraint(
            model_name='planversion',
            constraint=models.CheckConstraint(condition=models.Q(('part__in', ['theory', 'measures', 'prices', 'avoided'])), name='plan_version_part_known'),
        ),
    ]
