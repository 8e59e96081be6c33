"""What every page of the evaluation shares: the row of its parts, and a file as it leaves."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from pathways.domain.evaluation.recorded import KINDS, RecordKind
from pathways.domain.governance.actors import Actor
from pathways.web import onward

#: Each part's address; those that are not for this person are left out.
PARTS = (
    ("evaluate:overview", "The flow"),
    ("evaluate:process", "How it ran"),
    ("evaluate:women", "The women"),
    ("evaluate:compared", "Who is reached"),
    ("evaluate:impact", "What changed"),
    ("evaluate:comparison", "Beside a group"),
    ("evaluate:police_contact", "Police contact"),
    ("evaluate:costs", "Costs"),
    ("evaluate:prices", "Prices"),
    ("partners:overview", "Partners"),
    ("interviews:overview", "Interviews"),
    ("learning", "Learning log"),
    ("evaluate:definitions", "Definitions and method"),
    ("evaluate:dashboard", "Dashboard"),
    ("evaluate:releases", "Releases"),
    ("evaluate:lab", "Justice Data Lab"),
    ("plan:overview", "The plan"),
)
TYPES = {
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def tabs(current: str, by: Actor) -> list[dict[str, Any]]:
    """The parts of the evaluation that are for this person; `current` is the name of one of them."""
    found = []
    for name, label in PARTS:
        if name == "learning":
            reads = by.role in KINDS[RecordKind.LEARNING].reads
            address = reverse("plan:record_list", args=[RecordKind.LEARNING.value]) if reads else ""
        else:
            address = onward.address(name, by)
        if address:
            is_here = name in (current, f"evaluate:{current}", f"{current}:overview")
            found.append({"label": label, "href": address, "current": is_here})
    return found


def attached(name: str, content: bytes) -> HttpResponse:
    """A file that leaves: never shown in the page's own place."""
    response = HttpResponse(content, content_type=TYPES[name.rpartition(".")[2]])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
