"""The parts of the evaluation, for the row of links above each of them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from pathways.domain.evaluation.recorded import KINDS, RecordKind
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
    brought = BROUGHT if role in bringing.MAY_BRING else ()
    parts = [(name, label, reverse(f"evaluate:{name}")) for name, label in (*TABS, *brought)]
    parts.append(("partners", "Partners", reverse("partners:overview")))
    if role in KINDS[RecordKind.LEARNING].reads:
        log = reverse("plan:record_list", args=[RecordKind.LEARNING.value])
        parts.append(("learning", "Learning log", log))
    parts += [(name, label, reverse(f"evaluate:{name}")) for name, label in LAST]
    if role in planning.MAY_READ:
        parts.append(("plan", "The plan", reverse("plan:overview")))
    return [{"label": label, "href": href, "current": name == current} for name, label, href in parts]
