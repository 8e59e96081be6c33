"""Who may open a page: each view says so itself, and a view that says nothing is refused.

    @page(reads=Resource.CLIENT)          whoever the policy lets read that table at all
    @page(creates=Resource.CONTACT)       or write into it
    @page(roles={Role.COORDINATOR})       these roles
    @page(signed_in=True)                 anyone who works somewhere
    @page(account=True)                   signed in, before having chosen where one works
    @page(public=True)                    anyone

This is the outer gate, about kinds of thing. Whether *this* woman's record may be read is asked again by
the journey's reads and by the database's row security.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import get_template
from django.urls import resolve, reverse

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance import erasure, policy
from pathways.domain.governance.policy import Action, Resource
from pathways.domain.terms.people import Role
from pathways.journey import erased, ledger, sight
from pathways.web import lapsed

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Declared:
    """What a view says of itself."""

    public: bool = False
    account: bool = False
    signed_in: bool = False
    roles: frozenset[Role] = frozenset()
    wanted: tuple[tuple[Action, Resource], ...] = ()
    when: Callable[[Any], Decision] | None = None


def page(
    *,
    public: bool = False,
    account: bool = False,
    signed_in: bool = False,
    roles: Collection[Role] = (),
    reads: Resource | None = None,
    creates: Resource | None = None,
    changes: Resource | None = None,
    when: Callable[[Any], Decision] | None = None,
) -> Callable[[View], View]:
    """Declare a view (function or class): one of the ways; roles and tables may stand together.

    `when` is what else must hold of whoever asks, where her role and the tables do not say it all.
    """
    asked = ((Action.READ, reads), (Action.CREATE, creates), (Action.CHANGE, changes))
    wanted = tuple((action, resource) for action, resource in asked if resource is not None)
    if sum((public, account, signed_in, bool(roles) or bool(wanted))) != 1:
        raise ValueError("say exactly one of: public, account, signed_in, or roles and tables")
    declared = Declared(public, account, signed_in, frozenset(roles), wanted, when)

    def mark(view: View) -> View:
        view.access = declared  # type: ignore[attr-defined]
        return view

    return mark


def declared(view: Any) -> Declared | None:
    """What a view, or the class behind it, declares; None when it declares nothing."""
    found = getattr(view, "access", None) or getattr(getattr(view, "view_class", None), "access", None)
    return found if isinstance(found, Declared) else None


def roles_for(wanted: Declared) -> frozenset[Role]:
    """The roles that such a page is for."""
    open_to = wanted.roles or frozenset(Role)
    for action, resource in wanted.wanted:
        open_to &= policy.roles_that(action, resource)
    return open_to


def may_open(wanted: Declared, actor: Any) -> Decision:
    """Whether someone who works where `actor` says may open such a page."""
    if actor.role in roles_for(wanted) and all(
        policy.could(actor, action, resource) for action, resource in wanted.wanted
    ):
        return decision.yes() if wanted.when is None else wanted.when(actor)
    return decision.no(
        f"This page is not for the role you are in now: {actor.role.label.lower()}.",
        ask=policy.ASK.get(actor.role, ""),
    )


def refuse(request: Any, answer: Any) -> HttpResponse:
    """The page that says no, from a Decision or a verb's Outcome: why, and whom to ask.

    Where the very subject is confidential it is "not found". Returned, never raised, so that the event
    which records the refusal is committed.
    """
    actor = getattr(request, "actor", None)
    if actor is not None:
        match = request.resolver_match
        ledger.refused(by=actor, at=request.now, reason=answer.reason, route=match.route if match else "")
    if answer.hidden:
        return not_found(request)
    return render(request, "frame/403.html", {"answer": answer}, status=403)


def not_found(request: HttpRequest) -> HttpResponse:
    """The one "not found", the same whether there is nothing there or nothing this person may know of."""
    return render(request, "frame/404.html", status=404)


class DefaultDeny:
    """Runs before every view, inside its transaction."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: Any, exception: Exception) -> HttpResponse | None:
        return gone(request) if isinstance(exception, sight.KeyGone) else None

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        wanted = declared(view)
        if wanted is None:
            return refuse(request, decision.no("This page does not say who may open it, so nobody may."))
        if wanted.public:
            return None
        if not request.user.is_authenticated:
            return to_sign_in(request)
        if wanted.account:
            return None
        ticket = lapsed.read(request)
        if ticket is not None and request.actor is not None and not ticket.is_for(request.actor):
            return of_another(request, ticket)
        if request.actor is None:
            return redirect(f"{reverse('accounts:choose')}?{urlencode({'next': request.path})}")
        if not (answer := may_open(wanted, request.actor)):
            return refuse(request, answer)
        client_id = kwargs.get("client_id")
        is_hers = client_id is not None and request.actor.emergency_with(client_id) is not None
        if is_hers and request.resolver_match.app_name != "herpage":
            return refuse(request, _READING_ONLY)
        return None if client_id is None else of_erased(request, client_id)


_READING_ONLY = decision.no(
    "You see her by emergency access, which is for reading her page and nothing else.",
    ask="the coordinator",
)


def of_erased(request: Any, client_id: UUID) -> HttpResponse | None:
    """The one page that is left of her where her record was erased, in place of every other about her.

    None where it was not, or where for this person she is not there.
    """
    by = request.actor
    found = erased.of_her(client_id=client_id, by=by)
    if found is None:
        return None
    if request.method not in ("GET", "HEAD"):
        return gone(request)
    match = request.resolver_match
    ledger.read(by=by, at=request.now, resource=Resource.CLIENT, subjects=[client_id], route=match.view_name)
    context = {
        "title": "Her record was erased",
        "found": found,
        "stays": erasure.STAYS,
        "anew_href": _open_to("doors:new", by),
        "request_href": reverse("governance:erasure", args=[found.request_id]) if found.request_id else "",
    }
    is_her_page = match.app_name == "herpage"
    return render(request, "frame/erased.html", context, status=200 if is_her_page else 410)


def _open_to(name: str, by: Any) -> str:
    """The address of a page that takes nothing, when it is for this person."""
    found = reverse(name)
    wanted = declared(resolve(found).func)
    return found if wanted is not None and may_open(wanted, by) else ""


def gone(request: HttpRequest) -> HttpResponse:
    """Her record here was erased while a page about her was open: nothing can be written of her any more.

    Drawn without the database: the transaction is to be taken back.
    """
    response = HttpResponse(get_template("frame/410.html").render({}), status=410)
    response.takes_back = True  # type: ignore[attr-defined]
    return response


def to_sign_in(request: Any) -> HttpResponse:
    """To the sign-in page and back here after; an htmx request takes the whole page there.

    What came with a form is kept for whoever wrote it, and the form is where she comes back to.
    """
    asked: dict[str, str] = {}
    ticket, page = lapsed.read(request), lapsed.page_of(request)
    if ticket is not None:
        asked["next"] = lapsed.address(request)
        if lapsed.keep(request, ticket):
            asked["kept"] = "1"
    elif page != request.path:
        asked["next"] = page
    elif (request.method == "GET" and page != "/") or (request.method == "POST" and _can_be_read(request)):
        asked["next"] = request.get_full_path()
    target = reverse("accounts:sign_in")
    target = f"{target}?{urlencode(asked)}" if asked else target
    if getattr(request, "htmx", False) or request.headers.get("X-Pathways-Save"):
        response = HttpResponse(status=401)
        response["HX-Redirect"] = target
        return response
    return redirect(target)


def _can_be_read(request: HttpRequest) -> bool:
    """Whether the address of a form is also a page."""
    match = request.resolver_match
    return hasattr(getattr(match.func if match else None, "view_class", None), "get")


def of_another(request: Any, ticket: lapsed.Ticket) -> HttpResponse:
    """A form that was drawn for somebody else, or for her at another organisation: it is not done."""
    kept = lapsed.keep(request, ticket)
    if request.headers.get("X-Pathways-Save"):
        return HttpResponse(status=409)
    is_her = request.user.is_authenticated and ticket.account_id == request.user.pk
    context = {"title": "This form was opened by somebody else", "kept": kept, "is_her": is_her}
    if is_her:
        context["title"] = "You are working somewhere else now"
    return render(request, "frame/of_another.html", context, status=409)
