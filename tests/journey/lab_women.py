"""Women for a submission to the Justice Data Lab, made directly: eligible, but for what a test changes."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from pathways.domain.evaluation.justice_lab import Disposal, DisposalKind, DisposalSource, Heard
from pathways.domain.governance.actors import Actor
from pathways.domain.terms.law import ConfidenceBasis, LawfulBasis
from pathways.domain.terms.people import Sector
from pathways.domain.terms.routes import Route
from pathways.journey import identity, justice_lab, told
from pathways.records.models import (
    Client,
    Engagement,
    Episode,
    Identity,
    Involvement,
    InvolvementKind,
    Organisation,
    PrivacyNotice,
    Referral,
    Service,
)
from tests.journey import people
from tests.journey.people import NOW, Cast

BEGAN = datetime(2024, 3, 1, 10, tzinfo=UTC)
DAY = BEGAN.date()
CAUTIONED = Disposal(DisposalKind.CAUTION, date(2024, 1, 10))


@dataclass(frozen=True)
class Stage:
    """The people, the Lab, a notice that names this use, and one that does not."""

    cast: Cast
    second: Actor
    supervisor: Actor
    lab: Organisation
    naming: PrivacyNotice
    older: PrivacyNotice


def stage(cast: Cast) -> Stage:
    council = Organisation.objects.get(id=cast.coordinator.organisation_id)
    lab = people.organisation("lab", "Justice Data Lab (invented)", Sector.OTHER_STATUTORY)
    people.shares(council, lab)
    kept = {"made_at": NOW, "made_by_id": cast.governance.account_id, "from_date": date(2024, 1, 1)}
    return Stage(
        cast=cast,
        second=people.appoint("Dilys Second", justice_lab.Role.COORDINATOR, council),
        supervisor=people.appoint("Hana Supervisor", justice_lab.Role.SUPERVISOR, council),
        lab=lab,
        naming=PrivacyNotice.objects.create(
            version="3", names_lab=True, sentence="We may give your name to the Justice Data Lab.", **kept
        ),
        older=PrivacyNotice.objects.create(version="2", **kept),
    )


def woman(
    at: Stage,
    number: int,
    *,
    answer: Heard | None = Heard.TOLD,
    notice: PrivacyNotice | None = None,
    disposal: Disposal | None = CAUTIONED,
    began: datetime | None = BEGAN,
    born: date | None = date(1990, 6, 12),
    surname: str | None = None,
) -> uuid.UUID:
    """One woman whose support at the charity began on `began`; her id."""
    cast, hub = at.cast, at.cast.coordinator.organisation_id
    with identity.clerk(cast.coordinator):
        client = Client(
            organisation_id=hub, reference=f"LB{number:06d}", called=f"Her{number}", created_at=BEGAN
        )
        client.save(force_insert=True)
        theirs = {"client_id": client.id, "organisation_id": hub}
        Identity(
            **theirs,
            given_names=f"Given{number}",
            surname=f"Surname{number:03d}" if surname is None else surname,
            date_of_birth=born,
        ).save(force_insert=True)
        episode = Episode(
            **theirs, case_id=uuid.uuid4(), route=next(iter(Route)).value, opened_at=BEGAN - timedelta(days=9)
        )
        episode.save(force_insert=True)
        Involvement(
            **theirs,
            kind=InvolvementKind.COORDINATION,
            from_at=BEGAN,
            given_by_id=cast.coordinator.account_id,
        ).save(force_insert=True)
        if began is not None:
            charity = Organisation.objects.get(id=cast.worker.organisation_id)
            service, _ = Service.objects.get_or_create(name="Keywork", organisation=charity)
            referred = Referral(
                **theirs, episode=episode, reference=f"RF{number:06d}", status="accepted", service=service,
                to_organisation_id=charity.id, to_sector=charity.sector, made_at=began,
                made_by_id=cast.coordinator.account_id,
            )  # fmt: skip
            referred.save(force_insert=True)
            Engagement(
                client_id=client.id, organisation_id=charity.id, episode=episode, referral=referred,
                sector=charity.sector, status="started", started_at=began,
            ).save(force_insert=True)  # fmt: skip
    with identity.acting(cast.coordinator) as by:
        if answer is not None:
            said = told.tell(
                client_id=client.id, answer=answer, notice_id=(notice or at.naming).id, on_date=DAY, by=by,
                at=NOW,
            )  # fmt: skip
            assert said, said.reason
        if disposal is not None:
            kept = told.keep_disposal(
                client_id=client.id, disposal=disposal, source=DisposalSource.COURT, by=by, at=NOW
            )
            assert kept, kept.reason
    return client.id


def many(at: Stage, how_many: int, first: int = 1) -> list[uuid.UUID]:
    return [woman(at, number) for number in range(first, first + how_many)]


def wanted(at: Stage, **more) -> justice_lab.Wanted:
    given = {
        "start": date(2024, 1, 1),
        "end": date(2024, 12, 31),
        "to_organisation_id": at.lab.id,
        "basis": LawfulBasis.PUBLIC_TASK,
        "confidence_basis": ConfidenceBasis.PUBLIC_INTEREST,
        "because": "To learn whether the programme lowers reoffending.",
    }
    return justice_lab.Wanted(**(given | more))
