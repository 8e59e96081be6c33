"""The coordinator puts a woman on the panel's agenda, or takes her off it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from pathways.domain.terms.people import Role
from pathways.journey import her, panel
from pathways.web import about_her, access, flow
from pathways.web.access import page
from pathways.web.request import Request


@page(roles={Role.COORDINATOR})
def agenda(request: Request, client_id: UUID) -> HttpResponse:
    """One button: on the agenda, or off it."""
    by, at = request.actor, request.now
    found = panel.agenda(client_id=client_id, by=by)
    banner = her.banner(client_id=client_id, by=by, at=at)
    if found is None or banner is None:
        return access.not_found(request)
    if request.method == "POST":
        verb = panel.take_off if request.POST.get("_do") == "off" else panel.put_on
        said = verb(client_id=client_id, by=by, at=at)
        if not said:
            return access.refuse(request, said)
        words = "Put on the panel’s agenda." if verb is panel.put_on else "Taken off the panel’s agenda."
        flow.notice(request, " ".join((words, *said.next)), client_id=client_id)
        return redirect("panel:agenda", client_id)
    return render(
        request,
        "panel/agenda.html",
        {
            "title": "The panel’s agenda",
            "person": about_her.person(banner),
            "found": found,
            "back": reverse("herpage:involved", args=[client_id]),
        },
    )
