"""What a disclosure is for becomes a code, and what was typed of it is sealed with its reason.

A referral to another organisation is a crossing like any other. And what a referral's reason said before it was
corrected closes to the service when the reason itself does.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django.db import migrations, models

from pathways.records import keys
from pathways.records.sealed import EMPTIED

#: the two purposes that the programme itself wrote
_OURS = {
    "To offer her the programme’s support": "offer_support",
    "The return that the condition of a disposal requires": "condition",
}
#: what was typed by the coordinator who told police, by the kind of what was told
_TYPED = {
    "safeguarding": "prevent_harm",
    "threat_to_life": "save_life",
    "client_requested": "as_she_asked",
    "programme_entry": "offer_support",
    "agreed_return": "condition",
}
_CLOSE = """
alter table support_correction no force row level security;
alter table support_referral_pack no force row level security;
alter table support_correction disable trigger user;
update support_correction c set is_answered = p.is_answered
    from support_referral_pack p where c.what = 'referral_why' and c.object_id = p.referral_id;
alter table support_correction enable trigger user;
alter table support_correction force row level security;
alter table support_referral_pack force row level security;
"""

#: her reference stood in the title, and stayed there when she was erased
_TITLE = """
alter table task no force row level security;
alter table task disable trigger user;
update task set title = 'A woman’s time with the programme has ended' where kind = 'time_ended';
alter table task enable trigger user;
alter table task force row level security;
"""


def _seal_what_was_typed(apps: Any, schema_editor: Any) -> None:
    """The history of rows is set aside meanwhile: it would keep the words that are sealed here."""
    disclosure = apps.get_model("records", "Disclosure")
    reason = disclosure._meta.get_field("emergency_reason")
    run = schema_editor.execute
    run("alter table disclosure no force row level security")
    run("alter table disclosure disable trigger user")
    for row in disclosure._default_manager.all():
        code, sealed = _OURS.get(row.purpose), None
        if code is None:
            code, sealed = _TYPED.get(row.kind, "other"), _with(row, reason)
        _write(schema_editor, row.pk, code, sealed)
    run("alter table disclosure enable trigger user")
    run("alter table disclosure force row level security")


def _with(row: Any, reason: Any) -> bytes:
    """The sealed reason, with what was typed of the purpose beneath it; emptied where her key is gone."""
    stands = SimpleNamespace(
        _meta=row._meta, pk=row.pk, sealed_for=lambda: (row.person_id, row.from_organisation_id)
    )
    held = row.__dict__["emergency_reason"]
    try:
        before = reason.unseal(stands, held.blob) if held is not None else ""
        return bytes(reason.seal(stands, f"{before}\n\nWhat they needed it for: {row.purpose}".strip()))
    except keys.KeyGone:
        return EMPTIED


def _write(schema_editor: Any, key: Any, code: str, sealed: bytes | None) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("update disclosure set purpose = %s where id = %s", [code, key])
        if sealed is not None:
            cursor.execute("update disclosure set emergency_reason = %s where id = %s", [sealed, key])


class Migration(migrations.Migration):
    dependencies = [("records", "0009_joined_records_of_every_kind")]

    operations = [
        migrations.AddField(
            model_name="correction",
            name="is_answered",
            field=models.BooleanField(default=False),
        ),
        migrations.RunSQL(_CLOSE, migrations.RunSQL.noop),
        migrations.RunSQL(_TITLE, migrations.RunSQL.noop),
        migrations.RunPython(_seal_what_was_typed, migrations.RunPython.noop),
        migrations.RemoveConstraint(model_name="disclosure", name="disclosure_kind_known"),
        migrations.AlterField(
            model_name="disclosure",
            name="kind",
            field=models.CharField(
                blank=True,
                choices=[
                    ("programme_entry", "Identification handed to the programme"),
                    ("agreed_return", "A return that she agreed to"),
                    ("safeguarding", "Safeguarding"),
                    ("threat_to_life", "Threat to life"),
                    ("client_requested", "At her request"),
                    ("court_or_vir", "Court order or victim information request"),
                    ("referral", "Referral to a service, as she agreed"),
                ],
                default="",
                max_length=60,
            ),
        ),
        # shorter than before, so that the table is written anew and nothing that was typed is left behind in it
        migrations.AlterField(
            model_name="disclosure",
            name="purpose",
            field=models.CharField(
                blank=True,
                choices=[
                    ("offer_support", "To offer her the programme’s support"),
                    ("condition", "The return that the condition of a disposal requires"),
                    ("support_her", "To support her, as she agreed"),
                    ("save_life", "To save a life"),
                    ("prevent_harm", "To keep her or somebody else from serious harm"),
                    ("protect_a_child", "To protect a child"),
                    ("as_she_asked", "To do what she asked for"),
                    ("look_into", "To look into an offence against her"),
                    ("other", "Another purpose, written down with the reason"),
                ],
                default="",
                max_length=60,
            ),
        ),
        migrations.AddConstraint(
            model_name="disclosure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "programme_entry",
                            "agreed_return",
                            "safeguarding",
                            "threat_to_life",
                            "client_requested",
                            "court_or_vir",
                            "referral",
                        ],
                    )
                ),
                name="disclosure_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="disclosure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "purpose__in",
                        [
                            "offer_support",
                            "condition",
                            "support_her",
                            "save_life",
                            "prevent_harm",
                            "protect_a_child",
                            "as_she_asked",
                            "look_into",
                            "other",
                        ],
                    )
                ),
                name="disclosure_purpose_known",
            ),
        ),
    ]
