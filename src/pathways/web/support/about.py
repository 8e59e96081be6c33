"""Whom a page is about, and the tabs between the pages about her support."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import NoReverseMatch, reverse

from pathways.domain.terms.people import Role
from pathways.journey import her
from pathways.web.request import Request

WORKERS = {Role.SUPPORT_WORKER, Role.PROVIDER_WORKER, Role.SUPERVISOR}
ALONGSIDE = {*WORKERS, Role.COORDINATOR}


def banner(request: Request, client_id: UUID) -> dict[str, Any] | None:
    """Her banner with the way to her page; None when she is not there for this person."""
    found = her.banner(client_id=client_id, by=request.actor, at=request.now)
    if found is None:
        return None
    return {
        "name": found.name,
        "reference": found.reference,
        "safe_contact": found.safe_contact,
        "safe_contact_ok": found.safe_contact_ok,
        "must_not_know": found.must_not_know,
        "lead": found.lead,
        "level": found.level,
        "href": page_of(client_id),
    }


def page_of(client_id: UUID) -> str:
    """Her page; until there is one, her contacts."""
    try:
        return reverse("herpage:story", args=[client_id])
    except NoReverseMatch:
        return reverse("support:contacts", args=[client_id])


def tabs(client_id: UUID, here: str) -> list[dict[str, Any]]:
    """The pages about her support."""
    found = []
    for name, label in (
        ("contacts", "Contacts and notes"),
        ("plan", "Plan and goals"),
        ("after", "Closing and after"),
    ):
        address = reverse(f"support:{name}", args=[client_id])
        found.append({"label": label, "href": address, "current": name == here})
    story = page_of(client_id)
    if story != found[0]["href"]:
        found.insert(0, {"label": "Her page", "href": story, "current": False})
    return found


def team_tabs(request: Request, here: str) -> list[dict[str, Any]]:
    """What a supervisor looks at in turn; a worker has none of these tabs."""
    if request.actor.role is not Role.SUPERVISOR:
        return []
    names = (
        ("workload", "Workload"),
        ("sign_offs", "Sign-offs"),
        ("today", "Contacts"),
        ("follow_ups", "Follow-ups"),
    )
    return [
        {"label": label, "href": reverse(f"support:{name}"), "current": name == here} for name, label in names
    ]
