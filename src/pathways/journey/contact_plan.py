"""Her safe-contact plan: confirmed with her, lapsed when life changes, closed to police from then on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from pathways.domain import decision
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Action as Do
from pathways.domain.governance.policy import Resource
from pathways.domain.reach import plan
from pathways.domain.reach.plan import WORKFLOW, Action, Change, Status
from pathways.domain.terms.contact import Channel, Window
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.people import Role
from pathways.domain.terms.words import Worded
from pathways.journey import gate, her, identity, involving, ledger, programme, sight, tasks
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import Client, SafeContactPlan

TASK, ROUTE = "plan_lapsed", "reach:plan"


class NotSafe(Worded):
    """Why there is no safe way to reach her."""

    WATCHED = "watched", "Somebody watches her telephone, post or door"
    THREATENED = "threatened", "She was threatened because of contact"
    SHE_SAYS = "she_says", "She says that no way is safe"
    NO_DETAILS = "no_details", "Nothing that is known of her can be trusted"
    OTHER = "other", "Another reason"


@dataclass(frozen=True, slots=True)
class Ways:
    """How she wants to be reached: what a confirmed plan is made of."""

    channels: frozenset[Channel]
    windows: tuple[Window, ...] = ()
    is_any_time: bool = False
    say: str = ""
    must_not_know: tuple[str, ...] = ()
    telephone: str = ""
    email: str = ""
    letters_to: str = ""
    alias: str = ""
    code_word: str = ""
    safe_person: str = ""
    language: str = ""
    needs_interpreter: bool = False
    note: str = ""


_EXTRA = ("telephone", "email", "letters_to", "alias", "code_word", "safe_person", "language", "note")


def confirm(*, client_id: UUID, ways: Ways, by: Actor, at: datetime) -> Outcome:
    """Her own plan replaces whatever stood before. From now on police see nothing of it."""
    with transaction.atomic():
        client = sight.one(Client, client_id, by)
        if client is None:
            return refusal(sight.NOT_THERE)
        current = _current(client_id, by)
        status = Status(current.status) if current else Status.PROVISIONAL
        answer = WORKFLOW.may(Action.CONFIRM, status=status, role=by.role)
        if not (answer := decision.every(answer, _whole(ways))):
            return refusal(answer)
        weeks = programme.plan_lapses_after_weeks()
        facts = plan.Facts(
            status=Status.CONFIRMED,
            trusted_from=at,
            channels=ways.channels,
            windows=tuple(sorted(ways.windows)),
            is_any_time=ways.is_any_time,
            say=ways.say.strip(),
            must_not_know=tuple(one.strip() for one in ways.must_not_know if one.strip()),
            lapses_after_weeks=weeks,
        )
        extra: dict[str, Any] = {name: getattr(ways, name).strip() for name in _EXTRA}
        extra["needs_interpreter"] = ways.needs_interpreter
        return _replace(client, current, facts, extra, by, at)


def confirm_again(*, client_id: UUID, by: Actor, at: datetime) -> Outcome:
    """She says that all of it still holds: the same plan, trusted afresh."""
    with transaction.atomic():
        client = sight.one(Client, client_id, by)
        current = _current(client_id, by) if client else None
        if client is None or current is None:
            return refusal(sight.NOT_THERE)
        if current.confirmed_at is None:
            return refusal(decision.no("She has not confirmed a plan yet: go through it with her."))
        if not (answer := WORKFLOW.may(Action.CONFIRM, status=Status(current.status), role=by.role)):
            return refusal(answer)
        if Status(current.status) is Status.NOT_SAFE:
            return refusal(decision.no("It was not safe to contact her: go through a new plan with her."))
        facts = replace(
            gate.plan_facts(current),
            status=Status.CONFIRMED,
            trusted_from=at,
            lapses_after_weeks=programme.plan_lapses_after_weeks(),
            changes=frozenset(),
        )
        kept = current.details or {}
        extra = {name: kept.get(name, "") for name in (*_EXTRA, "needs_interpreter")}
        return _replace(client, current, facts, extra, by, at)


def mark_changed(*, client_id: UUID, change: Change, by: Actor, at: datetime) -> Outcome:
    """Something has changed that makes the plan untrue: it lapses at once, and blocks all contact.

    Whoever works with her may say so, a private provider's worker too.
    """
    with transaction.atomic():
        if sight.one(Client, client_id, by) is None:
            return refusal(sight.NOT_THERE)
        with identity.clerk(by):
            current = _live(client_id).select_for_update(of=("self",)).first()
        if current is None:
            return refusal(decision.no("She has no safe-contact plan, so nobody may contact her."))
        status = Status(current.status)
        if status is Status.LAPSED:
            return done(current.id, next=("Her plan had lapsed already.",))
        if not (answer := WORKFLOW.may(Action.LAPSE, status=status, role=by.role)):
            return refusal(answer)
        facts = gate.plan_facts(current)
        with identity.clerk(by):
            current.details = {
                **(current.details or {}),
                **plan.details(replace(facts, changes=facts.changes | {change})),
            }
            current.status, current.lapsed_at, current.lapsed_because = (
                Status.LAPSED.value,
                at,
                change.value,
            )
            current.save(update_fields=["details", "status", "lapsed_at", "lapsed_because"])
        _tell(EventKind.PLAN_LAPSED, client_id, by, at, reason=change.value)
        ask_again(client_id, current.id, by=by, at=at)
        return done(current.id, next=("Nothing goes to her until she has confirmed a plan again.",))


def mark_not_safe(*, client_id: UUID, reason: NotSafe, by: Actor, at: datetime) -> Outcome:
    """There is no safe way to reach her: nobody may try."""
    with transaction.atomic():
        client = sight.one(Client, client_id, by)
        current = _current(client_id, by) if client else None
        if client is None:
            return refusal(sight.NOT_THERE)
        if current is None:
            return refusal(decision.no("She has no safe-contact plan, so nobody may contact her."))
        if not (answer := WORKFLOW.may(Action.MARK_NOT_SAFE, status=Status(current.status), role=by.role)):
            return refusal(answer)
        current.status = Status.NOT_SAFE.value
        current.save(update_fields=["status"])
        _tell(EventKind.PLAN_NOT_SAFE, client_id, by, at, reason=reason.value)
        tasks.set_task(
            "plan_not_safe",
            "There is no safe way to reach a woman: decide what follows",
            organisation_id=client.organisation_id,
            role=Role.COORDINATOR,
            client_id=client_id,
            by=by,
            at=at,
            route=ROUTE,
            object_id=client_id,
            is_urgent=True,
        )
        return done(current.id, next=("Nobody may contact her. The coordinator has been told.",))


def ask_again(client_id: UUID, plan_id: UUID, *, by: Actor, at: datetime) -> None:
    """Puts before each worker of hers that the plan has to be confirmed again. A piece of a verb."""
    for account_id, organisation_id in involving.workers_of(client_id, by=by):
        tasks.set_task(
            TASK,
            "A safe-contact plan has lapsed: confirm it with her before anything is sent",
            organisation_id=organisation_id,
            account_id=account_id,
            client_id=client_id,
            by=by,
            at=at,
            route=ROUTE,
            object_id=client_id,
            is_urgent=True,
        )


def line(row: SafeContactPlan) -> str:
    """The plan in one line, as on every page about her."""
    return plan.line(gate.plan_facts(row))


def _live(client_id: UUID) -> Any:
    return SafeContactPlan.objects.filter(client_id=client_id).exclude(status=Status.REPLACED.value)


def _current(client_id: UUID, by: Actor) -> SafeContactPlan | None:
    return (
        sight.visible(SafeContactPlan, by, Do.CHANGE)
        .filter(client_id=client_id)
        .exclude(status=Status.REPLACED.value)
        .select_for_update(of=("self",))
        .first()
    )


def _whole(ways: Ways) -> decision.Decision:
    """A plan names a way, a time, and the number or address that the way needs."""
    needs = {
        Channel.TEXT: (ways.telephone, "her safe telephone number"),
        Channel.CALL: (ways.telephone, "her safe telephone number"),
        Channel.VOICEMAIL: (ways.telephone, "her safe telephone number"),
        Channel.EMAIL: (ways.email, "her safe e-mail address"),
        Channel.CALENDAR: (ways.email, "her safe e-mail address"),
        Channel.LETTER: (ways.letters_to, "where letters may go"),
        Channel.VIA_SOMEONE: (ways.safe_person, "the person whom she trusts"),
    }
    if not ways.channels:
        return decision.no("Choose at least one way to reach her; if there is none, say that it is not safe.")
    if not ways.windows and not ways.is_any_time:
        return decision.no("Say at what times she may be reached.")
    for channel in Channel:
        given, what = needs.get(channel, ("-", ""))
        if channel in ways.channels and not given.strip():
            return decision.no(f"“{channel.label}” needs {what}.")
    return decision.yes()


def _replace(
    client: Client,
    current: SafeContactPlan | None,
    facts: plan.Facts,
    extra: dict[str, Any],
    by: Actor,
    at: datetime,
) -> Outcome:
    row = SafeContactPlan(
        client_id=client.id,
        organisation_id=client.organisation_id,
        status=Status.CONFIRMED.value,
        details={**extra, **plan.details(facts)},
        version=current.version + 1 if current else 1,
        made_at=at,
        made_by_id=by.account_id,
        confirmed_at=at,
        confirmed_by_id=by.account_id,
        lapses_at=plan.lapses_at(facts),
    )
    if not (answer := sight.may(by, Do.CREATE, row)):
        return refusal(answer)
    if current is not None:
        current.status = Status.REPLACED.value
        current.save(update_fields=["status"])
    row.save(force_insert=True)
    _tell(EventKind.PLAN_CONFIRMED, client.id, by, at, version=row.version)
    tasks.settle(TASK, object_id=client.id, by=by, at=at)
    tasks.settle("plan_not_safe", object_id=client.id, by=by, at=at)
    return done(row.id, next=(f"She may be reached so: {plan.line(facts)}.",))


def _tell(kind: EventKind, client_id: UUID, by: Actor, at: datetime, **codes: object) -> None:
    where = gate.standing(client_id, by).episode
    ledger.record(
        kind,
        by=by,
        at=at,
        client_id=client_id,
        case_id=where.case_id if where else None,
        episode_id=where.id if where else None,
        detail=codes,
    )


# --- reading ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Version:
    """A plan that stood before, in one line."""

    line: str
    status: Status
    made_at: datetime
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Page:
    """Her plan as its page shows it. `ways` is None where there is none; `can_write`: she may confirm it."""

    person: her.Banner
    status: Status | None
    ways: Ways | None
    line: str
    confirmed_at: datetime | None
    confirmed_by: str
    lapses_at: datetime | None
    why_lapsed: str
    earlier: tuple[Version, ...]
    can_write: bool
    can_report: bool


def page(*, client_id: UUID, by: Actor, at: datetime) -> Page | None:
    person = her.banner(client_id=client_id, by=by, at=at)
    if person is None:
        return None
    rows = list(sight.visible(SafeContactPlan, by).filter(client_id=client_id).order_by("-version"))
    ledger.read(by=by, at=at, resource=Resource.SAFE_CONTACT, subjects=[client_id], route=ROUTE)
    current = next((row for row in rows if row.status != Status.REPLACED.value), None)
    facts = gate.plan_facts(current) if current else None
    can_write = by.role in (Role.COORDINATOR, Role.SUPPORT_WORKER, Role.SUPERVISOR) and (
        current is None or bool(sight.may(by, Do.CHANGE, current))
    )
    lapsed = plan.has_lapsed(facts, at=at) if facts else False
    return Page(
        person=person,
        status=(Status.LAPSED if lapsed else facts.status) if facts else None,
        ways=_ways(current, facts) if current and facts else None,
        line=plan.line(facts) if facts else "",
        confirmed_at=current.confirmed_at if current else None,
        confirmed_by=identity.account_named(current.confirmed_by_id)
        if current and current.confirmed_by_id
        else "",
        lapses_at=plan.lapses_at(facts) if facts and not lapsed else None,
        why_lapsed=plan.why_lapsed(facts, at=at) if facts else "",
        earlier=tuple(_version(row) for row in rows if row.status == Status.REPLACED.value and can_write),
        can_write=can_write,
        can_report=current is not None and not lapsed and current.status != Status.NOT_SAFE.value,
    )


def _version(row: SafeContactPlan) -> Version:
    return Version(line(row), Status(row.status), row.made_at, row.confirmed_at)


def _ways(row: SafeContactPlan, facts: plan.Facts) -> Ways:
    kept = row.details or {}
    return Ways(
        channels=facts.channels,
        windows=facts.windows,
        is_any_time=facts.is_any_time,
        say=facts.say,
        must_not_know=facts.must_not_know,
        needs_interpreter=kept.get("needs_interpreter") is True,
        **{name: str(kept.get(name) or "") for name in _EXTRA},
    )


def lapsing(*, client_ids: Iterable[UUID], by: Actor, at: datetime) -> list[UUID]:
    """Which of these women have a plan that has lapsed, for a home page."""
    rows = sight.visible(SafeContactPlan, by).filter(client_id__in=list(client_ids))
    return [
        row.client_id
        for row in rows.exclude(status=Status.REPLACED.value)
        if plan.has_lapsed(gate.plan_facts(row), at=at)
    ]
