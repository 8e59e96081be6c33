"""What every page of the evaluation shares: the row of its parts, and a file as it leaves."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from pathways.domain.governance.actors import Actor
from pathways.web import onward

TABS = (
    ("overview", "The flow"),
    ("process", "How it ran"),
    ("women", "The women"),
    ("compared", "Who is reached"),
    ("definitions", "Definitions and method"),
)
#: Parts that are for some of those who see the evaluation.
_FURTHER = (
    ("evaluate:dashboard", "Dashboard"),
    ("evaluate:releases", "Releases"),
    ("plan:overview", "The plan"),
)
TYPES = {
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def tabs(current: str, by: Actor) -> list[dict[str, Any]]:
    """The parts of the evaluation that are for this person."""
    found = [
        {"label": label, "href": reverse(f"evaluate:{name}"), "current": name == current}
        for name, label in TABS
    ]
    return found + [
        {"label": label, "href": address, "current": name == f"evaluate:{current}"}
        for name, label in _FURTHER
        if (address := onward.address(name, by))
    ]


def attached(name: str, content: bytes) -> HttpResponse:
    """A file that leaves: never shown in the page's own place."""
    response = HttpResponse(content, content_type=TYPES[name.rpartition(".")[2]])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
