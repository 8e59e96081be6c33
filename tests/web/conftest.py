"""A server and a browser for the tests that look at pages as people do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.conftest import chromium

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


@pytest.fixture
def address(fresh_database: str) -> Iterator[str]:
    """The whole programme, answering on a port of this machine, on a database of this test alone."""
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application
    from django.db import connections

    class Quiet(WSGIRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadedWSGIServer):
        daemon_threads = True

        def process_request_thread(self, request: Any, client_address: Any) -> None:
            try:
                super().process_request_thread(request, client_address)  # type: ignore[misc]
            finally:
                connections.close_all()

    server = Server(("127.0.0.1", 0), Quiet, ipv6=False)
    server.set_app(get_wsgi_application())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def _then_read(tab: Any, click: Callable[..., None]) -> Callable[..., None]:
    """A click that also waits for the page it leads to: until then that page has no root to measure."""

    def clicked(*of: Any, **how: Any) -> None:
        click(*of, **how)
        tab.wait_for_load_state()

    return clicked


@pytest.fixture
def open_tab(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """`open_tab(width=320, scripts=False)`: a tab in a context of its own; its complaints are in `.said`."""
    from django.db import connections
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread, at which Django would refuse to touch the database
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as tool:
        # beside that loop Django keeps a connection of its own, which an earlier test may have left open to
        # a database that is gone by now
        connections.close_all()
        browser = tool.chromium.launch(executable_path=chromium(), args=ARGUMENTS)

        def tab(*, width: int = 1280, scripts: bool = True) -> Any:
            context = browser.new_context(
                viewport={"width": width, "height": 900}, java_script_enabled=scripts
            )
            made = context.new_page()
            made.said = []
            made.click = _then_read(made, made.click)
            made.on("pageerror", lambda error: made.said.append(str(error)))
            made.on(
                "console",
                lambda line: (
                    made.said.append(line.text)
                    if line.type == "error" and "Failed to load resource" not in line.text
                    else None
                ),
            )
            made.on(
                "request",
                lambda asked: (
                    None if asked.url.startswith("http://127.0.0.1:") else made.said.append(asked.url)
                ),
            )
            return made

        yield tab
        browser.close()
        connections.close_all()
