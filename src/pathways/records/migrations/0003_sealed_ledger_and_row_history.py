# The seal over both streams, its queue, and what rows about a person were before.

import django.db.models.functions.datetime
from django.db import migrations, models

import pathways.records.models.seals


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0002_bars_and_emergency_access"),
    ]

    operations = [
        migrations.CreateModel(
            name="EventSeal",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                ("stream", models.PositiveSmallIntegerField()),
                ("form", models.PositiveSmallIntegerField()),
                ("event_id", models.UUIDField(unique=True)),
                ("entry", pathways.records.models.seals.Digest(max_length=32)),
            ],
            options={
                "db_table": "event_seal",
            },
        ),
        migrations.CreateModel(
            name="EventUnsealed",
            fields=[
                ("event_id", models.UUIDField(primary_key=True, serialize=False)),
                ("stream", models.PositiveSmallIntegerField()),
            ],
            options={
                "db_table": "event_unsealed",
            },
        ),
        migrations.AlterField(
            model_name="journeyevent",
            name="role",
            field=models.CharField(
                blank=True,
                choices=[
                    ("police_officer", "Police officer"),
                    ("police_spoc", "Police single point of contact"),
                    ("police_analyst", "Police analyst"),
                    ("coordinator", "Coordinator"),
                    ("panel_chair", "Panel chair"),
                    ("support_worker", "Support worker"),
                    ("provider_worker", "Private provider’s worker"),
                    ("supervisor", "Supervisor"),
                    ("evaluator", "Evaluator"),
                    ("governance_lead", "Information-governance lead"),
                    ("commissioner", "Commissioner"),
                    ("administrator", "System administrator"),
                    ("clerk", "The programme’s clerk (automatic)"),
                    ("counting", "The programme’s counting (automatic)"),
                    ("sealing", "The programme’s sealing of its log (automatic)"),
                ],
                default="",
                max_length=60,
            ),
        ),
        migrations.CreateModel(
            name="RowChange",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=63)),
                ("row_id", models.UUIDField()),
                ("client_id", models.UUIDField(blank=True, null=True)),
                ("organisation_id", models.UUIDField(blank=True, null=True)),
                (
                    "operation",
                    models.CharField(
                        choices=[("insert", "Made"), ("update", "Changed"), ("delete", "Removed")],
                        max_length=6,
                    ),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("account_id", models.UUIDField(blank=True, null=True)),
                ("role", models.CharField(blank=True, default="", max_length=40)),
                ("together", models.BigIntegerField()),
                ("old", models.JSONField(blank=True, null=True)),
            ],
            options={
                "db_table": "row_change",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["row_id"], name="row_change_row"),
                    models.Index(fields=["client_id"], name="row_change_client"),
                ],
            },
        ),
    ]
