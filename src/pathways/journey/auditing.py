"""Whether the log is what it was: every event hashed again, every signed head asked.

The database hands over values and nothing else: all hashing is done here, and what it must come to was signed
and written where the database cannot reach. So whatever a superuser did to events up to the last head shows:
an edit, a removal, a swap, another order, one put in between, a cut-off end. An event that was put in after
the last head is found where it was kept from the sealer's queue; one that was written there as the programme
writes is sealed like any other, and no seal tells it apart.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from pathways.domain.governance import tree
from pathways.installation import heads
from pathways.installation.heads import Head
from pathways.journey import identity, sealing
from pathways.records import canon

#: The whole ledger is joined in one pass and in memory. Row security hides from the planner how many rows
#: there are, and it would look each one up.
_PLAN = {"work_mem": "256MB", "enable_nestloop": "off", "max_parallel_workers_per_gather": "0"}
_STEP = 65_536
_MANY = 200_000
"""From how many events on a second process is worth its start."""
_MOST = 100

class NotPreparedError(Exception):
    """The database has no seals yet: it was made by an earlier version."""


Progress = Callable[[str, int, int], None]


class Kind(Enum):
    """What was found wrong, in words."""

    CHANGED = "the event is not what was sealed"
    GONE = "the event was removed"
    UNPLACED = "the event's place was removed"
    ADDED = "the event was put in past the programme: it has no seal and does not wait for one"
    REWRITTEN = "the seals themselves were made anew: from here on they are not those of the signed head"
    CUT = "the end of the ledger was cut off: the last head covers more events than there are"
    HEAD = "the heads file was changed"
    NO_HEADS = "there are seals, and not one signed head"
    FOREIGN = "the head was signed by another key than this installation's"
    WITNESS = "the head held as witness is not a state of this ledger"


@dataclass(frozen=True, slots=True)
class Break:
    """One thing that is wrong: where in the ledger, and which event where that is known."""

    kind: Kind
    position: int
    event_id: UUID | None = None
    more: str = ""

    @property
    def id(self) -> str:
        return str(self.event_id) if self.event_id else f"#{self.position}"

    @property
    def words(self) -> str:
        which = f"event {self.event_id}" if self.event_id else f"place {self.position}"
        return f"{which}: {self.kind.value}{f' ({self.more})' if self.more else ''}"


@dataclass(slots=True)
class Verdict:
    """What was found. `ok` is about everything up to the last head, and about events that were kept from the
    sealer; whatever else lies after it is only counted."""

    events: int = 0
    sealed: int = 0
    heads: int = 0
    last: Head | None = None
    breaks: list[Break] = field(default_factory=list)
    broken: int = 0
    seconds: float = 0.0
    witness: Head | None = None

    @property
    def ok(self) -> bool:
        return self.broken == 0

    @property
    def after_last_head(self) -> int:
        return max(0, self.events - (self.last.size if self.last else 0))

    @property
    def first(self) -> Break | None:
        return min(self.breaks, key=lambda one: one.position) if self.breaks else None

    def add(self, kind: Kind, position: int, more: str = "") -> None:
        self.broken += 1
        self.breaks.append(Break(kind, position, None, more))
        if len(self.breaks) > 2 * _MOST:
            self.breaks = sorted(self.breaks, key=lambda one: one.position)[:_MOST]

    def lines(self, most: int) -> list[str]:
        """What a person would be told, the first `most` breaks among it."""
        said = [f"{self.events:,} events, {self.heads:,} signed heads"]
        if self.last is None:
            said.append("no head has been signed yet, so nothing is proved: the worker does it while it runs")
        else:
            when = f"{self.last.at:%-d %B %Y at %H:%M:%S} UTC"
            said.append(f"the last head covers {self.last.size:,} events and was signed on {when}")
            many = self.after_last_head
            said.append(
                "no event lies after it"
                if not many
                else f"{many:,} event{'s lie' if many > 1 else ' lies'} after it, not under a head yet:"
                " counted, not proved"
            )
        if self.witness is not None:
            said.append(f"held to a head of {self.witness.size:,} events that was kept elsewhere")
        for one in sorted(self.breaks, key=lambda each: each.position)[:most]:
            said.append(f"WRONG: {one.words}")
        if self.broken > most:
            said.append(f"and {self.broken - most:,} more")
        rate = f", {self.events / self.seconds:,.0f} a second" if self.seconds > 1 else ""
        ending = "as it was written" if self.ok else "TAMPERED WITH"
        said.append(f"the log is {ending} ({self.seconds:.1f} seconds{rate})")
        return said

    def as_dict(self) -> dict[str, Any]:
        first = self.first
        return {
            "events": self.events,
            "ok": self.ok,
            "first_break": first.id if first else None,
            "breaks": [
                {
                    "kind": one.kind.name.lower(),
                    "position": one.position,
                    "event": str(one.event_id) if one.event_id else None,
                    "words": one.words,
                }
                for one in sorted(self.breaks, key=lambda one: one.position)[:_MOST]
            ],
            "broken": self.broken,
            "sealed": self.sealed,
            "after_last_head": self.after_last_head,
            "heads": self.heads,
            "last_head": self.last.as_dict() if self.last else None,
            "witness": self.witness.as_dict() if self.witness else None,
            "seconds": round(self.seconds, 3),
            "events_per_second": round(self.events / self.seconds) if self.seconds else None,
        }


def _quietly(stage: str, done: int, whole: int) -> None:
    pass


def verify(*, witness: Head | None = None, progress: Progress = _quietly) -> Verdict:
    """Goes through the whole ledger. Changes nothing; works beside a running sealer.

    `witness` is a head that somebody else kept: the ledger must have passed through it. Memory is about 33
    bytes an event. The caller reads no event: nothing of any leaves this function but its identifier.
    Raises NotPreparedError for a database from before there was a seal.
    """
    begun = time.perf_counter()
    if _row("select to_regclass('public.event_seal')")[0] is None:
        raise NotPreparedError
    found = Verdict(witness=witness)
    signed = _read_heads(found)  # before the database is asked: a head never covers what is not committed
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:
            _run("set transaction isolation level repeatable read, read only")
        for setting, value in _PLAN.items():
            _run(f"set local {setting} = '{value}'")
        with identity.sealing():
            _check_all(found, signed, progress)
            found.breaks = [
                _named(one) for one in sorted(found.breaks, key=lambda each: each.position)[:_MOST]
            ]
    found.seconds = time.perf_counter() - begun
    return found


def _check_all(found: Verdict, signed: list[Head], progress: Progress) -> None:
    count, end = _row("select count(*), coalesce(max(position), -1) + 1 from event_seal")
    found.sealed = count
    found.events = sum(_row(f"select count(*) from {table}")[0] for table in canon.TABLES.values())  # noqa: S608
    entries = _entries(found, end)
    if count and not signed and not found.broken:
        found.add(Kind.NO_HEADS, 0)
    whole = bytes(entries)
    within = _check_ends(found, signed, end)
    witnessed = [found.witness] if found.witness and found.witness.size <= end else []
    asked = sorted([*within, *witnessed], key=lambda head: head.size)
    with _beside(whole, [head.size for head in asked]) as made:
        gone = _check_events(found, whole, end, progress)
        roots = dict(zip((head.size for head in asked), made(), strict=True))
    _check_roots(found, within, [roots[head.size] for head in within])
    _check_witness(found, found.witness, end, roots.get(found.witness.size) if found.witness else None)
    lost = any(one.kind in (Kind.UNPLACED, Kind.CUT) for one in found.breaks)  # and events with their seals
    if found.last is not None and not lost and found.events > count - gone:
        _check_added(found, end)


def _check_added(found: Verdict, end: int) -> None:
    """Events with neither a seal nor a place in the queue: whoever put them in went round the trigger.

    Before the first head there can be such events honestly, from a version without a queue.
    """
    for table in canon.TABLES.values():
        added = _rows(
            f"select e.id from {table} e"  # noqa: S608 - our own names
            " where not exists (select 1 from event_seal s where s.event_id = e.id)"
            " and not exists (select 1 from event_unsealed q where q.event_id = e.id) order by e.at"
        )
        for number, (event_id,) in enumerate(added):
            found.broken += 1
            if number < _MOST:
                found.breaks.append(Break(Kind.ADDED, end, event_id))


def _read_heads(found: Verdict) -> list[Head]:
    """The heads that are whole, ours and in order; whatever is not, is a break."""
    ours = sealing.our_key()
    signed: list[Head] = []
    before = heads.FIRST
    for number, line in enumerate(sealing.kept().lines(), 1):
        size = signed[-1].size if signed else 0
        found.heads += 1
        try:
            head = heads.read(line)
        except heads.HeadUnreadable:
            found.add(Kind.HEAD, size, f"line {number} is not a head")
            before = b""
            continue
        if head.key != ours:
            found.add(Kind.FOREIGN, size, f"line {number}")
        elif not head.is_signed():
            found.add(Kind.HEAD, size, f"line {number} is not what was signed")
        elif before and head.before != before:
            found.add(Kind.HEAD, size, f"the head before line {number} is missing or another")
        elif head.size <= size:
            found.add(Kind.HEAD, size, f"line {number} covers no more than the one before")
        else:
            signed.append(head)
        before = head.mark()
    found.last = signed[-1] if signed else None
    return signed


def _entries(found: Verdict, end: int) -> bytearray:
    """The stored entries in order, after 32 zero bytes: entry n lies at 32 * (n + 1). A gap is a break."""
    entries = bytearray(heads.FIRST)
    for start in range(0, end, _STEP):
        stop = min(start + _STEP, end)
        many, joined = _row(
            "select count(*), string_agg(entry, ''::bytea order by position) from event_seal"
            " where position >= %s and position < %s",
            [start, stop],
        )
        if many == stop - start and len(joined) == 32 * many:
            entries += joined
            continue
        stored = dict(
            _rows(
                "select position, entry from event_seal where position >= %s and position < %s", [start, stop]
            )
        )
        for position in range(start, stop):
            one = bytes(stored.get(position, b""))
            if len(one) != 32:
                found.add(Kind.UNPLACED, position)
            entries += one.ljust(32, b"\0")[:32]
    return entries


def _roots(entries: bytes | bytearray, sizes: list[int]) -> list[bytes]:
    """The root over the first so many entries, for each of these sizes, in rising order."""
    growing, found = tree.Growing(), []
    for size in sizes:
        while growing.size < size:
            stop = min(growing.size + _STEP, size)
            growing.extend(
                [bytes(entries[at : at + 32]) for at in range(32 * growing.size + 32, 32 * stop + 32, 32)]
            )
        found.append(growing.root())
    return found


@contextmanager
def _beside(entries: bytes, sizes: list[int]) -> Iterator[Callable[[], list[bytes]]]:
    """The roots, made by a process of its own while events are hashed here, where that is worth one."""
    if len(entries) < 32 * _MANY or "fork" not in multiprocessing.get_all_start_methods():
        yield lambda: _roots(entries, sizes)
        return
    context = multiprocessing.get_context("fork")  # it is given the entries for nothing, and only hashes
    here, there = context.Pipe(duplex=False)
    helper = context.Process(target=lambda: there.send(_roots(entries, sizes)), daemon=True)
    helper.start()
    there.close()
    try:
        yield here.recv
    finally:
        helper.kill()
        helper.join()
        here.close()


def _check_roots(found: Verdict, signed: list[Head], roots: list[bytes]) -> None:
    """Every head's root against the one made from the stored entries; the first to differ says from where."""
    agreed = 0
    for head, root in zip(signed, roots, strict=True):
        if root != head.root:
            found.add(Kind.REWRITTEN, agreed, f"before {head.size}")
            break
        agreed = head.size


def _check_ends(found: Verdict, signed: list[Head], end: int) -> list[Head]:
    """The heads that the ledger is long enough for; a longer one says that the end was cut off."""
    if any(head.size > end for head in signed):
        found.add(Kind.CUT, end, f"{signed[-1].size} signed, {end} there")
    return [head for head in signed if head.size <= end]


def _check_witness(found: Verdict, witness: Head | None, end: int, root: bytes | None) -> None:
    if witness is None:
        return
    if witness.key != sealing.our_key() or not witness.is_signed():
        found.add(Kind.FOREIGN, 0, "the witness")
    elif witness.size > end:
        found.add(Kind.WITNESS, end, f"it covers {witness.size}, and {end} are there")
    elif root != witness.root:
        found.add(Kind.WITNESS, 0, f"the first {witness.size} events are others")


def _check_events(found: Verdict, whole: bytes, end: int, progress: Progress) -> int:
    """Every event hashed again with the entry before it. Events come in no order; each place must be met.

    Answers how many seals have no event.
    """
    met = bytearray(end)
    done = gone = 0
    for form, streams in canon.FORMS.items():
        for stream, table in canon.TABLES.items():
            if stream not in streams:
                continue
            query = (
                f"select s.position, {canon.written(form, stream)} from event_seal s"  # noqa: S608 - our own names
                f" join {table} e on e.id = s.event_id where s.stream = {stream} and s.form = {form}"
            )
            for wrong in _wrong(query, whole, met):
                if wrong < 0:
                    done += _STEP
                    progress("events", min(done, end), end)
                else:
                    found.add(Kind.CHANGED, wrong)
    at = met.find(0)
    while at >= 0:
        gone += 1
        if not any(one.position == at and one.kind is Kind.UNPLACED for one in found.breaks):
            found.add(Kind.GONE, at)
        at = met.find(0, at + 1)
    progress("events", end, end)
    return gone


def _wrong(query: str, whole: bytes, met: bytearray) -> Iterator[int]:
    """The places of events that are not what was sealed; -1 after every so many, for the progress.

    The innermost loop: a place is 8 bytes after the row's count and its own length, and what is hashed
    follows it.
    """
    sha, number = hashlib.sha256, int.from_bytes
    connection.ensure_connection()
    left = _STEP
    for row in canon.rows(connection.connection, query):
        position = number(row[6:14], "big")
        at = 32 * position
        if sha(b"\0" + whole[at : at + 32] + row[14:]).digest() == whole[at + 32 : at + 64]:
            met[position] += 1 if not met[position] else 0
        else:
            if 0 <= position < len(met):
                met[position] = 1
            yield position
        left -= 1
        if not left:
            left = _STEP
            yield -1


def _named(one: Break) -> Break:
    """The break with the event that stands, or stood, in its place."""
    if one.event_id is not None or one.kind in (Kind.HEAD, Kind.FOREIGN, Kind.NO_HEADS):
        return one
    row = _row("select event_id from event_seal where position = %s", [one.position])
    return Break(one.kind, one.position, row[0] if row else None, one.more)


def last_head() -> Head | None:
    """The newest head, to be shown and kept."""
    return sealing.kept().last()


def proof(*, earlier: Head) -> list[bytes]:
    """What shows whoever holds `earlier` that the newest head only added to it. Raises ValueError."""
    last = sealing.kept().last()
    if last is None or earlier.size > last.size:
        raise ValueError("that head covers more than this ledger's last one")
    with transaction.atomic(), identity.sealing():
        entries = _entries(Verdict(), last.size)
    return tree.proof(
        [bytes(entries[at : at + 32]) for at in range(32, 32 * last.size + 32, 32)], earlier.size
    )


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _rows(query: str, values: list[Any] | None = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, values or [])
        return list(cursor.fetchall())


def _row(query: str, values: list[Any] | None = None) -> Any:
    found = _rows(query, values)
    return found[0] if found else None
