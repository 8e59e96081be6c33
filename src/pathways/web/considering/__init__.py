"""Considering: screening runs, second readings, what is learnt, and the published record of how it works."""

from __future__ import annotations

from typing import Any

from pathways.domain.governance.actors import Actor
from pathways.web import onward

#: (name, words, address) of the pages that belong together.
AREAS = (
    ("list", "Considerations", "police:list"),
    ("seconds", "Second readings", "considering:seconds"),
    ("runs", "Screening runs", "considering:runs"),
    ("pairs", "One person?", "linking:list"),
    ("learning", "What it learns", "considering:learning"),
    ("police_records", "For the evaluation", "considering:police_records"),
    ("record", "How it works", "considering:record"),
)


def areas(current: str, actor: Actor) -> list[dict[str, Any]]:
    """The ways between these pages: those that this person may open."""
    return [
        {"label": label, "href": address, "current": name == current}
        for name, label, route in AREAS
        if (address := onward.address(route, actor))
    ]
