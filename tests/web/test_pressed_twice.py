"""Every button, pressed twice at once on two connections: once is done, and both get the same answer."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connections, transaction
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from pathways.domain.referral.sharing import ShareField
from pathways.domain.terms.contact import ContactMode
from pathways.domain.terms.needs import Domain
from pathways.journey import goals, identity, refer, tasks
from pathways.records.models import (
    Account,
    Appointment,
    Assessment,
    Contact,
    Goal,
    JourneyEvent,
    Organisation,
    Referral,
    Service,
    Task,
    TriageDecision,
)
from pathways.web import access, flow
from tests.journey import agreed as made
from tests.journey import people
from tests.journey import test_doors as doors
from tests.journey import test_support as support
from tests.web.test_every_address import EVERY

pytestmark = [pytest.mark.database]

#: Buttons that are no Flow and are not for the signed-in work of the programme: signing in and out, a
#: password, a role chosen; or that answer with a page instead of a change (search, a link drawn once).
ASIDE = {"sign_in", "sign_out", "choose", "password", "set_password", "sessions", "stay"}


def browser(actor: Any) -> Browser:
    found = Browser()
    email = Account.objects.values_list("email", flat=True).get(pk=actor.account_id)
    found.post("/account/sign-in/", {"email": email, "password": people.PASSWORD})
    return found


def at_once(who: Browser, address: str, form: dict[str, str]) -> list[Any]:
    answers: list[Any] = []
    start = threading.Barrier(2)
    sent = {"csrfmiddlewaretoken": f"mask-{uuid.uuid4()}", **form}

    def press() -> None:
        again = Browser(raise_request_exception=False)
        again.cookies = who.cookies
        start.wait()
        answers.append(again.post(address, sent))
        connections.close_all()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def written() -> Counter[str]:
    """How many of everything there is that a button can write."""
    counted: Counter[str] = Counter()
    with transaction.atomic(), identity.clerk():
        for kind in JourneyEvent.objects.values_list("kind", flat=True):
            counted[f"event {kind}"] += 1
        counted["open tasks"] = Task.objects.filter(done_at__isnull=True).count()
        counted["referrals"] = Referral.objects.count()
        counted["assessments"] = Assessment.objects.count()
    return counted


def test_every_button_does_its_work_once(fresh_database: str) -> None:
    cast = people.cast()
    now = timezone.now()
    with transaction.atomic():
        her = made.agreed(cast)
        made.triaged(cast, her)
        services = [
            made.service(cast.worker.organisation_id, name=f"Service {number}") for number in range(3)
        ]
        sent = []
        for service in services:
            with identity.acting(cast.coordinator) as by:
                said = refer.send(
                    client_id=her.client_id,
                    service_id=service.id,
                    needs=[Domain.HOUSING],
                    why="A home",
                    fields=(ShareField.NAME, ShareField.SAFE_CONTACT),
                    by=by,
                    at=now,
                )
                assert said, said.reason
                sent.append(said.id)
        flag = doors.flag(cast.officer).id
        brought = doors.coming(cast.worker).id
        other = support.woman(cast, "Nadia", cast.worker)
        with identity.acting(cast.worker) as by:
            goal = doors_goal(other.id, by, now)
            planned = []
            for number in range(2):
                row = Contact(
                    client_id=other.id,
                    organisation_id=by.organisation_id,
                    episode_id=other.episode,
                    worker_id=by.account_id,
                    sector=by.sector.value,
                    mode=ContactMode.TELEPHONE.value,
                    planned_at=now - timedelta(hours=3 + number),
                )
                row.save(force_insert=True)
                planned.append(row.id)
            task = tasks.set_task(
                "look", "Look again", organisation_id=by.organisation_id, by=by, at=now
            ).id
        with identity.acting(cast.coordinator):
            triage = TriageDecision.objects.get(client_id=her.client_id)
    place = Organisation.objects.get(code="charity")
    held = Appointment.objects.get(account_id=cast.colleague.account_id)
    closed = Service.objects.create(name="Closed", organisation=place, status="inactive")
    worker, coordinator, spoc, adam = (
        browser(one) for one in (cast.worker, cast.coordinator, cast.spoc, cast.administrator)
    )
    door = reverse("doors:move", args=[brought])
    presses: list[tuple[str, Browser, str, dict[str, str]]] = [
        ("acknowledge", worker, reverse("refer:acknowledge", args=[sent[0]]), {}),
        ("take", worker, reverse("refer:take", args=[sent[0]]), {}),
        ("start a review", spoc, reverse("police:move", args=[flag]), {"action": "start_review"}),
        ("review at the door", coordinator, door, {"action": "start_review"}),
        ("withdraw at the door", coordinator, door, {"action": "withdraw"}),
        ("she did not come", worker, reverse("support:missed", args=[planned[0]]), {"absence": "unwell"}),
        ("call off", worker, reverse("support:call_off", args=[planned[1]]), {}),
        ("a goal is met", worker, reverse("support:settle", args=[goal, "meet"]), {}),
        ("tick off", worker, reverse("home:tick_off", args=[task]), {}),
        ("triage again", coordinator, reverse("triage:again", args=[triage.id]), {}),
        ("end a role", adam, reverse("administer:end", args=[held.account_id, held.id]), {}),
        ("record a leaver", adam, reverse("administer:leave", args=[cast.other_worker.account_id]), {}),
        ("coordinates", adam, reverse("administer:coordinating", args=[place.id]), {"coordinates": "no"}),
        ("reopen a service", coordinator, reverse("directory:reopen", args=[closed.id]), {}),
    ]
    wrong = []
    for words, who, address, form in presses:
        before = written()
        answers = at_once(who, address, form)
        where = {(answer.status_code, answer.get("Location")) for answer in answers}
        if {status for status, _ in where} != {302} or len(where) != 1:
            wrong.append((words, where))
        grew = {name: n for name, n in (written() - before).items() if name.startswith("event ")}
        if any(number > 1 for number in grew.values()):
            wrong.append((words, grew))
    assert wrong == []


def doors_goal(client_id: Any, by: Any, at: Any) -> Any:
    said = goals.set_goal(
        client_id=client_id,
        words="A home",
        domain=Domain.HOUSING,
        importance=8,
        nearness=2,
        target_date=None,
        by=by,
        at=at,
    )
    assert said, said.reason
    return Goal.objects.get(client_id=client_id).id


def test_no_button_is_left_out() -> None:
    """A view that is no Flow is either behind the press guard, or named here."""
    order = settings.MIDDLEWARE
    guard = order.index("pathways.web.pressed.OncePressed")
    assert guard > order.index("pathways.web.access.DefaultDeny"), "refused first, guarded then"
    assert guard > order.index("pathways.web.transaction.OneTransaction"), "the lock lasts to the commit"
    outside = set()
    for _, entry in EVERY:
        view = getattr(entry.callback, "view_class", None)
        wanted = access.declared(entry.callback)
        assert wanted is not None
        is_flow = view is not None and issubclass(view, flow.Flow)
        if not is_flow and (wanted.public or wanted.account) and entry.name in ASIDE:
            outside.add(entry.name)
    assert outside == ASIDE
