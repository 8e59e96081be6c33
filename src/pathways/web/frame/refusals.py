"""Pages for when something did not work: what happened, what was kept, what to do."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template

from pathways.domain import decision


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return HttpResponse(get_template("frame/400.html").render({}), status=400)


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    answer = decision.no("This is not open to you.", ask="your supervisor or the coordinator")
    return render(request, "frame/403.html", {"answer": answer}, status=403)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was opened before signing in again, or cookies are off; nothing was written."""
    return render(request, "frame/stale.html", {"title": "Please send that again"}, status=403)


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return render(request, "frame/404.html", status=404)


def our_fault(request: HttpRequest) -> HttpResponse:
    """Needs neither the database nor a session: they may be what failed."""
    return HttpResponse(get_template("frame/500.html").render({}), status=500)
