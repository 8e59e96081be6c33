"""The evaluation: the journeys as codes, counted, protected and drawn. No number leaves any other way."""

from __future__ import annotations

import functools
import hashlib
import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F

from pathways.analysis import beside, change_charts, changed, evaluation, report, returns
from pathways.analysis.charts import Chart
from pathways.analysis.disclosure import Audience, Rule
from pathways.analysis.evaluation import Summary
from pathways.analysis.extract import Extract, Period
from pathways.analysis.impact import differences
from pathways.analysis.returns import Document
from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.evaluation.moved import Yardstick
from pathways.domain.evaluation.release import Kind
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Resource
from pathways.domain.terms import clocks
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.people import Role
from pathways.domain.triage import assessment
from pathways.journey import identity, instruments, ledger, material, planning, programme
from pathways.journey.figures_shared import Shared
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import (
    Demographics,
    Denominator,
    GoalRating,
    InstrumentScore,
    JourneyEvent,
    NeedRating,
    Operation,
    Organisation,
    ReferenceSet,
    RowChange,
    Setting,
)

#: Who may see released figures, and as which audience.
AUDIENCE: Mapping[Role, Audience] = {
    Role.EVALUATOR: Audience.STEERING,
    Role.COORDINATOR: Audience.STEERING,
    Role.PANEL_CHAIR: Audience.STEERING,
    Role.POLICE_SPOC: Audience.STEERING,
    Role.SUPERVISOR: Audience.STEERING,
    Role.GOVERNANCE_LEAD: Audience.STEERING,
    Role.COMMISSIONER: Audience.PARTNER,
}
MAY_SEE = frozenset(AUDIENCE)
#: For whom journeys are counted to the end of the last quarter, and not to this moment (ADR 84).
BY_THE_QUARTER = frozenset({Role.COMMISSIONER, Role.POLICE_SPOC})
#: How many quarters before are laid under theirs (ADR 86).
LOOK_BACK = 2
#: Which test stands where, in words.
TEST_RULE = differences.RULE
#: Heads of the table of the ladder by part of a life; and the name of an instrument's picture.
LADDER_HEADS = changed.PLACES
chart_of_change = change_charts.moved_name
#: Who sees the dashboard: those who read the plan, whose records stand on it.
MAY_DASHBOARD = MAY_SEE & planning.MAY_READ
MAY_REPORT = frozenset({Role.EVALUATOR, Role.COORDINATOR, Role.COMMISSIONER})

_EVENTS = ("kind", "at", "case_id", "client_id", "episode_id", "organisation_id", "sector", "role", "detail")
_ANSWERS = (
    "client_id",
    "age_band",
    "ethnicity",
    "area",
    "disability",
    "has_children",
    "is_carer",
    "care_experience",
    "pregnancy",
    "interpreter",
    "orientation",
    "religion",
    "marital_status",
)


@dataclass(frozen=True)
class Evaluation:
    """What a page may show: the released tables and their pictures, and nothing raw."""

    summary: Summary
    charts: Mapping[str, Chart]


@dataclass(frozen=True)
class Overview:
    """The newest figures there are, and whether newer ones are being made; `made` is None at the first."""

    made: Evaluation | None
    is_being_made: bool


#: Which figures: those of an audience, and whether to the end of a quarter.
_Which = tuple[Audience, bool]


class _Figures:
    """Makes figures beside the pages, one making at a time, and keeps the newest of each kind.

    Protecting and attacking a whole release takes seconds, which no page waits for. What one process has
    made is `shared` with the others, and is there after a start.
    """

    def __init__(self, shared: Callable[[], Shared | None] = lambda: None) -> None:
        self._find_shared = shared
        self._newest: dict[_Which, tuple[str, Evaluation]] = {}
        self._asked: dict[_Which, tuple[str, Extract]] = {}
        self._change = threading.Condition()
        self._thread: threading.Thread | None = None

    def get(self, rows: str, extract: Extract, which: _Which, *, patience: float) -> Overview:
        with self._change:
            newest = self._newest.get(which)
            if newest is None or newest[0] != rows:
                self._adopt(which)
                newest = self._newest.get(which)
            if newest is None or newest[0] != rows:
                self._asked[which] = (rows, extract)
                if self._thread is None or not self._thread.is_alive():
                    self._thread = threading.Thread(target=self._make, name="evaluation", daemon=True)
                    self._thread.start()
                self._change.wait_for(
                    lambda: self._newest.get(which, ("", None))[0] == rows, timeout=patience
                )
                newest = self._newest.get(which)
            return Overview(newest[1] if newest else None, newest is None or newest[0] != rows)

    def newest(self, which: _Which) -> Evaluation | None:
        with self._change:
            found = self._newest.get(which)
            if found is None:
                self._adopt(which)
                found = self._newest.get(which)
        return found[1] if found else None

    def _adopt(self, which: _Which) -> None:
        """Takes what another process has made since, unless what is here is newer. Under the condition."""
        shared = self._find_shared()
        found = shared.newer(_name(which)) if shared else None
        if found is None or not isinstance(found[1], Evaluation):
            return
        here = self._newest.get(which)
        if here is None or here[1].summary.as_at <= found[1].summary.as_at:
            self._newest[which] = (found[0], found[1])

    def _make(self) -> None:
        while True:
            with self._change:
                wanted = next(iter(self._asked.items()), None)
                if wanted is None:
                    self._thread = None
                    return
            which, (rows, extract) = wanted
            try:
                self._make_one(which, rows, extract)
            except Exception:
                logging.getLogger("pathways.evaluation").exception("figures could not be made")
            with self._change:
                if self._asked.get(which, ("", None))[0] == rows:
                    del self._asked[which]
                self._change.notify_all()


    def _make_one(self, which: _Which, rows: str, extract: Extract) -> None:
        shared = self._find_shared()
        with shared.alone(_name(which)) if shared else nullcontext():
            with self._change:
                self._adopt(which)
                if self._newest.get(which, ("", None))[0] == rows:
                    return  # another process made them while this one waited
            audience, is_by_quarter = which
            rule = rule_of(audience, is_by_quarter=is_by_quarter)
            seen = _quarters_before(extract.as_at) if is_by_quarter else ()
            summary = evaluation.summarise(extract, audience, rule=rule, seen=seen)
            made = Evaluation(summary, change_charts.every(summary))
            with self._change:
                self._newest[which] = (rows, made)
                self._change.notify_all()
            if shared:
                shared.write(_name(which), rows, made)


def _name(which: _Which) -> str:
    audience, is_by_quarter = which
    return f"{audience.value}-by-quarter" if is_by_quarter else audience.value


@functools.cache
def _shared() -> Shared:
    return Shared(settings.PATHWAYS_FIGURES, settings.PATHWAYS_KEYS)


_figures = _Figures(_shared)
#: Seconds that a page waits for figures that are nearly there.
PATIENCE = 1.5
#: Figures of this age are shown on a home page without looking whether anything has happened since.
FRESH = timedelta(minutes=10)


def overview(*, by: Actor, at: datetime, synthetic: bool) -> Overview | Decision:
    """The whole programme for the audience that this person belongs to."""
    if by.role not in MAY_SEE:
        return decision.no("The evaluation’s figures are not for your role.", ask="the coordinator")
    extract = frozen(by=by, at=at, synthetic=synthetic)
    return _figures.get(_same_rows(extract), extract, _which(by), patience=PATIENCE)


def glance(*, by: Actor, at: datetime, synthetic: bool) -> Overview | Decision:
    """The newest figures there are, for a page that waits for nothing.

    The rows are read anew only when there are no figures yet or they are older than `FRESH`; making goes on
    beside the page. The evaluation’s own pages always ask for the newest.
    """
    if by.role not in MAY_SEE:
        return decision.no("The evaluation’s figures are not for your role.", ask="the coordinator")
    made = _figures.newest(_which(by))
    if made is not None and counted_at(by=by, at=at) - made.summary.as_at < FRESH:
        return Overview(made, False)
    extract = frozen(by=by, at=at, synthetic=synthetic)
    return _figures.get(_same_rows(extract), extract, _which(by), patience=0)


def counted_at(*, by: Actor, at: datetime) -> datetime:
    """To which moment journeys are counted for this person.

    Figures that are made anew after every event would, by subtraction, tell of the one woman whose event it
    was. Whoever is outside the programme, and the police, see them to the end of the last quarter.
    """
    return clocks.last_quarter_ended(at) if by.role in BY_THE_QUARTER else at


def rule_of(audience: Audience, *, is_by_quarter: bool) -> Rule:
    """By which rule figures are told. Rounded, for those who could subtract one quarter from the next, so far
    that as much is left open of a change as of a small count."""
    rule = audience.rule
    return replace(rule, rounding=rule.threshold + 1) if is_by_quarter else rule


def _quarters_before(ended: datetime) -> tuple[datetime, ...]:
    """The ends of the quarters before the one that ended at this moment, the newest first."""
    found = [ended]
    for _ in range(LOOK_BACK):
        found.append(clocks.last_quarter_ended(found[-1]))
    return tuple(found[1:])


def _which(by: Actor) -> _Which:
    return AUDIENCE[by.role], by.role in BY_THE_QUARTER


def write_report(
    *,
    start: date | None,
    end: date | None,
    audience: Audience | None,
    out: Path,
    by: Actor,
    at: datetime,
    synthetic: bool,
    as_at: datetime | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Writes the report, as a draft, from an extract frozen at `as_at`, which is now unless given.

    The wider the audience, the more is hidden. Whoever sees figures by the quarter reports on whole quarters.
    """
    if by.role not in MAY_REPORT:
        return refusal(decision.no("A report is made by an evaluator, a coordinator or a commissioner."))
    period = None
    if start is not None and end is not None:
        try:
            period = Period(start, end)
        except ValueError as error:
            return refusal(decision.no(f"{error}."))
    least = AUDIENCE[by.role]
    wanted = audience or least
    order = list(Audience)
    if order.index(wanted) < order.index(least):
        return refusal(
            decision.no(f"As {by.role.label.lower()} you may report for “{least.label}” or a wider audience.")
        )
    if by.role in BY_THE_QUARTER and period is not None and not _is_whole_quarters(period):
        return refusal(
            decision.no(
                "You see the figures by the quarter: begin on the first day of one and end on the last day of"
                " one, as from 2026-04-01 to 2026-06-30."
            )
        )
    moment = as_at or at
    if moment > at:
        return refusal(decision.no("The report is as at a moment that has not come yet."))
    extract = frozen(by=by, at=moment, synthetic=synthetic)
    known = material.gathered(by=by, at=counted_at(by=by, at=moment))
    is_by_quarter = by.role in BY_THE_QUARTER
    made = report.build(
        extract,
        period,
        wanted,
        material=known,
        rule=rule_of(wanted, is_by_quarter=is_by_quarter),
        seen=_quarters_before(extract.as_at) if is_by_quarter else (),
        standing=report.DRAFT,
        progress=progress,
    )
    files = report.write(made, out)
    ledger.exported(
        by=by,
        at=at,
        reason=f"evaluation report for {wanted.value}, extract {extract.sha256[:16]}",
        found=len(files),
    )
    return done(
        files=files,
        left_out=made.left_out,
        disclosure=made.summary.disclosure,
        as_at=made.summary.as_at,
        standing=report.DRAFT,
    )


def _is_whole_quarters(period: Period) -> bool:
    return all(day == clocks.quarter(day) for day in (period.start, period.end + timedelta(days=1)))


def download(*, name: str, by: Actor, at: datetime, synthetic: bool) -> tuple[str, bytes] | Decision | None:
    """One file of the report as it stands now, for the person's own audience: its name and content."""
    found = overview(by=by, at=at, synthetic=synthetic)
    if isinstance(found, Decision):
        return found
    if name not in report.KINDS or found.made is None:
        return None
    summary = found.made.summary
    document = None
    if by.role in planning.MAY_READ:  # what the programme records of itself is for those who read its plan
        known = material.gathered(by=by, at=counted_at(by=by, at=at))
        document = returns.document(Kind.EVALUATION, summary, known)
    ledger.exported(by=by, at=at, reason=f"evaluation {name}, extract {summary.extract_sha256[:16]}", found=1)
    return f"{report.NAME}.{name}", report.one_file(name, summary, found.made.charts, document, report.DRAFT)


def dashboard(*, by: Actor, at: datetime, synthetic: bool) -> tuple[Overview, Document | None] | Decision:
    """The steering group's page as it stands now: the same cells as everywhere, and what is recorded."""
    if by.role not in MAY_DASHBOARD:
        return decision.no("The dashboard is for those who steer the programme.", ask="the coordinator")
    found = overview(by=by, at=at, synthetic=synthetic)
    if isinstance(found, Decision):
        return found
    if found.made is None:
        return found, None
    known = material.gathered(by=by, at=counted_at(by=by, at=at))
    return found, returns.document(Kind.DASHBOARD, found.made.summary, known)


def frozen(*, by: Actor, at: datetime, synthetic: bool) -> Extract:
    """The coded rows of the programme up to `counted_at`, read as counting: no name is anywhere near."""
    at = counted_at(by=by, at=at)
    name = Setting.objects.filter(key="programme.name").values_list("value", flat=True).first()
    with identity.counting(by):
        events = list(JourneyEvent.objects.filter(at__lte=at).order_by("at", "id").values(*_EVENTS))
        answers = _answers(at)
        measured = _measured(at)
    referred = {
        str(row["detail"]["provider"]) for row in events if (row["detail"] or {}).get("provider")
    }
    referred |= {
        str(row["organisation_id"])
        for row in events
        if row["kind"] == EventKind.REFERRAL_SENT.value and row["organisation_id"]
    }
    services = {
        str(key): str(named)
        for key, named in Organisation.objects.filter(id__in=referred).values_list("id", "name")
    }
    residents, police_known = _populations()
    return Extract(
        events,
        answers,
        at,
        str(name or "The programme"),
        synthetic,
        due=programme.screening_clock(),
        services=services,
        residents=tuple(residents),
        police_known=tuple(police_known),
        instruments=tuple(
            asdict(Yardstick.of(asks)) for asks in instruments.shipped().values() if asks.has_score
        ),
        **measured,
    )


def _answers(at: datetime) -> list[dict[str, Any]]:
    """What each woman had answered by then, whatever was changed since: called within the counting part.

    What was changed later stands as it was before, and whoever had answered nothing yet is not there.
    """
    rows = {row["id"]: row for row in Demographics.objects.values("id", "changed_at", *_ANSWERS)}
    later = [key for key, row in rows.items() if row["changed_at"] > at]
    before: dict[UUID, list[Mapping[str, Any]]] = {}
    for key, old in (
        RowChange.objects.filter(
            kind=Resource.DEMOGRAPHICS.value, row_id__in=later, operation=Operation.UPDATE.value
        )
        .order_by("-id")
        .values_list("row_id", "old")
    ):
        before.setdefault(key, []).append(old or {})
    for key in later:
        row = rows[key]
        for old in before.get(key, ()):
            row |= {name: value for name, value in old.items() if name in _ANSWERS}
            if "changed_at" in old:
                row["changed_at"] = datetime.fromisoformat(str(old["changed_at"]))
            if row["changed_at"] <= at:
                break
    told = [{name: row[name] for name in _ANSWERS} for row in rows.values() if row["changed_at"] <= at]
    return sorted(told, key=lambda row: str(row["client_id"]))


def _measured(at: datetime) -> dict[str, list[dict[str, Any]]]:
    """What came of measuring, as numbers and days: called within the counting part of its caller.

    An agency's own form is not validated and is not among the scores; what was taken out does not count.
    """
    scores = InstrumentScore.objects.filter(
        owner_id__isnull=True, is_withdrawn=False, value__isnull=False, recorded_at__lte=at
    )
    ladder = NeedRating.objects.filter(
        assessment__status=assessment.Status.COMPLETE.value, assessment__completed_at__lte=at
    )
    nearness = GoalRating.objects.filter(rated_at__lte=at)
    return {
        "scores": _rows(
            scores.order_by("id").values(
                "client_id", "instrument", "edition", "measured_on", "recorded_at", "value"
            )
        ),
        "ladder": _rows(
            ladder.order_by("id").values(
                "client_id", "assessment_id", "domain", "rung", at=F("assessment__completed_at")
            )
        ),
        "nearness": _rows(
            nearness.order_by("id").values("client_id", "goal_id", "value", at=F("rated_at"))
        ),
    }


def _rows(found: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [dict(each) for each in found]


def _populations() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Whom the women are held against: residents from reference figures, and what police extracts held.

    Of each force the newest frozen denominators; those of several forces are not added up, because one woman
    may be in both: the newest of all is taken.
    """
    sets = [
        (str(row.source), row.body)
        for row in ReferenceSet.objects.filter(kind="population").order_by("-taken_in_at", "-id")
    ]
    areas = {
        str(line["area_code"]): str(line["area_name"])
        for _, body in sets
        for line in body
        if line.get("area_code") and line.get("area_name")
    }
    frozen = Denominator.objects.order_by("-as_at", "-frozen_at").first()
    known = []
    if frozen is not None:
        source = f"Police extract of {frozen.as_at:%-d %B %Y}, counts up to {frozen.threshold} hidden"
        known = beside.police_known(frozen.body, source=source, areas=areas)
    return beside.residents(sets), known


def _same_rows(extract: Extract) -> str:
    """What names the rows, whenever and by whichever process they were read.

    Figures are made once until something happens.
    """
    last = max((row["at"] for row in extract.events), default=None)
    found = hashlib.sha256()
    for row in extract.demographics:
        found.update(repr(sorted(map(str, row.items()))).encode())
    beside_them = (
        sorted(extract.services.items()),
        extract.residents,
        extract.police_known,
        *(sorted(map(repr, rows)) for rows in (extract.scores, extract.ladder, extract.nearness)),
    )
    found.update(repr(beside_them).encode())
    day = f"{extract.as_at:%Y-%m-%d}"
    return f"{len(extract.events)}|{last}|{found.hexdigest()}|{day}|{extract.programme_name}"
