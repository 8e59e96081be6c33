"""What the tests of backups do inside an installation of their own, in a process of its own: `python -m …`.

Its last line of output is JSON. Nothing here is part of the programme.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pathways.web.settings")
    import django

    django.setup()
    what, *words = sys.argv[1:]
    print(json.dumps(globals()[what](*words)))


def fill():
    """Rosa, whom police flagged and the charity supported; Amina, whom nobody erases. Both have ended."""
    from django.db import transaction

    from pathways.domain.terms.people import Role
    from pathways.journey import identity
    from pathways.records.models import Episode
    from tests.journey import people, reaching_people, women

    with transaction.atomic():
        cast = people.cast()
        charity = people.Organisation.objects.get(code="charity")
        people.appoint("Gwen Governance", Role.GOVERNANCE_LEAD, charity)
        rosa = reaching_people.born(cast, called="Rosalba").client_id
        amina, _ = women.born(cast, "Amina", surname="Other", worker=cast.worker, notes=2)
        involved(cast, rosa)
        with identity.clerk(cast.coordinator):
            Episode.objects.update(status="closed", closed_at=people.NOW, outcome="moved_on")
    return {"rosa": str(rosa), "amina": str(amina)}


def involved(cast, client_id):
    from pathways.journey import identity, involving
    from pathways.records.models import CaseNote, Episode, InvolvementKind
    from tests.journey.people import NOW

    involving.involve(
        client_id=client_id,
        organisation_id=cast.worker.organisation_id,
        account_id=cast.worker.account_id,
        kind=InvolvementKind.SUPPORT,
        by=cast.coordinator,
        at=NOW,
    )
    with identity.acting(cast.worker):
        CaseNote(
            client_id=client_id,
            organisation_id=cast.worker.organisation_id,
            episode=Episode.objects.get(client_id=client_id),
            body="Rosalba said the word quicksilver.",
            written_at=NOW,
            written_by_id=cast.worker.account_id,
        ).save(force_insert=True)


def erase(client_id):
    """Through every step, at the charity and at the coordinating organisation, each committed."""
    import uuid

    from django.db import transaction

    from pathways.domain.governance.erasure import Origin, Told
    from pathways.journey import erasing, identity
    from pathways.journey.emptying import Subject
    from tests.journey.people import NOW

    def one(email):
        return identity.workplaces_of(email)[0]

    def do(verb, by, **given):
        with transaction.atomic(), identity.acting(by):
            said = verb(**given, by=by, at=NOW + timedelta(days=1))
            assert said, said.reason
            return said.id

    for first, second in (
        ("gwen.governance@charity.test", "sue.supervisor@charity.test"),
        ("gita.governance@council.test", "cora.coordinator@council.test"),
    ):
        lead, other = one(first), one(second)
        subject = Subject(lead.organisation_id, client_id=uuid.UUID(client_id))
        made = do(
            erasing.request,
            lead,
            subject=subject,
            origin=Origin.SHE_ASKED,
            asked_on=NOW.date(),
            words="She asked.",
        )
        do(erasing.check, lead, erasure_id=made)
        do(erasing.approve, other, erasure_id=made)
        do(erasing.erase, lead, erasure_id=made, told=Told.TOLD)
    return {}


def read():
    """Everything that opens, on both sides of the wall; and what a search finds."""
    from django.apps import apps
    from django.db import transaction

    from pathways.domain.governance.policy import OF_HER
    from pathways.journey import emptying, identity, naming
    from pathways.records.models import Client, NameToken, Nominal, Organisation
    from pathways.records.sealed import SealedField

    opened, tokens = [], {}
    with transaction.atomic():
        for place in Organisation.objects.all():
            with identity.keeper(identity.MACHINE, place.id):
                for resource in OF_HER:
                    model = emptying.walls.model_of(resource)
                    sealed = [f.attname for f in model._meta.concrete_fields if isinstance(f, SealedField)]
                    for row in model._default_manager.all() if sealed else ():
                        opened += [str(getattr(row, name)) for name in sealed]
        found = {}
        for email in ("cora.coordinator@council.test", "wanda.worker@charity.test"):
            by = identity.workplaces_of(email)[0]
            with identity.acting(by):
                for typed in ("Rosalba", "Amina"):
                    found[typed] = found.get(typed, 0) + len(naming.find(typed, by=by))
        with identity.clerk():
            for token in NameToken.objects.values_list("record_id", flat=True):
                tokens[str(token)] = tokens.get(str(token), 0) + 1
            rows = Client.objects.count()
        spoc = identity.workplaces_of("sam.spoc@force.test")[0]
        with identity.acting(spoc):
            police = [nominal.full_name for nominal in Nominal.objects.all()]
    assert apps.ready
    return {"opened": "\n".join(opened), "found": found, "tokens": tokens, "police": police, "women": rows}


if __name__ == "__main__":
    main()
