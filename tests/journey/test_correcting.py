"""A wrong entry is put right with its reason; both versions stay, and what is counted follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from pathways.domain.evaluation.facts import EventFact, corrected
from pathways.domain.evaluation.milestones import reached
from pathways.domain.governance import policy
from pathways.domain.governance.policy import Action, Resource
from pathways.domain.support import contact as contacts_rules
from pathways.domain.support.correction import What
from pathways.domain.support.reasons import Absence
from pathways.domain.terms.contact import Attendance, ContactMode
from pathways.domain.terms.events import EventKind, ScreeningOutcome
from pathways.domain.terms.needs import Domain
from pathways.domain.terms.people import MACHINE_ROLES, Role
from pathways.journey import (
    approach,
    assess,
    contacts,
    correcting,
    goals,
    identity,
    naming,
    of_age,
    open_door,
    screening,
    searching,
    story,
    tasks,
)
from pathways.records.models import (
    Contact,
    Engagement,
    GoalRating,
    JourneyEvent,
    NameToken,
)
from tests.journey import agreed as made
from tests.journey import people
from tests.journey import test_doors as doors
from tests.journey.people import NOW
from tests.journey.test_support import YESTERDAY, came, woman

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def cast():
    return people.cast()


def missed(**more):
    values = {"attendance": Attendance.NO, "absence": Absence.UNWELL, "minutes": None}
    return replace(
        contacts_rules.Record(YESTERDAY, True, Attendance.YES, mode=ContactMode.TELEPHONE, minutes=20),
        **(values | more),
    )


def facts() -> list[EventFact]:
    with identity.clerk():
        rows = list(JourneyEvent.objects.order_by("at", "id"))
    return [
        EventFact(
            EventKind(row.kind),
            row.at,
            str(row.case_id or ""),
            str(row.client_id) if row.client_id else None,
            str(row.episode_id) if row.episode_id else None,
            str(row.organisation_id),
            row.sector,
            row.role,
            {key: str(value) for key, value in row.detail.items()},
        )
        for row in rows
    ]


def test_a_contact_is_corrected_and_both_versions_and_the_reason_are_shown(cast):
    her = woman(cast, "Rosa", cast.worker, accepted_by=[cast.worker])
    came(her, cast.worker)
    with identity.acting(cast.worker) as by:
        row = Contact.objects.get(recorded_at__isnull=False)
        why = "I mixed two women up."
        said = correcting.contact(contact_id=row.id, said=missed(), why=why, by=by, at=NOW)
        assert said, said.reason
        row.refresh_from_db()
        assert (row.attended, row.minutes) == ("no", None)
        (one,) = correcting.history(client_id=her.id, by=by, at=NOW)
        assert one.why == "I mixed two women up." and one.by == "Wanda Worker"
        assert ("Whether she came", "Yes", "No") in one.lines or any(
            line[0] == "Whether she came" and line[1] != line[2] for line in one.lines
        )
        assert row.id in contacts.of_her(client_id=her.id, by=by, at=NOW).corrected
        told = [happening.title for happening in story.told(client_id=her.id, by=by).happenings]
        assert "A contact was corrected" in told


def test_stage_b_is_not_reached_by_a_contact_that_she_did_not_come_to_after_all(cast):
    her = woman(cast, "Rosa", cast.worker, accepted_by=[cast.worker])
    came(her, cast.worker)
    with identity.clerk():
        JourneyEvent.objects.filter(kind="referral_accepted").exists()
    before = corrected(facts())
    assert any(event.kind is EventKind.SUPPORT_STARTED for event in before)
    with identity.acting(cast.worker) as by:
        row = Contact.objects.get(recorded_at__isnull=False)
        assert correcting.contact(contact_id=row.id, said=missed(), why="Mistake", by=by, at=NOW)
        running = Engagement.objects.get(pk=row.engagement_id)
    assert (running.status, running.started_at) == ("not_started", None)
    after = corrected(facts())
    assert not any(event.is_attended for event in after)
    assert not any(event.kind is EventKind.SUPPORT_STARTED for event in after)
    with identity.acting(cast.worker) as by:
        back = missed(attendance=Attendance.YES, absence=None, minutes=20)
        # of two corrections the later holds, at the very same moment as well
        assert correcting.contact(contact_id=row.id, said=back, why="She did come", by=by, at=NOW)
        assert Engagement.objects.get(pk=row.engagement_id).status == "started"
    assert any(event.is_attended for event in corrected(facts()))


DAY = datetime(2026, 3, 2, 10, tzinfo=UTC)


def event(kind: EventKind, days: int, **more) -> EventFact:
    detail = more.pop("detail", {})
    return EventFact(
        kind, DAY + timedelta(days=days), "case", "her", "e1", "charity", "third_sector", "", detail
    )


def test_the_milestone_follows_the_corrected_day_and_attendance():
    begun = [
        event(EventKind.REFERRAL_ACCEPTED, 0),
        event(
            EventKind.CONTACT_RECORDED,
            2,
            detail={"contact": "c", "attended": "yes", "happened": "2026-03-04"},
        ),
    ]
    assert reached(corrected(begun)).third_sector_on == date(2026, 3, 4)
    moved = [*begun, event(EventKind.CORRECTED, 3, detail={"contact": "c", "happened": "2026-03-03"})]
    assert reached(corrected(moved)).third_sector_on == date(2026, 3, 3)
    undone = [*begun, event(EventKind.CORRECTED, 3, detail={"contact": "c", "attended": "no"})]
    assert reached(corrected(undone)).third_sector_on is None


def test_a_correction_needs_a_reason_and_a_difference_and_its_writer(cast):
    her = woman(cast, "Rosa", cast.worker, cast.colleague, accepted_by=[cast.worker])
    came(her, cast.worker)
    with identity.acting(cast.worker) as by:
        row = Contact.objects.get(recorded_at__isnull=False)
        assert "why" in correcting.contact(contact_id=row.id, said=missed(), why=" ", by=by, at=NOW).reason
        same = correcting.entry(what=What.CONTACT, object_id=row.id, by=by, at=NOW)
        assert same is not None
    with identity.acting(cast.colleague) as by:
        said = correcting.contact(contact_id=row.id, said=missed(), why="It was so", by=by, at=NOW)
        assert not said and said.ask == "the writer or your supervisor"
    with identity.acting(cast.supervisor) as by:
        assert correcting.contact(contact_id=row.id, said=missed(), why="It was so", by=by, at=NOW)
    with identity.acting(cast.other_worker) as by:
        assert correcting.contact(contact_id=row.id, said=missed(), why="No", by=by, at=NOW).hidden


def test_a_new_name_finds_her_and_the_old_one_does_not(cast):
    client_id, _ = people.born(cast, "Rosa", surname="Invented")
    paper = correcting.Paper(called="Maria", given_names="Maria", surname="Holloway", born=date(1990, 6, 12))
    with identity.acting(cast.coordinator) as by:
        said = correcting.who_she_is(client_id=client_id, said=paper, why="She told us.", by=by, at=NOW)
        assert said, said.reason
        assert [one.record_id for one in naming.find("Maria Holloway", by=by)] == [client_id]
        assert naming.find("Rosa Invented", by=by) == []
        assert searching.search(typed="Maria Holloway", by=by, at=NOW).results
        (one,) = correcting.history(client_id=client_id, by=by, at=NOW)
        assert ("Surname", "Invented", "Holloway") in one.lines
    with identity.clerk():
        assert NameToken.objects.filter(record_id=client_id).exists()


def test_a_date_of_birth_that_makes_her_a_child_sends_her_to_child_safeguarding(cast):
    client_id, _ = people.born(cast, "Rosa")
    young = correcting.Paper(called="Rosa", given_names="Rosa", surname="Invented", born=date(2010, 1, 2))
    with identity.acting(cast.coordinator) as by:
        said = correcting.who_she_is(client_id=client_id, said=young, why="Her passport", by=by, at=NOW)
        assert said and "children’s services" in said.next[0]
        assert of_age.TASK in [task.kind for task in tasks.waiting(by=by)]
        said = approach.assign(
            client_id=client_id,
            worker_id=cast.worker.account_id,
            organisation_id=cast.worker.organisation_id,
            by=by,
            at=NOW,
        )
        assert not said and "under 18" in said.reason and said.ask == "children’s services"


def test_a_goal_rating_is_corrected(cast):
    her = woman(cast, "Rosa", cast.worker)
    with identity.acting(cast.worker) as by:
        assert goals.set_goal(
            client_id=her.id, words="A home", domain=Domain.HOUSING, importance=9, nearness=8,
            target_date=None, by=by, at=NOW,
        )  # fmt: skip
        row = GoalRating.objects.get()
        assert correcting.goal_rating(rating_id=row.id, value=2, why="A slip", by=by, at=NOW)
        row.refresh_from_db()
        assert row.value == 2
        (one,) = correcting.history(client_id=her.id, by=by, at=NOW)
        assert one.lines == (("How near it felt, 0 to 10", "8", "2"),)


def test_an_assessment_that_is_opened_again_keeps_what_it_said(cast):
    her = made.agreed(cast)
    made.assessed(cast, her)
    with identity.acting(cast.worker) as by:
        row = assess.page(client_id=her.client_id, by=by, at=NOW)
        assert not assess.reopen(assessment_id=row.id, why="", by=by, at=NOW)
        assert assess.reopen(assessment_id=row.id, why="She told me more.", by=by, at=NOW)
        later = made.answers(conclusion="Her safety comes first.")
        assert assess.complete(assessment_id=row.id, answers=later, by=by, at=NOW)
        found = correcting.history(client_id=her.client_id, by=by, at=NOW)
    (one,) = [each for each in found if each.what is What.ASSESSMENT]
    assert one.why == "She told me more."
    assert any(line[0] == "Summary" and line[2] == "Her safety comes first." for line in one.lines)


def test_a_decision_at_either_door_is_corrected_by_a_new_one_that_keeps_the_earlier(cast):
    key = doors.screened(cast)
    with identity.acting(cast.spoc) as by:
        words = {heading: f"{text} And more." for heading, text in doors.judgement().record.items()}
        said = screening.say_again(
            consideration_id=key, said=doors.judgement(record=words), why="A date was wrong", by=by, at=NOW
        )
        assert said, said.reason
        page = screening.page(consideration_id=key, by=by, at=NOW)
        (before,) = page.earlier_decisions
        assert before.why_again == "A date was wrong" and page.decided.record[0][1].endswith("And more.")
        assert not any(words.endswith("And more.") for _, words in before.lines)
    brought = doors.coming(cast.worker).id
    with identity.acting(cast.coordinator) as by:
        assert open_door.start(referral_in_id=brought, by=by, at=NOW)
        rejected = doors.judgement(ScreeningOutcome.REJECTED, reason="information_wrong")
        said = open_door.decide(referral_in_id=brought, said=rejected, by=by, at=NOW)
        assert said, said.reason
        assert open_door.resume(referral_in_id=brought, by=by, at=NOW)
        (before,) = open_door.page(referral_in_id=brought, by=by, at=NOW).earlier_decisions
        assert before.lines[0] == ("Decision", "Not confirmed")


def test_nobody_sees_a_correction_who_does_not_see_its_entry():
    """By the rules themselves: a correction opens to no role that its entry's table does not open to."""
    for what in What:
        readers = policy.roles_that(Action.READ, policy.CORRECTED[what.value]) | {Role.REGISTRAR}
        for role in Role:
            rules = policy.rules_for(role, Action.READ, Resource.CORRECTION)
            if any(f"'{what.value}'" in repr(rule.when) for rule in rules):
                assert role in readers, (role, what)


def test_the_first_version_cannot_be_changed(cast):
    # by no person: one hand of the machine moves it with her record, another empties it when she is erased,
    # and a third closes what was said of a referral when the service has answered
    hands = {Role.REGISTRAR, Role.KEEPER, Role.CLERK}
    assert policy.roles_that(Action.CHANGE, Resource.CORRECTION) == hands
    assert hands <= MACHINE_ROLES
    assert not policy.roles_that(Action.REMOVE, Resource.CORRECTION)
