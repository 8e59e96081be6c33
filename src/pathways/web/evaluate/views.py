"""Evaluation pages: every figure on them has passed disclosure control before it gets here."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from pathways.domain.decision import Decision
from pathways.domain.evaluation.recorded import KINDS, RecordKind
from pathways.journey import bringing, evaluate, interviewing, recording
from pathways.web import access, clock
from pathways.web.access import page
from pathways.web.evaluate import parts
from pathways.web.request import Request

#: so many entries of the learning log stand on the page of the process
_NEWEST = 5


def _drawn(request: Request, tab: str, template: str, **more: Any) -> HttpResponse:
    found = evaluate.overview(by=request.actor, at=request.now, synthetic=settings.PATHWAYS_SYNTHETIC)
    if isinstance(found, Decision):
        return access.refuse(request, found)
    tabs = parts.tabs(tab, request.actor)
    said = {"title": "Evaluation", "tabs": tabs, "is_being_made": found.is_being_made, **more}
    if found.made is None:
        return render(request, "evaluate/soon.html", said)
    said |= {"summary": found.made.summary, "charts": found.made.charts}
    said["is_by_the_quarter"] = request.actor.role in evaluate.BY_THE_QUARTER
    if tab == "women":
        said["characteristics"] = [
            (table, found.made.charts[name])
            for table in found.made.summary.demographics
            if (name := _chart_of(table.code, found.made.charts))
        ]
    if tab == "compared":
        said["represented"] = [
            (each, found.made.charts.get(each.chart)) for each in found.made.summary.represented
        ]
        said["test_rule"] = evaluate.TEST_RULE
    if tab == "impact":
        said |= _changed(found.made)
    return render(request, template, said)


def _chart_of(code: str, charts: Any) -> str:
    return next((name for name in charts if name.replace("-", "_").endswith(code)), "")


def _changed(made: evaluate.Evaluation) -> dict[str, Any]:
    changes = made.summary.changes
    return {
        "changes": changes,
        "places": evaluate.LADDER_HEADS,
        "instruments": [
            (one, made.charts.get(evaluate.chart_of_change(one))) for one in changes.instruments
        ],
        "before_and_after": made.charts.get("before-and-after"),
        "ladder": made.charts["ladder"],
        "goals": made.charts["goals"],
    }


@page(roles=evaluate.MAY_SEE)
def overview(request: Request) -> HttpResponse:
    return _drawn(request, "overview", "evaluate/flow.html")


@page(roles=evaluate.MAY_SEE)
def process(request: Request) -> HttpResponse:
    quoted = interviewing.released(by=request.actor, at=request.now)
    return _drawn(request, "process", "evaluate/process.html", learnt=_learnt(request), quoted=quoted)


def _learnt(request: Request) -> dict[str, Any] | None:
    """The newest of the learning log with what was changed and followed, for whoever reads the log."""
    kind = RecordKind.LEARNING
    found = recording.listed(kind, by=request.actor, at=request.now)
    if found is None:
        return None
    states = dict(KINDS[kind].question("state").options)
    rows = []
    for one in found.records[:_NEWEST]:
        said = one.answers
        change, followed = said.get("change", ""), said.get("followed", "")
        cells = [
            {"text": recording.shortened(said.get("finding", ""), 160),
             "href": reverse("plan:record", args=[one.id]), "hint": f"{clock.day(one.on)}, by {one.by}"},
            {"text": recording.shortened(change, 160),
             "hint": _since(said.get("changed_on"), said.get("lead"))},
            {"text": recording.shortened(followed, 160), "hint": _since(said.get("followed_on"), "")},
            {"text": states.get(said.get("state"), "")},
        ]  # fmt: skip
        rows.append({"cells": cells})
    columns = [{"label": each} for each in ("What was found", "What was changed", "What followed", "How far")]
    return {
        "rows": rows,
        "columns": columns,
        "more": len(found.records) - len(rows),
        "may_enter": request.actor.role in KINDS[kind].writes,
    }


def _since(day: str | None, lead: str | None) -> str:
    """“From 3 May 2026, seen through by the coordinator”, as far as it is known."""
    said = [f"From {clock.day(date.fromisoformat(day))}"] if day else []
    return ", ".join([*said, *([f"seen through by {lead}"] if lead else [])])


@page(roles=evaluate.MAY_SEE)
def women(request: Request) -> HttpResponse:
    return _drawn(request, "women", "evaluate/women.html")


@page(roles=evaluate.MAY_SEE)
def compared(request: Request) -> HttpResponse:
    return _drawn(request, "compared", "evaluate/compared.html")


@page(roles=evaluate.MAY_SEE)
def impact(request: Request) -> HttpResponse:
    return _drawn(
        request, "impact", "evaluate/impact.html", may_bring=request.actor.role in bringing.MAY_BRING
    )


@page(roles=evaluate.MAY_SEE)
def definitions(request: Request) -> HttpResponse:
    return _drawn(request, "definitions", "evaluate/definitions.html")


@page(roles=evaluate.MAY_SEE)
def download(request: Request, kind: str) -> HttpResponse:
    found = evaluate.download(
        name=kind,
        by=request.actor,
        at=request.now,
        synthetic=settings.PATHWAYS_SYNTHETIC,
    )
    if isinstance(found, Decision):
        return access.refuse(request, found)
    if found is None:
        return access.not_found(request)
    return parts.attached(*found)


@page(roles=evaluate.MAY_DASHBOARD)
def dashboard(request: Request) -> HttpResponse:
    """The steering group's page: always as things stand, through the same gate."""
    found = evaluate.dashboard(by=request.actor, at=request.now, synthetic=settings.PATHWAYS_SYNTHETIC)
    if isinstance(found, Decision):
        return access.refuse(request, found)
    overview, document = found
    said = {
        "title": "Dashboard",
        "tabs": parts.tabs("dashboard", request.actor),
        "is_being_made": overview.is_being_made,
    }
    if overview.made is None or document is None:
        return render(request, "evaluate/soon.html", said)
    said |= {"summary": overview.made.summary, "document": document}
    said["is_by_the_quarter"] = request.actor.role in evaluate.BY_THE_QUARTER
    return render(request, "evaluate/dashboard.html", said)
