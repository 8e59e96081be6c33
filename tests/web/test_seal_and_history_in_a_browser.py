"""The seal and the history of her record as people see them: narrow and wide, by axe, and to be opened."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import transaction

from pathways.journey import identity, sealing
from pathways.records.models import Account, CaseNote
from tests.journey import people, women

pytestmark = [pytest.mark.browser, pytest.mark.database]


@pytest.mark.parametrize("width", [320, 1280])
def test_the_pages_are_there_and_good(
    address: str, open_tab: Callable[..., Any], settings: Any, tmp_path: Any, width: int
) -> None:
    settings.PATHWAYS_HEADS = tmp_path / "ledger"
    with transaction.atomic():
        cast = people.cast()
        her, _ = women.born(cast, worker=cast.worker, notes=1, opened=datetime.now(UTC))
        with identity.acting(cast.worker):
            note = CaseNote.objects.get(client_id=her)
            note.body = "She would rather be called in the morning."
            note.save()
    sealing.seal(at=datetime.now(UTC))
    tab = open_tab(width=width)

    def visit(actor: Any, path: str, name: str) -> None:
        tab.context.clear_cookies()
        tab.goto(f"{address}/account/sign-in/?next={path}")
        email = Account.objects.values_list("email", flat=True).get(pk=actor.account_id)
        tab.fill("#id_email", email)
        tab.fill("#id_password", people.PASSWORD)
        tab.click("main button[type=submit]:not([aria-controls])")
        tab.wait_for_url(f"**{path}")
        assert Axe().run(tab).response["violations"] == []
        assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        if place := os.environ.get("PICTURES"):
            tab.screenshot(path=f"{place}/{name}-{width}.png", full_page=True)

    visit(cast.governance, "/governance/seal/", "seal")
    assert "events" in tab.inner_text("main").lower()
    with tab.expect_download() as kept:
        tab.click("text=Save this head as a file")
    assert kept.value.suggested_filename.startswith("log-head-")
    visit(cast.supervisor, f"/her/{her}/held/", "held")
    tab.click("text=History: what was changed")
    tab.wait_for_url("**/history/")
    tab.locator("li", has_text="Changed: Notes").locator("summary").first.click()
    assert "Note 1: she came in" in tab.inner_text("main")
    assert Axe().run(tab).response["violations"] == []
    assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    if place := os.environ.get("PICTURES"):
        tab.screenshot(path=f"{place}/history-{width}.png", full_page=True)
    assert tab.said == []
