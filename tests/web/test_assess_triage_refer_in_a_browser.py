"""Assessment, triage and referral as they stand in a browser: nothing overflows, axe finds nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import transaction
from django.utils import timezone

from pathways.domain.referral.reasons import DeclineReason
from pathways.domain.referral.sharing import ShareField
from pathways.domain.terms.needs import Domain
from pathways.domain.triage.levels import Level
from pathways.journey import identity, refer
from tests.journey import agreed as made
from tests.journey import people

pytestmark = [pytest.mark.browser, pytest.mark.database]

LOOK = os.environ.get("LOOK")  # a folder: pictures of every page go there


def story() -> dict[str, Any]:
    """Women at each point: to assess, to triage (one of them provisional), decided, referred, declined."""
    with transaction.atomic():
        cast = people.cast()
        new = made.agreed(cast, called="Rosa", reference="KW5219EC")
        waiting = made.agreed(cast, called="Mina", reference="AC1234DE")
        waits = made.assessed(cast, waiting)
        gap = made.agreed(cast, called="Jo", reference="DE2345FH")
        provisional = made.assessed(cast, gap, exploitation=None, immediate_safety=None)
        her = made.agreed(cast, called="Ada", reference="HK4567LM")
        decided = made.triaged(cast, her)
        one = made.service(cast.provider.organisation_id, "Brightpath home and work", capacity=20)
        made.service(cast.other_worker.organisation_id, "Women’s Services in Ashmere")
        made.service(
            cast.other_worker.organisation_id,
            "Harbour House (closed to referrals)",
            open_until=timezone.now() - timedelta(days=2),
        )

        def sent(woman: made.Her, service: Any, at: Any) -> Any:
            with identity.acting(cast.coordinator):
                said = refer.send(
                    client_id=woman.client_id,
                    service_id=service.id,
                    needs=(Domain.HOUSING,),
                    why="She has been offered a tenancy and would like help to keep it.",
                    fields=(ShareField.NAME, ShareField.SAFE_CONTACT, ShareField.NEEDS, ShareField.LEVEL),
                    contact_note="Her sister may answer: say you are from the library.",
                    by=cast.coordinator,
                    at=at,
                )
                assert said, said.reason
                return said.id

        now = timezone.now()
        open_one = sent(her, one, now)
        other = made.agreed(cast, called="Bea", reference="LM5678NP")
        made.triaged(cast, other, Level.INTENSIVE)
        declined = sent(other, one, now - timedelta(days=6))
        with identity.acting(cast.provider):
            refer.decline(
                referral_id=declined,
                reason=DeclineReason.FULL,
                words="A place may open in January.",
                by=cast.provider,
                at=now,
            )
    return {
        "cast": cast,
        "new": new,
        "waits": waits,
        "waiting": waiting,
        "provisional": provisional,
        "decided": decided,
        "her": her,
        "other": other,
        "open": open_one,
        "declined": declined,
    }


def _look(tab: Any, name: str, width: int) -> None:
    if LOOK:
        Path(LOOK).mkdir(parents=True, exist_ok=True)
        tab.screenshot(path=f"{LOOK}/{name}-{width}.png", full_page=True)
    problems: list[str] = tab.problems
    if tab.evaluate("document.documentElement.scrollWidth") > width:
        problems.append(f"{name} is wider than the screen")
    found = Axe().run(tab)
    if found.violations_count:
        problems.append(f"{name}: {found.generate_report()}")
    problems.extend(f"{name}: {line}" for line in tab.said)


@pytest.mark.parametrize("width", [320, 1280])
def test_every_page_fits_and_is_accessible(address: str, open_tab: Callable[..., Any], width: int) -> None:
    s = story()
    problems: list[str] = []

    def signed_in(email: str) -> Any:
        tab = open_tab(width=width)
        tab.problems = problems
        tab.goto(f"{address}/account/sign-in/")
        tab.fill("#id_email", email)
        tab.fill("#id_password", people.PASSWORD)
        tab.click("main button[type=submit]:not([aria-controls])")
        tab.wait_for_url(f"{address}/")
        return tab

    worker = signed_in("wanda.worker@charity.test")
    worker.goto(f"{address}/assess/{s['new'].client_id}/")
    _look(worker, "assess-none", width)
    worker.click("text=Start the assessment")
    _look(worker, "assess-tasks", width)
    writing = worker.url
    for step in ("strengths", "ladder", "safety", "offending", "protections", "equality", "judgements"):
        worker.goto(f"{writing}?step={step}")
        _look(worker, f"assess-{step}", width)
    worker.click("button[value=continue]")
    _look(worker, "assess-judgements-errors", width)
    worker.goto(f"{address}/assess/{s['waiting'].client_id}/")
    _look(worker, "assess-read", width)

    coordinator = signed_in("cora.coordinator@council.test")
    for name, path in {
        "triage-list": "/triage/",
        "triage-decide": f"/triage/{s['waits']}/",
        "triage-provisional": f"/triage/{s['provisional']}/",
        "triage-decided": f"/triage/{s['decided']}/",
        "triage-return": f"/triage/{s['waits']}/return/",
        "refer-list": "/refer/",
        "refer-declined": f"/refer/{s['declined']}/",
        "refer-show": f"/refer/{s['open']}/",
        "refer-withdraw": f"/refer/{s['open']}/withdraw/",
        "refer-tasks": f"/refer/new/{s['other'].client_id}/",
        "refer-service": f"/refer/new/{s['other'].client_id}/?step=service",
    }.items():
        coordinator.goto(address + path)
        _look(coordinator, name, width)
    coordinator.click("button[value=continue]")
    _look(coordinator, "refer-service-errors", width)
    coordinator.check("input[name=service] >> nth=1")
    coordinator.click("button[value=continue]")
    for step in ("asked", "share", "contact"):
        coordinator.goto(f"{address}/refer/new/{s['other'].client_id}/?step={step}")
        _look(coordinator, f"refer-{step}", width)
        if step == "asked":
            coordinator.fill("#id_why", "A tenancy of her own.")
        if step == "contact":
            coordinator.check("#id_is_checked")
        coordinator.click("button[value=continue]")
    coordinator.click("text=Check your answers")
    _look(coordinator, "refer-check", width)
    coordinator.click("button[value=confirm]")
    _look(coordinator, "refer-sent", width)

    service = signed_in("priya.provider@company.test")
    for name, path in {
        "inbox": "/refer/",
        "inbox-empty": "/refer/?tab=waitlisted",
        "pack": f"/refer/{s['open']}/",
        "accept": f"/refer/{s['open']}/accept/",
        "decline": f"/refer/{s['open']}/decline/",
        "waitlist": f"/refer/{s['open']}/waiting-list/",
    }.items():
        service.goto(address + path)
        _look(service, name, width)
    service.goto(f"{address}/refer/{s['open']}/")
    service.click("text=Accept: I will work with her")
    _look(service, "accepted", width)
    assert problems == []
