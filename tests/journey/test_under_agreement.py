"""Behind every crossing stands a sharing agreement in force between the two, or an emergency written down."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from pathways.domain.referral.reasons import DeclineReason
from pathways.domain.referral.sharing import ShareField
from pathways.domain.terms.events import ScreeningOutcome
from pathways.domain.terms.law import ConfidenceBasis, CrossingKind, CrossingPurpose, LawfulBasis
from pathways.domain.terms.needs import Domain
from pathways.journey import (
    correcting,
    disclosing,
    home,
    identity,
    refer,
    screening,
    sight,
    under_agreement,
)
from pathways.records.models import (
    Consideration,
    Correction,
    Disclosure,
    Organisation,
    Referral,
    SharingAgreement,
)
from tests.journey import agreed, people
from tests.journey.people import NOW
from tests.journey.test_doors import WAYS, flag, judgement, tell, welcomed

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def cast():
    return people.cast()


def crossings() -> list[Disclosure]:
    with identity.clerk():
        return list(Disclosure.objects.all())


def confirmed(cast):
    key = flag(cast.officer).id
    with identity.acting(cast.spoc) as by:
        assert screening.start(consideration_id=key, by=by, at=NOW)
        assert screening.plan_contact(consideration_id=key, ways=WAYS, by=by, at=NOW)
        said = judgement(ScreeningOutcome.CONFIRMED)
        screening.open_evidence(consideration_id=key, by=by, at=NOW)
        return key, screening.decide(consideration_id=key, said=said, by=by, at=NOW)


def test_a_hand_over_names_the_agreement_it_rests_on(cast):
    _, said = confirmed(cast)
    assert said, said.reason
    (crossed,) = crossings()
    under = SharingAgreement.objects.get(id=crossed.agreement_id)
    assert under.from_organisation_id == cast.spoc.organisation_id
    assert under.to_organisation_id == cast.coordinator.organisation_id


def test_without_an_agreement_nobody_is_handed_over_and_nothing_is_written(cast):
    SharingAgreement.objects.all().delete()
    key, said = confirmed(cast)
    assert not said
    assert said.reason.startswith("No sharing agreement from Ashmere Police to Ashmere Partnership")
    assert said.ask == "the information-governance lead"
    assert crossings() == []
    with identity.acting(cast.spoc):
        assert Consideration.objects.get(pk=key).status == "under_review"


def test_an_ended_agreement_says_when_it_ended(cast):
    SharingAgreement.objects.update(until_date=(NOW - timedelta(days=1)).date())
    _, said = confirmed(cast)
    assert "ended on 2 November 2026" in said.reason


def test_an_agreement_holds_to_the_end_of_its_last_day(cast):
    SharingAgreement.objects.update(until_date=NOW.date())
    assert confirmed(cast)[1]


def test_at_her_request_needs_an_agreement_and_an_emergency_does_not(cast):
    client_id = welcomed(cast).data["client_id"]
    SharingAgreement.objects.all().delete()
    asked = {"kind": CrossingKind.CLIENT_REQUESTED, "confidence_basis": ConfidenceBasis.HER_AGREEMENT}
    said = tell(cast, client_id, **asked)
    assert not said and "No sharing agreement" in said.reason
    assert crossings() == []
    for kind in (CrossingKind.SAFEGUARDING, CrossingKind.THREAT_TO_LIFE):
        assert tell(cast, client_id, kind=kind)
    assert all(one.agreement_id is None and one.emergency_reason for one in crossings())


def row(cast, **more) -> Disclosure:
    values = {
        "kind": CrossingKind.AGREED_RETURN.value,
        "person_id": uuid.uuid4(),
        "from_organisation_id": cast.coordinator.organisation_id,
        "to_organisation_id": cast.spoc.organisation_id,
        "basis": LawfulBasis.PUBLIC_TASK.value,
        "purpose": CrossingPurpose.CONDITION.value,
        "made_at": NOW,
        "made_by_id": cast.coordinator.account_id,
    }
    return Disclosure(**(values | more))


def test_the_database_refuses_a_crossing_without_a_live_agreement_between_the_two(cast):
    between = under_agreement.between(cast.coordinator.organisation_id, cast.spoc.organisation_id, NOW)
    wrong_way = under_agreement.between(cast.spoc.organisation_id, cast.coordinator.organisation_id, NOW)
    ended = people.shares(
        Organisation.objects.get(id=cast.coordinator.organisation_id),
        Organisation.objects.get(id=cast.spoc.organisation_id),
        until_date=date(2026, 11, 2),
    )
    refused = (
        {},
        {"agreement_id": uuid.uuid4()},
        {"agreement_id": wrong_way.id},
        {"agreement_id": ended.id},
        {"kind": CrossingKind.SAFEGUARDING.value},
        {"kind": CrossingKind.CLIENT_REQUESTED.value, "emergency_reason": "She asked."},
    )
    allowed = (
        {"agreement_id": between.id},
        {"kind": CrossingKind.COURT_OR_VIR.value, "emergency_reason": "An order of the court."},
    )
    with identity.acting(cast.coordinator):
        for more in refused:
            with pytest.raises(IntegrityError), transaction.atomic():
                row(cast, **more).save(force_insert=True)
        for more in allowed:
            row(cast, **more).save(force_insert=True)


def test_the_governance_lead_sees_what_ends_soon_and_what_is_lacking(cast):
    SharingAgreement.objects.filter(from_organisation_id=cast.spoc.organisation_id).delete()
    SharingAgreement.objects.update(until_date=(NOW + timedelta(days=20)).date())
    with identity.acting(cast.governance) as by:
        shown = home.of(by=by, at=NOW)
    words = [item.title for section in (*shown.first, *shown.beside) for item in section.items]
    assert "Ashmere Police has no sharing agreement with Ashmere Partnership" in words
    assert "Ashmere Partnership to Ashmere Police" in words


# --- a referral is a crossing like any other --------------------------------------------------------


@pytest.fixture
def referred(cast):
    """(her, a way to refer her to the company's service)"""
    her = agreed.agreed(cast)
    agreed.triaged(cast, her)
    service = agreed.service(cast.provider.organisation_id)

    def send():
        with identity.acting(cast.coordinator) as by:
            return refer.send(
                client_id=her.client_id,
                service_id=service.id,
                needs=(Domain.HOUSING,),
                why="A tenancy.",
                fields=(ShareField.NAME, ShareField.SAFE_CONTACT),
                by=by,
                at=NOW,
            )

    return her, send


def test_a_referral_leaves_a_disclosure_with_its_basis_purpose_fields_and_agreement(cast, referred):
    her, send = referred
    assert send()
    (crossed,) = [one for one in crossings() if one.kind == CrossingKind.REFERRAL.value]
    under = SharingAgreement.objects.get(id=crossed.agreement_id)
    assert (crossed.from_organisation_id, crossed.to_organisation_id) == (
        under.from_organisation_id,
        under.to_organisation_id,
    )
    assert under.to_organisation_id == cast.provider.organisation_id
    assert (crossed.client_id, crossed.basis) == (her.client_id, LawfulBasis.PUBLIC_TASK.value)
    assert crossed.confidence_basis == ConfidenceBasis.HER_AGREEMENT.value
    assert crossed.purpose == CrossingPurpose.SUPPORT_HER.value
    assert set(crossed.fields) == {"name", "safe_contact"}
    with identity.acting(cast.spoc) as by:
        assert not disclosing.crossings(by=by, at=NOW)[1], "police learn nothing of it"


def test_without_an_agreement_nobody_is_referred_and_nothing_is_written(cast, referred):
    her, send = referred
    SharingAgreement.objects.filter(to_organisation_id=cast.provider.organisation_id).delete()
    said = send()
    assert not said and said.ask == "the information-governance lead"
    assert said.reason.startswith("No sharing agreement from Ashmere Partnership to Brightpath Training")
    assert crossings() == []
    with identity.clerk():
        assert not Referral.objects.filter(client_id=her.client_id).exists()
    with identity.acting(cast.governance) as by:
        shown = home.of(by=by, at=NOW)
    words = [item.title for section in (*shown.first, *shown.beside) for item in section.items]
    assert "Ashmere Partnership has no sharing agreement with Brightpath Training" in words


def test_what_a_referral_said_before_it_was_corrected_closes_with_it(cast, referred):
    _, send = referred
    said = send()
    with identity.acting(cast.coordinator) as by:
        assert correcting.referral_why(
            referral_id=said.id, words="A home of her own.", why="Too short.", by=by, at=NOW
        )

    def readable(who):
        with identity.acting(who) as by:
            by_both = sight.visible(Correction, by).count()
            assert Correction.objects.count() == by_both
            return by_both

    assert readable(cast.provider) == readable(cast.provider_supervisor) == 1
    assert readable(cast.other_worker) == 0
    with identity.acting(cast.provider) as by:
        assert refer.decline(referral_id=said.id, reason=DeclineReason.FULL, by=by, at=NOW)
    assert readable(cast.provider) == readable(cast.provider_supervisor) == 0
    assert readable(cast.coordinator) == 1
