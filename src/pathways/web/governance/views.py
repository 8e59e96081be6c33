"""Access events in words; what crossed has its own pages, at the door.

What is in a record is never shown here: a record is a number.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from pathways.domain.governance.policy import Resource
from pathways.domain.terms.people import Role
from pathways.journey import answering, barring
from pathways.web import access, clock, forms, lists
from pathways.web.access import page
from pathways.web.governance.frame import tabs
from pathways.web.request import Request
from pathways.web.templatetags import pathways

_TITLES = {"events": "Access events", "refusals": "Refusals"}


class _Days(forms.PathwaysForm):
    first_day = forms.Date(label="From")
    last_day = forms.Date(label="Until")


class EventFilters(_Days):
    kind = forms.Pick(label="What was done", choices=answering.KINDS, empty="Anything")
    person = forms.Pick(label="Member of staff", choices=[], empty="Anybody")
    field_order = ("kind", "person", "first_day", "last_day")

    def __init__(self, *args: Any, staff: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [("", "Anybody"), *staff]  # type: ignore[attr-defined]


class RefusalFilters(EventFilters):
    kind = None  # type: ignore[assignment]


def _rows(lines: tuple[answering.Line, ...]) -> list[dict[str, Any]]:
    return [
        {
            "cells": [
                {"text": clock.moment(one.at), "href": reverse("governance:event", args=[one.id])},
                {"text": one.who, "hint": one.role},
                {"tag": one.kind, "colour": one.colour},
                {"text": one.words},
            ]
        }
        for one in lines
    ]


_COLUMNS = [{"label": label} for label in ("When", "Who", "Kind", "What happened")]


def _list(request: Request, here: str, **more: Any) -> HttpResponse:
    listing = lists.Listing(
        request,
        filters=RefusalFilters if here == "refusals" else EventFilters,
        filter_kwargs={"staff": answering.staff(by=request.actor)},
    )
    found = answering.events(
        by=request.actor,
        at=request.now,
        **listing.chosen,
        **more,
        offset=listing.offset,
        limit=listing.per_page,
    )
    listing.count(found.total)
    context = {
        "title": _TITLES[here],
        "tabs": tabs(here),
        "listing": listing,
        "rows": _rows(found.lines),
        "columns": _COLUMNS,
        "here": here,
    }
    return render(request, "governance/events.html", context)


@page(reads=Resource.ACCESS_EVENT)
def events(request: Request) -> HttpResponse:
    return _list(request, "events")


@page(reads=Resource.ACCESS_EVENT)
def refusals(request: Request) -> HttpResponse:
    return _list(request, "refusals", refusals=True)


@page(reads=Resource.ACCESS_EVENT)
def event(request: Request, event_id: UUID) -> HttpResponse:
    found = answering.event(event_id=event_id, by=request.actor, at=request.now)
    if found is None:
        return access.not_found(request)
    rows = [
        {"key": "When", "value": clock.moment(found.at)},
        {"key": "Who", "values": [found.who, found.role]},
        {"key": "What happened", "value": found.words},
        {"key": "Page or command", "value": found.route, "none": "Not kept"},
    ]
    if found.recipient:
        rows.append({"key": "To", "value": found.recipient})
    context = {
        "title": "Access event",
        "crumbs": [("Access events", reverse("governance:events"))],
        "rows": rows,
        "records": [(_number(one), reverse("governance:record", args=[one])) for one in found.records],
    }
    return render(request, "governance/event.html", context)


@page(reads=Resource.ACCESS_EVENT)
def seal(request: Request) -> HttpResponse:
    """The newest signed head of the whole log, to be printed and held by partners as witness."""
    found = answering.seal()
    rows = []
    if found.head is not None:
        said = found.head.as_dict()
        rows = [
            {"key": "Events", "value": f"{found.head.size:,}"},
            {"key": "Root", "value": said["root"]},
            {"key": "Signed", "value": clock.moment(found.head.at)},
            {"key": "Signature", "value": said["signature"]},
            {"key": "Key", "value": said["key"]},
        ]
    context = {"title": "Seal", "tabs": tabs("seal"), "rows": rows, "waiting": found.waiting}
    return render(request, "governance/seal.html", context)


@page(reads=Resource.ACCESS_EVENT)
def head_file(request: Request) -> HttpResponse:
    """The same head as a file, for `pathways audit verify --head` and `audit compare`."""
    found = answering.seal()
    if found.head is None:
        return redirect("governance:seal")  # which says that there is none yet
    answer = JsonResponse(found.head.as_dict(), json_dumps_params={"indent": 1})
    answer["Content-Disposition"] = f'attachment; filename="log-head-{found.head.size}.json"'
    return answer


def _number(record: UUID) -> str:
    """A record's own number, short enough to read out."""
    return f"Record {str(record)[:8]}"


@page(reads=Resource.ACCESS_EVENT)
def record(request: Request, record_id: UUID) -> HttpResponse:
    """Everything that anybody here did with one record."""
    listing = lists.Listing(request)
    found = answering.events(
        by=request.actor, at=request.now, record=record_id, offset=listing.offset, limit=listing.per_page
    )
    if not found.total:
        return access.not_found(request)
    listing.count(found.total)
    context = {
        "title": f"{_number(record_id)}: who did what",
        "crumbs": [("Access events", reverse("governance:events"))],
        "listing": listing,
        "rows": _rows(found.lines),
        "columns": _COLUMNS,
        "here": "record",
    }
    return render(request, "governance/events.html", context)


@page(roles={Role.GOVERNANCE_LEAD})
def bars(request: Request) -> HttpResponse:
    """Who was kept from a record by this organisation. She is a reference here."""
    listing = lists.Listing(request)
    found, total = barring.of_our_organisation(
        by=request.actor, at=request.now, offset=listing.offset, limit=listing.per_page
    )
    listing.count(total)
    context = {
        "title": "Who is kept out",
        "tabs": tabs("bars"),
        "listing": listing,
        "columns": [{"label": label} for label in ("Record", "Who is kept out", "Why", "Set", "Stands")],
        "rows": [_bar(each) for each in found],
    }
    return render(request, "governance/bars.html", context)


def _bar(each: barring.BarOfOurs) -> dict[str, Any]:
    one = each.bar
    lifted = one.lifted_at is not None
    return {
        "cells": [
            {"text": pathways.said(each.reference)},
            {"text": one.who, "hint": one.where},
            {"text": one.ground.label, "hint": one.reason},
            {"text": clock.day(one.set_at), "hint": f"by {one.set_by}"},
            {
                "tag": "Lifted" if lifted else "In force",
                "colour": "grey" if lifted else "teal",
                "hint": f"{clock.day(one.lifted_at)}: {one.why_lifted}" if lifted else "",
            },
        ]
    }
