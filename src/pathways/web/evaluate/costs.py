"""What the programme cost and what others may have been spared: figures, findings, prices put to them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from pathways.domain.decision import Decision
from pathways.journey import costing, pricing
from pathways.web import access, clock, flow
from pathways.web.access import page
from pathways.web.evaluate import parts
from pathways.web.evaluate import price_forms as forms
from pathways.web.plan import views
from pathways.web.request import Request


@page(roles=costing.MAY_SEE)
def show(request: Request) -> HttpResponse:
    found = costing.page(by=request.actor, at=request.now, synthetic=settings.PATHWAYS_SYNTHETIC)
    if isinstance(found, Decision):
        return access.refuse(request, found)
    may_change = request.actor.role in costing.MAY_CHANGE
    return render(
        request,
        "evaluate/costs.html",
        {
            "title": "Costs",
            "tabs": parts.tabs("costs", request.actor),
            "found": found,
            "made": found.made,
            "sections": [
                {
                    "code": code,
                    "title": title,
                    "chart": found.charts.get(code.replace("-", "_")),
                    "columns": [{"label": head} for head in table[0]],
                    "rows": [{"cells": [{"text": cell} for cell in row]} for row in table[1:]],
                }
                for code, title, table in found.tables
            ],
            "findings": found.findings,
            "priced": found.made.avoided,
            "changed": views.changed(found.valuation),
            "may_change": may_change,
            "endings": [(one, one.upper()) for one in costing.ENDINGS],
        },
    )


@page(roles=costing.MAY_SEE)
def download(request: Request, kind: str) -> HttpResponse:
    content = costing.written(
        ending=kind, by=request.actor, at=request.now, synthetic=settings.PATHWAYS_SYNTHETIC
    )
    if isinstance(content, Decision):
        return access.refuse(request, content)
    if content is None:
        return access.not_found(request)
    return parts.attached(f"costs-{clock.local(request.now):%Y-%m-%d}.{kind}", content)


@page(roles=costing.MAY_SEE)
def versions(request: Request) -> HttpResponse:
    """What was kept and priced, when, by whom and why."""
    columns = [{"label": one} for one in ("Version", "What", "Why", "Who and when")]
    rows = [
        {
            "cells": [
                {"text": str(one.number)},
                {"text": one.what},
                {"text": one.because or "–"},
                {"text": one.by or "–", "hint": clock.moment(one.at) if one.at else None},
            ]
        }
        for one in costing.versions(by=request.actor)
    ]
    crumbs = [("Costs", reverse("evaluate:costs"))]
    return render(request, "evaluate/cost_versions.html",
                  {"title": "Versions of the costs avoided", "crumbs": crumbs, "columns": columns,
                   "rows": rows})  # fmt: skip


class _Avoided(flow.Flow):
    effect = "changes"
    is_shared = True

    def begin(self) -> HttpResponse | None:
        found = pricing.valuation_now(by=self.actor)
        assert found is not None
        self.valuation = found[0]
        return None

    def back(self) -> str:
        return reverse("evaluate:costs")

    def receipt(self, said: Any, title: str) -> flow.Receipt:
        return flow.Receipt.of(said, title, href=self.back(), onward="See the costs")


@page(roles=costing.MAY_CHANGE)
class PutPrice(_Avoided):
    effect = "adds"
    title = "Put a price to a finding"
    form = forms.PutPrice
    button = "Keep it so"

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        found = [(one.code, f"{one.code}: {one.outcome} ({one.source})") for one in self.valuation.findings]
        usable = pricing.usable(by=self.actor)
        return {
            "findings": found,
            "prices": [
                (code, f"{one.item}, {one.per}: £{one.central:,.0f} in {one.year}") for code, one in usable
            ],
        }

    def initial(self, step: flow.Step) -> dict[str, Any]:
        return {"units": 1.0}

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = costing.put_price(
            finding=answers["finding"],
            price=answers["price"],
            units=answers["units"],
            deadweight=forms.PutPrice.span(answers, "deadweight"),
            attribution=forms.PutPrice.span(answers, "attribution"),
            because=answers["because"],
            by=self.actor,
            at=self.now,
        )
        return self.receipt(said, "Price put to the finding")


@page(roles=costing.MAY_CHANGE)
class Published(_Avoided):
    effect = "adds"
    title = "Enter a published comparison"
    form = forms.Published
    button = "Keep this finding"

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        answers.pop("is_published")
        said = costing.enter_published(**answers, by=self.actor, at=self.now)
        return self.receipt(said, "Finding kept")


@page(roles=costing.MAY_CHANGE)
class ForgetFinding(_Avoided):
    effect = "decides"
    title = "Take a finding out"
    form = forms.ReasonForm
    button = "Take it out"

    def begin(self) -> HttpResponse | None:
        super().begin()
        found = self.valuation.finding(self.kwargs["code"])
        if found is None:
            return access.not_found(self.request)
        self.found = found
        return None

    def context(self) -> dict[str, Any]:
        return {"caption": f"{self.found.code} {self.found.outcome}"}

    def edition_key(self) -> str:
        return f"{super().edition_key()}:{self.kwargs['code']}"

    def extra_rows(self, answers: dict[str, Any]) -> list[Any]:
        gone = tuple(one.code for one in self.valuation.priced if one.finding == self.found.code)
        return [flow.Answer("Prices that go with it", gone or ("None",))]

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = costing.forget_finding(code=self.found.code, **answers, by=self.actor, at=self.now)
        return self.receipt(said, "Finding taken out")


@page(roles=costing.MAY_CHANGE)
class TakePriceOff(_Avoided):
    effect = "decides"
    title = "Take a price off a finding"
    form = forms.ReasonForm
    button = "Take it off"

    def begin(self) -> HttpResponse | None:
        super().begin()
        if self.valuation.one(self.kwargs["code"]) is None:
            return access.not_found(self.request)
        return None

    def context(self) -> dict[str, Any]:
        return {"caption": self.kwargs["code"]}

    def edition_key(self) -> str:
        return f"{super().edition_key()}:{self.kwargs['code']}"

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = costing.take_price_off(code=self.kwargs["code"], **answers, by=self.actor, at=self.now)
        return self.receipt(said, "Price taken off")
