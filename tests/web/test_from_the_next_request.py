"""What was taken away is gone from the next request on; and no request is ever somebody else's.

Four threads serve, each on a database connection that it keeps from one request to the next, as the web
server's threads do. On such a connection a forgotten identity would be the next person's.
"""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path
from django.utils import timezone

from pathways.domain.decision import no
from pathways.domain.reach.stop import AskedBy, Kind
from pathways.domain.terms.people import Role
from pathways.journey import administer, drafts, identity, stopping
from pathways.records.models import Account, Appointment, Involvement, Organisation
from pathways.web import access
from pathways.web.access import page
from tests.journey import agreed as made
from tests.journey import people as cast_of
from tests.web import people

pytestmark = [
    pytest.mark.prove,
    pytest.mark.database,
    pytest.mark.urls("tests.web.test_from_the_next_request"),
]

THREADS = 4
REQUESTS = 20_000
CHANGES = 1_000
STOPS = 40


# ------------------------------------------------------------------ pages that say whom the database sees


def _seen(request: HttpRequest) -> HttpResponse:
    """The identity that the database holds, and the titles of all drafts that it shows to it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select current_setting('pathways.account', true),"
            " current_setting('pathways.organisation', true), current_setting('pathways.role', true),"
            " (select array_agg(title order by title) from draft)"
        )
        account, organisation, role, titles = cursor.fetchone() or (None,) * 4
    said = {"account": account or "", "organisation": organisation or "", "role": role or ""}
    return HttpResponse(json.dumps({**said, "titles": titles}))


@page(signed_in=True)
def mine(request: HttpRequest) -> HttpResponse:
    return _seen(request)


@page(public=True)
def anyones(request: HttpRequest) -> HttpResponse:
    return _seen(request)


@page(signed_in=True)
def fails(request: HttpRequest) -> HttpResponse:
    """Breaks off while the machine's own identity is on."""
    with identity.clerk(request.actor):  # type: ignore[attr-defined]
        raise RuntimeError


@page(signed_in=True)
def breaks(request: HttpRequest) -> HttpResponse:
    """Leaves the connection in a transaction that the database has given up."""
    with connection.cursor() as cursor:
        cursor.execute("select nothing from nowhere")
    return HttpResponse()


@page(signed_in=True)
def refuses(request: HttpRequest) -> HttpResponse:
    return access.refuse(request, no("Not now."))


urlpatterns = [
    path("", include("pathways.web.urls")),
    path("t/mine/", mine),
    path("t/anyones/", anyones),
    path("t/fails/", fails),
    path("t/breaks/", breaks),
    path("t/refuses/", refuses),
]
handler500 = "pathways.web.frame.refusals.our_fault"
handler404 = "pathways.web.frame.refusals.not_found"


def in_threads(jobs: list[Callable[[], None]]) -> None:
    wrong: list[BaseException] = []

    def run(job: Callable[[], None]) -> None:
        try:
            job()
        except BaseException as problem:
            wrong.append(problem)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise wrong[0]


def signed_in(email: str, password: str = people.PASSWORD) -> Client:
    browser = Client(raise_request_exception=False)
    assert people.post_sign_in(browser, email, password).status_code == 302
    return browser


def test_no_identity_bleeds_from_one_request_into_another(fresh_database: str) -> None:
    roles = [Role.SUPPORT_WORKER, Role.COORDINATOR, Role.SUPERVISOR, Role.ADMINISTRATOR, Role.EVALUATOR]
    crowd: list[tuple[Client, dict[str, Any]]] = []
    with transaction.atomic():
        for number in range(20):
            email = f"person{number}@hub.example"
            people.account(email, roles[number % len(roles)], at=people.organisation(f"hub{number % 3}"))
    for number in range(20):
        (actor,) = identity.workplaces_of(f"person{number}@hub.example")
        with transaction.atomic(), identity.acting(actor):
            drafts.keep("canary", {"a": 1}, actor, timezone.now(), title=f"canary of {actor.account_id}")
        crowd.append(
            (
                signed_in(f"person{number}@hub.example"),
                {
                    "account": str(actor.account_id),
                    "organisation": str(actor.organisation_id),
                    "role": actor.role.value,
                    "titles": [f"canary of {actor.account_id}"],
                },
            )
        )
    nobody = {"account": "", "organisation": "", "role": "", "titles": None}
    bled: list[Any] = []
    counts = {"mine": 0, "nobody": 0, "broken off": 0}
    lock = threading.Lock()
    backends: set[tuple[int, int]] = set()

    def serve(seed: int) -> Callable[[], None]:
        rng = random.Random(seed)
        strangers = Client(raise_request_exception=False)
        # a browser belongs to one thread, its person to all: five for each thread, taken in turn
        own = [(Client(raise_request_exception=False), wanted) for _, wanted in crowd]
        for (mine_, _), (theirs, _) in zip(own, crowd, strict=True):
            mine_.cookies = theirs.cookies.copy()  # type: ignore[assignment]

        def run() -> None:
            for _ in range(REQUESTS // THREADS):
                browser, wanted = rng.choice(own)
                kind = rng.random()
                if kind < 0.70:
                    said, what = json.loads(browser.get("/t/mine/").content), "mine"
                    if said != wanted:
                        bled.append((wanted, said))
                elif kind < 0.85:
                    said, what = json.loads(strangers.get("/t/anyones/").content), "nobody"
                    if said != nobody:
                        bled.append((nobody, said))
                else:
                    what = "broken off"
                    browser.get(rng.choice(["/t/fails/", "/t/breaks/", "/t/refuses/"]))
                with lock:
                    counts[what] += 1
            with connection.cursor() as cursor:
                cursor.execute("select pg_backend_pid()")
                backends.add((seed, (cursor.fetchone() or (0,))[0]))

        return run

    in_threads([serve(seed) for seed in range(THREADS)])
    print(f"\n{sum(counts.values())} requests on {len(backends)} connections: {counts}; bled: {len(bled)}")
    assert bled == []
    assert sum(counts.values()) == REQUESTS
    assert len(backends) == THREADS


def test_a_role_that_ends_a_leaver_and_a_hand_over_hold_from_the_next_request(fresh_database: str) -> None:
    with transaction.atomic():
        cast = cast_of.cast()
        her = made.agreed(cast)
    address = f"/her/{her.client_id}/"
    charity = Organisation.objects.get(code="charity")
    by = cast.administrator
    stale: list[str] = []
    counts: dict[str, int] = {}
    turn = threading.Lock()

    def turned(what: str, browser: Client, before: int, change: Callable[[], Any], after: set[int]) -> None:
        """The page opens; something is taken away; the very next page is closed."""
        got = browser.get(address).status_code
        if got != before:
            stale.append(f"{what}: {got} before")
        change()
        got = browser.get(address).status_code
        if got not in after:
            stale.append(f"{what}: {got} after")
        with turn:
            counts[what] = counts.get(what, 0) + 1

    def committed(verb: Callable[..., Any], **given: Any) -> Any:
        with transaction.atomic(), identity.acting(by):
            said = verb(**given, by=by, at=timezone.now())
        assert said, said.reason
        return said

    def worker(number: int) -> Callable[[], None]:
        email = f"colleague{number}@charity.test"
        with transaction.atomic():
            account = people.account(email, Role.SUPPORT_WORKER, at=charity)

        def beside(on: bool) -> None:
            with transaction.atomic(), identity.clerk(by):
                live = Involvement.objects.filter(
                    account_id=account.id, client_id=her.client_id, until_at__isnull=True
                )
                if not on:
                    live.update(until_at=timezone.now())
                    return
                if live.exists():
                    return
                Involvement(
                    client_id=her.client_id, organisation_id=charity.id, account_id=account.id,
                    kind="approach", from_at=timezone.now(), given_by_id=by.account_id,
                ).save(force_insert=True)  # fmt: skip

        def run() -> None:
            browser = signed_in(email)
            for step in range(CHANGES // THREADS):
                beside(True)
                if step % 2:
                    turned("handed over", browser, 200, lambda: beside(False), {403, 404})
                    continue
                held = Appointment.objects.get(account=account, until_at__isnull=True)
                turned(
                    "role ended", browser, 200,
                    lambda held=held: committed(administer.end_appointment, appointment_id=held.id),
                    {302, 403},
                )  # fmt: skip
                committed(
                    administer.appoint,
                    account_id=account.id, organisation_id=charity.id, role=Role.SUPPORT_WORKER,
                )  # fmt: skip
            beside(True)
            turned(
                "left", browser, 200,
                lambda: committed(administer.leave, account_id=account.id), {302},
            )  # fmt: skip

        return run

    in_threads([worker(number) for number in range(THREADS)])
    print(f"\n{counts}; stale: {len(stale)}")
    assert stale == []
    assert sum(counts.values()) >= CHANGES


def test_when_she_withdraws_the_next_page_of_everybody_says_so(fresh_database: str) -> None:
    with transaction.atomic():
        cast = cast_of.cast()
        women = [made.agreed(cast, reference=f"ST{number:04}EC") for number in range(STOPS)]
    email = Account.objects.get(id=cast.worker.account_id).email
    worker = signed_in(email, cast_of.PASSWORD)
    for her in women:
        address = f"/her/{her.client_id}/"
        assert "do not contact her" not in worker.get(address).content.decode().lower()
        with transaction.atomic(), identity.acting(cast.coordinator) as by:
            said = stopping.stop_all(
                client_id=her.client_id, kind=Kind.WITHDRAW, asked_by=AskedBy.HER, by=by, at=timezone.now()
            )
        assert said, said.reason
        assert "do not contact her" in worker.get(address).content.decode().lower()
