"""What is written of her, tab by tab, as each reader may read it: the walls decide, nothing here filters.

The caller logs the reading, once a page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from pathways.domain.governance import policy
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Action, Resource
from pathways.domain.outcomes import progress
from pathways.domain.reach import plan, stop
from pathways.domain.referral import sharing
from pathways.domain.support import goal
from pathways.domain.terms import contact, needs
from pathways.domain.triage.levels import Level
from pathways.journey import her, identity, sight, triage
from pathways.records.models import (
    Account,
    Assessment,
    CaseNote,
    Closure,
    Contact,
    Episode,
    FollowUp,
    Goal,
    GoalRating,
    Involvement,
    InvolvementKind,
    NeedRating,
    Organisation,
    OutgoingMessage,
    ParticipationAgreement,
    Referral,
    ReferralPack,
    Review,
    SafeContactPlan,
    SafePlace,
    Stop,
    TriageDecision,
)


def organisations() -> dict[UUID, str]:
    """The names of all organisations that take part: they name no woman."""
    return dict(Organisation.objects.values_list("id", "name"))


# --- assessment and level ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rated:
    """One part of her life on the ladder, or why it has no rung."""

    part: str
    rung: int | None
    words: str
    note: str


@dataclass(frozen=True, slots=True)
class Assessed:
    """One assessment: strengths come before risks."""

    id: UUID
    number: int
    status: str
    started_at: datetime
    completed_at: datetime | None
    words: tuple[tuple[str, str], ...]
    judgements: tuple[tuple[str, str], ...]
    ladder: tuple[Rated, ...]


@dataclass(frozen=True, slots=True)
class Decided:
    """One triage: what the policy suggested and what a named person decided. `id` if she may be told why."""

    id: UUID | None
    status: str
    level: Level | None
    suggested: Level | None
    is_provisional: bool
    reasons: str
    told_her: str
    #: why she is not to be told yet; nothing where no second reader stands in the way
    not_yet: str
    by: str
    at: datetime | None
    first_contact_due: date | None
    review_due: date | None
    policy: str


def assessments(*, client_id: UUID, by: Actor) -> tuple[Assessed, ...]:
    rows = list(sight.visible(Assessment, by).filter(client_id=client_id).order_by("-started_at"))
    ratings: dict[UUID, list[NeedRating]] = {}
    for rating in sight.visible(NeedRating, by).filter(assessment_id__in=[row.id for row in rows]):
        ratings.setdefault(rating.assessment_id, []).append(rating)
    return tuple(_assessed(row, ratings.get(row.id, [])) for row in rows)


def _assessed(row: Assessment, ratings: list[NeedRating]) -> Assessed:
    order = list(needs.Domain)
    ladder = sorted(ratings, key=lambda rating: order.index(needs.Domain(rating.domain)))
    words = (
        ("Her strengths", row.strengths),
        ("In her own words", row.her_words),
        ("Her safety", row.safety),
        ("Relationships", row.relationships),
        ("Offending, and what lies behind it", row.offending),
        ("Summary", row.conclusion),
        ("What happens now", row.management_plan),
    )
    judgements = (
        ("Need", row.get_need_display()),
        ("Exploitation", row.get_exploitation_display()),
        ("Concern for her immediate safety", row.get_immediate_safety_display()),
    )
    return Assessed(
        id=row.id,
        number=row.number,
        status=row.get_status_display(),
        started_at=row.started_at,
        completed_at=row.completed_at,
        words=tuple((key, value) for key, value in words if value),
        judgements=tuple((key, value if value else "Not judged yet") for key, value in judgements),
        ladder=tuple(_rated(rating) for rating in ladder),
    )


def _rated(row: NeedRating) -> Rated:
    words = needs.Rung(row.rung).label if row.rung else ""
    if not words and row.unrated:
        words = needs.Unrated(row.unrated).label
    return Rated(needs.Domain(row.domain).label, row.rung, words, row.note)


def decisions(*, client_id: UUID, by: Actor) -> tuple[Decided, ...]:
    rows = list(sight.visible(TriageDecision, by).filter(client_id=client_id).order_by("-asked_at"))
    names = identity.names_of({row.decided_by_id for row in rows if row.decided_by_id})
    return tuple(
        Decided(
            id=row.id if triage.may_tell(row, by) else None,
            status=row.get_status_display(),
            level=Level(row.level) if row.level is not None else None,
            suggested=Level(row.suggested_level)
            if row.suggested_level is not None
            and (row.level is not None or not triage.wants_own_view(row, by))
            else None,
            is_provisional=row.is_provisional,
            reasons=row.reasons,
            told_her=row.told_her,
            not_yet=triage.not_yet(row, by),
            by=names.get(row.decided_by_id, "") if row.decided_by_id else "",
            at=row.decided_at,
            first_contact_due=row.first_contact_due,
            review_due=row.review_due,
            policy=" ".join(part for part in (row.policy_name, row.policy_version) if part),
        )
        for row in rows
    )


# --- plan and goals ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Point:
    """A rating on one day, 0 to 10."""

    on: datetime
    value: int


@dataclass(frozen=True, slots=True)
class HerGoal:
    """Something she wants, in her words, and how near she has felt to it."""

    id: UUID
    words: str
    part: str
    status: goal.Status
    importance: int | None
    set_at: datetime
    target_date: date | None
    points: tuple[Point, ...]
    change: progress.Change


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One review."""

    on: date
    what_changed: str
    her_view: str
    plan: str
    next_on: date | None


def goals(*, client_id: UUID, by: Actor) -> tuple[HerGoal, ...]:
    rows = list(sight.visible(Goal, by).filter(client_id=client_id).order_by("set_at"))
    points: dict[UUID, list[Point]] = {}
    for goal_id, rated_at, value in (
        sight.visible(GoalRating, by)
        .filter(goal_id__in=[row.id for row in rows])
        .order_by("rated_at")
        .values_list("goal_id", "rated_at", "value")
    ):
        points.setdefault(goal_id, []).append(Point(rated_at, value))
    return tuple(_goal(row, points.get(row.id, [])) for row in rows)


def _goal(row: Goal, points: list[Point]) -> HerGoal:
    first = points[0].value if points else None
    last = points[-1].value if len(points) > 1 else None
    return HerGoal(
        id=row.id,
        words=row.words,
        part=row.get_domain_display() if row.domain else "",
        status=goal.Status(row.status),
        importance=row.importance,
        set_at=row.set_at,
        target_date=row.target_date,
        points=tuple(points),
        change=progress.goal_change(first, last),
    )


def reviews(*, client_id: UUID, by: Actor) -> tuple[Reviewed, ...]:
    return tuple(
        Reviewed(row.happened_on, row.what_changed, row.her_view, row.plan, row.next_review_on)
        for row in sight.visible(Review, by).filter(client_id=client_id).order_by("-happened_on")[:20]
    )


# --- contacts and notes ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Met:
    """One contact, planned or past."""

    id: UUID
    at: datetime
    is_planned: bool
    how: str
    came: str
    colour: str
    minutes: int | None
    worker: str
    place: str


@dataclass(frozen=True, slots=True)
class Note:
    """What was said. `was` is when it replaces an earlier note."""

    id: UUID
    body: str
    at: datetime
    by: str
    place: str
    why_changed: str


@dataclass(frozen=True, slots=True)
class Paged:
    """One page of things and how many there are."""

    items: tuple[Met | Note, ...]
    total: int


def contacts(*, client_id: UUID, by: Actor, offset: int = 0, limit: int = 15) -> Paged:
    rows = sight.visible(Contact, by).filter(client_id=client_id, cancelled_at__isnull=True)
    total = rows.count()
    page = list(rows.order_by("-happened_at", "-planned_at")[offset : offset + limit])
    names, places = identity.names_of({row.worker_id for row in page}), organisations()
    return Paged(tuple(_met(row, names, places) for row in page), total)


def _met(row: Contact, names: dict[UUID, str], places: dict[UUID, str]) -> Met:
    is_planned = row.recorded_at is None
    attended = contact.Attendance(row.attended) if row.attended else None
    if is_planned:
        came, colour = "Planned", "blue"
    elif row.was_held is False:
        came, colour = "Did not take place", "grey"
    elif attended is not None:
        came, colour = attended.label, "green" if attended.is_attended else "yellow"
    else:
        came, colour = "Recorded", "grey"
    moment = row.happened_at or row.planned_at or row.recorded_at
    assert moment is not None
    return Met(
        id=row.id,
        at=moment,
        is_planned=is_planned,
        how=row.get_mode_display() if row.mode else "",
        came=came,
        colour=colour,
        minutes=row.minutes,
        worker=names.get(row.worker_id, ""),
        place=places.get(row.organisation_id, ""),
    )


def notes(*, client_id: UUID, by: Actor, offset: int = 0, limit: int = 10) -> Paged:
    """Her notes, newest first; what was replaced is left out. Only this page is opened."""
    rows = sight.visible(CaseNote, by).filter(client_id=client_id, replaced_by__isnull=True)
    total = rows.count()
    page = rows.order_by("-written_at")[offset : offset + limit]
    places = organisations()
    return Paged(
        tuple(
            Note(
                row.id,
                row.body,
                row.written_at,
                row.written_by_name,
                places.get(row.organisation_id, ""),
                row.why_changed,
            )
            for row in page
        ),
        total,
    )


# --- referrals ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Referred:
    """One referral: to whom, how it stands, and which fields went with it."""

    id: UUID
    reference: str
    service: str
    to: str
    status: str
    colour: str
    sent_at: datetime | None
    answer_due_at: datetime | None
    answered_at: datetime | None
    is_waiting: bool
    shared: tuple[str, ...]


_COLOURS = {
    "accepted": "green",
    "sent": "blue",
    "acknowledged": "blue",
    "waitlisted": "yellow",
    "declined_by_service": "red",
    "expired": "red",
}


def referrals(*, client_id: UUID, by: Actor) -> tuple[Referred, ...]:
    rows = list(
        sight.visible(Referral, by).filter(client_id=client_id).select_related("service").order_by("-made_at")
    )
    packs = dict(
        sight.visible(ReferralPack, by)
        .filter(referral_id__in=[row.id for row in rows])
        .values_list("referral_id", "fields")
    )
    places = organisations()
    return tuple(
        Referred(
            id=row.id,
            reference=row.reference,
            service=row.service.name,
            to=places.get(row.to_organisation_id, ""),
            status=row.get_status_display(),
            colour=_COLOURS.get(row.status, "grey"),
            sent_at=row.sent_at,
            answer_due_at=row.answer_due_at,
            answered_at=row.answered_at,
            is_waiting=row.status in ("sent", "acknowledged"),
            shared=tuple(_field(name) for name in packs.get(row.id, [])),
        )
        for row in rows
    )


def _field(name: str) -> str:
    try:
        return sharing.ShareField(name).label
    except ValueError:
        return name.replace("_", " ").capitalize()


# --- safety ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Planned:
    """One version of her safe-contact plan."""

    version: int
    status: plan.Status
    line: str
    must_not_know: str
    made_at: datetime
    confirmed_at: datetime | None
    lapses_at: datetime | None
    is_now: bool
    why_lapsed: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """She declined, paused or withdrew."""

    kind: str
    asked_by: str
    at: datetime
    lifted_at: datetime | None
    words: str


@dataclass(frozen=True, slots=True)
class Agreed:
    """What she agreed to, and what may cross because of it."""

    at: datetime
    ended_at: datetime | None
    condition: str
    shares: tuple[str, ...]
    police_may_know: bool
    words: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Something meant to reach her, and what her plan said of it."""

    channel: str
    purpose: str
    at: datetime
    was_allowed: bool
    why: str


@dataclass(frozen=True, slots=True)
class Safety:
    """How she is kept safe: plans, stops, agreements, where she is safe, and what was sent."""

    plans: tuple[Planned, ...]
    stops: tuple[Stopped, ...]
    agreements: tuple[Agreed, ...]
    places: tuple[tuple[str, str], ...]
    outgoing: tuple[Outgoing, ...]
    reads_agreements: bool
    reads_places: bool
    reads_outgoing: bool


def safety(*, client_id: UUID, by: Actor, at: datetime) -> Safety:
    plans = sight.visible(SafeContactPlan, by).filter(client_id=client_id).order_by("-made_at")[:10]
    stops = sight.visible(Stop, by).filter(client_id=client_id).order_by("-stopped_at")
    agreements = sight.visible(ParticipationAgreement, by).filter(client_id=client_id)
    places = sight.visible(SafePlace, by).filter(client_id=client_id)
    sent = sight.visible(OutgoingMessage, by).filter(client_id=client_id).order_by("-asked_at")[:10]
    return Safety(
        plans=tuple(_planned(row, at) for row in plans),
        stops=tuple(
            Stopped(
                stop.Kind(row.kind).label,
                row.get_asked_by_display() if row.asked_by else "",
                row.stopped_at,
                row.lifted_at,
                row.words if sight.may_read("words", row, by) else "",
            )
            for row in stops
        ),
        agreements=tuple(
            Agreed(
                row.agreed_at,
                row.ended_at,
                row.get_condition_display() if row.condition else "",
                tuple(_field(name) for name in row.share_fields),
                row.police_may_know,
                row.words,
            )
            for row in agreements.order_by("-agreed_at")
        ),
        places=tuple((row.address, row.note) for row in places),
        outgoing=tuple(
            Outgoing(
                row.get_channel_display() if row.channel else "",
                row.purpose.replace("_", " "),
                row.asked_at,
                row.was_allowed,
                row.why,
            )
            for row in sent
        ),
        reads_agreements=policy.could(by, Action.READ, Resource.AGREEMENT),
        reads_places=policy.could(by, Action.READ, Resource.SAFE_PLACE),
        reads_outgoing=policy.could(by, Action.READ, Resource.OUTGOING),
    )


def _planned(row: SafeContactPlan, at: datetime) -> Planned:
    facts = her.plan_facts(row)
    assert facts is not None
    is_now = facts.status is not plan.Status.REPLACED
    return Planned(
        version=row.version,
        status=facts.status,
        line=plan.line(facts),
        must_not_know=" and ".join(facts.must_not_know),
        made_at=row.made_at,
        confirmed_at=row.confirmed_at,
        lapses_at=row.lapses_at or plan.lapses_at(facts),
        is_now=is_now,
        why_lapsed=plan.why_lapsed(facts, at=at) if is_now else "",
    )


# --- who is involved ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Involved:
    """One organisation, and perhaps one of its people, that works with her."""

    organisation: str
    person: str
    what: str
    is_lead: bool
    since: datetime
    until: datetime | None
    for_whom: str


def involved(*, client_id: UUID, by: Actor) -> tuple[Involved, ...]:
    """Who works with her now and did before.

    A private provider's worker sees those of her own organisation; everyone else who works with her sees
    all who do, because she may ask any of them.
    """
    if policy.could(by, Action.READ, Resource.EPISODE) and sight.visible(Episode, by).filter(
        client_id=client_id
    ):
        with identity.clerk(by):
            rows = list(Involvement.objects.filter(client_id=client_id))
    else:
        rows = list(sight.visible(Involvement, by).filter(client_id=client_id))
    people = {row.account_id for row in rows if row.account_id}
    people |= {row.covers_account_id for row in rows if row.covers_account_id}
    names = dict(Account.objects.filter(id__in=people).values_list("id", "name"))
    places = organisations()
    rows.sort(key=lambda row: (row.until_at is not None, not row.is_lead, row.from_at))
    return tuple(
        Involved(
            organisation=places.get(row.organisation_id, ""),
            person=names.get(row.account_id, "") if row.account_id else "",
            what=InvolvementKind(row.kind).label,
            is_lead=row.is_lead,
            since=row.from_at,
            until=row.until_at,
            for_whom=names.get(row.covers_account_id, "") if row.covers_account_id else "",
        )
        for row in rows
    )


# --- after -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class After:
    """How her episode closed, and the follow-ups."""

    closures: tuple[tuple[str, str, datetime, str], ...]
    follow_ups: tuple[tuple[UUID, int, date, str], ...]


def after(*, client_id: UUID, by: Actor) -> After:
    return After(
        tuple(
            (row.get_outcome_display(), row.get_status_display(), row.proposed_at, row.summary)
            for row in sight.visible(Closure, by).filter(client_id=client_id).order_by("-proposed_at")
        ),
        tuple(
            (row.id, row.wave, row.due_on, row.get_status_display())
            for row in sight.visible(FollowUp, by).filter(client_id=client_id).order_by("due_on")
        ),
    )
