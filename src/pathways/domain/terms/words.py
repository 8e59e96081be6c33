"""Enums whose members carry the words that people see."""

from __future__ import annotations

from enum import StrEnum
from typing import Self, TypeVar

E = TypeVar("E", bound=StrEnum)


class Worded(StrEnum):
    """A StrEnum whose members are written `NAME = "stored_value", "Words to show"`."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label or value.replace("_", " ").capitalize()
        return member


def choices(enum: type[Worded]) -> list[tuple[str, str]]:
    """(stored value, words) for a form or a database field."""
    return [(member.value, member.label) for member in enum]
