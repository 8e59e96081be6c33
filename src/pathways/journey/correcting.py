"""A wrong entry put right, with its reason: the row says what is true, a Correction says what it said before.

Each verb changes one entry, keeps what it was and why it changed, and puts one event into her story, so that
the figures follow. A decision is not corrected here: a later one takes its place, and keeps the earlier.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import CORRECTED, Action, Resource
from pathways.domain.outcomes import followup
from pathways.domain.referral import referral as referrals
from pathways.domain.support import closure as closures
from pathways.domain.support import contact as contacts
from pathways.domain.support import correction, engagement, goal
from pathways.domain.support.correction import Line, What
from pathways.domain.support.reasons import Absence, EndReason, NotHeld
from pathways.domain.terms import clocks
from pathways.domain.terms.contact import Attendance, ContactMode
from pathways.domain.terms.demographics import age_band
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.needs import Domain, Rung
from pathways.domain.terms.people import Role
from pathways.journey import alongside, identity, involving, ledger, of_age, sight, tasks
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import (
    Client,
    Closure,
    Contact,
    Correction,
    Demographics,
    Engagement,
    FollowUp,
    Goal,
    GoalRating,
    Identity,
    Referral,
    ReferralPack,
)

#: Endings that follow from what she asked for: those are hers to change, by asking anew.
_HERS_TO_SAY = (closures.Outcome.WITHDRAWN_CONSENT, closures.Outcome.DECLINED)


# --- verbs ------------------------------------------------------------------------------------------


def contact(*, contact_id: UUID, said: contacts.Record, why: str, by: Actor, at: datetime) -> Outcome:
    """Puts right when, how, how long or whether she came. Her engagement and every figure follow."""
    with transaction.atomic():
        row = sight.one(Contact, contact_id, by, lock=True)
        if row is None or row.organisation_id != by.organisation_id:
            return refusal(sight.NOT_THERE)
        if row.recorded_at is None:
            return refusal(decision.no("This contact has not been recorded yet: record it first."))
        if not (answer := _is_theirs(row.recorded_by_id, by)):
            return refusal(answer)
        if not (answer := contacts.complete(said, now=at)):
            return refusal(answer)
        before = contact_lines(row)
        row.happened_at, row.was_held = said.at, said.is_held
        row.attended = said.attendance.value if said.attendance else ""
        reason = said.not_held or said.absence
        row.reason_code = reason.value if reason else ""
        row.mode = said.mode.value if said.mode else row.mode
        row.minutes = said.minutes if contacts.is_attended(said) else None
        after = contact_lines(row)
        if not (answer := _keep(row, What.CONTACT, before, after, why, by=by, at=at)):
            return refusal(answer)
        row.save()
        where = alongside.episode_by_id(row.episode_id, by)
        codes: dict[str, object] = {
            "what": What.CONTACT.value,
            "contact": str(row.id),
            "attended": row.attended or "not_held",
            "happened": clocks.local(said.at).date().isoformat(),
            "mode": row.mode,
            "minutes": row.minutes,
        }
        alongside.tell(EventKind.CORRECTED, where, by=by, at=at, detail=codes)
        _engagement_follows(row, said, by=by, at=at)
        return done(row.id, client_id=row.client_id)


def _engagement_follows(row: Contact, said: contacts.Record, *, by: Actor, at: datetime) -> None:
    """How her support stands, as if the contact had been recorded so from the first."""
    if row.engagement_id is None:
        return
    running = sight.visible(Engagement, by).filter(pk=row.engagement_id).first()
    if running is None or running.ended_at is not None:
        return
    came = [code.value for code in Attendance if code.is_attended]
    attended = sight.visible(Contact, by).filter(engagement=running, attended__in=came)
    days = sorted(one for one in attended.values_list("happened_at", flat=True) if one is not None)
    status = engagement.Status(running.status)
    if not days and status in (engagement.Status.STARTED, engagement.Status.ENGAGED):
        running.status, running.started_at = engagement.Status.NOT_STARTED.value, None
        running.review_due = None
    elif len(days) == 1 and status is engagement.Status.ENGAGED:
        running.status = engagement.Status.STARTED.value
    elif contacts.is_attended(said) and days and status is engagement.Status.NOT_STARTED:
        where = alongside.episode_by_id(row.episode_id, by)
        if alongside.is_running(where):
            alongside.carry_on(running, where, by=by, at=at, happened_at=days[0])
            return
    if days and running.started_at is not None:
        running.started_at = days[0]
    running.save(update_fields=["status", "started_at", "review_due"])


def goal_rating(*, rating_id: UUID, value: int, why: str, by: Actor, at: datetime) -> Outcome:
    """Puts right how near a goal felt on that day."""
    with transaction.atomic():
        row = sight.one(GoalRating, rating_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        if not (answer := decision.every(_is_theirs(row.rated_by_id, by), goal.complete(goal.Rating(value)))):
            return refusal(answer)
        before = rating_lines(row)
        row.value = value
        if not (answer := _keep(row, What.GOAL_RATING, before, rating_lines(row), why, by=by, at=at)):
            return refusal(answer)
        row.save(update_fields=["value"])
        kept = sight.visible(Goal, by).get(pk=row.goal_id)
        _tell(kept.episode_id, What.GOAL_RATING, by=by, at=at)
        return done(row.id, client_id=row.client_id)


@dataclass(frozen=True, slots=True)
class Paper:
    """Who she is on paper, as the form of the correction takes it."""

    called: str
    given_names: str
    surname: str
    other_names: str = ""
    born: date | None = None
    telephone: str = ""
    email: str = ""
    address: str = ""


def who_she_is(*, client_id: UUID, said: Paper, why: str, by: Actor, at: datetime) -> Outcome:
    """Puts right her name, her date of birth or where she is reached. She is found by the new name alone.

    A date of birth that makes her a child sends her to child safeguarding: see `of_age`.
    """
    with transaction.atomic():
        row = sight.visible(Identity, by).filter(client_id=client_id).select_for_update(of=("self",)).first()
        client = sight.one(Client, client_id, by)
        if row is None or client is None or not sight.may(by, Action.CHANGE, row):
            return refusal(sight.NOT_THERE)
        if not said.called.strip():
            return refusal(decision.no("Enter the name that she uses."))
        if said.born is not None and said.born > clocks.local(at).date():
            return refusal(decision.no("The date of birth lies in the future."))
        before = paper_lines(client, row)
        client.called = said.called.strip()
        row.given_names, row.surname = said.given_names.strip(), said.surname.strip()
        row.other_names, row.date_of_birth = said.other_names.strip(), said.born
        row.telephone, row.email, row.address = said.telephone.strip(), said.email.strip(), said.address
        if not (
            answer := _keep(row, What.IDENTITY, before, paper_lines(client, row), why, by=by, at=at)
        ):
            return refusal(answer)
        row.save()
        with identity.clerk(by):
            client.save(update_fields=["called"])
            if said.born is not None:
                band = age_band(said.born, on=clocks.local(at).date()).value
                Demographics.objects.filter(client_id=client_id).update(age_band=band)
        for organisation_id in involving.organisations_of(client_id, by=by):
            involving.make_findable(client_id, organisation_id, by=by)
        where = alongside.episode_now(client_id, by)
        if where is not None:
            _tell(where.id, What.IDENTITY, by=by, at=at)
        if of_age.is_child(said.born, at=at):
            of_age.safeguard(client_id, client.organisation_id, by=by, at=at)
            return done(client_id, next=of_age.WHAT_TO_DO)
        return done(client_id, next=("She is found by the new name. The earlier is kept, with its reason.",))


def referral_why(*, referral_id: UUID, words: str, why: str, by: Actor, at: datetime) -> Outcome:
    """Puts right why a service was asked, while it has not answered; the service is told."""
    with transaction.atomic():
        row = sight.one(Referral, referral_id, by, lock=by.role is Role.COORDINATOR)
        if row is None:
            return refusal(sight.NOT_THERE)
        if by.role is not Role.COORDINATOR:
            return refusal(decision.no("The coordinator who sent it corrects it.", ask="the coordinator"))
        if referrals.Status(row.status) not in referrals.PENDING:
            return refusal(decision.no("The service has answered: write to it instead."))
        if not words.strip():
            return refusal(decision.no("Say why this service is asked."))
        pack = sight.visible(ReferralPack, by).filter(referral=row).first()
        if pack is None:
            return refusal(sight.NOT_THERE)
        before: list[Line] = [("Why this service", str(pack.why))]
        pack.why = words.strip()
        answer = _keep(
            pack, What.REFERRAL_WHY, before, [("Why this service", pack.why)], why,
            by=by, at=at, object_id=row.id,
        )  # fmt: skip
        if not answer:
            return refusal(answer)
        pack.save(update_fields=["why"])
        _tell(row.episode_id, What.REFERRAL_WHY, by=by, at=at)
        tasks.set_task(
            "referral_corrected",
            "The reason of a referral was corrected: read it again",
            organisation_id=row.to_organisation_id,
            client_id=row.client_id,
            route="refer:show",
            object_id=row.id,
            by=by,
            at=at,
        )
        return done(row.id, next=("The service has been told to read it again.",), client_id=row.client_id)


def closure(
    *,
    closure_id: UUID,
    outcome: closures.Outcome,
    reason: EndReason | None,
    summary: str,
    why: str,
    by: Actor,
    at: datetime,
) -> Outcome:
    """Puts right how her episode ended. Police see “closed” before and after it."""
    with transaction.atomic():
        row = sight.one(Closure, closure_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        if by.role not in (Role.SUPERVISOR, Role.COORDINATOR):
            return refusal(
                decision.no("A supervisor or the coordinator corrects an ending.", ask="your supervisor")
            )
        if row.status != closures.Status.SIGNED_OFF.value:
            return refusal(decision.no("It has not been signed off: return it to the worker instead."))
        was = closures.Outcome(row.outcome)
        if was is not outcome and (was in _HERS_TO_SAY or outcome in _HERS_TO_SAY):
            return refusal(decision.no("This ending follows from what she asked for: only she changes it."))
        before = closure_lines(row)
        row.outcome, row.summary = outcome.value, summary.strip()
        row.reason_code = reason.value if reason else ""
        if not (answer := _keep(row, What.CLOSURE, before, closure_lines(row), why, by=by, at=at)):
            return refusal(answer)
        row.save(update_fields=["outcome", "reason_code", "summary"])
        where = alongside.episode_by_id(row.episode_id, by)
        with identity.clerk(by):
            where.outcome = outcome.value
            where.save(update_fields=["outcome"])
        codes = {"what": What.CLOSURE.value, "outcome": row.outcome, "reason": row.reason_code}
        alongside.tell(EventKind.CORRECTED, where, by=by, at=at, detail=codes)
        return done(row.id, client_id=row.client_id)


def follow_up(
    *,
    follow_up_id: UUID,
    ladder: Mapping[Domain, Rung | None],
    words: str,
    why: str,
    by: Actor,
    at: datetime,
) -> Outcome:
    """Puts right what she answered at a follow-up that was recorded."""
    with transaction.atomic():
        row = sight.one(FollowUp, follow_up_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        if row.status != followup.Status.DONE.value or row.recorded_by_id is None:
            return refusal(decision.no("There are no answers to correct: record the follow-up."))
        if not (answer := _is_theirs(row.recorded_by_id, by)):
            return refusal(answer)
        before = follow_up_lines(row)
        asked = {need.value: int(rung) for need, rung in ladder.items() if rung is not None}
        row.answers = {**(row.answers or {}), "ladder": asked}
        row.words = words.strip()
        if not (answer := _keep(row, What.FOLLOW_UP, before, follow_up_lines(row), why, by=by, at=at)):
            return refusal(answer)
        row.save(update_fields=["answers", "words"])
        _tell(row.episode_id, What.FOLLOW_UP, by=by, at=at)
        return done(row.id, client_id=row.client_id)


# --- the pieces -------------------------------------------------------------------------------------


def _is_theirs(writer_id: UUID | None, by: Actor) -> Decision:
    """Whoever wrote an entry corrects it, or a supervisor where she has left."""
    if writer_id == by.account_id or by.role in (Role.SUPERVISOR, Role.COORDINATOR):
        return decision.yes()
    return decision.no("Only whoever wrote it corrects it.", ask="the writer or your supervisor")


def _keep(
    row: Any,
    what: What,
    before: Sequence[Line],
    after: Sequence[Line],
    why: str,
    *,
    by: Actor,
    at: datetime,
    object_id: UUID | None = None,
) -> Decision:
    """Writes the Correction and the access event. `row` has been changed and is not saved yet."""
    then, now = correction.differing(before, after)
    if not (answer := correction.may_correct(why, now)):
        return answer
    kept(
        what, row.client_id, row.organisation_id, object_id or row.id, then, now, why,
        sealed_for_id=row.sealed_for_id, by=by, at=at,
    )  # fmt: skip
    return answer


def kept(
    what: What,
    client_id: UUID,
    organisation_id: UUID,
    object_id: UUID,
    then: Iterable[Line],
    now: Iterable[Line],
    why: str,
    *,
    by: Actor,
    at: datetime,
    sealed_for_id: UUID | None = None,
) -> None:
    """Keeps one correction, for verbs that correct as a part of what they do."""
    Correction(
        client_id=client_id,
        organisation_id=organisation_id,
        sealed_for_id=sealed_for_id,
        what=what.value,
        object_id=object_id,
        before=[list(line) for line in then],
        after=[list(line) for line in now],
        why=why.strip(),
        made_at=at,
        made_by_id=by.account_id,
        made_by_name=by.name,
    ).save(force_insert=True)
    resource: Resource = CORRECTED[what.value]
    ledger.altered(by=by, at=at, resource=resource, subjects=[client_id], reason="corrected")


def _tell(episode_id: UUID, what: What, *, by: Actor, at: datetime) -> None:
    where = alongside.episode_by_id(episode_id, by)
    alongside.tell(EventKind.CORRECTED, where, by=by, at=at, detail={"what": what.value})


# --- entries in words -------------------------------------------------------------------------------


def contact_lines(row: Contact) -> list[Line]:
    came = Attendance(row.attended).label if row.attended else "It did not take place"
    reasons = {one.value: one.label for enum in (Absence, NotHeld) for one in enum}
    when = f"{clocks.local(row.happened_at):%-d %B %Y at %H:%M}" if row.happened_at else ""
    return [
        ("When", when),
        ("How", ContactMode(row.mode).label if row.mode else ""),
        ("Whether she came", came),
        ("Why not", reasons.get(row.reason_code, "")),
        ("Minutes", str(row.minutes or "")),
    ]


def rating_lines(row: GoalRating) -> list[Line]:
    return [("How near it felt, 0 to 10", str(row.value))]


def paper_lines(client: Client, row: Identity) -> list[Line]:
    return [
        ("The name she uses", client.called),
        ("Given names", row.given_names),
        ("Surname", row.surname),
        ("Other names", row.other_names),
        ("Date of birth", f"{row.date_of_birth:%-d %B %Y}" if row.date_of_birth else ""),
        ("Telephone", row.telephone),
        ("E-mail address", row.email),
        ("Address", row.address),
    ]


def closure_lines(row: Closure) -> list[Line]:
    reasons = {one.value: one.label for one in EndReason}
    return [
        ("How it ended", closures.Outcome(row.outcome).label if row.outcome else ""),
        ("Why", reasons.get(row.reason_code, row.reason_code)),
        ("Summary", str(row.summary)),
    ]


def follow_up_lines(row: FollowUp) -> list[Line]:
    ladder = (row.answers or {}).get("ladder", {})
    rungs = [(one.label, Rung(ladder[one.value]).label if one.value in ladder else "") for one in Domain]
    return [("In her own words", str(row.words)), *rungs]


# --- reads ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Earlier:
    """One correction, as whoever sees the entry sees it."""

    what: What
    object_id: UUID
    lines: tuple[tuple[str, str, str], ...]
    why: str
    at: datetime
    by: str


def history(
    *, client_id: UUID, by: Actor, at: datetime, object_ids: Iterable[UUID] | None = None
) -> tuple[Earlier, ...]:
    """What was corrected of her and what it said before, newest first: of the entries this person sees."""
    rows = sight.visible(Correction, by).filter(client_id=client_id)
    if object_ids is not None:
        rows = rows.filter(object_id__in=list(object_ids))
    found = list(rows.order_by("-made_at")[:200])
    if found:
        ledger.read(by=by, at=at, resource=Resource.CORRECTION, subjects=[client_id], route="correct:history")
    return tuple(
        Earlier(
            what=What(row.what),
            object_id=row.object_id,
            lines=tuple(
                (then[0], then[1], now[1])
                for then, now in zip(row.before or [], row.after or [], strict=True)
            ),
            why=str(row.why),
            at=row.made_at,
            by=row.made_by_name or "a colleague",
        )
        for row in found
    )


def corrected_ids(*, client_id: UUID, by: Actor) -> frozenset[UUID]:
    """The entries of hers that were corrected, so that each can say so where it stands."""
    rows = sight.visible(Correction, by).filter(client_id=client_id)
    return frozenset(rows.values_list("object_id", flat=True))


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as the form of its correction begins from it. `starting` holds the form's own names."""

    client_id: UUID
    starting: Mapping[str, Any]
    planned_at: datetime | None = None


def entry(*, what: What, object_id: UUID, by: Actor, at: datetime) -> Entry | None:
    """The entry that is to be corrected, if this person sees it; the reading is logged."""
    found = _ENTRIES[what](object_id, by)
    if found is not None:
        resource: Resource = CORRECTED[what.value]
        ledger.read(by=by, at=at, resource=resource, subjects=[found.client_id], route="correct:entry")
    return found


def _a_contact(key: UUID, by: Actor) -> Entry | None:
    row = sight.one(Contact, key, by)
    if row is None or row.recorded_at is None or row.happened_at is None:
        return None
    happened = clocks.local(row.happened_at)
    return Entry(
        row.client_id,
        {
            "day": happened.date(),
            "at": happened.time().replace(second=0, microsecond=0),
            "mode": row.mode,
            "came": row.attended or "not_held",
            "absence": row.reason_code if row.attended == Attendance.NO.value else "",
            "not_held": row.reason_code if not row.attended else "",
            "minutes": row.minutes,
        },
    )


def _a_rating(key: UUID, by: Actor) -> Entry | None:
    row = sight.one(GoalRating, key, by)
    return None if row is None else Entry(row.client_id, {"nearness": str(row.value)})


def _a_paper(key: UUID, by: Actor) -> Entry | None:
    row = sight.visible(Identity, by).filter(client_id=key).first()
    client = sight.one(Client, key, by)
    if row is None or client is None:
        return None
    names = ("given_names", "surname", "other_names", "telephone", "email", "address")
    values = {name: getattr(row, name) for name in names}
    return Entry(key, {"called": client.called, "born": row.date_of_birth, **values})


def _a_reason(key: UUID, by: Actor) -> Entry | None:
    row = sight.one(Referral, key, by)
    pack = sight.visible(ReferralPack, by).filter(referral_id=key).first() if row else None
    return None if row is None or pack is None else Entry(row.client_id, {"words": str(pack.why)})


def _a_closure(key: UUID, by: Actor) -> Entry | None:
    row = sight.one(Closure, key, by)
    if row is None:
        return None
    return Entry(
        row.client_id, {"outcome": row.outcome, "reason": row.reason_code, "summary": str(row.summary)}
    )


def _a_follow_up(key: UUID, by: Actor) -> Entry | None:
    row = sight.one(FollowUp, key, by)
    if row is None or row.status != followup.Status.DONE.value:
        return None
    ladder = (row.answers or {}).get("ladder", {})
    rungs = {f"need_{name}": str(rung) for name, rung in ladder.items()}
    return Entry(row.client_id, {"words": str(row.words), **rungs})


_ENTRIES: Mapping[What, Any] = {
    What.CONTACT: _a_contact,
    What.GOAL_RATING: _a_rating,
    What.IDENTITY: _a_paper,
    What.REFERRAL_WHY: _a_reason,
    What.CLOSURE: _a_closure,
    What.FOLLOW_UP: _a_follow_up,
}
