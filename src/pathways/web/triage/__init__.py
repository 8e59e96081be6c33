"""Triage: her level decided and read again, the policy made in the open, and triage watching itself."""

from __future__ import annotations

from typing import Any

from pathways.domain.governance.actors import Actor
from pathways.web import onward

#: (name, words, address) of the pages that belong together.
AREAS = (
    ("list", "Decisions", "triage:list"),
    ("readings", "Second readings", "triage:readings"),
    ("policy", "The policy", "triage:history"),
    ("watching", "How it goes", "triage:watching"),
    ("what_if", "What if", "triage:what_if"),
    ("record", "How it works", "triage:record"),
    ("choices", "Choices", "triage:choices"),
)


def areas(current: str, actor: Actor) -> list[dict[str, Any]]:
    """The ways between these pages: those that this person may open."""
    return [
        {"label": label, "href": address, "current": name == current}
        for name, label, route in AREAS
        if (address := onward.address(route, actor))
    ]
