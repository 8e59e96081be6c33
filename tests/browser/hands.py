"""How somebody fills in a page: with a mouse, or with nothing but the keyboard. Both know the same steps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Given = dict[str, Any]


class Mouse:
    """Fills in by pointing."""

    def __init__(self, tab: Any, address: str) -> None:
        self.tab, self.address = tab, address

    def go(self, path: str) -> None:
        answer = self.tab.goto(self.address + path)
        assert answer.status == 200, f"{path} answers {answer.status}: {self.said()}"

    def said(self) -> str:
        """What the page says first: a refusal or the errors of a form."""
        for where in (".govuk-error-summary", "main"):
            if self.tab.locator(where).count():
                return str(self.tab.inner_text(where))[:900]
        return ""

    def give(self, given: Given) -> None:
        for name, value in given.items():
            for one in value if isinstance(value, list) else [value]:
                self._put(name, str(one))

    def _put(self, name: str, value: str) -> None:
        choice = self._choices(name, value)
        if choice.count():
            choice.first.check()
            return
        field = self.tab.locator(f'main [name="{name}"]').first
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)

    def _choices(self, name: str, value: str) -> Any:
        kinds = (f'main input[type={kind}][name="{name}"][value="{value}"]' for kind in ("radio", "checkbox"))
        return self.tab.locator(", ".join(kinds))

    def press(self, css: str) -> None:
        with self.tab.expect_navigation():
            self.tab.locator(css).first.click()

    # ------------------------------------------------------------------ the steps of a flow

    def ask(self, given: Given) -> None:
        """One step of a flow: fill in and go on."""
        self.give(given)
        self.press("main button[value=continue]")
        assert not self.tab.locator(".govuk-error-summary").count(), f"{self.tab.url}: {self.said()}"

    def whole(self, path: str, steps: Iterable[Given], *, by_step: Iterable[str] = ()) -> str:
        """A flow from its first step to its receipt. `by_step` names the steps of a task list."""
        names = list(by_step)
        self.go(path)
        path = self.tab.url[len(self.address) :].partition("?")[0]
        for number, given in enumerate(steps):
            if names:
                self.go(f"{path}?step={names[number]}")
            self.ask(given)
        if names:
            self.go(f"{path}?check")
        if self.tab.locator("main button[value=confirm]").count():
            self.press("main button[value=confirm]")
        assert not self.tab.locator(".govuk-error-summary").count(), f"{path}: {self.said()}"
        return str(self.tab.inner_text("main"))

    def button(self, words: str) -> None:
        self.press(f'main button:has-text("{words}")')


class Keyboard(Mouse):
    """Never touches a pointer: Tab, arrows, Space, Enter and letters."""

    def _onto(self, wanted: Any) -> None:
        handle = wanted.first.element_handle()
        assert handle is not None
        for key in ("Tab", "Shift+Tab"):
            for _ in range(140):
                if handle.evaluate("it => it === document.activeElement"):
                    self._is_seen()
                    return
                self.tab.keyboard.press(key)
        raise AssertionError(f"the keyboard never reaches {wanted} on {self.tab.url}")

    def _is_seen(self) -> None:
        """What has the focus shows that it has it."""
        marked = self.tab.evaluate(
            """() => {
                const it = document.activeElement, look = getComputedStyle(it), next = it.nextElementSibling;
                const drawn = next ? getComputedStyle(next, '::before') : look;
                return [look.boxShadow, drawn.boxShadow, look.outlineStyle].some(one => one !== 'none');
            }"""
        )
        assert marked, f"what has the focus does not show it on {self.tab.url}"

    def _put(self, name: str, value: str) -> None:
        choices = self._choices(name, value)
        if not choices.count():
            field = self.tab.locator(f'main [name="{name}"]')
            self._onto(field)
            if field.first.evaluate("field => field.tagName") == "SELECT":
                self._pick(field.first, value)
            else:
                self.tab.keyboard.press("Control+a")
                self.tab.keyboard.type(value)
            return
        if choices.first.get_attribute("type") == "checkbox":
            if not choices.first.is_checked():
                self._onto(choices)
                self.tab.keyboard.press("Space")
            return
        self._radio(name, choices.first)

    def _radio(self, name: str, wanted: Any) -> None:
        every = self.tab.locator(f'main input[name="{name}"]')
        stands = self.tab.locator(f'main input[name="{name}"]:checked')
        if wanted.is_checked():
            return
        self._onto(stands if stands.count() else every)
        self.tab.keyboard.press("Space")
        for _ in range(every.count()):
            if wanted.is_checked():
                return
            self.tab.keyboard.press("ArrowDown")
        assert wanted.is_checked(), f"{name} cannot be chosen with the arrows"

    def _pick(self, field: Any, value: str) -> None:
        for key in ("Home", *["ArrowDown"] * field.locator("option").count()):
            if field.input_value() == value:
                return
            self.tab.keyboard.press(key)
        assert field.input_value() == value, value

    def press(self, css: str) -> None:
        wanted = self.tab.locator(css)
        self._onto(wanted)
        with self.tab.expect_navigation():
            self.tab.keyboard.press("Enter")
