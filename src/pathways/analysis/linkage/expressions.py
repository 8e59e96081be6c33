"""The conditions of a linkage model, which are written as SQL, asked of two records held in memory.

A kept model says when two records agree in the words of DuckDB's SQL. To answer for one woman while somebody
types, without a database of plain names, the same conditions are made into functions of two records. NULL is
None and follows SQL's logic of three values. Only what is named here is understood: a model that asks for
anything else is refused when it is read, never misread.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlglot
from rapidfuzz.distance import DamerauLevenshtein, Jaro, JaroWinkler, Levenshtein
from sqlglot import exp

Record = Mapping[str, Any]
#: A condition, or a value in one, asked of the left and the right record.
Asked = Callable[[Record, Record], Any]


class NotUnderstood(ValueError):
    """A model asks for something that is not understood here. Says what."""


def condition(sql: str) -> Asked:
    """A level's condition: True, False, or None where SQL knows no answer. Raises NotUnderstood."""
    return _made(_tree(sql), _of_both)


def key(sql: str) -> tuple[tuple[Callable[[Record], Any], ...], tuple[Callable[[Record], Any], ...]]:
    """A blocking rule of equalities as what is taken of the left record and what of the right.

    Two records meet by the rule when the two are equal and nothing in them is None. Raises NotUnderstood for
    a rule that is not made of equalities alone.
    """
    left: list[Callable[[Record], Any]] = []
    right: list[Callable[[Record], Any]] = []
    for part in _parts(_tree(sql)):
        if not isinstance(part, exp.EQ):
            raise NotUnderstood(f"a blocking rule of equalities is needed, and this is none: {sql}")
        sides = {side: one for one in (part.this, part.expression) for side in _sides(one)}
        if set(sides) != {"l", "r"} or sides["l"] is sides["r"]:
            raise NotUnderstood(f"each side of an equality must be of one record: {sql}")
        left.append(_alone(sides["l"]))
        right.append(_alone(sides["r"]))
    return tuple(left), tuple(right)


def _tree(sql: str) -> exp.Expr:
    try:
        return sqlglot.parse_one(sql, read="duckdb")
    except sqlglot.ParseError:
        raise NotUnderstood(f"this is no condition: {sql}") from None


def _parts(tree: exp.Expr) -> list[exp.Expr]:
    tree = tree.unnest()
    if isinstance(tree, exp.And):
        return [*_parts(tree.this), *_parts(tree.expression)]
    return [tree]


def _sides(tree: exp.Expr) -> set[str]:
    return {column.table for column in tree.find_all(exp.Column)}


def _alone(tree: exp.Expr) -> Callable[[Record], Any]:
    made = _made(tree, _of_one)
    return lambda record: made(record, record)


def _of_both(column: exp.Column) -> Asked:
    """`name_l` is of the left record and `name_r` of the right."""
    name = column.name
    if name.endswith("_l"):
        of_left = name[:-2]
        return lambda left, right: left.get(of_left)
    if name.endswith("_r"):
        of_right = name[:-2]
        return lambda left, right: right.get(of_right)
    raise NotUnderstood(f"the column {name} is of neither record")


def _of_one(column: exp.Column) -> Asked:
    name = column.name
    return lambda left, right: left.get(name)


def _made(tree: exp.Expr, column: Callable[[exp.Column], Asked]) -> Asked:
    """The function that answers an expression."""
    make = functools.partial(_made, column=column)
    match tree:
        case exp.Paren():
            return make(tree.this)
        case exp.Column():
            return column(tree)
        case exp.Boolean():
            said = bool(tree.this)
            return lambda left, right: said
        case exp.Null():
            return lambda left, right: None
        case exp.Literal():
            value = tree.this if tree.is_string else _number(tree.this)
            return lambda left, right: value
        case exp.Neg():
            return _called(lambda a: -a, [make(tree.this)])
        case exp.And():
            return _both(make(tree.this), make(tree.expression))
        case exp.Or():
            return _either(make(tree.this), make(tree.expression))
        case exp.Not():
            return _called(operator.not_, [make(tree.this)])
        case exp.Is() if isinstance(tree.expression, exp.Null):
            asked = make(tree.this)
            return lambda left, right: asked(left, right) is None
        case exp.Between():
            return _called(
                lambda a, low, high: low <= a <= high,
                [make(tree.this), make(tree.args["low"]), make(tree.args["high"])],
            )
        case exp.Cast() | exp.TryCast() if tree.to.this in _CASTS:
            return _called(_CASTS[tree.to.this], [make(tree.this)])
        case exp.Case():
            return _cases(tree, make)
        case exp.Coalesce():
            return _first_known([make(tree.this), *(make(one) for one in tree.expressions)])
    if (kind := type(tree)) in _OF_TWO:
        return _called(_OF_TWO[kind], [make(tree.this), make(tree.expression)])
    name, given = _function(tree)
    if name in _FUNCTIONS:
        return _called(_FUNCTIONS[name], [make(one) for one in given])
    raise NotUnderstood(f"“{tree.sql('duckdb')}” is not understood here")


def _function(tree: exp.Expr) -> tuple[str, list[exp.Expr]]:
    """A function's name as DuckDB writes it, and what it is given."""
    if isinstance(tree, exp.Anonymous):
        return tree.name.lower(), list(tree.expressions)
    if isinstance(tree, exp.Func):
        again = tree.sql("duckdb")
        name = again.split("(", 1)[0].lower()
        given = [
            one
            for value in tree.args.values()
            for one in (value if isinstance(value, list) else [value])
            if isinstance(one, exp.Expr)
        ]
        return name, given
    return "", []


def _called(function: Callable[..., Any], given: Sequence[Asked]) -> Asked:
    """A function that knows no answer where one of the things it is given is NULL."""
    if len(given) == 1:
        (first,) = given

        def one(left: Record, right: Record) -> Any:
            a = first(left, right)
            return None if a is None else function(a)

        return one
    if len(given) == 2:
        first, second = given

        def two(left: Record, right: Record) -> Any:
            a = first(left, right)
            if a is None:
                return None
            b = second(left, right)
            return None if b is None else function(a, b)

        return two

    def several(left: Record, right: Record) -> Any:
        values = [one(left, right) for one in given]
        return None if any(value is None for value in values) else function(*values)

    return several


def _both(first: Asked, second: Asked) -> Asked:
    def asked(left: Record, right: Record) -> Any:
        a = first(left, right)
        if a is not None and not a:
            return False
        b = second(left, right)
        if b is not None and not b:
            return False
        return None if a is None or b is None else True

    return asked


def _either(first: Asked, second: Asked) -> Asked:
    def asked(left: Record, right: Record) -> Any:
        a = first(left, right)
        if a:
            return True
        b = second(left, right)
        if b:
            return True
        return None if a is None or b is None else False

    return asked


def _cases(tree: exp.Case, make: Callable[[exp.Expr], Asked]) -> Asked:
    if tree.this is not None:
        raise NotUnderstood("a CASE must ask conditions")
    ways = [(make(one.this), make(one.args["true"])) for one in tree.args["ifs"]]
    default = tree.args.get("default")
    otherwise = make(default) if default is not None else lambda left, right: None

    def asked(left: Record, right: Record) -> Any:
        for when, then in ways:
            if when(left, right):
                return then(left, right)
        return otherwise(left, right)

    return asked


def _first_known(given: Sequence[Asked]) -> Asked:
    def asked(left: Record, right: Record) -> Any:
        return next((found for one in given if (found := one(left, right)) is not None), None)

    return asked


def _number(text: str) -> float | int:
    return float(text) if any(sign in text for sign in ".eE") else int(text)


def _shared(a: Sequence[Any], b: Sequence[Any]) -> list[Any]:
    """What two lists have in common, each once, as `list_intersect` gives it. NULL in them is none."""
    there = set(b)
    return [one for one in dict.fromkeys(a) if one in there and one is not None]


def _part(text: str, start: int, length: int | None = None) -> str:
    """`substring`, which counts from one."""
    first = start - 1 if start > 0 else len(text) + start if start < 0 else 0
    if length is None:
        return text[max(first, 0) :]
    last = first + length if start != 0 else length - 1
    return text[max(first, 0) : max(last, 0)]


def _first(text: str, length: int) -> str:
    return text[:length]


def _last(text: str, length: int) -> str:
    return text[-length:] if length > 0 else ""


def _moment(text: str, form: str) -> datetime | None:
    """`try_strptime`: None where the text is no such date."""
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 - a day, as it is compared with another
    except (ValueError, TypeError):
        return None


def _seconds(at: date) -> float:
    whole = at if isinstance(at, datetime) else datetime(at.year, at.month, at.day)  # noqa: DTZ001
    return (whole - datetime(1970, 1, 1)).total_seconds()  # noqa: DTZ001


def _power(a: float, b: float) -> float:
    return float(a) ** float(b)


def _alike(measure: Callable[[str, str], float]) -> Callable[[str, str], float]:
    """A likeness of 0 to 1; two empty words are not alike, as DuckDB has it."""
    return lambda a, b: measure(a, b) if a and b else 0.0


_OF_TWO: dict[type[exp.Expr], Callable[[Any, Any], Any]] = {
    exp.EQ: operator.eq,
    exp.NEQ: operator.ne,
    exp.GT: operator.gt,
    exp.GTE: operator.ge,
    exp.LT: operator.lt,
    exp.LTE: operator.le,
    exp.Add: operator.add,
    exp.Sub: operator.sub,
    exp.Mul: operator.mul,
    exp.Div: operator.truediv,
    exp.DPipe: lambda a, b: f"{a}{b}",
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "jaro_winkler_similarity": _alike(JaroWinkler.similarity),
    "jaro_similarity": _alike(Jaro.similarity),
    "levenshtein": Levenshtein.distance,
    "damerau_levenshtein": DamerauLevenshtein.distance,
    "length": len,
    "len": len,
    "array_length": len,
    "list_intersect": _shared,
    "array_intersect": _shared,
    "list_contains": lambda many, one: one in many,
    "array_contains": lambda many, one: one in many,
    "list_has_any": lambda a, b: bool(_shared(a, b)),
    "abs": abs,
    "lower": str.lower,
    "upper": str.upper,
    "substring": _part,
    "substr": _part,
    "left": _first,
    "right": _last,
    "concat": lambda *parts: "".join(str(part) for part in parts),
    "try_strptime": _moment,
    "strptime": _moment,
    "epoch": _seconds,
    "year": lambda at: at.year,
    "month": lambda at: at.month,
    "day": lambda at: at.day,
    "power": _power,
    "pow": _power,
    "least": min,
    "greatest": max,
}
_CASTS: dict[exp.DType, Callable[[Any], Any]] = {
    exp.DType.DOUBLE: float,
    exp.DType.FLOAT: float,
    exp.DType.VARCHAR: str,
    exp.DType.TEXT: str,
    exp.DType.INT: int,
    exp.DType.BIGINT: int,
}
