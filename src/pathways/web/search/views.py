"""Search: what is typed is posted, so that it stands in no address, history or log."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from pathways.domain.governance.policy import Resource
from pathways.journey import searching
from pathways.journey.home import Leads
from pathways.journey.searching import What
from pathways.web import onward
from pathways.web.access import page
from pathways.web.request import Request

_LEADS = {
    What.CLIENT: Leads.CLIENT,
    What.CONSIDERATION: Leads.CONSIDERATION,
    What.REFERRAL_IN: Leads.REFERRAL_IN,
    What.REFERRAL: Leads.REFERRAL,
}
_KINDS = {
    What.CLIENT: "A woman you may see",
    What.CONSIDERATION: "A flag",
    What.REFERRAL_IN: "A referral in",
    What.REFERRAL: "A referral to a service",
    What.RECEIPT: "A receipt",
}
_MOST = 100


@page(reads=Resource.NAME_TOKEN)
@never_cache
def search(request: Request) -> HttpResponse:
    if request.method != "POST":
        return redirect(reverse("home:home"))
    typed = " ".join(request.POST.get("query", "").split())[:_MOST]
    context: dict[str, Any] = {"title": "Search", "typed": typed}
    if len(typed) < 2:
        context["problem"] = "Type a name, part of a date of birth, or a reference"
        context["looked_in"] = searching.looks_in(request.actor)
        return render(request, "search/results.html", context, status=422)
    found = searching.search(typed=typed, by=request.actor, at=request.now)
    context |= {
        "title": "Search results",
        "found": found,
        "looked_in": found.looked_in,
        "rows": [
            {"result": each, "kind": _KINDS[each.what], "href": _href(each, request)}
            for each in found.results
        ],
    }
    return render(request, "search/results.html", context)


def _href(each: searching.Result, request: Request) -> str:
    leads = _LEADS.get(each.what)
    return onward.to(leads, request.actor, each.id) if leads else ""
