"""A woman who has agreed to take part and has a worker, made directly so that these tests begin there."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pathways.domain.reach import agreement, plan
from pathways.domain.referral.sharing import ShareField
from pathways.domain.terms.contact import Channel, Weekday, Window
from pathways.domain.terms.needs import Domain, Rung, Unrated
from pathways.domain.terms.routes import Route
from pathways.domain.triage.assessment import Exploitation, ImmediateSafety, Need
from pathways.domain.triage.levels import Level
from pathways.domain.triage.mechanisms import Mechanism, Standing
from pathways.journey import assess, identity, triage
from pathways.records.models import (
    Client,
    Episode,
    Identity,
    Involvement,
    InvolvementKind,
    NeedCategory,
    Organisation,
    ParticipationAgreement,
    SafeContactPlan,
    Service,
    ServiceOffer,
    TriageDecision,
)
from tests.journey.people import NOW, Cast

SHARED = (
    ShareField.NAME,
    ShareField.SAFE_CONTACT,
    ShareField.NEEDS,
    ShareField.LEVEL,
    ShareField.CHILDREN,
    ShareField.ASSESSMENT_SUMMARY,
)


@dataclass(frozen=True)
class Her:
    client_id: uuid.UUID
    episode_id: uuid.UUID


def agreed(cast: Cast, *, called: str = "Rosa", reference: str = "KW5219EC", has_agreed: bool = True) -> Her:
    """Known to the coordinator and to one support worker; her plan is confirmed, and she has agreed."""
    organisation = cast.coordinator.organisation_id
    with identity.clerk(cast.coordinator):
        client = Client(organisation_id=organisation, reference=reference, called=called, created_at=NOW)
        client.save(force_insert=True)
        Identity(
            client=client,
            organisation_id=organisation,
            given_names="Rosalind",
            surname="Marsh",
            date_of_birth=date(1994, 5, 2),
            address="7 Tannery Row",
            telephone="01632 960001",
        ).save(force_insert=True)
        episode = Episode(
            client=client,
            organisation_id=organisation,
            case_id=uuid.uuid4(),
            route=next(iter(Route)).value,
            opened_at=NOW,
        )
        episode.save(force_insert=True)
        for actor, kind, account in (
            (cast.coordinator, InvolvementKind.COORDINATION, None),
            (cast.worker, InvolvementKind.APPROACH, cast.worker.account_id),
        ):
            Involvement(
                client_id=client.id,
                organisation_id=actor.organisation_id,
                account_id=account,
                kind=kind,
                from_at=NOW,
                given_by_id=cast.coordinator.account_id,
            ).save(force_insert=True)
        safe = plan.Facts(
            plan.Status.CONFIRMED,
            NOW,
            channels=frozenset({Channel.TEXT}),
            windows=(Window(Weekday.TUESDAY, _clock(10), _clock(12)),),
            say="from the library",
            must_not_know=("her brother",),
        )
        SafeContactPlan(
            client_id=client.id,
            organisation_id=organisation,
            status=plan.Status.CONFIRMED.value,
            details=plan.details(safe),
            made_at=NOW,
            made_by_id=cast.worker.account_id,
            confirmed_at=NOW,
            confirmed_by_id=cast.worker.account_id,
            lapses_at=NOW + timedelta(weeks=8),
        ).save(force_insert=True)
        if has_agreed:
            ParticipationAgreement(
                client_id=client.id,
                organisation_id=organisation,
                episode=episode,
                agreed_at=NOW,
                recorded_by_id=cast.worker.account_id,
                limits_explained=True,
                interpreter=agreement.Interpreter.NOT_NEEDED.value,
                condition=agreement.Condition.NONE.value,
                share_fields=[item.value for item in SHARED],
            ).save(force_insert=True)
    return Her(client.id, episode.id)


def _clock(hour: int):
    return datetime(2026, 1, 1, hour).time()  # noqa: DTZ001 - a time of day, not a moment


def answers(**changes) -> assess.Answers:
    """A whole assessment with one part of her life in crisis."""
    ladder: dict = dict.fromkeys(Domain, Rung.MOSTLY_MANAGING)
    ladder[Domain.HOUSING] = Rung.CRISIS
    ladder[Domain.IDENTITY] = Unrated.NOT_ASKED
    given = {
        "strengths": "She keeps her sister safe.",
        "her_words": "I want my own front door.",
        "ladder": ladder,
        "conclusion": "A home of her own comes first.",
        "need": Need.MEDIUM,
        "exploitation": Exploitation.MEDIUM,
        "immediate_safety": ImmediateSafety.NO,
    }
    if changes.get("immediate_safety") is ImmediateSafety.YES:  # no protection is passed over in danger
        given["mechanisms"] = dict.fromkeys(Mechanism, Standing.NOT_NEEDED)
    return assess.Answers(**{**given, **changes})


def assessed(cast: Cast, her: Her, **changes) -> uuid.UUID:
    """Assessed by her worker; answers the triage that was asked for."""
    with identity.acting(cast.worker):
        begun = assess.start(client_id=her.client_id, by=cast.worker, at=NOW)
        assert begun, begun.reason
        said = assess.complete(assessment_id=begun.id, answers=answers(**changes), by=cast.worker, at=NOW)
        assert said, said.reason
        return TriageDecision.objects.get(client_id=her.client_id, status="awaiting").id


def triaged(cast: Cast, her: Her, level: Level = Level.TARGETED) -> uuid.UUID:
    triage_id = assessed(cast, her)
    with identity.acting(cast.coordinator):
        said = triage.decide(
            triage_id=triage_id,
            level=level,
            reasons="As suggested.",
            otherwise="As she asked for it.",
            by=cast.coordinator,
            at=NOW,
        )
        assert said, said.reason
    return triage_id


def service(organisation_id: uuid.UUID, name: str = "Women’s Services in Ashmere", **more) -> Service:
    """A row of the directory that works with housing."""
    made = Service.objects.create(
        organisation=Organisation.objects.get(id=organisation_id),
        name=name,
        area="Ashmere",
        **{"is_for_women_only": True, **more},
    )
    category, _ = NeedCategory.objects.get_or_create(
        external_id="accommodation", defaults={"name": "Accommodation", "domain": Domain.HOUSING.value}
    )
    ServiceOffer.objects.create(
        service=made, category=category, need_area="Accommodation", activity="Advice on housing"
    )
    return made
