"""The small language of a form's own rules: which question is asked when, what answer can be, how it adds up.

The subset of XLSForm's expressions that a paper questionnaire needs, read by a parser of its own: no name
means anything but a question of the same form or a function of `FUNCTIONS`, so that a spreadsheet can never
run anything. `XPath 1.0` is where operators come from (w3.org/TR/xpath-10): `=` compares, `div` divides,
`and` and `or` are words. An unanswered question is nothing: what is reckoned from nothing is nothing, and
`coalesce(${a}, 0)` says so where it should count as nought.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

#: nothing, a number, words, yes or no, or the ticked options
Value = float | str | bool | tuple[str, ...] | None

LONGEST: Final = 2_000
DEEPEST: Final = 40


class ExpressionError(ValueError):
    """A rule cannot be read: says what is wrong and near what."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A rule that was read. `names` are the questions that it looks at."""

    text: str
    names: frozenset[str]
    run: Callable[[Mapping[str, Value], Value], Value]

    def value(self, answers: Mapping[str, Value], here: Value = None) -> Value:
        """What it comes to; `here` is the answer that `.` stands for."""
        return self.run(answers, here)

    def holds(self, answers: Mapping[str, Value], here: Value = None) -> bool:
        return truth(self.run(answers, here))


def truth(value: Value) -> bool:
    """Nothing, nought, no words and no ticks are false."""
    return bool(value) and not (isinstance(value, float) and math.isnan(value))


def number(value: Value) -> float | None:
    """As a number, or None where it is none."""
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, float | int):
        return float(value)
    if isinstance(value, str):
        try:
            found = float(value)
        except ValueError:
            return None
        return found if math.isfinite(found) else None
    return None


def words(value: Value) -> str:
    """As it would be written: 3 and not 3.0."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}" if abs(value) < 1e15 else str(value)
    return " ".join(value) if isinstance(value, tuple) else value


_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?|\.\d+)|(?P<string>"[^"]*"|'[^']*')|\$\{(?P<name>[A-Za-z_][\w.-]*)\}"""
    r"""|(?P<word>[A-Za-z_][\w-]*(?::[\w-]+)?)|(?P<mark>!=|<=|>=|[=<>+\-*(),.]))""",
    re.ASCII,
)

_Run = Callable[[Mapping[str, Value], Value], Value]


def parse(text: str) -> Expression:
    """Reads a rule. Raises ExpressionError for what the subset does not have, and says what that is."""
    if len(text) > LONGEST:
        raise ExpressionError(f"it is longer than {LONGEST:,} characters")
    reader = _Reader(list(_tokens(text)))
    run = reader.either(0)
    if reader.now is not None:
        raise ExpressionError(f"“{reader.now[1]}” is not expected there")
    return Expression(text, frozenset(reader.names), run)


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    text = text.strip()
    if not text:
        raise ExpressionError("it is empty")
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or found.end() == at:
            raise ExpressionError(f"“{text[at : at + 20].strip()}” cannot be read")
        kind = found.lastgroup or ""
        yield kind, found[kind]
        at = found.end()
        while at < len(text) and text[at].isspace():
            at += 1


class _Reader:
    """One pass from left to right; each level of binding calls the next tighter one."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens, self.at, self.names = tokens, 0, set[str]()

    @property
    def now(self) -> tuple[str, str] | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def take(self, kind: str, *values: str) -> str | None:
        if self.now is not None and self.now[0] == kind and (not values or self.now[1] in values):
            self.at += 1
            return self.tokens[self.at - 1][1]
        return None

    def either(self, depth: int) -> _Run:
        if depth > DEEPEST:
            raise ExpressionError(f"it is nested more than {DEEPEST} deep")
        left = self.both(depth)
        while self.take("word", "or"):
            left = _logical(left, self.both(depth), is_or=True)
        return left

    def both(self, depth: int) -> _Run:
        left = self.compared(depth)
        while self.take("word", "and"):
            left = _logical(left, self.compared(depth), is_or=False)
        return left

    def compared(self, depth: int) -> _Run:
        left = self.added(depth)
        while (mark := self.take("mark", "=", "!=", "<", "<=", ">", ">=")) is not None:
            left = _comparison(mark, left, self.added(depth))
        return left

    def added(self, depth: int) -> _Run:
        left = self.multiplied(depth)
        while (mark := self.take("mark", "+", "-")) is not None:
            left = _sum(mark, left, self.multiplied(depth))
        return left

    def multiplied(self, depth: int) -> _Run:
        left = self.one(depth)
        while (mark := self.take("mark", "*") or self.take("word", "div", "mod")) is not None:
            left = _sum(mark, left, self.one(depth))
        return left

    def one(self, depth: int) -> _Run:
        if depth > DEEPEST:
            raise ExpressionError(f"it is nested more than {DEEPEST} deep")
        if self.take("mark", "-"):
            inner = self.one(depth + 1)
            return _sum("-", lambda answers, here: 0.0, inner)
        if (said := self.take("number")) is not None:
            constant = float(said)
            return lambda answers, here: constant
        if (said := self.take("string")) is not None:
            quoted = said[1:-1]
            return lambda answers, here: quoted
        if (name := self.take("name")) is not None:
            wanted = name
            self.names.add(wanted)
            return lambda answers, here: answers.get(wanted)
        if self.take("mark", "."):
            return lambda answers, here: here
        if self.take("mark", "("):
            inner = self.either(depth + 1)
            self._close()
            return inner
        if (name := self.take("word")) is not None:
            return self._called(name, depth)
        raise ExpressionError(
            "it ends too early" if self.now is None else f"“{self.now[1]}” is not expected there"
        )

    def _called(self, name: str, depth: int) -> _Run:
        if name not in FUNCTIONS:
            raise ExpressionError(f"“{name}” is not supported here; there are {', '.join(sorted(FUNCTIONS))}")
        if not self.take("mark", "("):
            raise ExpressionError(f"“{name}” needs brackets after it")
        given: list[_Run] = []
        if not self.take("mark", ")"):
            given.append(self.either(depth + 1))
            while self.take("mark", ","):
                given.append(self.either(depth + 1))
            self._close()
        least, most, does = FUNCTIONS[name]
        if not least <= len(given) <= most:
            raise ExpressionError(f"“{name}” takes {least if least == most else f'{least} or more'} values")
        return lambda answers, here: does(*(one(answers, here) for one in given))

    def _close(self) -> None:
        if not self.take("mark", ")"):
            raise ExpressionError("a bracket is not closed")


def _logical(left: _Run, right: _Run, *, is_or: bool) -> _Run:
    def run(answers: Mapping[str, Value], here: Value) -> Value:
        first = truth(left(answers, here))
        return first if first is is_or else truth(right(answers, here))

    return run


def _comparison(mark: str, left: _Run, right: _Run) -> _Run:
    def run(answers: Mapping[str, Value], here: Value) -> Value:
        return _compare(mark, left(answers, here), right(answers, here))

    return run


def _compare(mark: str, one: Value, other: Value) -> bool:
    if mark in ("=", "!="):
        first, second = number(one), number(other)
        same = first == second if first is not None and second is not None else words(one) == words(other)
        return same if mark == "=" else not same
    first, second = number(one), number(other)
    if first is None or second is None:
        # days are compared as they are written: 2026-11-27 comes after 2026-01-01
        if isinstance(one, str) and isinstance(other, str) and one and other:
            return {"<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other}[mark]
        return False
    return {
        "<": first < second, "<=": first <= second, ">": first > second, ">=": first >= second
    }[mark]  # fmt: skip


def _sum(mark: str, left: _Run, right: _Run) -> _Run:
    def run(answers: Mapping[str, Value], here: Value) -> Value:
        one, other = number(left(answers, here)), number(right(answers, here))
        if one is None or other is None:
            return None
        if mark == "+":
            return one + other
        if mark == "-":
            return one - other
        if mark == "*":
            return one * other
        if other == 0:
            return None
        return one / other if mark == "div" else math.fmod(one, other)

    return run


def _numbers(values: tuple[Value, ...]) -> list[float]:
    return [found for value in values if (found := number(value)) is not None]


def _selected(value: Value, option: Value) -> bool:
    ticked = value if isinstance(value, tuple) else tuple(words(value).split())
    return words(option) in ticked


def _round(value: Value, places: Value = 0.0) -> Value:
    found, to = number(value), number(places) or 0.0
    if found is None:
        return None
    scale = 10.0 ** int(to)
    return math.floor(found * scale + 0.5) / scale  # half up, as on paper


#: name → least and most values, and what it does
FUNCTIONS: Final[Mapping[str, tuple[int, int, Callable[..., Value]]]] = {
    "selected": (2, 2, _selected),
    "count-selected": (
        1,
        1,
        lambda value: float(len(value if isinstance(value, tuple) else words(value).split())),
    ),
    "if": (3, 3, lambda test, yes, no: yes if truth(test) else no),
    "coalesce": (1, 50, lambda *values: next((one for one in values if one not in (None, "", ())), None)),
    "not": (1, 1, lambda value: not truth(value)),
    "true": (0, 0, lambda: True),
    "false": (0, 0, lambda: False),
    "number": (1, 1, number),
    "int": (1, 1, lambda value: None if number(value) is None else float(math.floor(number(value) or 0))),
    "round": (1, 2, _round),
    "abs": (1, 1, lambda value: None if number(value) is None else abs(number(value) or 0.0)),
    "sum": (1, 50, lambda *values: float(sum(_numbers(values)))),
    "min": (1, 50, lambda *values: min(_numbers(values), default=None)),
    "max": (1, 50, lambda *values: max(_numbers(values), default=None)),
    "count-non-empty": (1, 50, lambda *values: float(sum(one not in (None, "", ()) for one in values))),
    "string-length": (1, 1, lambda value: float(len(words(value)))),
}
