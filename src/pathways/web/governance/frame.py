"""The tabs of those who answer for access: what was read, refused, opened in an emergency, and kept shut."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

TABS = (
    ("events", "Access events", "governance:events"),
    ("refusals", "Refusals", "governance:refusals"),
    ("emergencies", "Emergency accesses", "emergency:list"),
    ("seal", "Seal", "governance:seal"),
    ("bars", "Who is kept out", "governance:bars"),
    ("instruments", "Instruments", "instruments:list"),
)


def tabs(here: str) -> list[dict[str, Any]]:
    return [{"label": label, "href": reverse(name), "current": key == here} for key, label, name in TABS]
