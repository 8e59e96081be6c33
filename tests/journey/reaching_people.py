"""Women at the stages that the tests of reaching begin from, made as the doors make them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from pathways.domain.identification import consideration
from pathways.domain.reach import plan
from pathways.domain.reach.agreement import Condition, Interpreter
from pathways.domain.reach.approach import Result
from pathways.domain.referral.sharing import ShareField
from pathways.domain.terms.contact import Channel, Weekday, Window
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.routes import Route
from pathways.journey import agreement, approach, contact_plan, identity, involving, ledger
from pathways.journey.contact_plan import Ways
from pathways.records.models import (
    Approach,
    Client,
    Consideration,
    Episode,
    FlagReceipt,
    Identity,
    InvolvementKind,
    Nominal,
    Referral,
    SafeContactPlan,
    Service,
    Spine,
)
from tests.journey.people import NOW, Cast

TUESDAY = Window(Weekday.TUESDAY, time(10), time(12))
WAYS = Ways(
    channels=frozenset({Channel.TEXT}),
    windows=(TUESDAY,),
    say="from the library",
    must_not_know=("her partner",),
    telephone="07700 900123",
)


@dataclass(frozen=True)
class Her:
    client_id: uuid.UUID
    episode_id: uuid.UUID
    case_id: uuid.UUID
    consideration_id: uuid.UUID


def born(cast: Cast, called: str = "Rosa", *, at: datetime = NOW) -> Her:
    """Confirmed by police and handed to the programme, with the provisional plan that police made."""
    case_id = uuid.uuid4()
    reference = f"AA{uuid.uuid4().int % 10000:04d}AA"
    with identity.acting(cast.spoc) as by:
        nominal = Nominal(
            organisation_id=by.organisation_id,
            given_names=called,
            surname="Invented",
            created_at=at,
            created_by_id=by.account_id,
        )
        nominal.save(force_insert=True)
        flag = Consideration(
            organisation_id=by.organisation_id,
            nominal=nominal,
            case_id=case_id,
            reference=reference,
            status=consideration.Status.CONFIRMED.value,
            route=next(iter(Route)).value,
            flagged_at=at,
            flagged_by_id=cast.officer.account_id,
            police_view="with_the_programme",
            screened_at=at,
            screened_by_id=by.account_id,
        )
        flag.save(force_insert=True)
        FlagReceipt(
            organisation_id=by.organisation_id,
            consideration_id=flag.id,
            reference=reference,
            flagged_by_id=cast.officer.account_id,
            flagged_at=at,
        ).save(force_insert=True)
    home = cast.coordinator.organisation_id
    with identity.clerk(cast.coordinator) as by:
        client = Client(organisation_id=home, reference=f"KW{uuid.uuid4().int % 10000:04d}EC", called=called)
        client.created_at = at
        client.save(force_insert=True)
        paper = Identity(client=client, organisation_id=home, given_names=called, surname="Invented")
        paper.date_of_birth = date(1990, 6, 12)
        paper.save(force_insert=True)
        involving.involve(
            client_id=client.id,
            organisation_id=home,
            account_id=None,
            kind=InvolvementKind.COORDINATION,
            by=by,
            at=at,
        )
        episode = Episode(
            client=client, organisation_id=home, case_id=case_id, route=flag.route, opened_at=at
        )
        episode.save(force_insert=True)
        facts = plan.Facts(
            plan.Status.PROVISIONAL,
            at,
            channels=frozenset({Channel.CALL, Channel.TEXT}),
            is_any_time=True,
        )
        SafeContactPlan(
            client_id=client.id,
            organisation_id=home,
            details={**plan.details(facts), "telephone": "07700 900456"},
            made_at=at,
            made_by_id=cast.spoc.account_id,
        ).save(force_insert=True)
        Spine(
            nominal_id=nominal.id,
            police_organisation_id=cast.spoc.organisation_id,
            consideration_id=flag.id,
            client_id=client.id,
            episode_id=episode.id,
            made_at=at,
        ).save(force_insert=True)
        ledger.record(
            EventKind.IDENTIFIED, by=by, at=at, case_id=case_id, client_id=client.id, episode_id=episode.id
        )
    return Her(client.id, episode.id, case_id, flag.id)


def assigned(cast: Cast, her: Her, at: datetime = NOW) -> uuid.UUID:
    with identity.acting(cast.coordinator) as by:
        said = approach.assign(
            client_id=her.client_id,
            worker_id=cast.worker.account_id,
            organisation_id=cast.worker.organisation_id,
            by=by,
            at=at,
        )
    assert said, said.reason
    assert said.id
    return said.id


def reached(cast: Cast, her: Her, at: datetime = NOW) -> uuid.UUID:
    approach_id = assigned(cast, her, at)
    with identity.acting(cast.worker) as by:
        said = approach.attempt(
            approach_id=approach_id,
            channel=Channel.CALL,
            result=Result.REACHED,
            happened_at=at,
            by=by,
            at=at,
        )
        assert said, said.reason
        said = contact_plan.confirm(client_id=her.client_id, ways=WAYS, by=by, at=at)
        assert said, said.reason
    return approach_id


def terms(**changes: object) -> agreement.Terms:
    given: dict[str, object] = {
        "are_limits_explained": True,
        "is_stopping_explained": True,
        "interpreter": Interpreter.NOT_NEEDED,
        "condition": Condition.NONE,
        "shares": frozenset({ShareField.NAME, ShareField.SAFE_CONTACT}),
        "is_evaluation_agreed": True,
    }
    return agreement.Terms(**{**given, **changes})  # type: ignore[arg-type]


def agreed(cast: Cast, her: Her, at: datetime = NOW, **changes: object) -> None:
    reached(cast, her, at)
    with identity.acting(cast.worker) as by:
        said = agreement.agree(client_id=her.client_id, terms=terms(**changes), by=by, at=at)
    assert said, said.reason


def referred(cast: Cast, her: Her, at: datetime = NOW) -> Referral:
    """A referral to the private company, sent and unanswered."""
    with identity.clerk(cast.coordinator):
        service, _ = Service.objects.get_or_create(
            name="First steps", organisation_id=cast.provider.organisation_id
        )
        row = Referral(
            client_id=her.client_id,
            organisation_id=cast.coordinator.organisation_id,
            episode_id=her.episode_id,
            reference=f"RF{uuid.uuid4().int % 10000:04d}EC",
            status="sent",
            service=service,
            to_organisation_id=cast.provider.organisation_id,
            to_sector="private",
            made_at=at,
            made_by_id=cast.coordinator.account_id,
            sent_at=at,
            answer_due_at=at + timedelta(days=2),
        )
        row.save(force_insert=True)
    return row


def with_provider(cast: Cast, her: Her, at: datetime = NOW) -> None:
    """The company's worker works with her."""
    with identity.clerk(cast.coordinator) as by:
        involving.involve(
            client_id=her.client_id,
            organisation_id=cast.provider.organisation_id,
            account_id=cast.provider.account_id,
            kind=InvolvementKind.SUPPORT,
            by=by,
            at=at,
        )


def approach_row(approach_id: uuid.UUID) -> Approach:
    with identity.clerk():
        return Approach.objects.get(pk=approach_id)
