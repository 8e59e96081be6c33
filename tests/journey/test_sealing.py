"""The ledger from the writing of an event to its signed head, and every way of tampering with it."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from pathways.domain.governance import tree
from pathways.domain.governance.policy import Resource
from pathways.domain.terms.events import EventKind
from pathways.installation import database, heads
from pathways.journey import auditing, identity, ledger, sealing
from pathways.journey.auditing import Kind
from pathways.records import canon, guards
from pathways.records.models import AccessEvent, EventSeal, EventUnsealed, JourneyEvent

pytestmark = [pytest.mark.database]
NOW = datetime(2026, 11, 3, 10, 0, tzinfo=UTC)


@pytest.fixture
def book(fresh_database: str, settings: Any, tmp_path: Any) -> Iterator[str]:
    """A ledger of this test alone, heads included. Answers the superuser's way to it."""
    settings.PATHWAYS_HEADS = tmp_path / "ledger"
    yield psycopg.conninfo.make_conninfo(database.dsn(database.Role.SUPERUSER), dbname=fresh_database)


def write(count: int) -> None:
    """Events of both streams, as verbs write them."""
    with transaction.atomic(), identity.clerk() as by:
        for number in range(count):
            if number % 2:
                ledger.record(
                    EventKind.TRIAGED, by=by, at=NOW, client_id=uuid.uuid4(), detail={"level": number % 5 + 1}
                )
            else:
                ledger.read(
                    by=by, at=NOW, resource=Resource.CLIENT, subjects=[uuid.uuid4()], reason=f"visit {number}"
                )


def seals(link: psycopg.Connection[Any]) -> list[tuple[int, int, uuid.UUID]]:
    return link.execute("select position, stream, event_id from event_seal order by position").fetchall()


# ---------------------------------------------------------------------------------------- sealing


def test_every_column_of_an_event_is_under_the_seal():
    for model, stream in ((JourneyEvent, canon.JOURNEY), (AccessEvent, canon.ACCESS)):
        assert canon.TABLES[stream] == model._meta.db_table
        columns = {field.column for field in model._meta.concrete_fields}
        assert set(canon.FORMS[canon.FORM][stream]) == columns


def test_an_event_has_its_place_once_and_a_second_sealing_finds_nothing(book):
    write(7)
    assert sealing.seal(at=NOW).count == 7
    assert sealing.seal(at=NOW).count == 0
    with psycopg.connect(book) as link:
        assert [position for position, *_ in seals(link)] == list(range(7))
        assert link.execute("select count(*) from event_unsealed").fetchone() == (0,)
    found = auditing.verify()
    assert (found.ok, found.events, found.heads, found.after_last_head) == (True, 7, 1, 0)


def test_an_event_whose_transaction_was_slow_is_sealed_when_it_can_be_seen(book):
    write(2)
    with psycopg.connect(book) as slow:
        slow.execute("set application_name = 'slow'")
        key = uuid.uuid4()
        slow.execute(
            "insert into access_event (id, kind, at, actor_id, actor_name, role, organisation_id, resource,"
            " route, subjects, reason)"
            " values (%s, 'signed_in', '2026-01-01', %s, '', '', %s, '', '', '{}', '')",
            [key, key, key],
        )
        write(2)
        assert sealing.seal(at=NOW).count == 4  # the slow one began before two of these
        slow.commit()
    assert sealing.seal(at=NOW).count == 1
    found = auditing.verify()
    assert (found.ok, found.events, found.heads) == (True, 5, 2)


def test_events_from_before_there_was_a_queue_are_found(book):
    write(4)
    with psycopg.connect(book) as link:
        link.execute("delete from event_unsealed")
    assert sealing.seal(at=NOW).count == 0
    assert sealing.seal(at=NOW, anew=True).count == 4


def test_an_event_queued_twice_and_one_that_is_none_stop_nothing(book):
    write(1)
    sealing.seal(at=NOW)
    with psycopg.connect(book) as link:
        link.execute("insert into event_unsealed select event_id, stream from event_seal")
        link.execute("insert into event_unsealed values (gen_random_uuid(), 1)")
    write(1)
    assert sealing.seal(at=NOW).count == 1
    assert auditing.verify().ok


def test_what_was_sealed_before_a_crash_is_under_the_next_head(book, monkeypatch):
    write(3)
    sealing.seal(at=NOW)
    write(3)
    with monkeypatch.context() as broken:
        broken.setattr(heads.Heads, "add", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            sealing.seal(at=NOW)
    assert sealing.seal(at=NOW).head.size == 6
    assert auditing.verify().ok


def test_a_head_that_a_crash_left_half_is_written_over(book):
    write(3)
    sealing.seal(at=NOW)
    kept = sealing.kept()
    whole = kept.path.read_bytes()
    kept.path.write_bytes(whole + whole[:50])
    assert auditing.verify().ok
    write(1)
    sealing.seal(at=NOW)
    assert auditing.verify().heads == 2
    assert kept.path.read_bytes().startswith(whole)


def test_the_sealer_goes_on_without_its_kept_tree_and_never_over_a_broken_ledger(book):
    write(5)
    sealing.seal(at=NOW)
    (sealing.kept().folder / "tree.json").unlink()
    write(2)
    assert sealing.seal(at=NOW).head.size == 7
    with psycopg.connect(book) as link:
        link.execute("delete from event_seal where position = 6")
    write(1)
    with pytest.raises(sealing.LedgerBroken, match="covers 7 events, and only 6"):
        sealing.seal(at=NOW)


def test_one_sealer_at_a_time(book):
    write(2)
    with sealing.kept().held():
        assert sealing.seal(at=NOW) == sealing.Sealed(0, None)
    with psycopg.connect(book) as other:
        other.execute("select pg_advisory_xact_lock(%s)", [sealing._LOCK])
        assert sealing.seal(at=NOW).count == 0
    assert sealing.seal(at=NOW).count == 2


def test_the_application_can_neither_change_nor_remove_an_event_or_a_seal(book):
    write(2)
    sealing.seal(at=NOW)
    for role in ("clerk", "sealing", "governance_lead"):
        for table, column in (("journey_event", "role"), ("access_event", "role"), ("event_seal", "form")):
            for statement in (
                f"update {table} set {column} = {column}",
                f"delete from {table}",
                f"truncate {table}",
            ):
                with pytest.raises(psycopg.Error), connection.cursor().connection.transaction():
                    connection.cursor().execute("select set_config('pathways.role', %s, true)", [role])
                    connection.connection.execute(statement)
    with pytest.raises(psycopg.Error), connection.connection.transaction():
        connection.connection.execute("insert into event_seal values (9, 1, 1, gen_random_uuid(), '')")


def test_the_owner_is_held_back_by_the_guard(book, owner_dsn):
    write(1)
    sealing.seal(at=NOW)
    name = str(connection.settings_dict["NAME"])
    with psycopg.connect(psycopg.conninfo.make_conninfo(owner_dsn, dbname=name), autocommit=True) as owner:
        for table in (*guards.STREAMS, "event_seal"):
            owner.execute(f"alter table {table} no force row level security")
            for statement in (f"delete from {table}", f"truncate {table}", f"update {table} set id = id"):
                if table == "event_seal":
                    statement = statement.replace("id = id", "form = form")
                with pytest.raises(psycopg.errors.InsufficientPrivilege, match="only ever added to"):
                    owner.execute(statement)


# ---------------------------------------------------------------------------------------- tampering

NEW = {"kind": "'triaged'", "role": "'coordinator'", "actor_name": "'Somebody Else'"}


def _edit(link: Any, rng: random.Random, size: int) -> None:
    """One column of one event, to something else."""
    _, stream, key = rng.choice(seals(link)[:size])
    table = canon.TABLES[stream]
    column = rng.choice([one for one in canon.FORMS[1][stream] if one not in ("kind", "role", "id")])
    kind = link.execute(
        "select format_type(atttypid, -1) from pg_attribute where attrelid = %s::regclass and attname = %s",
        [table, column],
    ).fetchone()[0]
    values = {
        "uuid": "gen_random_uuid()",
        "uuid[]": "array_append(subjects, gen_random_uuid())",
        "jsonb": 'detail || \'{"way": "x"}\'',
        "integer": "coalesce(found, 0) + 1",
        "timestamp with time zone": "at + interval '1 microsecond'",
    }
    value = values.get(kind, f"left({column} || 'x', 300)")
    if column == "sector":
        value = "case sector when 'police' then 'health' else 'police' end"
    link.execute(f"update {table} set {column} = {value} where id = %s", [key])


def _remove(link: Any, rng: random.Random, size: int) -> None:
    _, stream, key = rng.choice(seals(link)[:size])
    link.execute(f"delete from {canon.TABLES[stream]} where id = %s", [key])


def _remove_with_its_seal(link: Any, rng: random.Random, size: int) -> None:
    position, stream, key = rng.choice(seals(link)[:size])
    link.execute(f"delete from {canon.TABLES[stream]} where id = %s", [key])
    link.execute("delete from event_seal where position = %s", [position])


def _close_the_gap(link: Any, rng: random.Random, size: int) -> None:
    """An event and its seal go, and those after it move up."""
    position, stream, key = rng.choice(seals(link)[:size])
    link.execute(f"delete from {canon.TABLES[stream]} where id = %s", [key])
    link.execute("delete from event_seal where position = %s", [position])
    link.execute("update event_seal set position = -position where position > %s", [position])
    link.execute("update event_seal set position = -position - 1 where position < 0")


def _swap(link: Any, rng: random.Random, size: int) -> None:
    """Two events take each other's place."""
    (one, _, first), (two, _, second) = rng.sample(seals(link)[:size], 2)
    link.execute("update event_seal set event_id = gen_random_uuid() where position = %s", [two])
    link.execute("update event_seal set event_id = %s where position = %s", [second, one])
    link.execute("update event_seal set event_id = %s where position = %s", [first, two])


def _swap_whole(link: Any, rng: random.Random, size: int) -> None:
    """Two seals, hash and all, take each other's place."""
    (one, *_), (two, *_) = rng.sample(seals(link)[:size], 2)
    link.execute("update event_seal set position = -1 where position = %s", [one])
    link.execute("update event_seal set position = %s where position = %s", [one, two])
    link.execute("update event_seal set position = %s where position = -1", [two])


def _swap_contents(link: Any, rng: random.Random, size: int) -> None:
    """What two events of one stream say is exchanged; their identifiers stay."""
    stream = rng.choice([1, 2])
    (_, _, one), (_, _, two) = rng.sample([each for each in seals(link)[:size] if each[1] == stream], 2)
    table = canon.TABLES[stream]
    link.execute(f"update {table} set id = %s where id = %s", [(spare := uuid.uuid4()), one])
    link.execute(f"update {table} set id = %s where id = %s", [one, two])
    link.execute(f"update {table} set id = %s where id = %s", [two, spare])


def _seal_anew(link: Any, size: int, start: int = 0) -> None:
    """What whoever knows how sealing works would do: every seal from `start` on, made again to fit."""
    content = {}
    for stream, table in canon.TABLES.items():
        for row in canon.rows(link, f"select {canon.written(1, stream)} from {table} e"):
            content[uuid.UUID(bytes=bytes(row[12:28]))] = bytes(row[2:])
    tip = heads.FIRST
    for position, _, key in seals(link):
        tip = tree.entry(tip + content[key])
        link.execute("update event_seal set entry = %s where position = %s", [tip, position])


def _rewrite(link: Any, rng: random.Random, size: int) -> None:
    """An edit, with the whole chain of seals made anew so that it fits."""
    _edit(link, rng, size)
    _seal_anew(link, size)


def _insert_behind(link: Any, rng: random.Random, size: int) -> None:
    """An event is slipped in among sealed ones, and all seals are made anew."""
    key, place = uuid.uuid4(), rng.randrange(size)
    link.execute(
        "insert into access_event (id, kind, at, actor_id, actor_name, role, organisation_id, resource,"
        " route, subjects, reason) values (%s, 'consultation', now(), %s, 'A', 'supervisor', %s, '', '',"
        " '{}', '')",
        [key, key, key],
    )
    link.execute("update event_seal set position = -position - 2 where position >= %s", [place])
    link.execute("update event_seal set position = -position - 1 where position < 0")
    link.execute("insert into event_seal values (%s, 2, 1, %s, '')", [place, key])
    _seal_anew(link, size + 1)


def _cut(link: Any, rng: random.Random, size: int) -> None:
    """The last events before the head go, with their seals and with everything after them."""
    keep = size - rng.randint(1, min(10, size - 1))
    for _, stream, key in seals(link)[keep:]:
        link.execute(f"delete from {canon.TABLES[stream]} where id = %s", [key])
    link.execute("delete from event_seal where position >= %s", [keep])
    link.execute("delete from event_unsealed")


def _other_stream(link: Any, rng: random.Random, size: int) -> None:
    position, stream, _ = rng.choice(seals(link)[:size])
    link.execute("update event_seal set stream = %s where position = %s", [3 - stream, position])


def _touch_the_hash(link: Any, rng: random.Random, size: int) -> None:
    position, *_ = rng.choice(seals(link)[:size])
    link.execute(
        "update event_seal set entry = set_byte(entry, 5, get_byte(entry, 5) # 1) where position = %s",
        [position],
    )


TAMPERINGS: tuple[Callable[[Any, random.Random, int], None], ...] = (
    _edit,
    _edit,
    _edit,
    _remove,
    _remove_with_its_seal,
    _close_the_gap,
    _swap,
    _swap_whole,
    _swap_contents,
    _rewrite,
    _insert_behind,
    _cut,
    _other_stream,
    _touch_the_hash,
)


@pytest.fixture
def sealed(book: str) -> Iterator[tuple[psycopg.Connection[Any], int]]:
    """Forty events under three heads and a few after them, and the superuser's connection to it."""
    for count in (11, 17, 12):
        write(count)
        head = sealing.seal(at=NOW).head
    write(3)
    assert head is not None
    with psycopg.connect(book, autocommit=True) as link:
        yield link, head.size


def _tampered(size: int, do: Callable[..., None], rng: random.Random) -> auditing.Verdict:
    """What is found after a tampering by the superuser, who is Django here; all of it is taken back again."""
    with transaction.atomic():
        do(connection.connection, rng, size)
        found = auditing.verify()
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("do", dict.fromkeys(TAMPERINGS), ids=lambda do: do.__name__.strip("_"))
def test_each_kind_of_tampering_is_found(sealed, do):
    link, size = sealed
    do(link, random.Random(1), size)
    found = auditing.verify()
    assert not found.ok
    assert found.first is not None
    assert found.as_dict()["first_break"]


def test_an_edited_event_is_named(sealed):
    link, _ = sealed
    _, stream, key = seals(link)[13]
    link.execute(f"update {canon.TABLES[stream]} set actor_name = 'Nobody' where id = %s", [key])
    found = auditing.verify().as_dict()
    assert (found["ok"], found["first_break"], found["broken"]) == (False, str(key), 1)


def test_what_lies_after_the_last_head_is_counted_and_not_promised(sealed):
    found = auditing.verify()
    assert (found.ok, found.events, found.sealed, found.after_last_head) == (True, 43, 40, 3)


def test_a_cut_end_is_found_even_by_whoever_makes_the_heads_file_fit_when_a_witness_was_kept(sealed):
    link, _ = sealed
    kept = sealing.kept()
    lines = list(kept.lines())
    witness = heads.read(lines[-1])
    assert auditing.verify(witness=witness).ok
    kept.path.write_bytes(b"".join(lines[:-1]))  # as the machine's administrator could
    keep = heads.read(lines[-2]).size
    for _, stream, key in seals(link)[keep:]:
        link.execute(f"delete from {canon.TABLES[stream]} where id = %s", [key])
    link.execute("delete from event_seal where position >= %s", [keep])
    assert auditing.verify().ok
    assert auditing.verify(witness=witness).first.kind is Kind.WITNESS


def test_a_touched_heads_file_is_found(sealed):
    kept = sealing.kept()
    lines = list(kept.lines())
    for wrong in (
        lines[:1] + lines[2:],
        [lines[1], lines[0], lines[2]],
        [lines[0].replace(b'"size":11', b'"size":10'), *lines[1:]],
        [b"nonsense\n", *lines[1:]],
        [*lines, lines[-1]],
    ):
        kept.path.write_bytes(b"".join(wrong))
        assert not auditing.verify().ok
    kept.path.unlink()
    assert auditing.verify().first.kind is Kind.NO_HEADS


def test_a_head_signed_by_another_key_is_foreign(sealed, tmp_path):
    kept = sealing.kept()
    last = kept.last()
    other = heads.Signer(tmp_path, [bytes(32)])
    forged = other.sign(heads.Head(41, bytes(32), NOW, other.public, last.mark()))
    kept.add(forged)
    assert auditing.verify().first.kind is Kind.FOREIGN
    assert auditing.verify(witness=forged).broken == 2


def test_a_partner_with_an_old_head_can_be_shown_that_nothing_before_it_changed(sealed):
    first, last = (heads.read(line) for line in list(sealing.kept().lines())[::2])
    shown = auditing.proof(earlier=first)
    asked = {"earlier": first.size, "later": last.size, "later_root": last.root, "shown": shown}
    assert tree.continues(earlier_root=first.root, **asked)
    assert not tree.continues(earlier_root=bytes(32), **asked)


# ---------------------------------------------------------------------------------------- many


def test_thirty_tamperings_and_as_many_honest_ledgers(sealed, as_superuser):
    _many(sealed, 30)


@pytest.mark.prove
def test_a_thousand_tamperings_are_found_and_a_thousand_honest_ledgers_raise_no_alarm(sealed, as_superuser):
    _many(sealed, 1_000)


def _many(sealed: tuple[Any, int], times: int) -> None:
    _, size = sealed
    missed = []
    for seed in range(times):
        rng = random.Random(seed)
        do = TAMPERINGS[seed % len(TAMPERINGS)]
        if _tampered(size, do, rng).ok:
            missed.append((seed, do.__name__))
    assert missed == []
    alarms = []
    for seed in range(times):
        rng = random.Random(seed)
        if not _tampered(size, _honest, rng).ok:
            alarms.append(seed)
    assert alarms == []


def _honest(link: Any, rng: random.Random, size: int) -> None:
    """More events by honest hands: the ledger differs from every other, and nothing sealed is touched."""
    for _ in range(rng.randint(0, 20)):
        link.execute(
            "insert into access_event (id, kind, at, actor_id, actor_name, role, organisation_id, resource,"
            " route, subjects, reason) values (%s, 'consultation', now(), %s, %s, 'supervisor', %s, '', '',"
            " '{}', '')",
            [*(uuid.UUID(int=rng.getrandbits(128)) for _ in range(2)), "é" * rng.randint(0, 9), uuid.uuid4()],
        )


@pytest.mark.prove
def test_a_cut_end_is_found_a_hundred_times_of_a_hundred(sealed, as_superuser):
    _, size = sealed
    for seed in range(100):
        found = _tampered(size, _cut, random.Random(seed))
        assert Kind.CUT in {one.kind for one in found.breaks}, seed


@pytest.mark.prove
def test_honest_ledgers_of_every_size_raise_no_alarm(book):
    """One that grows: sealed and gone through at every size."""
    rng = random.Random(7)
    for _ in range(250):
        write(rng.randint(1, 4))
        sealing.seal(at=NOW, anew=rng.random() < 0.1)
        assert auditing.verify().ok


def together(book: str, *, writers: int, each: int) -> tuple[int, auditing.Verdict]:
    """Writers with slow commits beside a sealer that never rests. Events written, and what is found after."""
    app = psycopg.conninfo.make_conninfo(
        database.dsn(database.Role.APP), dbname=str(connection.settings_dict["NAME"])
    )
    stop, failures = threading.Event(), []

    def go(number: int) -> None:
        rng = random.Random(number)
        try:
            with psycopg.connect(app) as link:
                for _ in range(each):
                    link.execute("select set_config('pathways.role', 'clerk', true)")
                    for _ in range(rng.randint(1, 3)):
                        key = uuid.uuid4()
                        link.execute(
                            "insert into access_event (id, kind, at, actor_id, actor_name, role,"
                            " organisation_id, resource, route, subjects, reason) values"
                            " (%s, 'consultation', now(), %s, '', 'clerk', %s, '', '', '{}', '')",
                            [key, key, key],
                        )
                        time.sleep(rng.random() * 0.01)
                    link.rollback() if rng.random() < 0.1 else link.commit()
        except Exception as failure:
            failures.append(failure)

    def keep_sealing() -> None:
        try:
            while not stop.is_set():
                sealing.seal(at=datetime.now(UTC))
        except Exception as failure:
            failures.append(failure)
        finally:
            connection.close()

    sealer = threading.Thread(target=keep_sealing)
    sealer.start()
    threads = [threading.Thread(target=go, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stop.set()
    sealer.join()
    assert failures == []
    sealing.seal(at=datetime.now(UTC))
    with psycopg.connect(book) as link:
        written = link.execute("select count(*) from access_event").fetchone()[0]
        assert link.execute("select count(*) from event_unsealed").fetchone() == (0,)
    return written, auditing.verify()


def test_no_event_is_missed_beside_a_running_sealer(book, django_db_blocker):
    with django_db_blocker.unblock():
        written, found = together(book, writers=4, each=8)
    assert (found.ok, found.sealed, found.after_last_head) == (True, written, 0)


@pytest.mark.prove
def test_no_event_of_sixteen_writers_is_missed(book, django_db_blocker):
    with django_db_blocker.unblock():
        written, found = together(book, writers=16, each=60)
    assert (found.ok, found.sealed, found.after_last_head) == (True, written, 0)
    assert written > 1_000


def test_the_worker_seals_at_once_and_once_more_when_it_stops(book, monkeypatch):
    write(2)
    stop = threading.Event()
    monkeypatch.setattr(stop, "wait", lambda _: (write(3), stop.set()))
    sealing.keep_on(stop, lambda: NOW + timedelta(seconds=1))
    found = auditing.verify()
    assert (found.ok, found.sealed, found.heads) == (True, 5, 2)
    assert (EventSeal.objects.count(), EventUnsealed.objects.count()) == (0, 0)  # nobody else reads them
