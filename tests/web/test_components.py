"""Every component, drawn and looked at: no stray template text, nothing inline, and axe finds nothing."""

from __future__ import annotations

import http.server
import re
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import django
import pytest

django.setup()

from tests.conftest import chromium  # noqa: E402
from tests.web import gallery  # noqa: E402

STATIC = Path(__file__).resolve().parents[2] / "src" / "pathways" / "web" / "static"
CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'"


def test_nothing_of_the_templates_shows_through() -> None:
    page = gallery.draw(errors=True)
    assert not re.search(r"\{[#%{]|[#%}]\}", page)


def test_nothing_is_inline_and_no_other_host_is_named() -> None:
    page = gallery.draw(errors=True)
    assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|javascript:", page)
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", page)


def test_an_id_is_used_once() -> None:
    ids = re.findall(r'\sid="([^"]+)"', gallery.draw(errors=True))
    assert len(ids) == len(set(ids))


def test_the_title_says_that_there_is_an_error_and_never_who_she_is() -> None:
    title = re.search(r"<title>(.*?)</title>", gallery.draw(errors=True))
    assert title and title[1] == "Error: Women you support – Pathways"
    assert "Error" not in gallery.draw().split("</title>")[0]


def test_a_reference_can_be_said_aloud() -> None:
    assert "KW 5219 ED" in gallery.draw()


class Served(http.server.SimpleHTTPRequestHandler):
    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", CSP)
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("gallery")
    from django_htmx import __file__ as htmx

    (folder / "plain.html").write_text(gallery.draw(), "utf-8")
    (folder / "errors.html").write_text(gallery.draw(errors=True), "utf-8")
    (folder / "static").mkdir()
    for entry in STATIC.iterdir():
        (folder / "static" / entry.name).symlink_to(entry)
    (folder / "static" / "django_htmx").symlink_to(Path(htmx).parent / "static" / "django_htmx")
    handler = partial(Served, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("page", ["plain", "errors"])
@pytest.mark.parametrize("scripts", [True, False])
def test_axe_finds_nothing(address: str, page: str, width: int, scripts: bool) -> None:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    if not (STATIC / "vendor").is_dir():
        pytest.skip("the front-end assets are not there: run `make assets`")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=chromium(), args=arguments)
        context = browser.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=scripts, bypass_csp=not scripts
        )
        tab = context.new_page()
        said: list[str] = []
        tab.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.goto(f"{address}/{page}.html")
        if scripts:
            found = Axe().run(tab).response["violations"]
            assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
            over = tab.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert over <= 0, f"{over} pixels wider than the screen"
            assert said == []
        else:
            assert tab.locator("#id_kind").is_visible()  # without scripts nothing stays hidden
        browser.close()
