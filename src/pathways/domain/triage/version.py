"""A version of the triage policy: drafted, proved, put forward by one person, approved by another, dated.

Nothing takes effect that is not proved to say one thing of every woman; nothing takes effect on one person's
word; and what was changed after it was approved is a draft again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.terms.people import Role
from pathways.domain.terms.words import Worded
from pathways.domain.triage import facts as named
from pathways.domain.triage import proof
from pathways.domain.triage.levels import Level
from pathways.domain.triage.policy import Policy, Rule, plain
from pathways.domain.workflow import Move, Workflow, actors, sources


class Status(Worded):
    """Where a version of the policy stands."""

    DRAFT = "draft", "Draft"
    PROPOSED = "proposed", "Put forward: waits for a second person"
    APPROVED = "approved", "Approved: waits for its day"
    IN_FORCE = "in_force", "In force"
    SUPERSEDED = "superseded", "No longer in force"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Action(Worded):
    """What can be done with a version of the policy."""

    CHANGE = "change", "Change the draft"
    PROPOSE = "propose", "Put it forward"
    RETURN = "return", "Return it to be changed"
    APPROVE = "approve", "Approve it"
    TAKE_EFFECT = "take_effect", "Comes into force on its day"
    SUPERSEDE = "supersede", "A later version comes into force"
    WITHDRAW = "withdraw", "Withdraw it"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a gate may look at. `problem` is the first thing that the proof found wrong, in words."""

    problem: str = ""
    has_changes: bool = True
    is_own_proposal: bool = False
    #: the day on which it is to come into force
    starts_on: date | None = None
    today: date | None = None
    #: whether it is, to the letter, what was approved
    is_as_approved: bool = True


def _is_sound(facts: Facts) -> Decision:
    return decision.no(facts.problem) if facts.problem else decision.yes()


def may_propose(facts: Facts) -> Decision:
    """It is proved, differs from what is in force, and has a day that has not passed."""
    if not (answer := _is_sound(facts)):
        return answer
    if not facts.has_changes:
        return decision.no("It says the same as the version in force.")
    if facts.starts_on is None:
        return decision.no("Say from which day it is to be in force.")
    if facts.today is not None and facts.starts_on < facts.today:
        return decision.no("The day on which it comes into force has passed: choose today or a later one.")
    return decision.yes()


def may_approve(facts: Facts) -> Decision:
    """A second person, and the proof once more."""
    if facts.is_own_proposal:
        return decision.no("You put it forward: somebody else approves it.")
    return _is_sound(facts)


def may_take_effect(facts: Facts) -> Decision:
    """Its day has come, it is what was approved, and the proof still stands."""
    if facts.starts_on is None or facts.today is None or facts.starts_on > facts.today:
        return decision.no("Its day has not come.")
    if not facts.is_as_approved:
        return decision.no("It was changed after it was approved.")
    return _is_sound(facts)


#: Who drafts and puts forward, and who may be the second person.
EDITORS = actors(Role.COORDINATOR, Role.PANEL_CHAIR)
APPROVERS = actors(Role.COORDINATOR, Role.PANEL_CHAIR, Role.GOVERNANCE_LEAD)
_OPEN = sources(Status.DRAFT, Status.PROPOSED, Status.APPROVED)

WORKFLOW: Workflow[Status, Action, Role] = Workflow(
    name="Version of the triage policy",
    statuses=Status,
    start=Status.DRAFT,
    final=sources(Status.SUPERSEDED, Status.WITHDRAWN),
    moves=(
        Move(Action.CHANGE, _OPEN, Status.DRAFT, EDITORS, "Change the draft"),
        Move(Action.PROPOSE, sources(Status.DRAFT), Status.PROPOSED, EDITORS, "Put it forward", may_propose),
        Move(
            Action.RETURN,
            sources(Status.PROPOSED, Status.APPROVED),
            Status.DRAFT,
            APPROVERS,
            "Return it to be changed",
        ),
        Move(
            Action.APPROVE,
            sources(Status.PROPOSED),
            Status.APPROVED,
            APPROVERS,
            "Approve it",
            may_approve,
        ),
        Move(
            Action.TAKE_EFFECT,
            sources(Status.APPROVED),
            Status.IN_FORCE,
            actors(Role.CLERK),
            "Comes into force on its day",
            may_take_effect,
        ),
        Move(
            Action.SUPERSEDE,
            sources(Status.IN_FORCE),
            Status.SUPERSEDED,
            actors(Role.CLERK),
            "A later version comes into force",
        ),
        Move(Action.WITHDRAW, _OPEN, Status.WITHDRAWN, EDITORS, "Withdraw it"),
    ),
)


def mark(policy: Policy) -> str:
    """The SHA-256 of everything that the policy says: what was approved is known by it."""
    said = json.dumps(plain(policy), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()


def problem(policy: Policy) -> str:
    """The first thing that keeps a policy from being put into force, in words; nothing when it may be."""
    if not (answer := named.may_be_asked(policy)):
        return answer.reason
    if set(policy.levels) != {str(level.value) for level in Level}:
        return "The levels are 0 to 4: a policy in force has these and no others."
    found = proof.check(policy)
    if found.gap_count:
        return f"No rule takes {_many(found.gap_count)}, such as {said(found.gaps[0])}."
    if found.contradictions:
        return _clash(found.contradictions[0], "contradict each other on")
    if found.overlaps:
        return _clash(found.overlaps[0], "both take")
    if found.idle:
        return f"Rule {found.idle[0]} can never be met."
    if silent := [rule.id for rule in policy.rules if not rule.because.strip()]:
        return f"Rule {silent[0]} does not say why, and she could not be told."
    return ""


def _many(count: int) -> str:
    return "1 combination of answers" if count == 1 else f"{count:,} combinations of answers"


def _clash(clash: proof.Clash, verb: str) -> str:
    one, other = clash.rules
    return f"Rules {one} and {other} {verb} {_many(clash.combinations)}, such as {said(clash.example)}."


def said(combination: Mapping[str, str]) -> str:
    """A combination of answers in words: “need high, immediate safety no”."""
    return ", ".join(
        f"{named.words(name).split(':')[0].lower() if name in named.BY_NAME else name}"
        f" {named.answer_words(name, value).lower()}"
        for name, value in combination.items()
    )


# --- what changed ----------------------------------------------------------------------------------------


class Kind(Worded):
    """What became of one row of the table between two versions."""

    ADDED = "added", "Added"
    REMOVED = "removed", "Removed"
    CHANGED = "changed", "Changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One row that is not the same: which row, what became of it, and what it said before and says now."""

    row: str
    kind: Kind
    column: str
    before: str
    after: str


def differences(before: Policy, after: Policy) -> tuple[Difference, ...]:
    """Every cell that differs, row by row: the facts asked, the rules by their id, the promises."""
    return (*_inputs(before, after), *_rules(before, after), *_promises(before, after))


def _inputs(before: Policy, after: Policy) -> list[Difference]:
    one = {question.name: ", ".join(question.values) for question in before.inputs}
    other = {question.name: ", ".join(question.values) for question in after.inputs}
    return [
        *(_row(f"Fact: {named.words(name)}", "", one.get(name), other.get(name), "answers")
          for name in _names(one, other) if one.get(name) != other.get(name)),
    ]  # fmt: skip


def _row(row: str, kind: str, before: str | None, after: str | None, column: str) -> Difference:
    if before is None:
        return Difference(row, Kind.ADDED, column, "", after or "")
    if after is None:
        return Difference(row, Kind.REMOVED, column, before, "")
    return Difference(row, Kind.CHANGED, column, before, after)


def _names(one: Mapping[str, object], other: Mapping[str, object]) -> Sequence[str]:
    return tuple(dict.fromkeys((*one, *other)))


def _rules(before: Policy, after: Policy) -> list[Difference]:
    one, other = ({rule.id: rule for rule in policy.rules} for policy in (before, after))
    found = []
    for name in _names(one, other):
        was, now = one.get(name), other.get(name)
        if was is None or now is None:
            found.append(
                _row(f"Rule {name}", "", None if was is None else _whole(was, before),
                     None if now is None else _whole(now, after), "rule")
            )  # fmt: skip
            continue
        cells, new = _cells(was, before), _cells(now, after)
        for column in _names(cells, new):
            if cells.get(column, "") != new.get(column, ""):
                found.append(
                    Difference(
                        f"Rule {name}", Kind.CHANGED, column, cells.get(column, ""), new.get(column, "")
                    )
                )
    return found


def _cells(rule: Rule, policy: Policy) -> dict[str, str]:
    shown = {
        named.words(question.name): rule.when.get(question.name, "") or "any" for question in policy.inputs
    }
    return {**{name: "any" if cell.strip() == "-" else cell for name, cell in shown.items()},
            "Level": rule.level, "Because": rule.because}  # fmt: skip


def _whole(rule: Rule, policy: Policy) -> str:
    return "; ".join(f"{name}: {cell}" for name, cell in _cells(rule, policy).items() if cell != "any")


def _promises(before: Policy, after: Policy) -> list[Difference]:
    found = []
    for level in Level:
        was, now = before.standard(level), after.standard(level)
        for column, old, new in (
            ("offer", was.offer, now.offer),
            ("first contact, working days", str(was.first_contact_days), str(now.first_contact_days)),
            ("review, weeks", str(was.review_weeks or "never"), str(now.review_weeks or "never")),
            ("a service answers, working days", str(was.answer_days), str(now.answer_days)),
        ):
            if old != new:
                found.append(Difference(level.label, Kind.CHANGED, column, old, new))
    return found
