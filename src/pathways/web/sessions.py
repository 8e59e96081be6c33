"""Sessions that end: after a quarter of an hour without a page, and after ten hours whatever happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.contrib.sessions.models import Session
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

STARTED, SEEN, DEVICE, ENDED = "started_at", "seen_at", "device", "session_ended"
#: the id of what looks again by itself on an open page: nobody is using it, so it keeps nobody signed in
WATCHING = "watch"
#: the session is written at most this often only to say that it is still in use
WRITE_EVERY = timedelta(seconds=30)


def ended(session: Any, *, now: datetime, idle: timedelta, absolute: timedelta) -> str:
    """Why this session is over ("idle", "absolute"), or "" while it goes on."""
    stamp = now.timestamp()
    if stamp - session.get(STARTED, 0) >= absolute.total_seconds():
        return "absolute"
    if stamp - session.get(SEEN, 0) >= (idle + WRITE_EVERY).total_seconds():
        return "idle"
    return ""


class Sessions(SessionMiddleware):
    """Django's own, except that an answer whose work is committed is never taken back.

    The session is written after the transaction of the page. When the database ends, or the session is
    ended elsewhere, just between the two, Django answers 400 for work that was done; what is lost is only
    when the session was last seen, or a line of thanks.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        try:
            return super().process_response(request, response)
        except (SessionInterrupted, InterfaceError) as problem:
            if request.COOKIES.get(settings.SESSION_COOKIE_NAME) == request.session.session_key:
                return response
            raise OperationalError("a new session could not be kept") from problem


class SessionEnds:
    """Signs out whoever stayed too long, before anything is read for them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now, session = timezone.now(), request.session
            over = ended(session, now=now, idle=settings.PATHWAYS_IDLE, absolute=settings.PATHWAYS_ABSOLUTE)
            if over:
                logout(request)
                setattr(request, ENDED, over)
            elif (
                now.timestamp() - session[SEEN] >= WRITE_EVERY.total_seconds()
                and request.headers.get("HX-Trigger") != WATCHING
            ):
                session[SEEN] = now.timestamp()
        return self.get_response(request)


def begin(request: HttpRequest, *, at: datetime) -> None:
    """Stamp a session that has just been signed in."""
    request.session[STARTED] = request.session[SEEN] = at.timestamp()
    request.session[DEVICE] = describe(request.headers.get("User-Agent", ""))


@dataclass(frozen=True)
class Open:
    """One of a person's own open sessions, for their list."""

    key: str
    device: str
    started_at: datetime
    seen_at: datetime
    is_this_one: bool


def open_sessions(account: Any, *, this: str, at: datetime) -> list[Open]:
    """This person's sessions that have not ended, latest used first.

    Sessions carry their owner inside, so all live ones are read; a programme has hundreds at most.
    """
    found = []
    for row in Session.objects.filter(expire_date__gt=at).iterator():
        data = row.get_decoded()
        if data.get("_auth_user_id") != str(account.pk):
            continue
        if ended(data, now=at, idle=settings.PATHWAYS_IDLE, absolute=settings.PATHWAYS_ABSOLUTE):
            continue
        found.append(
            Open(
                key=row.session_key,
                device=data.get(DEVICE, "Unknown device"),
                started_at=datetime.fromtimestamp(data[STARTED], UTC),
                seen_at=datetime.fromtimestamp(data[SEEN], UTC),
                is_this_one=row.session_key == this,
            )
        )
    return sorted(found, key=lambda one: one.seen_at, reverse=True)


def end_others(account: Any, *, this: str, at: datetime) -> int:
    """End every session of this person but the one in use; how many ended."""
    keys = [s.key for s in open_sessions(account, this=this, at=at) if not s.is_this_one]
    Session.objects.filter(session_key__in=keys).delete()
    return len(keys)


def describe(user_agent: str) -> str:
    """ "Firefox on Windows": enough to recognise one's own device, not enough to track it."""
    browsers = (("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
    systems = (
        ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"),
        ("Windows", "Windows"), ("Mac OS", "Mac"), ("Linux", "Linux"),
    )  # fmt: skip
    browser = next((name for mark, name in browsers if mark in user_agent), "A browser")
    system = next((name for mark, name in systems if mark in user_agent), "an unknown device")
    return f"{browser} on {system}"
