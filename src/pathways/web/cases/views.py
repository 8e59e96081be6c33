"""The case list: tabs with counts, filters as chips, order, pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from pathways.domain.governance import policy
from pathways.domain.governance.policy import Action, Resource
from pathways.domain.support.path import Stage
from pathways.domain.terms import clocks, references
from pathways.domain.terms.people import Role
from pathways.domain.triage.levels import Level
from pathways.journey import case_list
from pathways.web import access, clock, lists, onward
from pathways.web.access import page
from pathways.web.cases.forms import CaseFilters
from pathways.web.request import Request


@page(reads=Resource.CLIENT)
def cases(request: Request) -> HttpResponse:
    actor = request.actor
    if not policy.could(actor, Action.READ, Resource.CLIENT):
        return access.not_found(request)
    tabs = case_list.tabs_for(actor)
    providers = case_list.is_a_providers(actor)
    listing = lists.Listing(
        request,
        sorts=("since",) if providers else case_list.SORTS,
        default="due" if providers else "level",
        descending=not providers,
        filters=CaseFilters,
        filter_kwargs={"by": actor},
        tabs=[tab.value for tab in tabs],
    )
    found = case_list.listed(
        by=actor,
        at=request.now,
        tab=case_list.Tab(listing.tab),
        sort=listing.sort,
        descending=listing.descending,
        offset=listing.offset,
        limit=listing.per_page,
        **_chosen(listing),
    )
    listing.count(found.total)
    is_closed = case_list.Tab(listing.tab) is case_list.Tab.CLOSED
    context = {
        "title": _title(request),
        "listing": listing,
        "tabs": _tabs(listing, tabs, found, request),
        "columns": _columns(listing, providers, case_list.Tab(listing.tab)),
        "rows": [_row(line, providers, request) for line in found.lines],
        "empty": _empty(listing, request),
        "waiting_label": "How it goes" if providers else "How it ended" if is_closed else "Waiting for",
        "since_label": "Closed" if is_closed else "With us since",
        "brought": "" if actor.is_police else onward.address("doors:mine", actor),
    }
    return render(request, "cases/list.html", context)


def _title(request: Request) -> str:
    return "On the agenda" if request.actor.role is Role.PANEL_CHAIR else "Women"


def _chosen(listing: lists.Listing) -> dict[str, Any]:
    chosen = dict(listing.chosen)
    if levels := chosen.get("levels"):
        chosen["levels"] = [Level(int(level)) for level in levels]
    if stage := chosen.get("stage"):
        chosen["stage"] = Stage(stage)
    return chosen


def _tabs(
    listing: lists.Listing, tabs: tuple[case_list.Tab, ...], found: case_list.Listed, request: Request
) -> list[dict[str, Any]]:
    if len(tabs) < 2:
        return []
    return [
        {
            "label": tab.label,
            "href": listing.href(tab=tab.value, page=None),
            "current": tab.value == listing.tab,
            "count": found.counts[tab],
        }
        for tab in tabs
    ]


def _columns(listing: lists.Listing, providers: bool, tab: case_list.Tab) -> list[dict[str, Any]]:
    closed = tab is case_list.Tab.CLOSED
    since = "Closed" if closed else "With us since"
    if providers:
        return listing.columns(
            lists.Column("Name"),
            lists.Column("How it goes"),
            lists.Column("Safe contact"),
            lists.Column("Next"),
            lists.Column(since, sort="since"),
        )
    return listing.columns(
        lists.Column("Name", sort="reference"),
        lists.Column("Level", sort="level"),
        lists.Column("How it ended" if closed else "Waiting for"),
        lists.Column("Safe contact"),
        lists.Column("Next"),
        lists.Column("Lead"),
        lists.Column(since, sort="since"),
    )


def _row(line: case_list.Line, providers: bool, request: Request) -> dict[str, Any]:
    """One line as words: the template does nothing but put them down, since there are many."""
    today = clocks.local(request.now).date()
    alarm = ""
    if line.is_stopped:
        alarm = "Stop: do not contact"
    elif not line.safe_contact_ok:
        alarm = "Do not contact yet"
    due, is_late, due_hint = "", False, ""
    if line.due is not None:
        is_late = line.due < today
        what = line.due_for.capitalize()
        near = clock.relative(line.due, now=request.now)
        due = "Overdue" if is_late else f"{what} {near}"
        due_hint = f"{what}: {clock.overdue(line.due, now=request.now)}" if is_late else clock.day(line.due)
    known = line.since.year > 1900
    return {
        "href": reverse("herpage:story", args=[line.client_id]),
        "name": line.name or "Name not known",
        "reference": references.spaced(line.reference),
        "level": None if providers else _level_words(line.level),
        "waiting_for": line.waiting_for,
        "alarm": alarm,
        "safe_contact": "" if line.is_stopped else line.safe_contact,
        "due": due,
        "due_hint": due_hint,
        "is_late": is_late,
        "lead": None if providers else line.lead or "Nobody yet",
        "since": clock.relative(line.since, now=request.now) if known else "Not started",
        "since_day": clock.day(line.since) if known else "",
    }


def _level_words(level: Level | None) -> str:
    if level is None:
        return "Not decided"
    return level.label.removeprefix("Level ").replace(": ", " ")


def _empty(listing: lists.Listing, request: Request) -> dict[str, str]:
    """What to say when there is nobody: what was looked through, and what to do next."""
    if listing.chips:
        return {
            "heading": "Nobody fits these filters",
            "searched": "the women under this tab",
            "next": "Remove a filter, or look under another tab.",
            "href": listing.clear_href,
            "action": "Clear all filters",
        }
    words = {
        "mine": "A woman appears here when the coordinator asks you to reach her, when you take a referral,"
        " or when a colleague hands her over.",
        "all": "A woman appears here as soon as somebody has confirmed that she is who the programme is for.",
        "unassigned": "Everybody has somebody. Nothing to do here.",
        "closed": "Nobody’s time with the programme has ended yet.",
    }
    if request.actor.role is Role.PANEL_CHAIR:
        words["all"] = "The coordinator puts a woman on the panel’s agenda; only then do you see her."
    return {"heading": "Nobody here", "searched": "", "next": words[listing.tab], "href": "", "action": ""}
