"""Who may not see her, and emergency access, in a browser: narrow and wide, with errors, without scripts."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from pathways.domain.governance.bars import Ground
from pathways.journey import barring, identity
from pathways.records.models import Account, Client, EmergencyAccess
from tests.journey import people, women

pytestmark = [pytest.mark.browser, pytest.mark.database]
SHOTS = os.environ.get("SHOTS", "")


def _sign_in(tab: Any, address: str, actor: Any, onward: str) -> None:
    email = Account.objects.values_list("email", flat=True).get(pk=actor.account_id)
    tab.goto(f"{address}/account/sign-in/?next={onward}")
    tab.fill("#id_email", email)
    tab.fill("#id_password", people.PASSWORD)
    tab.click("main button[type=submit]:not([aria-controls])")
    tab.wait_for_url(f"**{onward}")


def _look(tab: Any, name: str) -> list[str]:
    """What is wrong with the page as it stands: axe's findings, and a page wider than its window."""
    if SHOTS:
        tab.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)
    found = [f"{name}: {each['id']}" for each in Axe().run(tab).response["violations"]]
    if tab.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        found.append(f"{name}: wider than the window")
    return found


@pytest.mark.parametrize(("width", "scripts"), [(320, True), (1280, True), (320, False)])
def test_an_emergency_is_opened_and_her_bars_are_kept(
    address: str, open_tab: Callable[..., Any], width: int, scripts: bool
) -> None:
    from django.db import transaction
    from django.utils import timezone

    with transaction.atomic():
        cast = people.cast()
        client_id, _ = women.born(cast, called="Zephyrine", worker=cast.worker, notes=1)
        with identity.acting(cast.worker) as by:
            barring.keep_out(
                client_id=client_id,
                organisation_id=cast.colleague.organisation_id,
                account_id=cast.colleague.account_id,
                ground=Ground.HER_WORD,
                words="She said: not him, he knows my brother.",
                by=by,
                at=timezone.now(),
            )
            reference = Client.objects.get(pk=client_id).reference
    wrong: list[str] = []

    def look(tab: Any, name: str) -> None:
        if scripts:
            wrong.extend(_look(tab, f"{width}-{name}"))

    worker = open_tab(width=width, scripts=scripts)
    _sign_in(worker, address, cast.worker, f"/her/{client_id}/kept-out/")
    look(worker, "kept-out")
    worker.goto(f"{address}/bars/{client_id}/keep-out/")
    worker.click("button[value=continue]")
    look(worker, "keep-out-error")
    worker.select_option("#id_organisation", label="Harbour Women")
    worker.click("button[value=continue]")
    worker.click("button[value=continue]")
    look(worker, "keep-out-who-error")
    worker.select_option("#id_who", value="everybody")
    worker.locator("input[name=ground]").first.check()
    worker.fill("#id_words", "She does not want them.")
    worker.click("button[value=continue]")
    look(worker, "keep-out-check")
    worker.click("button[value=confirm]")
    look(worker, "keep-out-receipt")
    worker.goto(f"{address}/bars/{client_id}/conflict/")
    look(worker, "conflict")

    council = open_tab(width=width, scripts=scripts)
    _sign_in(council, address, cast.other_worker, "/emergency/")
    council.click("button[value=continue]")
    look(council, "ask-error")
    council.locator("input[name=how]").first.check()
    council.fill("#id_reference", reference)
    council.locator("input[name=kind]").first.check()
    council.locator("input[name=minutes]").nth(1).check()
    council.fill("#id_words", "He is outside her door.")
    council.fill("#id_password", people.PASSWORD)
    council.click("button[value=continue]")
    assert "Nobody was found" in council.inner_text("main")  # her whole organisation is kept out
    look(council, "ask-nobody")

    with transaction.atomic(), identity.acting(cast.worker) as by:
        whole = barring.of_her(client_id=client_id, by=by, at=timezone.now()).now[0]
        barring.lift(bar_id=whole.id, words="She wants them now.", by=by, at=timezone.now())
    council.fill("#id_password", people.PASSWORD)
    council.click("button[value=continue]")
    assert "Her record is open to you" in council.inner_text("main")
    look(council, "opened")
    council.goto(f"{address}/her/{client_id}/")
    assert "Emergency access until" in council.inner_text(".pw-emergency")
    look(council, "her-in-emergency")
    council.click(".pw-emergency a:has-text('End it')")
    look(council, "show")

    lead = open_tab(width=width, scripts=scripts)
    _sign_in(lead, address, cast.governance, "/emergency/accesses/")
    look(lead, "list")
    council.click("main button:has-text('End it now')")
    assert council.locator(".pw-emergency").count() == 0
    with transaction.atomic(), identity.clerk():
        key = EmergencyAccess.objects.get().id
    lead.goto(f"{address}/emergency/{key}/review/")
    lead.locator("input[name=finding]").nth(1).check()
    lead.click("button[value=continue]")
    look(lead, "review-error")
    lead.goto(f"{address}/")
    look(lead, "home")
    lead.goto(f"{address}/governance/kept-out/")
    look(lead, "governance-bars")
    assert wrong == []
    assert worker.said == council.said == lead.said == []
