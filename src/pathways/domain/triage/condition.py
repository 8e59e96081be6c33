"""One cell of the triage policy: which values of an input a rule takes.

A condition is one value, several with `|`, a range `3..5`, `<=2`, `<2`, `>=6`, `>6`, or blank or `-` for
any. Inputs are finite, so a condition means exactly a set of values and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

ANY = ("", "-")

#: More answers than any question of a triage has: beyond, a slip of the pen would fill the memory.
MOST_VALUES = 10_000

#: A whole number as a spreadsheet writes it: 3.0
WHOLE = re.compile(r"(-?\d+)\.0+")

_RANGE = re.compile(r"(-?\d+)\s*\.\.\s*(-?\d+)")
_BOUND = re.compile(r"(<=|>=|<|>)\s*(-?\d+)")
_COMPARE: dict[str, Callable[[int, int], bool]] = {
    "<=": lambda value, bound: value <= bound,
    "<": lambda value, bound: value < bound,
    ">=": lambda value, bound: value >= bound,
    ">": lambda value, bound: value > bound,
}


@dataclass(frozen=True, slots=True)
class Input:
    """One question of the policy and every answer it can have; whole numbers are kept as their digits.

    Raises ValueError when it has no answers, or one answer twice.
    """

    name: str
    values: tuple[str, ...]
    is_number: bool = False

    def __post_init__(self) -> None:
        if not self.values:
            raise ValueError(f"“{self.name}” has no values")
        if len(self.values) > MOST_VALUES:
            raise ValueError(f"“{self.name}” has more than {MOST_VALUES:,} values: count in larger steps")
        if len(set(self.values)) != len(self.values):
            raise ValueError(f"“{self.name}” gives a value twice")

    @classmethod
    def numbers(cls, name: str, first: int, last: int) -> Input:
        """An input that counts, from `first` to `last`, both included."""
        if first > last:
            raise ValueError(f"“{name}” runs from {first} down to {last}")
        if last - first >= MOST_VALUES:
            raise ValueError(f"“{name}” has more than {MOST_VALUES:,} values: count in larger steps")
        return cls(name, tuple(str(number) for number in range(first, last + 1)), is_number=True)


def taken(text: str, question: Input) -> frozenset[str]:
    """The values of `question` that the condition takes. It may be empty: then nothing can meet it.

    Raises ValueError for what is not a condition on this input.
    """
    text = text.strip()
    if text in ANY:
        return frozenset(question.values)
    return frozenset().union(*(_one(part.strip(), question) for part in text.split("|")))


def _one(part: str, question: Input) -> frozenset[str]:
    if part in question.values:
        return frozenset({part})
    if question.is_number and (found := WHOLE.fullmatch(part)) and found[1] in question.values:
        return frozenset({found[1]})
    if found := _RANGE.fullmatch(part):
        low, high = int(found[1]), int(found[2])
        if low > high:
            raise ValueError(f"the range {part} runs backwards")
        return _where(question, part, lambda value: low <= value <= high)
    if found := _BOUND.fullmatch(part):
        compare, bound = _COMPARE[found[1]], int(found[2])
        return _where(question, part, lambda value: compare(value, bound))
    raise ValueError(f"{part!r} is not a value of “{question.name}” ({', '.join(_shown(question))})")


def _where(question: Input, part: str, holds: Callable[[int], bool]) -> frozenset[str]:
    if not question.is_number:
        raise ValueError(f"{part!r} compares numbers, and “{question.name}” is not a number")
    return frozenset(value for value in question.values if holds(int(value)))


def _shown(question: Input) -> tuple[str, ...]:
    if question.is_number:
        return (f"{question.values[0]} to {question.values[-1]}",)
    return question.values
