"""These may be one woman: side by side, joined with a reason, kept apart, or parted again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from pathways.domain.terms.people import Role
from pathways.journey import her, joining
from pathways.web import about_her, access, flow
from pathways.web.access import page
from pathways.web.joining import forms
from pathways.web.request import Request


@page(roles={Role.COORDINATOR})
def alike(request: Request, client_id: UUID) -> HttpResponse:
    """Records that look like hers, and those that were joined to it."""
    banner = her.banner(client_id=client_id, by=request.actor, at=request.now)
    if banner is None:
        return access.not_found(request)
    context = {
        "title": "May be one woman",
        "person": about_her.person(banner),
        "client_id": client_id,
        "found": joining.alike(client_id=client_id, by=request.actor, at=request.now),
        "joined": joining.joined(client_id=client_id, by=request.actor, at=request.now),
        "back": reverse("herpage:story", args=[client_id]),
    }
    return render(request, "joining/alike.html", context)


class _OfTwo(flow.Flow):
    effect = "decides"
    thing = "joining"
    check = False
    pair: joining.Pair

    def begin(self) -> HttpResponse | None:
        found = joining.pair(**self.kwargs, by=self.actor, at=self.now)
        if found is None:
            return access.not_found(self.request)
        self.pair = found
        return None

    def context(self) -> dict[str, Any]:
        rows = []
        theirs = dict(self.pair.other.lines)
        for key, value in self.pair.kept.lines:
            rows.append((key, value, theirs.get(key, ""), key in self.pair.differing))
        return {"pair": self.pair, "rows": rows}

    def back(self) -> str:
        return reverse("joining:alike", args=[self.kwargs["client_id"]])


@page(roles={Role.COORDINATOR})
class Join(_OfTwo):
    title = "Join two records"
    form = forms.JoinForm
    button = "Join them"
    template = "joining/join.html"

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        kept, other = dict(self.pair.kept.lines), dict(self.pair.other.lines)
        return {
            "differing": [
                (name, label, kept.get(label, ""), other.get(label, ""))
                for name, label in forms.PAPER
                if label in self.pair.differing
            ]
        }

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = joining.join(
            **self.kwargs,
            from_other=[
                name.removeprefix("stands_")
                for name, value in answers.items()
                if name.startswith("stands_") and value == "other"
            ],
            why=answers["why"],
            by=self.actor,
            at=self.now,
        )
        goes_on = said.data.get("client_id") or self.kwargs["client_id"]
        return flow.Receipt.of(
            said,
            "The records are joined",
            href=reverse("herpage:story", args=[goes_on]),
            onward="Go to her page",
        )


@page(roles={Role.COORDINATOR})
class KeepApart(_OfTwo):
    title = "These are two women"
    form = forms.ApartForm
    button = "Keep them apart"
    template = "joining/join.html"

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = joining.keep_apart(**self.kwargs, why=answers["why"], by=self.actor, at=self.now)
        return flow.Receipt.of(
            said,
            "Kept apart",
            href=reverse("herpage:story", args=[self.kwargs["client_id"]]),
            onward="Back to her page",
        )


def _named(lines: tuple[tuple[str, str], ...]) -> str:
    said = dict(lines)
    born = said.get("Date of birth") or "not known"
    return f"{said.get('Given names', '')} {said.get('Surname', '')}, born {born}"


@page(roles={Role.COORDINATOR})
class Part(flow.Flow):
    title = "Part two records again"
    form = forms.PartForm
    effect = "decides"
    button = "Part them"
    template = "joining/part.html"

    def begin(self) -> HttpResponse | None:
        self.found = joining.one(joining_id=self.kwargs["joining_id"], by=self.actor, at=self.now)
        return None if self.found else access.not_found(self.request)

    def client_id(self) -> UUID | None:
        return self.found.client_id if self.found else None

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        assert self.found is not None
        kept, other = (_named(lines) for lines in (self.found.kept, self.found.other))
        return {
            "since": [(each.id, each.words) for each in self.found.since],
            "kept": f"The record that went on: {kept}",
            "other": f"The other: {other}",
        }

    def context(self) -> dict[str, Any]:
        return {"found": self.found}

    def back(self) -> str:
        assert self.found is not None
        return reverse("joining:alike", args=[self.found.client_id])

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = joining.part(
            joining_id=self.kwargs["joining_id"],
            to_other=[
                UUID(name.removeprefix("of_"))
                for name, value in answers.items()
                if name.startswith("of_") and value == "other"
            ],
            why=answers["why"],
            by=self.actor,
            at=self.now,
        )
        return flow.Receipt.of(said, "The records are parted", href=self.back(), onward="Back to her record")
