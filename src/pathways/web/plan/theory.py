"""The theory of change: drawn, told in words, edited by forms, compared, taken out and in."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from pathways.analysis import plan_drawing
from pathways.domain.evaluation import theory
from pathways.domain.evaluation.measures import NodeKind
from pathways.domain.evaluation.theory import Difference, Theory
from pathways.journey import planning, recording
from pathways.web import access, flow
from pathways.web.access import page
from pathways.web.plan import views
from pathways.web.plan.forms import ChangeLinkForm, LinkForm, NodeForm, ReasonForm, TheoryFile
from pathways.web.request import Request

_COLOURS = {
    theory.Differing.ADDED: "green",
    theory.Differing.CHANGED: "blue",
    theory.Differing.REMOVED: "red",
}


@page(roles=planning.MAY_READ)
def show(request: Request) -> HttpResponse:
    now = planning.theory_now(by=request.actor)
    assert now is not None
    return render(
        request,
        "plan/theory.html",
        {
            **_drawn(request, now),
            "title": "Theory of change",
            "tabs": views.tabs("theory"),
            "may_change": request.actor.role in planning.MAY_CHANGE,
            "changed": views.changed(now.version),
        },
    )


def _drawn(request: Request, now: planning.TheoryNow) -> dict[str, Any]:
    names = planning.measure_names(by=request.actor)
    learnt = recording.tied(by=request.actor)
    said = {one.code: one.words for one in now.theory.nodes}
    groups = []
    for kind in NodeKind:
        nodes = [
            {
                "node": one,
                "learnt": learnt[one.code],
                "measures": [(code, names.get(code, "no longer defined")) for code in one.measures],
                "links": [(link, said[link.end]) for link in now.theory.after(one.code)],
            }
            for one in now.theory.of_kind(kind)
        ]
        groups.append((kind, nodes))
    return {
        "svg": plan_drawing.theory(now.theory),
        "sentences": theory.in_words(now.theory),
        "groups": groups,
        "is_empty": not now.theory.nodes,
        "version": now.version,
    }


# --- forms --------------------------------------------------------------------------------------------


class _Theory(flow.Flow):
    """A form that changes the theory of change as it stands."""

    effect = "changes"
    is_shared = True
    now_there: Theory

    def begin(self) -> HttpResponse | None:
        found = planning.theory_now(by=self.actor)
        assert found is not None
        self.now_there = found.theory
        return None

    def back(self) -> str:
        return reverse("plan:theory")

    def receipt(self, said: Any, title: str) -> flow.Receipt:
        return flow.Receipt.of(said, title, href=self.back(), onward="See the theory of change")

    def known(self) -> list[tuple[str, str]]:
        return [(code, f"{code} {name}") for code, name in planning.measure_names(by=self.actor).items()]


@page(roles=planning.MAY_CHANGE)
class AddNode(_Theory):
    effect = "adds"
    title = "Add a part"
    form = NodeForm
    button = "Add this part"

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {"known": self.known(), "needs_reason": False}

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        return self.receipt(planning.add_node(**answers, by=self.actor, at=self.now), "Part added")


class _Node(_Theory):
    def begin(self) -> HttpResponse | None:
        super().begin()
        found = self.now_there.node(self.kwargs["code"])
        if found is None:
            return access.not_found(self.request)
        self.node = found
        return None

    def context(self) -> dict[str, Any]:
        return {"caption": f"{self.node.code} {self.node.words}"}

    def edition_key(self) -> str:
        return f"{super().edition_key()}:{self.kwargs['code']}"


@page(roles=planning.MAY_CHANGE)
class ChangeNode(_Node):
    title = "Change a part"
    form = NodeForm
    button = "Save the change"

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {"known": self.known(), "needs_reason": True}

    def initial(self, step: flow.Step) -> dict[str, Any]:
        return {"kind": self.node.kind, "words": self.node.words, "shown_by": list(self.node.measures)}

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = planning.change_node(code=self.node.code, **answers, by=self.actor, at=self.now)
        return self.receipt(said, "Part changed")


@page(roles=planning.MAY_CHANGE)
class RemoveNode(_Node):
    effect = "decides"
    title = "Remove a part"
    form = ReasonForm
    button = "Remove this part"

    def extra_rows(self, answers: dict[str, Any]) -> list[Any]:
        gone = [*self.now_there.before(self.node.code), *self.now_there.after(self.node.code)]
        links = tuple(f"{one.start} to {one.end}" for one in gone)
        return [flow.Answer("Links that go with it", links or ("None",))]

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = planning.remove_node(code=self.node.code, **answers, by=self.actor, at=self.now)
        return self.receipt(said, "Part removed")


@page(roles=planning.MAY_CHANGE)
class AddLink(_Theory):
    effect = "adds"
    title = "Link two parts"
    form = LinkForm
    button = "Add this link"

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {"now": self.now_there}

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        return self.receipt(planning.link(**answers, by=self.actor, at=self.now), "Link added")


class _Link(_Theory):
    def begin(self) -> HttpResponse | None:
        super().begin()
        found = self.now_there.link(self.kwargs["start"], self.kwargs["end"])
        if found is None:
            return access.not_found(self.request)
        self.link = found
        return None

    def context(self) -> dict[str, Any]:
        said = {one.code: one.words for one in self.now_there.nodes}
        return {"caption": f"{said[self.link.start]} → {said[self.link.end]}"}

    def edition_key(self) -> str:
        return f"{super().edition_key()}:{self.kwargs['start']}:{self.kwargs['end']}"


@page(roles=planning.MAY_CHANGE)
class ChangeLink(_Link):
    title = "Change a link"
    form = ChangeLinkForm
    button = "Save the change"

    def initial(self, step: flow.Step) -> dict[str, Any]:
        return {"support": self.link.support, "evidence": self.link.evidence}

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = planning.link(
            start=self.link.start, end=self.link.end, **answers, by=self.actor, at=self.now
        )
        return self.receipt(said, "Link changed")


@page(roles=planning.MAY_CHANGE)
class RemoveLink(_Link):
    effect = "decides"
    title = "Remove a link"
    form = ReasonForm
    button = "Remove this link"

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = planning.unlink(
            start=self.link.start, end=self.link.end, **answers, by=self.actor, at=self.now
        )
        return self.receipt(said, "Link removed")


@page(roles=planning.MAY_CHANGE)
class TakeIn(_Theory):
    effect = "adds"
    title = "Take in a theory of change"
    form = TheoryFile
    check = False
    button = "Take in this file"

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = planning.take_in_theory(
            content=answers["file"].read(), because=answers["because"], by=self.actor, at=self.now
        )
        return self.receipt(said, "Theory of change taken in")


@page(roles=planning.MAY_CHANGE)
class BringBack(_Theory):
    effect = "decides"
    title = "Bring an earlier version back"
    form = ReasonForm
    button = "Bring this version back"

    def begin(self) -> HttpResponse | None:
        if planning.theory_now(by=self.actor, number=self.kwargs["number"]) is None:
            return access.not_found(self.request)
        return super().begin()

    def context(self) -> dict[str, Any]:
        return {"caption": f"Version {self.kwargs['number']}"}

    def edition_key(self) -> str:
        return f"{super().edition_key()}:{self.kwargs['number']}"

    def back(self) -> str:
        return reverse("plan:theory_versions")

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = planning.bring_back(number=self.kwargs["number"], **answers, by=self.actor, at=self.now)
        return self.receipt(said, "Version brought back")


# --- versions -----------------------------------------------------------------------------------------


@page(roles=planning.MAY_READ)
def versions(request: Request) -> HttpResponse:
    found = planning.versions(planning.Part.THEORY, by=request.actor)
    return render(
        request,
        "plan/versions.html",
        {
            "title": "Versions of the theory of change",
            "crumbs": [("Theory of change", reverse("plan:theory"))],
            "versions": found,
            "compare": reverse("plan:theory_compare"),
            "shows_one": "plan:theory_version",
        },
    )


@page(roles=planning.MAY_READ)
def version(request: Request, number: int) -> HttpResponse:
    found = planning.theory_now(by=request.actor, number=number)
    if found is None:
        return access.not_found(request)
    newest = planning.theory_now(by=request.actor)
    may_change = request.actor.role in planning.MAY_CHANGE
    return render(
        request,
        "plan/theory_version.html",
        {
            **_drawn(request, found),
            "title": f"Theory of change, version {number}",
            "crumbs": [
                ("Theory of change", reverse("plan:theory")),
                ("Versions", reverse("plan:theory_versions")),
            ],
            "changed": views.changed(found.version),
            "may_bring_back": may_change and newest is not None and newest.theory != found.theory,
        },
    )


@page(roles=planning.MAY_READ)
def compare(request: Request) -> HttpResponse:
    return compared(
        request,
        planning.compared,
        title="Two versions of the theory of change",
        crumbs=[("Theory of change", reverse("plan:theory")), ("Versions", reverse("plan:theory_versions"))],
    )


def compared(request: Request, ask: Any, *, title: str, crumbs: list[tuple[str, str]]) -> HttpResponse:
    """The page of what is not the same in two versions, which stand in the address."""
    numbers = [request.GET.get(name, "") for name in ("earlier", "later")]
    if not all(one.isascii() and one.isdigit() and len(one) < 9 for one in numbers):
        return redirect(crumbs[-1][1])  # two have to be chosen first
    earlier, later = sorted(map(int, numbers))
    found = ask(earlier=earlier, later=later, by=request.actor)
    if found is None:
        return access.not_found(request)
    first, second, differences = found
    return render(
        request,
        "plan/compare.html",
        {
            "title": title,
            "crumbs": crumbs,
            "first": first,
            "second": second,
            "columns": [{"label": one} for one in ("What", "", "Before", "After")],
            "rows": [{"cells": _cells(one)} for one in differences],
        },
    )


def _cells(one: Difference) -> list[dict[str, Any]]:
    return [
        {"text": one.what},
        {"tag": one.how.label, "colour": _COLOURS[one.how]},
        {"text": one.before or "–"},
        {"text": one.after or "–"},
    ]


# --- as a file ----------------------------------------------------------------------------------------


@page(roles=planning.MAY_READ)
def download(request: Request, kind: str) -> HttpResponse:
    now = planning.theory_now(by=request.actor)
    assert now is not None
    if kind == "json":
        body = json.dumps(theory.as_json(now.theory), ensure_ascii=False, indent=2) + "\n"
        response = HttpResponse(body, content_type="application/json")
    elif kind == "svg":
        response = HttpResponse(plan_drawing.theory(now.theory), content_type="image/svg+xml; charset=utf-8")
    else:
        return access.not_found(request)
    planning.exported(
        what=f"theory of change, version {now.version.number}, {kind}", by=request.actor, at=request.now
    )
    response["Content-Disposition"] = f'attachment; filename="theory-of-change.{kind}"'
    return response
