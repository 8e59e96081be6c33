"""The programme's own choices: settings, holidays, sharing agreements; and how the system is."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from pathways.journey import administer, arranging, establishment
from pathways.journey import health as healths
from pathways.web import access, clock, flow
from pathways.web.access import page
from pathways.web.administer.forms import AgreementForm, Holidays, LastDay, Settings
from pathways.web.request import Request

_ONLY = administer.MAY_ADMINISTER
_TABS = (
    ("settings", "Settings"),
    ("holidays", "Bank holidays"),
    ("agreements", "Sharing agreements"),
    ("health", "System"),
)
#: what stands beside the settings and has an area of its own
_BESIDE = (("instruments:list", "Instruments"), ("triage:choices", "Triage"))


def _tabs(here: str) -> list[dict[str, Any]]:
    own = [
        {"label": label, "href": reverse(f"administer:{name}"), "current": name == here}
        for name, label in _TABS
    ]
    return own + [{"label": label, "href": reverse(name), "current": False} for name, label in _BESIDE]


@page(roles=_ONLY)
def settings(request: Request) -> HttpResponse:
    found = arranging.choices()
    to = reverse("administer:change_settings")
    rows = [
        {"key": "Name of the programme", "value": found.name, "none": "Not set", "href": to},
        {
            "key": "A safe-contact plan lapses after",
            "value": _counted(found.lapses_after_weeks, "week"),
            "href": to,
        },
        {
            "key": "Attempts before “could not be reached”",
            "value": _counted(found.least_attempts, "attempt"),
            "href": to,
        },
        {
            "key": "First attempt within",
            "value": _counted(found.first_attempt_days, "working day"),
            "href": to,
        },
        {"key": "An unfinished form is kept for", "value": _counted(found.draft_days, "day"), "href": to},
        {
            "key": "Her record is looked at again after the end of support",
            "value": _counted(found.supported_months, "month"),
            "href": to,
        },
        {
            "key": "The same, where she never took part",
            "value": _counted(found.never_took_part_months, "month"),
            "href": to,
        },
        {
            "key": "The same, where she was not taken on",
            "value": _counted(found.not_taken_on_months, "month"),
            "href": to,
        },
    ]
    context = {"title": "Settings", "tabs": _tabs("settings"), "rows": rows}
    return render(request, "administer/settings.html", context)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


@page(roles=_ONLY)
class Change(flow.Flow):
    effect = "changes"
    is_shared = True
    title = "Change the settings"
    form = Settings
    button = "Save the settings"

    def back(self) -> str:
        return reverse("administer:settings")

    def initial(self, step: flow.Step) -> dict[str, Any]:
        found = arranging.choices()
        return {name: getattr(found, name) for name in found.__slots__}

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = arranging.choose(wanted=arranging.Choices(**answers), by=self.actor, at=self.now)
        return flow.Receipt.of(said, "Settings saved", href=self.back(), onward="Back to settings")


@page(roles=_ONLY)
@require_http_methods(["GET", "HEAD", "POST"])
def holidays(request: Request) -> HttpResponse:
    form = Holidays(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        said = arranging.add_holidays(days=form.cleaned_data["days"], by=request.actor, at=request.now)
        if said:
            new = said.data["new"]
            words = "One new bank holiday." if new == 1 else f"{new or 'No'} new bank holidays."
            messages.success(request, f"Saved. {words}")
            return redirect("administer:holidays")
        form.add_error(None, said.reason)
    today = clock.local(request.now).date()
    found = arranging.holidays()
    context = {
        "title": "Bank holidays",
        "tabs": _tabs("holidays"),
        "form": form,
        "coming": [(day, name) for day, name in found if day >= today],
        "past": [(day, name) for day, name in found if day < today],
    }
    return render(request, "administer/holidays.html", context, status=422 if form.errors else 200)


@page(roles=_ONLY)
@require_POST
def remove_holiday(request: Request, day: str) -> HttpResponse:
    try:
        said = arranging.remove_holiday(day=date.fromisoformat(day), by=request.actor, at=request.now)
    except ValueError:
        return access.not_found(request)
    if not said:
        return access.refuse(request, said)
    messages.success(request, "This day counts as a working day again.")
    return redirect("administer:holidays")


@page(roles=_ONLY)
def agreements(request: Request) -> HttpResponse:
    found = arranging.agreements(at=request.now)
    rows = [
        {
            "cells": [
                {"text": one.name, "hint": one.purpose},
                {"text": f"{one.from_organisation} to {one.to_organisation}"},
                {
                    "text": clock.day(one.from_date),
                    "hint": f"Until {clock.day(one.until_date)}" if one.until_date else "",
                },
                {"text": clock.day(one.review_date)},
                {"tag": one.state, "colour": one.colour},
                {
                    "text": "" if one.until_date else "End",
                    "href": reverse("administer:end_agreement", args=[one.id]),
                }
                if not one.until_date
                else {"text": ""},
            ]
        }
        for one in found
    ]
    columns = [
        {"label": label} for label in ("Agreement", "Who with whom", "From", "Review", "State", "Change")
    ]
    context = {
        "title": "Sharing agreements",
        "tabs": _tabs("agreements"),
        "rows": rows,
        "columns": columns,
    }
    return render(request, "administer/agreements.html", context)


@page(roles=_ONLY)
class AddAgreement(flow.Flow):
    title = "Add a sharing agreement"
    form = AgreementForm
    button = "Add this agreement"

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {"places": establishment.places()}

    def back(self) -> str:
        return reverse("administer:agreements")

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = arranging.add_agreement(
            name=answers["name"],
            from_organisation_id=UUID(answers["from_organisation"]),
            to_organisation_id=UUID(answers["to_organisation"]),
            purpose=answers["purpose"],
            from_date=answers["from_date"],
            review_date=answers["review_date"],
            by=self.actor,
            at=self.now,
        )
        return flow.Receipt.of(said, "Agreement added", href=self.back(), onward="See the agreements")


@page(roles=_ONLY)
class EndAgreement(flow.Flow):
    effect = "decides"
    is_shared = True
    title = "End a sharing agreement"
    form = LastDay
    button = "End this agreement"

    def begin(self) -> HttpResponse | None:
        wanted = self.kwargs["agreement_id"]
        found = next((one for one in arranging.agreements(at=self.now) if one.id == wanted), None)
        if found is None:
            return access.not_found(self.request)
        self.found = found
        return None

    def context(self) -> dict[str, Any]:
        return {"caption": self.found.name}

    def back(self) -> str:
        return reverse("administer:agreements")

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = arranging.end_agreement(agreement_id=self.found.id, **answers, by=self.actor, at=self.now)
        return flow.Receipt.of(said, "Last day saved", href=self.back(), onward="See the agreements")


_COLOURS = {"works": ("Works", "green"), "look": ("Look at this", "yellow"), "wrong": ("Wrong", "red")}


@page(roles=_ONLY)
def health(request: Request) -> HttpResponse:
    found = healths.facts(at=request.now)
    rows = [
        {
            "cells": [
                {"text": fact.name},
                {"tag": _COLOURS[fact.state][0], "colour": _COLOURS[fact.state][1]},
                {"text": fact.said},
            ]
        }
        for fact in found
    ]
    columns = [{"label": "What"}, {"label": "State"}, {"label": "In words"}]
    context = {
        "title": "System",
        "tabs": _tabs("health"),
        "rows": rows,
        "columns": columns,
        "bad": sum(fact.state == "wrong" for fact in found),
    }
    return render(request, "administer/health.html", context)
