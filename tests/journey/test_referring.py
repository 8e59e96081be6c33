"""A referral: only with her agreement, only what she agreed to, and an answer that comes back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from pathways.analysis import directory as reading
from pathways.domain.referral.reasons import DeclineReason, HerReason, WithdrawReason
from pathways.domain.referral.sharing import ShareField
from pathways.domain.terms.needs import Domain
from pathways.domain.triage.levels import Level
from pathways.journey import directory, drafts, identity, refer, referrals, tasks
from pathways.journey import her as herself
from pathways.records import walls
from pathways.records.models import (
    AccessEvent,
    Assessment,
    Client,
    Engagement,
    Episode,
    Identity,
    Involvement,
    JourneyEvent,
    Organisation,
    ParticipationAgreement,
    Referral,
    ReferralPack,
    Service,
    Stop,
)
from tests.journey import agreed as made
from tests.journey import people

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NOW = people.NOW
LEAST = (ShareField.NAME, ShareField.SAFE_CONTACT)


@pytest.fixture
def cast() -> people.Cast:
    return people.cast()


@pytest.fixture
def her(cast) -> made.Her:
    found = made.agreed(cast)
    made.triaged(cast, found)
    return found


def send(cast, her, organisation_id, *, fields=(*LEAST, ShareField.NEEDS), by=None, at=NOW, **more):
    by = by or cast.coordinator
    service = more.pop("service", None) or made.service(organisation_id)
    with identity.acting(by):
        return refer.send(
            client_id=her.client_id,
            service_id=service.id,
            needs=(Domain.HOUSING,),
            why="She would like help with a tenancy.",
            fields=fields,
            by=by,
            at=at,
            **more,
        )


# --- sending ------------------------------------------------------------------------------------


def test_no_woman_is_referred_without_her_agreement(cast, her):
    with identity.clerk(cast.coordinator):
        ParticipationAgreement.objects.update(ended_at=NOW)
    said = send(cast, her, cast.provider.organisation_id)
    assert not said and "agreed" in said.reason
    with identity.clerk(cast.coordinator):
        assert not Referral.objects.exists() and not ReferralPack.objects.exists()


def test_no_woman_is_referred_before_her_level_is_decided(cast):
    found = made.agreed(cast)
    made.assessed(cast, found)
    said = send(cast, found, cast.provider.organisation_id)
    assert not said and "level of support" in said.reason


def test_no_woman_is_referred_after_she_asked_us_to_stop(cast, her):
    with identity.clerk(cast.coordinator):
        Stop(
            client_id=her.client_id,
            organisation_id=cast.coordinator.organisation_id,
            episode_id=her.episode_id,
            kind="pause",
            asked_by="her",
            stopped_at=NOW,
            recorded_by_id=cast.worker.account_id,
            recorded_by_organisation_id=cast.worker.organisation_id,
        ).save(force_insert=True)
    said = send(cast, her, cast.provider.organisation_id)
    assert not said and "stop" in said.reason


def test_what_she_did_not_agree_to_share_is_not_sent(cast, her):
    said = send(cast, her, cast.other_worker.organisation_id, fields=(*LEAST, ShareField.ADDRESS))
    assert not said and "her address" in said.reason


def test_a_private_company_never_receives_the_summary_even_when_she_agreed(cast, her):
    said = send(cast, her, cast.provider.organisation_id, fields=(*LEAST, ShareField.ASSESSMENT_SUMMARY))
    assert not said and "private company" in said.reason


def test_nothing_is_sent_to_a_service_that_has_closed(cast, her):
    closed = made.service(cast.provider.organisation_id, open_until=NOW - timedelta(days=1))
    said = send(cast, her, cast.provider.organisation_id, service=closed)
    assert not said and "not open" in said.reason


def test_only_the_coordinator_refers(cast, her):
    service = made.service(cast.provider.organisation_id)
    for other in (cast.worker, cast.supervisor, cast.provider, cast.spoc, cast.administrator):
        assert not send(cast, her, None, by=other, service=service)


def test_sending_says_by_when_the_service_answers_and_records_what_crossed(cast, her):
    said = send(cast, her, cast.provider.organisation_id)
    assert said and len(said.reference) == 8
    with identity.acting(cast.coordinator):
        row = Referral.objects.get()
    assert (row.answer_due_at - NOW).days == 7  # level 2: five working days, over a weekend
    with identity.acting(cast.governance):
        event = AccessEvent.objects.get(kind="disclosure")
    assert event.recipient_id == cast.provider.organisation_id
    with identity.clerk(cast.coordinator):
        detail = JourneyEvent.objects.get(kind="referral_sent").detail
    assert detail["provider_sector"] == "private"
    assert "Rosa" not in str(detail)


# --- what the service sees ----------------------------------------------------------------------


def test_the_service_sees_exactly_the_fields_of_the_pack_and_nothing_else(cast, her):
    said = send(cast, her, cast.other_worker.organisation_id)
    with identity.acting(cast.other_worker):
        page = referrals.page(referral_id=said.id, by=cast.other_worker, at=NOW)
        assert [one.field for one in page.shared] == [*LEAST, ShareField.NEEDS]
        assert page.shared[0].lines == ("Rosa",)
        assert page.shared[1].lines[0].startswith("Text only, Tuesday 10 to 12")
        assert page.line.level is None  # not in the pack
        assert page.banner is None
    with identity.acting(cast.other_worker), walls.python_wall_down():
        for model in (Client, Identity, Assessment, Episode, ParticipationAgreement):
            assert not model.objects.exists(), model


def test_another_organisations_worker_finds_nothing(cast, her):
    said = send(cast, her, cast.provider.organisation_id)
    for stranger in (cast.other_worker, cast.colleague, cast.spoc, cast.evaluator, cast.administrator):
        with identity.acting(stranger):
            assert referrals.page(referral_id=said.id, by=stranger, at=NOW) is None
            for answer in (
                refer.accept(referral_id=said.id, by=stranger, at=NOW),
                refer.decline(referral_id=said.id, reason=DeclineReason.FULL, by=stranger, at=NOW),
                refer.acknowledge(referral_id=said.id, by=stranger, at=NOW),
            ):
                assert not answer and answer.hidden


def test_the_pack_is_sealed_under_the_services_own_key(cast, her):
    said = send(cast, her, cast.provider.organisation_id)
    with identity.clerk(cast.coordinator):
        pack = ReferralPack.objects.get(referral_id=said.id)
    assert pack.sealed_for() == (her.client_id, cast.provider.organisation_id)
    assert set(pack.content) == {"name", "safe_contact", "needs"}


# --- answering ----------------------------------------------------------------------------------


def test_accepting_gives_her_a_worker_who_can_see_her(cast, her):
    said = send(cast, her, cast.provider.organisation_id)
    with identity.acting(cast.provider):
        assert herself.banner(client_id=her.client_id, by=cast.provider, at=NOW) is None
        answer = refer.accept(referral_id=said.id, by=cast.provider, at=NOW)
        assert answer
        assert herself.banner(client_id=her.client_id, by=cast.provider, at=NOW).name == "Rosa"
        (task,) = tasks.waiting(by=cast.provider)
        assert task.kind == "first_contact"
    with identity.acting(cast.provider_colleague):
        assert herself.banner(client_id=her.client_id, by=cast.provider_colleague, at=NOW) is None
        assert referrals.page(referral_id=said.id, by=cast.provider_colleague, at=NOW) is None
    with identity.clerk(cast.coordinator):
        link = Involvement.objects.get(account_id=cast.provider.account_id)
        assert (link.kind, link.referral_id, link.is_lead) == ("support", said.id, True)
        engagement = Engagement.objects.get()
        assert (engagement.status, engagement.sector) == ("not_started", "private")
        assert Episode.objects.get().lead_account_id == cast.provider.account_id
        assert JourneyEvent.objects.filter(kind="referral_accepted").count() == 1


def test_a_draft_whose_thing_is_done_is_listed_no_more(cast, her):
    said = send(cast, her, cast.provider.organisation_id)
    with identity.acting(cast.provider) as by:
        drafts.keep(f"refer:accept:{said.id}", {}, by, NOW, title="Accept", url="/accept/")
        drafts.keep("police:flag:", {}, by, NOW, title="Other", url="/other/")
        assert {one["title"] for one in drafts.unfinished(by)} == {"Accept", "Other"}
    with identity.acting(cast.provider_colleague) as by:
        assert refer.accept(referral_id=said.id, by=by, at=NOW)
    with identity.acting(cast.provider) as by:
        assert [one["title"] for one in drafts.unfinished(by)] == ["Other"]


def test_a_supervisor_gives_her_to_one_of_her_own_workers_only(cast, her):
    said = send(cast, her, cast.provider.organisation_id)
    boss = cast.provider_supervisor
    with identity.acting(boss):
        wrong = refer.accept(referral_id=said.id, worker_id=cast.worker.account_id, by=boss, at=NOW)
        assert not wrong and "workers" in wrong.reason
        right = refer.accept(
            referral_id=said.id, worker_id=cast.provider_colleague.account_id, by=boss, at=NOW
        )
        assert right
    with identity.acting(cast.provider_colleague):
        assert herself.banner(client_id=her.client_id, by=cast.provider_colleague, at=NOW)


def test_a_lead_professional_is_not_replaced_by_a_later_service(cast, her):
    with identity.clerk(cast.coordinator):
        Episode.objects.update(lead_account_id=cast.worker.account_id)
    said = send(cast, her, cast.provider.organisation_id)
    with identity.acting(cast.provider):
        refer.accept(referral_id=said.id, by=cast.provider, at=NOW)
    with identity.clerk(cast.coordinator):
        assert Episode.objects.get().lead_account_id == cast.worker.account_id


def test_the_reason_for_declining_reaches_the_coordinator_at_once(cast, her):
    said = send(cast, her, cast.provider.organisation_id)
    with identity.acting(cast.provider):
        answer = refer.decline(
            referral_id=said.id,
            reason=DeclineReason.FULL,
            words="A place may open in January.",
            by=cast.provider,
            at=NOW,
        )
        assert answer
        assert referrals.page(referral_id=said.id, by=cast.provider, at=NOW) is None  # closed to them again
        assert tasks.waiting(by=cast.provider) == []
    with identity.acting(cast.coordinator):
        urgent = [task for task in tasks.waiting(by=cast.coordinator) if task.is_urgent]
        assert [(task.route, task.object_id) for task in urgent] == [("refer:show", said.id)]
        page = referrals.page(referral_id=said.id, by=cast.coordinator, at=NOW)
        assert page.line.reason == DeclineReason.FULL.label
        assert page.answer_words == "A place may open in January."
    with identity.clerk(cast.coordinator):
        assert JourneyEvent.objects.get(kind="referral_declined").detail["reason"] == "full"


def test_a_waiting_list_says_until_when_and_can_still_become_a_yes(cast, her):
    said = send(cast, her, cast.provider.organisation_id)
    with identity.acting(cast.provider):
        past = refer.waitlist(referral_id=said.id, until=date(2026, 11, 3), by=cast.provider, at=NOW)
        assert not past
        assert refer.waitlist(referral_id=said.id, until=date(2026, 12, 1), by=cast.provider, at=NOW)
        assert referrals.page(referral_id=said.id, by=cast.provider, at=NOW) is not None
        assert refer.accept(referral_id=said.id, by=cast.provider, at=NOW + timedelta(days=20))


def test_what_was_acknowledged_still_has_its_clock(cast, her):
    said = send(cast, her, cast.provider.organisation_id)
    with identity.acting(cast.provider):
        assert refer.acknowledge(referral_id=said.id, by=cast.provider, at=NOW)
        assert not refer.acknowledge(referral_id=said.id, by=cast.provider, at=NOW)
        late = referrals.listed(tab="answer", by=cast.provider, at=NOW + timedelta(days=10))
        assert [line.is_overdue for line in late.lines] == [True]


def test_withdrawing_closes_the_pack_and_tells_the_service(cast, her):
    said = send(cast, her, cast.provider.organisation_id)
    with identity.acting(cast.provider):
        refer.accept(referral_id=said.id, by=cast.provider, at=NOW)
    with identity.acting(cast.coordinator):
        assert refer.withdraw(referral_id=said.id, reason=WithdrawReason.SAFETY, by=cast.coordinator, at=NOW)
    with identity.acting(cast.provider):
        assert herself.banner(client_id=her.client_id, by=cast.provider, at=NOW) is None
        assert referrals.page(referral_id=said.id, by=cast.provider, at=NOW) is None
        (task,) = tasks.waiting(by=cast.provider)
        assert "do not contact her" in task.title
    with identity.clerk(cast.coordinator):
        assert Episode.objects.get().lead_account_id is None


def test_support_that_has_begun_is_not_withdrawn_as_a_referral(cast, her):
    said = send(cast, her, cast.provider.organisation_id)
    with identity.acting(cast.provider):
        refer.accept(referral_id=said.id, by=cast.provider, at=NOW)
    with identity.clerk(cast.coordinator):
        Engagement.objects.update(started_at=NOW, status="started")
    with identity.acting(cast.coordinator):
        said = refer.withdraw(referral_id=said.id, reason=WithdrawReason.SAFETY, by=cast.coordinator, at=NOW)
    assert not said and "begun" in said.reason


def test_she_can_decline_one_service_and_keep_all_else(cast, her):
    said = send(cast, her, cast.provider.organisation_id)
    with identity.acting(cast.coordinator):
        assert refer.record_her_no(
            referral_id=said.id, reason=HerReason.NOT_SAID, by=cast.coordinator, at=NOW
        )
        assert Episode.objects.get().status == "open"
    with identity.clerk(cast.coordinator):
        assert ParticipationAgreement.objects.filter(ended_at__isnull=True).exists()


def test_only_an_overdue_referral_is_closed_as_unanswered(cast, her):
    said = send(cast, her, cast.provider.organisation_id)
    with identity.acting(cast.coordinator):
        assert not refer.expire(referral_id=said.id, by=cast.coordinator, at=NOW)
        assert refer.expire(referral_id=said.id, by=cast.coordinator, at=NOW + timedelta(days=8))


def _matches(cast, her, making, *, query=""):
    return referrals.matches(
        client_id=her.client_id, wanted=making.wanted, by=cast.coordinator, at=NOW, query=query
    )


# --- matching and lists -------------------------------------------------------------------------


def test_services_are_ordered_by_what_speaks_for_each_and_say_so(cast, her):
    good = made.service(cast.other_worker.organisation_id, capacity=1)
    closed = made.service(cast.provider.organisation_id, "Closed", open_until=NOW - timedelta(days=1))
    with identity.acting(cast.coordinator):
        making = referrals.making(client_id=her.client_id, by=cast.coordinator, at=NOW)
        assert making.may and making.open_needs == (Domain.HOUSING,)
        found = _matches(cast, her, making)
        assert [one.service.id for one in found] == [str(good.id), str(closed.id)]
        assert "Works with housing" in found[0].reasons_for
        assert "1 of 1 places free" in found[0].reasons_for
        assert found[1].barred
        assert [m.service.name for m in _matches(cast, her, making, query="clos")] == [
            "Closed"
        ]
    send(cast, her, None, service=good)
    with identity.acting(cast.coordinator):
        again = _matches(cast, her, making, query="women ashmere")
        assert "All 1 places are taken" in again[0].reasons_against


def test_the_inbox_of_a_service_holds_its_own_referrals_only(cast, her):
    send(cast, her, cast.provider.organisation_id)
    with identity.acting(cast.provider):
        assert referrals.listed(tab="answer", by=cast.provider, at=NOW).total == 1
    with identity.acting(cast.other_worker):
        assert referrals.listed(tab="answer", by=cast.other_worker, at=NOW).total == 0
    with identity.acting(cast.coordinator):
        found = referrals.listed(tab="waiting", by=cast.coordinator, at=NOW)
        assert [line.name for line in found.lines] == ["Rosa"]
        assert found.counts["late"] == 0
        assert found.lines[0].level is Level.TARGETED


@pytest.mark.shared_data
def test_she_can_be_referred_to_the_womens_services_in_bedfordshire(cast, her, shared_data):
    found = reading.read(shared_data / "moj_crs_womens_contracts")
    with identity.acting(cast.coordinator):
        assert directory.take_in(found=found, by=cast.coordinator, at=NOW)
        making = referrals.making(client_id=her.client_id, by=cast.coordinator, at=NOW)
        (match,) = _matches(cast, her, making, query="women's services in bedfordshire")
    assert "No sharing agreement" in match.barred, "until there is one, nothing crosses to it"
    given = Service.objects.select_related("organisation").get(id=match.service.id).organisation
    people.shares(Organisation.objects.get(id=cast.coordinator.organisation_id), given)
    with identity.acting(cast.coordinator):
        (match,) = _matches(cast, her, making, query="women's services in bedfordshire")
    assert match.barred == "" and match.meets == (Domain.HOUSING,)
    assert "For women only" in match.reasons_for
    assert any("sign in" in reason for reason in match.reasons_against)  # nobody there has an account yet
    said = send(cast, her, None, service=Service.objects.get(id=match.service.id))
    assert said, said.reason
