"""Corrections, joins and two people at one form, as they look: narrow and wide, and without scripts."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import transaction
from django.utils import timezone

from pathways.journey import identity
from pathways.records.models import Account, Contact
from tests.journey import people, women
from tests.journey import reaching_people as reaching
from tests.journey import test_support as support

pytestmark = [pytest.mark.browser, pytest.mark.database]


def sign_in(tab: Any, address: str, actor: Any) -> None:
    email = Account.objects.values_list("email", flat=True).get(pk=actor.account_id)
    tab.goto(f"{address}/account/sign-in/")
    tab.fill("#id_email", email)
    tab.fill("#id_password", people.PASSWORD)
    tab.click("main button[type=submit]")
    tab.wait_for_url(f"{address}/")


def look(tab: Any, name: str) -> None:
    """Nothing wider than the page, nothing that complains, and axe finds nothing."""
    wide = tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, (name, wide)
    assert tab.said == [], name
    found = Axe().run(tab).response["violations"]
    assert [(one["id"], [n["html"][:90] for n in one["nodes"]]) for one in found] == [], name
    if folder := os.environ.get("LOOK_AT"):
        tab.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


@pytest.mark.parametrize("width", [320, 1280])
def test_the_pages_of_everyday_strength(address: str, open_tab: Any, width: int) -> None:
    with transaction.atomic():
        cast = people.cast()
        mine, _ = women.born(cast, "Rosa", worker=cast.worker, notes=2)
        theirs = reaching.born(cast, "Rosa").client_id
        her = support.woman(cast, "Nadia", cast.worker, accepted_by=[cast.worker])
        support.came(her, cast.worker, at=timezone.now(), happened=timezone.now() - timedelta(days=1))
        with identity.acting(cast.worker):
            contact = Contact.objects.filter(client_id=her.id, recorded_at__isnull=False).first()
    assert contact is not None
    first, second, cora = (open_tab(width=width) for _ in range(3))
    sign_in(first, address, cast.worker)
    sign_in(second, address, cast.supervisor)
    sign_in(cora, address, cast.coordinator)
    form = f"{address}/correct/contact/{contact.id}/"
    for tab in (first, second):
        tab.goto(form)
    first.fill("#id_minutes", "35")
    first.click("button[value=continue]")
    look(first, f"correct-errors-{width}")
    first.fill("#id_why", "It was longer.")
    first.click("button[value=continue]")
    look(first, f"after-{width}")
    first.wait_for_url("**/contacts/", timeout=5000)
    look(first, f"contacts-{width}")
    second.fill("#id_minutes", "55")
    second.fill("#id_why", "It was longer still.")
    second.click("button[value=continue]")
    second.wait_for_selector("text=You wrote")
    look(second, f"meanwhile-{width}")
    second.click("button[value=settle]")
    second.wait_for_selector("text=Choose for each answer")
    look(second, f"meanwhile-error-{width}")
    second.check("[value=mine]", force=True)
    second.click("button[value=settle]")
    assert second.input_value("#id_minutes") == "55"
    second.click("button[value=continue]")
    second.wait_for_url("**/contacts/")
    second.goto(f"{address}/correct/{her.id}/")
    look(second, f"history-{width}")
    cora.goto(f"{address}/reach/{theirs}/assign/")
    look(cora, f"assign-{width}")
    cora.click("text=Rosa, ")
    look(cora, f"join-{width}")
    cora.fill("#id_why", "Same birthday, and the same street.")
    for group in cora.query_selector_all("fieldset:has(input[name^=stands_])"):
        group.query_selector("input").check(force=True)
    cora.click("button[value=continue]")
    cora.wait_for_selector("text=The records are joined")
    look(cora, f"joined-{width}")
    cora.goto(f"{address}/her/{theirs}/")
    assert str(mine) in cora.url
    look(cora, f"her-page-{width}")
    cora.goto(f"{address}/joining/{mine}/")
    look(cora, f"alike-{width}")
    cora.click("text=Part them again")
    look(cora, f"part-{width}")
