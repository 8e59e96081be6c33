"""The triage policy: what is in force, and how a new version comes to be, by two people and on a day.

A draft begins as the version in force, is edited as a table or taken from a spreadsheet, and is proved each
time. Whatever a version says, it suggests and decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from pathways.analysis import triage as tables
from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance.actors import Actor
from pathways.domain.terms import clocks
from pathways.domain.terms.people import Role
from pathways.domain.triage import policy, proof
from pathways.domain.triage import version as versions
from pathways.domain.triage.default import DEFAULT
from pathways.domain.triage.levels import STANDARDS, Level, Standard
from pathways.domain.triage.policy import Malformed, Policy, Suggestion
from pathways.domain.triage.version import Action, Difference, Facts, Status
from pathways.journey import identity, ledger, tasks
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import TriagePolicy

APPROVE_TASK = "triage_policy"
CHANGE_TASK = "triage_policy_returned"
#: Who sees drafts, history and what-if. What is in force is no secret, and open to everybody who works here.
READERS = frozenset(
    {Role.COORDINATOR, Role.PANEL_CHAIR, Role.GOVERNANCE_LEAD, Role.EVALUATOR, Role.SUPERVISOR}
)
_NOT_THERE = decision.no("There is no such version of the policy.", hidden=True)


# --- what is in force ------------------------------------------------------------------------------------


def install(at: datetime) -> TriagePolicy:
    """Puts the default policy in force where there is none yet; answers the one that is."""
    found = _in_force()
    if found is not None:
        return found
    made, _ = TriagePolicy.objects.get_or_create(
        name=DEFAULT.name,
        version=DEFAULT.version,
        defaults={
            "body": policy.plain(DEFAULT),
            "from_at": at,
            "status": Status.IN_FORCE.value,
            "is_default": True,
        },
    )
    return made


def in_force(at: datetime) -> Policy:
    """The policy that suggests at this moment: what is in force, or was then."""
    now = install(at)
    if now.from_at is not None and at < now.from_at:
        dated = TriagePolicy.objects.filter(status=Status.SUPERSEDED.value, from_at__lte=at, until_at__gt=at)
        now = dated.order_by("-from_at").first() or now
    return policy.read(now.body)


def standard(level: Level) -> Standard:
    """What the policy in force promises of a level."""
    found = _in_force()
    return policy.read(found.body).standard(level) if found is not None else STANDARDS[level]


def suggest(using: Policy, answers: Mapping[str, str | None]) -> Suggestion | None:
    """What the policy suggests; None when it cannot, because its questions are not the ones we ask."""
    known = {question.name: answers.get(question.name) for question in using.inputs}
    try:
        return policy.suggest(using, known)
    except ValueError:
        return None


def _in_force() -> TriagePolicy | None:
    return TriagePolicy.objects.filter(status=Status.IN_FORCE.value).first()


# --- verbs ------------------------------------------------------------------------------------------------


def draft(*, by: Actor, at: datetime) -> Outcome:
    """Begins a draft that says what the version in force says."""
    if not (answer := _may_edit(by)):
        return refusal(answer)
    with transaction.atomic():
        now = install(at)
        body = policy.read(now.body)
        row = TriagePolicy(
            name=body.name,
            version=_free_version(body.name, at),
            status=Status.DRAFT.value,
            based_on=now,
            made_at=at,
            made_by_id=by.account_id,
            changed_at=at,
            changed_by_id=by.account_id,
        )
        row.body = policy.plain(replace(body, version=row.version))
        row.save(force_insert=True)
        _tell(row, "a draft was begun", by, at)
        return done(row.id)


def change(
    *,
    version_id: UUID,
    wanted: Policy,
    note: str,
    seen_at: datetime | None,
    by: Actor,
    at: datetime,
) -> Outcome:
    """Writes what the draft says. What was put forward or approved is a draft again, and who did so is
    forgotten. `seen_at` is the change that the writer had before her: a later one of somebody else is not
    written over."""
    with transaction.atomic():
        row = _row(version_id, lock=True)
        if row is None:
            return refusal(_NOT_THERE)
        if not (may := _may(Action.CHANGE, row, by, at)):
            return refusal(may)
        if seen_at is not None and row.changed_at != seen_at:
            who = identity.account_named(row.changed_by_id) if row.changed_by_id else "somebody"
            return refusal(
                decision.no(
                    f"{who} changed this draft while you were writing. What you typed is still below: "
                    "look at theirs in another window, then save again."
                )
            )
        name, number = wanted.name.strip(), wanted.version.strip()
        if not name or not number:
            return refusal(decision.no("Give the policy a name and the version a number."))
        if TriagePolicy.objects.filter(name=name, version=number).exclude(id=row.id).exists():
            return refusal(decision.no(f"There is a version {number} of “{name}” already. Give it another."))
        was_further = row.status != Status.DRAFT.value
        row.name, row.version, row.note = name, number, note.strip()
        row.body = policy.plain(replace(wanted, name=name, version=number))
        row.changed_at, row.changed_by_id = at, by.account_id
        _begin_again(row)
        row.save()
        tasks.settle(APPROVE_TASK, object_id=row.id, by=by, at=at)
        _tell(row, "a draft was changed", by, at)
        found = versions.problem(wanted)
        said = [found or "Every combination of answers is taken by exactly one rule."]
        if was_further:
            said.append("It is a draft again: it has to be put forward and approved anew.")
        return done(row.id, next=tuple(said))


def propose(*, version_id: UUID, starts_on: date | None, by: Actor, at: datetime) -> Outcome:
    """Puts a draft forward, to come into force from a day. A second person has to approve it."""
    with transaction.atomic():
        row = _row(version_id, lock=True)
        if row is None:
            return refusal(_NOT_THERE)
        row.starts_on = starts_on
        if not (may := _may(Action.PROPOSE, row, by, at)):
            return refusal(may)
        row.status = Status.PROPOSED.value
        row.proposed_at, row.proposed_by_id, row.return_words = at, by.account_id, ""
        row.save()
        tasks.settle(CHANGE_TASK, object_id=row.id, by=by, at=at)
        for role in (Role.GOVERNANCE_LEAD, Role.PANEL_CHAIR, Role.COORDINATOR):
            tasks.set_task(
                APPROVE_TASK,
                "A new version of the triage policy waits for a second person",
                organisation_id=by.organisation_id,
                role=role,
                route="triage:version",
                object_id=row.id,
                by=by,
                at=at,
            )
        _tell(row, "a version was put forward", by, at)
        return done(row.id, next=("Somebody else approves it. Until then the version in force suggests.",))


def approve(*, version_id: UUID, by: Actor, at: datetime) -> Outcome:
    """A second person approves. On its day, which may be today, it comes into force."""
    with transaction.atomic():
        row = _row(version_id, lock=True)
        if row is None:
            return refusal(_NOT_THERE)
        if not (may := _may(Action.APPROVE, row, by, at)):
            return refusal(may)
        row.status = Status.APPROVED.value
        row.approved_at, row.approved_by_id = at, by.account_id
        row.approved_mark = versions.mark(policy.read(row.body))
        row.save()
        tasks.settle(APPROVE_TASK, object_id=row.id, by=by, at=at)
        _tell(row, "a version was approved", by, at)
        if _take_effect(row, at):
            return done(row.id, next=("It is in force from this moment.",))
        return done(row.id, next=(f"It comes into force on {row.starts_on:%-d %B %Y}.",))


def send_back(*, version_id: UUID, words: str, by: Actor, at: datetime) -> Outcome:
    """Returns a version to be changed, saying what is wanted."""
    with transaction.atomic():
        row = _row(version_id, lock=True)
        if row is None:
            return refusal(_NOT_THERE)
        may = decision.every(
            _may(Action.RETURN, row, by, at),
            decision.yes() if words.strip() else decision.no("Say what is to be changed."),
        )
        if not may:
            return refusal(may)
        asked = row.proposed_by_id
        row.return_words = words.strip()
        _begin_again(row)
        row.save()
        tasks.settle(APPROVE_TASK, object_id=row.id, by=by, at=at)
        tasks.set_task(
            CHANGE_TASK,
            "A version of the triage policy was returned to you",
            organisation_id=by.organisation_id,
            account_id=asked,
            route="triage:version",
            object_id=row.id,
            by=by,
            at=at,
        )
        _tell(row, "a version was returned", by, at)
        return done(row.id, next=("Whoever put it forward sees what is wanted.",))


def withdraw(*, version_id: UUID, by: Actor, at: datetime) -> Outcome:
    """Withdraws a version that has not come into force. It stays in the history."""
    with transaction.atomic():
        row = _row(version_id, lock=True)
        if row is None:
            return refusal(_NOT_THERE)
        if not (may := _may(Action.WITHDRAW, row, by, at)):
            return refusal(may)
        row.status = Status.WITHDRAWN.value
        row.save(update_fields=["status"])
        for kind in (APPROVE_TASK, CHANGE_TASK):
            tasks.settle(kind, object_id=row.id, by=by, at=at)
        _tell(row, "a version was withdrawn", by, at)
        return done(row.id)


def come_into_force(*, at: datetime) -> int:
    """Versions whose day has come take effect, in the order of their days. For the clockwork."""
    with transaction.atomic(), identity.clerk():
        rows = TriagePolicy.objects.select_for_update(skip_locked=True).filter(
            status=Status.APPROVED.value, starts_on__lte=clocks.local(at).date()
        )
        return sum(_take_effect(row, at) for row in rows.order_by("starts_on", "approved_at"))


# --- the pieces -------------------------------------------------------------------------------------------


def _row(version_id: UUID, *, lock: bool = False) -> TriagePolicy | None:
    rows = TriagePolicy.objects.filter(id=version_id)
    return (rows.select_for_update(of=("self",)) if lock else rows).first()


def _may_edit(by: Actor) -> Decision:
    if by.role in versions.EDITORS:
        return decision.yes()
    return decision.no("The triage policy is drafted by a coordinator or the chair.", ask="the coordinator")


def _facts(row: TriagePolicy, by: Actor, at: datetime) -> Facts:
    said = policy.read(row.body)
    now = _in_force()
    return Facts(
        problem=versions.problem(said),
        has_changes=now is None or bool(versions.differences(policy.read(now.body), said)),
        is_own_proposal=row.proposed_by_id == by.account_id,
        starts_on=row.starts_on,
        today=clocks.local(at).date(),
        is_as_approved=row.approved_mark == versions.mark(said),
    )


def _may(action: Action, row: TriagePolicy, by: Actor, at: datetime) -> Decision:
    facts = _facts(row, by, at)
    return versions.WORKFLOW.may(action, status=Status(row.status), role=by.role, facts=facts)


def _begin_again(row: TriagePolicy) -> None:
    row.status = Status.DRAFT.value
    row.proposed_at = row.proposed_by_id = row.approved_at = row.approved_by_id = None
    row.approved_mark = ""


def _take_effect(row: TriagePolicy, at: datetime) -> bool:
    """Puts an approved version into force and ends the one before it, in one transaction."""
    with identity.clerk() as clerk:
        if not _may(Action.TAKE_EFFECT, row, clerk, at):
            return False
        before = TriagePolicy.objects.select_for_update().filter(status=Status.IN_FORCE.value).first()
        if before is not None:
            before.status, before.until_at = Status.SUPERSEDED.value, at
            before.save(update_fields=["status", "until_at"])
            _tell(before, "a version is no longer in force", clerk, at)
        row.status, row.from_at = Status.IN_FORCE.value, at
        row.save(update_fields=["status", "from_at"])
        _tell(row, "a version came into force", clerk, at)
    return True


def _free_version(name: str, at: datetime) -> str:
    """A number for a new version: the year, and the next that is free."""
    year = clocks.local(at).year
    taken = set(TriagePolicy.objects.filter(name=name).values_list("version", flat=True))
    return next(
        f"{year}.{number}" for number in range(1, len(taken) + 2) if f"{year}.{number}" not in taken
    )


def _tell(row: TriagePolicy, what: str, by: Actor, at: datetime) -> None:
    mark = versions.mark(policy.read(row.body))[:16]
    ledger.kept_up(by=by, at=at, what=f"triage policy {row.version}: {what} ({mark})", route="triage:version")


# --- reads ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One version in the history."""

    id: UUID
    name: str
    version: str
    status: Status
    from_at: datetime | None
    until_at: datetime | None
    starts_on: date | None
    made_by: str
    proposed_by: str
    approved_by: str
    is_default: bool
    changed_at: datetime | None


def history() -> tuple[Line, ...]:
    """Every version: those being made first, then the one in force, then the earlier ones."""
    rows = list(TriagePolicy.objects.all())
    names = identity.names_of({key for row in rows for key in _people(row)})
    order = {status: place for place, status in enumerate(Status)}
    rows.sort(
        key=lambda row: (
            order[Status(row.status)],
            -(row.from_at or row.changed_at or row.made_at or _LONG_AGO).timestamp(),
        )
    )
    return tuple(_line(row, names) for row in rows)


_LONG_AGO = datetime(2000, 1, 1, tzinfo=clocks.LONDON)


def _people(row: TriagePolicy) -> list[UUID]:
    keys = (row.made_by_id, row.proposed_by_id, row.approved_by_id, row.changed_by_id)
    return [key for key in keys if key is not None]


def _line(row: TriagePolicy, names: Mapping[UUID, str]) -> Line:
    def who(key: UUID | None) -> str:
        return names.get(key, "a colleague") if key else ""

    return Line(
        id=row.id,
        name=row.name,
        version=row.version,
        status=Status(row.status),
        from_at=row.from_at,
        until_at=row.until_at,
        starts_on=row.starts_on,
        made_by=who(row.made_by_id),
        proposed_by=who(row.proposed_by_id),
        approved_by=who(row.approved_by_id),
        is_default=row.is_default,
        changed_at=row.changed_at,
    )


@dataclass(frozen=True, slots=True)
class Page:
    """One version with its proof, what differs from the version before it, and what may be done."""

    line: Line
    policy: Policy
    proof: proof.Proof
    problem: str
    note: str
    return_words: str
    proposed_at: datetime | None
    approved_at: datetime | None
    against: str
    differences: tuple[Difference, ...]
    moves: tuple[Action, ...]
    why_not: Mapping[Action, str]


def page(*, version_id: UUID, by: Actor, at: datetime) -> Page | None:
    """One version; a draft only to those who may see drafts. None when there is none."""
    row = _row(version_id)
    if row is None:
        return None
    is_open = row.status in (Status.IN_FORCE.value, Status.SUPERSEDED.value)
    if not is_open and by.role not in READERS:
        return None
    said = policy.read(row.body)
    before = _compared_with(row)
    status, facts = Status(row.status), _facts(row, by, at)
    asked = (Action.CHANGE, Action.PROPOSE, Action.APPROVE, Action.RETURN, Action.WITHDRAW)
    # the day is asked of whoever puts it forward, on the page to which the button leads
    with_day = replace(facts, starts_on=facts.today)
    answers = {
        one: versions.WORKFLOW.may(
            one, status=status, role=by.role, facts=with_day if one is Action.PROPOSE else facts
        )
        for one in asked
    }
    return Page(
        line=_line(row, identity.names_of(set(_people(row)))),
        policy=said,
        proof=proof.check(said),
        problem=facts.problem,
        note=row.note,
        return_words=row.return_words,
        proposed_at=row.proposed_at,
        approved_at=row.approved_at,
        against=f"{before.name}, version {before.version}" if before else "",
        differences=versions.differences(policy.read(before.body), said) if before else (),
        moves=tuple(one for one, answer in answers.items() if answer),
        why_not={one: answer.reason for one, answer in answers.items() if not answer},
    )


def _compared_with(row: TriagePolicy) -> TriagePolicy | None:
    """The version that this one replaced, or would: the one in force before it, else the one now."""
    if row.from_at is not None:
        return TriagePolicy.objects.filter(until_at=row.from_at).exclude(id=row.id).first()
    return _in_force() or row.based_on


def now_in_force(at: datetime) -> tuple[UUID, Policy]:
    """The version in force, with its key."""
    row = install(at)
    return row.id, policy.read(row.body)


def drafting(*, by: Actor) -> int:
    """How many versions wait for this person as the second one."""
    if by.role not in versions.APPROVERS:
        return 0
    rows = TriagePolicy.objects.filter(status=Status.PROPOSED.value)
    return rows.exclude(proposed_by_id=by.account_id).count()


def from_file(name: str, content: bytes, *, version_id: UUID) -> Policy:
    """The policy of an uploaded file; a CSV of rules takes its facts from the draft.

    Raises Malformed, saying where, for what is no policy.
    """
    row = _row(version_id)
    beside = policy.read(row.body) if row is not None else DEFAULT
    try:
        return tables.from_bytes(name, content, beside)
    except tables.UnreadableError as wrong:
        raise Malformed(str(wrong)) from None


def to_file(kind: str, said: Policy) -> bytes:
    """The policy as a file: json, xlsx, ods or csv (the rules alone)."""
    return tables.to_bytes(kind, said)


def typed(body: Mapping[str, Any]) -> Policy:
    """The policy of what was typed into the table. Raises Malformed, naming rule and column."""
    return policy.read(body)


__all__ = ["Malformed", "Page", "draft", "history", "in_force", "install", "page", "suggest"]
