"""Pages for when something did not work: what happened, what was kept, what to do."""

from __future__ import annotations

import errno
import sqlite3
import sys
from typing import Any

from django.contrib import messages
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import RawPostDataException, UnreadablePostError
from django.shortcuts import redirect, render
from django.template.loader import get_template

from pathways.domain import decision
from pathways.web import access, clock, lapsed


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return HttpResponse(get_template("frame/400.html").render({}), status=400)


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    answer = decision.no("This is not open to you.", ask="your supervisor or the coordinator")
    return render(request, "frame/403.html", {"answer": answer}, status=403)


def stale_form(request: Any, reason: str = "") -> HttpResponse:
    """The form was opened before signing in again, or cookies are off; nothing was done.

    What was typed is kept for whoever the form was drawn for, and shown again to that person alone.
    """
    if (ticket := lapsed.read(request)) is not None:
        if not request.user.is_authenticated:
            return access.to_sign_in(request)
        if not ticket.is_for(request.actor):
            return access.of_another(request, ticket)
        if lapsed.keep(request, ticket):
            if getattr(request, "htmx", False):  # a part of the page, which stays as it is
                return HttpResponse(status=204)
            if request.headers.get("X-Pathways-Save"):
                return JsonResponse({"saved": clock.time(request.now)})
            messages.info(request, "You signed in again since this form was opened. Check it and send it.")
            return redirect(lapsed.address(request))
    return render(request, "frame/stale.html", {"title": "Please send that again"}, status=403)


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return render(request, "frame/404.html", status=404)


def our_fault(request: HttpRequest) -> HttpResponse:
    """Needs neither the database nor a session: they may be what failed.

    What was typed is on the page, to be sent again: nothing else holds it now.
    """
    problem = sys.exc_info()[1]
    if said := out_of_reach(problem):
        context = {"said": said, "is_reading": request.method in ("GET", "HEAD"), **_to_send_again(request)}
        response = HttpResponse(get_template("frame/503.html").render(context), status=503)
        response["Retry-After"] = "5"
        return response
    return HttpResponse(get_template("frame/500.html").render(_to_send_again(request)), status=500)


SOON = "The part of the system that keeps the records is starting again. This takes a few seconds."
FULL = (
    "The disk of the server is full, so nothing can be saved until there is room again. Tell your"
    " administrator now."
)
LOCKED = "The records can be read but not written at the moment. Tell your administrator now."
_READ_ONLY = "25006"
_DISK_FULL = "53100"
_FOR_NOW = (OperationalError, InterfaceError, sqlite3.OperationalError)


def out_of_reach(problem: BaseException | None) -> str:
    """What to say when the records cannot be reached or written for now; "" for every other failure."""
    chain = []
    while problem is not None and len(chain) < 9:
        chain.append(problem)
        problem = problem.__cause__ or problem.__context__
    for one in chain:
        state = getattr(one, "sqlstate", None)
        number = one.errno if isinstance(one, OSError) else None
        code = one.sqlite_errorcode if isinstance(one, sqlite3.Error) else None
        if state == _DISK_FULL or number in (errno.ENOSPC, errno.EDQUOT) or code == sqlite3.SQLITE_FULL:
            return FULL
        if state == _READ_ONLY or number == errno.EROFS or code == sqlite3.SQLITE_READONLY:
            return LOCKED
    return SOON if any(isinstance(one, _FOR_NOW) for one in chain) else ""


def _to_send_again(request: HttpRequest) -> dict[str, Any]:
    """What was posted, to be drawn into the page as it came. Never a password, and no file."""
    if request.method != "POST" or request.path.startswith("/account/"):
        return {}
    try:
        never = lapsed.secrets(request)
        posted = [
            (name, value)
            for name, values in request.POST.lists()
            if name not in never
            for value in values
        ]
        has_file = bool(request.FILES)
    except (RawPostDataException, UnreadablePostError):
        return {}
    return {"action": request.get_full_path(), "posted": posted, "has_file": has_file}
