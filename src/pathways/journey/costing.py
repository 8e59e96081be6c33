"""What the programme cost, what may have been avoided: findings kept, prices put to them, one reckoning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from pathways.analysis import costs
from pathways.analysis.charts import Chart, Table
from pathways.analysis.compared import Compared
from pathways.analysis.costs import Costs
from pathways.analysis.disclosure import Audience
from pathways.analysis.impact import proportions
from pathways.analysis.impact.answers import UnanswerableError
from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.evaluation import plan, prices, value
from pathways.domain.evaluation.plan import Part
from pathways.domain.evaluation.value import Finding, FindingFrom, Priced, Span, Valuation
from pathways.domain.governance.actors import Actor
from pathways.domain.terms import clocks
from pathways.journey import evaluate, ledger, material, plan_versions, pricing
from pathways.journey.outcome import Outcome, done, refusal
from pathways.journey.plan_versions import Version

MAY_SEE = evaluate.MAY_DASHBOARD
MAY_CHANGE = plan.WRITES
ENDINGS = ("xlsx", "ods")
FOR = value.FOR


@dataclass(frozen=True)
class Page:
    """Everything that the page of costs shows; `as_at` is None while journeys are still being counted."""

    made: Costs
    findings: tuple[Finding, ...]
    valuation: Version
    tables: tuple[tuple[str, str, Table], ...]
    charts: dict[str, Chart]
    as_at: datetime | None
    is_being_made: bool
    disclosure: str


# --- reads -------------------------------------------------------------------------------------------------


def versions(*, by: Actor) -> tuple[Version, ...]:
    return plan_versions.versions(Part.AVOIDED, by=by)


def page(*, by: Actor, at: datetime, synthetic: bool) -> Page | Decision:
    """The whole page of costs, for the audience that this person belongs to."""
    if by.role not in MAY_SEE:
        return decision.no("The costs are for those who steer the programme.", ask="the coordinator")
    overview = evaluate.overview(by=by, at=at, synthetic=synthetic)
    if isinstance(overview, Decision):
        return overview
    kept = pricing.valuation_now(by=by)
    assert kept is not None
    summary = overview.made.summary if overview.made else None
    rule = evaluate.AUDIENCE[by.role].rule
    as_at = clocks.local(evaluate.counted_at(by=by, at=at))
    made = costs.count(
        material.codes(by),
        costs.reached(summary) if summary else {},
        pricing.given(by=by),
        rule=rule,
        today=as_at.date(),
    )
    mark = " SYNTHETIC: no real person." if synthetic else ""
    source = f"Records of the programme as at {as_at:%-d %B %Y}. {made.version}.{mark}"
    drawn = {"per_woman": costs.per_woman_chart(made, source), "avoided": costs.avoided_chart(made, source)}
    return Page(
        made,
        tuple(one for one in kept[0].findings if one.threshold >= rule.threshold),
        kept[1],
        costs.parts(made),
        {name: chart for name, chart in drawn.items() if chart is not None},
        summary.as_at if summary else None,
        overview.is_being_made,
        rule.words,
    )


def written(*, ending: str, by: Actor, at: datetime, synthetic: bool) -> bytes | Decision | None:
    """The figures of the page as a workbook; None for a kind of file that it is not written as."""
    if ending not in ENDINGS:
        return None
    found = page(by=by, at=at, synthetic=synthetic)
    if isinstance(found, Decision):
        return found
    ledger.exported(by=by, at=at, reason=f"costs, {ending}, {found.made.version}", found=1)
    return costs.workbook(found.made, ending)


# --- verbs -------------------------------------------------------------------------------------------------


def keep_finding(
    *, told: Sequence[tuple[Audience, Compared]], by: Actor, at: datetime
) -> Outcome:
    """Keeps a finding of the comparison page. `told` is the same comparison under the rule of each audience.

    Nothing of the file is kept: the difference, its interval and the women matched, as they were shown.
    """
    if not (answer := plan.may_change(by.role)):
        return refusal(answer)
    may = [(audience, one) for audience, one in told if one.is_finding and one.fewer is not None]
    fewer = may[0][1].fewer if may else None
    if fewer is None:
        return refusal(decision.no("There is no finding to keep: only a finding of a yes-or-no outcome, with "
                                   "every count behind it shown, can have a price."))  # fmt: skip
    one = may[0][1]
    treated, comparison = (
        None if any(each.matched[place] is None for _, each in may) else one.matched[place]
        for place in (0, 1)
    )
    finding = Finding(
        "F0", one.asked.outcome, FindingFrom.GROUP, one.asked.source, clocks.local(at).date(), treated,
        comparison, one.is_enough, fewer, one.evidence, one.caution,
        max(audience.rule.threshold for audience, _ in may), one.asked.kind,
    )  # fmt: skip
    with transaction.atomic():
        code = _keep_one(finding, by, at)
    return done(reference=code)


def enter_published(
    *,
    outcome: str,
    source: str,
    treated_events: int,
    treated: int,
    comparison_events: int,
    comparison: int,
    by: Actor,
    at: datetime,
) -> Outcome:
    """Keeps a comparison that others published, such as a Justice Data Lab result, from its four counts."""
    if not (answer := plan.may_change(by.role)):
        return refusal(answer)
    try:
        found = proportions.compare(treated_events, treated, comparison_events, comparison)
    except UnanswerableError as error:
        said = str(error)
        return refusal(decision.no(f"{said[:1].upper()}{said[1:]}."))
    counts = (treated_events, treated - treated_events, comparison_events, comparison - comparison_events)
    shown = [one.rule.threshold for one in Audience if not any(map(one.rule.is_small, counts))]
    if not shown:
        return refusal(decision.no(
            "One of these counts is too small to be shown to anybody here, so no cost may rest on it."
        ))  # fmt: skip
    difference = found["difference"]
    finding = Finding(
        "F0", " ".join(outcome.split()), FindingFrom.PUBLISHED, source.strip(), clocks.local(at).date(),
        treated, comparison, value.is_enough(treated, comparison),
        (-difference["high"], -difference["estimate"], -difference["low"]),
        "As strong as the publication says; the numbers alone are groups side by side",
        "Entered from a publication: how alike the groups were is said there and not here.", max(shown),
    )  # fmt: skip
    with transaction.atomic():
        code = _keep_one(finding, by, at)
    return done(reference=code)


def forget_finding(*, code: str, because: str, by: Actor, at: datetime) -> Outcome:
    """Takes a finding out, and every price that was put to it; earlier versions still hold them."""
    if not (answer := plan.may_change(by.role)):
        return refusal(answer)
    with transaction.atomic():
        before = _valuation(by)
        found = before.finding(code)
        if found is None:
            return refusal(_GONE)
        _keep(before.without_finding(code), f"{code} taken out: {found.outcome}", because, by, at)
    return done(reference=code)


def put_price(
    *,
    finding: str,
    price: str,
    units: float,
    deadweight: Span,
    attribution: Span,
    because: str,
    by: Actor,
    at: datetime,
) -> Outcome:
    """Puts a price to a finding. Shares lie from 0 to 1."""
    if not (answer := plan.may_change(by.role)):
        return refusal(answer)
    with transaction.atomic():
        before = _valuation(by)
        table = pricing.now(by=by)
        line = table.table.line(price) if table else None
        if table is None or line is None:
            return refusal(decision.no("That price is no longer in the table. Choose another."))
        moved = prices.moved(table.table, line)
        if isinstance(moved, Decision):
            return refusal(moved)
        one = Priced(before.next_code("A"), finding, price, units, deadweight, attribution)
        if not (answer := value.may_price(before, one)):
            return refusal(answer)
        made = replace(before, priced=(*before.priced, one))
        _keep(made, f"{one.code}: {line.name} put to {finding}", because, by, at)
    return done(reference=one.code)


def take_price_off(*, code: str, because: str, by: Actor, at: datetime) -> Outcome:
    """Takes a price off a finding."""
    if not (answer := plan.may_change(by.role)):
        return refusal(answer)
    with transaction.atomic():
        before = _valuation(by)
        if before.one(code) is None:
            return refusal(_GONE)
        _keep(before.without_priced(code), f"{code} taken off", because, by, at)
    return done(reference=code)


_GONE = decision.no("That is no longer there. Somebody has taken it out meanwhile.")


def _valuation(by: Actor) -> Valuation:
    plan_versions.alone(Part.AVOIDED)
    found = pricing.valuation_now(by=by)
    assert found is not None
    return found[0]


def _keep_one(finding: Finding, by: Actor, at: datetime) -> str:
    before = _valuation(by)
    kept = replace(finding, code=before.next_code("F"))
    made = replace(before, findings=(*before.findings, kept))
    _keep(made, f"{kept.code} kept: {kept.outcome}", "", by, at)
    return kept.code


def _keep(made: Valuation, what: str, because: str, by: Actor, at: datetime) -> None:
    plan_versions.keep(Part.AVOIDED, value.as_json(made), what, because, by, at)
