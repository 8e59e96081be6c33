"""Who can be in a submission to the Justice Data Lab, why not, and on whose word its file is made."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from pathways.domain.evaluation import justice_lab
from pathways.domain.evaluation.justice_lab import (
    Action,
    Disposal,
    DisposalKind,
    Facts,
    Heard,
    Line,
    Reason,
    Standing,
    Status,
    Told,
    Woman,
)
from pathways.domain.terms.law import ConfidenceBasis
from pathways.domain.terms.people import Role

BEGAN = date(2024, 3, 1)
TODAY = date(2026, 11, 28)
NOTED = datetime(2024, 3, 1, 9, tzinfo=UTC)
FINED = Disposal(DisposalKind.DISCHARGE_OR_FINE, date(2024, 1, 10))


def said(answer: Heard, day: int, *, is_named: bool = True) -> Told:
    return Told(answer, date(2024, 3, day), NOTED + timedelta(days=day), is_named, "3")


ELIGIBLE = Woman(
    has_names=True,
    born=date(1990, 6, 12),
    began=BEGAN,
    disposals=(FINED,),
    standing=justice_lab.standing([said(Heard.TOLD, 1)]),
)


def why(woman: Woman, *, today: date = TODAY, rests_on: ConfidenceBasis = ConfidenceBasis.PUBLIC_INTEREST):
    return justice_lab.reasons(woman, today=today, rests_on=rests_on)


def test_a_woman_who_was_told_and_of_whom_all_is_known_is_eligible():
    assert why(ELIGIBLE) == ()


#: by hand: what is changed of an eligible woman, and the reason that it gives
CASES = {
    Reason.ERASED: {"is_erased": True},
    Reason.KEPT_OUT: {"is_kept_out": True},
    Reason.OBJECTED: {"is_counting_refused": True},
    Reason.NOT_TOLD: {"standing": Standing()},
    Reason.NO_NAME: {"has_names": False},
    Reason.NO_BIRTH: {"born": None},
    Reason.NO_START: {"began": None},
    Reason.UNDER_AGE: {"born": date(2006, 3, 2)},
    Reason.NOT_FOLLOWED: {"began": date(2025, 5, 29)},
    Reason.NOT_COLLECTED: {"disposals": ()},
    Reason.NO_DISPOSAL: {"disposals": (Disposal(DisposalKind.NONE),)},
}


@pytest.mark.parametrize("reason", list(CASES), ids=str)
def test_each_thing_that_is_missing_gives_its_own_reason(reason: Reason) -> None:
    assert why(replace(ELIGIBLE, **CASES[reason])) == (reason,)


def test_every_reason_has_its_case():
    assert set(Reason) - set(CASES) == {Reason.NOT_AGREED}  # which the basis alone decides
    assert why(ELIGIBLE, rests_on=ConfidenceBasis.HER_AGREEMENT) == (Reason.NOT_AGREED,)
    agreed = replace(ELIGIBLE, standing=justice_lab.standing([said(Heard.AGREED, 2)]))
    assert why(agreed, rests_on=ConfidenceBasis.HER_AGREEMENT) == ()


def test_at_the_edges_of_age_follow_up_and_index_date():
    assert why(replace(ELIGIBLE, born=date(2006, 3, 1))) == ()  # 18 on that very day
    assert why(replace(ELIGIBLE, began=date(2025, 5, 28))) == ()  # a year and six months to the day
    assert why(replace(ELIGIBLE, disposals=(Disposal(DisposalKind.CAUTION, BEGAN),))) == ()
    after = Disposal(DisposalKind.CAUTION, BEGAN + timedelta(days=1))
    assert why(replace(ELIGIBLE, disposals=(after,))) == (Reason.NO_DISPOSAL,)
    older = Disposal(DisposalKind.COMMUNITY, date(2020, 1, 1))
    assert justice_lab.index_of(replace(ELIGIBLE, disposals=(older, FINED, after))) == FINED


def test_several_reasons_stand_in_their_order():
    assert why(replace(ELIGIBLE, born=None, disposals=(), standing=Standing())) == (
        Reason.NOT_TOLD, Reason.NO_BIRTH, Reason.NOT_COLLECTED,
    )  # fmt: skip


def test_an_objection_holds_until_she_herself_agrees():
    for answers, objects, told_of in (
        ([said(Heard.TOLD, 1), said(Heard.OBJECTED, 2)], True, True),
        ([said(Heard.OBJECTED, 2), said(Heard.TOLD, 1)], True, True),  # in the order of their days
        ([said(Heard.TOLD, 1), said(Heard.OBJECTED, 2), said(Heard.TOLD, 3)], True, True),
        ([said(Heard.OBJECTED, 1), said(Heard.AGREED, 2)], False, True),
        ([said(Heard.OBJECTED, 1), said(Heard.AGREED, 2, is_named=False)], True, False),
        ([said(Heard.TOLD, 1, is_named=False)], False, False),  # a notice that does not name it tells nothing
    ):
        now = justice_lab.standing(answers)
        assert (now.is_objected, now.told is not None) == (objects, told_of), answers
    assert not justice_lab.standing([said(Heard.AGREED, 1), said(Heard.OBJECTED, 2)]).is_agreed


def test_what_cannot_be_so_is_not_kept():
    keep = justice_lab.may_keep
    assert keep(Disposal(DisposalKind.NONE), today=TODAY)
    assert keep(Disposal(DisposalKind.CUSTODY, BEGAN), today=TODAY)
    for wrong in (
        Disposal(DisposalKind.NONE, BEGAN),
        Disposal(DisposalKind.CAUTION),
        Disposal(DisposalKind.CAUTION, TODAY + timedelta(days=1)),
        Disposal(DisposalKind.COMMUNITY, BEGAN, BEGAN),
        Disposal(DisposalKind.CUSTODY, BEGAN, BEGAN - timedelta(days=1)),
    ):
        assert not keep(wrong, today=TODAY), wrong


def test_a_line_has_a_cell_for_each_column_and_custody_counts_from_release():
    jailed = Disposal(DisposalKind.CUSTODY, date(2023, 1, 2), date(2023, 9, 3))
    cells = Line("Marsh", "Rosalind", date(1990, 6, 12), jailed, BEGAN, None).cells()
    assert dict(zip(justice_lab.COLUMNS, cells, strict=True)) == {
        "Surname": "Marsh", "Forename": "Rosalind", "Date of birth": "12/06/1990", "Gender": "Female",
        "PNC ID": "", "Index date": "03/09/2023", "Conviction date": "02/01/2023", "Sentence type": "Custody",
        "Intervention start date": "01/03/2024", "Intervention end date": "",
    }  # fmt: skip
    assert len(justice_lab.FIELDS) == len(justice_lab.COLUMNS) - 1  # the PNC number is not told


# --- on whose word --------------------------------------------------------------------------------------


def may(action: Action, facts: Facts, role: Role = Role.COORDINATOR, status: Status = Status.IN_REVIEW):
    return justice_lab.WORKFLOW.may(action, status=status, role=role, facts=facts)


def test_fewer_than_sixty_are_never_put_forward_nor_taken_out():
    for eligible, allowed in ((59, False), (60, True)):
        facts = Facts(eligible=eligible, is_maker=True, agreed=2)
        assert bool(may(Action.PROPOSE, facts, status=Status.DRAWN_UP)) == allowed
        assert bool(may(Action.TAKE_OUT, facts, status=Status.APPROVED)) == allowed
    assert "no fewer than 60" in may(Action.PROPOSE, Facts(eligible=12), status=Status.DRAWN_UP).reason


def test_two_who_did_not_draw_it_up_and_one_of_them_the_governance_lead():
    assert may(Action.AGREE, Facts(eligible=60))
    assert not may(Action.APPROVE, Facts(eligible=60))
    assert not may(Action.APPROVE, Facts(eligible=60, agreed=1))  # no lead among the two
    assert may(Action.APPROVE, Facts(eligible=60, agreed=1, is_lead=True))
    for facts in (Facts(eligible=60, is_maker=True, is_lead=True), Facts(eligible=60, has_spoken=True)):
        for agreed in (0, 1):
            for action in (Action.AGREE, Action.APPROVE, Action.REFUSE):
                assert not may(action, replace(facts, agreed=agreed))


def test_only_the_file_that_two_approved_is_taken_out_and_by_no_approver():
    good = Facts(eligible=60, agreed=2, is_maker=True)
    for changed in (
        {"agreed": 1}, {"is_same": False}, {"is_maker": False, "has_spoken": True}, {"eligible": 59},
    ):  # fmt: skip
        assert may(Action.TAKE_OUT, good, status=Status.APPROVED)
        assert not may(Action.TAKE_OUT, replace(good, **changed), status=Status.APPROVED)
    for status, role in itertools.product(Status, Role):
        allowed = bool(may(Action.TAKE_OUT, good, role, status))
        assert allowed == (status is Status.APPROVED and role is Role.COORDINATOR)
