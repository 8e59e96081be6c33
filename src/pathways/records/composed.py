"""Readings that are composed once: the statement for a kind of reader is written once in a process.

A page about women asks the same dozen statements at every request; what changes is who asks and about whom.
Building them from the policy anew each time cost more than the database took to answer. So:

    @composed.reading
    def stops(by: Actor, client_ids: list[UUID]) -> QuerySet[Stop]:
        return sight.visible(Stop, by).filter(client_id__among=client_ids)

    stops(by, ids)        # a list; composed at the first call for this role and sector, then only asked

What is kept is the text of the statement, never a row and never who somebody is: accounts, organisations,
women and moments are parameters, and role and sector are part of what the statement is kept under, so a
change of role holds from the next request. The rows of both walls are in the text as before. A person who is
kept out of somebody's record, or reads one in an emergency, has the statement composed anew each time.

The function composes and does nothing else. Of its arguments an `Actor`, a UUID, a date, a moment and a list
of UUIDs or of numbers are values; anything else (an enum, a number, None) is part of the shape. A value that
found its way into the text as a constant is refused with `BakedIn`.
"""

from __future__ import annotations

import functools
import itertools
import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any, ParamSpec, TypeVar

import psycopg
from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import Count, QuerySet, Value
from django.db.models.query import FlatValuesListIterable, ModelIterable, ValuesListIterable

from pathways.domain.governance.actors import Actor
from pathways.records import walls

P = ParamSpec("P")
R = TypeVar("R")

#: Statements kept in one process; the least used goes.
MOST = 500


class BakedIn(TypeError):
    """A reading made a constant of a value that belongs to one request."""


def reading(compose: Callable[P, QuerySet[Any, R]]) -> Callable[P, list[R]]:
    """A function that composes a queryset, as one that answers its rows."""
    kept: OrderedDict[Hashable, _Statement] = OrderedDict()
    lock = threading.Lock()

    @functools.wraps(compose)
    def ask(*args: P.args, **kwargs: P.kwargs) -> list[R]:
        if any(_stands_apart(given) for given in itertools.chain(args, kwargs.values())):
            return list(compose(*args, **kwargs))
        shape: list[Hashable] = [walls.python_wall_stands(), tuple(kwargs)]
        values: list[Any] = []
        for given in itertools.chain(args, kwargs.values()):
            shape.append(_apart(given, values))
        key = tuple(shape)
        with lock:
            found = kept.get(key)
            if found is not None:
                kept.move_to_end(key)
        if found is None:
            found = _composed(compose, args, kwargs)
            with lock:
                kept[key] = found
                while len(kept) > MOST:
                    kept.popitem(last=False)
        return found.rows(values)

    return ask


def counted(rows: QuerySet[Any, Any], **under: models.Q) -> QuerySet[Any, Any]:
    """One row of numbers: for each name, how many of the rows its condition holds for."""
    numbers = {name: Count("pk", filter=when or None) for name, when in under.items()}
    return rows.order_by().values(_all=Value(1)).annotate(**numbers)


def _stands_apart(given: Any) -> bool:
    """Whoever is kept out of a record, reads one in an emergency or a level blind, has a statement of their
    own."""
    return isinstance(given, Actor) and bool(given.barred_from or given.emergencies or given.blind_to)


def _apart(given: Any, values: list[Any]) -> Hashable:
    """What of an argument shapes the statement; what does not is added to `values`."""
    if isinstance(given, Actor):
        values += [given.account_id, given.organisation_id]
        return ("actor", given.role, given.sector)
    if isinstance(given, uuid.UUID | date):  # a datetime is a date
        values.append(given)
        return type(given).__name__
    if isinstance(given, list):
        values.append(given)
        return "numbers" if given and isinstance(given[0], int) else "list"
    return (type(given).__name__, given)


def _composed(compose: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> _Statement:
    """Composes with stand-ins for the values, and finds where in the statement each of them went."""
    stand_ins: list[Any] = []

    def stand_in(given: Any) -> Any:
        if isinstance(given, Actor):
            account, organisation = uuid.uuid4(), uuid.uuid4()
            stand_ins.extend([account, organisation])
            return Actor(account, uuid.uuid4(), "", given.role, organisation, "", given.sector)
        if isinstance(given, uuid.UUID):
            made: Any = uuid.uuid4()
        elif isinstance(given, datetime):
            made = datetime(1066, 1, 1, tzinfo=UTC) + timedelta(microseconds=uuid.uuid4().int % 10**13)
        elif isinstance(given, date):
            made = date(1066, 1, 1) + timedelta(days=len(stand_ins))
        elif isinstance(given, list):
            numbers = bool(given) and isinstance(given[0], int)
            made = [uuid.uuid4().int >> 65] if numbers else [uuid.uuid4()]
        else:
            return given
        stand_ins.append(made)
        return made

    queryset = compose(
        *(stand_in(each) for each in args), **{name: stand_in(each) for name, each in kwargs.items()}
    )
    return _Statement(queryset, stand_ins)


class _Statement:
    """One statement as text, where its values go, and how a row of it becomes what the queryset promises."""

    def __init__(self, queryset: QuerySet[Any, Any], stand_ins: list[Any]) -> None:
        compiler = queryset.query.get_compiler(connection=connection)
        self._sql = ""
        try:
            self._sql, params = compiler.as_sql()
        except EmptyResultSet:  # a role that the policy shows no row of this
            return
        self._params = [_place(each, stand_ins) for each in params]
        kind = queryset._iterable_class  # type: ignore[attr-defined]
        self._width = compiler.col_count
        self._is_flat = kind is FlatValuesListIterable
        self._model: Any = None
        self._names: list[str] = []
        self._more: list[tuple[str, int]] = []
        select: Any = compiler.select
        if kind is ModelIterable:
            about: Any = compiler.klass_info
            if about.get("related_klass_infos"):
                raise TypeError("a composed reading takes no select_related")
            self._model, fields = about["model"], about["select_fields"]
            self._names = [select[place][0].target.attname for place in fields]
            self._more = sorted(compiler.annotation_col_map.items()) if compiler.annotation_col_map else []
        elif kind not in (ValuesListIterable, FlatValuesListIterable):
            raise TypeError("a composed reading answers rows of a model or a values_list")
        found = compiler.get_converters([column[0] for column in select[: self._width]])
        self._converters = [(place, *made) for place, made in found.items()]

    def rows(self, values: list[Any]) -> list[Any]:
        if not self._sql:
            return []
        params = [values[at] if at is not None else constant for at, constant in self._params]
        with cursor() as asking:
            asking.execute(self._sql, params)
            found = asking.fetchall()
        return [self._row(list(row)) if self._converters else self._made(row) for row in found]

    def _row(self, row: list[Any]) -> Any:
        for place, converters, expression in self._converters:
            value = row[place]
            for convert in converters:
                value = convert(value, expression, connection)
            row[place] = value
        return self._made(row)

    def _made(self, row: Any) -> Any:
        if self._model is not None:
            made = self._model.from_db(connection.alias, self._names, row[: len(self._names)])
            for name, place in self._more:
                setattr(made, name, row[place])
            return made
        return row[0] if self._is_flat else tuple(row[: self._width])


def _place(param: Any, stand_ins: list[Any]) -> tuple[int | None, Any]:
    for at, made in enumerate(stand_ins):
        if type(param) is type(made) and param == made:
            return at, None
    if isinstance(param, uuid.UUID | date | list):
        raise BakedIn("a reading made a constant of a value that belongs to one request")
    return None, param


class _Prepared(psycopg.Cursor[Any]):
    """A statement is parsed and planned once on each connection."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        return super().execute(query, params, prepare=True)


@contextmanager
def cursor() -> Iterator[Any]:
    """Django's own wrapping (errors, counting in tests) round a cursor that prepares.

    Behind a pooler that hands one connection to several at once `PATHWAYS_PREPARE=0` leaves that out.
    """
    connection.ensure_connection()
    if settings.PATHWAYS_PREPARE:
        with connection._prepare_cursor(_Prepared(connection.connection)) as made:  # type: ignore[attr-defined]
            yield made
    else:
        with connection.cursor() as made:
            yield made
