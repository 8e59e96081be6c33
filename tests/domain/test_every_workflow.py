"""Every workflow: status × action × role, and then by hand what the important ones must allow.

The product is made from the tables and proves that `may` reads them rightly. The tables below it are
written by hand, role by role, so that a wrong table fails here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from itertools import product
from typing import Any

import pytest

from pathways.domain.evaluation import interviews, justice_lab, release
from pathways.domain.evaluation.workflows import ALL
from pathways.domain.governance import emergency, erasure, hold
from pathways.domain.identification import consideration, eligibility, referral_in, run, second_reading
from pathways.domain.outcomes import followup, in_use, instrument, response
from pathways.domain.reach import approach, plan, stop
from pathways.domain.referral import referral, sharing
from pathways.domain.support import closure, engagement, episode, goal
from pathways.domain.terms import needs
from pathways.domain.terms.people import POLICE_ROLES, Role, Sector
from pathways.domain.triage import assessment, meeting, reading, triage, version
from pathways.domain.workflow import Workflow, mermaid

TODAY = date(2026, 11, 23)
ADULT = eligibility.Person(TODAY, born=date(1990, 1, 1), meets_definition=True)
CHILD = eligibility.Person(TODAY, born=date(2010, 1, 1), meets_definition=True)
LEAST = frozenset({sharing.ShareField.NAME, sharing.ShareField.SAFE_CONTACT})

#: Facts with which every gate of a workflow opens, and facts with which every gate stays shut.
OPENING: dict[str, Any] = {
    "Screening run": run.Facts(),
    "Consideration": consideration.Facts(ADULT, has_opened_evidence=True),
    "Second reading": second_reading.Facts(),
    "Referral in": referral_in.Facts(ADULT),
    "Safe-contact plan": plan.Facts(plan.Status.PROVISIONAL, datetime(2026, 11, 1, tzinfo=UTC)),
    "Approach": approach.Facts(attempts=3),
    "Stop": stop.Facts(stop.Kind.PAUSE, has_she_asked_to_start=True),
    "Assessment": assessment.Facts(
        has_agreed=True, ladder=dict.fromkeys(needs.Domain, needs.Rung.WITH_HELP), summary="Summary"
    ),
    "Triage": triage.Facts(assessment.Status.COMPLETE),
    "Second reading of a level": reading.Facts(why=reading.Why.URGENT),
    "Version of the triage policy": version.Facts(starts_on=TODAY, today=TODAY),
    "Panel meeting": meeting.Facts(women=3, has_attendance=True, has_reason=True),
    "Request to the panel": meeting.RequestFacts(has_reason=True),
    "Numbered copy": meeting.RequestFacts(has_reason=True),
    "Engagement": engagement.Facts(attended=3),
    "Goal": None,
    "Closure": closure.Facts(),
    "Episode": episode.Facts(closure=closure.Status.SIGNED_OFF),
    "Follow-up": followup.Facts(due_on=TODAY, today=TODAY),
    "Emergency access": emergency.Facts(finding=emergency.Finding.JUSTIFIED, has_words=True, is_over=True),
    "Erasing": erasure.Facts(told=erasure.Told.TOLD),
    "Legal hold": None,
    "Joining of two records": None,
    "Two records of one person": None,
    "Two records of one woman": None,
    "Linking run": None,
    "Filling in of an instrument": response.Facts("Another woman’s"),
    "Instrument of a site": in_use.Facts(instrument.Licence.PUBLIC_DOMAIN, True, True),
    "Quotation of an interview": interviews.Facts(is_asker=False, may_be_quoted=True, gives_away=False),
    "Release of figures": release.Facts(),
    "Submission to the Justice Data Lab": justice_lab.Facts(eligible=60),
}
SHUTTING: dict[str, Any] = {
    "Screening run": run.Facts(are_extracts_there=False),
    "Consideration": consideration.Facts(CHILD),
    "Second reading": second_reading.Facts(is_reader=False, took_part=False),
    "Referral in": referral_in.Facts(CHILD),
    "Approach": approach.Facts(attempts=0, is_stopped=True),
    "Stop": stop.Facts(stop.Kind.WITHDRAW, has_she_asked_to_start=True),
    "Assessment": assessment.Facts(has_agreed=False),
    "Triage": triage.Facts(assessment.Status.IN_PROGRESS),
    "Second reading of a level": reading.Facts(why=reading.Why.EXIT, is_first=True),
    "Version of the triage policy": version.Facts(problem="No rule takes something.", is_own_proposal=True),
    "Panel meeting": meeting.Facts(women=0, unanswered=1, undecided=1, planned_for="Tuesday 1 December 2026"),
    "Request to the panel": meeting.RequestFacts(),
    "Numbered copy": meeting.RequestFacts(),
    "Engagement": engagement.Facts(attended=0),
    "Closure": closure.Facts(is_own_proposal=True),
    "Episode": episode.Facts(is_stopped=True),
    "Follow-up": followup.Facts(due_on=date(2027, 6, 1), today=TODAY),
    "Emergency access": emergency.Facts(is_reader=True),
    "Erasing": erasure.Facts(is_held=True, told=erasure.Told.TOLD),
    "Filling in of an instrument": response.Facts(),
    "Instrument of a site": in_use.Facts(instrument.Licence.PUBLIC_DOMAIN, True, False),
    "Quotation of an interview": interviews.Facts(is_asker=True, may_be_quoted=True, gives_away=False),
    "Release of figures": release.Facts(at_risk=1, given_away=1, is_maker=True, has_spoken=True),
    "Submission to the Justice Data Lab": justice_lab.Facts(eligible=59, is_maker=True, has_spoken=True),
}


def opening(workflow: Workflow[Any, Any, Any], action: str) -> Any:
    """No single set of facts opens every gate of a referral: one expires only when it is overdue. Nor of a
    reading of a level: what goes on by itself is never set aside."""
    if workflow.name == "Second reading of a level" and action == reading.Action.SET_ASIDE:
        return reading.Facts(why=reading.Why.DRAWN)
    if workflow is release.WORKFLOW and action == release.Action.RELEASE:
        return release.Facts(agreed=1)
    if workflow is justice_lab.WORKFLOW and action == justice_lab.Action.APPROVE:
        return justice_lab.Facts(eligible=60, agreed=1, is_lead=True)
    if workflow is justice_lab.WORKFLOW and action == justice_lab.Action.TAKE_OUT:
        return justice_lab.Facts(eligible=60, agreed=2, is_maker=True)
    if workflow.name != "Referral":
        return OPENING[workflow.name]
    return referral.Facts(
        has_agreed=True,
        triage=triage.Status.DECIDED,
        is_organisation_live=True,
        is_service_open=True,
        pack=sharing.PackFacts(LEAST, LEAST, Sector.THIRD_SECTOR),
        is_overdue=action == referral.Action.EXPIRE,
    )


def shutting(workflow: Workflow[Any, Any, Any]) -> Any:
    if workflow.name == "Referral":
        return referral.Facts(has_agreed=False, has_started=True)
    return SHUTTING.get(workflow.name)


def actions_of(workflow: Workflow[Any, Any, Any]) -> tuple[Any, ...]:
    return tuple(type(workflow.moves[0].action))


@pytest.mark.parametrize("workflow", ALL, ids=lambda workflow: workflow.name)
def test_only_what_the_table_lists_is_allowed(workflow: Workflow[Any, Any, Any]) -> None:
    listed = {
        (status, move.action, role)
        for move in workflow.moves
        for status in move.sources
        for role in move.actors
    }
    for status, action, role in product(workflow.statuses, actions_of(workflow), Role):
        answer = workflow.may(action, status=status, role=role, facts=opening(workflow, action))
        assert answer.allowed == ((status, action, role) in listed), (status, action, role)
        assert answer.allowed or answer.reason, "a refusal says why"


@pytest.mark.parametrize("workflow", ALL, ids=lambda workflow: workflow.name)
def test_a_shut_gate_refuses_everyone_and_says_why(workflow: Workflow[Any, Any, Any]) -> None:
    for move in workflow.moves:
        if move.needs is None or move.action == referral.Action.EXPIRE:
            continue
        for status, role in product(move.sources, move.actors):
            answer = workflow.may(move.action, status=status, role=role, facts=shutting(workflow))
            assert not answer, (move.action, status, role)
            assert answer.reason.endswith((".", "!"))


@pytest.mark.parametrize("workflow", ALL, ids=lambda workflow: workflow.name)
def test_every_action_leads_somewhere_and_every_final_status_is_an_end(
    workflow: Workflow[Any, Any, Any],
) -> None:
    assert {move.action for move in workflow.moves} == set(actions_of(workflow))
    assert all(not (move.sources & workflow.final) for move in workflow.moves)
    assert mermaid(workflow).startswith("stateDiagram-v2")


def test_the_list_of_workflows_names_each_once() -> None:
    names = [workflow.name for workflow in ALL]
    assert len(set(names)) == len(names) == 32
    assert set(OPENING) | {"Referral"} == set(names)


# --- the walls in the tables

POLICE_SIDE = {"Consideration", "Screening run", "Second reading", "Two records of one person"}
ONLOOKERS = (
    Role.EVALUATOR,
    Role.GOVERNANCE_LEAD,
    Role.COMMISSIONER,
    Role.ADMINISTRATOR,
    Role.COUNTING,
    Role.KEEPER,
    Role.SEALING,
    Role.POLICE_OFFICER,
)


@pytest.mark.parametrize("workflow", ALL, ids=lambda workflow: workflow.name)
def test_police_move_nothing_of_her_support(workflow: Workflow[Any, Any, Any]) -> None:
    moving = frozenset(role for move in workflow.moves for role in move.actors)
    if workflow.name in POLICE_SIDE:
        assert moving <= POLICE_ROLES | {Role.CLERK, Role.SUPERVISOR}
    else:
        assert not moving & POLICE_ROLES


@pytest.mark.parametrize("workflow", ALL, ids=lambda workflow: workflow.name)
@pytest.mark.parametrize("role", ONLOOKERS)
def test_those_who_look_on_move_nothing(workflow: Workflow[Any, Any, Any], role: Role) -> None:
    if workflow.name == "Emergency access" and role is Role.GOVERNANCE_LEAD:
        return  # stops it and reviews it; nothing of hers is moved by that
    if role is Role.GOVERNANCE_LEAD and workflow in (erasure.WORKFLOW, hold.WORKFLOW):
        return  # her own work: what is kept and what is erased
    if workflow is in_use.WORKFLOW and role in in_use.ANSWERS:
        return  # which questionnaires a site uses: of no woman
    if role is Role.GOVERNANCE_LEAD and workflow is version.WORKFLOW:
        return  # the second person for a version of the policy; of any woman nothing is moved by it
    if workflow is interviews.WORKFLOW and role is Role.EVALUATOR:
        return  # what was said to the evaluator, under a number: nothing of hers is moved by it
    if workflow is release.WORKFLOW and role in release.READERS:
        return  # figures on their way out, each read by others: of no woman
    if workflow is justice_lab.WORKFLOW and role is Role.GOVERNANCE_LEAD:
        return  # one of the two who approve what leaves with names, none of which the lead meets
    assert not any(role in move.actors for move in workflow.moves)


# --- by hand, role by role

SPOC, ANALYST, COORDINATOR = Role.POLICE_SPOC, Role.POLICE_ANALYST, Role.COORDINATOR
CHAIR, WORKER, PROVIDER = Role.PANEL_CHAIR, Role.SUPPORT_WORKER, Role.PROVIDER_WORKER
SUPERVISOR, CLERK, LEAD = Role.SUPERVISOR, Role.CLERK, Role.GOVERNANCE_LEAD

_ANSWER = "acknowledge accept waitlist decline record_her_no"
_REFERRAL_RECEIVER = {
    "sent": _ANSWER,
    "acknowledged": "accept waitlist decline record_her_no",
    "waitlisted": "accept decline record_her_no",
    "draft": "record_her_no",
    "accepted": "record_her_no",
}
_REFERRAL_SENDER = {
    "draft": "record_her_no withdraw",
    "sent": "record_her_no withdraw expire",
    "acknowledged": "record_her_no withdraw expire",
    "waitlisted": "record_her_no withdraw expire",
    "accepted": "record_her_no withdraw",
}
_SCREENER = {
    "under_review": "confirm reject defer safeguard_first mark_duplicate send_elsewhere",
    "deferred": "safeguard_first mark_duplicate send_elsewhere resume",
    "safeguarding_first": "resume",
    "rejected": "resume",
}
_APPROACH_WORKER = {
    "assigned": "attempt reach decline",
    "attempting": "attempt reach decline give_up",
    "contacted": "agree decline",
    "no_contact": "reach decline",
}
_APPROACH_ASSIGNER = {status: f"{actions} reassign" for status, actions in _APPROACH_WORKER.items()}
_PLAN_KEEPER = {
    "provisional": "confirm lapse replace mark_not_safe",
    "confirmed": "confirm lapse replace mark_not_safe",
    "lapsed": "confirm replace mark_not_safe",
    "not_safe": "confirm replace",
}
_ENGAGEMENT = {
    "not_started": "start disengage",
    "started": "engage falter disengage",
    "engaged": "falter disengage",
    "intermittent": "engage disengage",
    "re_engaged": "engage falter disengage",
    "disengaged": "re_engage",
}
_EPISODE = {"open": "pause close", "paused": "resume close"}
_DECIDER = {
    "awaiting": "decide override return",
    "decided": "reopen",
    "overridden": "reopen",
}
_FOLLOWUP = {"due": "record give_up decline", "not_reached": "record decline"}

BY_HAND: dict[str, dict[Role, Mapping[str, str]]] = {
    "Consideration": {
        SPOC: {
            "flagged": "start_review safeguard_first mark_duplicate send_elsewhere",
            **_SCREENER,
        },
        ANALYST: {"flagged": "start_review"},
    },
    "Referral in": {
        COORDINATOR: {
            "received": "start_review safeguard_first mark_duplicate send_elsewhere withdraw",
            "under_review": _SCREENER["under_review"] + " withdraw",
            "deferred": _SCREENER["deferred"] + " withdraw",
            "safeguarding_first": "resume withdraw",
            "rejected": "resume",
        },
        CLERK: dict.fromkeys(("received", "under_review", "deferred", "safeguarding_first"), "withdraw"),
    },
    "Safe-contact plan": {
        **dict.fromkeys((COORDINATOR, WORKER, PROVIDER, SUPERVISOR), _PLAN_KEEPER),
        CLERK: {
            "provisional": "lapse replace",
            "confirmed": "lapse replace",
            "lapsed": "replace",
            "not_safe": "replace",
        },
    },
    "Approach": {
        **dict.fromkeys((WORKER, PROVIDER), _APPROACH_WORKER),
        **dict.fromkeys((COORDINATOR, SUPERVISOR), _APPROACH_ASSIGNER),
        CLERK: dict.fromkeys(("assigned", "attempting", "contacted", "no_contact"), "decline"),
    },
    "Stop": {key: {"in_force": "lift"} for key in (COORDINATOR, WORKER, PROVIDER, SUPERVISOR)},
    "Triage": {
        COORDINATOR: {**_DECIDER, "returned": "resubmit"},
        CHAIR: _DECIDER,
        **{key: {"returned": "resubmit"} for key in (WORKER, PROVIDER, SUPERVISOR)},
        CLERK: {"decided": "reopen", "overridden": "reopen", "returned": "resubmit"},
    },
    "Referral": {
        **dict.fromkeys((WORKER, PROVIDER, SUPERVISOR), _REFERRAL_RECEIVER),
        COORDINATOR: {**_REFERRAL_SENDER, "draft": "send record_her_no withdraw"},
        CLERK: _REFERRAL_SENDER,
    },
    "Engagement": dict.fromkeys((WORKER, PROVIDER, SUPERVISOR, CLERK), _ENGAGEMENT),
    "Closure": {
        **{key: {"returned": "propose_again"} for key in (WORKER, PROVIDER)},
        **{
            key: {"proposed": "sign_off return", "returned": "propose_again"}
            for key in (SUPERVISOR, COORDINATOR)
        },
        CLERK: {"proposed": "sign_off"},
    },
    "Episode": dict.fromkeys((COORDINATOR, WORKER, PROVIDER, SUPERVISOR, CLERK), _EPISODE),
    "Joining of two records": {
        COORDINATOR: {
            "proposed": "join keep_apart",
            "joined": "part",
            "parted": "join",
            "apart": "join",
        }
    },
    "Follow-up": {
        **dict.fromkeys((COORDINATOR, WORKER, PROVIDER, SUPERVISOR), _FOLLOWUP),
        CLERK: {"due": "decline", "not_reached": "decline"},
    },
    "Erasing": {
        LEAD: {"requested": "check refuse", "checked": "approve refuse", "approved": "refuse erase"},
        SUPERVISOR: {"checked": "approve refuse", "approved": "refuse"},
        COORDINATOR: {"checked": "approve refuse", "approved": "refuse"},
    },
    "Legal hold": {LEAD: {"in_force": "lift"}},
    "Filling in of an instrument": {
        key: {"given": "withdraw", "withdrawn": "put_back"} for key in (WORKER, PROVIDER, SUPERVISOR)
    },
    "Instrument of a site": {
        key: {"off": "turn_on", "on": "turn_off"} for key in (SUPERVISOR, LEAD, Role.ADMINISTRATOR)
    },
}


@pytest.mark.parametrize("name", BY_HAND)
def test_each_role_can_do_exactly_what_is_written_here(name: str) -> None:
    workflow = next(workflow for workflow in ALL if workflow.name == name)
    written = BY_HAND[name]
    for role, status in product(Role, workflow.statuses):
        expected = set(written.get(role, {}).get(status.value, "").split())
        found = {
            action.value
            for action in actions_of(workflow)
            if workflow.may(action, status=status, role=role, facts=opening(workflow, action))
        }
        assert found == expected, (role, status)


TARGETS = {
    "Consideration": "confirm→confirmed reject→rejected defer→deferred safeguard_first→safeguarding_first "
    "mark_duplicate→duplicate send_elsewhere→not_this_programme start_review→under_review "
    "resume→under_review",
    "Approach": "attempt→attempting reach→contacted agree→agreed decline→declined give_up→no_contact",
    "Referral": "send→sent acknowledge→acknowledged accept→accepted waitlist→waitlisted "
    "decline→declined_by_service record_her_no→declined_by_client withdraw→withdrawn expire→expired",
    "Triage": "decide→decided override→overridden return→returned resubmit→awaiting reopen→awaiting",
    "Episode": "pause→paused resume→open close→closed",
    "Closure": "sign_off→signed_off return→returned propose_again→proposed",
    "Goal": "meet→met meet_in_part→part miss→not_met change→changed reopen→open",
    "Follow-up": "record→done give_up→not_reached decline→declined",
    "Safe-contact plan": "confirm→confirmed lapse→lapsed replace→replaced mark_not_safe→not_safe",
}


@pytest.mark.parametrize("name", TARGETS)
def test_each_action_leads_where_it_says(name: str) -> None:
    workflow = next(workflow for workflow in ALL if workflow.name == name)
    for pair in TARGETS[name].split():
        action, target = pair.split("→")
        assert {move.target.value for move in workflow.moves if move.action == action} == {target}


def test_a_goal_changed_for_another_is_kept_as_it_was() -> None:
    assert goal.Status.CHANGED in goal.WORKFLOW.final
