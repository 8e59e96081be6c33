"""The pages of the directory. It names no woman, so everyone who works somewhere may read it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from pathways.journey import offering
from pathways.web import access, clock, flow, lists
from pathways.web.access import page
from pathways.web.directory.forms import AddService, ChangeService, CloseForm, Filters, PlacesForm
from pathways.web.lists import Column
from pathways.web.request import Request


@page(signed_in=True)
def services(request: Request) -> HttpResponse:
    listing = lists.Listing(
        request,
        sorts=tuple(offering.SORTS),
        default="name",
        filters=Filters,
        filter_kwargs={"areas": offering.areas(), "needs": offering.needs()},
    )
    chosen = dict(listing.chosen)
    only = chosen.pop("only", [])
    found = offering.listed(
        at=request.now,
        **chosen,
        women_only="women" in only,
        open_now="open" in only,
        sort=listing.sort,
        descending=listing.descending,
        offset=listing.offset,
        limit=listing.per_page,
    )
    listing.count(found.total)
    rows = [
        {
            "cells": [
                {
                    "text": line.name,
                    "href": reverse("directory:service", args=[line.id]),
                    "hint": "For women only" if line.is_for_women_only else "",
                },
                {"text": line.organisation},
                {"text": line.area or "Not said"},
                {"text": _short(line.needs)},
                {"tag": line.state, "colour": "green" if line.is_open else "grey"},
            ]
        }
        for line in found.lines
    ]
    return render(
        request,
        "directory/list.html",
        {
            "title": "Services",
            "listing": listing,
            "rows": rows,
            "columns": listing.columns(
                Column("Service", "name"),
                Column("Organisation", "organisation"),
                Column("Area", "area"),
                Column("Needs"),
                Column("Referrals"),
            ),
            "may_add": request.actor.role in offering.MAY_KEEP,
        },
    )


def _short(needs: tuple[str, ...]) -> str:
    """The first few needs, and how many more."""
    if not needs:
        return "Not said"
    if len(needs) <= 3:
        return ", ".join(needs)
    return f"{', '.join(needs[:2])} and {len(needs) - 2} more"


@page(signed_in=True)
def service(request: Request, service_id: UUID) -> HttpResponse:
    found = offering.service(service_id=service_id, by=request.actor, at=request.now)
    if found is None:
        return access.not_found(request)
    return render(
        request,
        "directory/service.html",
        {
            "title": found.name,
            "caption": found.organisation,
            "crumbs": [("Services", reverse("directory:list"))],
            "service": found,
            "rows": _about(found),
        },
    )


def _about(found: offering.Page) -> list[dict[str, Any]]:
    at = {name: reverse(f"directory:{name}", args=[found.id]) for name in ("change", "places", "close")}
    dates = []
    if found.opens_on:
        dates.append(f"From {clock.day(found.opens_on)}")
    if found.last_day:
        dates.append(f"Until {clock.day(found.last_day)}")
    rows: list[dict[str, Any]] = [
        {"key": "Organisation", "values": [found.organisation, found.sector.label]},
        {"key": "Works with", "value": ", ".join(found.partners), "none": "No other organisation"},
        {"key": "Area", "value": found.area, "none": "Not said"},
        {"key": "For whom", "value": _for_whom(found)},
        {"key": "Places", "value": "Not counted" if found.capacity is None else str(found.capacity)},
        {"key": "Takes referrals", "value": "; ".join(dates), "none": "No dates set"},
        {"key": "E-mail", "value": found.email, "none": "Not said"},
        {"key": "Duty telephone", "value": found.duty_telephone, "none": "Not said"},
        {"key": "Web address", "value": found.url, "none": "Not said"},
        {"key": "Contract", "value": found.contract, "none": "None given"},
    ]
    if found.may_set_places:
        rows[4] |= {"href": at["places"], "change": "the places"}
    if found.may_keep:
        rows[5] |= {"href": at["close"], "change": "the last day"}
    return rows


def _for_whom(found: offering.Page) -> str:
    who = "Women only" if found.is_for_women_only else "Women, among others"
    if found.minimum_age is not None and found.maximum_age is not None:
        return f"{who}, aged {found.minimum_age} to {found.maximum_age}"
    if found.minimum_age is not None:
        return f"{who}, {found.minimum_age} and over"
    if found.maximum_age is not None:
        return f"{who}, up to {found.maximum_age}"
    return f"{who}, of any age"


def _said(answers: dict[str, Any]) -> offering.Said:
    needs = answers.get("needs")
    return offering.Said(
        name=answers["name"].strip(),
        area=answers["area"].strip(),
        description=answers["description"],
        needs=tuple(needs) if needs is not None else None,
        is_for_women_only=answers["is_for_women_only"],
        minimum_age=answers["minimum_age"],
        maximum_age=answers["maximum_age"],
        opens_on=answers["opens_on"],
        email=answers["email"],
        url=answers["url"],
    )


@page(roles=offering.MAY_KEEP)
class Add(flow.Flow):
    title = "Add a service"
    form = AddService
    button = "Add this service"

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {"organisations": offering.organisations()}

    def back(self) -> str:
        return reverse("directory:list")

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = offering.add(
            organisation_id=UUID(answers["organisation"]),
            said=_said(answers),
            capacity=answers["capacity"],
            by=self.actor,
            at=self.now,
        )
        at = reverse("directory:service", args=[said.id]) if said else ""
        return flow.Receipt.of(said, "Service added", href=at, onward="See the service")


class _OfOne(flow.Flow):
    """A form about one service that is there."""

    found: offering.Page

    def begin(self) -> HttpResponse | None:
        found = offering.service(service_id=self.kwargs["service_id"], by=self.actor, at=self.now)
        if found is None:
            return access.not_found(self.request)
        self.found = found
        return None

    def context(self) -> dict[str, Any]:
        return {"caption": self.found.name, "service": self.found}

    def back(self) -> str:
        return reverse("directory:service", args=[self.kwargs["service_id"]])

    def receipt(self, said: Any, title: str) -> flow.Receipt:
        return flow.Receipt.of(said, title, href=self.back(), onward="See the service")


@page(roles=offering.MAY_KEEP)
class Change(_OfOne):
    effect = "changes"
    is_shared = True
    title = "Change a service"
    form = ChangeService
    template = "directory/change.html"

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {"is_ours": self.found.is_ours}

    def initial(self, step: flow.Step) -> dict[str, Any]:
        one = self.found
        return {
            "name": one.name,
            "description": one.description,
            "area": one.area_written,
            "needs": one.domains,
            "is_for_women_only": one.is_for_women_only,
            "minimum_age": one.minimum_age,
            "maximum_age": one.maximum_age,
            "opens_on": one.opens_on,
            "email": one.email,
            "url": one.url,
        }

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = offering.change(
            service_id=self.kwargs["service_id"], said=_said(answers), by=self.actor, at=self.now
        )
        return self.receipt(said, "Service changed")


@page(roles=offering.MAY_SET_PLACES)
class Places(_OfOne):
    effect = "changes"
    is_shared = True
    title = "Places of a service"
    form = PlacesForm
    check = False
    button = "Save the places"

    def begin(self) -> HttpResponse | None:
        stop = super().begin()
        if stop is None and not self.found.may_set_places:
            return access.not_found(self.request)
        return stop

    def initial(self, step: flow.Step) -> dict[str, Any]:
        return {"counted": self.found.capacity is not None, "places": self.found.capacity}

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = offering.set_places(
            service_id=self.kwargs["service_id"], places=answers["places"], by=self.actor, at=self.now
        )
        return self.receipt(said, "Places saved")


@page(roles=offering.MAY_KEEP)
class Close(_OfOne):
    effect = "changes"
    is_shared = True
    title = "Close a service"
    form = CloseForm
    button = "Close this service"
    template = "directory/close.html"

    def initial(self, step: flow.Step) -> dict[str, Any]:
        return {"last_day": self.found.last_day}

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = offering.close(
            service_id=self.kwargs["service_id"], last_day=answers["last_day"], by=self.actor, at=self.now
        )
        return self.receipt(said, "Closing day saved")


@page(roles=offering.MAY_KEEP)
@require_POST
def reopen(request: Request, service_id: UUID) -> HttpResponse:
    said = offering.reopen(service_id=service_id, by=request.actor, at=request.now)
    if not said:
        return access.refuse(request, said)
    messages.success(request, "This service takes referrals again.")
    return redirect("directory:service", service_id)
