"""A level that is read blind is told by no row: the reading holds it only once it is in, and can be set aside."""

from django.db import migrations, models

#: of readings that wait, what was decided is taken off; it stands with the decision
FORGET = """
alter table support_triage_reading no force row level security;
update support_triage_reading set first_level = null where why = 'drawn' and read_at is null;
alter table support_triage_reading force row level security;
"""
STATUSES = ("waiting", "with_supervisor", "agreed", "apart", "overtaken", "set_aside")


class Migration(migrations.Migration):
    dependencies = [("records", "0018_plan_and_programme_records")]

    operations = [
        migrations.AlterField(
            model_name="triagereading",
            name="first_level",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="triagereading",
            name="status",
            field=models.CharField(
                choices=[
                    ("waiting", "Waiting to be read"),
                    ("with_supervisor", "Unanswered: with the supervisor"),
                    ("agreed", "Read: agreed"),
                    ("apart", "Read: not agreed"),
                    ("overtaken", "Overtaken by a newer decision"),
                    ("set_aside", "Set aside, and not counted"),
                ],
                default="waiting",
                max_length=40,
            ),
        ),
        migrations.RemoveConstraint(
            model_name="triagereading", name="support_triage_reading_status_known"
        ),
        migrations.AddConstraint(
            model_name="triagereading",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", STATUSES)),
                name="support_triage_reading_status_known",
            ),
        ),
        migrations.RunSQL(FORGET, migrations.RunSQL.noop),
    ]
