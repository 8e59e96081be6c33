"""A submission to the Justice Data Lab, from what women were told to the file, and what they can be told."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import uuid
from dataclasses import replace
from datetime import date, timedelta

import pytest

from pathways.analysis import evaluation, lab_file, returns
from pathways.analysis.disclosure import Audience
from pathways.domain.evaluation.justice_lab import (
    COLUMNS,
    Disposal,
    DisposalKind,
    DisposalSource,
    Heard,
    Reason,
    Status,
)
from pathways.domain.evaluation.release import Kind
from pathways.domain.governance import bars
from pathways.domain.terms.law import ConfidenceBasis, LawfulBasis
from pathways.journey import evaluate, figures, held, identity, justice_lab, material, sight, told
from pathways.records import walls
from pathways.records.models import (
    AccessEvent,
    Bar,
    Disclosure,
    Episode,
    Identity,
    IndexDisposal,
    Involvement,
    JourneyEvent,
    LabSubmission,
    ParticipationAgreement,
    SharingAgreement,
    Task,
    ToldOfUse,
)
from tests.journey import lab_women, people
from tests.journey.lab_women import Stage
from tests.journey.people import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.database]
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def at() -> Stage:
    return lab_women.stage(people.cast())


def drawn(at: Stage, *, by=None, **more) -> uuid.UUID:
    with identity.acting(by or at.cast.coordinator) as who:
        said = justice_lab.draw_up(wanted=lab_women.wanted(at, **more), by=who, at=NOW)
    assert said, said.reason
    return said.id


def seen(key, by):
    with identity.acting(by):
        return justice_lab.page(key, by=by, at=NOW)


def does(verb, by, key, **more):
    with identity.acting(by):
        return verb(submission_id=key, by=by, at=LATER, **more)


def says(by, key, agrees=True):
    return does(justice_lab.say, by, key, agrees=agrees, words="Read the notice and the counts")


def approved(at: Stage, key) -> None:
    assert does(justice_lab.propose, at.cast.coordinator, key)
    assert says(at.supervisor, key)
    assert says(at.cast.governance, key)


def takes(by, key, ending="csv"):
    return does(justice_lab.take_out, by, key, ending=ending)


def lines_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def reasons_of(at: Stage, **more) -> dict[Reason, int]:
    found = seen(drawn(at, **more), at.cast.coordinator)
    return {reason: every for reason, _, every in found.first_reasons}


# --- who is in it ---------------------------------------------------------------------------------------


def test_each_woman_is_counted_with_her_reason_and_only_the_eligible_are_in(at):
    lab_women.woman(at, 1)
    lab_women.woman(at, 2, answer=None)
    lab_women.woman(at, 3, notice=at.older)
    lab_women.woman(at, 4, born=None)
    lab_women.woman(at, 5, surname="")
    lab_women.woman(at, 6, disposal=None)
    lab_women.woman(at, 7, disposal=Disposal(DisposalKind.NONE))
    lab_women.woman(at, 8, began=None)
    lab_women.woman(at, 9, born=date(2010, 1, 1))
    key = drawn(at)
    found = seen(key, at.cast.coordinator)
    assert (found.row.eligible, found.row.considered) == (1, 9)
    assert {reason: first for reason, first, _ in found.first_reasons} == {
        Reason.NOT_TOLD: 2, Reason.NO_NAME: 1, Reason.NO_BIRTH: 1, Reason.NO_START: 1, Reason.UNDER_AGE: 1,
        Reason.NOT_COLLECTED: 1, Reason.NO_DISPOSAL: 1,
    }  # fmt: skip
    assert [(version, women) for version, _, women, _, _ in found.told] == [("3", 1)]
    with identity.acting(at.cast.coordinator) as by:
        assert len(justice_lab.women(key, by=by, at=NOW)) == 8
        assert [one.reference for one in justice_lab.women(key, reason=Reason.NO_BIRTH, by=by, at=NOW)] == [
            "LB000004"
        ]
    with identity.acting(at.cast.governance):
        read = AccessEvent.objects.filter(kind="consultation", route="evaluate:lab_draw").get()
    assert len(read.subjects) == 9


def test_an_objection_a_refusal_to_be_counted_a_bar_and_the_year_leave_her_out(at):
    objects, uncounted, barred = (lab_women.woman(at, number) for number in (1, 2, 3))
    lab_women.woman(at, 4, began=NOW - timedelta(days=500))
    with identity.acting(at.cast.coordinator) as by:
        assert told.tell(
            client_id=objects, answer=Heard.OBJECTED, notice_id=None, on_date=NOW.date(), by=by, at=NOW
        )
        ParticipationAgreement(
            client_id=uncounted, organisation_id=by.organisation_id, agreed_at=NOW,
            episode=sight.visible(Episode, by).get(client_id=uncounted), recorded_by_id=by.account_id,
            interpreter="not_needed", condition="none", evaluation_agreed=False,
        ).save(force_insert=True)  # fmt: skip
        Bar(
            client_id=barred, organisation_id=by.organisation_id, barred_organisation_id=at.lab.id,
            ground=next(iter(bars.Ground)).value, set_at=NOW, set_by_id=by.account_id,
        ).save(force_insert=True)  # fmt: skip
    assert reasons_of(at) == {Reason.OBJECTED: 2, Reason.KEPT_OUT: 1}
    found = reasons_of(at, start=date(2025, 1, 1), end=date(2026, 11, 1))
    assert found == {Reason.NOT_FOLLOWED: 1}


def test_where_it_rests_on_agreement_being_told_is_not_enough(at):
    lab_women.woman(at, 1)
    lab_women.woman(at, 2, answer=Heard.AGREED)
    found = seen(drawn(at, confidence_basis=ConfidenceBasis.HER_AGREEMENT), at.cast.coordinator)
    assert found.row.eligible == 1
    assert [reason for reason, _, _ in found.first_reasons] == [Reason.NOT_AGREED]


def test_it_needs_a_sharing_agreement_a_basis_in_law_and_never_goes_to_police(at):
    by = at.cast.coordinator
    force = at.cast.spoc.organisation_id
    for wrong, words in (
        ({"to_organisation_id": force}, "never police"),
        ({"to_organisation_id": at.cast.evaluator.organisation_id}, "No sharing agreement"),
        ({"basis": LawfulBasis.LAW_ENFORCEMENT}, "basis in law"),
        ({"because": " "}, "what the comparison is for"),
        ({"end": date(2023, 1, 1)}, "last day"),
    ):
        with identity.acting(by):
            said = justice_lab.draw_up(wanted=lab_women.wanted(at, **wrong), by=by, at=NOW)
        assert not said and words in said.reason, wrong
    for other in (at.cast.evaluator, at.cast.governance, at.cast.spoc, at.cast.worker):
        with identity.acting(other):
            assert not justice_lab.draw_up(wanted=lab_women.wanted(at), by=other, at=NOW)
    with identity.acting(by):
        assert [name for _, name in justice_lab.recipients(by=by, at=NOW)].count(at.lab.name) == 1


# --- on whose word --------------------------------------------------------------------------------------


def test_fewer_than_sixty_stay_here(at):
    lab_women.many(at, 3)
    key = drawn(at)
    said = does(justice_lab.propose, at.cast.coordinator, key)
    assert not said and "3 are eligible" in said.reason and "no fewer than 60" in said.reason
    with identity.clerk(), pytest.raises(Exception, match=r"lab_submission_no_fewer_than_taken|row-level"):
        LabSubmission.objects.create(
            number=77, organisation_id=uuid.uuid4(), to_organisation_id=at.lab.id, from_date=NOW.date(),
            until_date=NOW.date(), basis="public_task", confidence_basis="public_interest",
            status="in_review", as_at=NOW, eligible=59, mark="0", drawn_at=NOW, drawn_by_id=uuid.uuid4(),
        )  # fmt: skip


@pytest.fixture
def sixty(at) -> list[uuid.UUID]:
    return lab_women.many(at, 61)


def test_from_drawing_up_to_the_file_and_what_she_can_be_told(at, sixty):
    cast = at.cast
    key = drawn(at)
    assert not takes(cast.coordinator, key)  # nobody has approved it
    assert does(justice_lab.propose, cast.coordinator, key)
    with identity.acting(cast.governance) as by:
        assert Task.objects.filter(object_id=key, done_at__isnull=True).exists()
        assert justice_lab.waiting(by=by) == 1
    assert "others approve it" in says(cast.coordinator, key).reason
    assert says(at.second, key)
    assert seen(key, cast.governance).hidden == 1  # nobody is swayed by the first
    assert "governance lead" in says(at.supervisor, key).reason  # one of the two has to be
    assert not takes(cast.coordinator, key)
    assert says(cast.governance, key)
    assert "You approved it" in takes(at.second, key).reason
    for other in (cast.governance, at.supervisor, cast.evaluator, cast.spoc, cast.worker):
        assert not takes(other, key)
    said = takes(cast.coordinator, key)
    assert said, said.reason
    lines = lines_of(said.data["content"])
    assert tuple(lines[0]) == COLUMNS and len(lines) == 61
    assert lines[0]["Surname"] == "Surname001" and lines[0]["Index date"] == "10/01/2024"
    found = seen(key, cast.governance)
    assert found.row.status is Status.TAKEN_OUT
    assert found.taken_sha256 == hashlib.sha256(said.data["content"]).hexdigest() == found.row.mark
    assert not takes(cast.coordinator, key)  # once
    # each woman has her own record of it, one event, and can be told
    with identity.acting(cast.governance) as by:
        crossed = list(Disclosure.objects.filter(kind="justice_lab"))
        assert {row.client_id for row in crossed} == set(sixty) and len(crossed) == 61
        assert {row.to_organisation_id for row in crossed} == {at.lab.id}
        log = AccessEvent.objects.filter(kind="disclosure", recipient_id=at.lab.id).get()
        assert set(log.subjects) == set(sixty)
        assert AccessEvent.objects.filter(kind="exported", found=61).count() == 1
    with identity.clerk():
        told_of = JourneyEvent.objects.filter(kind="disclosed", client_id__in=sixty)
        assert told_of.count() == 61 and {each.detail["recipient_sector"] for each in told_of} == {
            "other_statutory"
        }
    with identity.acting(cast.coordinator) as by:
        hers = held.of_her(client_id=sixty[0], by=by, at=LATER)
    assert [each.recipient for each in hers.crossings] == [at.lab.name]
    assert "reoffending" in hers.crossings[0].purpose


def test_a_change_of_any_woman_in_it_takes_the_approval_away(at, sixty):
    cast = at.cast
    for number, change in enumerate(("a name", "an objection", "a bar", "a disposal taken out")):
        key = drawn(at)
        approved(at, key)
        her = sixty[number]
        with identity.acting(cast.coordinator) as by:
            if change == "a name":
                paper = sight.visible(Identity, by).get(client_id=her)
                paper.surname = "Corrected"
                paper.save()
            elif change == "an objection":
                assert told.tell(
                    client_id=her, answer=Heard.OBJECTED, notice_id=None, on_date=NOW.date(), by=by, at=LATER
                )
            elif change == "a bar":
                Bar(
                    client_id=her, organisation_id=by.organisation_id, barred_organisation_id=at.lab.id,
                    ground=next(iter(bars.Ground)).value, set_at=NOW, set_by_id=by.account_id,
                ).save(force_insert=True)  # fmt: skip
            else:
                row = sight.visible(IndexDisposal, by).get(client_id=her)
                assert told.take_out_disposal(disposal_id=row.id, by=by, at=LATER)
        said = takes(cast.coordinator, key)
        assert not said and "has changed" in said.reason, change
        with identity.clerk():
            assert not Disclosure.objects.filter(kind="justice_lab").exists()
        her = lab_women.woman(at, 500 + number)  # so that sixty stay eligible
    with identity.acting(cast.coordinator) as by:
        said = justice_lab.draw_again(submission_id=key, wanted=lab_women.wanted(at), by=by, at=LATER)
    assert said and not takes(cast.coordinator, key)  # approved anew, or not at all
    assert not any(one.is_of_now for one in seen(key, cast.coordinator).said)


def test_what_is_typed_after_it_was_drawn_up_adds_nobody_and_changes_nothing(at, sixty):
    key = drawn(at)
    approved(at, key)
    with identity.acting(at.cast.coordinator) as by:
        SharingAgreement.objects.filter(to_organisation=at.lab).update(until_date=date(2026, 1, 1))
        assert "No sharing agreement" in takes(by, key).reason
        SharingAgreement.objects.filter(to_organisation=at.lab).update(until_date=None)
        late = told.keep_disposal(
            client_id=sixty[0], disposal=Disposal(DisposalKind.COMMUNITY, date(2024, 2, 1)),
            source=DisposalSource.HERSELF, by=by, at=LATER,
        )  # fmt: skip
        assert late
    assert takes(at.cast.coordinator, key, "xlsx")


def test_a_no_returns_it_and_withdrawing_ends_it(at, sixty):
    key = drawn(at)
    assert does(justice_lab.propose, at.cast.coordinator, key)
    assert says(at.cast.governance, key, agrees=False)
    assert seen(key, at.cast.coordinator).row.status is Status.RETURNED
    assert not says(at.second, key)
    assert not does(justice_lab.withdraw, at.cast.governance, key, because=" ")
    assert does(justice_lab.withdraw, at.cast.governance, key, because="The notice was not yet given to all.")
    with identity.acting(at.cast.coordinator) as by:
        assert not justice_lab.draw_again(
            submission_id=key, wanted=lab_women.wanted(at), by=by, at=LATER
        )


# --- who sees what --------------------------------------------------------------------------------------


@pytest.mark.parametrize("wall", ["both", "rows alone"])
def test_no_one_but_her_own_and_the_approvers_see_any_of_it(at, wall):
    cast = at.cast
    her = lab_women.woman(at, 1)
    key = drawn(at)
    with walls.python_wall_down() if wall == "rows alone" else contextlib.nullcontext():
        others = (cast.evaluator, cast.spoc, cast.analyst, cast.police_supervisor, cast.commissioner,
                  cast.provider, cast.provider_supervisor, cast.administrator, cast.other_worker)  # fmt: skip
        for other in others:
            with identity.acting(other):
                assert not sight.visible(LabSubmission, other).exists(), other.role
                assert not sight.visible(ToldOfUse, other).exists(), other.role
                assert not sight.visible(IndexDisposal, other).exists(), other.role
        with identity.acting(cast.governance) as lead:
            assert sight.visible(LabSubmission, lead).filter(id=key).exists()
            assert not sight.visible(IndexDisposal, lead).filter(client_id=her).exists()


def test_a_worker_reads_of_convictions_what_she_wrote_herself(at):
    cast = at.cast
    her = lab_women.woman(at, 1)
    with identity.clerk(cast.coordinator):
        Involvement(
            client_id=her, organisation_id=cast.worker.organisation_id, account_id=cast.worker.account_id,
            kind="support", from_at=NOW, given_by_id=cast.coordinator.account_id,
        ).save(force_insert=True)  # fmt: skip
    with identity.acting(cast.worker) as by:
        assert sight.visible(IndexDisposal, by).count() == 0
        said = told.keep_disposal(
            client_id=her, disposal=Disposal(DisposalKind.CAUTION, date(2023, 5, 5)),
            source=DisposalSource.HERSELF, by=by, at=NOW,
        )  # fmt: skip
        assert said, said.reason
        assert sight.visible(IndexDisposal, by).count() == 1
        assert told.page(client_id=her, by=by, at=NOW).now.told is not None
    with identity.acting(cast.coordinator) as by:
        assert sight.visible(IndexDisposal, by).count() == 2


# --- what leaves of the counts --------------------------------------------------------------------------


def test_others_see_counts_through_disclosure_control_once_it_was_put_forward(at, sixty):
    for number in (100, 101):
        lab_women.woman(at, number, answer=None)
    key = drawn(at)
    with identity.acting(at.cast.evaluator) as eve:
        assert justice_lab.figures(by=eve) is None  # not before others have it
    assert does(justice_lab.propose, at.cast.coordinator, key)
    with identity.acting(at.cast.evaluator) as eve:
        found = justice_lab.figures(by=eve)
        assert justice_lab.page(key, by=eve, at=NOW) is None
        assert justice_lab.listed(by=eve) == ()
    assert found is not None and dict(found.reasons)[Reason.NOT_TOLD].is_hidden
    assert found.considered.is_hidden or found.eligible.is_hidden  # or the two would be worked out
    with identity.acting(at.cast.officer) as police:
        assert justice_lab.figures(by=police) is None


def test_what_was_seen_and_drawn_up_again_or_withdrawn_is_still_held_against_the_next(at, sixty):
    cora = at.cast.coordinator
    for number in range(100, 106):
        lab_women.woman(at, number, answer=None)
    first = drawn(at)
    assert does(justice_lab.propose, cora, first)
    with identity.acting(at.cast.evaluator) as eve:
        before = justice_lab.figures(by=eve)
    assert (before.eligible.value, before.considered.value) == (61, 67)
    for number in (200, 201):  # two more are eligible, which nobody may work out
        lab_women.woman(at, number)
    with identity.acting(cora) as by:
        assert justice_lab.draw_again(submission_id=first, wanted=lab_women.wanted(at), by=by, at=LATER)
        assert len(material.submissions(by)) == 0
    assert does(justice_lab.propose, cora, first)
    with identity.acting(at.cast.evaluator) as eve:
        assert len(material.submissions(eve)) == 2
        found = justice_lab.figures(by=eve)
    assert found is None or found.eligible.is_hidden
    assert does(justice_lab.withdraw, cora, first, because="To see.")
    with identity.acting(at.cast.evaluator) as eve:
        assert justice_lab.figures(by=eve) is None


def test_the_measure_and_the_report_say_how_many_and_why_not(at, sixty):
    assert does(justice_lab.propose, at.cast.coordinator, drawn(at))
    with identity.acting(at.cast.evaluator) as eve:
        seen = figures.figures(by=eve, at=NOW, synthetic=True).values["M42"]
        summary = evaluation.summarise(
            evaluate.frozen(by=eve, at=NOW, synthetic=True), Audience.STEERING
        )
        known = material.gathered(by=eve, at=NOW)
        document = returns.document(Kind.EVALUATION, summary, known)
    part = next(one for one in document.parts if one.code == "lab")
    assert document.values["M42"].shown == "61 eligible"
    assert seen.shown == "61 eligible" and seen.figure is None
    assert ("Women", "How many") in part.table and ("Eligible", "61") in part.table
    assert "1 January 2024 to 31 December 2024" in part.lines[0]


def test_a_second_submission_beside_the_first_gives_no_few_away():
    rule = Audience.STEERING.rule
    first = lab_file.Counted(70, {"not_told": 10, "no_disposal": 20})
    alone = lab_file.shown(first, [], rule)
    assert alone.eligible.value == 70 and alone.considered.value == 100
    later = replace(first, eligible=72, reasons={"not_told": 8, "no_disposal": 20})
    beside = lab_file.shown(later, [first], rule)
    if beside is not None:
        told_now = dict(beside.reasons)[Reason.NOT_TOLD]
        assert told_now.is_hidden or beside.eligible.is_hidden
