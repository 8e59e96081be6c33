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

    def auc(self, name: str) -> float:
        said: list[float] = getattr(self, name)
        return sum(said) / len(said)


def _plain(text: str, key: str) -> str:
    text = text.replace(key, "KEY").replace(key.replace("-", ""), "KEY")
    text = re.sub(r'(name="(?:csrfmiddlewaretoken|_token)" value=")[^"]*', r"\1", text)
    return re.sub(r"\b\d{1,2}:\d{2}\b", "CLOCK", text)


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
        if not matrix.may_know(who, Canary(table, "id", key, client, columns), world):
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
            absent = uuid.UUID(int=rng.getrandbits(128), version=4)
            other = str(uuid.UUID(int=rng.getrandbits(128), version=4))
            got: dict[str, Answer] = {}
            order = [("hidden", key), ("absent", absent)]
            rng.shuffle(order)
            for kind, value in order:
                address = _filled(route, {name: str(value)}, other)
                got[kind] = asker.ask(who, method, address, str(value), data)
            found.tried += 1
            hidden, absent_answer = got["hidden"], got["absent"]
            for part in ("status", "heads", "body", "queries"):
                one, other_one = getattr(hidden, part), getattr(absent_answer, part)
                if one != other_one:
                    found.told.append(f"{part} of {method} {route} for {who}: {_first(one, other_one)}")
                    break
            for clock in ("wall", "cpu"):
                a, b = getattr(hidden, clock), getattr(absent_answer, clock)
                getattr(found, clock).append(0.5 if a == b else float(a > b))
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


#: (a woman who is somebody's client, nobody's), letter for letter as long, and like no name that police hold
NAMES = (
    (("Marguerite", "Hollingdale"), ("Clementine", "Wetherfield")),
    (("Persephone", "Carmichael"), ("Wilhelmina", "Fotheringh")),
    (("Thomasina", "Bridgwater"), ("Gwendolyn", "Oakenshawe")),
    (("Bernadette", "Lockhurst"), ("Antoinette", "Pembridge")),
)


def police_pairs(world: Planted, *, pairs: int, seed: int) -> tuple[Pairs, Pairs]:
    """Police search for, and flag, a woman who is somebody's client or nobody's."""
    from pathways.domain.terms import references as making
    from pathways.journey import identity, naming
    from pathways.records.models import Client as Woman
    from pathways.records.models import Identity

    rng, asker = random.Random(seed), Asker()
    references = [str(row["reference"]) for row in world.rows["support_client"].values()]
    police = [each for each in world.people if each.role in ("police_spoc", "police_analyst")]
    flaggers = [each for each in world.people if each.role in ("police_spoc", "police_officer")]
    searched, flagged = Pairs(), Pairs()
    with attempts._overhearing(), attempts._drawn_as_ever(), transaction.atomic():
        with identity.clerk():
            for paper, (known, _) in zip(Identity.objects.order_by("id"), NAMES, strict=False):
                paper.given_names, paper.surname = known
                paper.save()
                naming.index(
                    naming.Kind.CLIENT,
                    paper.client_id,
                    Woman.objects.values_list("organisation_id", flat=True).get(id=paper.client_id),
                    names=known,
                    born=None,
                    by=identity.MACHINE,
                )
        for number in range(pairs):
            both = rng.choice(NAMES)
            typed = [" ".join(each) for each in both]
            if number % 3 == 0:
                typed = [rng.choice(references), making.make(rng.randbytes(8))]  # nobody's
            who = rng.choice(police)
            _pair(searched, asker, rng, who, "/search/", [{"query": each} for each in typed], typed)
            asked = [
                {**WHO, "given_names": a, "surname": b, "_do": "continue", "_step": "who"} for a, b in both
            ]
            named = [f"{a}|{b}" for a, b in both]
            _pair(flagged, asker, rng, rng.choice(flaggers), "/police/flag/", asked, named)
        transaction.set_rollback(True)
    return searched, flagged


def _pair(
    found: Pairs,
    asker: Asker,
    rng: random.Random,
    who: Person,
    address: str,
    data: list[dict[str, str]],
    typed: list[str],
) -> None:
    got: dict[int, Answer] = {}
    for place in rng.sample((0, 1), 2):
        answer = asker.ask(who, "POST", address, "nothing", data[place])
        for word in re.split(r"[ |]", typed[place]):
            spaced = f"{word[:2]} {word[2:6]} {word[6:]}"
            answer.body = answer.body.replace(word, "TYPED").replace(spaced, "TYPED")
        got[place] = answer
    found.tried += 1
    for part in ("status", "heads", "body", "queries"):
        if getattr(got[0], part) != getattr(got[1], part):
            said = _first(getattr(got[0], part), getattr(got[1], part))
            found.told.append(f"{part} of {address} for {who}: {said}")
            break
    for clock in ("wall", "cpu"):
        a, b = getattr(got[0], clock), getattr(got[1], clock)
        getattr(found, clock).append(0.5 if a == b else float(a > b))


def test_police_cannot_tell_a_client_by_searching_or_flagging(as_application: Planted) -> None:
    searched, flagged = police_pairs(as_application, pairs=20, seed=43)
    assert searched.told == []
    assert flagged.told == []


@pytest.mark.prove
def test_nor_by_the_time_it_takes(as_application: Planted) -> None:
    searched, flagged = police_pairs(as_application, pairs=300, seed=44)
    for name, found in (("searching", searched), ("flagging", flagged)):
        print(f"{name}: {found.tried} pairs, AUC {found.auc('wall'):.3f} by the clock,"
              f" {found.auc('cpu'):.3f} by CPU time")  # fmt: skip
        assert found.told == []
        assert abs(found.auc("wall") - 0.5) <= MOST - 0.5
        assert abs(found.auc("cpu") - 0.5) <= MOST - 0.5
