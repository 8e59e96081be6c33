"""The measures: each with its definition, its figure, where it began, where it is to go, and its versions."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from pathways.analysis import plan_drawing
from pathways.analysis.measured import Value
from pathways.domain.evaluation import measures
from pathways.domain.evaluation.measures import InUse, Measure
from pathways.domain.evaluation.plan import Part
from pathways.journey import figures as figured
from pathways.journey import planning, recording
from pathways.web import access, flow, lists
from pathways.web.access import page
from pathways.web.lists import Column
from pathways.web.plan import theory, views
from pathways.web.plan.forms import AddMeasure, ChangeMeasure, MeasureFilters
from pathways.web.request import Request

NOT_COLLECTED = "Not collected"


def _figures(request: Request) -> figured.Figures:
    found = figured.figures(by=request.actor, at=request.now, synthetic=settings.PATHWAYS_SYNTHETIC)
    assert found is not None
    return found


def _shown(one: InUse, found: figured.Figures) -> str:
    """A measure's figure in words; the same for one that is being counted and one that nobody collects."""
    value = found.values.get(one.measure.code)
    if value is not None:
        return value.shown
    if one.measure.source is measures.FoundIn.JOURNEY and not found.journeys_are_made:
        return "Being counted"
    return NOT_COLLECTED


def _picture(one: Measure, value: Value | None) -> str:
    if value is None or len(value.quarters) < 2:
        return ""
    is_share = one.unit is measures.Unit.PER_CENT
    target = one.target if is_share or one.unit in (measures.Unit.PEOPLE, measures.Unit.NUMBER) else None
    return plan_drawing.quarters(
        value.quarters, title=f"{one.name} by quarter", unit=one.unit.label, target=target
    )


@page(roles=planning.MAY_READ)
def listed(request: Request) -> HttpResponse:
    now = planning.measures_now(by=request.actor)
    assert now is not None
    found = _figures(request)
    tab = "unused" if request.GET.get("tab") == "unused" else "used"
    listing = lists.Listing(request, filters=MeasureFilters, tabs=("used", "unused"), per_page=60)
    rows = []
    for one in now.measures:
        if one.is_used == (tab == "used") and _fits(one, found, listing.chosen):
            value = found.values.get(one.measure.code)
            rows.append(
                {
                    "one": one.measure,
                    "is_own": one.is_own,
                    "value": value,
                    "shown": _shown(one, found),
                    "baseline": measures.in_words(one.measure.baseline, one.measure.unit),
                    "target": measures.in_words(one.measure.target, one.measure.unit),
                    "svg": _picture(one.measure, value),
                }
            )
    listing.count(len(rows))
    used = sum(one.is_used for one in now.measures)
    return render(
        request,
        "plan/measures.html",
        {
            "title": "Measures",
            "tabs": views.tabs("measures"),
            "which": [
                {"label": label, "href": f"?tab={name}", "current": tab == name, "count": count}
                for name, label, count in (
                    ("used", "In use", used),
                    ("unused", "Not in use", len(now.measures) - used),
                )
            ],
            "listing": listing,
            "columns": listing.columns(
                *map(Column, ("Measure", "Figure", "Baseline", "Target", "By quarter"))
            ),
            "rows": rows,
            "changed": views.changed(now.version),
            "figures": found,
            "may_change": request.actor.role in planning.MAY_CHANGE,
        },
    )


def _fits(one: InUse, found: figured.Figures, chosen: dict[str, Any]) -> bool:
    measure = one.measure
    words = str(chosen.get("words", "")).casefold().split()
    text = f"{measure.code} {measure.name} {measure.definition}".casefold()
    if not all(word in text for word in words):
        return False
    if chosen.get("aspect", measure.aspect) != measure.aspect:
        return False
    if chosen.get("source", measure.source) != measure.source:
        return False
    only = chosen.get("only", [])
    has = measure.code in found.values
    return not only or ("figure" in only and has) or ("none" in only and not has)


@page(roles=planning.MAY_READ)
def one(request: Request, code: str) -> HttpResponse:
    now = planning.measures_now(by=request.actor)
    assert now is not None
    found = now.one(code)
    if found is None:
        return access.not_found(request)
    figures = _figures(request)
    measure, value = found.measure, figures.values.get(code)
    drawn = planning.theory_now(by=request.actor)
    assert drawn is not None
    shows = [node for node in drawn.theory.nodes if code in node.measures]
    return render(
        request,
        "plan/measure.html",
        {
            "title": measure.name,
            "caption": f"Measure {code}",
            "crumbs": [("Measures", reverse("plan:measures"))],
            "measure": measure,
            "is_used": found.is_used,
            "value": value,
            "shown": _shown(found, figures),
            "svg": _picture(measure, value),
            "rows": _about(found),
            "nodes": shows,
            "learnt": recording.tied(by=request.actor)[code],
            "quarter_columns": [
                {"label": "Quarter"},
                {"label": measure.unit.label.capitalize(), "numeric": True},
            ],
            "quarter_rows": [
                {"cells": [{"text": label}, {"text": "c" if n is None else f"{n:g}", "numeric": True}]}
                for label, n in (value.quarters if value else ())
            ],
            "may_change": request.actor.role in planning.MAY_CHANGE,
        },
    )


def _about(found: InUse) -> list[dict[str, Any]]:
    one = found.measure
    return [
        {"key": "Definition", "value": one.definition},
        {"key": "Numerator", "value": one.numerator},
        {"key": "Denominator", "value": one.denominator},
        {"key": "Left out", "value": one.exclusions, "none": "Nobody"},
        {"key": "Counted in", "value": one.unit.label},
        {"key": "Source", "value": one.source.label},
        {"key": "Answers for it", "value": one.owner},
        {"key": "Looked at", "value": one.frequency.label},
        {"key": "Baseline", "value": measures.in_words(one.baseline, one.unit), "none": "Not set"},
        {"key": "Target", "value": measures.in_words(one.target, one.unit), "none": "Not set"},
        {"key": "Can show at best", "value": one.evidence.label},
        {"key": "Disclosure", "value": one.disclosure.label},
        {"key": "About", "value": f"{one.aspect.label}; {one.node.label.lower()}"},
        {"key": "In use", "value": "Yes" if found.is_used else "No"},
    ]


@page(roles=planning.MAY_CHANGE)
class Change(flow.Flow):
    effect = "changes"
    is_shared = True
    title = "Change a measure"
    form = ChangeMeasure
    button = "Save the change"

    def begin(self) -> HttpResponse | None:
        now = planning.measures_now(by=self.actor)
        found = now.one(self.kwargs["code"]) if now else None
        if found is None:
            return access.not_found(self.request)
        self.found = found
        return None

    def context(self) -> dict[str, Any]:
        return {"caption": f"{self.found.measure.code} {self.found.measure.name}"}

    def edition_key(self) -> str:
        return f"{super().edition_key()}:{self.kwargs['code']}"

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {"unit": self.found.measure.unit}

    def initial(self, step: flow.Step) -> dict[str, Any]:
        one = self.found.measure
        return {
            "is_used": self.found.is_used,
            "owner": one.owner,
            "frequency": one.frequency,
            "baseline": one.baseline,
            "target": one.target,
        }

    def back(self) -> str:
        return reverse("plan:measure", args=[self.kwargs["code"]])

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = planning.choose_measure(
            code=self.found.measure.code, **answers, by=self.actor, at=self.now
        )
        return flow.Receipt.of(said, "Measure changed", href=self.back(), onward="See the measure")


@page(roles=planning.MAY_CHANGE)
class Add(flow.Flow):
    title = "Add a measure"
    form = AddMeasure
    button = "Add this measure"

    def back(self) -> str:
        return reverse("plan:measures")

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = planning.add_measure(measure=Measure(code="S0", **answers), by=self.actor, at=self.now)
        href = reverse("plan:measure", args=[said.reference]) if said else ""
        return flow.Receipt.of(said, "Measure added", href=href, onward="See the measure")


@page(roles=planning.MAY_READ)
def versions(request: Request) -> HttpResponse:
    return render(
        request,
        "plan/versions.html",
        {
            "title": "Versions of the measures",
            "crumbs": [("Measures", reverse("plan:measures"))],
            "versions": planning.versions(Part.MEASURES, by=request.actor),
            "compare": reverse("plan:measures_compare"),
        },
    )


@page(roles=planning.MAY_READ)
def compare(request: Request) -> HttpResponse:
    return theory.compared(
        request,
        planning.measures_compared,
        title="Two versions of the measures",
        crumbs=[("Measures", reverse("plan:measures")), ("Versions", reverse("plan:measures_versions"))],
    )


@page(roles=planning.MAY_READ)
def download(request: Request, kind: str) -> HttpResponse:
    """Every measure with its figure as it stands, for the person's own audience."""
    if kind not in ("json", "csv"):
        return access.not_found(request)
    now = planning.measures_now(by=request.actor)
    assert now is not None
    found = _figures(request)
    lines = []
    for each in now.measures:
        value = found.values.get(each.measure.code)
        lines.append(
            {
                **measures.measure_as_json(each.measure),
                "is_used": each.is_used,
                "figure": _shown(each, found),
                "over": value.over if value else "",
            }
        )
    if kind == "json":
        body = json.dumps(lines, ensure_ascii=False, indent=2) + "\n"
        response = HttpResponse(body, content_type="application/json")
    else:
        response = HttpResponse(_csv(lines), content_type="text/csv; charset=utf-8")
    planning.exported(what=f"measures, {kind}", by=request.actor, at=request.now)
    response["Content-Disposition"] = f'attachment; filename="measures.{kind}"'
    return response


def _csv(lines: list[dict[str, Any]]) -> str:
    """No cell begins as a formula does."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(lines[0])
    for line in lines:
        said = ["" if value is None else str(value) for value in line.values()]
        writer.writerow([f"'{text}" if text[:1] in "=+-@\t\r" and text else text for text in said])
    return "\ufeff" + out.getvalue()
