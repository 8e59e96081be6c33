"""One transaction a request: who is asking is set, the view runs, the page is drawn, all is committed.

Django's own `ATOMIC_REQUESTS` ends before a template is rendered, and starts after the middleware that
knows who is asking; so this is ours. A refusal is an ordinary answer and commits the event that records
it; a failure of ours (500 and above) takes everything back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from pathways.journey import identity
from pathways.web.request import Request

#: where the chosen appointment is remembered in the session
APPOINTMENT = "appointment"


class OneTransaction:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request = cast(Request, request)
        request.now = timezone.now()  # the only clock that a page reads
        account: Any = request.user if request.user.is_authenticated else None
        request.actor = None  # type: ignore[assignment]
        request.workplaces = []
        with transaction.atomic():
            if account is not None:
                request.workplaces = identity.workplaces(account)
                found = identity.chosen(request.workplaces, request.session.get(APPOINTMENT))
                request.actor = found  # type: ignore[assignment]
            if request.actor is None:
                identity.forget()  # a thread serves one person after another: leave nobody behind
            else:
                identity.assume(request.actor)
            response = self.get_response(request)
            if hasattr(response, "render") and not getattr(response, "is_rendered", True):
                response.render()
            if response.status_code >= 500 or getattr(response, "takes_back", False):
                transaction.set_rollback(True)
        return response
