"""The register of releases, one release, and the forms that make it, read it and withdraw it."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from pathways.domain.decision import Decision
from pathways.journey import funder_templates, releasing
from pathways.journey.releasing import Action, Status
from pathways.web import access, clock, flow
from pathways.web.access import page
from pathways.web.evaluate import parts
from pathways.web.evaluate import release_forms as forms
from pathways.web.request import Request

COLOURS = {
    Status.WAITING: "blue",
    Status.MADE: "yellow",
    Status.FAILED: "red",
    Status.IN_REVIEW: "light-blue",
    Status.RETURNED: "orange",
    Status.RELEASED: "green",
    Status.WITHDRAWN: "grey",
}


def _period(start: date | None, end: date | None) -> str:
    return f"{clock.day(start)} to {clock.day(end)}" if start and end else "All journeys"


def _title(line: releasing.Line) -> str:
    return f"{line.number}. {line.kind.label}" + (f": {line.provider}" if line.provider else "")


@page(roles=releasing.MAY_SEE)
def listed(request: Request) -> HttpResponse:
    """Every release there is for this person, the newest first."""
    rows = [
        {
            "cells": [
                {"text": _title(line), "href": reverse("evaluate:release", args=[line.id])},
                {"tag": line.status.label, "colour": COLOURS[line.status]},
                {"text": _period(line.start, line.end)},
                {"text": line.recipient, "hint": line.audience.label},
                {"text": clock.day(line.released_at) if line.released_at else "Not yet"},
                {"text": line.mark[:12], "hint": f"Made by {line.asked_by}"},
            ]
        }
        for line in releasing.listed(by=request.actor)
    ]
    heads = ("Release", "State", "Period", "To whom", "Released", "Hash")
    return render(
        request,
        "evaluate/releases.html",
        {
            "title": "Releases",
            "tabs": parts.tabs("releases", request.actor),
            "rows": rows,
            "columns": [{"label": head} for head in heads],
            "may_make": request.actor.role in releasing.MAKERS,
            "waiting": releasing.waiting(by=request.actor) if request.actor.role in releasing.READERS else 0,
        },
    )


@page(roles=releasing.MAY_SEE)
def show(request: Request, release_id: UUID) -> HttpResponse:
    """One release: what it is, what the checks found, what its readers said, and what may be done."""
    found = releasing.page(release_id, by=request.actor)
    if found is None:
        return access.not_found(request)
    line = found.line
    is_out = line.status is Status.RELEASED
    return render(
        request,
        "evaluate/release.html",
        {
            "title": f"Release {line.number}",
            "caption": line.kind.label,
            "crumbs": [("Releases", reverse("evaluate:releases"))],
            "found": found,
            "colour": COLOURS[line.status],
            "rows": _rows(found),
            "checks": _checks(found),
            "actions": _actions(found),
            "is_out": is_out,
            "kinds": sorted({name.rpartition(".")[2] for name in found.names}),
            "templates": funder_templates.listed(by=request.actor) if is_out else (),
            "endings": funder_templates.ENDINGS,
            "is_reader": request.actor.role in releasing.READERS,
            "why_not": _why_not(found),
        },
    )


def _why_not(found: releasing.Page) -> str:
    """Why it cannot go on: not put forward, or not agreed to by somebody who may still say no to it."""
    if found.line.status is Status.MADE:
        return found.why_not.get(Action.PROPOSE, "")
    if found.line.status is Status.IN_REVIEW and Action.REFUSE in found.moves:
        is_open = Action.AGREE in found.moves or Action.RELEASE in found.moves
        return "" if is_open else found.why_not.get(Action.RELEASE, "")
    return ""


def _rows(found: releasing.Page) -> list[dict[str, Any]]:
    line = found.line
    rows: list[dict[str, Any]] = [
        {"key": "What", "value": line.kind.label},
        {"key": "Journeys that began", "value": _period(line.start, line.end)},
        {"key": "To whom", "value": line.recipient},
        {"key": "Audience", "value": line.audience.label},
        {"key": "Rounding", "value": f"To the nearest {found.rounding}" if found.rounding else "None"},
        {"key": "Asked for", "value": f"{clock.moment(line.asked_at)}, by {line.asked_by}"},
    ]
    if line.provider:
        rows.insert(1, {"key": "Provider", "value": line.provider})
    if line.as_at:
        rows += [
            {"key": "Figures as at", "value": clock.moment(line.as_at)},
            {"key": "Extract (SHA-256)", "value": found.extract_sha256},
            {"key": "Files (SHA-256)", "value": line.mark},
        ]
    if line.released_at:
        rows.append({"key": "Released", "value": clock.moment(line.released_at)})
    if found.withdrawn_at:
        who = f"{clock.moment(found.withdrawn_at)}, by {found.withdrawn_by}"
        rows.append({"key": "Withdrawn", "values": [who, found.why_withdrawn]})
    return rows


def _checks(found: releasing.Page) -> list[dict[str, Any]]:
    if not found.statement:
        return []
    beside = "Nothing was released before" if not found.beside else f"Held against {found.beside}"
    return [
        {"key": "The rule, and the attack", "value": found.statement},
        {"key": "Earlier releases", "value": beside},
        {"key": "Held back because of them", "value": str(found.held_back)},
        {"key": "Given away all the same", "value": str(found.given_away)},
        *([{"key": "Left out", "value": found.left_out}] if found.left_out else []),
    ]


def _actions(found: releasing.Page) -> list[dict[str, Any]]:
    buttons = (
        ((Action.PROPOSE,), "Put it forward", "evaluate:propose_release"),
        ((Action.AGREE, Action.RELEASE, Action.REFUSE), "Say yes or no", "evaluate:review_release"),
        ((Action.CHANGE,), "Change it and make it again", "evaluate:change_release"),
        ((Action.WITHDRAW,), "Withdraw it", "evaluate:withdraw_release"),
    )
    made = [
        {"label": label, "href": reverse(route, args=[found.line.id])}
        for needed, label, route in buttons
        if any(one in found.moves for one in needed)
    ]
    return [{**one, "secondary": place > 0} for place, one in enumerate(made)]


@page(roles=releasing.MAY_SEE)
def file(request: Request, release_id: UUID, kind: str) -> HttpResponse:
    found = releasing.file(release_id=release_id, kind=kind, by=request.actor, at=request.now)
    if isinstance(found, Decision):
        return access.refuse(request, found)
    return access.not_found(request) if found is None else parts.attached(*found)


@page(roles=releasing.MAY_SEE)
def in_template(request: Request, release_id: UUID, template_id: UUID, kind: str) -> HttpResponse:
    found = funder_templates.fill(
        release_id=release_id, template_id=template_id, ending=kind, by=request.actor, at=request.now
    )
    return access.not_found(request) if found is None else parts.attached(*found)


# --- the forms ----------------------------------------------------------------------------------------


class _Wanted(flow.Flow):
    form = forms.ReleaseForm

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {
            "providers": list(releasing.providers()),
            "organisations": list(releasing.recipients()),
        }

    def wanted(self, answers: dict[str, Any]) -> releasing.Wanted:
        return releasing.Wanted(
            kind=answers["kind"],
            audience=answers["audience"],
            start=answers.get("start"),
            end=answers.get("end"),
            recipient=answers["recipient"],
            to_organisation_id=_id(answers.get("to_organisation")),
            provider_id=_id(answers.get("provider")),
            is_rounded=bool(answers.get("is_rounded")),
            words={name: answers.get(name) or "" for name, _ in releasing.WORDS},
        )


def _id(value: str | None) -> UUID | None:
    return UUID(value) if value else None


@page(roles=releasing.MAKERS)
class Ask(_Wanted):
    title = "Make a release"
    button = "Make it"

    def back(self) -> str:
        return reverse("evaluate:releases")

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = releasing.ask(wanted=self.wanted(answers), by=self.actor, at=self.now)
        href = reverse("evaluate:release", args=[said.id]) if said else ""
        return flow.Receipt.of(said, "Release asked for", href=href, onward="See the release")


class _OfOne(flow.Flow):
    """A form about one release; `needs` are the moves of which one must be open to this person."""

    is_shared = True
    needs: tuple[Action, ...] = ()
    found: releasing.Page

    def begin(self) -> HttpResponse | None:
        found = releasing.page(self.kwargs["release_id"], by=self.actor)
        if found is None:
            return access.not_found(self.request)
        self.found = found
        if not any(one in found.moves for one in self.needs):
            return access.refuse(self.request, Decision(False, found.why_not[self.needs[0]]))
        return None

    def context(self) -> dict[str, Any]:
        return {"caption": f"Release {self.found.line.number}: {self.found.line.kind.label}"}

    def back(self) -> str:
        return reverse("evaluate:release", args=[self.kwargs["release_id"]])

    def receipt(self, said: Any, title: str) -> flow.Receipt:
        return flow.Receipt.of(said, title, href=self.back(), onward="See the release")


@page(roles=releasing.MAKERS)
class Change(_OfOne, _Wanted):
    title = "Change a release"
    button = "Make it again"
    effect = "changes"
    needs = (Action.CHANGE,)

    def initial(self, step: flow.Step) -> dict[str, Any]:
        found = self.found
        return {
            "kind": found.line.kind,
            "audience": found.line.audience,
            "is_rounded": bool(found.rounding),
            "start": found.line.start,
            "end": found.line.end,
            "recipient": found.line.recipient,
            "provider": str(found.provider_id or ""),
            "to_organisation": str(found.to_organisation_id or ""),
            **{name: found.words.get(name, "") for name, _ in releasing.WORDS},
        }

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = releasing.change(
            release_id=self.kwargs["release_id"], wanted=self.wanted(answers), by=self.actor, at=self.now
        )
        return self.receipt(said, "It is made again")


@page(roles=releasing.MAKERS)
class Propose(_OfOne):
    title = "Put a release forward"
    form = forms.ProposeForm
    button = "Put it forward"
    check = False
    effect = "decides"
    needs = (Action.PROPOSE,)

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = releasing.propose(release_id=self.kwargs["release_id"], by=self.actor, at=self.now)
        return self.receipt(said, "Put forward")


@page(roles=releasing.READERS)
class Review(_OfOne):
    title = "Say yes or no to a release"
    form = forms.ReviewForm
    button = "Save what you say"
    needs = (Action.AGREE, Action.RELEASE, Action.REFUSE)

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = releasing.review(
            release_id=self.kwargs["release_id"], **answers, by=self.actor, at=self.now
        )
        return self.receipt(said, "What you said is kept")


@page(roles=releasing.READERS)
class Withdraw(_OfOne):
    title = "Withdraw a release"
    form = forms.WithdrawForm
    button = "Withdraw it"
    effect = "decides"
    needs = (Action.WITHDRAW,)

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = releasing.withdraw(
            release_id=self.kwargs["release_id"], **answers, by=self.actor, at=self.now
        )
        return self.receipt(said, "Withdrawn")


# --- a funder's headings -----------------------------------------------------------------------------


@page(roles=releasing.MAY_SEE)
def templates(request: Request) -> HttpResponse:
    """Funders' headings, and what fills them."""
    rows = [
        {
            "cells": [
                {"text": one.funder, "href": reverse("evaluate:template", args=[one.id])},
                {"text": str(len(one.columns)), "numeric": True},
                {"text": str(one.empty), "numeric": True},
                {"text": f"Version {one.number}, {clock.day(one.made_at)}"},
            ]
        }
        for one in funder_templates.listed(by=request.actor)
    ]
    heads = (("Funder", False), ("Headings", True), ("Left empty", True), ("As it stands", False))
    return render(
        request,
        "evaluate/templates.html",
        {
            "title": "Funders’ headings",
            "crumbs": [("Releases", reverse("evaluate:releases"))],
            "rows": rows,
            "columns": [{"label": label, "numeric": numeric} for label, numeric in heads],
            "may_make": request.actor.role in releasing.MAKERS,
        },
    )


@page(roles=releasing.MAY_SEE)
def template(request: Request, template_id: UUID) -> HttpResponse:
    """One funder's headings, each with what fills it."""
    found = funder_templates.one(template_id, by=request.actor)
    if found is None:
        return access.not_found(request)
    fills = dict(funder_templates.FILLS)
    rows = [{"key": heading, "value": fills.get(code, "Left empty")} for heading, code in found.columns]
    return render(
        request,
        "evaluate/template.html",
        {
            "title": found.funder,
            "caption": "Funders’ headings",
            "crumbs": [
                ("Releases", reverse("evaluate:releases")),
                ("Funders’ headings", reverse("evaluate:templates")),
            ],
            "found": found,
            "rows": rows,
            "may_make": request.actor.role in releasing.MAKERS,
        },
    )


@page(roles=releasing.MAY_SEE)
def template_file(request: Request, template_id: UUID) -> HttpResponse:
    found = funder_templates.export(template_id, by=request.actor, at=request.now)
    return access.not_found(request) if found is None else parts.attached(*found)


@page(roles=releasing.MAKERS)
class AddTemplate(flow.Flow):
    title = "Add a funder’s headings"
    form = forms.HeadingsForm
    button = "Read the headings"
    check = False

    def back(self) -> str:
        return reverse("evaluate:templates")

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        sent = answers.get("file")
        content = sent.read() if sent else b""
        columns = funder_templates.read(content, sent.name if sent else "", answers.get("pasted") or "")
        if isinstance(columns, Decision):
            raise flow.Refused(columns)
        said = funder_templates.keep(
            funder=answers["funder"], columns=columns, by=self.actor, at=self.now
        )
        href = reverse("evaluate:map_template", args=[said.id]) if said else ""
        return flow.Receipt.of(said, "Headings read", href=href, onward="Say what fills each heading")


@page(roles=releasing.MAKERS)
class MapTemplate(flow.Flow):
    title = "What fills each heading"
    form = forms.ColumnsForm
    button = "Keep it so"
    check = False
    effect = "changes"
    is_shared = True
    found: funder_templates.Template

    def begin(self) -> HttpResponse | None:
        found = funder_templates.one(self.kwargs["template_id"], by=self.actor)
        if found is None:
            return access.not_found(self.request)
        self.found = found
        return None

    def context(self) -> dict[str, Any]:
        return {"caption": self.found.funder}

    def back(self) -> str:
        return reverse("evaluate:template", args=[self.kwargs["template_id"]])

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {"headings": [heading for heading, _ in self.found.columns]}

    def initial(self, step: flow.Step) -> dict[str, Any]:
        return {f"column_{number}": code for number, (_, code) in enumerate(self.found.columns)}

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        columns = tuple(
            (heading, answers.get(f"column_{number}") or "")
            for number, (heading, _) in enumerate(self.found.columns)
        )
        said = funder_templates.keep(
            funder=self.found.funder, columns=columns, by=self.actor, at=self.now
        )
        href = reverse("evaluate:template", args=[said.id]) if said else ""
        return flow.Receipt.of(said, "Kept", href=href, onward="See the headings")


