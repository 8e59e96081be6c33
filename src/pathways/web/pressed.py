"""A button pressed twice: its work is done once, and the second press gets the first one's answer.

Forms that are a Flow carry a token of their own. Every other button is known by what it sent: each drawing of
a page masks its CSRF token anew, so the same person sending the same token and fields to the same address has
pressed the same button of the same page again. The second waits for the first to commit, and is then shown
the same page with the same words. Only what ended well is answered so, and only for a short while.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from pathways.journey import drafts
from pathways.web import access

#: For so long a second press counts as the same one.
STILL_THE_SAME = timedelta(minutes=2)
_MARK = "pressed_as"


class OncePressed:
    """Runs inside the transaction, once it is settled that the page is open to this person."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        key = getattr(request, _MARK, "")
        if key and isinstance(response, HttpResponseRedirect):
            said = [[line.level, str(line.message)] for line in _said(request)]
            actor, now = request.actor, request.now  # type: ignore[attr-defined]
            drafts.keep(key, {"to": response["Location"], "said": said, "at": now.isoformat()}, actor, now)
        return response

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        wanted = access.declared(view)
        key = press(request)
        if not key or wanted is None or wanted.public or wanted.account:
            return None
        if hasattr(getattr(view, "view_class", None), "all_steps"):
            return None  # a Flow: what it keeps of a page may well be the same as some minutes ago
        drafts.hold(key, request.actor)
        before = drafts.fetch(key, request.actor)
        if before is not None and request.now - datetime.fromisoformat(before["at"]) < STILL_THE_SAME:
            for level, words in before["said"]:
                messages.add_message(request, level, words)
            return HttpResponseRedirect(before["to"])
        setattr(request, _MARK, key)
        return None


def press(request: Any) -> str:
    """Names this press, or nothing where it is no button of ours or has a token of its own."""
    mask = request.POST.get("csrfmiddlewaretoken") if request.method == "POST" else None
    if not mask or getattr(request, "actor", None) is None or "_token" in request.POST:
        return ""
    sent = sorted((name, values) for name, values in request.POST.lists())
    files = sorted((name, file.name, file.size) for name, file in request.FILES.items())
    whole = json.dumps([request.path, sent, files], default=str)
    return f"press:{hashlib.sha256(whole.encode()).hexdigest()[:40]}"


def _said(request: HttpRequest) -> list[Any]:
    """The messages that the view added and that the next page will show."""
    return list(getattr(getattr(request, "_messages", None), "_queued_messages", []))
