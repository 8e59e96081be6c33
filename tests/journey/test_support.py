"""Support as a practitioner would check it: contacts, groups, notes, goals, cover, closing, coming back."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from pathways.domain.governance import policy
from pathways.domain.governance.policy import Action, Resource
from pathways.domain.outcomes import followup
from pathways.domain.reach import plan
from pathways.domain.referral import referral
from pathways.domain.support import closure, engagement, goal, review
from pathways.domain.support.reasons import Absence, EndReason, NotHeld
from pathways.domain.terms.contact import Attendance, Channel, ContactMode
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.needs import Domain, Rung
from pathways.domain.terms.people import MACHINE_ROLES, Role
from pathways.domain.terms.routes import Route
from pathways.journey import (
    caseload,
    clockwork,
    closing,
    coming_back,
    contacts,
    follow_up,
    goals,
    home,
    identity,
    involving,
    numbering,
    reviewing,
    sight,
    tasks,
)
from pathways.records.models import (
    CaseNote,
    Client,
    Closure,
    Contact,
    Engagement,
    Episode,
    FollowUp,
    GoalRating,
    GroupSession,
    Identity,
    Involvement,
    InvolvementKind,
    JourneyEvent,
    ParticipationAgreement,
    Referral,
    SafeContactPlan,
    Service,
    Task,
)
from tests.journey import people

NOW = people.NOW
YESTERDAY = NOW - timedelta(days=1)


@pytest.fixture
def cast(db: None) -> people.Cast:
    return people.cast()


def woman(cast, called="Rosa", *workers, lead=None, accepted_by=(), level=2) -> SimpleNamespace:
    """A woman with an open episode, an agreement, a confirmed plan, and these workers."""
    with identity.clerk():
        client = Client(
            organisation_id=cast.coordinator.organisation_id,
            reference=f"KW{uuid.uuid4().int % 10000:04}E{called[0]}",
            called=called,
            created_at=NOW,
        )
        client.save(force_insert=True)
        lead = lead or (workers[0] if workers else None)
        episode = Episode(
            client=client,
            organisation_id=cast.coordinator.organisation_id,
            case_id=uuid.uuid4(),
            route=Route.SELF.value,
            opened_at=NOW - timedelta(days=30),
            level=level,
            lead_account_id=lead.account_id if lead else None,
            lead_organisation_id=lead.organisation_id if lead else None,
        )
        episode.save(force_insert=True)
        Identity(
            client=client,
            organisation_id=cast.coordinator.organisation_id,
            given_names="Rosalind",
            surname="Secret",
        ).save(force_insert=True)
        ParticipationAgreement(
            client_id=client.id,
            organisation_id=cast.coordinator.organisation_id,
            episode=episode,
            agreed_at=NOW - timedelta(days=20),
            recorded_by_id=cast.coordinator.account_id,
        ).save(force_insert=True)
        SafeContactPlan(
            client_id=client.id,
            organisation_id=cast.coordinator.organisation_id,
            status=plan.Status.CONFIRMED.value,
            details=plan.details(
                plan.Facts(
                    plan.Status.CONFIRMED,
                    NOW,
                    frozenset({Channel.CALL, Channel.IN_PERSON}),
                    is_any_time=True,
                )
            ),
            made_at=NOW - timedelta(days=7),
            made_by_id=cast.coordinator.account_id,
            confirmed_at=NOW - timedelta(days=7),
            confirmed_by_id=cast.coordinator.account_id,
            lapses_at=NOW + timedelta(weeks=7),
        ).save(force_insert=True)
        for worker in accepted_by or workers:
            accept(client, episode, worker)
    for actor, account in ((cast.coordinator, None), *((w, w.account_id) for w in workers)):
        involving.involve(
            client_id=client.id,
            organisation_id=actor.organisation_id,
            account_id=account,
            kind=InvolvementKind.SUPPORT if account else InvolvementKind.COORDINATION,
            by=cast.coordinator,
            at=NOW,
        )
    return SimpleNamespace(id=client.id, episode=episode.id, case=episode.case_id)


def accept(client, episode, worker) -> None:
    service, _ = Service.objects.get_or_create(
        organisation_id=worker.organisation_id, name="One to one", defaults=_service()
    )
    row = Referral(
        client_id=client.id,
        organisation_id=client.organisation_id,
        episode=episode,
        reference=f"R{uuid.uuid4().hex[:8]}",
        status=referral.Status.ACCEPTED.value,
        service=service,
        to_organisation_id=worker.organisation_id,
        to_sector=worker.sector.value,
        made_at=NOW - timedelta(days=10),
        made_by_id=worker.account_id,
    )
    row.save(force_insert=True)
    Engagement(
        client_id=client.id,
        organisation_id=worker.organisation_id,
        episode=episode,
        referral=row,
        sector=worker.sector.value,
    ).save(force_insert=True)


def _service() -> dict:
    return {"code": uuid.uuid4().hex[:12]} if any(f.name == "code" for f in Service._meta.fields) else {}


def came(her, by, *, at=NOW, happened=YESTERDAY, **more):
    """Records a contact that she came to."""
    said = {"is_held": True, "attendance": Attendance.YES, "mode": ContactMode.FACE_TO_FACE, "minutes": 45}
    with identity.acting(by):
        return contacts.record(client_id=her.id, happened_at=happened, by=by, at=at, **{**said, **more})


def events(kind: EventKind, her) -> list[JourneyEvent]:
    with identity.clerk():
        return list(JourneyEvent.objects.filter(kind=kind.value, client_id=her.id))


# --- contacts ---------------------------------------------------------------------------------------


def test_a_contact_in_the_future_is_refused(cast):
    her = woman(cast, "Rosa", cast.worker)
    said = came(her, cast.worker, happened=NOW + timedelta(minutes=1))
    assert not said and "future" in said.reason
    assert not events(EventKind.CONTACT_RECORDED, her)


def test_nothing_is_recorded_of_a_day_before_her_episode_began(cast):
    her = woman(cast, "Rosa", cast.worker)  # with us for 30 days
    before = NOW - timedelta(days=31)
    assert came(her, cast.worker, happened=NOW - timedelta(days=30))
    said = came(her, cast.worker, happened=before)
    assert not said and "before her time with the programme" in said.reason
    with identity.acting(cast.worker) as by:
        said = reviewing.review_her(
            client_id=her.id,
            happened_on=before.date(),
            what_changed="Much.",
            her_view="",
            plan="",
            settles=review.Next.GO_ON,
            by=by,
            at=NOW,
        )
        assert not said and "before her time with the programme" in said.reason
        group = contacts.run_group(
            group_id=uuid.uuid4(),
            title="Cooking",
            happened_at=before,
            minutes=60,
            came=[her.id],
            by=by,
            at=NOW,
        )
    assert not group and not GroupSession.objects.exists()


def test_the_first_contact_she_attends_starts_support_and_the_second_makes_her_engaged(cast):
    her = woman(cast, "Rosa", cast.worker)
    assert came(her, cast.worker, attendance=Attendance.LATE)
    with identity.acting(cast.worker):
        row = Engagement.objects.get()
        assert (row.status, row.started_at) == (engagement.Status.STARTED.value, YESTERDAY)
        assert row.review_due == YESTERDAY.date() + timedelta(weeks=8)
    came(her, cast.worker)
    with identity.acting(cast.worker):
        assert Engagement.objects.get().status == engagement.Status.ENGAGED.value
    assert len(events(EventKind.SUPPORT_STARTED, her)) == 1


def first_contacts(her) -> set[uuid.UUID]:
    """The organisations that still have the first contact before them."""
    with identity.clerk():
        left = Task.objects.filter(client_id=her.id, kind=tasks.FIRST_CONTACT, done_at__isnull=True)
        return set(left.values_list("organisation_id", flat=True))


def waits_for_first_contact(her, *actors) -> None:
    for actor in actors:
        tasks.set_task(
            tasks.FIRST_CONTACT,
            "First contact",
            organisation_id=actor.organisation_id,
            account_id=actor.account_id,
            client_id=her.id,
            by=actor,
            at=NOW,
        )


def test_seeing_her_ends_the_wait_for_the_first_contact_of_that_service_alone(cast):
    her = woman(cast, "Rosa", cast.worker, cast.provider)
    waits_for_first_contact(her, cast.worker, cast.provider)
    assert came(her, cast.worker, attendance=Attendance.NO, minutes=None, absence=Absence.NOT_KNOWN)
    assert first_contacts(her) == {cast.worker.organisation_id, cast.provider.organisation_id}
    assert came(her, cast.worker)
    assert first_contacts(her) == {cast.provider.organisation_id}


def test_no_work_about_her_waits_once_her_time_here_has_ended(cast):
    her = woman(cast, "Rosa", cast.worker)
    waits_for_first_contact(her, cast.worker, cast.provider)
    close(cast, her)
    assert first_contacts(her) == set()


def test_a_missed_contact_starts_nothing_and_needs_a_reason(cast):
    her = woman(cast, "Rosa", cast.worker)
    assert not came(her, cast.worker, attendance=Attendance.NO, minutes=None, mode=None)
    said = came(her, cast.worker, attendance=Attendance.NO, absence=Absence.UNWELL, minutes=None, mode=None)
    assert said
    with identity.acting(cast.worker):
        assert Engagement.objects.get().status == engagement.Status.NOT_STARTED.value


def test_a_contact_that_did_not_take_place_says_nothing_of_her(cast):
    her = woman(cast, "Rosa", cast.worker)
    said = came(
        her,
        cast.worker,
        is_held=False,
        not_held=NotHeld.WORKER_UNWELL,
        attendance=None,
        minutes=None,
        mode=None,
    )
    assert said
    assert "attended" not in events(EventKind.CONTACT_RECORDED, her)[0].detail


@pytest.mark.parametrize(("who", "sector"), [("worker", "third_sector"), ("provider", "private")])
def test_a_contact_carries_the_sector_that_gave_it(cast, who, sector):
    giver = getattr(cast, who)
    her = woman(cast, "Rosa", giver)
    assert came(her, giver)
    event = events(EventKind.CONTACT_RECORDED, her)[0]
    assert event.detail["sector"] == sector == event.sector
    assert event.detail["attended"] == "yes"
    assert event.case_id == her.case


def test_a_missed_appointment_is_recorded_once(cast):
    her = woman(cast, "Rosa", cast.worker)
    planned = planned_contact(her, cast.worker)
    with identity.acting(cast.worker):
        assert contacts.missed(contact_id=planned, by=cast.worker, at=NOW + timedelta(hours=30))
        again = contacts.missed(contact_id=planned, by=cast.worker, at=NOW + timedelta(hours=30))
        assert not again and "already" in again.reason
    assert [event.detail["attended"] for event in events(EventKind.CONTACT_RECORDED, her)] == ["no"]


def test_an_appointment_cannot_be_missed_before_its_hour(cast):
    her = woman(cast, "Rosa", cast.worker)
    planned = planned_contact(her, cast.worker)
    with identity.acting(cast.worker):
        assert not contacts.missed(contact_id=planned, by=cast.worker, at=NOW)


def test_when_somebody_kept_her_from_coming_a_task_says_to_make_sure(cast):
    her = woman(cast, "Rosa", cast.worker)
    planned = planned_contact(her, cast.worker)
    from pathways.journey import tasks

    with identity.acting(cast.worker):
        contacts.missed(
            contact_id=planned, absence=Absence.KEPT_FROM_IT, by=cast.worker, at=NOW + timedelta(hours=30)
        )
        waiting = tasks.waiting(by=cast.worker)
    assert [task.is_urgent for task in waiting] == [True]
    assert "Rosa" not in waiting[0].title


def test_an_appointment_is_planned_only_as_her_plan_allows(cast):
    her = woman(cast, "Rosa", cast.worker)
    tomorrow = NOW + timedelta(days=1)
    with identity.acting(cast.worker):
        by_text = contacts.plan(
            client_id=her.id, planned_at=tomorrow, mode=ContactMode.TEXT, by=cast.worker, at=NOW
        )
        by_call = contacts.plan(
            client_id=her.id, planned_at=tomorrow, mode=ContactMode.TELEPHONE, by=cast.worker, at=NOW
        )
    assert not by_text and "safe-contact plan" in by_text.reason
    assert by_call


def planned_contact(her, by) -> uuid.UUID:
    with identity.acting(by):
        said = contacts.plan(
            client_id=her.id,
            planned_at=NOW + timedelta(days=1),
            mode=ContactMode.TELEPHONE,
            by=by,
            at=NOW,
        )
        assert said, said.reason
        return said.id


def test_nobody_records_a_contact_with_a_woman_who_is_not_hers(cast):
    her = woman(cast, "Rosa", cast.worker)
    for other in (cast.colleague, cast.other_worker, cast.provider):
        said = came(her, other)
        assert not said and said.hidden


# --- groups -----------------------------------------------------------------------------------------


def test_a_register_writes_one_contact_each_and_shows_no_woman_on_anothers_record(cast):
    rosa, mina = woman(cast, "Rosa", cast.worker), woman(cast, "Mina", cast.worker)
    group = uuid.uuid4()
    with identity.acting(cast.worker):
        for _ in range(2):  # sent twice, written once
            assert contacts.run_group(
                group_id=group,
                title="Freedom group",
                happened_at=YESTERDAY,
                minutes=90,
                came=[rosa.id, mina.id],
                late=[mina.id],
                by=cast.worker,
                at=NOW,
            )
        assert GroupSession.objects.count() == 1
        assert Contact.objects.filter(group_id=group).count() == 2
        hers = contacts.of_her(client_id=rosa.id, by=cast.worker, at=NOW)
        other = contacts.of_her(client_id=mina.id, by=cast.worker, at=NOW)
        assert [each.group for each in hers.past] == ["Freedom group"]
        assert [each.status for each in other.past] == ["Attended, late"]
        assert "Mina" not in repr(hers) and str(mina.id) not in repr(hers)
        assert all("Rosa" not in repr(one) for one in contacts.groups(by=cast.worker))


def test_a_register_with_a_woman_whom_the_worker_may_not_see_writes_nothing(cast):
    rosa = woman(cast, "Rosa", cast.worker)
    hidden = woman(cast, "Mina", cast.other_worker)
    with identity.acting(cast.worker):
        said = contacts.run_group(
            group_id=uuid.uuid4(),
            title="Freedom group",
            happened_at=YESTERDAY,
            minutes=90,
            came=[rosa.id, hidden.id],
            by=cast.worker,
            at=NOW,
        )
        assert not said and said.hidden
        assert GroupSession.objects.count() == 0 and Contact.objects.count() == 0


# --- notes ------------------------------------------------------------------------------------------


def test_a_note_is_read_by_its_organisation_and_by_nobody_else(cast):
    her = woman(cast, "Rosa", cast.worker, cast.other_worker, cast.provider)
    assert came(her, cast.worker, note="She sang the whole way home.")
    for reader in (cast.worker, cast.supervisor):
        with identity.acting(reader):
            found = contacts.of_her(client_id=her.id, by=reader, at=NOW)
            assert [note.body for note in found.notes] == ["She sang the whole way home."]
    for reader in cast:
        if reader in (cast.worker, cast.supervisor):
            continue
        with identity.acting(reader):
            assert CaseNote.objects.count() == 0, reader
            found = contacts.of_her(client_id=her.id, by=reader, at=NOW)
            assert found is None or not found.notes, reader


def test_no_rule_lets_police_coordinator_or_the_clerk_read_a_note():
    readers = policy.roles_that(Action.READ, Resource.CASE_NOTE)
    # two hands of the machine reach the row, by name: one empties it when she is erased or her key is made
    # anew, one moves it when two records are joined; no person is ever in either role
    hands = {Role.KEEPER, Role.REGISTRAR}
    assert hands <= MACHINE_ROLES
    assert readers == {Role.SUPPORT_WORKER, Role.PROVIDER_WORKER, Role.SUPERVISOR} | hands


def test_a_corrected_note_keeps_both_versions_and_the_reason(cast):
    her = woman(cast, "Rosa", cast.worker)
    with identity.acting(cast.worker):
        first = contacts.write_note(client_id=her.id, body="Her son is 6.", by=cast.worker, at=NOW)
        assert not contacts.correct_note(
            note_id=first.id, body="Her son is 7.", why="", by=cast.worker, at=NOW
        )
        assert contacts.correct_note(
            note_id=first.id, body="Her son is 7.", why="She said so.", by=cast.worker, at=NOW
        )
        again = contacts.correct_note(
            note_id=first.id, body="Her son is 8.", why="Again.", by=cast.worker, at=NOW
        )
        (now,) = contacts.of_her(client_id=her.id, by=cast.worker, at=NOW).notes
    assert not again
    assert now.body == "Her son is 7." and now.why_changed == "She said so."
    assert [before.body for before in now.before] == ["Her son is 6."]


def test_a_colleague_does_not_correct_what_another_wrote(cast):
    her = woman(cast, "Rosa", cast.worker, cast.colleague)
    with identity.acting(cast.worker):
        first = contacts.write_note(client_id=her.id, body="Her son is 6.", by=cast.worker, at=NOW)
    with identity.acting(cast.colleague):
        assert not contacts.correct_note(
            note_id=first.id, body="No.", why="I think so.", by=cast.colleague, at=NOW
        )


# --- goals, reviews, engagement ---------------------------------------------------------------------


def test_a_goal_is_in_her_words_and_rated_over_time(cast):
    her = woman(cast, "Rosa", cast.worker)
    with identity.acting(cast.worker):
        said = goals.set_goal(
            client_id=her.id,
            words="See my boy on Sundays",
            domain=Domain.CHILDREN,
            importance=10,
            nearness=2,
            by=cast.worker,
            at=NOW,
        )
        later = NOW + timedelta(days=14)
        assert goals.rate(goal_id=said.id, nearness=6, by=cast.worker, at=later)
        assert not goals.rate(goal_id=said.id, nearness=11, by=cast.worker, at=later)
        assert goals.settle(goal_id=said.id, action=goal.Action.MEET, by=cast.worker, at=later)
        (hers,) = goals.of_her(client_id=her.id, by=cast.worker, at=later).goals
        assert GoalRating.objects.count() == 2
    assert [rated.value for rated in hers.ratings] == [2, 6]
    assert (hers.words, hers.status, hers.change.value) == (
        "See my boy on Sundays",
        goal.Status.MET,
        "improved",
    )
    assert "boy" not in repr([event.detail for event in events(EventKind.GOAL_SET, her)])


def test_a_review_sets_the_next_by_her_level(cast):
    her = woman(cast, "Rosa", cast.worker, level=3)
    with identity.acting(cast.worker):
        said = reviewing.review_her(
            client_id=her.id,
            happened_on=NOW.date(),
            what_changed="She has a flat.",
            her_view="",
            plan="Furniture.",
            settles=review.Next.GO_ON,
            by=cast.worker,
            at=NOW,
        )
        assert Engagement.objects.get().review_due == NOW.date() + timedelta(weeks=4)
    assert said.data["next_review_on"] == NOW.date() + timedelta(weeks=4)


def test_disengaging_needs_a_reason_and_coming_to_a_contact_brings_her_back(cast):
    her = woman(cast, "Rosa", cast.worker)
    came(her, cast.worker)
    with identity.acting(cast.worker):
        leave = {"client_id": her.id, "action": engagement.Action.DISENGAGE, "by": cast.worker, "at": NOW}
        assert not reviewing.say_how_it_goes(**leave)
        assert reviewing.say_how_it_goes(**leave, reason=EndReason.DID_NOT_SAY)
    came(her, cast.worker)
    with identity.acting(cast.worker):
        assert Engagement.objects.get().status == engagement.Status.RE_ENGAGED.value
    assert events(EventKind.DISENGAGED, her)[0].detail["reason"] == "did_not_say"
    assert events(EventKind.RE_ENGAGED, her)


# --- caseload ---------------------------------------------------------------------------------------


def sees(actor, her) -> bool:
    with identity.acting(actor):
        return sight.one(Client, her.id, actor) is not None


def test_cover_gives_sight_and_takes_it_away_again(cast):
    her = woman(cast, "Rosa", cast.worker)
    assert not sees(cast.colleague, her)
    until = NOW.date() + timedelta(days=5)
    with identity.acting(cast.supervisor):
        assert caseload.cover(
            from_account_id=cast.worker.account_id,
            to_account_id=cast.colleague.account_id,
            until=until,
            by=cast.supervisor,
            at=NOW,
        )
    assert sees(cast.colleague, her) and sees(cast.worker, her)
    clockwork.end_covers(at=NOW + timedelta(days=5))
    assert sees(cast.colleague, her)
    clockwork.end_covers(at=NOW + timedelta(days=6))
    assert not sees(cast.colleague, her) and sees(cast.worker, her)


def test_cover_says_until_when_and_a_colleague_does_not_take_it(cast):
    her = woman(cast, "Rosa", cast.worker)
    pair = {
        "from_account_id": cast.worker.account_id,
        "to_account_id": cast.colleague.account_id,
        "at": NOW,
    }
    with identity.acting(cast.supervisor):
        assert not caseload.cover(**pair, until=None, by=cast.supervisor)
    with identity.acting(cast.colleague):
        assert not caseload.cover(**pair, until=NOW.date(), by=cast.colleague)
    assert not sees(cast.colleague, her)


def test_a_caseload_is_handed_over_in_one_step_with_what_is_planned(cast):
    women = [woman(cast, name, cast.worker) for name in ("Rosa", "Mina", "Tess")]
    planned = planned_contact(women[0], cast.worker)
    with identity.acting(cast.supervisor):
        said = caseload.hand_over(
            from_account_id=cast.worker.account_id,
            to_account_id=cast.colleague.account_id,
            is_she_told=True,
            by=cast.supervisor,
            at=NOW,
        )
        assert said.data["count"] == 3
        assert Contact.objects.get(pk=planned).worker_id == cast.colleague.account_id
    for her in women:
        assert sees(cast.colleague, her) and not sees(cast.worker, her)
        assert len(events(EventKind.HANDED_OVER, her)) == 1
    with identity.clerk():
        assert {row.lead_account_id for row in Episode.objects.all()} == {cast.colleague.account_id}


def test_a_worker_hands_over_one_woman_herself(cast):
    rosa, mina = woman(cast, "Rosa", cast.worker), woman(cast, "Mina", cast.worker)
    with identity.acting(cast.worker):
        assert caseload.hand_over(
            from_account_id=cast.worker.account_id,
            to_account_id=cast.colleague.account_id,
            is_she_told=False,
            client_id=rosa.id,
            by=cast.worker,
            at=NOW,
        )
    assert not sees(cast.worker, rosa) and sees(cast.worker, mina)


def test_nobody_hands_a_woman_to_another_organisation(cast):
    her = woman(cast, "Rosa", cast.worker)
    with identity.acting(cast.supervisor):
        said = caseload.hand_over(
            from_account_id=cast.worker.account_id,
            to_account_id=cast.other_worker.account_id,
            is_she_told=True,
            by=cast.supervisor,
            at=NOW,
        )
    assert not said and not sees(cast.other_worker, her)


def test_the_list_puts_what_is_late_first_and_shows_the_safe_contact_line(cast):
    woman(cast, "Mina", cast.worker)
    rosa = woman(cast, "Rosa", cast.worker)
    planned_contact(rosa, cast.worker)
    with identity.acting(cast.worker):
        found = caseload.women(by=cast.worker, at=NOW + timedelta(days=2))
    assert [one.name for one in found.rows] == ["Rosa", "Mina"]
    assert found.rows[0].is_overdue and found.rows[0].next_words == "Record the appointment"
    assert "at any time" in found.rows[0].safe_contact
    assert found.counts == {"now": 2, "paused": 0, "ended": 0}


def test_a_private_providers_supervisor_sees_no_identity(cast):
    her = woman(cast, "Rosa", cast.provider)
    with identity.acting(cast.provider_supervisor):
        assert Identity.objects.count() == 0
        found = caseload.women(by=cast.provider_supervisor, at=NOW)
        assert [one.name for one in found.rows] == ["Rosa"] and "Secret" not in repr(found)
        load = caseload.workload(by=cast.provider_supervisor, at=NOW)
    assert [(one.name, one.women) for one in load if one.women] == [("Priya Provider", 1)]
    assert str(her.id) not in repr(load)


# --- closing, follow-up, coming back ----------------------------------------------------------------


def propose(her, by, *, at=NOW, outcome=closure.Outcome.COMPLETED_PLANNED, **more):
    said = {
        "reason": EndReason.GOALS_MET,
        "summary": "She did what she set out to do.",
        "step_down": "The centre's drop-in on Thursdays.",
        "is_exit_talk_offered": True,
    }
    with identity.acting(by):
        return closing.propose(client_id=her.id, outcome=outcome, by=by, at=at, **{**said, **more})


def close(cast, her, at=NOW, **more):
    said = propose(her, cast.worker, at=at, **more)
    assert said, said.reason
    with identity.acting(cast.supervisor):
        signed = closing.sign_off(closure_id=said.id, by=cast.supervisor, at=at)
    assert signed, signed.reason
    return signed


def test_a_closure_needs_a_second_person(cast):
    her = woman(cast, "Rosa", cast.worker)
    said = propose(her, cast.supervisor)
    with identity.acting(cast.supervisor):
        own = closing.sign_off(closure_id=said.id, by=cast.supervisor, at=NOW)
        assert not own and "somebody else" in own.reason
    with identity.acting(cast.worker):
        assert not closing.sign_off(closure_id=said.id, by=cast.worker, at=NOW)
    with identity.acting(cast.coordinator):
        assert closing.sign_off(closure_id=said.id, by=cast.coordinator, at=NOW)
    assert len(events(EventKind.CLOSED, her)) == 1


def test_a_planned_ending_needs_a_step_down_plan_and_no_open_goals(cast):
    her = woman(cast, "Rosa", cast.worker)
    assert not propose(her, cast.worker, step_down=" ")
    with identity.acting(cast.worker):
        goals.set_goal(client_id=her.id, words="A flat", domain=None, importance=5, by=cast.worker, at=NOW)
    said = propose(her, cast.worker)
    assert not said and "1 still open" in said.reason


def test_a_returned_closure_goes_back_and_comes_again(cast):
    her = woman(cast, "Rosa", cast.worker)
    said = propose(her, cast.worker)
    with identity.acting(cast.supervisor):
        assert not closing.return_it(closure_id=said.id, words="", by=cast.supervisor, at=NOW)
        assert closing.return_it(closure_id=said.id, words="Add the GP.", by=cast.supervisor, at=NOW)
    again = propose(her, cast.worker)
    assert again.id == said.id
    with identity.acting(cast.supervisor):
        assert Closure.objects.get().status == closure.Status.PROPOSED.value


def test_follow_ups_appear_at_3_6_and_12_months_and_her_worker_keeps_sight(cast):
    her = woman(cast, "Rosa", cast.worker, cast.other_worker, lead=cast.worker)
    planned = planned_contact(her, cast.worker)
    close(cast, her)
    with identity.acting(cast.worker):
        rows = list(FollowUp.objects.order_by("due_on"))
        assert [row.due_on for row in rows] == [
            date(2027, 2, 3),
            date(2027, 5, 3),
            date(2027, 11, 3),
        ]
        assert {row.worker_id for row in rows} == {cast.worker.account_id}
        assert Contact.objects.get(pk=planned).cancelled_at == NOW
    assert sees(cast.worker, her) and sees(cast.coordinator, her)
    assert not sees(cast.other_worker, her)


def test_who_supported_her_elsewhere_is_told_that_it_has_ended(cast):
    her = woman(cast, "Rosa", cast.worker, cast.provider, lead=cast.worker)
    with identity.acting(cast.worker):
        before = closing.before(client_id=her.id, by=cast.worker, at=NOW)
        assert before.still_with == ("Brightpath Training",)
    said = propose(her, cast.worker)
    with identity.acting(cast.supervisor):
        seen = closing.one(closure_id=said.id, by=cast.supervisor, at=NOW)
        assert seen.still_with == ("Brightpath Training",)
        assert closing.sign_off(closure_id=said.id, by=cast.supervisor, at=NOW)
    assert not sees(cast.provider, her)
    with identity.clerk():
        reference = Client.objects.get(pk=her.id).reference
    with identity.acting(cast.provider):
        (told,) = [task for task in tasks.waiting(by=cast.provider) if task.kind == closing.ENDED]
        assert told.title == "A woman’s time with the programme has ended"
        shown = home.waiting.read(by=cast.provider, at=NOW)
        assert shown.reference_of(told) == reference and her.id not in shown.references
    with identity.clerk():
        numbering.renew(Client.objects.get(pk=her.id))  # as when she is erased
    with identity.acting(cast.provider):
        shown = home.waiting.read(by=cast.provider, at=NOW)
        assert reference not in (shown.reference_of(told), told.title)
    for nobody in (cast.worker, cast.provider_colleague, cast.other_worker, cast.officer):
        with identity.acting(nobody):
            assert closing.ENDED not in {task.kind for task in tasks.waiting(by=nobody)}


def test_after_an_unsafe_ending_nobody_follows_up_and_nobody_keeps_sight(cast):
    her = woman(cast, "Rosa", cast.worker)
    close(cast, her, outcome=closure.Outcome.UNSAFE_TO_CONTINUE, reason=EndReason.RISK_TO_HER)
    with identity.clerk():
        assert FollowUp.objects.count() == 0
    assert not sees(cast.worker, her) and sees(cast.coordinator, her)


def test_an_episode_is_not_closed_while_a_service_has_still_to_answer(cast):
    her = woman(cast, "Rosa", cast.worker)
    with identity.clerk():
        Referral.objects.update(status=referral.Status.SENT.value)
    said = propose(her, cast.worker)
    with identity.acting(cast.supervisor):
        signed = closing.sign_off(closure_id=said.id, by=cast.supervisor, at=NOW)
    assert not signed and "withdraw it first" in signed.reason


def test_the_coordinator_closes_what_never_reached_support_and_nothing_else(cast):
    her = woman(cast, "Rosa", cast.worker)
    how = {"outcome": closure.Outcome.NOT_REACHED, "summary": "Five tries.", "at": NOW}
    with identity.acting(cast.worker):
        assert not closing.close_before_support(client_id=her.id, **how, by=cast.worker)
    with identity.acting(cast.coordinator):
        assert closing.close_before_support(client_id=her.id, **how, by=cast.coordinator)
    mina = woman(cast, "Mina", cast.worker)
    came(mina, cast.worker)
    with identity.acting(cast.coordinator):
        assert not closing.close_before_support(client_id=mina.id, **how, by=cast.coordinator)


def test_a_follow_up_is_recorded_in_its_time_and_counts_its_wave(cast):
    her = woman(cast, "Rosa", cast.worker)
    close(cast, her)
    later = datetime(2027, 2, 1, 10, tzinfo=UTC)
    with identity.acting(cast.worker):
        first = FollowUp.objects.order_by("due_on").first()
        ask = {
            "follow_up_id": first.id,
            "channel": None,
            "ladder": {Domain.HOUSING: Rung.SETTLED},
            "goals": {},
            "words": "I am all right.",
            "by": cast.worker,
        }
        assert not follow_up.record(**ask, at=NOW)
        assert not follow_up.record(**{**ask, "channel": Channel.CALL}, at=later)  # her plan has lapsed
        assert follow_up.record(**ask, at=later)
        asked = follow_up.one(follow_up_id=first.id, by=cast.worker, at=later)
    assert asked.ladder == {Domain.HOUSING: Rung.SETTLED} and asked.words == "I am all right."
    (event,) = events(EventKind.FOLLOWED_UP, her)
    assert event.detail == {"wave": "3", "result": "done"}


def test_a_follow_up_she_declines_needs_no_reason_and_not_reached_waits_for_its_day(cast):
    her = woman(cast, "Rosa", cast.worker)
    close(cast, her)
    with identity.acting(cast.worker):
        first, second, _ = FollowUp.objects.order_by("due_on")
        assert not follow_up.not_reached(follow_up_id=first.id, by=cast.worker, at=NOW)
        due = datetime(2027, 2, 3, 12, tzinfo=UTC)
        assert follow_up.not_reached(follow_up_id=first.id, by=cast.worker, at=due)
        assert follow_up.declined(follow_up_id=second.id, by=cast.worker, at=due)
        statuses = {row.wave: row.status for row in FollowUp.objects.all()}
    assert statuses == {
        3: followup.Status.NOT_REACHED.value,
        6: followup.Status.DECLINED.value,
        12: followup.Status.DUE.value,
    }


def test_coming_back_makes_episode_2_with_a_plan_to_be_confirmed_again(cast):
    her = woman(cast, "Rosa", cast.worker)
    again = {"client_id": her.id, "route": Route.SELF, "is_her_wish": True, "at": NOW}
    with identity.acting(cast.coordinator):
        running = coming_back.open_again(**again, by=cast.coordinator)
        assert not running and "open episode" in running.reason
    close(cast, her)
    with identity.acting(cast.coordinator):
        said = coming_back.open_again(**again, by=cast.coordinator)
        assert said.data["number"] == 2
        assert SafeContactPlan.objects.get().status == plan.Status.LAPSED.value
        assert Involvement.objects.filter(client_id=her.id, kind="coordination").count() == 1
    (event,) = events(EventKind.EPISODE_OPENED, her)
    assert event.detail["number"] == 2
    planned = came(her, cast.worker, happened=NOW)
    assert planned, planned.reason


def test_after_she_withdrew_a_new_episode_begins_only_at_her_wish(cast):
    her = woman(cast, "Rosa", cast.worker)
    close(cast, her, outcome=closure.Outcome.WITHDRAWN_CONSENT, reason=EndReason.DID_NOT_SAY)
    with identity.acting(cast.coordinator):
        said = coming_back.open_again(
            client_id=her.id,
            route=Route.SELF,
            is_her_wish=False,
            is_new_referral=True,
            by=cast.coordinator,
            at=NOW,
        )
    assert not said and "own wish" in said.reason
