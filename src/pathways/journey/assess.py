"""Assessed: her strengths, her words and her needs, made with her; completing it asks for triage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Case, Q, When

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Resource
from pathways.domain.support import correction
from pathways.domain.support.correction import What
from pathways.domain.terms import demographics as d
from pathways.domain.terms import needs
from pathways.domain.terms.clocks import local
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.law import Coercion
from pathways.domain.terms.people import Role, Sector
from pathways.domain.triage import assessment, mechanisms, triage
from pathways.domain.triage.assessment import (
    Action,
    Exploitation,
    HomeUsed,
    ImmediateSafety,
    Need,
    SaidBy,
    Status,
)
from pathways.domain.triage.levels import Level
from pathways.domain.triage.mechanisms import Mechanism, Standing
from pathways.journey import (
    alongside,
    correcting,
    gate,
    her,
    identity,
    ledger,
    programme,
    sight,
    tasks,
    triage_facts,
    triage_policy,
)
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import (
    Assessment,
    Demographics,
    Episode,
    Identity,
    NeedRating,
    Organisation,
    Service,
    Setting,
    TriageDecision,
)

TRIAGE_TASK = "triage"
ASSESS_TASK = "assessment"

OffendingHow = tuple[tuple[str, str], ...]

#: How offending was spoken of. What is written can be asked for by a court; what is not written cannot.
OFFENDING: OffendingHow = (
    ("not_discussed", "Not discussed"),
    ("not_written", "Discussed, not written down"),
    ("written", "Discussed, and written here with her knowledge"),
)


@dataclass(frozen=True, slots=True)
class Monitoring:
    """Equality monitoring as it was answered. A missing answer says which kind of missing it is."""

    ethnicity_code: str = ""
    ethnicity_scheme: d.EthnicityScheme = d.EthnicityScheme.GSS_19
    lasting_condition: str = d.NoAnswer.NOT_ASKED.value
    restriction: str = d.NoAnswer.NOT_ASKED.value
    orientation: str = d.NoAnswer.NOT_ASKED.value
    religion: str = d.NoAnswer.NOT_ASKED.value
    marital_status: str = d.NoAnswer.NOT_ASKED.value
    pregnancy: str = d.NoAnswer.NOT_ASKED.value
    has_children: str = d.NoAnswer.NOT_ASKED.value
    is_carer: str = d.NoAnswer.NOT_ASKED.value
    care_experience: str = d.NoAnswer.NOT_ASKED.value
    interpreter: str = d.NoAnswer.NOT_ASKED.value
    area: str = d.NoAnswer.NOT_ASKED.value
    #: nobody where nothing was asked
    declared_by: d.DeclaredBy | None = d.DeclaredBy.SELF


@dataclass(frozen=True, slots=True)
class Answers:
    """A whole assessment. A judgement that nobody has made yet is None; `as_given` is kept for reopening."""

    strengths: str
    her_words: str
    ladder: Mapping[needs.Domain, needs.Rung | needs.Unrated]
    conclusion: str
    management_plan: str = ""
    notes: Mapping[needs.Domain, str] = field(default_factory=dict)
    immediate_safety: ImmediateSafety | None = None
    safety: str = ""
    relationships: str = ""
    coercion: Coercion | None = None
    children: str = ""
    offending_how: str = "not_discussed"
    offending: str = ""
    mechanisms: Mapping[Mechanism, Standing] = field(default_factory=dict)
    monitoring: Monitoring = field(default_factory=Monitoring)
    need: Need | None = None
    exploitation: Exploitation | None = None
    as_given: Mapping[str, Any] = field(default_factory=dict)
    # asked since later: an assessment made before has no answer to these
    control: str = ""
    home_used: HomeUsed = HomeUsed.NOT_ASKED
    coercion_said_by: SaidBy | None = None
    what_changed: str = ""
    paper_date: date | None = None
    paper_by: str = ""
    why_unconsidered: str = ""


# --- verbs ------------------------------------------------------------------------------------------


def start(*, client_id: UUID, by: Actor, at: datetime) -> Outcome:
    """Begins an assessment with her. One that is in progress is answered as it stands."""
    with transaction.atomic():
        episode = _episode(client_id, by)
        if episode is None:
            return refusal(sight.NOT_THERE)
        if not (answer := assessment.may_assess(_facts(client_id, by))):
            return refusal(answer)
        latest = _latest(episode, by)
        if latest is not None and latest.status == Status.IN_PROGRESS.value:
            return done(latest.id)
        if latest is not None:
            return refusal(decision.no("There is an assessment already: open it again to change it."))
        made = _new(episode, by, at, number=1)
        _tell(EventKind.ASSESSMENT_STARTED, made, episode, by=by, at=at)
        return done(made.id)


def start_another(*, client_id: UUID, by: Actor, at: datetime) -> Outcome:
    """Begins a further assessment with her, from the answers of the last: what changed is then shown.

    Her immediate safety, every rung, the two judgements, the summary and the day on paper are asked anew: of
    another day they say nothing, and a level follows from them.
    """
    with transaction.atomic():
        episode = _episode(client_id, by)
        if episode is None:
            return refusal(sight.NOT_THERE)
        if not (answer := assessment.may_assess(_facts(client_id, by))):
            return refusal(answer)
        latest = _latest(episode, by, lock=True)
        if latest is None or latest.status != Status.COMPLETE.value:
            return refusal(decision.no("The last assessment is not complete: go on with that one."))
        made = _new(episode, by, at, number=latest.number + 1)
        last = latest.sections or {}
        kept = _to_keep(last.get("as_given", {}), last.get("offending_how", ""))
        made.sections = {"as_given": _without_what_is_asked_anew(kept)}
        made.save(update_fields=["sections"])
        _tell(EventKind.ASSESSMENT_STARTED, made, episode, by=by, at=at)
        return done(made.id)


def complete(*, assessment_id: UUID, answers: Answers, by: Actor, at: datetime) -> Outcome:
    """Completes the assessment and asks the coordinator to decide her level of support."""
    with transaction.atomic():
        row = sight.one(Assessment, assessment_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        facts = _facts(row.client_id, by, answers)
        may = assessment.WORKFLOW.may(Action.COMPLETE, status=Status(row.status), role=by.role, facts=facts)
        if not may:
            return refusal(may)
        if not (codes := _readable(answers.monitoring)):
            return refusal(codes)
        episode = Episode.objects.get(id=row.episode_id)
        if not (day := _may_be_the_day(answers.paper_date, episode, at)):
            return refusal(day)
        why = str((row.sections or {}).get("why_again", ""))
        before = _as_it_stands(row, by) if why else {}
        _write(row, answers, by, at)
        _rate(row, answers)
        _monitor(row, answers.monitoring, by, at)
        if why:
            _keep_earlier(row, before, why, episode, by, at)
        ledger.record(
            EventKind.ASSESSMENT_COMPLETED,
            by=by,
            at=at,
            case_id=episode.case_id,
            client_id=row.client_id,
            episode_id=episode.id,
            detail={
                "assessment": str(row.id),
                "need": row.need,
                "exploitation": row.exploitation,
                "safety": row.immediate_safety,
            },
        )
        ledger.altered(by=by, at=at, resource=Resource.ASSESSMENT, subjects=[row.client_id])
        tasks.settle(ASSESS_TASK, object_id=row.client_id, by=by, at=at)
        asked = _ask_for_triage(row, episode, by, at)
        return done(row.id, next=_what_is_next(asked, facts))


def refuse(*, client_id: UUID, by: Actor, at: datetime) -> Outcome:
    """She does not want an assessment. She can still be offered support: a level is decided without it."""
    with transaction.atomic():
        episode = _episode(client_id, by)
        if episode is None:
            return refusal(sight.NOT_THERE)
        latest = _latest(episode, by, lock=True)
        status = Status.IN_PROGRESS if latest is None else Status(latest.status)
        may = assessment.WORKFLOW.may(Action.REFUSE, status=status, role=by.role, facts=_facts(client_id, by))
        if not may:
            return refusal(may)
        row = latest or _new(episode, by, at, number=1)
        row.status = Status.REFUSED.value
        row.save(update_fields=["status"])
        _tell(EventKind.ASSESSMENT_REFUSED, row, episode, by=by, at=at)
        tasks.settle(ASSESS_TASK, object_id=client_id, by=by, at=at)
        _ask_for_triage(row, episode, by, at)
        return done(
            row.id,
            next=("The coordinator decides her level of support from what is known.",),
        )


def reopen(*, assessment_id: UUID, why: str, by: Actor, at: datetime) -> Outcome:
    """Opens an assessment again, for a reason. What was answered is still there; triage waits for it.

    When it is complete again, every answer that changed keeps what it was before, with this reason.
    """
    with transaction.atomic():
        row = sight.one(Assessment, assessment_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        facts = _facts(row.client_id, by)
        may = assessment.WORKFLOW.may(Action.REOPEN, status=Status(row.status), role=by.role, facts=facts)
        if not may:
            return refusal(may)
        if not why.strip():
            return refusal(decision.no("Say why the assessment is opened again."))
        row.status = Status.IN_PROGRESS.value
        kept = row.sections or {}
        as_given = _to_keep(kept.get("as_given", {}), kept.get("offending_how", ""))
        row.sections = {**kept, "as_given": as_given, "why_again": why.strip()}
        row.completed_at = row.completed_by_id = None
        row.save(update_fields=["status", "completed_at", "completed_by_id", "sections"])
        episode = Episode.objects.get(id=row.episode_id)
        _tell(EventKind.ASSESSMENT_STARTED, row, episode, by=by, at=at)
        return done(row.id)


# --- the pieces -------------------------------------------------------------------------------------


def _as_it_stands(row: Assessment, by: Actor) -> dict[What, list[tuple[str, str]]]:
    """The assessment, the ladder and her equality monitoring in words, by what a correction is of."""
    mechanisms_ = row.mechanisms or {}
    sections = row.sections or {}
    words = [
        ("Strengths", row.strengths),
        ("Her own words", row.her_words),
        ("Safety", row.safety),
        ("Relationships", row.relationships),
        ("Children", str(sections.get("children", ""))),
        ("Offending was spoken of", dict(OFFENDING).get(sections.get("offending_how", ""), "")),
        ("Offending and coercion", row.offending),
        ("Coercion", Coercion(sections["coercion"]).label if sections.get("coercion") else ""),
        ("Who says that she was made to", _label(SaidBy, sections.get("coercion_said_by"))),
        ("Control", str(sections.get("control", ""))),
        ("Her home is used by others", _label(HomeUsed, sections.get("home_used"))),
        ("What has changed", str(sections.get("what_changed", ""))),
        ("Concern for her immediate safety", row.get_immediate_safety_display()),
        ("Need", row.get_need_display()),
        ("Exploitation", row.get_exploitation_display()),
        ("Summary", row.conclusion),
        ("Plan", row.management_plan),
        *(
            (one.label, Standing(mechanisms_[one.value]).label)
            for one in Mechanism
            if one.value in mechanisms_
        ),
    ]
    ladder = [
        (one.domain.label, f"{one.words}{f'. {one.note}' if one.note else ''}") for one in _ratings(row, by)
    ]
    found = Demographics.objects.filter(client_id=row.client_id).first()
    asked = [
        (name.replace("_", " ").capitalize(), str(getattr(found, name)).replace("_", " "))
        for name in _MONITORED
        if found is not None
    ]
    return {
        What.ASSESSMENT: [(key, str(value or "")) for key, value in words],
        What.NEED_RATING: ladder,
        What.DEMOGRAPHICS: asked,
    }


def _label(enum: Any, value: Any) -> str:
    """The words of a code that was kept, and none where it was not asked then."""
    return str(enum(value).label) if value else ""


_MONITORED = (
    "ethnicity_code",
    "ethnicity",
    "disability",
    "activity_restriction",
    "orientation",
    "religion",
    "marital_status",
    "pregnancy",
    "has_children",
    "is_carer",
    "care_experience",
    "interpreter",
    "area",
)


def _keep_earlier(
    row: Assessment,
    before: dict[What, list[tuple[str, str]]],
    why: str,
    episode: Episode,
    by: Actor,
    at: datetime,
) -> None:
    """Both versions of every answer that changed since the assessment was complete the first time."""
    for what, now in _as_it_stands(row, by).items():
        then, later = correction.differing(before.get(what, ()), now)
        if not later:
            continue
        correcting.kept(
            what, row.client_id, row.organisation_id, row.id, then, later, why,
            sealed_for_id=row.sealed_for_id, by=by, at=at,
        )  # fmt: skip
        ledger.record(
            EventKind.CORRECTED,
            by=by,
            at=at,
            case_id=episode.case_id,
            client_id=row.client_id,
            episode_id=episode.id,
            detail={"what": what.value},
        )


def _episode(client_id: UUID, by: Actor) -> Episode | None:
    return her.episode_now(client_id, by, lock=True)


def _latest(episode: Episode, by: Actor, *, lock: bool = False) -> Assessment | None:
    rows = sight.visible(Assessment, by).filter(episode=episode).order_by("-number")
    if lock:
        rows = rows.select_for_update(of=("self",))
    return rows.first()


def _new(episode: Episode, by: Actor, at: datetime, *, number: int) -> Assessment:
    row = Assessment(
        client_id=episode.client_id,
        organisation_id=episode.organisation_id,
        episode=episode,
        number=number,
        started_at=at,
        started_by_id=by.account_id,
    )
    row.save(force_insert=True)
    return row


def _facts(client_id: UUID, by: Actor, answers: Answers | None = None) -> assessment.Facts:
    stands = gate.standing(client_id, by)
    has_agreed, is_stopped = stands.agreement is not None, stands.stop is not None
    if answers is None:
        return assessment.Facts(has_agreed=has_agreed, is_stopped=is_stopped)
    return assessment.Facts(
        has_agreed=has_agreed,
        is_stopped=is_stopped,
        ladder=answers.ladder,
        summary=answers.conclusion,
        need=answers.need,
        exploitation=answers.exploitation,
        immediate_safety=answers.immediate_safety,
        unconsidered=mechanisms.unconsidered(answers.mechanisms),
        why_unconsidered=answers.why_unconsidered,
    )


def _may_be_the_day(paper: date | None, episode: Episode, at: datetime) -> Decision:
    """A paper was written in her time with the programme, and not in the future."""
    if paper is not None and paper > local(at).date():
        return decision.no("The day on the paper is in the future: check it.")
    if paper is not None and paper < alongside.began_on(episode):
        return decision.no(f"{alongside.TOO_EARLY} on the paper.")
    return decision.yes()


def _tell(kind: EventKind, row: Assessment, episode: Episode, *, by: Actor, at: datetime) -> None:
    ledger.record(
        kind,
        by=by,
        at=at,
        case_id=episode.case_id,
        client_id=row.client_id,
        episode_id=episode.id,
        detail={"assessment": str(row.id)},
    )


def _write(row: Assessment, answers: Answers, by: Actor, at: datetime) -> None:
    row.status = Status.COMPLETE.value
    row.need = answers.need.value if answers.need else ""
    row.exploitation = answers.exploitation.value if answers.exploitation else ""
    row.immediate_safety = answers.immediate_safety.value if answers.immediate_safety else ""
    row.strengths, row.her_words = answers.strengths, answers.her_words
    row.safety, row.relationships = answers.safety, answers.relationships
    row.offending = answers.offending if answers.offending_how == "written" else ""
    row.conclusion, row.management_plan = answers.conclusion, answers.management_plan
    row.mechanisms = {
        mechanism.value: answers.mechanisms.get(mechanism, Standing.NOT_CONSIDERED).value
        for mechanism in Mechanism
        if mechanism in answers.mechanisms or mechanism is not Mechanism.DUTY_TO_NOTIFY
    }
    said_by = assessment.who_says_so(answers.coercion, answers.coercion_said_by)
    row.sections = {
        "children": answers.children,
        "coercion": answers.coercion.value if answers.coercion else "",
        "offending_how": answers.offending_how,
        "control": answers.control,
        "home_used": answers.home_used.value,
        "coercion_said_by": said_by.value if said_by else "",
        "what_changed": answers.what_changed,
        "paper_date": answers.paper_date.isoformat() if answers.paper_date else "",
        "paper_by": answers.paper_by.strip(),
        "why_unconsidered": answers.why_unconsidered.strip(),
        "as_given": _to_keep(answers.as_given, answers.offending_how),
    }
    row.completed_at, row.completed_by_id = at, by.account_id
    row.save()


def _to_keep(as_given: Mapping[str, Any], how: str) -> dict[str, Any]:
    """What was answered, without words on offending that she would rather not have written."""
    about = as_given.get("offending")
    if how == "written" or not isinstance(about, Mapping):
        return dict(as_given)
    return {**as_given, "offending": {name: said for name, said in about.items() if name != "offending"}}


#: Answers that are true of the day on which they were given, and of no other.
_OF_ITS_DAY = frozenset(
    {"immediate_safety", "need", "exploitation", "what_changed", "why_unconsidered", "conclusion"}
)


#: how a rung of the ladder is called among the answers
_RUNG = "rung_"


def _is_of_its_day(name: str) -> bool:
    return name in _OF_ITS_DAY or name.startswith(_RUNG)


def _without_what_is_asked_anew(as_given: Mapping[str, Any]) -> dict[str, Any]:
    kept = {}
    for part, given in as_given.items():
        if part == "paper" or not isinstance(given, Mapping):
            continue
        left = {name: said for name, said in given.items() if not _is_of_its_day(name)}
        if part != "judgements" or left:
            kept[part] = left
    return kept


def _rate(row: Assessment, answers: Answers) -> None:
    for domain in needs.Domain:
        value = answers.ladder[domain]
        rated = isinstance(value, needs.Rung)
        rating = NeedRating.objects.filter(assessment=row, domain=domain.value).first() or NeedRating(
            client_id=row.client_id,
            organisation_id=row.organisation_id,
            assessment=row,
            domain=domain.value,
        )
        rating.rung = int(value) if rated else None
        rating.unrated = "" if rated else str(value.value)
        rating.note = answers.notes.get(domain, "")
        rating.save()


def _readable(given: Monitoring) -> Decision:
    """Whether the ethnicity code is one of its scheme."""
    try:
        d.ethnicity(given.ethnicity_code, given.ethnicity_scheme)
    except ValueError:
        return decision.no(
            f"“{given.ethnicity_code}” is not a code of “{given.ethnicity_scheme.label}”: choose another."
        )
    return decision.yes()


def _monitor(row: Assessment, given: Monitoring, by: Actor, at: datetime) -> None:
    """Keeps the codes apart from her record; the raw ethnicity code is kept with its scheme."""
    with identity.clerk(by):
        born = Identity.objects.filter(client_id=row.client_id).first()
    mine = Demographics.objects.filter(client_id=row.client_id).first() or Demographics(
        client_id=row.client_id, organisation_id=row.organisation_id
    )
    mine.age_band = _age_band(born.date_of_birth if born else None, at)
    mine.ethnicity_code = given.ethnicity_code
    mine.ethnicity_scheme = given.ethnicity_scheme.value if given.ethnicity_code else ""
    mine.ethnicity = (
        d.ethnicity(given.ethnicity_code, given.ethnicity_scheme).value
        if given.ethnicity_code
        else d.NoAnswer.NOT_ASKED.value
    )
    mine.disability = d.disabled(
        d.Condition(_member(d.YesNo, given.lasting_condition), _member(d.Restriction, given.restriction))
    ).value
    mine.activity_restriction = given.restriction
    for name in (
        "orientation",
        "religion",
        "marital_status",
        "pregnancy",
        "has_children",
        "is_carer",
        "care_experience",
        "interpreter",
        "area",
    ):
        setattr(mine, name, getattr(given, name))
    mine.declared_by = given.declared_by.value if given.declared_by else ""
    mine.changed_at, mine.changed_by_id = at, by.account_id
    mine.save()


def _age_band(born: date | None, at: datetime) -> str:
    if born is None:
        return d.NoAnswer.UNKNOWN.value
    try:
        return d.age_band(born, on=local(at).date()).value
    except ValueError:
        return d.NoAnswer.UNKNOWN.value


def _member(enum: Any, value: str) -> Any:
    """An answer, or the kind of no answer that it is."""
    return d.NoAnswer(value) if value in {answer.value for answer in d.NoAnswer} else enum(value)


def _ask_for_triage(row: Assessment, episode: Episode, by: Actor, at: datetime) -> TriageDecision:
    """Puts her before the coordinator: once returned it comes back, once decided a new decision begins."""
    answers = answers_of(row)
    suggested = triage_policy.suggest(triage_policy.in_force(at), answers)
    asked = sight.visible(TriageDecision, by).filter(episode=episode).order_by("-asked_at").first()
    if asked is not None and asked.status == triage.Status.RETURNED.value:
        answer = triage.WORKFLOW.may(
            triage.Action.RESUBMIT, status=triage.Status.RETURNED, role=by.role, facts=None
        )
        asked = asked if answer else None
    elif asked is not None and asked.status != triage.Status.AWAITING.value:
        asked = None
    if asked is None:
        asked = TriageDecision(
            client_id=row.client_id, organisation_id=episode.organisation_id, episode=episode
        )
    asked.status = triage.Status.AWAITING.value
    asked.assessment, asked.asked_at, asked.inputs = row, at, answers
    if suggested is not None:
        asked.suggested_level, asked.suggested_rule = int(suggested.level), suggested.rule
        asked.is_provisional, asked.missing = suggested.provisional, list(suggested.missing)
        asked.policy_version = suggested.policy_version
    asked.save()
    level = Level(asked.suggested_level) if asked.suggested_level is not None else None
    tasks.settle(TRIAGE_TASK, object_id=asked.id, by=by, at=at)
    tasks.set_task(
        TRIAGE_TASK,
        "Decide a level of support",
        organisation_id=episode.organisation_id,
        role=Role.COORDINATOR,
        client_id=row.client_id,
        route="triage:decide",
        object_id=asked.id,
        due_at=triage.decision_due(level, asked_at=at, working=programme.working()),
        is_urgent=level is Level.URGENT_SAFETY and not asked.is_provisional,
        by=by,
        at=at,
    )
    return asked


def answers_of(row: Assessment | None) -> dict[str, str | None]:
    """The answers for the triage policy; None where nobody has judged yet."""
    return triage_facts.answers_of(row)


def _what_is_next(asked: TriageDecision, facts: assessment.Facts) -> tuple[str, ...]:
    said = ["The coordinator decides her level of support and says why."]
    if asked.is_provisional:
        said.append("An answer that could change the level is missing, so the suggestion is provisional.")
    if facts.immediate_safety is ImmediateSafety.YES:
        said.append("There is a concern for her immediate safety: act on it now, before anything else.")
        said.append(programme.turn_to_now())
    return tuple(said)


# --- reads ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rating:
    """One part of her life, as it was rated."""

    domain: needs.Domain
    rung: needs.Rung | None
    words: str
    note: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Changed:
    """One answer that is another than at the assessment before."""

    field: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class Page:
    """An assessment as it can be read. `id` is None while there is none yet."""

    banner: her.Banner
    may_begin: Decision
    id: UUID | None = None
    status: Status | None = None
    started_at: datetime | None = None
    started_by: str = ""
    completed_at: datetime | None = None
    completed_by: str = ""
    ratings: tuple[Rating, ...] = ()
    strengths: str = ""
    her_words: str = ""
    immediate_safety: ImmediateSafety | None = None
    safety: str = ""
    relationships: str = ""
    coercion: Coercion | None = None
    children: str = ""
    offending_how: str = ""
    offending: str = ""
    mechanisms: tuple[tuple[Mechanism, Standing], ...] = ()
    need: Need | None = None
    exploitation: Exploitation | None = None
    conclusion: str = ""
    management_plan: str = ""
    moves: tuple[Action, ...] = ()
    number: int = 0
    control: str = ""
    home_used: HomeUsed | None = None
    coercion_said_by: SaidBy | None = None
    what_changed: str = ""
    paper_date: date | None = None
    paper_by: str = ""
    why_unconsidered: str = ""
    since: tuple[Changed, ...] | None = None
    since_at: datetime | None = None

    @property
    def who_says_so(self) -> str:
        """Who says that she was made to; of what she told, also who wrote it down."""
        if self.coercion_said_by is None:
            return ""
        wrote = self.paper_by or self.completed_by
        if self.coercion_said_by is SaidBy.HERSELF and wrote:
            return f"{self.coercion_said_by.label}; written down by {wrote}"
        return self.coercion_said_by.label

    @property
    def open_needs(self) -> tuple[Rating, ...]:
        """What needs work first, hardest first."""
        return tuple(sorted((r for r in self.ratings if r.is_open), key=lambda r: r.rung or 0))


def page(*, client_id: UUID, by: Actor, at: datetime, route: str = "assess") -> Page | None:
    """Her newest assessment in the episode that runs; None when for this person she is not there."""
    banner = her.banner(client_id=client_id, by=by, at=at)
    if banner is None:
        return None
    ledger.read(by=by, at=at, resource=Resource.ASSESSMENT, subjects=[client_id], route=route)
    episode = her.episode_now(client_id, by)
    if episode is None:
        return Page(banner, decision.no("She has no open episode."))
    return _page(_latest(episode, by), banner, by)


def _page(row: Assessment | None, banner: her.Banner, by: Actor) -> Page:
    facts = _facts(banner.client_id, by)
    answer = assessment.may_assess(facts)
    if row is None:
        return Page(banner, answer)
    names = identity.names_of({x for x in (row.started_by_id, row.completed_by_id) if x})
    status = Status(row.status)
    sections = row.sections or {}
    standing = row.mechanisms or {}
    earlier = _before(row, by) if status is Status.COMPLETE else None
    paper = sections.get("paper_date")
    return Page(
        banner=banner,
        may_begin=answer,
        id=row.id,
        status=status,
        started_at=row.started_at,
        started_by=names.get(row.started_by_id, ""),
        completed_at=row.completed_at,
        completed_by=names.get(row.completed_by_id, "") if row.completed_by_id else "",
        ratings=_ratings(row, by),
        strengths=row.strengths,
        her_words=row.her_words,
        immediate_safety=ImmediateSafety(row.immediate_safety) if row.immediate_safety else None,
        safety=row.safety,
        relationships=row.relationships,
        coercion=Coercion(sections["coercion"]) if sections.get("coercion") else None,
        children=sections.get("children", ""),
        offending_how=dict(OFFENDING).get(sections.get("offending_how", ""), ""),
        offending=row.offending,
        mechanisms=tuple(
            (each, Standing(standing.get(each.value, Standing.NOT_CONSIDERED.value)))
            for each in Mechanism
            if each.value in standing or each is not Mechanism.DUTY_TO_NOTIFY
        ),
        need=Need(row.need) if row.need else None,
        exploitation=Exploitation(row.exploitation) if row.exploitation else None,
        conclusion=row.conclusion,
        management_plan=row.management_plan,
        moves=tuple(
            move.action
            for move in assessment.WORKFLOW.open_to(status=status, role=by.role, facts=facts)
            if move.action is not Action.COMPLETE
        ),
        number=row.number,
        control=str(sections.get("control", "")),
        home_used=HomeUsed(sections["home_used"]) if sections.get("home_used") else None,
        coercion_said_by=SaidBy(sections["coercion_said_by"]) if sections.get("coercion_said_by") else None,
        what_changed=str(sections.get("what_changed", "")),
        paper_date=date.fromisoformat(paper) if paper else None,
        paper_by=str(sections.get("paper_by", "")),
        why_unconsidered=str(sections.get("why_unconsidered", "")),
        since=_changes(earlier, row, by) if earlier is not None else None,
        since_at=earlier.completed_at if earlier is not None else None,
    )


def _before(row: Assessment, by: Actor) -> Assessment | None:
    """The assessment completed before this one, in this episode or an earlier one."""
    rows = sight.visible(Assessment, by).filter(client_id=row.client_id, status=Status.COMPLETE.value)
    here = Q(episode_id=row.episode_id)
    rows = rows.filter((here & Q(number__lt=row.number)) | (~here & Q(started_at__lt=row.started_at)))
    return rows.order_by("-started_at", "-number").first()


def _changes(earlier: Assessment, row: Assessment, by: Actor) -> tuple[Changed, ...]:
    """Field by field, in the order of the assessment. Equality monitoring is kept once, and not among it."""
    was, now = _in_words(earlier, by), _in_words(row, by)
    return tuple(
        Changed(key, was.get(key, ""), now.get(key, ""))
        for key in dict.fromkeys((*now, *was))
        if was.get(key, "") != now.get(key, "")
    )


def _in_words(row: Assessment, by: Actor) -> dict[str, str]:
    """A part of her life has a rung and may have words of its own elsewhere, under the same name."""
    found = _as_it_stands(row, by)
    written = dict(found[What.ASSESSMENT])
    ladder = {
        f"{name}, on the ladder" if name in written else name: said
        for name, said in found[What.NEED_RATING]
    }
    return {**written, **ladder}


def _ratings(row: Assessment, by: Actor) -> tuple[Rating, ...]:
    kept = {rating.domain: rating for rating in sight.visible(NeedRating, by).filter(assessment=row)}
    return tuple(_rating(domain, kept.get(domain.value)) for domain in needs.Domain)


def _rating(domain: needs.Domain, row: NeedRating | None) -> Rating:
    rung = needs.Rung(row.rung) if row is not None and row.rung is not None else None
    if rung is not None:
        words = f"{int(rung)}. {rung.label}"
    else:
        words = needs.Unrated(row.unrated).label if row is not None and row.unrated else "Not asked yet"
    return Rating(domain, rung, words, row.note if row else "", rung is not None and rung <= needs.OPEN_AT)


@dataclass(frozen=True, slots=True)
class Nrm:
    """Whether the writer's organisation may refer to the NRM and must notify; else whom to ask."""

    is_first_responder: bool
    has_duty_to_notify: bool
    ask: tuple[str, ...]
    #: to ask them is to tell police of her, so the page says it
    police_among_them: bool = False


def nrm(by: Actor) -> Nrm:
    """As the organisations are marked by the administrator."""
    mine = Organisation.objects.filter(id=by.organisation_id).first()
    # police come last: whoever asks them tells them of her
    others = Organisation.objects.filter(is_first_responder=True, until_date__isnull=True).order_by(
        Case(When(sector=Sector.POLICE.value, then=1), default=0), "name"
    )
    return Nrm(
        is_first_responder=mine is not None and mine.is_first_responder,
        has_duty_to_notify=mine is not None and mine.has_duty_to_notify,
        ask=tuple(others.exclude(id=by.organisation_id).values_list("name", flat=True)),
        police_among_them=others.filter(sector=Sector.POLICE.value).exists(),
    )


@dataclass(frozen=True, slots=True)
class Writing:
    """What the form needs to begin with: whose it is, what was answered before, and where she lives."""

    banner: her.Banner
    assessment_id: UUID
    as_given: Mapping[str, Any]
    age_band: str
    areas: tuple[str, ...]
    may: Decision
    has_earlier: bool = False
    mechanisms: Mapping[str, str] = field(default_factory=dict)
    nrm: Nrm = field(default_factory=lambda: Nrm(False, False, ()))
    #: the answers to begin from where nobody typed them on these pages: one value for each question
    kept: Mapping[str, str] = field(default_factory=dict)
    #: where she stood at the assessment before, part by part, and when that was
    last_rungs: Mapping[needs.Domain, str] = field(default_factory=dict)
    last_at: datetime | None = None


def writing(*, assessment_id: UUID, by: Actor, at: datetime) -> Writing | None:
    """An assessment in progress, for the person who is writing it."""
    row = sight.one(Assessment, assessment_id, by)
    banner = None if row is None else her.banner(client_id=row.client_id, by=by, at=at)
    if row is None or banner is None:
        return None
    may: Decision = decision.yes()
    if row.status != Status.IN_PROGRESS.value:
        may = decision.no("This assessment is not in progress: open it again to change it.")
    else:
        may = assessment.may_assess(_facts(row.client_id, by))
    born = sight.visible(Identity, by).filter(client_id=row.client_id).first()
    band = _age_band(born.date_of_birth if born else None, at)
    known = {member.value: member.label for member in (*d.AgeBand, *d.NoAnswer)}
    ledger.read(by=by, at=at, resource=Resource.ASSESSMENT, subjects=[row.client_id], route="assess:write")
    earlier = _before(row, by)
    return Writing(
        banner=banner,
        assessment_id=row.id,
        as_given=(row.sections or {}).get("as_given", {}),
        age_band=known[band],
        areas=areas(),
        may=may,
        has_earlier=earlier is not None,
        mechanisms=row.mechanisms or (earlier.mechanisms if earlier is not None else {}),
        nrm=nrm(by),
        kept=_to_begin_from(row, earlier, by),
        last_rungs={} if earlier is None else {one.domain: one.words for one in _ratings(earlier, by)},
        last_at=None if earlier is None else earlier.completed_at,
    )


def _to_begin_from(row: Assessment, earlier: Assessment | None, by: Actor) -> dict[str, str]:
    """What an assessment that goes on from an earlier one begins with, question by question.

    Of one that was typed on these pages its own words stand in `as_given`; this is for any other. Without
    what has changed since, which is asked anew; equality monitoring is kept elsewhere.
    """
    if (row.sections or {}).get("as_given"):
        return {}
    source = row if row.strengths else earlier if row.number > 1 else None
    if source is None:
        return {}
    sections: Mapping[str, Any] = source.sections or {}
    kept = {
        "strengths": source.strengths,
        "her_words": source.her_words,
        "immediate_safety": source.immediate_safety,
        "safety": source.safety,
        "relationships": source.relationships,
        "control": sections.get("control", ""),
        "home_used": sections.get("home_used", ""),
        "children": sections.get("children", ""),
        "offending_how": sections.get("offending_how", ""),
        "offending": source.offending,
        "coercion": sections.get("coercion", ""),
        "coercion_said_by": sections.get("coercion_said_by", ""),
        "need": source.need,
        "exploitation": source.exploitation,
        "conclusion": source.conclusion,
        "management_plan": source.management_plan,
        **{f"mechanism_{name}": said for name, said in (source.mechanisms or {}).items()},
    }
    for rating in sight.visible(NeedRating, by).filter(assessment=source):
        kept[f"{_RUNG}{rating.domain}"] = str(rating.rung) if rating.rung is not None else rating.unrated
        kept[f"note_{rating.domain}"] = rating.note
    return {
        name: str(said)
        for name, said in kept.items()
        if said and not (source is earlier and _is_of_its_day(name))
    }


def areas() -> tuple[str, ...]:
    """The local authorities that the programme counts by, as it has set them; else those of its services."""
    chosen = Setting.objects.filter(key="programme.areas").values_list("value", flat=True).first()
    if isinstance(chosen, list) and chosen:
        return tuple(str(area) for area in chosen)
    named = Service.objects.exclude(area="").values_list("area", flat=True).distinct().order_by("area")
    return tuple(named)


@dataclass(frozen=True, slots=True)
class Card:
    """Her assessment in a few lines, for her page."""

    status: Status | None
    completed_at: datetime | None
    open_needs: tuple[str, ...]
    unconsidered: tuple[Mechanism, ...]
    need: Need | None
    exploitation: Exploitation | None


def card(*, client_id: UUID, by: Actor, at: datetime) -> Card | None:
    """For her page, which records the reading itself; None where there is no episode or no right to see."""
    episode = her.episode_now(client_id, by)
    if episode is None:
        return None
    row = _latest(episode, by)
    if row is None:
        return Card(None, None, (), (), None, None)
    ratings = _ratings(row, by) if row.status != Status.REFUSED.value else ()
    standing = {Mechanism(k): Standing(v) for k, v in (row.mechanisms or {}).items()}
    return Card(
        status=Status(row.status),
        completed_at=row.completed_at,
        open_needs=tuple(r.domain.label for r in sorted(ratings, key=lambda r: r.rung or 9) if r.is_open),
        unconsidered=mechanisms.unconsidered(standing),
        need=Need(row.need) if row.need else None,
        exploitation=Exploitation(row.exploitation) if row.exploitation else None,
    )
