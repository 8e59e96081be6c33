"""The parts of the evaluation, for the row of links above each of them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from pathways.journey import bringing, planning
from pathways.web.request import Request

TABS = (
    ("overview", "The flow"),
    ("process", "How it ran"),
    ("women", "The women"),
    ("compared", "Who is reached"),
    ("impact", "What changed"),
)
BROUGHT = (("comparison", "Beside a group"), ("police_contact", "Police contact"))
LAST = (("definitions", "Definitions and method"),)


def tabs(request: Request, current: str) -> list[dict[str, Any]]:
    """Those that this person may open."""
    role = request.actor.role
    shown = (*TABS, *(BROUGHT if role in bringing.MAY_BRING else ()), *LAST)
    found = [
        {"label": label, "href": reverse(f"evaluate:{name}"), "current": name == current}
        for name, label in shown
    ]
    if role in planning.MAY_READ:
        found.append({"label": "The plan", "href": reverse("plan:overview"), "current": False})
    return found
