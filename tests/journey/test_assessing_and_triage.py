"""From assessment to a decided level: what is missing stays visible, and a person says why."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from pathways.domain.terms import demographics as d
from pathways.domain.terms.needs import Domain
from pathways.domain.terms.people import Role
from pathways.domain.triage import facts
from pathways.domain.triage.assessment import ImmediateSafety
from pathways.domain.triage.levels import Level
from pathways.domain.triage.triage import ReturnReason, Status
from pathways.journey import assess, identity, tasks, triage
from pathways.records.models import (
    Assessment,
    BankHoliday,
    Demographics,
    Episode,
    JourneyEvent,
    NeedRating,
    TriageDecision,
    TriagePolicy,
)
from tests.journey import agreed as made
from tests.journey import people

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NOW = people.NOW


@pytest.fixture
def cast() -> people.Cast:
    return people.cast()


def kinds(cast, her) -> list[str]:
    with identity.clerk(cast.coordinator):
        rows = JourneyEvent.objects.filter(client_id=her.client_id).order_by("at", "id")
        return sorted(row.kind for row in rows)


# --- assessment ---------------------------------------------------------------------------------


def test_nobody_is_assessed_before_she_has_agreed(cast):
    her = made.agreed(cast, has_agreed=False)
    with identity.acting(cast.worker):
        said = assess.start(client_id=her.client_id, by=cast.worker, at=NOW)
    assert not said
    assert "agreed" in said.reason


def test_a_worker_who_is_not_hers_finds_nothing_to_assess(cast):
    her = made.agreed(cast)
    for stranger in (cast.colleague, cast.other_worker, cast.spoc, cast.administrator):
        with identity.acting(stranger):
            said = assess.start(client_id=her.client_id, by=stranger, at=NOW)
            assert not said and said.hidden
            assert assess.page(client_id=her.client_id, by=stranger, at=NOW) is None


def test_completing_an_assessment_keeps_her_answers_and_asks_for_triage(cast):
    her = made.agreed(cast)
    triage_id = made.assessed(cast, her)
    with identity.acting(cast.worker):
        row = Assessment.objects.get(client_id=her.client_id)
        assert row.strengths == "She keeps her sister safe."
        assert NeedRating.objects.filter(assessment=row).count() == len(Domain)
        assert NeedRating.objects.get(assessment=row, domain="identity").unrated == "not_asked"
    with identity.acting(cast.coordinator):
        waiting = tasks.waiting(by=cast.coordinator)
        assert [(task.route, task.object_id) for task in waiting] == [("triage:decide", triage_id)]
    assert kinds(cast, her) == ["assessment_completed", "assessment_started"]


def test_the_event_of_an_assessment_carries_codes_and_no_words(cast):
    her = made.agreed(cast)
    made.assessed(cast, her)
    with identity.clerk(cast.coordinator):
        event = JourneyEvent.objects.get(client_id=her.client_id, kind="assessment_completed")
    assert set(event.detail) == {"assessment", "need", "exploitation", "safety"}


def test_an_assessment_without_a_conclusion_is_not_complete(cast):
    her = made.agreed(cast)
    with identity.acting(cast.worker):
        begun = assess.start(client_id=her.client_id, by=cast.worker, at=NOW)
        said = assess.complete(
            assessment_id=begun.id, answers=made.answers(conclusion=" "), by=cast.worker, at=NOW
        )
        assert not said and "summary" in said.reason
        assert Assessment.objects.get().status == "in_progress"


def test_her_ethnicity_is_kept_as_it_was_coded_with_its_scheme_and_her_age_from_her_birth_date(cast):
    her = made.agreed(cast)
    told = assess.Monitoring(
        ethnicity_code="O1",
        ethnicity_scheme=d.EthnicityScheme.SDE_16,
        religion=d.NoAnswer.PREFER_NOT_TO_SAY.value,
        lasting_condition="yes",
        restriction="a_little",
        declared_by=d.DeclaredBy.POLICE_RECORD,
    )
    made.assessed(cast, her, monitoring=told)
    with identity.acting(cast.worker):
        row = Demographics.objects.get(client_id=her.client_id)
    assert (row.ethnicity_code, row.ethnicity_scheme, row.ethnicity) == ("O1", "sde_16_1", "chinese")
    assert (row.religion, row.pregnancy) == ("prefer_not_to_say", "not_asked")
    assert (row.disability, row.age_band, row.declared_by) == ("yes", "25_34", "police_record")


def test_a_code_that_its_scheme_does_not_have_is_refused_with_its_reason(cast):
    her = made.agreed(cast)
    wrong = assess.Monitoring(ethnicity_code="Q7", ethnicity_scheme=d.EthnicityScheme.SDE_18)
    with identity.acting(cast.worker):
        begun = assess.start(client_id=her.client_id, by=cast.worker, at=NOW)
        said = assess.complete(
            assessment_id=begun.id, answers=made.answers(monitoring=wrong), by=cast.worker, at=NOW
        )
    assert not said and "Q7" in said.reason


def test_offending_that_was_discussed_and_not_written_leaves_no_word(cast):
    her = made.agreed(cast)
    made.assessed(cast, her, offending_how="not_written", offending="she said that …")
    with identity.acting(cast.worker):
        assert Assessment.objects.get().offending == ""


def test_she_can_refuse_an_assessment_and_still_be_offered_support(cast):
    her = made.agreed(cast)
    with identity.acting(cast.worker):
        said = assess.refuse(client_id=her.client_id, by=cast.worker, at=NOW)
        assert said
        asked = TriageDecision.objects.get()
        assert asked.status == "awaiting" and asked.is_provisional
    with identity.acting(cast.coordinator):
        decided = triage.decide(
            triage_id=asked.id,
            level=Level.UNIVERSAL,
            otherwise="She wants no more than that.",
            reasons="She would like one service.",
            by=cast.coordinator,
            at=NOW,
        )
        assert decided


# --- triage -------------------------------------------------------------------------------------


def test_a_suggestion_without_a_judgement_is_provisional_and_says_what_is_missing(cast):
    her = made.agreed(cast)
    triage_id = made.assessed(cast, her, immediate_safety=None, exploitation=None)
    with identity.acting(cast.coordinator):
        page = triage.page(triage_id=triage_id, by=cast.coordinator, at=NOW)
    assert page.suggestion.provisional
    assert page.missing == (facts.words("exploitation"), facts.words("immediate_safety"))
    assert page.suggested is Level.URGENT_SAFETY
    assert [q.answer for q in page.questions] == ["Medium", None, None]


def test_a_decision_without_reasons_is_refused(cast):
    her = made.agreed(cast)
    triage_id = made.assessed(cast, her)
    with identity.acting(cast.coordinator):
        for reasons in ("", "   "):
            said = triage.decide(
                triage_id=triage_id, level=Level.TARGETED, reasons=reasons, by=cast.coordinator, at=NOW
            )
            assert not said and "reason" in said.reason
        assert TriageDecision.objects.get().status == "awaiting"
        assert Episode.objects.get().level is None


def test_a_decision_keeps_the_policy_its_inputs_and_who_decided(cast):
    her = made.agreed(cast)
    triage_id = made.triaged(cast, her)
    with identity.acting(cast.coordinator):
        row = TriageDecision.objects.get(id=triage_id)
        episode = Episode.objects.get()
    policy = TriagePolicy.objects.get()
    assert (row.policy_name, row.policy_version) == (policy.name, policy.version)
    judged = {"need": "medium", "exploitation": "medium", "immediate_safety": "no"}
    assert row.inputs.items() >= judged.items()
    assert (row.status, row.suggested_level, row.level, row.suggested_rule) == ("decided", 2, 2, "N5")
    assert row.decided_by_id == cast.coordinator.account_id
    assert episode.level == 2
    assert "triaged" in kinds(cast, her)


def test_deciding_otherwise_than_suggested_is_called_so(cast):
    her = made.agreed(cast)
    triage_id = made.assessed(cast, her)
    with identity.acting(cast.coordinator):
        triage.decide(
            triage_id=triage_id,
            level=Level.INTENSIVE,
            reasons="Her brother is out of prison on Friday.",
            otherwise="She would not be safe with less.",
            by=cast.coordinator,
            at=NOW,
        )
        row = TriageDecision.objects.get()
    assert row.status == Status.OVERRIDDEN.value
    with identity.clerk(cast.coordinator):
        detail = JourneyEvent.objects.get(kind="triaged").detail
    assert (detail["level"], detail["suggested"], detail["overridden"]) == ("3", "2", "yes")
    assert "Friday" not in str(detail)


def test_first_contact_is_due_in_working_days_and_a_bank_holiday_is_none(cast):
    her = made.agreed(cast)
    BankHoliday.objects.create(date=date(2026, 11, 5), name="Invented holiday")
    triage_id = made.triaged(cast, her)  # Tuesday 3 November, level 2: five working days
    with identity.acting(cast.coordinator):
        row = TriageDecision.objects.get(id=triage_id)
    assert row.first_contact_due == date(2026, 11, 11)
    assert row.review_due == date(2026, 12, 29)


def test_only_the_coordinator_decides(cast):
    her = made.agreed(cast)
    triage_id = made.assessed(cast, her)
    for other in (cast.worker, cast.supervisor, cast.provider, cast.spoc, cast.evaluator):
        with identity.acting(other):
            said = triage.decide(
                triage_id=triage_id, level=Level.TARGETED, reasons="Because she said so.", by=other, at=NOW
            )
            assert not said


def test_nothing_is_decided_while_the_assessment_is_open_again(cast):
    her = made.agreed(cast)
    triage_id = made.assessed(cast, her)
    with identity.acting(cast.worker):
        row = Assessment.objects.get()
        assert assess.reopen(assessment_id=row.id, why="She told me more.", by=cast.worker, at=NOW)
    with identity.acting(cast.coordinator):
        said = triage.decide(
            triage_id=triage_id,
            level=Level.TARGETED,
            reasons="Because she said so.",
            by=cast.coordinator,
            at=NOW,
        )
    assert not said and "not complete" in said.reason


def test_a_returned_assessment_comes_back_for_triage_with_what_was_missing(cast):
    her = made.agreed(cast)
    triage_id = made.assessed(cast, her, immediate_safety=None)
    with identity.acting(cast.coordinator):
        assert triage.send_back(
            triage_id=triage_id,
            reason=ReturnReason.SAFETY_UNCLEAR,
            words="Is she at home with him?",
            by=cast.coordinator,
            at=NOW,
        )
    with identity.acting(cast.worker):
        (task,) = tasks.waiting(by=cast.worker)
        assert (task.route, task.object_id) == ("assess:her", her.client_id)
        row = Assessment.objects.get()
        assert row.status == "in_progress"
        said = assess.complete(
            assessment_id=row.id,
            answers=made.answers(immediate_safety=ImmediateSafety.NO),
            by=cast.worker,
            at=NOW + timedelta(hours=1),
        )
        assert said
        assert tasks.waiting(by=cast.worker) == []
    with identity.acting(cast.coordinator):
        row = TriageDecision.objects.get()
        assert (row.id, row.status, row.is_provisional) == (triage_id, "awaiting", False)


def test_triage_again_keeps_the_decision_that_was_made(cast):
    her = made.agreed(cast)
    first = made.triaged(cast, her)
    later = NOW + timedelta(days=20)
    with identity.acting(cast.coordinator):
        said = triage.again(triage_id=first, by=cast.coordinator, at=later)
        assert said
        assert TriageDecision.objects.get(id=first).level == 2
        triage.decide(
            triage_id=said.id,
            level=Level.INTENSIVE,
            reasons="Things changed.",
            otherwise="More is wanted now.",
            by=cast.coordinator,
            at=later,
        )
        assert Episode.objects.get().level == 3
        page = triage.page(triage_id=said.id, by=cast.coordinator, at=later)
    assert page.earlier == ((NOW, Level.TARGETED),)


def test_the_list_shows_the_most_pressing_first_and_counts_each_tab(cast):
    calm = made.agreed(cast, called="Rosa", reference="KW5219EC")
    pressed = made.agreed(cast, called="Mina", reference="AC1234DE")
    made.assessed(cast, calm)
    made.assessed(cast, pressed, immediate_safety=ImmediateSafety.YES)
    with identity.acting(cast.coordinator):
        found = triage.listed(tab="waiting", by=cast.coordinator, at=NOW)
        assert [line.name for line in found.lines] == ["Mina", "Rosa"]
        assert found.counts == {"waiting": 2, "returned": 0, "decided": 0}
        late = triage.listed(tab="waiting", by=cast.coordinator, at=NOW + timedelta(days=7))
        assert all(line.is_overdue for line in late.lines)
        urgent = [task for task in tasks.waiting(by=cast.coordinator) if task.is_urgent]
        assert len(urgent) == 1 and urgent[0].role == Role.COORDINATOR.value
