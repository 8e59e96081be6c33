"""Where a page about her leads back to: her page, for those who have one of her."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import NoReverseMatch, reverse


def address(client_id: UUID) -> str:
    """Her page; while an installation has none, her assessment."""
    try:
        return reverse("herpage:story", args=[client_id])
    except NoReverseMatch:
        return reverse("assess:her", args=[client_id])


def person(banner: Any) -> dict[str, Any]:
    """The banner as the page draws it, with the way to her page."""
    return {
        "name": banner.name,
        "reference": banner.reference,
        "safe_contact": banner.safe_contact,
        "safe_contact_ok": banner.safe_contact_ok,
        "must_not_know": banner.must_not_know,
        "lead": banner.lead,
        "level": banner.level,
        "href": address(banner.client_id),
    }
