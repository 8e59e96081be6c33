"""Words that arrive after their writer's sign-in has lapsed: kept for her, and for nobody else.

A form carries a ticket: signed by us, it says for whom the page was drawn and which draft it writes. When the
form comes without a session, or after somebody else signed in at the same desk, the ticket is all that says
whose words these are. They are sealed as a draft of hers and taken up when she opens the form again; a ticket
opens nothing and does nothing else. Who has left, or works there no longer, keeps nothing.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.core import signing
from django.http import HttpRequest
from django.urls import Resolver404, resolve

from pathways.domain.governance.actors import Actor
from pathways.journey import drafts, identity
from pathways.web.forms import PathwaysForm

FIELD = "_ticket"
_SALT = "pathways.lapsed"
#: a form left open over a long weekend is still hers
_AGE = 7 * 24 * 3600


@dataclass(frozen=True)
class Ticket:
    """For whom a form was drawn, and the draft that it writes."""

    account_id: UUID
    organisation_id: UUID
    key: str
    client_id: UUID | None
    title: str

    def is_for(self, actor: Actor | None) -> bool:
        return actor is not None and (actor.account_id, actor.organisation_id) == (
            self.account_id,
            self.organisation_id,
        )


def ticket(*, by: Actor, key: str, client_id: UUID | None, title: str) -> str:
    """To be drawn into the form."""
    said = [str(by.account_id), str(by.organisation_id), key, str(client_id or ""), title]
    return signing.dumps(said, salt=_SALT)


def read(request: HttpRequest) -> Ticket | None:
    """The ticket that came with a form, if it is one of ours."""
    if request.method != "POST" or not (held := request.POST.get(FIELD, "")):
        return None
    try:
        account, organisation, key, client, title = signing.loads(held, salt=_SALT, max_age=_AGE)
    except (signing.BadSignature, ValueError):
        return None
    return Ticket(UUID(account), UUID(organisation), key, UUID(client) if client else None, title)


def typed(request: HttpRequest) -> dict[str, list[str]]:
    """What the person wrote, without what the page itself sends along."""
    return {name: values for name, values in request.POST.lists() if not name.startswith(("_", "csrf"))}


def page_of(request: Any) -> str:
    """The path of the page that this was sent from.

    A part of a page that is fetched while somebody types has an address of its own, which is no page.
    """
    htmx, page = getattr(request, "htmx", None), ""
    with suppress(ValueError):  # what a browser says of its address may be anything
        page = urlsplit(htmx.current_url).path if htmx and htmx.current_url_abs_path else ""
    return page if page and _view(page) else str(request.path)


def _view(path: str) -> Any:
    try:
        return resolve(path).func
    except Resolver404:
        return None


def _asked(request: HttpRequest) -> list[type[PathwaysForm]]:
    """The forms of the page that this was sent from."""
    view = getattr(_view(page_of(request)), "view_class", None)
    asked = [getattr(view, "form", None), *(step.form for step in getattr(view, "steps", ()))]
    return [form for form in asked if form is not None]


def secrets(request: HttpRequest) -> frozenset[str]:
    """The fields of the form on this page that are kept nowhere: passwords."""
    return frozenset[str]().union(*(form.secrets() for form in _asked(request)))


def _to_keep(request: HttpRequest) -> dict[str, list[str]]:
    """What the person wrote, without passwords, and without words that a form forgets once another answer
    than theirs is chosen."""
    never = secrets(request)
    said = {name: values for name, values in typed(request).items() if name not in never}
    for form in _asked(request):
        said = form.without_unasked(said, form.forgets)
    return said


def keep(request: Any, found: Ticket) -> bool:
    """Keeps the words for the one who wrote them, inside this request's transaction. Whether it could."""
    if request.POST.get("_do", "continue") not in ("continue", "save"):
        return False
    places = identity.workplaces_by_id(found.account_id)
    actor = next((place for place in places if found.is_for(place)), None)
    if actor is None:
        return False
    step = request.POST.get("_step", "")
    with identity.acting(actor):
        drafts.hold(found.key, actor)
        drafts.keep_late(
            found.key,
            step,
            _to_keep(request),
            turn=request.POST.get("_turn", ""),
            by=actor,
            at=request.now,
            client_id=found.client_id,
            title=found.title,
            url=page_of(request),
        )
    return True


def address(request: HttpRequest) -> str:
    """Where the form is opened again, at the same page of it."""
    page, step = page_of(request), request.POST.get("_step", "")
    return f"{page}?step={step}" if step.replace("-", "").replace("_", "").isalnum() else page
