"""The plan at a glance: what it consists of, how far each part is, and the ways on."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from pathways.domain.evaluation.plan import Part
from pathways.domain.evaluation.recorded import KINDS, OF_THE_PLAN
from pathways.journey import evaluate, planning, recording
from pathways.web import clock
from pathways.web.access import page
from pathways.web.request import Request

TABS = (
    ("overview", "The plan"),
    ("theory", "Theory of change"),
    ("measures", "Measures"),
    ("records", "Programme records"),
)


def tabs(current: str) -> list[dict[str, Any]]:
    """The parts of the plan, for the row of links above each of them."""
    return [
        {"label": label, "href": reverse(f"plan:{name}"), "current": name == current}
        for name, label in TABS
    ]


def changed(version: planning.Version) -> str:
    """“Version 3, 12 June 2026, by Eva Lund”, or that it is as it came."""
    if version.at is None:
        return version.what
    return f"Version {version.number}, {clock.moment(version.at)}, by {version.by}"


@page(roles=planning.MAY_READ)
def overview(request: Request) -> HttpResponse:
    by = request.actor
    theory = planning.theory_now(by=by)
    measures = planning.measures_now(by=by)
    assert theory is not None
    assert measures is not None
    used = sum(one.is_used for one in measures.measures)
    parts = [
        {
            "title": Part.THEORY.label,
            "href": reverse("plan:theory"),
            "about": "How the programme is thought to work, from what goes in to what is hoped for.",
            "state": f"{len(theory.theory.nodes)} parts, {len(theory.theory.links)} links",
            "when": changed(theory.version),
        },
        {
            "title": Part.MEASURES.label,
            "href": reverse("plan:measures"),
            "about": "What would show it, each with its definition, its figure and its target.",
            "state": f"{used} of {len(measures.measures)} in use",
            "when": changed(measures.version),
        },
    ]
    records = []
    for kind, count, newest in recording.kinds(by=by):
        one = {
            "title": kind.label,
            "href": reverse("plan:record_list", args=[kind.value]),
            "about": KINDS[kind].about,
            "state": f"{count} {'record' if count == 1 else 'records'}" if count else "None yet",
            "when": f"The newest is of {clock.day(newest)}" if newest else "",
        }
        (parts if kind in OF_THE_PLAN else records).append(one)
    return render(
        request,
        "plan/overview.html",
        {
            "title": "The plan of the evaluation",
            "tabs": tabs("overview"),
            "crumbs": [("Evaluation", reverse("evaluate:overview"))]
            if by.role in evaluate.MAY_SEE
            else [],
            "parts": parts,
            "records": records,
        },
    )
