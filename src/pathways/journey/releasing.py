"""Releases: asked for, made by the worker, read by two others, let out, kept in a register, withdrawn.

The figures are made once, from rows frozen at one moment, and held against everything that was let out
before. What is kept are the files as they were made, so that what somebody was sent can be shown again.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from pathways.analysis import documents
from pathways.analysis.disclosure import AtRisk, Audience, overlaid
from pathways.analysis.extract import Period
from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.evaluation import recorded, release
from pathways.domain.evaluation.release import MAKERS, READERS, WORKFLOW, Action, Facts, Kind, Status
from pathways.domain.governance.actors import Actor
from pathways.domain.terms.people import Role, Sector
from pathways.journey import evaluate, identity, ledger, material, sight, tasks
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import Appointment, EvaluationRelease, Organisation, ReleaseReview

LOG = logging.getLogger("pathways.releases")

#: Who may see the register. A commissioner sees what was released to them.
MAY_SEE = READERS | frozenset({Role.COMMISSIONER})
REVIEW_TASK = "release_review"
CHANGE_TASK = "release_change"
#: The base to which counts may be rounded.
ROUNDING = 5
#: What whoever makes a return may write into it, and how long.
WORDS: tuple[tuple[str, str], ...] = (
    ("milestones", "Milestones"),
    ("risks", "Risks"),
    ("forecast", "Forecast"),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be released, of which time, for whom."""

    kind: Kind
    audience: Audience
    start: date | None
    end: date | None
    recipient: str
    to_organisation_id: UUID | None = None
    provider_id: UUID | None = None
    is_rounded: bool = False
    words: Mapping[str, str] | None = None


# --- verbs --------------------------------------------------------------------------------------------


def ask(*, wanted: Wanted, by: Actor, at: datetime) -> Outcome:
    """Asks for a release. The worker makes it, as whoever asked."""
    if by.role not in MAKERS:
        return refusal(decision.no("An evaluator or a coordinator makes releases.", ask="the coordinator"))
    if not (answer := _may_want(wanted)):
        return refusal(answer)
    with transaction.atomic():
        _alone("number")
        highest = sight.visible(EvaluationRelease, by).aggregate(Max("number"))["number__max"]
        row = EvaluationRelease(number=(highest or 0) + 1, organisation_id=by.organisation_id)
        _write(row, wanted, by, at)
        row.save(force_insert=True)
        _tell(row, "asked for", by, at)
    return done(
        row.id,
        reference=f"Release {row.number}",
        next=(
            "The worker makes the figures within a minute or two, and its page says when they are there.",
            "Then you put it forward, and two people who did not make it read it.",
        ),
    )


def change(*, release_id: UUID, wanted: Wanted, by: Actor, at: datetime) -> Outcome:
    """Makes it anew in another form. What anybody said of it before counts no longer."""
    if not (answer := _may_want(wanted)):
        return refusal(answer)
    with transaction.atomic():
        row = _hold(release_id, by)
        if row is None:
            return refusal(sight.NOT_THERE)
        if not (may := _may(Action.CHANGE, row, by)):
            return refusal(may)
        _write(row, wanted, by, at)
        row.save()
        for kind in (REVIEW_TASK, CHANGE_TASK):
            tasks.settle(kind, object_id=row.id, by=by, at=at)
        _tell(row, "changed, to be made anew", by, at)
    return done(row.id, reference=f"Release {row.number}", next=("It is made anew and has to be read anew.",))


def propose(*, release_id: UUID, by: Actor, at: datetime) -> Outcome:
    """Puts it before others: two of them have to agree."""
    with transaction.atomic():
        row = _hold(release_id, by)
        if row is None:
            return refusal(sight.NOT_THERE)
        if not (may := _may(Action.PROPOSE, row, by)):
            return refusal(may)
        row.status = Status.IN_REVIEW.value
        row.proposed_at, row.proposed_by_id = at, by.account_id
        row.save()
        for place, role in _reading_places():
            tasks.set_task(
                REVIEW_TASK,
                "A release of figures waits to be read by two people",
                organisation_id=place,
                role=role,
                route="evaluate:release",
                object_id=row.id,
                by=by,
                at=at,
            )
        _tell(row, "put forward", by, at)
    return done(row.id, next=("Two people who did not make it read it. It leaves when both have agreed.",))


def review(*, release_id: UUID, agrees: bool, words: str, by: Actor, at: datetime) -> Outcome:
    """Says yes or no to a release as it stands. The second yes lets it out; one no returns it."""
    if not words.strip():
        return refusal(decision.no("Say in words what you looked at, or what is wrong."))
    if recorded.has_reference(words):
        return refusal(decision.no("A woman’s reference stands in your words. Take it out."))
    with transaction.atomic():
        # one at a time: of two let out at one moment, the later has to find the earlier out
        _alone("let out")
        row = _hold(release_id, by)
        if row is None:
            return refusal(sight.NOT_THERE)
        facts = _facts(row, by)
        is_last = agrees and facts.agreed >= release.REVIEWERS - 1
        action = Action.RELEASE if is_last else Action.AGREE if agrees else Action.REFUSE
        answer = WORKFLOW.may(action, status=Status(row.status), role=by.role, facts=facts)
        if not answer:
            return refusal(answer)
        if is_last and _seal(row) != row.mark:
            return refusal(decision.no("Its files are not those that were read. Make it anew."))
        ReleaseReview(
            release_id=row.id,
            mark=row.mark,
            agrees=agrees,
            words=words.strip(),
            organisation_id=by.organisation_id,
            made_at=at,
            made_by_id=by.account_id,
        ).save(force_insert=True)
        if is_last:
            row.status, row.released_at = Status.RELEASED.value, at
        elif not agrees:
            row.status = Status.RETURNED.value
        row.save()
        if is_last or not agrees:
            tasks.settle(REVIEW_TASK, object_id=row.id, by=by, at=at)
        if not agrees:
            tasks.set_task(
                CHANGE_TASK,
                "A release of figures was returned to you",
                organisation_id=row.organisation_id,
                account_id=row.asked_by_id,
                route="evaluate:release",
                object_id=row.id,
                by=by,
                at=at,
            )
        if is_last:
            what = f"release {row.number} ({Kind(row.kind).label}) let out, {row.mark[:16]}"
            ledger.exported(by=by, at=at, reason=what, found=len(row.names))
        else:
            _tell(row, "agreed to by the first of two" if agrees else "returned", by, at)
    if is_last:
        return done(row.id, next=("It is released, and stands in the register.",))
    if agrees:
        return done(row.id, next=("A second person has to agree before it leaves.",))
    return done(row.id, next=("Whoever made it sees what is wrong.",))


def withdraw(*, release_id: UUID, because: str, by: Actor, at: datetime) -> Outcome:
    """Withdraws it with the reason. It stays in the register, and nobody can take it out any more."""
    if recorded.has_reference(because):
        return refusal(decision.no("A woman’s reference stands in your words. Take it out."))
    with transaction.atomic():
        row = _hold(release_id, by)
        if row is None:
            return refusal(sight.NOT_THERE)
        may = decision.every(
            _may(Action.WITHDRAW, row, by),
            decision.yes() if because.strip() else decision.no("Say why it is withdrawn."),
        )
        if not may:
            return refusal(may)
        was_out = row.released_at is not None
        row.status, row.why_withdrawn = Status.WITHDRAWN.value, because.strip()
        row.withdrawn_at, row.withdrawn_by_id = at, by.account_id
        row.save()
        for kind in (REVIEW_TASK, CHANGE_TASK):
            tasks.settle(kind, object_id=row.id, by=by, at=at)
        _tell(row, "withdrawn", by, at)
    told = ("Tell whoever has it that it was withdrawn: a file that was sent cannot be called back.",)
    return done(row.id, next=told if was_out else ())


# --- made by the worker -------------------------------------------------------------------------------


def perform(*, at: datetime) -> int:
    """Makes every release that waits, each as whoever asked for it. For the worker, one at a time."""
    with transaction.atomic(), identity.clerk():
        waiting = list(
            EvaluationRelease.objects.filter(status=Status.WAITING.value)
            .order_by("asked_at", "number")
            .values_list("id", flat=True)
        )
    for key in waiting:
        _perform(key, at)
    return len(waiting)


def _perform(key: UUID, at: datetime) -> None:
    with transaction.atomic(), identity.clerk():
        row = EvaluationRelease.objects.get(id=key)
        # everything that ever left, the oldest first: what was withdrawn has been seen
        out = EvaluationRelease.objects.filter(released_at__isnull=False).order_by("released_at", "number")
        earlier = [overlaid.read(body) for body in out.values_list("published", flat=True) if body]
    asked_at = row.asked_at
    try:
        by = _asker(row)
        if by is None:
            raise _FailedError("Whoever asked for it no longer works there. Somebody else asks for it anew.")
        with transaction.atomic(), identity.acting(by):
            opened = EvaluationRelease.objects.get(id=key)
            made = _made(opened, earlier, by=by, at=at, synthetic=settings.PATHWAYS_SYNTHETIC)
    except _FailedError as error:
        return _fail(key, asked_at, error.words)
    except AtRisk:
        return _fail(key, asked_at, "So few women are in it that nothing of it may leave.")
    except ValueError as error:
        LOG.exception("a release could not be made")
        return _fail(key, asked_at, f"It could not be made: {error}")
    except Exception:
        LOG.exception("a release could not be made")
        return _fail(key, asked_at, "It went wrong on our side. The administrator finds it in the log.")
    with transaction.atomic(), identity.clerk(by):
        row = EvaluationRelease.objects.select_for_update().get(id=key)
        if row.status != Status.WAITING.value or row.asked_at != asked_at:
            return None  # it was changed meanwhile: what was made is not what is wanted
        _keep(row, made, len(earlier), at)
        row.status = Status.MADE.value
        row.save()
        said = made.summary.disclosure
        _tell(row, f"made, {said.at_risk} at risk, {said.given_away} given away", by, at)
    return None


def _made(
    row: EvaluationRelease,
    earlier: list[overlaid.Published],
    *,
    by: Actor,
    at: datetime,
    synthetic: bool,
) -> documents.Made:
    extract = evaluate.frozen(by=by, at=at, synthetic=synthetic)
    period = Period(row.from_date, row.until_date) if row.from_date and row.until_date else None
    provider = ""
    if row.provider_id is not None:
        provider = str(extract.services.get(str(row.provider_id)) or "")
        if not provider:
            raise _FailedError("No woman was referred to this provider.")
        extract = extract.of_service(str(row.provider_id))
    audience = Audience(row.audience)
    rule = replace(audience.rule, rounding=row.rounding)
    known = material.gathered(by=by, at=at, words=dict(row.words or {}), provider=provider)
    return documents.make(
        Kind(row.kind), extract, period, audience, known, rule=rule, earlier=earlier
    )


def _keep(row: EvaluationRelease, made: documents.Made, beside: int, at: datetime) -> None:
    said = made.summary.disclosure
    row.files, row.names = _packed(made.files), sorted(made.files)
    row.mark = _seal(row)
    row.as_at, row.extract_sha256 = at, made.summary.extract_sha256
    row.left_out = "; ".join(made.left_out)[:300]
    row.published = overlaid.plain(made.summary.published)
    row.threshold, row.at_risk, row.given_away = said.rule.threshold, said.at_risk, said.given_away
    row.held_back, row.beside, row.statement = said.held_back, beside, said.words


def _packed(files: Mapping[str, bytes]) -> bytes:
    """The files in one archive whose bytes depend on nothing but theirs."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name])
    return out.getvalue()


def _seal(row: EvaluationRelease) -> str:
    return hashlib.sha256(bytes(row.files or b"")).hexdigest()


class _FailedError(Exception):
    """It cannot be made, for a reason that whoever asked can act on."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words


def _fail(key: UUID, asked_at: datetime, why: str) -> None:
    with transaction.atomic(), identity.clerk():
        EvaluationRelease.objects.filter(id=key, asked_at=asked_at, status=Status.WAITING.value).update(
            status=Status.FAILED.value, why_failed=why[:300]
        )


def _asker(row: EvaluationRelease) -> Actor | None:
    places = identity.workplaces_by_id(row.asked_by_id)
    return next(
        (one for one in places if one.organisation_id == row.organisation_id and one.role in MAKERS), None
    )


# --- the pieces ---------------------------------------------------------------------------------------


def _may_want(wanted: Wanted) -> Decision:
    if (wanted.start is None) != (wanted.end is None):
        return decision.no("Give the first and the last day, or neither.")
    if wanted.start and wanted.end and wanted.end < wanted.start:
        return decision.no("The last day must not be before the first.")
    if not wanted.recipient.strip():
        return decision.no("Say to whom it goes.")
    if wanted.kind is Kind.PUBLIC and wanted.audience is not Audience.PUBLIC:
        return decision.no("A public summary is for the public: choose that audience.")
    if wanted.kind is Kind.PROVIDER and wanted.provider_id is None:
        return decision.no("Choose the provider.")
    if wanted.kind is Kind.PROVIDER and wanted.audience is Audience.PUBLIC:
        return decision.no("How one provider does is not for the public.")
    if wanted.kind in (Kind.QUARTERLY, Kind.PROVIDER) and wanted.start is None:
        return decision.no("A return needs its first and last day.")
    if any(recorded.has_reference(text) for text in (wanted.words or {}).values()):
        return decision.no("A woman’s reference stands in these words. Take it out: it names no woman.")
    return decision.yes()


def _write(row: EvaluationRelease, wanted: Wanted, by: Actor, at: datetime) -> None:
    """What is wanted, with everything that was made or said before taken away.

    Whatever is sealed is written anew: another organisation may change it, and its key opens nothing older.
    """
    row.kind, row.audience = wanted.kind.value, wanted.audience.value
    row.from_date, row.until_date = wanted.start, wanted.end
    row.recipient, row.to_organisation_id = wanted.recipient.strip(), wanted.to_organisation_id
    row.provider_id = wanted.provider_id if wanted.kind is Kind.PROVIDER else None
    row.rounding = ROUNDING if wanted.is_rounded else None
    row.words = {key: text.strip() for key, text in (wanted.words or {}).items() if text.strip()}
    row.organisation_id = by.organisation_id
    row.asked_at, row.asked_by_id = at, by.account_id
    row.status, row.why_failed = Status.WAITING.value, ""
    row.files, row.names, row.published, row.mark = b"", [], None, ""
    row.as_at, row.extract_sha256, row.statement, row.left_out = None, "", None, ""
    row.why_withdrawn = None
    row.at_risk = row.given_away = row.held_back = row.beside = 0
    row.threshold = row.proposed_at = row.proposed_by_id = None


def _reading_places() -> list[tuple[UUID, Role]]:
    """Where those work who may read a release: each organisation with each such role."""
    rows = Appointment.objects.filter(role__in=[role.value for role in READERS], until_at__isnull=True)
    found = rows.order_by("organisation_id", "role").values_list("organisation_id", "role").distinct()
    return [(place, Role(role)) for place, role in found]


def _hold(release_id: UUID, by: Actor) -> EvaluationRelease | None:
    return sight.one(EvaluationRelease, release_id, by, lock=True)


def _alone(what: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 75))", [what])


def _facts(row: EvaluationRelease, by: Actor) -> Facts:
    said = [one for one in sight.visible(ReleaseReview, by).filter(release_id=row.id) if one.mark == row.mark]
    makers = {row.asked_by_id, row.proposed_by_id}
    return Facts(
        at_risk=row.at_risk,
        given_away=row.given_away,
        newer_out=_out(by) - row.beside,
        is_maker=by.account_id in makers,
        has_spoken=any(one.made_by_id == by.account_id for one in said),
        agreed=len({one.made_by_id for one in said if one.agrees} - makers),
    )


def _out(by: Actor) -> int:
    """How many releases ever left, withdrawn ones among them: those who read releases see every one."""
    return sight.visible(EvaluationRelease, by).filter(released_at__isnull=False).count()


def _may(action: Action, row: EvaluationRelease, by: Actor) -> Decision:
    return WORKFLOW.may(action, status=Status(row.status), role=by.role, facts=_facts(row, by))


def _tell(row: EvaluationRelease, what: str, by: Actor, at: datetime) -> None:
    mark = f" ({row.mark[:16]})" if row.mark else ""
    ledger.kept_up(by=by, at=at, what=f"release {row.number}: {what}{mark}", route="evaluate:release")


# --- reads: no woman is in any of it ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One release in the register."""

    id: UUID
    number: int
    kind: Kind
    audience: Audience
    start: date | None
    end: date | None
    status: Status
    recipient: str
    asked_by: str
    asked_at: datetime
    as_at: datetime | None
    released_at: datetime | None
    mark: str
    provider: str


@dataclass(frozen=True, slots=True)
class Said:
    """What one reader said; `is_of_now` where it is of the release as it stands."""

    by: str
    at: datetime
    agrees: bool
    words: str
    is_of_now: bool


@dataclass(frozen=True, slots=True)
class Page:
    """One release: what it is, what was found, what its readers said, and what may be done.

    `hidden` counts what others said that this person is not shown before she has said something herself.
    """

    line: Line
    rounding: int | None
    words: Mapping[str, str]
    to_organisation_id: UUID | None
    provider_id: UUID | None
    statement: str
    extract_sha256: str
    threshold: int | None
    given_away: int
    held_back: int
    beside: int
    left_out: str
    names: tuple[str, ...]
    why_failed: str
    why_withdrawn: str
    withdrawn_at: datetime | None
    withdrawn_by: str
    said: tuple[Said, ...]
    hidden: int
    moves: tuple[Action, ...]
    why_not: Mapping[Action, str]
    may_download: Decision


def listed(*, by: Actor) -> tuple[Line, ...]:
    """The register, the newest first: for a commissioner what was released to them."""
    rows = list(sight.visible(EvaluationRelease, by).defer("files", "published").order_by("-number"))
    names = identity.names_of({row.asked_by_id for row in rows})
    return tuple(_line(row, names, _providers(rows)) for row in rows)


def page(release_id: UUID, *, by: Actor) -> Page | None:
    """One release; None where there is none for this person."""
    row = (
        sight.visible(EvaluationRelease, by).defer("files", "published").filter(id=release_id).first()
    )
    if row is None:
        return None
    is_reader = by.role in READERS
    reviews = list(sight.visible(ReleaseReview, by).filter(release_id=row.id)) if is_reader else []
    facts = _facts(row, by) if is_reader else Facts()
    status = Status(row.status)
    asked = (Action.PROPOSE, Action.AGREE, Action.RELEASE, Action.REFUSE, Action.CHANGE, Action.WITHDRAW)
    answers = {one: WORKFLOW.may(one, status=status, role=by.role, facts=facts) for one in asked}
    people = {one.made_by_id for one in reviews} | {row.asked_by_id, row.withdrawn_by_id}
    names = identity.names_of({key for key in people if key is not None})
    # neither reader is swayed by the other: what one said is shown once the other has spoken
    blind = status is Status.IN_REVIEW and not facts.has_spoken and not facts.is_maker
    shown = [one for one in reviews if not (blind and one.mark == row.mark)]
    return Page(
        line=_line(row, names, _providers([row])),
        rounding=row.rounding,
        words=dict(row.words or {}) if is_reader else {},
        to_organisation_id=row.to_organisation_id,
        provider_id=row.provider_id,
        statement=row.statement or "",
        extract_sha256=row.extract_sha256,
        threshold=row.threshold,
        given_away=row.given_away,
        held_back=row.held_back,
        beside=row.beside,
        left_out=row.left_out,
        names=tuple(row.names),
        why_failed=row.why_failed,
        why_withdrawn=row.why_withdrawn or "",
        withdrawn_at=row.withdrawn_at,
        withdrawn_by=names.get(row.withdrawn_by_id, "a colleague") if row.withdrawn_by_id else "",
        said=tuple(
            Said(names.get(one.made_by_id, "a colleague"), one.made_at, one.agrees, one.words or "",
                 one.mark == row.mark)
            for one in shown
        ),
        hidden=len(reviews) - len(shown),
        moves=tuple(one for one, answer in answers.items() if answer),
        why_not={one: answer.reason for one, answer in answers.items() if not answer},
        may_download=_may_take(row, by),
    )  # fmt: skip


def _may_take(row: EvaluationRelease, by: Actor) -> Decision:
    """Its files: everybody who sees it once it is released; before that, whoever is to read it."""
    status = Status(row.status)
    if status is Status.RELEASED:
        return decision.yes()
    if status is Status.WITHDRAWN:
        return decision.no("It was withdrawn.")
    if status in (Status.MADE, Status.IN_REVIEW, Status.RETURNED) and by.role in READERS:
        return decision.yes("To be read, and not to be passed on.")
    return decision.no("It can be taken out once two people have agreed.")


def file(*, release_id: UUID, kind: str, by: Actor, at: datetime) -> tuple[str, bytes] | Decision | None:
    """One file of a release; before it is released only on the page, for whoever reads it."""
    row = sight.visible(EvaluationRelease, by).filter(id=release_id).first()
    if row is None:
        return None
    if not (may := _may_take(row, by)):
        return may
    name = next((one for one in row.names if one.endswith(f".{kind}")), "")
    if not name:
        return None
    if row.status != Status.RELEASED.value and kind != "html":
        return decision.no("Before it is released it is read as a page, and not taken out.")
    with zipfile.ZipFile(io.BytesIO(bytes(row.files or b""))) as archive:
        content = archive.read(name)
    is_out = row.status == Status.RELEASED.value
    what = f"release {row.number}, {kind}, {row.mark[:16]}"
    ledger.exported(by=by, at=at, reason=what if is_out else f"{what}, a draft to be read", found=1)
    if not is_out:
        content = content.replace(b"<body>", _DRAFT, 1)
    return f"{'' if is_out else 'draft-'}release-{row.number}-{name}", content


_DRAFT = b'<body>\n<p class="band">DRAFT. To be read by its reviewers, and not to be passed on.</p>'


def figures(*, release_id: UUID, by: Actor) -> dict[str, Any] | None:
    """What a released return says, by measure, for a funder's own headings; None where it is not released."""
    row = sight.visible(EvaluationRelease, by).filter(id=release_id, status=Status.RELEASED.value).first()
    name = next((one for one in row.names if one.endswith(".json")), "") if row else ""
    if row is None or not name:
        return None
    with zipfile.ZipFile(io.BytesIO(bytes(row.files or b""))) as archive:
        body = json.loads(archive.read(name))
    return {"measures": body["measures"], "row": _line(row, {}, _providers([row])), "body": body}


def providers() -> tuple[tuple[str, str], ...]:
    """The organisations to which women can be referred, by id and name."""
    rows = Organisation.objects.exclude(sector=Sector.POLICE.value).order_by("name")
    return tuple((str(key), name) for key, name in rows.values_list("id", "name"))


def recipients() -> tuple[tuple[str, str], ...]:
    """Every organisation that a release may be addressed to, by id and name."""
    rows = Organisation.objects.order_by("name").values_list("id", "name")
    return tuple((str(key), name) for key, name in rows)


def waiting(*, by: Actor) -> int:
    """How many releases wait for this person to read them."""
    rows = sight.visible(EvaluationRelease, by).defer("files", "published")
    return sum(bool(_may(Action.REFUSE, row, by)) for row in rows.filter(status=Status.IN_REVIEW.value))


def _providers(rows: list[EvaluationRelease]) -> dict[UUID, str]:
    wanted = {row.provider_id for row in rows if row.provider_id}
    return dict(Organisation.objects.filter(id__in=wanted).values_list("id", "name")) if wanted else {}


def _line(row: EvaluationRelease, names: Mapping[UUID, str], providers: Mapping[UUID, str]) -> Line:
    return Line(
        id=row.id,
        number=row.number,
        kind=Kind(row.kind),
        audience=Audience(row.audience),
        start=row.from_date,
        end=row.until_date,
        status=Status(row.status),
        recipient=row.recipient or "",
        asked_by=names.get(row.asked_by_id, "a colleague"),
        asked_at=row.asked_at,
        as_at=row.as_at,
        released_at=row.released_at,
        mark=row.mark,
        provider=providers.get(row.provider_id, "") if row.provider_id else "",
    )


__all__ = [
    "MAKERS",
    "READERS",
    "Action",
    "Audience",
    "Kind",
    "Status",
    "Wanted",
    "ask",
    "change",
    "file",
    "listed",
    "page",
    "perform",
    "propose",
    "review",
    "withdraw",
]
