"""The table of prices: read, filtered, changed, compared, brought in and taken out as a spreadsheet."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from pathways.domain.decision import Decision
from pathways.domain.evaluation import prices
from pathways.journey import pricing
from pathways.web import access, clock, flow, lists
from pathways.web.access import page
from pathways.web.evaluate import parts
from pathways.web.evaluate import price_forms as forms
from pathways.web.lists import Column
from pathways.web.plan import theory, views
from pathways.web.request import Request


@page(roles=pricing.MAY_READ)
def listed(request: Request) -> HttpResponse:
    now = pricing.now(by=request.actor)
    assert now is not None
    may_change = request.actor.role in pricing.MAY_CHANGE
    return render(
        request,
        "evaluate/prices.html",
        {
            **_shown(request, now, may_change=may_change),
            "title": "Prices",
            "tabs": parts.tabs("prices", request.actor),
            "may_change": may_change,
            "taken_in": pricing.taken_in(by=request.actor),
            "endings": [(one, one.upper()) for one in pricing.ENDINGS],
        },
    )


def _shown(request: Request, now: pricing.Now, *, may_change: bool) -> dict[str, Any]:
    listing = lists.Listing(request, filters=forms.PriceFilters, per_page=50)
    found = [(one, prices.moved(now.table, one)) for one in now.table.lines]
    fitting = [each for each in found if _fits(*each, listing.chosen)]
    listing.count(len(fitting))
    seen = fitting[listing.offset : listing.offset + listing.per_page]
    heads = [
        Column("Price"), Column("Unit"), Column("Value in the source", numeric=True),
        Column("Low", numeric=True), Column("Central", numeric=True), Column("High", numeric=True),
        Column(f"Central in {now.table.year}", numeric=True), Column("Source"),
    ]  # fmt: skip
    return {
        "shown": now,
        "own_series": now.table.series(now.table.deflator),
        "listing": listing,
        "columns": listing.columns(*heads),
        "rows": [{"cells": _cells(now.table, *each, may_change=may_change)} for each in seen],
        "changed": views.changed(now.version),
        "series": [
            {
                "series": one,
                "columns": [{"label": "Year"}, {"label": "Index", "numeric": True}],
                "rows": [
                    {"cells": [{"text": year}, {"text": f"{index:g}", "numeric": True}]}
                    for year, index in sorted(one.by_year.items())
                ],
            }
            for one in now.table.indices
        ],
    }


def _fits(one: prices.Line, moved: Any, chosen: dict[str, Any]) -> bool:
    text = f"{one.code} {one.name} {one.source}".casefold()
    if not all(word in text for word in str(chosen.get("words", "")).casefold().split()):
        return False
    only = chosen.get("only", [])
    if "to_check" in only and one.checked_on is not None:
        return False
    if "not_moved" in only and not isinstance(moved, Decision):
        return False
    return bool(chosen.get("per", one.per) == one.per)


def _cells(
    table: prices.PriceTable, one: prices.Line, moved: Any, *, may_change: bool
) -> list[dict[str, Any]]:
    first: dict[str, Any] = {"text": one.name, "hint": one.checked}
    if may_change:
        first["href"] = reverse("evaluate:change_price", args=[one.code])
    is_moved = not isinstance(moved, Decision)
    central = {"text": f"£{moved.central:,.0f}", "hint": f"£{moved.low:,.0f} to £{moved.high:,.0f}"} \
        if is_moved else {"text": "Not moved", "hint": moved.reason}  # fmt: skip
    series = table.series(one.deflator)
    by = f"Moved by the {series.name}." if series else "Never moved to another year."
    return [
        first,
        {"text": one.per.label},
        {"text": _pounds(one.value), "hint": f"Prices of {one.year}", "numeric": True},
        {"text": _pounds(one.low), "numeric": True},
        {"text": _pounds(one.central), "numeric": True},
        {"text": _pounds(one.high), "numeric": True},
        {**central, "numeric": True},
        {"text": one.source, "hint": f"{by} {one.note}".strip()},
    ]


def _pounds(amount: float) -> str:
    return f"£{amount:,.2f}".removesuffix(".00")


# --- forms --------------------------------------------------------------------------------------------


class _Prices(flow.Flow):
    """A form that changes the table as it stands."""

    effect = "changes"
    is_shared = True
    table: prices.PriceTable

    def begin(self) -> HttpResponse | None:
        found = pricing.now(by=self.actor)
        assert found is not None
        self.table = found.table
        return None

    def back(self) -> str:
        return reverse("evaluate:prices")

    def indices(self) -> list[tuple[str, str]]:
        return [(one.code, one.name) for one in self.table.indices]

    def receipt(self, said: Any, title: str) -> flow.Receipt:
        return flow.Receipt.of(said, title, href=self.back(), onward="See the prices")


@page(roles=pricing.MAY_CHANGE)
class Add(_Prices):
    effect = "adds"
    title = "Add a price"
    form = forms.AddPrice
    button = "Add this price"

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {"indices": self.indices()}

    def initial(self, step: flow.Step) -> dict[str, Any]:
        return {"deflator": self.table.deflator}

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        return self.receipt(pricing.add(**answers, by=self.actor, at=self.now), "Price added")


class _Line(_Prices):
    def begin(self) -> HttpResponse | None:
        super().begin()
        found = self.table.line(self.kwargs["code"])
        if found is None:
            return access.not_found(self.request)
        self.line = found
        return None

    def context(self) -> dict[str, Any]:
        return {"caption": self.line.name}

    def edition_key(self) -> str:
        return f"{super().edition_key()}:{self.kwargs['code']}"


@page(roles=pricing.MAY_CHANGE)
class Change(_Line):
    title = "Change a price"
    template = "evaluate/change_price.html"
    form = forms.ChangePrice
    button = "Save the change"

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {"indices": self.indices()}

    def initial(self, step: flow.Step) -> dict[str, Any]:
        names = ("name", "per", "value", "low", "central", "high", "year", "source", "deflator", "note")
        return {**{name: getattr(self.line, name) for name in names},
                "is_checked": self.line.checked_on is not None}  # fmt: skip

    def context(self) -> dict[str, Any]:
        return {**super().context(), "line": self.line}

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = pricing.change(code=self.line.code, **answers, by=self.actor, at=self.now)
        return self.receipt(said, "Price changed")


@page(roles=pricing.MAY_CHANGE)
class Remove(_Line):
    effect = "decides"
    title = "Remove a price"
    form = forms.ReasonForm
    button = "Remove this price"

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = pricing.remove(code=self.line.code, **answers, by=self.actor, at=self.now)
        return self.receipt(said, "Price removed")


@page(roles=pricing.MAY_CHANGE)
class ChooseYear(_Prices):
    title = "Choose the price year"
    form = forms.YearForm
    button = "Save the change"

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {"indices": self.indices()}

    def initial(self, step: flow.Step) -> dict[str, Any]:
        return {"year": self.table.year, "deflator": self.table.deflator}

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = pricing.choose_year(**answers, by=self.actor, at=self.now)
        return self.receipt(said, "Price year changed")


@page(roles=pricing.MAY_CHANGE)
class SetIndex(_Prices):
    title = "Set an index"
    form = forms.IndexForm
    button = "Save the index"

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {"indices": self.indices()}

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        return self.receipt(pricing.set_index(**answers, by=self.actor, at=self.now), "Index set")


@page(roles=pricing.MAY_CHANGE)
class TakeIn(_Prices):
    effect = "adds"
    title = "Take in a table of prices"
    form = forms.PriceFile
    check = False
    button = "Take in this file"

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {"actor": self.actor}

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        sent = answers["file"]
        said = pricing.take_in(
            content=sent.read(), name=sent.name, because=answers["because"], by=self.actor, at=self.now
        )
        return self.receipt(said, "Prices taken in")


@page(roles=pricing.MAY_CHANGE)
class BringTakenIn(_Prices):
    effect = "decides"
    title = "Bring in prices taken in under “Files”"
    form = forms.ReasonForm
    button = "Bring them into the table"

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = pricing.bring_taken_in(**answers, by=self.actor, at=self.now)
        return self.receipt(said, "Prices brought in")


@page(roles=pricing.MAY_CHANGE)
class BringBack(_Prices):
    effect = "decides"
    title = "Bring an earlier version of the prices back"
    form = forms.ReasonForm
    button = "Bring this version back"

    def begin(self) -> HttpResponse | None:
        if pricing.now(by=self.actor, number=self.kwargs["number"]) is None:
            return access.not_found(self.request)
        return super().begin()

    def context(self) -> dict[str, Any]:
        return {"caption": f"Version {self.kwargs['number']}"}

    def edition_key(self) -> str:
        return f"{super().edition_key()}:{self.kwargs['number']}"

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = pricing.bring_back(number=self.kwargs["number"], **answers, by=self.actor, at=self.now)
        return self.receipt(said, "Version brought back")


# --- versions and files -------------------------------------------------------------------------------


def _crumbs() -> list[tuple[str, str]]:
    return [("Prices", reverse("evaluate:prices")), ("Versions", reverse("evaluate:price_versions"))]


@page(roles=pricing.MAY_READ)
def versions(request: Request) -> HttpResponse:
    return render(
        request,
        "plan/versions.html",
        {
            "title": "Versions of the prices",
            "crumbs": _crumbs()[:1],
            "versions": pricing.versions(by=request.actor),
            "compare": reverse("evaluate:compare_prices"),
            "shows_one": "evaluate:price_version",
        },
    )


@page(roles=pricing.MAY_READ)
def version(request: Request, number: int) -> HttpResponse:
    found, newest = pricing.now(by=request.actor, number=number), pricing.now(by=request.actor)
    if found is None or newest is None:
        return access.not_found(request)
    may_change = request.actor.role in pricing.MAY_CHANGE
    return render(
        request,
        "evaluate/price_version.html",
        {
            **_shown(request, found, may_change=False),
            "title": f"Prices, version {number}",
            "crumbs": _crumbs(),
            "may_bring_back": may_change and newest.table != found.table,
        },
    )


@page(roles=pricing.MAY_READ)
def compare(request: Request) -> HttpResponse:
    return theory.compared(
        request,
        pricing.compared,
        title="Two versions of the prices",
        crumbs=_crumbs(),
    )


@page(roles=pricing.MAY_READ)
def download(request: Request, kind: str) -> HttpResponse:
    content = pricing.written(ending=kind, by=request.actor, at=request.now)
    if content is None:
        return access.not_found(request)
    return parts.attached(f"prices-{clock.local(request.now):%Y-%m-%d}.{kind}", content)
