"""The one sealer: gives every event its place in the ledger, and signs a head over all of them.

Events are written plainly, in the transaction of what they record. What can be seen and has no place yet is
sealed here, in whatever order it became visible: no time and no number drawn earlier decides, so an event
whose transaction was slow is sealed a little later and never missed.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from pathways.domain.governance import tree
from pathways.installation import heads
from pathways.installation.heads import Head
from pathways.journey import identity
from pathways.records import canon, keys

LOG = logging.getLogger("pathways.sealing")

AT_ONCE = 10_000
"""How many events are sealed in one transaction."""

EVERY = timedelta(seconds=5)
"""How often the worker seals. Between two heads an event is protected by the walls alone."""

_LOCK = 0x50_61_74_68  # one number for all machines: whoever holds it is the sealer
_QUEUES = timedelta(hours=1)


class LedgerBroken(Exception):
    """What is in the database is not what the last head says. Nothing is sealed over it."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """How many events were given a place, and the newest head."""

    count: int
    head: Head | None


def kept() -> heads.Heads:
    """The installation's heads."""
    return heads.Heads(settings.PATHWAYS_HEADS)


def our_key() -> bytes | None:
    """The public half of the key that this installation signs with; None before the first head."""
    return heads.public_key(settings.PATHWAYS_KEY_STORE.parent)


def _signer() -> heads.Signer:
    fitting = [keys.read_key(one.decode()) for one in settings.PATHWAYS_KEYS()]
    return heads.Signer(settings.PATHWAYS_KEY_STORE.parent, fitting)


def seal(*, at: datetime, anew: bool = False) -> Sealed:
    """Seals everything that can be seen, and signs one head when there was anything. Idempotent.

    `anew` looks for events outside the queue as well: those from before there was one. Must run outside a
    transaction, for a head is written only after what it covers is committed. Raises LedgerBroken.
    """
    if connection.in_atomic_block:
        raise RuntimeError("sealing has transactions of its own")
    book = kept()
    with book.held() as is_ours:
        last = book.last()
        if not is_ours:
            return Sealed(0, last)
        growing, tip = _taken_up(book, last)
        count = 0
        if anew:
            _queue_forgotten()
        while True:
            entries = _seal_some(growing.size, tip)
            if entries is None:
                break
            growing.extend(entries)
            tip, count = (entries[-1] if entries else tip), count + len(entries)
        if last is not None and growing.size == last.size:
            return Sealed(count, last)
        if growing.size == 0:
            return Sealed(0, None)
        signer = _signer()
        before = last.mark() if last else heads.FIRST
        head = signer.sign(Head(growing.size, growing.root(), at, signer.public, before))
        book.add(head)
        nodes = {str(level): node.hex() for level, node in growing.nodes.items()}
        book.note({"size": growing.size, "last": tip.hex(), "nodes": nodes})
        return Sealed(count, head)


def _noted(book: heads.Heads, last: Head | None) -> tuple[tree.Growing, bytes] | None:
    """The tree under the last head and the last entry in it; None when it has to be made anew."""
    if last is None:
        return tree.Growing(), heads.FIRST
    said = book.notes()
    try:
        assert said is not None
        nodes = {int(level): bytes.fromhex(node) for level, node in said["nodes"].items()}
        growing, tip = tree.Growing(int(said["size"]), nodes), bytes.fromhex(said["last"])
    except (AssertionError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return (growing, tip) if (growing.size, growing.root()) == (last.size, last.root) else None


def _taken_up(book: heads.Heads, last: Head | None) -> tuple[tree.Growing, bytes]:
    """The tree over all seals in the database: as kept with the last head, and what was sealed after it.

    Seals after the last head are there when the process ended between the two; they are checked against
    their events before anything is signed over them.
    """
    found = _noted(book, last)
    with transaction.atomic(), identity.sealing():
        (there,) = _row("select coalesce(max(position), -1) + 1 from event_seal")
        if last is not None and there < last.size:
            raise LedgerBroken(f"the last head covers {last.size} events, and only {there} are sealed")
        if found is None:  # the kept tree is only a short cut: without it the events are gone through again
            growing, tip = _gone_on(tree.Growing(), heads.FIRST, last.size if last else 0)
            if last is not None and growing.root() != last.root:
                raise LedgerBroken(f"the first {last.size} events are not those of the last head")
        else:
            growing, tip = found
            if growing.size:
                stored = _row("select entry from event_seal where position = %s", [growing.size - 1])
                if stored is None or bytes(stored[0]) != tip:
                    raise LedgerBroken(f"event {growing.size - 1} is not the one of the last head")
        return _gone_on(growing, tip, there)


def _gone_on(growing: tree.Growing, tip: bytes, end: int) -> tuple[tree.Growing, bytes]:
    """The tree taken on over the seals up to `end`, each checked against its event."""
    for start in range(growing.size, end, AT_ONCE):
        entries = _checked(start, min(start + AT_ONCE, end), tip)
        growing.extend(entries)
        tip = entries[-1]
    return growing, tip


def _checked(start: int, end: int, tip: bytes) -> list[bytes]:
    """The entries from `start` up to `end`, each computed again from its event. Raises LedgerBroken."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select position, stream, form, event_id, entry from event_seal"
            " where position >= %s and position < %s order by position",
            [start, end],
        )
        seals = cursor.fetchall()
    if [position for position, *_ in seals] != list(range(start, end)):
        raise LedgerBroken(f"a seal is missing between {start} and {end}")
    by_form: dict[tuple[int, int], list[UUID]] = {}
    for _, stream, form, event_id, _ in seals:
        by_form.setdefault((form, stream), []).append(event_id)
    content: dict[UUID, bytes] = {}
    for (form, stream), ids in by_form.items():
        if stream not in canon.FORMS.get(form, {}):
            raise LedgerBroken(f"a seal between {start} and {end} is of a form that is not known")
        content |= _contents(stream, ids, form=form)
    found = []
    for position, _, _, event_id, stored in seals:
        tip = tree.entry(tip + content.get(event_id, b""))
        if tip != bytes(stored):
            raise LedgerBroken(f"event {position} is not what was sealed")
        found.append(tip)
    return found


def _queue_forgotten() -> None:
    """Events with no place that are not queued are: those from before the queue, or taken out of it."""
    with transaction.atomic(), identity.sealing(), connection.cursor() as cursor:
        for stream, table in canon.TABLES.items():
            cursor.execute(
                f"insert into event_unsealed (event_id, stream) select e.id, %s from {table} e"  # noqa: S608
                " where not exists (select 1 from event_seal s where s.event_id = e.id)"
                " and not exists (select 1 from event_unsealed q where q.event_id = e.id)"
                " order by e.at on conflict do nothing",
                [stream],
            )


def _seal_some(place: int, tip: bytes) -> list[bytes] | None:
    """Seals up to AT_ONCE events from `place` on, in one transaction. Their entries; None when none waits."""
    with transaction.atomic(), identity.sealing(), connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return None
        cursor.execute(
            "delete from event_unsealed where event_id in (select event_id from event_unsealed limit %s)"
            " returning event_id, stream",
            [AT_ONCE],
        )
        queued = cursor.fetchall()
        if not queued:
            return None
        by_stream: dict[int, list[UUID]] = {}
        for event_id, stream in queued:
            by_stream.setdefault(stream, []).append(event_id)
        content: dict[UUID, bytes] = {}
        for stream, ids in by_stream.items():
            if stream in canon.TABLES:
                content |= _contents(stream, ids)
        cursor.execute(
            "select event_id from event_seal where event_id = any(%s)", [[one for one, _ in queued]]
        )
        for (event_id,) in cursor.fetchall():  # queued a second time: it has its place
            content.pop(event_id, None)
        entries, rows = [], []
        for event_id, stream in queued:
            if (said := content.get(event_id)) is None:
                continue  # no such event, or one that has its place: whoever queued it did not write it
            tip = tree.entry(tip + said)
            entries.append(tip)
            rows.append((place, stream, event_id, tip))
            place += 1
        if rows:
            places, streams, ids, hashes = map(list, zip(*rows, strict=True))
            cursor.execute(
                "insert into event_seal (position, stream, form, event_id, entry)"
                " select p, s, %s, i, e from unnest(%s::bigint[], %s::smallint[], %s::uuid[], %s::bytea[])"
                " as t(p, s, i, e)",
                [canon.FORM, places, streams, ids, hashes],
            )
        return entries


def _contents(stream: int, ids: list[UUID], form: int = canon.FORM) -> dict[UUID, bytes]:
    """The canonical bytes of events, by identifier."""
    wanted = ",".join(f"'{UUID(str(each))}'" for each in ids)
    query = (
        f"select {canon.written(form, stream)} from {canon.TABLES[stream]} e"  # noqa: S608 - our own names, and UUIDs
        f" where e.id = any(array[{wanted}]::uuid[])"
    )
    connection.ensure_connection()
    found = {}
    for row in canon.rows(connection.connection, query):
        said = bytes(row)
        found[UUID(bytes=said[12:28])] = said[2:]  # two bytes of count; then 4 + 2 of form, 4 + 16 of the id
    return found


def _row(query: str, values: list[Any] | None = None) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query, values or [])
        return cursor.fetchone()


def waiting() -> int:
    """How many events wait for their place. In a transaction."""
    with identity.sealing():
        return int(_row("select count(*) from event_unsealed")[0])


def keep_on(stop: threading.Event, clock: Callable[[], datetime]) -> None:
    """Seals every few seconds until told to stop, and once more then. A failure is said and tried again."""
    looked: datetime | None = None
    said = ""
    while True:
        is_last = stop.is_set()
        try:
            at = clock()
            anew = looked is None or at - looked >= _QUEUES
            seal(at=at, anew=anew)
            looked, said = (at if anew else looked), ""
        except Exception as failure:
            words = str(failure) if isinstance(failure, LedgerBroken) else type(failure).__name__
            if words != said:
                LOG.error("the ledger is not sealed: %s", words)
            said = words
            connection.close()
        if is_last:
            break
        stop.wait(EVERY.total_seconds())
    connection.close()
