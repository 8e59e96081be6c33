"""What stands round every page of this area: who it is about, and the ways between its pages."""

from __future__ import annotations

import dataclasses
from typing import Any
from uuid import UUID

from django.urls import NoReverseMatch, reverse

from pathways.domain.governance import policy
from pathways.domain.governance.actors import Actor
from pathways.domain.terms.people import Role
from pathways.journey.her import Banner

#: Those who work with her, and those of them who may see more than how to reach her.
ALONGSIDE = {Role.SUPPORT_WORKER, Role.PROVIDER_WORKER, Role.SUPERVISOR, Role.COORDINATOR}
HERS = {Role.SUPPORT_WORKER, Role.SUPERVISOR, Role.COORDINATOR}


def home(client_id: UUID) -> str:
    """Her page, or her plan while there is no page of hers."""
    try:
        return reverse("herpage:story", args=[client_id])
    except NoReverseMatch:
        return reverse("reach:plan", args=[client_id])


def about(person: Banner) -> Banner:
    return dataclasses.replace(person, href=home(person.client_id))


def ways(client_id: UUID, by: Actor, here: str) -> list[dict[str, Any]]:
    """The tabs between her pages of this area."""
    pages = [("plan", "Safe contact"), ("agreement", "Agreement"), ("messages", "Messages to her")]
    if by.role in (Role.SUPPORT_WORKER, Role.SUPERVISOR):
        pages.append(("place", "Safe place"))
    if policy.could(by, policy.Action.READ, policy.Resource.TOLD):
        pages.append(("told", "What she was told"))
    pages.append(("stop", "Stop"))
    if by.role is Role.PROVIDER_WORKER:
        pages = [page for page in pages if page[0] != "agreement"]
    return [
        {"label": label, "href": reverse(f"reach:{name}", args=[client_id]), "current": name == here}
        for name, label in pages
    ]


def around(person: Banner, by: Actor, here: str) -> dict[str, Any]:
    """The context that every page about her needs."""
    return {"person": about(person), "tabs": ways(person.client_id, by, here), "back": home(person.client_id)}
