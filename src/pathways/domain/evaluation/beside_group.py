"""Whom women of the programme are held against, and what that means for what may be said."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from pathways.domain.terms.words import Worded


class GroupKind(Worded):
    """Where a comparison group comes from."""

    ELSEWHERE = "elsewhere", "Women of another area, or of another time"
    RECORDS = "records", "Women from records who were never offered the programme"
    DECLINED = "declined", "Women who were offered the programme and declined or left it"


#: What must be said beside every comparison with such a group.
CAUTIONS: Final[Mapping[GroupKind, str]] = MappingProxyType(
    {
        GroupKind.ELSEWHERE: (
            "Areas and times differ in more than the programme: policing, courts and services are not the "
            "same."
        ),
        GroupKind.RECORDS: (
            "Women in records may differ from those of the programme in what the records do not hold: why "
            "they were offered it, and what they wanted themselves."
        ),
        GroupKind.DECLINED: (
            "Women who declined or left selected themselves: they may have had less need, or more, or not "
            "been "
            "free to come. A difference from them may be the reason for their choice and not the programme."
        ),
    }
)
