"""Evaluation pages: every figure on them has passed disclosure control before it gets here."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render

from pathways.domain.decision import Decision
from pathways.journey import evaluate
from pathways.web import access
from pathways.web.access import page
from pathways.web.evaluate import parts
from pathways.web.request import Request


def _drawn(request: Request, tab: str, template: str, **more: Any) -> HttpResponse:
    found = evaluate.overview(by=request.actor, at=request.now, synthetic=settings.PATHWAYS_SYNTHETIC)
    if isinstance(found, Decision):
        return access.refuse(request, found)
    tabs = parts.tabs(tab, request.actor)
    said = {"title": "Evaluation", "tabs": tabs, "is_being_made": found.is_being_made, **more}
    if found.made is None:
        return render(request, "evaluate/soon.html", said)
    said |= {"summary": found.made.summary, "charts": found.made.charts}
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
    return render(request, template, said)


def _chart_of(code: str, charts: Any) -> str:
    return next((name for name in charts if name.replace("-", "_").endswith(code)), "")


@page(roles=evaluate.MAY_SEE)
def overview(request: Request) -> HttpResponse:
    return _drawn(request, "overview", "evaluate/flow.html")


@page(roles=evaluate.MAY_SEE)
def process(request: Request) -> HttpResponse:
    return _drawn(request, "process", "evaluate/process.html")


@page(roles=evaluate.MAY_SEE)
def women(request: Request) -> HttpResponse:
    return _drawn(request, "women", "evaluate/women.html")


@page(roles=evaluate.MAY_SEE)
def compared(request: Request) -> HttpResponse:
    return _drawn(request, "compared", "evaluate/compared.html")


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
    return render(request, "evaluate/dashboard.html", said)
