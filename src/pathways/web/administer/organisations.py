"""Organisations: what each is and was, who coordinates, and how to reach whoever is on duty."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from pathways.journey import administer, establishment
from pathways.web import access, clock, flow, lists
from pathways.web.access import page
from pathways.web.administer.forms import (
    AddOrganisation,
    ChangeOrganisation,
    DutyForm,
    LastDay,
    ModernSlavery,
    OrganisationFilters,
)
from pathways.web.lists import Column
from pathways.web.request import Request

_ONLY = administer.MAY_ADMINISTER


@page(roles=_ONLY)
def organisations(request: Request) -> HttpResponse:
    listing = lists.Listing(request, filters=OrganisationFilters, tabs=("here", "left"), per_page=500)
    found = establishment.organisations(has_left=listing.tab == "left", **listing.chosen)
    listing.count(len(found))
    rows = [
        {
            "cells": [
                {
                    "text": one.name,
                    "href": reverse("administer:organisation", args=[one.id]),
                    "hint": "Coordinates the programme" if one.is_coordinating else "",
                },
                {"text": one.sector.label},
                {"text": one.duty_telephone or "Not said"},
                {"text": one.people, "numeric": True},
                {"text": one.services, "numeric": True},
            ]
        }
        for one in found
    ]
    context = {
        "title": "Organisations",
        "listing": listing,
        "rows": rows,
        "columns": listing.columns(
            Column("Name"),
            Column("Sector"),
            Column("Duty telephone"),
            Column("People", numeric=True),
            Column("Services", numeric=True),
        ),
        "tabs": [
            {"label": words, "href": f"?tab={tab}", "current": listing.tab == tab}
            for tab, words in (("here", "Take part now"), ("left", "Took part before"))
        ],
    }
    return render(request, "administer/organisations.html", context)


@page(roles=_ONLY)
def organisation(request: Request, organisation_id: UUID) -> HttpResponse:
    found = establishment.organisation(organisation_id=organisation_id)
    if found is None:
        return access.not_found(request)
    to = {
        name: reverse(f"administer:{name}", args=[found.id])
        for name in ("change", "duty", "end_organisation", "modern_slavery")
    }
    rows: list[dict[str, Any]] = [
        {"key": "Sector", "value": found.sector.label},
        {"key": "Law", "value": found.regime.label},
        {"key": "Takes part since", "value": clock.day(found.from_date)},
        {"key": "Duty telephone", "value": found.duty_telephone, "none": "Not said"},
        {"key": "Duty e-mail address", "value": found.duty_email, "none": "Not said"},
        {"key": "Code", "value": found.code},
        {
            "key": "National Referral Mechanism",
            "value": "First responder" if found.is_first_responder else "Not a first responder",
        },
        {
            "key": "Duty to notify",
            "value": "Bound to notify" if found.has_duty_to_notify else "Not bound to notify",
        },
    ]
    if found.until_date:
        rows.insert(3, {"key": "Took part until", "value": clock.day(found.until_date)})
    else:
        rows[3] |= {"href": to["duty"]}
        rows[4] |= {"href": to["duty"]}
        rows[6] |= {"href": to["modern_slavery"]}
        rows[7] |= {"href": to["modern_slavery"]}
    context = {
        "title": found.name,
        "one": found,
        "rows": rows,
        "crumbs": [("Organisations", reverse("administer:organisations"))],
        "past_columns": [
            {"label": "Name"},
            {"label": "Sector and law"},
            {"label": "From"},
            {"label": "Until"},
        ],
        "past": [
            {
                "cells": [
                    {"text": term.name, "hint": term.because},
                    {"text": term.sector.label, "hint": term.regime.label},
                    {"text": clock.day(term.from_date)},
                    {"text": clock.day(term.until_date) if term.until_date else "Now"},
                ]
            }
            for term in found.terms
        ],
    }
    return render(request, "administer/organisation.html", context)


@page(roles=_ONLY)
class Add(flow.Flow):
    title = "Add an organisation"
    form = AddOrganisation
    button = "Add this organisation"

    def back(self) -> str:
        return reverse("administer:organisations")

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = administer.add_organisation(**answers, by=self.actor, at=self.now)
        at = reverse("administer:organisation", args=[said.id]) if said else ""
        return flow.Receipt.of(said, "Organisation added", href=at, onward="See the organisation")


class _OfOne(flow.Flow):
    """A form about one organisation."""

    one: establishment.Body

    def begin(self) -> HttpResponse | None:
        found = establishment.organisation(organisation_id=self.kwargs["organisation_id"])
        if found is None or not found.is_live:
            return access.not_found(self.request)
        self.one = found
        return None

    def context(self) -> dict[str, Any]:
        return {"caption": self.one.name}

    def back(self) -> str:
        return reverse("administer:organisation", args=[self.kwargs["organisation_id"]])

    def receipt(self, said: Any, title: str) -> flow.Receipt:
        return flow.Receipt.of(said, title, href=self.back(), onward="See the organisation")


@page(roles=_ONLY)
class Change(_OfOne):
    effect = "changes"
    is_shared = True
    title = "Change what an organisation is"
    form = ChangeOrganisation
    button = "Save this change"

    def initial(self, step: flow.Step) -> dict[str, Any]:
        return {"name": self.one.name, "sector": self.one.sector, "regime": self.one.regime}

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = administer.change_organisation(
            organisation_id=self.one.id, **answers, by=self.actor, at=self.now
        )
        return self.receipt(said, "Organisation changed")


@page(roles=_ONLY)
class Duty(_OfOne):
    effect = "changes"
    is_shared = True
    title = "Duty contact"
    form = DutyForm
    check = False
    button = "Save"

    def initial(self, step: flow.Step) -> dict[str, Any]:
        return {"duty_telephone": self.one.duty_telephone, "duty_email": self.one.duty_email}

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = administer.set_duty(
            organisation_id=self.one.id,
            telephone=answers["duty_telephone"],
            email=answers["duty_email"],
            by=self.actor,
            at=self.now,
        )
        return self.receipt(said, "Duty contact saved")


@page(roles=_ONLY)
class ModernSlaveryAct(_OfOne):
    effect = "changes"
    is_shared = True
    title = "Modern Slavery Act"
    form = ModernSlavery
    check = False
    button = "Save"

    def initial(self, step: flow.Step) -> dict[str, Any]:
        return {
            "is_first_responder": self.one.is_first_responder,
            "has_duty_to_notify": self.one.has_duty_to_notify,
        }

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = administer.set_modern_slavery(
            organisation_id=self.one.id, **answers, by=self.actor, at=self.now
        )
        return self.receipt(said, "Saved")


@page(roles=_ONLY)
class End(_OfOne):
    effect = "decides"
    is_shared = True
    title = "End taking part"
    form = LastDay
    button = "End taking part"
    template = "administer/end_organisation.html"

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = administer.end_organisation(organisation_id=self.one.id, **answers, by=self.actor, at=self.now)
        return self.receipt(said, "It takes part no more")


@page(roles=_ONLY)
@require_POST
def coordinating(request: Request, organisation_id: UUID) -> HttpResponse:
    wanted = request.POST.get("coordinates") == "yes"
    said = administer.set_coordinating(
        organisation_id=organisation_id, coordinates=wanted, by=request.actor, at=request.now
    )
    if not said and said.hidden:
        return access.not_found(request)
    if said:
        messages.success(request, "It coordinates now." if wanted else "It coordinates no more.")
    else:
        messages.error(request, said.reason)
    return redirect("administer:organisation", organisation_id)
