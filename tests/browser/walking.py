"""Walking the programme as a visitor does: by its navigation and its links, and looking at every page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from django.urls import Resolver404, resolve
from playwright.sync_api import Error

NARROW, WIDE = 320, 1280
#: how many pages of one kind are looked at: the same template with another woman is another state
OF_ONE_KIND = 1
NOT_PAGES = re.compile(r"/account/sign-out|/download/|/file/|\.svg$|/static/")

#: every rule of axe; of what is right only a node each, since nobody reads it
_RUN_AXE = "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"


def kind_of(path: str) -> str:
    """The name of the view, with what its query asks for, so that tabs and steps are kinds of their own."""
    parts = urlsplit(path)
    try:
        name = resolve(parts.path).view_name or parts.path
    except Resolver404:
        name = "nowhere"
    asked = sorted(re.findall(r"(?:^|&)(tab|step|show)=([^&]*)", parts.query))
    return name + (f"?{asked}" if asked else "")


class Walk:
    """One person's walk over everything that can be reached by links."""

    def __init__(self, tab: Any, address: str, names: set[str], most: int = 400) -> None:
        self.tab, self.address, self.names, self.most = tab, address, names, most
        self.seen: Counter[str] = Counter()
        self.wrong: list[tuple[str, str, Any]] = []
        self.forms: dict[str, str] = {}
        self.visited: list[str] = []

    def pages(self, start: str = "/") -> Iterator[str]:
        waiting, known = [start], {start}
        while waiting and len(self.visited) < self.most:
            path = waiting.pop(0)
            kind = kind_of(path)
            if self.seen[kind] >= OF_ONE_KIND:
                continue
            self.seen[kind] += 1
            answer = self._open(path)
            if answer is not None and answer.status == 409 and path.endswith("/decide/"):
                continue  # her evidence has not been opened yet, which the page says
            if answer is None or answer.status != 200:
                self.wrong.append((path, "answers", answer.status if answer else None))
                continue
            self.visited.append(path)
            for href in self.tab.eval_on_selector_all("a[href]", "all => all.map(a => a.href)"):
                if not href.startswith(self.address):
                    if not href.startswith(("mailto:", "tel:")) and "127.0.0.1" in href:
                        self.wrong.append((path, "leads elsewhere", href))
                    continue
                onward = href[len(self.address) :].partition("#")[0] or "/"
                if onward not in known and not NOT_PAGES.search(onward):
                    known.add(onward)
                    waiting.append(onward)
            if self.tab.locator("main form[method=post] .govuk-form-group").count():
                self.forms.setdefault(kind, path)
            yield path

    def _open(self, path: str) -> Any:
        """The answer, or None; asked a second time when what came before had not quite ended."""
        for _ in range(2):
            try:
                return self.tab.goto(self.address + path)
            except Error:
                self.tab.wait_for_timeout(500)
        return None

    def look(self, path: str) -> None:
        """Everything that must hold of a page however wide it is."""
        title = self.tab.title()
        if not title.strip():
            self.wrong.append((path, "has no title", title))
        words = set(re.findall(r"\w+", title))
        if spoken := words & self.names:
            self.wrong.append((path, "names her in the title", sorted(spoken)))
        if self.tab.locator("h1").count() != 1:
            self.wrong.append((path, "has not one h1 but", self.tab.locator("h1").count()))
        self.tab.evaluate(AXE_SCRIPT)
        for width in (WIDE, NARROW):
            self.tab.set_viewport_size({"width": width, "height": 900})
            over = self.tab.evaluate("document.documentElement.scrollWidth - innerWidth")
            if over > 0:
                self.wrong.append((path, f"is too wide at {width}", over))
            for found in self.tab.evaluate(_RUN_AXE):
                nodes = [node["html"][:160] for node in found["nodes"][:3]]
                self.wrong.append((path, f"axe at {width}: {found['id']}", nodes))

    def fail_every_form(self) -> None:
        """Sends each form as it stands, and looks at what is said about it."""
        for path in self.forms.values():
            self.tab.goto(self.address + path)
            form = self.tab.locator("main form[method=post]:has(.govuk-form-group)").first
            if not form.count():
                continue
            button = form.locator("button:not([type=button])").first
            with self.tab.expect_navigation():
                button.click()
            if self.tab.locator(".govuk-error-summary").count():
                if not self.tab.title().startswith("Error: "):
                    self.wrong.append((path, "does not say Error in its title", self.tab.title()))
                self.look(f"{path} (error)")
            elif "went wrong" in self.tab.title().lower():
                self.wrong.append((path, "fails when sent empty", self.tab.title()))
