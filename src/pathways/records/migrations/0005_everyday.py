"""Everyday strength: corrections, joined records, what a form changed last, an agreement behind each crossing."""

import uuid

import django.db.models.deletion
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

import pathways.records.sealed

# A constraint cannot look into another table, so this holds what it cannot: the agreement that a crossing
# names is one between these two organisations, and in force on that day in London. What crossed before this
# was held is left as it was recorded.
_TRIGGER = """
create function disclosure_under_agreement() returns trigger language plpgsql as $$
begin
    if new.agreement_id is not null and not exists (
        select 1 from sharing_agreement a
        where a.id = new.agreement_id
          and a.from_organisation_id = new.from_organisation_id
          and a.to_organisation_id = new.to_organisation_id
          and a.from_date <= (new.made_at at time zone 'Europe/London')::date
          and (a.until_date is null or a.until_date >= (new.made_at at time zone 'Europe/London')::date)
    ) then
        raise exception 'this crossing names no sharing agreement in force between the two organisations'
            using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger disclosure_under_agreement before insert on disclosure
    for each row execute function disclosure_under_agreement();
"""
_NO_TRIGGER = """
drop trigger disclosure_under_agreement on disclosure;
drop function disclosure_under_agreement();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0004_erasing"),
    ]

    operations = [
        migrations.CreateModel(
            name="Correction",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("client_id", models.UUIDField(db_index=True)),
                ("organisation_id", models.UUIDField(db_index=True)),
                ("sealed_for_id", models.UUIDField(blank=True, null=True)),
                (
                    "what",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("contact", "A contact"),
                            ("goal_rating", "A goal rating"),
                            ("need_rating", "A rung of the needs ladder"),
                            ("assessment", "An assessment"),
                            ("identity", "Who she is"),
                            ("demographics", "Equality monitoring"),
                            ("referral_why", "The reason of a referral"),
                            ("closure", "How her episode ended"),
                            ("follow_up", "A follow-up"),
                        ],
                        default="",
                        max_length=60,
                    ),
                ),
                ("object_id", models.UUIDField(db_index=True)),
                ("before", pathways.records.sealed.SealedJSON(blank=True, null=True)),
                ("after", pathways.records.sealed.SealedJSON(blank=True, null=True)),
                ("why", pathways.records.sealed.SealedText(blank=True, null=True)),
                ("made_at", models.DateTimeField()),
                ("made_by_id", models.UUIDField()),
                ("made_by_name", models.CharField(blank=True, default="", max_length=120)),
            ],
            options={
                "db_table": "support_correction",
                "ordering": ["made_at"],
            },
        ),
        migrations.CreateModel(
            name="EarlierDecision",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("organisation_id", models.UUIDField(db_index=True)),
                ("nominal_id", models.UUIDField()),
                ("number", models.PositiveIntegerField()),
                ("outcome", models.CharField(max_length=40)),
                ("content", pathways.records.sealed.SealedJSON(blank=True, null=True)),
                ("why_again", pathways.records.sealed.SealedText(blank=True, null=True)),
                ("decided_at", models.DateTimeField()),
                ("decided_by_id", models.UUIDField()),
                ("replaced_at", models.DateTimeField()),
                ("replaced_by_id", models.UUIDField()),
            ],
            options={
                "db_table": "police_earlier_decision",
                "ordering": ["-number"],
            },
        ),
        migrations.CreateModel(
            name="EarlierDecisionIn",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("organisation_id", models.UUIDField(db_index=True)),
                ("number", models.PositiveIntegerField()),
                ("outcome", models.CharField(max_length=40)),
                ("content", pathways.records.sealed.SealedJSON(blank=True, null=True)),
                ("why_again", pathways.records.sealed.SealedText(blank=True, null=True)),
                ("decided_at", models.DateTimeField()),
                ("decided_by_id", models.UUIDField()),
                ("replaced_at", models.DateTimeField()),
                ("replaced_by_id", models.UUIDField()),
            ],
            options={
                "db_table": "support_earlier_decision",
                "ordering": ["-number"],
            },
        ),
        migrations.CreateModel(
            name="FormEdition",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("key", models.CharField(max_length=240, unique=True)),
                ("organisation_id", models.UUIDField()),
                ("client_id", models.UUIDField(blank=True, db_index=True, null=True)),
                ("title", models.CharField(blank=True, default="", max_length=120)),
                ("answers", pathways.records.sealed.SealedJSON(blank=True, null=True)),
                ("made_at", models.DateTimeField()),
                ("made_by_id", models.UUIDField()),
                ("made_by_name", models.CharField(blank=True, default="", max_length=120)),
            ],
            options={
                "db_table": "form_edition",
            },
        ),
        migrations.CreateModel(
            name="Joining",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("client_id", models.UUIDField(db_index=True)),
                ("organisation_id", models.UUIDField(db_index=True)),
                ("sealed_for_id", models.UUIDField(blank=True, null=True)),
                ("other_id", models.UUIDField(db_index=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("proposed", "May be one woman"),
                            ("joined", "Joined"),
                            ("parted", "Parted again"),
                            ("apart", "Two women"),
                        ],
                        default="proposed",
                        max_length=40,
                    ),
                ),
                ("why", pathways.records.sealed.SealedText(blank=True, null=True)),
                ("shown", pathways.records.sealed.SealedJSON(blank=True, null=True)),
                ("undo", pathways.records.sealed.SealedJSON(blank=True, null=True)),
                ("made_at", models.DateTimeField()),
                ("made_by_id", models.UUIDField()),
                ("made_by_name", models.CharField(blank=True, default="", max_length=120)),
                ("parted_at", models.DateTimeField(blank=True, null=True)),
                ("parted_by_id", models.UUIDField(blank=True, null=True)),
                ("parted_because", pathways.records.sealed.SealedText(blank=True, null=True)),
            ],
            options={
                "db_table": "support_joining",
                "ordering": ["-made_at"],
            },
        ),
        migrations.AddField(
            model_name="approach",
            name="sealed_for_id",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="approachattempt",
            name="sealed_for_id",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="assessment",
            name="sealed_for_id",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="casenote",
            name="sealed_for_id",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="client",
            name="joined_into_id",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="closure",
            name="sealed_for_id",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="contact",
            name="sealed_for_id",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="demographics",
            name="sealed_for_id",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="engagement",
            name="sealed_for_id",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="episode",
            name="sealed_for_id",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="followup",
            name="sealed_for_id",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="goal",
            name="sealed_for_id",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="goalrating",
            name="sealed_for_id",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="identity",
            name="sealed_for_id",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="needrating",
            name="sealed_for_id",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="outgoingmessage",
            name="sealed_for_id",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="participationagreement",
            name="sealed_for_id",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="referral",
            name="sealed_for_id",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="referralpack",
            name="sealed_for_id",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="review",
            name="sealed_for_id",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="safecontactplan",
            name="sealed_for_id",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="safeplace",
            name="sealed_for_id",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="stop",
            name="sealed_for_id",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="triagedecision",
            name="sealed_for_id",
            field=models.UUIDField(blank=True, null=True),
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
                    ("registrar", "The programme’s registrar (automatic)"),
                ],
                default="",
                max_length=60,
            ),
        ),
        AddConstraintNotValid(
            model_name="disclosure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("agreement_id__isnull", False),
                    models.Q(
                        ("emergency_reason__isnull", False),
                        ("kind__in", ["safeguarding", "threat_to_life", "court_or_vir"]),
                    ),
                    _connector="OR",
                ),
                name="disclosure_has_agreement_or_emergency",
            ),
        ),
        migrations.RunSQL(_TRIGGER, _NO_TRIGGER),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "what__in",
                        [
                            "contact",
                            "goal_rating",
                            "need_rating",
                            "assessment",
                            "identity",
                            "demographics",
                            "referral_why",
                            "closure",
                            "follow_up",
                        ],
                    )
                ),
                name="support_correction_what_known",
            ),
        ),
        migrations.AddField(
            model_name="earlierdecision",
            name="consideration",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="earlier_decisions",
                to="records.consideration",
            ),
        ),
        migrations.AddField(
            model_name="earlierdecisionin",
            name="referral_in",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="earlier_decisions",
                to="records.referralin",
            ),
        ),
        migrations.AddConstraint(
            model_name="joining",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ("proposed", "joined", "parted", "apart"))),
                name="support_joining_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="joining",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("parted_at__isnull", False), ("parted_by_id__isnull", False)),
                    models.Q(("parted_at__isnull", True), ("parted_by_id__isnull", True)),
                    _connector="OR",
                ),
                name="support_joining_parted_at_paired",
            ),
        ),
        migrations.AddConstraint(
            model_name="joining",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "joined")), fields=("other_id",), name="joined_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="joining",
            constraint=models.CheckConstraint(
                condition=models.Q(("client_id", models.F("other_id")), _negated=True), name="joining_of_two"
            ),
        ),
        migrations.AddConstraint(
            model_name="earlierdecision",
            constraint=models.UniqueConstraint(
                fields=("consideration", "number"), name="decision_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="earlierdecisionin",
            constraint=models.UniqueConstraint(
                fields=("referral_in", "number"), name="decision_in_number_once"
            ),
        ),
    ]
