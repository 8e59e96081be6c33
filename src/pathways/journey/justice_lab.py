"""Submissions to the Justice Data Lab: drawn up where names may be read, approved by two, taken out once.

The list is kept nowhere. It is made from the women's records when it is drawn up, to count and to hash it,
and made again when it is taken out: if the hash is another, something has changed and it is approved anew.
Then each woman's disclosure is recorded. Nothing is sent from here.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max

from pathways.analysis import lab_file
from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.evaluation import justice_lab, recorded
from pathways.domain.evaluation.justice_lab import (
    APPROVERS,
    LEAST,
    MAKERS,
    READERS,
    WORKFLOW,
    Action,
    Facts,
    Line,
    Reason,
    Status,
    Woman,
)
from pathways.domain.governance import erasure
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Resource
from pathways.domain.terms import clocks
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.law import ConfidenceBasis, CrossingKind, CrossingPurpose, LawfulBasis
from pathways.domain.terms.people import Role, Sector
from pathways.journey import (
    evaluate,
    identity,
    kept_out,
    ledger,
    material,
    sight,
    tasks,
    told,
    under_agreement,
)
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import (
    Appointment,
    Bar,
    Client,
    Disclosure,
    Engagement,
    Episode,
    Erasure,
    Identity,
    IndexDisposal,
    Involvement,
    LabApproval,
    LabSubmission,
    Organisation,
    ParticipationAgreement,
    SharingAgreement,
    ToldOfUse,
)

#: Who may see how many are eligible: those who draw it up or approve it, and whoever sees the measures.
MAY_SEE = READERS | frozenset({Role.EVALUATOR, Role.COMMISSIONER})
APPROVE_TASK = "lab_approval"
CHANGE_TASK = "lab_change"
ENDINGS = lab_file.ENDINGS
#: Bases in law on which a support organisation may submit: never law enforcement, nor saving a life.
BASES = (
    LawfulBasis.PUBLIC_TASK,
    LawfulBasis.LEGITIMATE_INTERESTS,
    LawfulBasis.LEGAL_OBLIGATION,
    LawfulBasis.CONSENT,
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Women whose support began from `start` to `end`, told of to whom, under what law, and what for."""

    start: date
    end: date
    to_organisation_id: UUID
    basis: LawfulBasis
    confidence_basis: ConfidenceBasis
    because: str


# --- verbs --------------------------------------------------------------------------------------------


def draw_up(*, wanted: Wanted, by: Actor, at: datetime) -> Outcome:
    """Draws it up: who is eligible and why the others are not, counted and hashed. No list is kept."""
    if by.role not in MAKERS:
        return refusal(decision.no("It names women, so a coordinator draws it up.", ask="the coordinator"))
    if not (answer := _may_want(wanted, by, at)):
        return refusal(answer)
    with transaction.atomic():
        _alone()
        with identity.counting(by):
            highest = LabSubmission.objects.aggregate(Max("number"))["number__max"]
        row = LabSubmission(number=(highest or 0) + 1, organisation_id=by.organisation_id)
        _draw(row, wanted, by, at)
        row.save(force_insert=True)
        _tell(row, "drawn up", by, at)
    return done(row.id, reference=f"Submission {row.number}", next=_what_next(row))


def draw_again(*, submission_id: UUID, wanted: Wanted, by: Actor, at: datetime) -> Outcome:
    """Draws it up as things stand now. What anybody said of it before counts no longer."""
    if not (answer := _may_want(wanted, by, at)):
        return refusal(answer)
    with transaction.atomic():
        row = sight.one(LabSubmission, submission_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        if not (may := _may(Action.DRAW_AGAIN, row, by)):
            return refusal(may)
        _draw(row, wanted, by, at)
        row.save()
        _settle(row, by, at)
        _tell(row, "drawn up again", by, at)
    return done(row.id, reference=f"Submission {row.number}", next=_what_next(row))


def propose(*, submission_id: UUID, by: Actor, at: datetime) -> Outcome:
    """Puts it before two others."""
    with transaction.atomic():
        row = sight.one(LabSubmission, submission_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        if not (may := _may(Action.PROPOSE, row, by)):
            return refusal(may)
        row.status = Status.IN_REVIEW.value
        row.proposed_at, row.proposed_by_id = at, by.account_id
        row.save()
        for role in _approving_roles(by.organisation_id):
            tasks.set_task(
                APPROVE_TASK,
                "A submission to the Justice Data Lab waits for two approvers",
                organisation_id=by.organisation_id,
                role=role,
                route="evaluate:lab_submission",
                object_id=row.id,
                by=by,
                at=at,
            )
        _tell(row, "put before two others", by, at)
    return done(
        row.id,
        next=(
            "Two people who did not draw it up approve it, one of them the information-governance lead.",
            "Then you can take the file out, once.",
        ),
    )


def say(*, submission_id: UUID, agrees: bool, words: str, by: Actor, at: datetime) -> Outcome:
    """Says yes or no to it as it stands. The second yes approves it; one no returns it."""
    if not words.strip():
        return refusal(decision.no("Say in words what you looked at, or what is wrong."))
    if recorded.has_reference(words):
        return refusal(decision.no("A woman’s reference stands in your words. Take it out."))
    with transaction.atomic():
        row = sight.one(LabSubmission, submission_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        facts = _facts(row, by)
        is_last = agrees and facts.agreed >= APPROVERS - 1
        action = Action.APPROVE if is_last else Action.AGREE if agrees else Action.REFUSE
        if not (may := WORKFLOW.may(action, status=Status(row.status), role=by.role, facts=facts)):
            return refusal(may)
        LabApproval(
            submission_id=row.id,
            mark=row.mark,
            drawn_at=row.drawn_at,
            agrees=agrees,
            is_lead=by.role is Role.GOVERNANCE_LEAD,
            words=words.strip(),
            organisation_id=by.organisation_id,
            made_at=at,
            made_by_id=by.account_id,
        ).save(force_insert=True)
        if is_last:
            row.status, row.approved_at = Status.APPROVED.value, at
        elif not agrees:
            row.status = Status.RETURNED.value
        row.save()
        if is_last or not agrees:
            _settle(row, by, at)
            tasks.set_task(
                CHANGE_TASK,
                "Your submission to the Justice Data Lab was "
                + ("approved: take the file out" if is_last else "returned to you"),
                organisation_id=row.organisation_id,
                account_id=row.drawn_by_id,
                route="evaluate:lab_submission",
                object_id=row.id,
                by=by,
                at=at,
            )
        _tell(row, "approved" if is_last else "agreed to by the first" if agrees else "returned", by, at)
    if is_last:
        return done(row.id, next=("It is approved. Whoever drew it up can take the file out, once.",))
    if agrees:
        return done(row.id, next=("A second person has to agree.",))
    return done(row.id, next=("Whoever drew it up sees what is wrong.",))


def withdraw(*, submission_id: UUID, because: str, by: Actor, at: datetime) -> Outcome:
    """Withdraws it with the reason. What was taken out already cannot be called back from here."""
    if recorded.has_reference(because):
        return refusal(decision.no("A woman’s reference stands in your words. Take it out."))
    with transaction.atomic():
        row = sight.one(LabSubmission, submission_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        may = decision.every(
            _may(Action.WITHDRAW, row, by),
            decision.yes() if because.strip() else decision.no("Say why it is withdrawn."),
        )
        if not may:
            return refusal(may)
        row.status, row.why_withdrawn = Status.WITHDRAWN.value, because.strip()
        row.withdrawn_at, row.withdrawn_by_id = at, by.account_id
        row.save()
        _settle(row, by, at)
        _tell(row, "withdrawn", by, at)
    sent = ("Tell the Lab that it was withdrawn: a file that was sent cannot be called back.",)
    return done(row.id, next=sent if row.taken_at else ())


def take_out(*, submission_id: UUID, ending: str, by: Actor, at: datetime) -> Outcome:
    """Makes the file, once, and records each woman’s disclosure. `data` has its name and content."""
    if ending not in ENDINGS:
        return refusal(decision.no("Choose CSV or XLSX."))
    with transaction.atomic():
        row = sight.one(LabSubmission, submission_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        if not (may := _may(Action.TAKE_OUT, row, by)):
            return refusal(may)
        if not (answer := _may_want(_wanted(row), by, at)):
            return refusal(answer)
        listed = _listed(row, by)
        lines = [one.line for one in listed if one.line is not None]
        facts = _facts(row, by, is_same=lab_file.mark(lines) == row.mark)
        if not (
            may := WORKFLOW.may(Action.TAKE_OUT, status=Status(row.status), role=by.role, facts=facts)
        ):
            return refusal(may)
        content = lab_file.written(lines, ending)
        row.status = Status.TAKEN_OUT.value
        row.taken_at, row.taken_by_id = at, by.account_id
        row.taken_sha256 = hashlib.sha256(content).hexdigest()
        row.save()
        _disclose(row, [one for one in listed if one.line is not None], by, at)
        tasks.settle(CHANGE_TASK, object_id=row.id, by=by, at=at)
        what = f"submission {row.number} to the Justice Data Lab, {ending}, {row.taken_sha256[:16]}"
        ledger.exported(by=by, at=at, reason=what, found=len(lines))
    return done(row.id, name=f"justice-data-lab-{row.number}.{ending}", content=content)


# --- the pieces ---------------------------------------------------------------------------------------


def _may_want(wanted: Wanted, by: Actor, at: datetime) -> Decision:
    if wanted.end < wanted.start:
        return decision.no("The last day must not be before the first.")
    if wanted.basis not in BASES:
        return decision.no("Choose the basis in law that your data-protection officer has settled.")
    if not wanted.because.strip():
        return decision.no("Say what the comparison is for, and why it needs names.")
    if recorded.has_reference(wanted.because):
        return decision.no("A woman’s reference stands in your words. Take it out: they name no woman.")
    there = Organisation.objects.filter(id=wanted.to_organisation_id, until_date__isnull=True).first()
    if there is None or there.sector == Sector.POLICE.value or there.id == by.organisation_id:
        return decision.no("Choose the organisation that runs the Justice Data Lab. It is never police.")
    if under_agreement.between(by.organisation_id, there.id, at) is None:
        return decision.no(
            f"No sharing agreement from {by.organisation_name} to {there.name} is in force, so nothing can "
            "be submitted.",
            ask="the information-governance lead",
        )
    return decision.yes()


def _wanted(row: LabSubmission) -> Wanted:
    return Wanted(
        row.from_date,
        row.until_date,
        row.to_organisation_id,
        LawfulBasis(row.basis),
        ConfidenceBasis(row.confidence_basis),
        row.because or "",
    )


def _draw(row: LabSubmission, wanted: Wanted, by: Actor, at: datetime) -> None:
    """All of it as things stand now, with everything that was said before taken away."""
    if row.proposed_at is not None:
        seen = {"eligible": row.eligible, "reasons": row.first_reasons, "drawn_at": row.drawn_at.isoformat()}
        row.earlier = [*row.earlier, seen]
    row.from_date, row.until_date = wanted.start, wanted.end
    row.to_organisation_id = wanted.to_organisation_id
    row.basis, row.confidence_basis = wanted.basis.value, wanted.confidence_basis.value
    row.because = wanted.because.strip()
    row.status = Status.DRAWN_UP.value
    row.as_at = row.drawn_at = at
    row.drawn_by_id = by.account_id
    row.proposed_at = row.proposed_by_id = row.approved_at = None
    row.taken_at = row.taken_by_id = None
    row.taken_sha256 = ""
    listed = _listed(row, by)
    ledger.read(
        by=by, at=at, resource=Resource.IDENTITY, subjects=[one.client_id for one in listed],
        route="evaluate:lab_draw",
    )  # fmt: skip
    row.considered = len(listed)
    row.eligible = sum(not one.reasons for one in listed)
    row.first_reasons = dict(Counter(one.reasons[0].value for one in listed if one.reasons))
    row.all_reasons = dict(Counter(reason.value for one in listed for reason in one.reasons))
    row.told = _by_notice(one for one in listed if not one.reasons)
    row.mark = lab_file.mark([one.line for one in listed if one.line is not None])


def _by_notice(eligible: Iterable[_Listed]) -> list[dict[str, Any]]:
    """By which version of the notice the eligible were told, from when to when."""
    days: dict[str, list[date]] = defaultdict(list)
    for one in eligible:
        if one.woman.standing.told is not None:
            days[one.woman.standing.told.version].append(one.woman.standing.told.on)
    return [
        {
            "version": version,
            "women": len(several),
            "first": min(several).isoformat(),
            "last": max(several).isoformat(),
        }
        for version, several in sorted(days.items())
    ]


@dataclass(frozen=True, slots=True)
class _Listed:
    """One woman of the period: what the rules looked at, every reason why not, or else her line."""

    client_id: UUID
    reference: str
    episode_id: UUID
    case_id: UUID
    woman: Woman
    reasons: tuple[Reason, ...]
    line: Line | None


def _listed(row: LabSubmission, by: Actor) -> list[_Listed]:
    """Every woman of this organisation's programme whose time in it falls in the period, by reference.

    A fact that was typed after it was drawn up adds nobody; an objection, a bar or a correction counts at
    once. Women whom `by` may not see are not there.
    """
    at, today = row.as_at, clocks.local(row.as_at).date()
    clients = {
        one.id: one
        for one in sight.visible(Client, by).filter(
            organisation_id=by.organisation_id, joined_into_id__isnull=True
        )
    }
    ids = list(clients)
    first: dict[UUID, tuple[date, Episode]] = {}
    began: dict[UUID, date] = {}
    ended: dict[UUID, date | None] = {}
    with identity.clerk(by):
        episodes = list(Episode.objects.filter(client_id__in=ids, opened_at__lte=at).order_by("opened_at"))
        live = set(
            Involvement.objects.filter(
                client_id__in=ids, organisation_id=by.organisation_id, until_at__isnull=True
            ).values_list("client_id", flat=True)
        )
        barred = set(
            Bar.objects.filter(
                client_id__in=ids, lifted_at__isnull=True, barred_organisation_id=row.to_organisation_id
            ).values_list("client_id", flat=True)
        )
        support = list(
            Engagement.objects.filter(client_id__in=ids, started_at__isnull=False, started_at__lte=at)
        )
    starts: dict[UUID, list[Engagement]] = defaultdict(list)
    for engaged in support:
        starts[engaged.episode_id].append(engaged)
    for episode in episodes:
        hers = starts.get(episode.id, [])
        start = min((clocks.local(one.started_at).date() for one in hers if one.started_at), default=None)
        day = start or clocks.local(episode.opened_at).date()
        if not row.from_date <= day <= row.until_date:
            continue
        # the first time in the period counts, and one in which support began before one in which none did
        known = first.get(episode.client_id)
        if known is not None and (start is None or episode.client_id in began):
            continue
        first[episode.client_id] = (day, episode)
        if start is not None:
            began[episode.client_id] = start
            ended[episode.client_id] = _ended(episode, hers, at)
    wanted = list(first)
    papers = {one.client_id: one for one in sight.visible(Identity, by).filter(client_id__in=wanted)}
    going = set(
        sight.visible(Erasure, by)
        .filter(client_id__in=wanted)
        .exclude(status=erasure.Status.REFUSED.value)
        .values_list("client_id", flat=True)
    )
    refused = set(
        sight.visible(ParticipationAgreement, by)
        .filter(client_id__in=wanted, ended_at__isnull=True, evaluation_agreed=False)
        .values_list("client_id", flat=True)
    )
    answers = _of_each(
        each
        for each in sight.visible(ToldOfUse, by).filter(client_id__in=wanted).select_related("notice")
        if each.recorded_at <= at or each.answer == justice_lab.Heard.OBJECTED.value
    )
    disposals = _of_each(
        each
        for each in sight.visible(IndexDisposal, by)
        .filter(client_id__in=wanted, recorded_at__lte=at, withdrawn_at__isnull=True)
        .exclude(kind="")
    )
    found = []
    for key in wanted:
        paper = papers.get(key)
        woman = Woman(
            has_names=bool(paper and (paper.given_names or "").strip() and (paper.surname or "").strip()),
            born=paper.date_of_birth if paper else None,
            began=began.get(key),
            disposals=tuple(told.disposal_of(each) for each in disposals[key]),
            standing=justice_lab.standing(told.answers_of(answers[key])),
            is_counting_refused=key in refused,
            is_erased=key in going or key not in live,
            is_kept_out=key in barred,
        )
        why = justice_lab.reasons(woman, today=today, rests_on=ConfidenceBasis(row.confidence_basis))
        episode = first[key][1]
        found.append(
            _Listed(
                client_id=key,
                reference=clients[key].reference,
                episode_id=episode.id,
                case_id=episode.case_id,
                woman=woman,
                reasons=why,
                line=None if why else _line(woman, paper, ended.get(key)),
            )
        )
    return sorted(found, key=lambda one: one.reference)


def _ended(episode: Episode, hers: list[Engagement], at: datetime) -> date | None:
    """The day on which the last of her support of that time had ended; None while any went on at `at`."""
    if episode.closed_at is not None and episode.closed_at <= at:
        return clocks.local(episode.closed_at).date()
    ends = [one.ended_at for one in hers if one.ended_at is not None and one.ended_at <= at]
    return clocks.local(max(ends)).date() if len(ends) == len(hers) else None


def _line(woman: Woman, paper: Identity | None, ended: date | None) -> Line:
    index = justice_lab.index_of(woman)
    assert paper is not None and woman.born is not None and woman.began is not None and index is not None
    return Line(
        paper.surname.strip(), paper.given_names.strip(), woman.born, index, woman.began, ended
    )


def _of_each(rows: Iterable[Any]) -> Mapping[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.client_id].append(row)
    return found


def _disclose(row: LabSubmission, listed: list[_Listed], by: Actor, at: datetime) -> None:
    """Each woman's own record of it, so that she can be told; one event each, and one entry in the log."""
    there = Organisation.objects.get(id=row.to_organisation_id)
    under = under_agreement.between(by.organisation_id, there.id, at)
    assert under is not None  # asked before
    for one in listed:
        crossed = _crossed(row, one, under, by, at)
        crossed.save(force_insert=True)
        kept_out.known_also_by(one.client_id, (crossed.id,), by=by)
        ledger.record(
            EventKind.DISCLOSED,
            by=by,
            at=at,
            case_id=one.case_id,
            client_id=one.client_id,
            episode_id=one.episode_id,
            detail={
                "disclosure": str(crossed.id),
                "basis": crossed.basis,
                "recipient_sector": there.sector,
                "fields": len(crossed.fields),
            },
        )
    ledger.disclosed(
        by=by,
        at=at,
        resource=Resource.DISCLOSURE,
        subjects=[one.client_id for one in listed],
        recipient_id=there.id,
        reason=f"submission {row.number} to the Justice Data Lab, {row.taken_sha256[:16]}",
    )


def _crossed(
    row: LabSubmission, one: _Listed, under: SharingAgreement, by: Actor, at: datetime
) -> Disclosure:
    return Disclosure(
        kind=CrossingKind.JUSTICE_LAB.value,
        person_id=one.client_id,
        client_id=one.client_id,
        from_organisation_id=by.organisation_id,
        to_organisation_id=row.to_organisation_id,
        basis=row.basis,
        confidence_basis=row.confidence_basis,
        purpose=CrossingPurpose.RESEARCH.value,
        fields=list(justice_lab.FIELDS),
        agreement_id=under.id,
        made_at=at,
        made_by_id=by.account_id,
        made_by_name=by.name,
    )


def _approving_roles(organisation_id: UUID) -> list[Role]:
    """The roles of this organisation in which somebody may approve."""
    rows = Appointment.objects.filter(
        organisation_id=organisation_id, role__in=[role.value for role in READERS], until_at__isnull=True
    )
    return sorted({Role(role) for role in rows.values_list("role", flat=True)})


def _facts(row: LabSubmission, by: Actor, *, is_same: bool = True) -> Facts:
    said = list(sight.visible(LabApproval, by).filter(submission_id=row.id, drawn_at=row.drawn_at))
    makers = {row.drawn_by_id, row.proposed_by_id}
    agreed = [one for one in said if one.agrees and one.mark == row.mark and one.made_by_id not in makers]
    return Facts(
        eligible=row.eligible,
        is_maker=by.account_id in makers,
        has_spoken=any(one.made_by_id == by.account_id for one in said),
        agreed=len({one.made_by_id for one in agreed}),
        is_lead=by.role is Role.GOVERNANCE_LEAD or any(one.is_lead for one in agreed),
        is_same=is_same,
    )


def _may(action: Action, row: LabSubmission, by: Actor) -> Decision:
    return WORKFLOW.may(action, status=Status(row.status), role=by.role, facts=_facts(row, by))


def _settle(row: LabSubmission, by: Actor, at: datetime) -> None:
    for kind in (APPROVE_TASK, CHANGE_TASK):
        tasks.settle(kind, object_id=row.id, by=by, at=at)


def _alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended('lab submission', 75))")


def _tell(row: LabSubmission, what: str, by: Actor, at: datetime) -> None:
    ledger.kept_up(
        by=by,
        at=at,
        what=f"submission {row.number} to the Justice Data Lab: {what} ({row.mark[:16]})",
        route="evaluate:lab_submission",
    )


def _what_next(row: LabSubmission) -> tuple[str, ...]:
    if row.eligible < LEAST:
        few = f"{row.eligible} are eligible, and the Lab takes no fewer than {LEAST}."
        return (few, "Its page says why the others are not.")
    return (f"{row.eligible} are eligible. See its page, then put it before two others.",)


# --- reads --------------------------------------------------------------------------------------------


def may_open(by: Actor) -> Decision:
    """Whether this person may see how many are eligible: never police."""
    if by.is_police or by.role not in MAY_SEE:
        return decision.no("This page is not for the role you are in now.", ask="the coordinator")
    return decision.yes()


@dataclass(frozen=True, slots=True)
class Row:
    """One submission in the list of those who draw it up or approve it."""

    id: UUID
    number: int
    status: Status
    start: date
    end: date
    eligible: int
    considered: int
    drawn_by: str
    drawn_at: datetime
    taken_at: datetime | None
    mark: str


@dataclass(frozen=True, slots=True)
class Said:
    """What one approver said; `is_of_now` where it is of the submission as it stands."""

    by: str
    at: datetime
    agrees: bool
    is_lead: bool
    words: str
    is_of_now: bool


@dataclass(frozen=True, slots=True)
class Page:
    """One submission, as those who draw it up or approve it see it. No woman is on it."""

    row: Row
    wanted: Wanted
    to: str
    agreement: str
    first_reasons: tuple[tuple[Reason, int, int], ...]
    told: tuple[tuple[str, str, int, date, date], ...]
    said: tuple[Said, ...]
    hidden: int
    taken_by: str
    taken_sha256: str
    withdrawn_at: datetime | None
    withdrawn_by: str
    why_withdrawn: str
    moves: tuple[Action, ...]
    why_not: Mapping[Action, str]


def listed(*, by: Actor) -> tuple[Row, ...]:
    """The submissions of one's own organisation, the newest first; none for whoever may see counts alone."""
    if by.role not in READERS:
        return ()
    rows = list(sight.visible(LabSubmission, by))
    names = identity.names_of({row.drawn_by_id for row in rows})
    return tuple(_row(row, names) for row in rows)


def _row(row: LabSubmission, names: Mapping[UUID, str]) -> Row:
    return Row(
        row.id, row.number, Status(row.status), row.from_date, row.until_date, row.eligible, row.considered,
        names.get(row.drawn_by_id, "a colleague"), row.drawn_at, row.taken_at, row.mark,
    )  # fmt: skip


def page(submission_id: UUID, *, by: Actor, at: datetime) -> Page | None:
    """One submission; None where there is none for this person."""
    if by.role not in READERS:
        return None
    row = sight.visible(LabSubmission, by).filter(id=submission_id).first()
    if row is None:
        return None
    facts, status = _facts(row, by), Status(row.status)
    answers = {one: WORKFLOW.may(one, status=status, role=by.role, facts=facts) for one in Action}
    said = list(sight.visible(LabApproval, by).filter(submission_id=row.id))
    people = {one.made_by_id for one in said} | {row.drawn_by_id, row.taken_by_id, row.withdrawn_by_id}
    names = identity.names_of({key for key in people if key is not None})
    blind = status is Status.IN_REVIEW and not facts.has_spoken and not facts.is_maker
    shown = [one for one in said if not (blind and one.drawn_at == row.drawn_at)]
    there = Organisation.objects.filter(id=row.to_organisation_id).values_list("name", flat=True).first()
    under = under_agreement.between(row.organisation_id, row.to_organisation_id, at)
    sentences = {one.version: one.sentence for one in told.notices()}
    return Page(
        row=_row(row, names),
        wanted=_wanted(row),
        to=there or "",
        agreement=under.name if under else "",
        first_reasons=tuple(
            (one, row.first_reasons.get(one.value, 0), row.all_reasons.get(one.value, 0))
            for one in Reason
            if row.all_reasons.get(one.value)
        ),
        told=tuple(
            (
                one["version"], sentences.get(one["version"], ""), one["women"],
                date.fromisoformat(one["first"]), date.fromisoformat(one["last"]),
            )
            for one in row.told
        ),
        said=tuple(
            Said(names.get(one.made_by_id, "a colleague"), one.made_at, one.agrees, one.is_lead,
                 one.words or "", one.drawn_at == row.drawn_at)
            for one in shown
        ),
        hidden=len(said) - len(shown),
        taken_by=names.get(row.taken_by_id, "a colleague") if row.taken_by_id else "",
        taken_sha256=row.taken_sha256,
        withdrawn_at=row.withdrawn_at,
        withdrawn_by=names.get(row.withdrawn_by_id, "a colleague") if row.withdrawn_by_id else "",
        why_withdrawn=row.why_withdrawn or "",
        moves=tuple(one for one, answer in answers.items() if answer),
        why_not={one: answer.reason for one, answer in answers.items() if not answer},
    )


@dataclass(frozen=True, slots=True)
class Why:
    """One woman who is not eligible, by her reference, and every reason."""

    client_id: UUID
    reference: str
    reasons: tuple[Reason, ...]


def women(
    submission_id: UUID, *, reason: Reason | None = None, by: Actor, at: datetime
) -> tuple[Why, ...] | None:
    """Who is not eligible and why, as things stand now, so that what is missing can be recorded.

    For whoever draws it up; None for anybody else.
    """
    if by.role not in MAKERS:
        return None
    row = sight.visible(LabSubmission, by).filter(id=submission_id).first()
    if row is None:
        return None
    row.as_at = at
    found = [one for one in _listed(row, by) if one.reasons and (reason is None or reason in one.reasons)]
    ledger.read(
        by=by, at=at, resource=Resource.TOLD, subjects=[one.client_id for one in found],
        route="evaluate:lab_women",
    )  # fmt: skip
    return tuple(Why(one.client_id, one.reference, one.reasons) for one in found)


def recipients(*, by: Actor, at: datetime) -> tuple[tuple[str, str], ...]:
    """Organisations to which a sharing agreement leads from one's own, police left out, by id and name."""
    within = under_agreement.reached(by.organisation_id, at) - {by.organisation_id}
    rows = Organisation.objects.filter(id__in=within, until_date__isnull=True)
    rows = rows.exclude(sector=Sector.POLICE.value).order_by("name")
    return tuple((str(key), name) for key, name in rows.values_list("id", "name"))


def figures(*, by: Actor) -> lab_file.Shown | None:
    """How many are eligible in the newest submission put before others, through disclosure control.

    Held against all that could be seen before it. None where there is none, or nothing of it may leave.
    """
    if by.role not in evaluate.AUDIENCE:
        return None
    return lab_file.of_all(material.submissions(by), evaluate.AUDIENCE[by.role].rule)


def waiting(*, by: Actor) -> int:
    """How many submissions wait for this person's word."""
    rows = sight.visible(LabSubmission, by).filter(status=Status.IN_REVIEW.value)
    return sum(bool(_may(Action.REFUSE, row, by)) for row in rows) if by.role in READERS else 0
