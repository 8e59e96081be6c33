"""Nobody can tell what is hidden from what is not there: the same page, the same queries, the same time.

Latencies are compared within pairs (one id that is hidden from this person and one that nobody has, at the
same address, in an order drawn by lot), so that a busy machine adds noise to both alike. The measure is the
share of pairs in which the hidden one took longer, ties halved: the area under the curve of a paired
Mann-Whitney comparison, 0.5 when nothing can be told. Wall clock (database included) and the process's own
CPU time are both held.
"""

from __future__ import annotations

import random
import re
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from tests.walls import attempts, falling, matrix
from tests.walls.planted import Canary, Person, Planted
from tests.web.test_every_address import EVERY

pytestmark = pytest.mark.database



def _about(route: str) -> str:
    """The name of the hole that is an id of something about a woman, or nothing."""
    names = re.findall(r"<uuid:(\w+)>", route)
    return next((each for each in names if attempts.HOLES[each] not in attempts.REFERENCE), "")


WITH_AN_ID = [route for route, _ in EVERY if _about(route)]
MOST = 0.60


@dataclass
class Answer:
    """What a person could notice of one answer, with what names the thing itself taken out."""

    status: int
    heads: tuple[tuple[str, str], ...]
    body: str
    queries: list[str]
    wall: float
    cpu: float


@dataclass
class Pairs:
    tried: int = 0
    told: list[str] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def note(self, did: str, one: Answer, other: Answer) -> None:
        """One pair: where the two differ, if anywhere, and which of them took longer."""
        self.tried += 1
        for part in ("status", "body", "queries", "heads"):
            if getattr(one, part) != getattr(other, part):
                said = _first(getattr(one, part), getattr(other, part))
                self.told.append(f"{part} of {did}: {said}")
                break
        for clock in ("wall", "cpu"):
            a, b = getattr(one, clock), getattr(other, clock)
            getattr(self, clock).append(0.5 if a == b else float(a > b))

    def auc(self, name: str) -> float:
        said: list[float] = getattr(self, name)
        return sum(said) / len(said)


def _plain(text: str, key: str) -> str:
    text = text.replace(key, "KEY").replace(key.replace("-", ""), "KEY")
    text = re.sub(r'(name="(?:csrfmiddlewaretoken|_token|_ticket|_begun)" value=")[^"]*', r"\1", text)
    return re.sub(r"\b\d{1,2}:\d{2}(?::\d{2})?\b", "CLOCK", text)


class Asker:
    def __init__(self) -> None:
        self.browser = Client(raise_request_exception=False)

    def ask(self, who: Person, method: str, address: str, key: str, data: dict[str, Any]) -> Answer:
        """One request inside a transaction that is taken back."""
        queries: list[str] = []

        def hear(execute: Any, said: str, values: Any, many: bool, context: Any) -> Any:
            queries.append(said)
            return execute(said, values, many, context)

        self.browser.cookies.clear()
        if who.session:
            self.browser.cookies[settings.SESSION_COOKIE_NAME] = who.session
        with transaction.atomic(), connection.execute_wrapper(hear):
            connection.ensure_connection()
            began, began_cpu = time.perf_counter(), time.process_time()
            answer = self.browser.post(address, data) if method == "POST" else self.browser.get(address)
            wall, cpu = time.perf_counter() - began, time.process_time() - began_cpu
            transaction.set_rollback(True)
        heads = tuple(
            sorted((name, _plain(said, key)) for name, said in answer.headers.items() if name != "Set-Cookie")
        )
        cookies = tuple(sorted(answer.cookies))
        queries = [re.sub(r'"s\d+_x\d+"|s\d+_x\d+', "SAVEPOINT", said) for said in queries]
        return Answer(
            answer.status_code,
            (*heads, ("cookies", str(cookies))),
            _plain(answer.content.decode("utf-8", "replace"), key),
            queries,
            wall,
            cpu,
        )


def _hidden(who: Person, table: str, world: Planted, rng: random.Random) -> uuid.UUID | None:
    """A row of this table that this person may not know of."""
    keys = list(world.rows[table])
    rng.shuffle(keys)
    for key in keys[:12]:
        columns = world.rows[table][key]
        client = key if table == "support_client" else columns.get("client_id")
        asked = Canary(table, "id", key, client, columns)
        if table == "spine" and client is not None:  # its page is open with her record
            asked = Canary("support_client", "id", client, client, world.rows["support_client"][client])
        if not matrix.may_know(who, asked, world):
            return key
    return None


def _filled(route: str, known: dict[str, str], other: str) -> str:
    def value(hole: re.Match[str]) -> str:
        kind, name = hole[1], hole[2]
        return known.get(name) or (other if kind == "uuid" else attempts.WORDS_OF.get(name, ("made-up",))[0])

    return re.sub(r"<(?:(\w+):)?(\w+)>", value, route)


def compare(world: Planted, *, pairs: int, seed: int) -> Pairs:
    rng, asker, found = random.Random(seed), Asker(), Pairs()
    with attempts._overhearing(), attempts._drawn_as_ever():
        while found.tried < pairs:
            route = WITH_AN_ID[found.tried % len(WITH_AN_ID)]
            name = _about(route)
            who = rng.choice([each for each in world.people if each.account])
            key = _hidden(who, attempts.HOLES[name], world, rng)
            if key is None:  # she may know of all there are: somebody who may know of none
                who = next(each for each in world.people if each.role == "administrator")
                key = _hidden(who, attempts.HOLES[name], world, rng)
            if key is None:
                key = uuid.UUID(int=rng.getrandbits(128), version=4)
            method = "POST" if rng.random() < 0.35 else "GET"
            data = {"_do": rng.choice(("continue", "confirm", "save")), "body": "Invented."}
            if rng.random() < 0.5:  # as if begun before a colleague saved the same form
                data["_begun"] = f"{rng.getrandbits(128):032x}.{uuid.UUID(int=rng.getrandbits(128))}"
            absent = uuid.UUID(int=rng.getrandbits(128), version=4)
            other = str(uuid.UUID(int=rng.getrandbits(128), version=4))
            got: dict[str, Answer] = {}
            order = [("hidden", key), ("absent", absent)]
            rng.shuffle(order)
            for kind, value in order:
                address = _filled(route, {name: str(value)}, other)
                got[kind] = asker.ask(who, method, address, str(value), data)
            found.note(f"{method} {route} for {who}", got["hidden"], got["absent"])
    return found


def _first(one: Any, other: Any) -> str:
    if isinstance(one, str):
        pairs = zip(one.splitlines(), other.splitlines(), strict=False)
        return next((f"{a!r} / {b!r}"[:300] for a, b in pairs if a != b), f"{len(one)} / {len(other)}")
    if isinstance(one, list):
        return f"{len(one)} / {len(other)} " + next(
            (f"{a!r} / {b!r}"[:400] for a, b in zip(one, other, strict=False) if a != b),
            str((one + other)[-1:])[:400],
        )
    if isinstance(one, tuple):
        return f"{set(one) ^ set(other)}"[:400]
    return f"{one} / {other}"[:400]


def test_what_is_hidden_looks_like_what_is_not_there(as_application: Planted) -> None:
    with falling.figures_aside():
        found = compare(as_application, pairs=110, seed=41)
    assert found.told == []


@pytest.mark.prove
def test_a_thousand_pairs_cannot_be_told_apart(as_application: Planted) -> None:
    with falling.figures_aside():
        found = compare(as_application, pairs=1_000, seed=42)
    print(f"1,000 pairs over {len(WITH_AN_ID)} addresses: {len(found.told)} told apart by answer or queries;"
          f" AUC {found.auc('wall'):.3f} by the clock, {found.auc('cpu'):.3f} by CPU time")  # fmt: skip
    assert found.told == []
    assert abs(found.auc("wall") - 0.5) <= MOST - 0.5
    assert abs(found.auc("cpu") - 0.5) <= MOST - 0.5


# --- police: is she anyone's client? ---------------------------------------------------------------------

WHO = {
    "age": "born", "born-day": "12", "born-month": "6", "born-year": "1990", "given_names": "", "surname": "",
    "subject_category": "victim",
}  # fmt: skip


#: of nobody yet: the same name is asked for with and without a client who bears it
NAMES = (
    ("Marguerite", "Hollingdale"),
    ("Persephone", "Carmichael"),
    ("Thomasina", "Bridgwater"),
    ("Bernadette", "Lockhurst"),
)
#: who is asked for by nobody
ANOTHER = ("Wilhelmina", "Ravensworth")


def _make_client(world: Planted, name: tuple[str, str], reference: str) -> None:
    """From here on in this transaction somebody's client has this name and reference."""
    from pathways.journey import comparing, identity, naming
    from pathways.records.models import Client as Woman
    from pathways.records.models import Identity

    with identity.clerk():
        paper = Identity.objects.order_by("id").first()
        assert paper is not None
        paper.given_names, paper.surname = name
        paper.save()
        Woman.objects.filter(id=paper.client_id).update(reference=reference)
        for place in {place for client, place in world.works if client == paper.client_id}:
            naming.index(
                naming.Kind.CLIENT,
                paper.client_id,
                place,
                names=name,
                born=None,
                kept_under=comparing.kept_under(comparing.Paper(*name)),
                by=identity.MACHINE,
            )


def _make_nominal(world: Planted, name: tuple[str, str], force: uuid.UUID) -> None:
    """From here on in this transaction the force has named a woman of this name."""
    from django.utils import timezone

    from pathways.journey import comparing, identity, naming
    from pathways.records.models import Nominal

    spoc = next(each for each in world.people if each.role == "police_spoc" and each.organisation == force)
    (by,) = [each for each in identity.workplaces_by_id(spoc.account) if each.organisation_id == force]
    with identity.acting(by):
        row = Nominal(organisation_id=force, given_names=name[0], surname=name[1], created_at=timezone.now(),
                      created_by_id=by.account_id)  # fmt: skip
        row.save(force_insert=True)
        naming.index(naming.Kind.NOMINAL, row.id, force, names=name, born=None,
                     kept_under=comparing.kept_under(comparing.Paper(*name)), by=by)  # fmt: skip


def police_pairs(world: Planted, *, pairs: int, seed: int) -> tuple[Pairs, Pairs, Pairs]:
    """Police search for, look for while typing, and flag, a woman: once she is somebody's client, once she is
    nobody's; every other time their own force has named her before."""
    from pathways.domain.terms import references

    rng, asker = random.Random(seed), Asker()
    searchers = [each for each in world.people if each.role in ("police_spoc", "police_analyst")]
    flaggers = [each for each in world.people if each.role in ("police_spoc", "police_officer")]
    searched, looked, flagged = Pairs(), Pairs(), Pairs()
    with attempts._overhearing(), attempts._drawn_as_ever():
        for number in range(pairs):
            name, reference = rng.choice(NAMES), references.make(rng.randbytes(8))
            typed = reference if number % 3 == 0 else " ".join(name)
            who = rng.choice(searchers)
            asks: list[tuple[Pairs, Person, str, dict[str, str]]] = [
                (searched, who, "/search/", {"query": typed}),
                (looked, who, "/linking/known/", {"given_names": name[0], "surname": name[1]}),
                (
                    flagged,
                    rng.choice(flaggers),
                    "/police/flag/",
                    {**WHO, "given_names": name[0], "surname": name[1], "_do": "continue", "_step": "who"},
                ),
            ]
            for found, person, address, data in asks:
                got: dict[bool, Answer] = {}
                for is_client in rng.sample((True, False), 2):
                    with transaction.atomic():
                        if number % 2:
                            _make_nominal(world, name, person.organisation)
                        # somebody becomes a client either time, so that both come after the same work
                        if is_client:
                            _make_client(world, name, reference)
                        else:
                            _make_client(world, ANOTHER, references.make(rng.randbytes(8)))
                        got[is_client] = asker.ask(person, "POST", address, "nothing", data)
                        transaction.set_rollback(True)
                found.note(f"{address} for {person}", got[True], got[False])
    return searched, looked, flagged


def test_police_cannot_tell_a_client_by_searching_looking_or_flagging(as_application: Planted) -> None:
    searched, looked, flagged = police_pairs(as_application, pairs=20, seed=43)
    assert searched.told + looked.told + flagged.told == []


@pytest.mark.prove
def test_nor_by_the_time_it_takes(as_application: Planted) -> None:
    searched, looked, flagged = police_pairs(as_application, pairs=300, seed=44)
    for name, found in (("searching", searched), ("looking", looked), ("flagging", flagged)):
        print(f"{name}: {found.tried} pairs, AUC {found.auc('wall'):.3f} by the clock,"
              f" {found.auc('cpu'):.3f} by CPU time")  # fmt: skip
        assert found.told == []
        assert abs(found.auc("wall") - 0.5) <= MOST - 0.5
        assert abs(found.auc("cpu") - 0.5) <= MOST - 0.5
