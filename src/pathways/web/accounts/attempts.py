"""What a wrong password is counted against, so that guessing is slow and nobody is locked out by others.

Failures are counted by e-mail and place together, never by e-mail alone: whoever tries a duty officer's
address from elsewhere locks only themselves out. A device on which she has signed in before carries a
signed cookie and is counted by itself, so that it stays open even while someone beside her, on the same
network, tries her address. The table holds keyed hashes and no address that names a person.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

DEVICE_SALT = "pathways.device"
DEVICE_AGE = 60 * 60 * 24 * 180


def _keyed(text: str) -> str:
    digest = hmac.new(settings.SECRET_KEY.encode(), f"attempts:{text}".encode(), hashlib.sha256)
    return digest.hexdigest()[:40]


def _normal(email: str) -> str:
    return email.strip().casefold()


def counted_against(request: HttpRequest | None, credentials: dict[str, Any] | None) -> str:
    """The key of an attempt: the e-mail hashed, and the known device when there is one."""
    found = dict(credentials or {})
    email = found.get("username") or found.get("email")
    if not email and request is not None:
        email = request.POST.get("email", "")
    email = _normal(str(email or ""))
    key = _keyed(email)
    device = known_device(request, email) if request is not None else ""
    return f"{key}:{device}" if device else key


def place(request: HttpRequest) -> str | None:
    """Where an attempt comes from: the connection's address, or the proxy's word when we are behind one."""
    if settings.PATHWAYS_TLS and (forwarded := request.headers.get("X-Forwarded-For", "")):
        return forwarded.split(",")[-1].strip() or None
    return request.META.get("REMOTE_ADDR") or None


def nameless(*_: Any) -> str:
    """What the log says of an attempt: nothing about whose it was."""
    return "{an attempt to sign in}"


def known_device(request: HttpRequest, email: str) -> str:
    """The device's own id when it carries our cookie for this e-mail, else ""."""
    cookie = request.COOKIES.get(settings.PATHWAYS_DEVICE_COOKIE, "")
    try:
        held: dict[str, str] = signing.loads(cookie, salt=DEVICE_SALT, max_age=DEVICE_AGE) if cookie else {}
    except signing.BadSignature:
        return ""
    return held.get(_keyed(_normal(email)), "")


def remember_device(request: HttpRequest, response: HttpResponse, email: str) -> None:
    """After a right password: this device is known for this e-mail (and up to nine others)."""
    cookie = request.COOKIES.get(settings.PATHWAYS_DEVICE_COOKIE, "")
    try:
        held: dict[str, str] = signing.loads(cookie, salt=DEVICE_SALT, max_age=DEVICE_AGE) if cookie else {}
    except signing.BadSignature:
        held = {}
    key = _keyed(_normal(email))
    device = held.pop(key, "") or secrets.token_hex(8)
    held = {**dict(list(held.items())[-9:]), key: device}
    response.set_cookie(
        settings.PATHWAYS_DEVICE_COOKIE,
        signing.dumps(held, salt=DEVICE_SALT),
        max_age=DEVICE_AGE,
        httponly=True,
        samesite="Strict",
        secure=settings.PATHWAYS_TLS,
        path="/account/sign-in/",
    )


def is_locked(request: HttpRequest, email: str) -> bool:
    return not AxesProxyHandler.is_allowed(request, {"username": email})


def locked_out(request: HttpRequest, *_: Any) -> HttpResponse:
    return render(request, "accounts/locked.html", {"title": "Too many attempts"}, status=429)


def may_ask(request: HttpRequest, *, at: datetime) -> bool:
    """Whether one more may be asked from this place for a forgotten password. Counts the asking."""
    key = _keyed(f"forgotten:{place(request)}")
    since = at - settings.AXES_COOLOFF_TIME
    AccessAttempt.objects.filter(username=key, attempt_time__lte=since).delete()
    asked = AccessAttempt.objects.filter(username=key).count()
    AccessAttempt.objects.create(
        username=key, ip_address=place(request), user_agent=secrets.token_hex(8), path_info="",
        failures_since_start=0, get_data="", post_data="", http_accept="",
    )  # fmt: skip
    return asked < settings.AXES_FAILURE_LIMIT


def unlock(email: str) -> int:
    """For an administrator: forget every failure against this e-mail, on every device. How many."""
    deleted, _ = AccessAttempt.objects.filter(username__startswith=_keyed(_normal(email))).delete()
    return deleted
