"""Who may not see her: set, lifted, declared of oneself, and nowhere to be seen by those kept out."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest

from pathways.domain.governance.bars import Ground
from pathways.domain.referral.sharing import ShareField
from pathways.domain.terms import references
from pathways.domain.terms.needs import Domain
from pathways.journey import (
    approach,
    barring,
    case_list,
    caseload,
    drafts,
    held,
    her,
    home,
    identity,
    messages,
    refer,
    searching,
    story,
    tasks,
)
from pathways.records.models import AccessEvent, Bar, Involvement, JourneyEvent, Message, Task
from tests.journey import agreed as made
from tests.journey import people, reaching_people, women

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NOW = people.NOW
CALLED = "Zephyrine"


@pytest.fixture
def cast() -> people.Cast:
    return people.cast()


@pytest.fixture
def hers(cast) -> tuple[uuid.UUID, uuid.UUID]:
    return women.born(cast, called=CALLED, worker=cast.worker, notes=1)


def keep_out(
    cast, client_id, who, *, whole=False, by=None, ground=Ground.HER_WORD, words="She said: not him."
):
    by = by or cast.worker
    with identity.acting(identity.refreshed(by)) as acting:
        return barring.keep_out(
            client_id=client_id,
            organisation_id=who.organisation_id,
            account_id=None if whole else who.account_id,
            ground=ground,
            words=words,
            by=acting,
            at=NOW,
        )


def sees(who, client_id) -> bool:
    with identity.acting(identity.refreshed(who)) as by:
        return her.banner(client_id=client_id, by=by, at=NOW) is not None


def test_a_supervisor_kept_out_finds_her_nowhere_and_everybody_else_does(cast, hers):
    client_id, _ = hers
    with identity.acting(cast.supervisor) as by:
        before = case_list.listed(tab=case_list.tabs_for(by)[0], by=by, at=NOW).total
    said = keep_out(cast, client_id, cast.supervisor)
    assert said, said.reason
    assert not sees(cast.supervisor, client_id)
    assert sees(cast.worker, client_id) and sees(cast.coordinator, client_id)
    with identity.acting(identity.refreshed(cast.supervisor)) as by:
        assert case_list.listed(tab=case_list.tabs_for(by)[0], by=by, at=NOW).total == before - 1 == 0
        assert caseload.women(by=by, at=NOW).total == 0
        assert searching.search(typed=CALLED, by=by, at=NOW).results == ()
        assert story.told(client_id=client_id, by=by).total == 0
        assert client_id not in home.of(by=by, at=NOW).subjects
        assert barring.of_her(client_id=client_id, by=by, at=NOW) is None
        assert Bar.objects.count() == 0  # the table itself, behind row security alone
        assert JourneyEvent.objects.filter(client_id=client_id).count() == 0


def test_her_reference_said_aloud_finds_nothing_for_whoever_is_kept_out(cast, hers):
    client_id, _ = hers
    with identity.acting(cast.coordinator) as by:
        reference = her.banner(client_id=client_id, by=by, at=NOW).reference
    keep_out(cast, client_id, cast.supervisor)
    with identity.acting(identity.refreshed(cast.supervisor)) as by:
        found = searching.search(typed=reference, by=by, at=NOW)
        never = searching.search(typed=references.make(b"12345678"), by=by, at=NOW)
        assert found == never


def test_a_whole_organisation_kept_out_loses_sight_of_her_at_once(cast, hers):
    client_id, episode_id = hers
    women.provided(cast, client_id, episode_id, cast.provider)
    assert sees(cast.provider, client_id)
    said = keep_out(cast, client_id, cast.provider, whole=True)
    assert said
    for who in (cast.provider, cast.provider_colleague, cast.provider_supervisor):
        assert not sees(who, client_id)
    assert sees(cast.worker, client_id)
    with identity.acting(cast.coordinator) as by:  # somebody has to take over: not at the place kept out
        waiting = [task for task in tasks.waiting(by=by) if task.kind == "bar_handover"]
        assert [task.client_id for task in waiting] == [client_id]


def test_when_her_own_worker_is_kept_out_a_supervisor_is_asked_to_hand_over(cast, hers):
    client_id, _ = hers
    assert keep_out(cast, client_id, cast.worker, by=cast.coordinator)
    assert not sees(cast.worker, client_id)
    with identity.acting(cast.supervisor) as by:
        (task,) = [task for task in tasks.waiting(by=by) if task.kind == "bar_handover"]
        assert CALLED not in task.title and "bar" not in task.title.lower()
        names = {one.name for one in caseload.takers(client_id=client_id, by=by)}
        assert cast.worker.name not in names and cast.colleague.name in names
        said = caseload.hand_over(
            from_account_id=cast.worker.account_id,
            to_account_id=cast.colleague.account_id,
            is_she_told=True,
            client_id=client_id,
            by=by,
            at=NOW,
        )
        assert said, said.reason
        assert not [task for task in tasks.waiting(by=by) if task.kind == "bar_handover"]
    assert sees(cast.colleague, client_id)


def test_a_supervisor_kept_out_is_not_the_one_who_is_asked(cast, hers):
    client_id, _ = hers
    keep_out(cast, client_id, cast.supervisor)
    keep_out(cast, client_id, cast.worker, by=cast.coordinator)
    with identity.acting(identity.refreshed(cast.supervisor)) as by:
        assert not [task for task in tasks.waiting(by=by) if task.client_id == client_id]
    with identity.acting(cast.coordinator) as by:
        assert [task for task in tasks.waiting(by=by) if task.kind == "bar_handover"]


def test_work_about_her_goes_from_the_lists_and_counts_of_whoever_is_kept_out(cast, hers):
    client_id, _ = hers
    tasks.set_task(
        "see_her",
        "See her",
        organisation_id=cast.supervisor.organisation_id,
        client_id=client_id,
        by=cast.coordinator,
        at=NOW,
    )
    with identity.acting(cast.supervisor) as by:
        before = tasks.count_open(by=by)
    keep_out(cast, client_id, cast.supervisor)
    with identity.acting(identity.refreshed(cast.supervisor)) as by:
        assert tasks.count_open(by=by) == before - 1
        assert Task.objects.filter(client_id=client_id).count() == 0


def test_a_draft_about_her_cannot_be_opened_again_until_the_bar_is_lifted(cast, hers):
    client_id, _ = hers
    with identity.acting(cast.supervisor) as by:
        drafts.keep("note", {"words": "half a sentence"}, by, NOW, client_id=client_id, title="A", url="/")
    said = keep_out(cast, client_id, cast.supervisor)
    with identity.acting(identity.refreshed(cast.supervisor)) as by:
        assert drafts.fetch("note", by) is None and drafts.unfinished(by) == []
    with identity.acting(cast.worker) as by:
        assert barring.lift(bar_id=said.id, words="She said he may again.", by=by, at=NOW)
    assert sees(cast.supervisor, client_id)
    with identity.acting(identity.refreshed(cast.supervisor)) as by:
        assert drafts.fetch("note", by) == {"words": "half a sentence"}


def test_whoever_knows_her_steps_back_with_one_declaration(cast, hers):
    client_id, _ = hers
    with identity.acting(cast.worker) as by:
        said = barring.declare_conflict(client_id=client_id, words="She is my cousin.", by=by, at=NOW)
    assert said, said.reason
    assert not sees(cast.worker, client_id)
    with identity.acting(cast.supervisor) as by:
        (one,) = barring.of_her(client_id=client_id, by=by, at=NOW).now
        assert (one.who, one.ground, one.reason) == (cast.worker.name, Ground.CONFLICT, "She is my cousin.")
        newest = story.told(client_id=client_id, by=by).happenings[0]
        assert newest.title == "Somebody may no longer see her record"


def test_a_private_worker_steps_back_too_and_sets_no_other_bar(cast, hers):
    client_id, episode_id = hers
    women.provided(cast, client_id, episode_id, cast.provider)
    refused = keep_out(cast, client_id, cast.provider_colleague, by=cast.provider)
    assert not refused and refused.ask == "her lead worker"
    refused = keep_out(cast, client_id, cast.provider, by=cast.provider_supervisor)
    assert not refused
    with identity.acting(cast.provider) as by:
        assert barring.declare_conflict(client_id=client_id, words="A neighbour.", by=by, at=NOW)
    assert not sees(cast.provider, client_id)


@pytest.mark.parametrize("who", ["colleague", "other_worker", "chair", "spoc", "governance", "administrator"])
def test_nobody_without_her_sets_a_bar(cast, hers, who):
    said = keep_out(cast, hers[0], cast.worker, by=getattr(cast, who))
    assert not said and said.hidden


def test_the_organisation_that_coordinates_is_not_kept_out_whole_but_its_people_are(cast, hers):
    client_id, _ = hers
    refused = keep_out(cast, client_id, cast.coordinator, whole=True)
    assert not refused and "carries her" in refused.reason
    assert keep_out(cast, client_id, cast.coordinator)
    assert not sees(cast.coordinator, client_id)


def test_the_same_bar_is_set_once_and_lifted_once_with_a_reason(cast, hers):
    client_id, _ = hers
    said = keep_out(cast, client_id, cast.supervisor)
    assert "already" in keep_out(cast, client_id, cast.supervisor).reason
    with identity.acting(cast.worker) as by:
        assert not barring.lift(bar_id=said.id, words=" ", by=by, at=NOW)
        assert barring.lift(bar_id=said.id, words="Her wish.", by=by, at=NOW)
        assert not barring.lift(bar_id=said.id, words="Her wish.", by=by, at=NOW)
        (one,) = barring.of_her(client_id=client_id, by=by, at=NOW).before
        assert one.why_lifted == "Her wish." and one.lifted_by == cast.worker.name


def test_at_her_word_nobody_is_asked_why_and_a_conflict_of_interest_is_declared_in_words(cast, hers):
    client_id, _ = hers
    conflict = keep_out(cast, client_id, cast.supervisor, ground=Ground.CONFLICT, words=" ")
    assert not conflict and "conflict of interest" in conflict.reason
    assert sees(cast.supervisor, client_id)
    assert keep_out(cast, client_id, cast.supervisor, words=" ")
    assert not sees(cast.supervisor, client_id)
    with identity.acting(cast.worker) as by:
        (one,) = barring.of_her(client_id=client_id, by=by, at=NOW).now
        assert one.reason == ""
        assert not barring.declare_conflict(client_id=client_id, words="", by=by, at=NOW)


def test_both_streams_say_that_it_was_set_and_lifted_and_not_whom_it_keeps_out(cast, hers):
    client_id, _ = hers
    said = keep_out(cast, client_id, cast.supervisor)
    with identity.acting(cast.worker) as by:
        barring.lift(bar_id=said.id, words="Her wish.", by=by, at=NOW)
        events = JourneyEvent.objects.filter(client_id=client_id, kind__startswith="bar_").order_by("kind")
        assert [(e.kind, e.detail) for e in events] == [
            ("bar_lifted", {"ground": "her_word", "whole": "no"}),
            ("bar_set", {"ground": "her_word", "whole": "no"}),
        ]
    auditor = people.appoint("Nia Governance", cast.governance.role, _organisation(cast.worker))
    with identity.acting(auditor) as by:
        assert AccessEvent.objects.filter(resource="support_bar", kind="alteration").count() == 2
        bars, total = barring.of_our_organisation(by=by, at=NOW)
        assert total == 1 and bars[0].bar.who == cast.supervisor.name
    with identity.acting(cast.governance) as by:  # another organisation's
        assert barring.of_our_organisation(by=by, at=NOW)[1] == 0


def _organisation(actor):
    from pathways.records.models import Organisation

    return Organisation.objects.get(id=actor.organisation_id)


# --- nothing is brought to them, and nothing offers them --------------------------------------------


def test_nobody_kept_out_is_offered_or_given_as_her_worker(cast, hers):
    client_id, _ = hers
    keep_out(cast, client_id, cast.other_worker, by=cast.coordinator)
    with identity.acting(cast.coordinator) as by:
        offered = {worker.name for worker in approach.choose(client_id=client_id, by=by, at=NOW).workers}
        assert cast.other_worker.name not in offered and cast.colleague.name in offered
        said = approach.assign(
            client_id=client_id,
            worker_id=cast.other_worker.account_id,
            organisation_id=cast.other_worker.organisation_id,
            by=by,
            at=NOW,
        )
        assert not said and "kept from her record" in said.reason


def test_a_caseload_is_handed_over_without_the_women_whom_the_colleague_may_not_see(cast, hers):
    client_id, _ = hers
    second, _ = women.born(cast, called="Adaline", worker=cast.worker)
    keep_out(cast, client_id, cast.colleague)
    with identity.acting(cast.supervisor) as by:
        said = caseload.cover(
            from_account_id=cast.worker.account_id,
            to_account_id=cast.colleague.account_id,
            until=date(2026, 11, 10),
            by=by,
            at=NOW,
        )
        assert said.data["count"] == 1 and said.data["stay"] == 1
        given = Involvement.objects.filter(account_id=cast.colleague.account_id)
        assert set(given.values_list("client_id", flat=True)) == {second}


def test_no_referral_of_hers_goes_to_an_organisation_kept_out(cast):
    found = made.agreed(cast)
    made.triaged(cast, found)
    service = made.service(cast.other_worker.organisation_id)
    assert keep_out(cast, found.client_id, cast.other_worker, whole=True, by=cast.coordinator)
    with identity.acting(cast.coordinator) as by:
        from pathways.journey import referrals

        making = referrals.making(client_id=found.client_id, by=by, at=NOW)
        assert referrals.matches(client_id=found.client_id, wanted=making.wanted, by=by, at=NOW) == ()
        said = refer.send(
            client_id=found.client_id,
            service_id=service.id,
            needs=(Domain.HOUSING,),
            why="A tenancy.",
            fields=(ShareField.NAME, ShareField.SAFE_CONTACT),
            by=by,
            at=NOW,
        )
        assert not said and "kept from her record" in said.reason


def test_a_referral_on_its_way_vanishes_from_whoever_is_kept_out_with_its_pack(cast):
    from pathways.journey import referrals
    from pathways.records.models import Referral, ReferralPack

    found = made.agreed(cast)
    made.triaged(cast, found)
    service = made.service(cast.other_worker.organisation_id)
    with identity.acting(cast.coordinator) as by:
        refer.send(
            client_id=found.client_id,
            service_id=service.id,
            needs=(Domain.HOUSING,),
            why="A tenancy.",
            fields=(ShareField.NAME, ShareField.SAFE_CONTACT),
            by=by,
            at=NOW,
        )
    with identity.acting(cast.other_worker) as by:
        assert referrals.listed(tab="answer", by=by, at=NOW).total == 1 and tasks.count_open(by=by) == 1
    keep_out(cast, found.client_id, cast.other_worker, by=cast.coordinator)
    with identity.acting(identity.refreshed(cast.other_worker)) as by:
        assert referrals.listed(tab="answer", by=by, at=NOW).total == 0 and tasks.count_open(by=by) == 0
        assert Referral.objects.count() == ReferralPack.objects.count() == 0


def test_the_governance_lead_kept_out_cannot_look_up_what_is_held(cast, hers):
    client_id, _ = hers
    with identity.acting(cast.coordinator) as by:
        reference = her.banner(client_id=client_id, by=by, at=NOW).reference
    keep_out(cast, client_id, cast.governance, by=cast.coordinator)
    with identity.acting(identity.refreshed(cast.governance)) as by:
        said = held.find(typed=reference, reason="She asked", by=by, at=NOW)
        never = held.find(typed=references.make(b"12345678"), reason="She asked", by=by, at=NOW)
        assert said == never and not said
        assert held.of_her(client_id=client_id, by=by, at=NOW) is None
        assert AccessEvent.objects.filter(subjects__contains=[client_id]).count() == 0


def test_a_bar_holds_from_the_next_request_for_a_person_who_was_signed_in(cast, hers):
    client_id, _ = hers
    stale = cast.supervisor  # as it was read at an earlier request
    keep_out(cast, client_id, cast.supervisor)
    with identity.acting(stale) as by:
        assert her.banner(client_id=client_id, by=by, at=NOW + timedelta(minutes=1)) is None


@pytest.mark.parametrize("whole", [False, True])
def test_police_who_are_kept_out_can_warn_the_coordinator_as_ever(cast, whole):
    """What police say of danger to her reaches the coordinator; nothing tells them of the bar."""
    found = reaching_people.born(cast)
    reaching_people.agreed(cast, found)
    keep_out(cast, found.client_id, cast.spoc, whole=whole, by=cast.coordinator)
    with identity.acting(identity.refreshed(cast.spoc)) as by:
        said = messages.from_police(
            consideration_id=found.consideration_id, body="He is out on Friday.", by=by, at=NOW
        )
        assert said, said.reason
    with identity.acting(cast.coordinator) as by:
        assert "He is out on Friday." in {line.body for line in Message.objects.all()}
        assert [task for task in tasks.waiting(by=by) if task.kind == "message"]
