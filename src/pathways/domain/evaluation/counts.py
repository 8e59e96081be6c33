"""Counts before and after disclosure control: two types, so that the first cannot leave by accident.

A RawCount is a number of women that nobody has protected yet. It can be added up and handed to
disclosure control; it cannot be printed, formatted, compared, turned into an int, pickled or written
as JSON. Disclosure control answers with ReleasedCounts, which can.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NoReturn

#: What stands where a count is hidden.
HIDDEN: Final = "c"


class NotReleased(TypeError):
    """Somebody tried to show a count that has not been through disclosure control."""


_WHY = "this count has not been through disclosure control"


class RawCount:
    """A number of women, not yet fit to be seen."""

    __slots__ = ("__n",)

    def __init__(self, n: int) -> None:
        if n < 0:
            raise ValueError("a count cannot be less than nothing")
        self.__n = n

    def for_disclosure_control(self) -> int:
        """The number itself. Only `analysis.disclosure` may ask (a test holds this)."""
        return self.__n

    def __add__(self, other: RawCount) -> RawCount:
        return RawCount(self.__n + other.__n)

    def __repr__(self) -> str:
        return "RawCount(not released)"

    def __str__(self) -> str:
        raise NotReleased(_WHY)

    def __format__(self, spec: str) -> str:
        raise NotReleased(_WHY)

    def __eq__(self, other: object) -> bool:
        raise NotReleased(_WHY)

    def __hash__(self) -> int:
        raise NotReleased(_WHY)

    def __bool__(self) -> bool:
        raise NotReleased(_WHY)

    def __reduce__(self) -> NoReturn:
        raise NotReleased(_WHY)


@dataclass(frozen=True, slots=True)
class ReleasedCount:
    """A count as it may be shown: a number (rounded where the rule says so), or hidden.

    `because` is "small" where the count itself was small, "protects" where it is hidden only so that
    a small one cannot be worked out, and "" where it is shown. It is for the audit, never for the
    reader: telling the two apart would help whoever tries to undo the hiding.
    """

    value: int | None
    because: str = ""

    @property
    def is_hidden(self) -> bool:
        return self.value is None

    @property
    def shown(self) -> str:
        return HIDDEN if self.value is None else str(self.value)

    def __str__(self) -> str:
        return self.shown

    def __format__(self, spec: str) -> str:
        return format(self.shown, spec)

    def share_of(self, whole: ReleasedCount) -> float | None:
        """This as a part of `whole`, from 0 to 1; None where either is hidden or the whole is nought."""
        if self.value is None or not whole.value:
            return None
        return self.value / whole.value
