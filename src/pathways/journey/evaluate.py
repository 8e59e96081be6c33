"""The evaluation: the journeys as codes, counted, protected and drawn. No number leaves any other way."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from pathways.analysis import charts, evaluation, report
from pathways.analysis.charts import Chart
from pathways.analysis.disclosure import Audience
from pathways.analysis.evaluation import Summary
from pathways.analysis.extract import Extract, Period
from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance.actors import Actor
from pathways.domain.terms.people import Role
from pathways.journey import identity, ledger
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import Demographics, JourneyEvent, Setting

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


_made: OrderedDict[tuple[str, Audience], Evaluation] = OrderedDict()
_making = threading.Lock()
_KEPT = 8


def overview(*, by: Actor, at: datetime, synthetic: bool) -> Evaluation | Decision:
    """The whole programme as it stands now, for the audience that this person belongs to."""
    if by.role not in MAY_SEE:
        return decision.no("The evaluation’s figures are not for your role.", ask="the coordinator")
    extract = _extract(by=by, at=at, synthetic=synthetic)
    audience = AUDIENCE[by.role]
    key = (_same_rows(extract), audience)
    with _making:
        if key not in _made:
            summary = evaluation.summarise(extract, audience)
            _made[key] = Evaluation(summary, charts.every(summary))
        _made.move_to_end(key)
        while len(_made) > _KEPT:
            _made.popitem(last=False)
        return _made[key]


def write_report(
    *,
    start: date | None,
    end: date | None,
    audience: Audience | None,
    out: Path,
    by: Actor,
    at: datetime,
    synthetic: bool,
    progress: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Writes the report from an extract frozen at `at`. The wider the audience, the more is hidden."""
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
    extract = _extract(by=by, at=at, synthetic=synthetic)
    made = report.build(extract, period, wanted, progress=progress)
    files = report.write(made, out)
    ledger.exported(
        by=by,
        at=at,
        reason=f"evaluation report for {wanted.value}, extract {extract.sha256[:16]}",
        found=len(files),
    )
    return done(files=files, left_out=made.left_out, disclosure=made.summary.disclosure)


def download(*, name: str, by: Actor, at: datetime, synthetic: bool) -> tuple[str, bytes] | Decision | None:
    """One file of the report as it stands now, for the person's own audience: its name and content."""
    found = overview(by=by, at=at, synthetic=synthetic)
    if isinstance(found, Decision):
        return found
    if name not in report.KINDS:
        return None
    named = found.summary.extract_sha256[:16]
    ledger.exported(by=by, at=at, reason=f"evaluation {name}, extract {named}", found=1)
    return f"{report.NAME}.{name}", report.one_file(name, found.summary, found.charts)


def _extract(*, by: Actor, at: datetime, synthetic: bool) -> Extract:
    """The coded rows of the whole programme, read as counting: no name is anywhere near."""
    name = Setting.objects.filter(key="programme.name").values_list("value", flat=True).first()
    with identity.counting(by):
        events = list(JourneyEvent.objects.filter(at__lte=at).order_by("at", "id").values(*_EVENTS))
        answers = list(Demographics.objects.order_by("client_id").values(*_ANSWERS))
    return Extract(events, answers, at, str(name or "The programme"), synthetic)


def _same_rows(extract: Extract) -> str:
    """What names the rows, whenever they were read: figures are made once until something happens."""
    last = max((row["at"] for row in extract.events), default=None)
    answers = hash(tuple(tuple(sorted(map(str, row.items()))) for row in extract.demographics))
    return f"{len(extract.events)}|{last}|{answers}|{extract.as_at:%Y-%m-%d}|{extract.programme_name}"
