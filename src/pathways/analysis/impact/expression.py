"""Which rows are meant: conditions such as `decile_score>=5` or `sex = 'F' and age < 25`, read by ourselves.

    either    = both ("or" both)*
    both      = one ("and" one)*
    one       = "not" one | "(" either ")" | column sign value
    sign      = "==" | "=" | "!=" | "<>" | "<=" | ">=" | "<" | ">"

A column's name stands as it is where it is of letters, digits, `_` and `.`, and in [brackets] where not. A
value is a number, one word, or words in quotation marks. Nothing of it is run as a program.

In a column that says only yes and no, in whatever words, 1, yes, y and true are one value, 0, no, n and false
the other. A value that is to be equal has to stand in the column: a slip would be true of nobody, unseen.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from pathways.analysis.impact.answers import UnanswerableError
from pathways.analysis.sheets import Sheet, UnreadableError

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<sign><=|>=|==|!=|<>|=|<|>)|(?P<open>\()|(?P<close>\))|(?P<quoted>'[^']*'|\"[^\"]*\")"
    r"|\[(?P<bracketed>[^\]]+)\]|(?P<word>[^\s()<>=!'\"\[\]]+))"
)
#: what says yes, and what no, in small letters: the words that `reading` reads
YES: Final = frozenset({"1", "yes", "y", "true", "t", "1.0"})
NO: Final = frozenset({"0", "no", "n", "false", "f", "0.0"})
_NESTED: Final = 50
#: of the values of a column, when one that is not there is asked for
_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


#: for each line 1 (true), 0 (false) or -1 (the column is blank there, so nobody can say)
Truth = np.ndarray
_Node = Callable[[Sheet], Truth]


@dataclass(frozen=True, slots=True)
class Expression:
    """One condition. `columns` are those it looks at, in the order in which it names them."""

    text: str
    columns: tuple[str, ...]
    _node: _Node

    @classmethod
    def parse(cls, text: str) -> Expression:
        """Raises UnanswerableError, saying at which character, for a text that is no condition."""
        reader = _Reader(text, _tokens(text))
        node = reader.either(0)
        reader.end()
        return cls(text, tuple(dict.fromkeys(reader.columns)), node)

    def on(self, sheet: Sheet) -> Truth:
        """1, 0 or -1 for each line. Raises UnreadableError for a column or a cell that will not do."""
        sheet.need(*self.columns)
        return self._node(sheet)


def _tokens(text: str) -> list[_Token]:
    found, at = [], 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise _wrong(text, at, "is not understood")
        found.append(_Token(match.lastgroup, match[match.lastgroup], match.start(match.lastgroup)))
        at = match.end()
    return found


def _wrong(text: str, at: int, why: str) -> UnanswerableError:
    return UnanswerableError(f"the condition {text!r}, character {at + 1}: {why}")


class _Reader:
    """Reads tokens once from left to right."""

    def __init__(self, text: str, tokens: list[_Token]) -> None:
        self.text, self.tokens, self.place = text, tokens, 0
        self.columns: list[str] = []

    def peek(self) -> _Token | None:
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def take(self, wanted: str, *kinds: str) -> _Token:
        token = self.peek()
        if token is None or token.kind not in kinds:
            raise _wrong(self.text, token.at if token else len(self.text), f"{wanted} is wanted here")
        self.place += 1
        return token

    def is_word(self, word: str) -> bool:
        token = self.peek()
        if token is not None and token.kind == "word" and token.text.lower() == word:
            self.place += 1
            return True
        return False

    def end(self) -> None:
        if (token := self.peek()) is not None:
            raise _wrong(self.text, token.at, "“and”, “or” or the end is wanted here")

    def either(self, depth: int) -> _Node:
        node = self.both(depth)
        while self.is_word("or"):
            node = _or(node, self.both(depth))
        return node

    def both(self, depth: int) -> _Node:
        node = self.one(depth)
        while self.is_word("and"):
            node = _and(node, self.one(depth))
        return node

    def one(self, depth: int) -> _Node:
        if depth > _NESTED:
            raise _wrong(self.text, 0, f"holds more than {_NESTED} conditions inside each other")
        if self.is_word("not"):
            return _not(self.one(depth + 1))
        token = self.peek()
        if token is not None and token.kind == "open":
            self.place += 1
            node = self.either(depth + 1)
            self.take("a closing bracket", "close")
            return node
        column = self.take("the name of a column", "word", "bracketed", "quoted")
        name = column.text.strip("'\"") if column.kind == "quoted" else column.text
        name = " ".join(name.split())  # as headings are read
        sign = self.take("one of = != < <= > >=", "sign")
        value = self.take("a value", "word", "quoted")
        self.columns.append(name)
        text = value.text[1:-1] if value.kind == "quoted" else value.text
        return self._condition(name, sign, text, value.at)

    def _condition(self, column: str, sign: _Token, text: str, at: int) -> _Node:
        number = _number(text)
        if sign.text in ("=", "==", "!=", "<>"):
            wanted = sign.text in ("=", "==")
            return lambda sheet: _equal(sheet, column, text, number, wanted)
        if number is None:
            raise _wrong(self.text, at, f"{sign.text} needs a number after it")
        limit = number
        return lambda sheet: _ranked(sheet, column, sign.text, limit)


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if np.isfinite(found) else None


def _equal(sheet: Sheet, column: str, text: str, number: float | None, wanted: bool) -> Truth:
    words = sheet.frame[column]
    same = words == text
    if number is not None:  # 5 is 5.0, and 05
        same = same | (words.cast(pl.Float64, strict=False) == number).fill_null(False)
    if (alike := _alike(words, text)) is not None:
        same = same | words.str.to_lowercase().is_in(list(alike))
    elif not same.any():
        _stands_nowhere(sheet, column, text, wanted)
    found = same.fill_null(False).to_numpy() == wanted
    return np.where(words.is_null().to_numpy(), -1, found.astype(int))


def _alike(words: pl.Series, text: str) -> frozenset[str] | None:
    """The words, in small letters, that say what this one says of a column of yes and no; else None."""
    side = next((each for each in (YES, NO) if text.lower() in each), None)
    if side is None:
        return None
    said = set(words.drop_nulls().str.to_lowercase().unique().to_list())
    if not said <= YES | NO:
        return None
    # t and f are letters of many a code: they are true and false where nothing but these stands
    is_letter = bool(said & {"t", "f"}) and not ("t" in said and said <= {"t", "f", "true", "false"})
    return None if is_letter else side


def _stands_nowhere(sheet: Sheet, column: str, text: str, wanted: bool) -> None:
    """Refuses a value that no cell has; one that is left out, only where it is there in other letters: what
    is left out may well not have come."""
    there = sheet.frame[column].drop_nulls().unique(maintain_order=True)
    slips = there.filter(there.str.to_lowercase() == text.strip().lower())
    if len(there) and (wanted or len(slips)):
        shown = [f"“{word}”" for word in (slips if len(slips) else there)[:_SHOWN]]
        more = " and others" if len(there) > len(shown) else ""
        why = f"“{text}” stands nowhere in this column, which has {', '.join(shown)}{more}"
        raise UnreadableError(sheet.path, why, column=column)


def _ranked(sheet: Sheet, column: str, sign: str, limit: float) -> Truth:
    words = sheet.frame[column]
    cells = words.cast(pl.Float64, strict=False)
    is_wrong = words.is_not_null() & ~cells.is_finite().fill_null(False)
    if is_wrong.any():
        row = sheet.row_of(int(is_wrong.arg_true()[0]))
        cell = str(words[int(is_wrong.arg_true()[0])])
        why = f"“{cell}” is not a number, and {sign} compares numbers"
        if (meant := cell.replace(",", ".", 1)) != cell and _number(meant) is not None:
            why += f": write {meant}"
        raise UnreadableError(sheet.path, why, row=row, column=column)
    values = cells.fill_null(0.0).to_numpy()
    found = {
        "<": values < limit, "<=": values <= limit, ">": values > limit, ">=": values >= limit,
    }[sign]  # fmt: skip
    return np.where(words.is_null().to_numpy(), -1, found.astype(int))


def _and(one: _Node, other: _Node) -> _Node:
    """False where either is false, whatever the other; else unknown where either is unknown."""

    def node(sheet: Sheet) -> Truth:
        a, b = one(sheet), other(sheet)
        return np.where((a == 0) | (b == 0), 0, np.where((a < 0) | (b < 0), -1, 1))

    return node


def _or(one: _Node, other: _Node) -> _Node:
    def node(sheet: Sheet) -> Truth:
        a, b = one(sheet), other(sheet)
        return np.where((a == 1) | (b == 1), 1, np.where((a < 0) | (b < 0), -1, 0))

    return node


def _not(one: _Node) -> _Node:
    def node(sheet: Sheet) -> Truth:
        a = one(sheet)
        return np.where(a < 0, -1, 1 - a)

    return node
