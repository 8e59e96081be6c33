"""What a person does with the frame in a browser: with the keyboard, on a telephone, without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.web import people, trial_pages

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.urls("tests.web.trial_pages")]


@pytest.fixture
def signed_in(address: str, open_tab: Callable[..., Any]) -> Callable[..., Any]:
    people.account()
    trial_pages.CALLS.clear()

    def go(**how: Any) -> Any:
        tab = open_tab(**how)
        tab.goto(f"{address}/account/sign-in/?next=/t/checked/")
        tab.fill("#id_email", "amina@hub.example")
        tab.fill("#id_password", people.PASSWORD)
        tab.click("main button[type=submit]:not([aria-controls])")
        tab.wait_for_url("**/t/checked/")
        return tab

    return go


def test_what_is_typed_is_kept_without_asking(signed_in: Callable[..., Any]) -> None:
    tab = signed_in()
    tab.fill("#id_text", "She came in and")
    tab.locator("#id_text").blur()
    tab.wait_for_selector("[data-saved]:has-text('Saved ')")
    tab.goto(tab.url)
    assert tab.input_value("#id_text") == "She came in and"
    assert tab.evaluate("Object.keys(localStorage).length") == 0
    assert tab.said == []


def held(tab: Any) -> list[Any]:
    """The tab's next save waits on its way; nothing is saved by the clock."""
    waiting: list[Any] = []

    def hold(route: Any) -> None:
        if route.request.method == "POST" and not waiting:
            waiting.append(route)
        else:
            route.continue_()

    tab.add_init_script("window.setInterval = function () {}")
    tab.goto(tab.url)
    tab.route("**/t/checked/**", hold)
    tab.fill("#id_text", "She came in and")
    tab.locator("#id_text").blur()
    while not waiting:
        tab.wait_for_timeout(50)
    tab.check("#id_how")
    return waiting


def test_what_is_chosen_while_a_save_is_on_its_way_goes_as_soon_as_that_is_back(
    signed_in: Callable[..., Any],
) -> None:
    tab = signed_in()
    waiting = held(tab)
    with tab.expect_response(lambda answer: "how=" in (answer.request.post_data or "")
                             or 'name="how"' in (answer.request.post_data or "")):  # fmt: skip
        waiting[0].continue_()
    tab.wait_for_selector("[data-saved]:has-text('Saved ')")
    tab.goto(tab.url)
    assert tab.is_checked("#id_how")


def test_what_is_chosen_last_is_kept_when_the_page_is_left_at_once(signed_in: Callable[..., Any]) -> None:
    tab = signed_in()
    held(tab)
    tab.goto(tab.url.replace("/t/checked/", "/about/"))
    tab.goto(tab.url.replace("/about/", "/t/checked/"))
    assert tab.input_value("#id_text") == "She came in and"
    assert tab.is_checked("#id_how")


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("width", [320, 1280])
def test_a_note_is_recorded_from_the_first_word_to_the_receipt(
    signed_in: Callable[..., Any], scripts: bool, width: int
) -> None:
    tab = signed_in(scripts=scripts, width=width)
    tab.click("button[value=continue]")
    assert tab.title().startswith("Error: ")
    assert tab.locator(".govuk-error-summary a").count() == 2
    tab.check("#id_how")
    tab.fill("#id_text", "She came in.")
    tab.click("button[value=continue]")
    tab.click("button[value=confirm]")
    assert "KW 5219 ED" in tab.inner_text(".govuk-panel")
    assert len(trial_pages.CALLS) == 1
    assert tab.said == []


def test_the_keyboard_alone_records_a_note(signed_in: Callable[..., Any]) -> None:
    tab = signed_in()

    def onto(css: str) -> None:
        for _ in range(60):
            tab.keyboard.press("Tab")
            if tab.evaluate("css => document.activeElement.matches(css)", css):
                return
        raise AssertionError(f"Tab never reaches {css}")

    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Skip to main content"
    tab.keyboard.press("Enter")
    onto("#id_how")
    tab.keyboard.press("Space")
    onto("#id_text")
    tab.keyboard.type("She came in.")
    onto("button[value=continue]")
    tab.keyboard.press("Enter")
    tab.wait_for_url(re.compile(r"\?check"))
    onto("button[value=confirm]")
    tab.keyboard.press("Enter")
    tab.wait_for_url(re.compile(r"\?done="))
    assert len(trial_pages.CALLS) == 1


def test_an_error_is_announced_and_its_link_leads_to_the_question(signed_in: Callable[..., Any]) -> None:
    tab = signed_in()
    tab.click("button[value=continue]")
    assert tab.evaluate("document.activeElement.className") == "govuk-error-summary"
    tab.click(".govuk-error-summary a >> nth=1")
    assert tab.evaluate("document.activeElement.id") == "id_text"


def test_one_key_covers_the_screen_and_it_stays_covered(signed_in: Callable[..., Any]) -> None:
    tab = signed_in()
    tab.keyboard.press("Escape")
    assert tab.is_visible("#cover")
    assert not tab.is_visible("main")
    tab.reload()
    assert tab.is_visible("#cover")
    assert not tab.is_visible("main")
    tab.keyboard.press("Enter")
    assert not tab.is_visible("#cover")
    assert tab.is_visible("main")


def test_without_scripts_cover_leads_to_a_neutral_page(signed_in: Callable[..., Any]) -> None:
    tab = signed_in(scripts=False)
    tab.click("[data-cover]")
    assert tab.title() == "Pathways"
    assert "Shanice" not in tab.content()


def test_a_warning_comes_two_minutes_before_the_end_and_can_be_answered(
    signed_in: Callable[..., Any],
) -> None:
    tab = signed_in()
    tab.clock.install()
    tab.goto(tab.url)
    tab.clock.fast_forward(12 * 60 * 1000)
    assert not tab.is_visible("#timeout")
    tab.clock.fast_forward(70 * 1000)
    tab.clock.run_for(1500)
    assert tab.is_visible("#timeout")
    assert "2 minutes" in tab.inner_text("#timeout")
    with tab.expect_response("**/account/stay/"):
        tab.click("[data-stay-now]")
    tab.wait_for_selector("#timeout", state="hidden")
    assert "/t/checked/" in tab.url


def test_after_signing_out_going_back_shows_nothing(signed_in: Callable[..., Any]) -> None:
    tab = signed_in()
    tab.fill("#id_text", "She told me where she lives.")
    tab.locator("#id_text").blur()
    tab.wait_for_selector("[data-saved]:has-text('Saved ')")
    tab.click(".pw-menu summary")
    tab.click(".pw-menu button")
    tab.wait_for_url("**/account/sign-in/**")
    tab.go_back()
    tab.wait_for_load_state()
    assert "where she lives" not in tab.content()


PAGES = (
    "/account/sign-in/?ended=out",
    "/about/",
    "/privacy/",
    "/accessibility/",
    "/version/",
    "/cover/",
    "/account/sessions/",
    "/account/password/",
    "/nowhere/",
    "/t/coordinators/",
    "/t/half/",
    "/t/tasks/",
    "/t/tasks/?step=more",
)


@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing_on_the_pages_of_the_frame(
    signed_in: Callable[..., Any], address: str, width: int
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    tab, wrong = signed_in(width=width), []
    for path in PAGES[1:] + PAGES[:1]:  # the sign-in page signs out, so it comes last
        tab.goto(address + path)
        found = Axe().run(tab).response["violations"]
        wrong += [(path, one["id"], [node["html"] for node in one["nodes"]]) for one in found]
        if (over := tab.evaluate("document.documentElement.scrollWidth - innerWidth")) > 0:
            wrong.append((path, f"{over} pixels too wide", []))
    assert wrong == []
    assert tab.said == []
