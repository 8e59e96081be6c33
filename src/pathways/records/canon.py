"""How an event is written down to be hashed: PostgreSQL's own binary form of every column, in a fixed order.

The database only hands over values: `COPY … (FORMAT binary)` gives each column as its length and its bytes,
which is unambiguous, the same in every supported version, and involves no function that could be replaced.
A form, once used, stays: when a stream is given another column, a further form lists it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from psycopg import pq

JOURNEY, ACCESS = 1, 2
TABLES = {JOURNEY: "journey_event", ACCESS: "access_event"}

#: form → stream → columns, the identifier first
FORMS: dict[int, dict[int, tuple[str, ...]]] = {
    1: {
        JOURNEY: (
            "id", "kind", "at", "case_id", "client_id", "episode_id", "organisation_id", "sector", "actor_id",
            "actor_name", "role", "detail",
        ),
        ACCESS: (
            "id", "kind", "at", "actor_id", "actor_name", "role", "organisation_id", "resource", "route",
            "subjects", "recipient_id", "reason", "found", "emergency_id", "holder_organisation_id",
        ),
    }
}  # fmt: skip
FORM = max(FORMS)
"""The form in which events are sealed from now on."""

_HEADER = 19  # the eleven signature bytes of a binary copy, its flags and the length of its extension
_END = b"\xff\xff"


def written(form: int, stream: int, table: str = "e") -> str:
    """The select list of one event in canonical form. The first value says which form and stream it is."""
    columns = ", ".join(f"{table}.{column}" for column in FORMS[form][stream])
    return f"{form * 256 + stream}::int2, {columns}"


def rows(connection: Any, query: str) -> Iterator[bytes | memoryview]:
    """The rows of a query in binary form, one message each: a count of columns (2 bytes), then each column.

    `connection` is psycopg's, in a transaction. Libpq hands over whole rows, one at a time; asking it without
    the driver in between is what makes a million of them a matter of seconds. Raises RuntimeError when the
    database refuses.
    """
    link = connection.pgconn
    begun = link.exec_(f"copy ({query}) to stdout (format binary)".encode())
    if begun.status != pq.ExecStatus.COPY_OUT:
        raise RuntimeError(_said(begun.error_message))
    take = link.get_copy_data
    finished = False
    try:
        size, message = take(0)
        if size > 0:
            message = bytes(message)[_HEADER:]
        while size > 0:
            if len(message) > 2:
                yield message
            elif bytes(message) != _END:
                raise RuntimeError("the database sent half a row")
            size, message = take(0)
        finished = True
        if size == -2:
            raise RuntimeError(_said(link.error_message))
    finally:
        if not finished:
            while take(0)[0] > 0:
                pass
        while (result := link.get_result()) is not None:
            if finished and result.status != pq.ExecStatus.COMMAND_OK:
                raise RuntimeError(_said(result.error_message))


def _said(message: bytes) -> str:
    return (message.decode("utf-8", "replace").strip().splitlines() or ["no reason given"])[0]
