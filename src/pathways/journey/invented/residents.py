"""How many women live in the areas of the demonstration: invented, in the shape of a census table."""

from __future__ import annotations

import hashlib
import json
import uuid
from datetime import datetime
from typing import Any, Final

from pathways.domain.terms.demographics import EthnicGroup
from pathways.records.models import ReferenceSet

SOURCE: Final = "Invented residents of the demonstration"
#: women, and how many in a hundred of them belong to each group
_AREAS: Final = (
    ("DEMO-L", "Luton", 80_000, (33, 11, 4, 48, 4)),
    ("DEMO-B", "Bedford", 70_000, (13, 6, 4, 74, 3)),
    ("DEMO-C", "Central Bedfordshire", 110_000, (3, 2, 2, 92, 1)),
)
_GROUPS: Final = (
    EthnicGroup.ASIAN, EthnicGroup.BLACK, EthnicGroup.MIXED, EthnicGroup.WHITE, EthnicGroup.OTHER,
)  # fmt: skip
_AGES: Final = (("18 to 24", 11), ("25 to 34", 18), ("35 to 44", 18), ("45 to 54", 17), ("55 and over", 36))


def rows() -> list[dict[str, Any]]:
    """One row for each area and age, and one for each area and ethnic group, as a taken-in file has them."""
    found = []
    for code, name, women, shares in _AREAS:
        place = {"area_code": code, "area_name": name, "sex": "female", "source": SOURCE}
        found += [place | {"age_band": words, "count": women * share // 100} for words, share in _AGES]
        found += [
            place | {"ethnicity": group.label, "count": women * share // 100}
            for group, share in zip(_GROUPS, shares, strict=True)
        ]
    return found


def move_in(at: datetime) -> None:
    """Keeps them as reference figures are kept."""
    body = rows()
    plain = json.dumps(body, sort_keys=True, ensure_ascii=False)
    ReferenceSet(
        kind="population",
        source=SOURCE,
        content_hash=hashlib.sha256(plain.encode()).hexdigest(),
        body=body,
        rows=len(body),
        take_in_id=uuid.uuid4(),
        taken_in_at=at,
    ).save(force_insert=True)
