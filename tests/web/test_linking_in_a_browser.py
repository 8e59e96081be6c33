"""Known already? as somebody types, on a telephone, and without scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from pathways.journey import identity
from pathways.records.models import Account
from tests.journey import people
from tests.journey.test_linking import BORN, named

pytestmark = [pytest.mark.browser, pytest.mark.database]


@pytest.fixture
def flagging(address: str, open_tab: Callable[..., Any]) -> Callable[..., Any]:
    with transaction.atomic():
        cast = people.cast()
        named(cast.spoc, "Katherine", "Wojcik", BORN)
        with identity.acting(cast.spoc):
            email = Account.objects.values_list("email", flat=True).get(pk=cast.spoc.account_id)

    def go(**how: Any) -> Any:
        tab = open_tab(**how)
        tab.goto(f"{address}/account/sign-in/?next=/police/flag/")
        tab.fill("#id_email", email)
        tab.fill("#id_password", people.PASSWORD)
        tab.click("main button[type=submit]:not([aria-controls])")
        tab.wait_for_url("**/police/flag/")
        return tab

    return go


def test_she_is_listed_while_her_name_is_typed(flagging: Callable[..., Any]) -> None:
    tab = flagging(width=1280)
    tab.check("input[name=age][value=adult]")
    tab.fill("#id_given_names", "Katie")
    tab.locator("#id_surname").press_sequentially("Wojcik", delay=15)
    tab.wait_for_selector("#known >> text=Katherine Wojcik")
    assert "Wojcik" not in tab.url and tab.said == []
    tab.fill("#id_surname", "Pemberton")
    tab.wait_for_selector("#known >> text=Nobody like her")


@pytest.mark.parametrize("width", [320, 1280])
def test_without_scripts_she_is_shown_on_continue(flagging: Callable[..., Any], width: int) -> None:
    tab = flagging(width=width, scripts=False)
    tab.check("input[name=age][value=adult]")
    tab.fill("#id_given_names", "Katie")
    tab.fill("#id_surname", "Wojcik")
    tab.check("input[name=subject_category][value=victim]")
    tab.click("button[value=continue]")
    assert tab.inner_text("h1") == "Is she known already?"
    assert "Katherine Wojcik" in tab.inner_text(".pw-likely")
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    tab.check("input[name=known][value=none]")
    tab.click("button[value=continue]")
    assert tab.inner_text("h1") == "Why"
