"""Row security asks of each row whether its woman is among those one works with: from an index alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0006_account_link_made_at")]

    operations = [
        migrations.AddIndex(
            model_name="involvement",
            index=models.Index(
                condition=models.Q(("until_at__isnull", True)),
                fields=["client_id", "organisation_id", "account_id"],
                name="involvement_with_her",
            ),
        ),
    ]
