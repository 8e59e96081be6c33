"""Taking in a file in a browser: narrow and wide, with errors, and axe at every step."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from pathways.records.models import Account
from tests.journey import people

pytestmark = [pytest.mark.browser, pytest.mark.database]
SHOTS = os.environ.get("SHOTS", "")
WOMEN = (
    "ref,forename,surname,dob,reason,aware,shoe size\n"
    "1,Zephyrine,Invented,01/02/1990,Debt,yes,5\n2,Kay,Invented,31/02/1990,Housing,no,6\n3,Bo,I,1/1/2015,x,perhaps,\n"
)


def _look(tab: Any, name: str) -> list[str]:
    """What is wrong with the page as it stands: axe's findings, and a page wider than its window."""
    if SHOTS:
        tab.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)
    found = [f"{name}: {each['id']}" for each in Axe().run(tab).response["violations"]]
    if tab.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        found.append(f"{name}: wider than the window")
    return found


@pytest.mark.parametrize(("width", "scripts"), [(320, True), (1280, True)])
def test_a_sheet_is_taken_in_and_taken_back(
    address: str, open_tab: Callable[..., Any], width: int, scripts: bool, tmp_path: Path
) -> None:
    from django.db import transaction

    with transaction.atomic():
        cast = people.cast()
        email = Account.objects.values_list("email", flat=True).get(pk=cast.supervisor.account_id)
    sheet = tmp_path / "women.csv"
    sheet.write_text(WOMEN)
    tab, wrong, name = open_tab(width=width, scripts=scripts), [], f"takein-{width}"
    tab.goto(f"{address}/account/sign-in/?next=/take-in/")
    tab.fill("#id_email", email)
    tab.fill("#id_password", people.PASSWORD)
    tab.click("main button[type=submit]:not([aria-controls])")
    tab.wait_for_url("**/take-in/")
    wrong += _look(tab, f"{name}-empty")
    tab.click("text=Take in a file")
    tab.click("text=Upload and go on")
    wrong += _look(tab, f"{name}-add-errors")
    tab.check("input[value=referrals]")
    tab.set_input_files("#id_files", str(sheet))
    tab.fill("#id_system", "Lamplight")
    tab.click("text=Upload and go on")
    wrong += _look(tab, f"{name}-uploaded")
    tab.click("main a[href$='/columns/']")
    wrong += _look(tab, f"{name}-match")
    tab.click("text=Check without writing")
    assert tab.inner_text("main").count("would be taken in") == 1
    wrong += _look(tab, f"{name}-checked")
    tab.click("text=Say what they mean")
    tab.select_option("#means-0", "no")
    wrong += _look(tab, f"{name}-values")
    tab.click("text=Check again without writing")
    assert "not understood" not in tab.inner_text("main")
    tab.click("main form[action$='/take-in/'] button")
    assert "Taken in" in tab.inner_text("body")
    wrong += _look(tab, f"{name}-taken")
    tab.click("text=Take back all of it")
    wrong += _look(tab, f"{name}-back")
    tab.goto(f"{address}/take-in/")
    wrong += _look(tab, f"{name}-list")
    assert "Zephyrine" not in tab.title() + tab.url
    assert not wrong
