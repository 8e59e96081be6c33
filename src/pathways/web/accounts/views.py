"""Signing in and out, and a person's own account. These read no case."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from pathways.journey import identity, ledger, passwords
from pathways.web import sessions as sessions_
from pathways.web.access import page
from pathways.web.accounts import attempts
from pathways.web.accounts.forms import ChangePassword, Choose, Forgotten, SetPassword, SignIn
from pathways.web.request import Request
from pathways.web.transaction import APPOINTMENT

KEPT = "What you typed was kept as a draft."
LAPSED = "Your sign-in had ended. What you typed is kept: sign in to go on with it."
WHY_ENDED = {
    "idle": f"You were signed out because nothing had happened for 15 minutes. {KEPT}",
    "absolute": f"You were signed out because ten hours had passed. {KEPT}",
    "out": "You have signed out.",
}


def _onward(request: Request, wanted: str) -> str:
    """Where to go after: only ever a page of ours."""
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if wanted.startswith("/") and safe else settings.LOGIN_REDIRECT_URL


@page(public=True)
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: Request) -> HttpResponse:
    if request.method != "POST":
        if request.user.is_authenticated and "ended" not in request.GET:
            return redirect(_onward(request, request.GET.get("next", "")))
        if request.user.is_authenticated:
            logout(request)
        form = SignIn(initial={"next": request.GET.get("next", "")})
        return _sign_in_page(request, form)
    form = SignIn(request.POST)
    if not form.is_valid():
        return _sign_in_page(request, form, 422)
    email = form.cleaned_data["email"].strip()
    account: Any = authenticate(request, username=email, password=form.cleaned_data["password"])
    if account is None:
        # one sentence for a wrong password, an unknown e-mail and a closed account
        form.add_error(None, "The e-mail address or the password is not right")
        return _sign_in_page(request, form, 422)
    login(request, account)
    sessions_.begin(request, at=request.now)
    onward = _onward(request, form.cleaned_data["next"])
    places = identity.workplaces(account)
    if len(places) == 1:
        _work_as(request, places[0])
        response: HttpResponse = redirect(onward)
    else:
        response = redirect(f"{reverse('accounts:choose')}?{urlencode({'next': onward})}")
    attempts.remember_device(request, response, email)
    return response


def _sign_in_page(request: Request, form: SignIn, status: int = 200) -> HttpResponse:
    ended = getattr(request, sessions_.ENDED, "") or request.GET.get("ended", "")
    why = WHY_ENDED.get(ended, "") or (LAPSED if "kept" in request.GET else "")
    context: dict[str, Any] = {
        "form": form,
        "title": "Sign in",
        "why": why,
        "signed_out": ended == "out" and not request.user.is_authenticated,
    }
    if settings.PATHWAYS_SYNTHETIC:
        from pathways.journey import demonstration  # only a demonstration carries it

        context["sign_ins"] = demonstration.sign_ins()
    return render(request, "accounts/sign_in.html", context, status=status)


def _work_as(request: Request, place: Any) -> None:
    """From here on this person acts in that role at that organisation, and the log says since when."""
    request.session[APPOINTMENT] = str(place.appointment_id)
    identity.assume(place)
    ledger.signed(by=place, at=request.now, is_in=True)


@page(public=True)
@require_http_methods(["POST"])
def sign_out(request: Request) -> HttpResponse:
    if (actor := request.actor) is not None:
        ledger.signed(by=actor, at=request.now, is_in=False)
    logout(request)
    response = redirect(f"{reverse('accounts:sign_in')}?ended=out")
    # not "cookies": the known-device cookie signs nobody in and keeps the next sign-in open
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


@page(account=True)
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: Request) -> HttpResponse:
    """Choose the organisation and role one works in now."""
    places = identity.workplaces(cast(Any, request.user))
    if not places:
        return render(request, "accounts/nowhere.html", {"title": "No place to work yet"}, status=403)
    current = request.session.get(APPOINTMENT)
    if request.method == "POST":
        form = Choose(request.POST, workplaces=places)
        if form.is_valid():
            chosen = form.cleaned_data["appointment"]
            request.session.cycle_key()
            _work_as(request, next(place for place in places if str(place.appointment_id) == chosen))
            return redirect(_onward(request, form.cleaned_data["next"]))
    else:
        start = {"appointment": current, "next": request.GET.get("next", "")}
        form = Choose(initial=start, workplaces=places)
    status = 422 if form.errors else 200
    return render(
        request, "accounts/choose.html", {"form": form, "title": "Where you are working"}, status=status
    )


@page(account=True)
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: Request) -> HttpResponse:
    form = ChangePassword(request.POST or None, account=request.user)
    if request.method == "POST" and form.is_valid():
        passwords.choose(account=cast(Any, request.user), password=form.cleaned_data["new"], at=request.now)
        # every other session of this person ends with the old password
        update_session_auth_hash(request, cast(Any, request.user))
        messages.success(request, "Your password is changed. You are signed out everywhere else.")
        return redirect("accounts:sessions")
    status = 422 if form.errors else 200
    context = {"form": form, "title": "Change password"}
    return render(request, "accounts/password.html", context, status=status)


@page(public=True)
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def set_password(request: Request, account_id: UUID, token: str) -> HttpResponse:
    """Where the link of an administrator leads: choose the first password, or a new one."""
    account = passwords.invited(account_id=account_id, token=token)
    if account is None:
        return render(request, "accounts/spent.html", {"title": "This link is spent"}, status=404)
    form = SetPassword(request.POST or None, account=account)
    if request.method == "POST" and form.is_valid():
        passwords.choose(account=account, password=form.cleaned_data["new"], at=request.now)
        attempts.unlock(account.email)
        messages.success(request, "Your password is set. You can sign in now.")
        return redirect("accounts:sign_in")
    status = 422 if form.errors else 200
    context = {"form": form, "title": "Choose your password", "email": account.email}
    return render(request, "accounts/set_password.html", context, status=status)


@page(public=True)
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: Request) -> HttpResponse:
    """Asks the administrators for a link. The answer is the same whether or not anybody has this address."""
    form = Forgotten(request.POST or None)
    context = {"form": form, "title": "Forgotten your password", "back": reverse("accounts:sign_in")}
    if request.method == "POST" and form.is_valid():
        if not attempts.may_ask(request, at=request.now):
            return render(request, "accounts/locked.html", {"title": "Too many attempts"}, status=429)
        passwords.ask(email=form.cleaned_data["email"].strip(), at=request.now)
        context |= {"asked": True, "title": "Your administrator will be asked"}
    status = 422 if form.errors else 200
    return render(request, "accounts/forgotten.html", context, status=status)


@page(account=True)
@require_http_methods(["GET", "HEAD", "POST"])
def sessions(request: Request) -> HttpResponse:
    this, now = request.session.session_key or "", request.now
    if request.method == "POST":
        count = sessions_.end_others(request.user, this=this, at=now)
        words = {0: "You were signed in nowhere else.", 1: "One other session has ended."}
        messages.success(request, words.get(count, f"{count} other sessions have ended."))
        return redirect("accounts:sessions")
    found = sessions_.open_sessions(request.user, this=this, at=now)
    return render(request, "accounts/sessions.html", {"sessions": found, "title": "Where you are signed in"})


@page(account=True)
@require_GET
def stay(request: Request) -> HttpResponse:
    """A sign of life: the person is still there."""
    request.session[sessions_.SEEN] = request.now.timestamp()
    return HttpResponse(status=204)
