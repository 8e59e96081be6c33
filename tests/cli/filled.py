"""An invented programme put into the database of a data folder, and what stands there afterwards.

A process of its own, since Django belongs to one data folder for life: `python -m tests.cli.filled WHAT`.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any


def fill(women: int, waiting: int) -> dict[str, Any]:
    """`women` who are being supported, and `waiting` who have been assessed and await triage."""
    from django.db import transaction

    from tests.journey import agreed as made
    from tests.journey import people

    people.NOW = made.NOW = datetime.now(UTC) - timedelta(days=7)
    with transaction.atomic():
        cast = people.cast()
        service = made.service(cast.worker.organisation_id)
        known = [made.agreed(cast, called=f"Rosa {n}", reference=f"RS{n:04}EC") for n in range(women)]
    waits = []
    for number in range(waiting):
        with transaction.atomic():
            her = made.agreed(cast, called=f"Tess {number}", reference=f"TS{number:04}EC")
            waits.append({"client": str(her.client_id), "triage": str(made.assessed(cast, her))})
    from pathways.records.models import Account

    emails = dict(Account.objects.values_list("id", "email"))
    return {
        "password": people.PASSWORD,
        "emails": {name: emails[actor.account_id] for name, actor in vars(cast).items()},
        "service": str(service.id),
        "women": [str(her.client_id) for her in known],
        "waiting": waits,
    }


def found() -> dict[str, Any]:
    """Everything that was written, with the events beside it, opened and counted."""
    from django.db import connection, transaction
    from psycopg import conninfo

    from pathways.installation import database
    from pathways.records import models

    whole_sight = conninfo.conninfo_to_dict(database.dsn(database.Role.SUPERUSER))
    connection.settings_dict.update(USER=whole_sight["user"], PASSWORD=whole_sight["password"])
    with transaction.atomic():
        events = list(models.JourneyEvent.objects.values_list("kind", "case_id", "client_id", "detail"))

        def told(kind: str, key: str) -> Counter[str]:
            return Counter(str(detail.get(key)) for name, _, _, detail in events if name == kind)

        def cases(kind: str) -> Counter[str]:
            return Counter(str(case) for name, case, _, _ in events if name == kind)

        contacts = [str(key) for key in models.Contact.objects.values_list("id", flat=True)]
        notes = list(models.CaseNote.objects.all())
        flags = list(models.Consideration.objects.select_related("nominal"))
        doors = list(models.ReferralIn.objects.all())
        triages = list(models.TriageDecision.objects.exclude(status="awaiting"))
        referrals = list(models.Referral.objects.exclude(status="draft"))
        drafts = {
            f"{draft.account_id}:{draft.key}": draft.answers
            for draft in models.Draft.objects.exclude(key__startswith="done:")
        }
        texts = {
            "contact": [note.body for note in notes if note.contact_id],
            "note": [note.body for note in notes if not note.contact_id],
            "flag": [flag.nominal.police_reference for flag in flags],
            "door": [door.called for door in doors],
            "triage": [str(row.id) for row in triages],
            "sent": [str(row.client_id) for row in referrals],
            "acknowledged": [str(row.id) for row in referrals if row.acknowledged_at],
            "accepted": [str(row.id) for row in referrals if row.status == "accepted"],
        }
        whole = {
            "contact": (contacts, told("contact_recorded", "contact")),
            "note": ([str(note.id) for note in notes if not note.contact_id], told("note_written", "note")),
            "flag or door": (
                [str(row.case_id) for row in (*flags, *doors)],
                cases("flagged") + cases("self_referred"),
            ),
            "sent": ([str(row.id) for row in referrals], told("referral_sent", "referral")),
            "acknowledged": (texts["acknowledged"], told("referral_acknowledged", "referral")),
            "accepted": (texts["accepted"], told("referral_accepted", "referral")),
        }
        halves = {name: _unlike(rows, said) for name, (rows, said) in whole.items()}
        halves["triage"] = _unlike(
            [str(row.client_id) for row in triages],
            Counter(str(client) for name, _, client, _ in events if name == "triaged"),
        )
        halves["a contact without its note"] = sorted(
            set(contacts) ^ {str(note.contact_id) for note in notes if note.contact_id}
        )
    with connection.cursor() as cursor:
        cursor.execute("select status::text, count(*) from procrastinate_jobs group by status")
        jobs = dict(cursor.fetchall())
    return {"texts": texts, "halves": halves, "drafts": drafts, "jobs": jobs}


def _unlike(rows: list[str], events: Counter[str]) -> list[str]:
    """The rows with not exactly one event, and the events without a row."""
    return sorted({row for row in rows if events[row] != 1} | (set(events) - set(rows)))


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pathways.web.settings")
    import django

    django.setup()
    what, *numbers = sys.argv[1:]
    print(json.dumps(fill(*map(int, numbers)) if what == "fill" else found()))


if __name__ == "__main__":
    main()
