"""What the proof of secrecy does inside its installation, by the programme's own verbs: `python -m …`."""

from __future__ import annotations

import json
import os
import sys
import uuid
from datetime import date


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pathways.web.settings")
    import django

    django.setup()
    what, *words = sys.argv[1:]
    print(json.dumps(globals()[what](*words)))


def live(women: str) -> dict[str, object]:
    """Women enter, are written about, written to and spoken of: 5 canaries each, and one for the pages."""
    from django.db import transaction

    from pathways.domain.terms.contact import Channel, Purpose
    from pathways.domain.terms.routes import Route
    from pathways.journey import contacts, entering, identity, involving, outgoing
    from pathways.records.models import InvolvementKind
    from tests.journey import people
    from tests.journey.people import NOW
    from tests.secrecy import canaries

    count = int(women)
    names, phones = canaries.words(count * 4), canaries.numbers(count)
    first = ""
    with transaction.atomic():
        cast = people.cast()
    for number in range(count):
        called, surname, street, said = names[number * 4 : number * 4 + 4]
        with transaction.atomic(), identity.acting(cast.coordinator) as by:
            client, _ = entering.enter(
                case_id=uuid.uuid4(),
                route=Route.SELF,
                called=called,
                given_names=called,
                surname=surname,
                born=date(1990, 6, 12),
                telephone=phones[number],
                email=f"{called}@{surname}.example",
                address=f"1 {street} Road",
                contact_plan={"channels": ["text"], "is_any_time": True, "telephone": phones[number]},
                coordinating_organisation_id=by.organisation_id,
                by=by,
                at=NOW,
            )
            involving.involve(
                client_id=client.id,
                organisation_id=cast.worker.organisation_id,
                account_id=cast.worker.account_id,
                kind=InvolvementKind.SUPPORT,
                by=cast.coordinator,
                at=NOW,
            )
        with transaction.atomic(), identity.acting(cast.worker) as by:
            long = f"{called} said of {said}. " * (120 if number % 20 == 0 else 1)  # long enough for TOAST
            answer = contacts.write_note(client_id=client.id, body=long, by=by, at=NOW)
            assert answer, answer.reason
            outgoing.write(
                client_id=client.id,
                channel=Channel.TEXT,
                purpose=next(iter(Purpose)),
                body=f"Hello {called}",
                by=by,
                at=NOW,
            )
        first = first or str(client.id)
    return {"first": first, "worker": "wanda.worker@charity.test", "password": people.PASSWORD}


def read() -> dict[str, object]:
    """How many canaries the programme itself can read: that they are there at all is half of the proof."""
    from django.db import transaction

    from pathways.domain.governance.policy import OF_HER
    from pathways.journey import emptying, identity
    from pathways.records.models import Draft, Organisation
    from pathways.records.sealed import SealedField
    from tests.secrecy import canaries

    there = []
    with transaction.atomic():
        for place in Organisation.objects.all():
            with identity.keeper(identity.MACHINE, place.id):
                models = [emptying.walls.model_of(resource) for resource in OF_HER]
                for model in (*models, Draft):
                    sealed = [f.attname for f in model._meta.concrete_fields if isinstance(f, SealedField)]
                    for row in model._default_manager.all() if sealed else ():
                        there += [str(getattr(row, name)) for name in sealed]
    text = "\n".join(there).lower()
    wanted = [one.lower() for one in (*canaries.words(800), *canaries.numbers(200))]
    return {"read": sum(one in text for one in wanted)}


if __name__ == "__main__":
    main()
