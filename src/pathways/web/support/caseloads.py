"""Lists of women by what comes next, the workload of a team, cover and hand-over."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from pathways.domain.governance.policy import Resource
from pathways.domain.terms.people import Role
from pathways.domain.triage.levels import Level
from pathways.journey import caseload
from pathways.web import access, clock, flow, lists
from pathways.web.access import page
from pathways.web.lists import Column
from pathways.web.request import Request
from pathways.web.support import about, forms
from pathways.web.templatetags import pathways

_TABS = {"now": "With us now", "paused": "Paused", "ended": "Ended"}


@page(reads=Resource.CLIENT)
def women(request: Request) -> HttpResponse:
    """The women this person works with or answers for, what is late first."""
    by = request.actor
    team = by.role in (Role.SUPERVISOR, Role.COORDINATOR)
    colleagues = (
        [(str(one.account_id), one.name) for one in caseload.colleagues(by=by)]
        if by.role is Role.SUPERVISOR
        else []
    )
    listing = lists.Listing(
        request,
        sorts=("next", "level", "opened"),
        default="next",
        filters=forms.WomenFilter,
        tabs=tuple(_TABS),
        filter_kwargs={"colleagues": colleagues},
    )
    chosen = listing.chosen
    found = caseload.women(
        by=by,
        at=request.now,
        tab=listing.tab,
        sort=listing.sort,
        descending=listing.descending,
        level=Level(int(chosen["level"])) if chosen.get("level") else None,
        worker_id=UUID(chosen["worker"]) if chosen.get("worker") else None,
        offset=listing.offset,
        limit=listing.per_page,
    )
    listing.count(found.total)
    columns = [
        Column("Name"),
        Column("Next", "next"),
        Column("Safe contact"),
        Column("Level", "level"),
        Column("Worker"),
        Column("Since", "opened"),
    ]
    context = {
        "title": "Women" if team else "My women",
        "listing": listing,
        "tabs": [
            {
                "label": label,
                "href": listing.href(tab=name, page=None),
                "current": name == listing.tab,
                "count": found.counts[name],
            }
            for name, label in _TABS.items()
        ],
        "columns": listing.columns(*columns),
        "rows": [_row(one, request.now) for one in found.rows],
        "is_worker": by.role in about.WORKERS,
        "searched": "the women of your organisation" if team else "the women you work with",
    }
    return render(request, "support/women.html", context)


def _row(one: caseload.Woman, now: datetime) -> dict[str, Any]:
    following: dict[str, Any] = {"text": one.next_words}
    if one.next_at is not None:
        following["hint"] = f"{clock.day(one.next_at)} ({clock.relative(one.next_at, now=now)})"
    if one.is_overdue:
        following |= {"tag": one.next_words, "colour": "orange"}
    return {
        "cells": [
            {
                "text": one.name,
                "href": about.page_of(one.client_id),
                "hint": _known_as(one),
            },
            following,
            {"text": one.safe_contact or "No safe-contact plan: do not contact her"},
            {"text": one.level.label if one.level is not None else "Not decided yet"},
            {"text": one.worker or "Nobody yet"},
            {"date": one.opened_at, "show": "relative"},
        ]
    }


def _known_as(one: caseload.Woman) -> str:
    reference = pathways.said(one.reference)
    return f"{reference}, covering for {one.covers}" if one.covers else reference


@page(roles={Role.SUPERVISOR})
def workload(request: Request) -> HttpResponse:
    """What each worker of the team carries, and the cover that holds now."""
    loads = caseload.workload(by=request.actor, at=request.now)
    columns = [
        {"label": "Worker"},
        {"label": "Women", "numeric": True},
        {"label": "Covering", "numeric": True},
        {"label": "Contacts in 7 days", "numeric": True},
        {"label": "Still to record", "numeric": True},
        {"label": "Reviews overdue", "numeric": True},
    ]
    rows = [
        {
            "cells": [
                {
                    "text": one.name,
                    "href": f"{reverse('support:list')}?worker={one.account_id}",
                    "hint": f"Covered by {', '.join(one.covered_by)}" if one.covered_by else "",
                },
                {"text": one.women, "numeric": True},
                {"text": one.covering, "numeric": True},
                {"text": one.this_week, "numeric": True},
                {"text": one.to_record, "numeric": True},
                {"text": one.reviews_overdue, "numeric": True},
            ]
        }
        for one in loads
    ]
    context = {
        "title": "Workload",
        "columns": columns,
        "rows": rows,
        "covers": caseload.covers(by=request.actor),
        "tabs": about.team_tabs(request, "workload"),
        "figures": [
            {"value": sum(one.women for one in loads), "label": "Women on caseloads"},
            {"value": sum(one.to_record for one in loads), "label": "Contacts to record"},
            {"value": sum(one.reviews_overdue for one in loads), "label": "Reviews overdue"},
        ],
    }
    return render(request, "support/workload.html", context)


class Moving(flow.Flow):
    """A caseload, or one woman, to a colleague."""

    def begin(self) -> HttpResponse | None:
        self.person = None
        if client_id := self.kwargs.get("client_id"):
            self.person = about.banner(self.request, client_id)  # type: ignore[arg-type]
            if self.person is None:
                return access.not_found(self.request)
        return None

    def context(self) -> dict[str, Any]:
        return {"person": self.person, "covers": caseload.covers(by=self.actor)}

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        colleagues = [(str(one.account_id), one.name) for one in caseload.colleagues(by=self.actor)]
        takers = [
            (str(one.account_id), one.name)
            for one in caseload.takers(client_id=self.kwargs.get("client_id"), by=self.actor)
        ]
        own = self.actor.role is not Role.SUPERVISOR
        if own:
            takers = [pair for pair in takers if pair[0] != str(self.actor.account_id)]
        fixed = str(self.actor.account_id) if own else ""
        return {"colleagues": colleagues, "takers": takers, "fixed": fixed}

    def back(self) -> str:
        if client_id := self.kwargs.get("client_id"):
            return about.page_of(client_id)
        return reverse("support:workload" if self.actor.role is Role.SUPERVISOR else "support:list")

    def pair(self, answers: dict[str, Any]) -> dict[str, Any]:
        return {
            "from_account_id": UUID(answers.get("from_account_id") or str(self.actor.account_id)),
            "to_account_id": UUID(answers["to_account_id"]),
            "client_id": self.kwargs.get("client_id"),
            "by": self.actor,
            "at": self.now,
        }


def _many(count: int) -> str:
    return "1 woman" if count == 1 else f"{count} women"


def _who_is_followed_up(count: int) -> list[str]:
    """Women who are with us no more, and whom her worker still asks how they are."""
    return [f"So do the follow-ups of {_many(count)} whose support has ended."] if count else []


def _who_stays(count: int) -> list[str]:
    """Women from whom the colleague is kept: they stay, and somebody else must be found."""
    return [f"{_many(count)} could not be given to this colleague: choose another for them."] if count else []


@page(roles=about.WORKERS)
class Cover(Moving):
    """For a time."""

    title = "Cover for a colleague"
    form = forms.CoverForm
    button = "Give this cover"
    template = "support/cover.html"

    def do(self, answers: dict[str, Any]) -> flow.Receipt | HttpResponse:
        said = caseload.cover(**self.pair(answers), until=answers["until"])
        if not said.allowed:
            raise flow.Refused(said)  # type: ignore[arg-type]
        hers = flow.whose(said.data["women"], self.actor)
        return flow.Receipt(
            "Cover given",
            next=[
                f"The colleague can work with {_many(said.data['count'])} until the end of "
                f"{clock.day(answers['until'])}.",
                *_who_is_followed_up(said.data["follow_ups"]),
                "After that day she no longer sees their records.",
                *_who_stays(said.data["stay"]),
                f"They are known as {hers}.",
            ],
            href=reverse("support:list"),
            onward="Back to the list",
        )


@page(roles=about.WORKERS)
class HandOver(Moving):
    """For good."""

    effect = "decides"
    title = "Hand over"
    form = forms.HandOverForm
    button = "Hand over"

    def do(self, answers: dict[str, Any]) -> flow.Receipt | HttpResponse:
        said = caseload.hand_over(**self.pair(answers), is_she_told=answers["is_she_told"])
        if not said.allowed:
            raise flow.Refused(said)  # type: ignore[arg-type]
        following = [
            f"{_many(said.data['count'])} handed over, with what is planned and due.",
            f"They are known as {flow.together(said.data['references'])}.",
            "The former worker no longer sees their records.",
        ]
        following += _who_is_followed_up(said.data["follow_ups"])
        following += _who_stays(said.data["stay"])
        if not answers["is_she_told"]:
            following.append(
                "Somebody still has to tell them who their worker is now, in a way that is safe."
            )
        return flow.Receipt(
            "Handed over", next=following, href=reverse("support:list"), onward="Back to the list"
        )


@page(roles=about.WORKERS)
def end_cover(request: Request, from_id: UUID, to_id: UUID) -> HttpResponse:
    """Ends cover before its day."""
    after = "support:workload" if request.actor.role is Role.SUPERVISOR else "support:cover"
    if request.method == "POST":
        said = caseload.end_cover(
            from_account_id=from_id, to_account_id=to_id, by=request.actor, at=request.now
        )
        if not said.allowed:
            return access.refuse(request, said)  # type: ignore[arg-type]
        messages.success(request, "Cover ended.")
    return redirect(after)
