"""People: adding one, what they may be, leaving, and getting back in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from pathways.journey import administer, establishment
from pathways.web import access, clock, flow, lists
from pathways.web.access import page
from pathways.web.accounts import attempts
from pathways.web.administer.forms import AddPerson, PeopleFilters, PersonForm, RoleForm
from pathways.web.lists import Column
from pathways.web.request import Request

_ONLY = administer.MAY_ADMINISTER


@page(roles=_ONLY)
def people(request: Request) -> HttpResponse:
    listing = lists.Listing(
        request,
        filters=PeopleFilters,
        filter_kwargs={"places": establishment.places()},
        tabs=("here", "left"),
    )
    found = establishment.people(
        at=request.now,
        **listing.chosen,
        has_left=listing.tab == "left",
        offset=listing.offset,
        limit=listing.per_page,
    )
    listing.count(found.total)
    rows = [
        {
            "cells": [
                {"text": one.name, "href": reverse("administer:person", args=[one.id]), "hint": one.email},
                {"text": _roles(one)},
                {"tag": one.state, "colour": one.colour},
                {"date": one.left_at or one.last_in, "show": "relative"}
                if one.left_at or one.last_in
                else {"text": "Never"},
            ]
        }
        for one in found.lines
    ]
    return render(
        request,
        "administer/people.html",
        {
            "title": "People",
            "listing": listing,
            "rows": rows,
            "columns": listing.columns(
                Column("Name"),
                Column("Role and organisation"),
                Column("Sign-in"),
                Column("Left" if listing.tab == "left" else "Last signed in"),
            ),
            "tabs": [
                {"label": words, "href": f"?tab={tab}", "current": listing.tab == tab}
                for tab, words in (("here", "Here now"), ("left", "Have left"))
            ],
        },
    )


def _roles(one: establishment.Person) -> str:
    places = one.live or one.past[:1]
    if not places:
        return "None"
    first = f"{places[0].role.label}, {places[0].organisation}"
    return first if len(places) == 1 else f"{first}, and {len(places) - 1} more"


@page(roles=_ONLY)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: Request) -> HttpResponse:
    """Not a flow: the link is drawn once, in answer to the button, and is kept nowhere."""
    form = AddPerson(request.POST or None, places=establishment.places())
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        said = administer.add_person(
            name=given["name"],
            email=given["email"],
            organisation_id=UUID(given["organisation"]),
            role=given["role"],
            until=given["until"],
            by=request.actor,
            at=request.now,
        )
        if said:
            return _hand_over(request, said, "Person added")
        form.add_error(None, said.reason)
    context = {"title": "Add a person", "form": form, "back": reverse("administer:people")}
    return render(request, "administer/add_person.html", context, status=422 if form.errors else 200)


def _hand_over(request: Request, said: Any, title: str) -> HttpResponse:
    """The one showing of the link by which she chooses her password."""
    found = establishment.person(account_id=said.id, at=request.now)
    context = {
        "title": title,
        "one": found,
        "link": request.build_absolute_uri(said.data["link"]),
        "back": reverse("administer:people"),
    }
    return render(request, "administer/link.html", context)


@page(roles=_ONLY)
def person(request: Request, account_id: UUID) -> HttpResponse:
    found = establishment.person(account_id=account_id, at=request.now)
    if found is None:
        return access.not_found(request)
    signs_in = "Never yet" if found.last_in is None else clock.moment(found.last_in)
    rows: list[dict[str, Any]] = [
        {"key": "Name", "value": found.name},
        {"key": "E-mail address", "value": found.email},
        {"key": "Added", "value": clock.day(found.joined_at)},
        {"key": "Last signed in", "value": signs_in},
    ]
    if found.left_at is not None:
        rows.append({"key": "Left", "value": clock.moment(found.left_at)})
    else:
        for row, words in zip(rows[:2], ("the name", "the e-mail address"), strict=True):
            row |= {"href": reverse("administer:correct_person", args=[found.id]), "change": words}
    context = {
        "title": "Person",
        "one": found,
        "rows": rows,
        "is_me": found.id == request.actor.account_id,
        "crumbs": [("People", reverse("administer:people"))],
    }
    return render(request, "administer/person.html", context)


class _OfOne(flow.Flow):
    """A form about one person."""

    one: establishment.Person

    def begin(self) -> HttpResponse | None:
        found = establishment.person(account_id=self.kwargs["account_id"], at=self.now)
        if found is None:
            return access.not_found(self.request)
        self.one = found
        return None

    def context(self) -> dict[str, Any]:
        return {"caption": self.one.name}

    def back(self) -> str:
        return reverse("administer:person", args=[self.kwargs["account_id"]])


@page(roles=_ONLY)
class Correct(_OfOne):
    effect = "changes"
    is_shared = True
    title = "Put a name or e-mail address right"
    form = PersonForm
    check = False
    button = "Save"

    def initial(self, step: flow.Step) -> dict[str, Any]:
        return {"name": self.one.name, "email": self.one.email}

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = administer.correct_person(account_id=self.one.id, **answers, by=self.actor, at=self.now)
        return flow.Receipt.of(said, "Put right", href=self.back(), onward="Back to the person")


@page(roles=_ONLY)
class Appoint(_OfOne):
    title = "Give a role"
    form = RoleForm
    button = "Give this role"

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {"places": establishment.places()}

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = administer.appoint(
            account_id=self.one.id,
            organisation_id=UUID(answers["organisation"]),
            role=answers["role"],
            until=answers["until"],
            by=self.actor,
            at=self.now,
        )
        return flow.Receipt.of(said, "Role given", href=self.back(), onward="Back to the person")


def _sure(request: Request, account_id: UUID, **words: Any) -> HttpResponse | establishment.Person:
    """The page that asks once more, or the person when the button was pressed."""
    found = establishment.person(account_id=account_id, at=request.now)
    if found is None:
        return access.not_found(request)
    if request.method == "POST":
        return found
    back = reverse("administer:person", args=[account_id])
    return render(request, "administer/sure.html", {"caption": found.name, "back": back, **words})


def _after(request: Request, said: Any, account_id: UUID, words: str) -> HttpResponse:
    if said:
        messages.success(request, words)
    elif said.hidden:
        return access.not_found(request)
    else:
        messages.error(request, said.reason)
    return redirect("administer:person", account_id)


@page(roles=_ONLY)
@require_http_methods(["GET", "HEAD", "POST"])
def left(request: Request, account_id: UUID) -> HttpResponse:
    asked = _sure(
        request,
        account_id,
        title="Record that a person has left",
        lines=(
            "Every role ends now, and every session: whatever is open stops at the next page.",
            "Where women were in this person’s care, the supervisors there are asked to hand them over.",
            "What this person wrote stays, under the same name.",
        ),
        button="End all access now",
    )
    if isinstance(asked, HttpResponse):
        return asked
    said = administer.leave(account_id=account_id, by=request.actor, at=request.now)
    return _after(request, said, account_id, "All access has ended, and so has every session.")


@page(roles=_ONLY)
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: Request, account_id: UUID, appointment_id: UUID) -> HttpResponse:
    asked = _sure(
        request,
        account_id,
        title="End a role",
        lines=("The role ends now. What it opened is closed from the next page on.",),
        button="End this role now",
    )
    if isinstance(asked, HttpResponse):
        return asked
    said = administer.end_appointment(appointment_id=appointment_id, by=request.actor, at=request.now)
    return _after(request, said, account_id, "The role has ended.")


@page(roles=_ONLY)
@require_POST
def back(request: Request, account_id: UUID) -> HttpResponse:
    said = administer.come_back(account_id=account_id, by=request.actor, at=request.now)
    return _hand_over(request, said, "Person brought back") if said else access.refuse(request, said)


@page(roles=_ONLY)
@require_POST
def link(request: Request, account_id: UUID) -> HttpResponse:
    said = administer.new_link(account_id=account_id, by=request.actor, at=request.now)
    return _hand_over(request, said, "Link made") if said else access.refuse(request, said)


@page(roles=_ONLY)
@require_POST
def unlock(request: Request, account_id: UUID) -> HttpResponse:
    said = administer.unlock(account_id=account_id, forget=attempts.unlock, by=request.actor, at=request.now)
    was = said.data.get("forgotten", 0) if said else 0
    words = "Sign-in is unlocked." if was else "Sign-in was not locked; nothing is counted against it."
    return _after(request, said, account_id, words)
