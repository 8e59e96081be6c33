from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0005_everyday")]
    operations = [
        migrations.AddField(
            model_name="account",
            name="link_made_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
