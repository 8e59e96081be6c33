"""Every address x every role: declared, opened only to whom it is for, and never a failure of ours."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from pathways.domain.terms.people import HUMAN_ROLES, POLICE_ROLES, Role, Sector
from pathways.journey import identity
from pathways.web import access, navigation
from tests.web import people

SECTORS = {
    Role.PROVIDER_WORKER: Sector.PRIVATE,
    Role.COORDINATOR: Sector.LOCAL_AUTHORITY,
    Role.EVALUATOR: Sector.ACADEMIC,
    **dict.fromkeys(POLICE_ROLES, Sector.POLICE),
}
SAMPLES = {"uuid": "8f14e45f-ceea-467f-a9d2-0a1b2c3d4e5f", "str": "made-up", "int": "1", "slug": "made-up"}


def patterns(resolver: URLResolver | None = None, before: str = "/") -> Iterator[tuple[str, URLPattern]]:
    for entry in (resolver or get_resolver("pathways.web.urls")).url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, route)
        else:
            yield route, entry


EVERY = sorted(patterns(), key=lambda found: found[0])


def filled(route: str) -> str:
    """The route with something of the right kind in each place: things that are not there."""
    return re.sub(r"<(?:(\w+):)?\w+>", lambda hole: SAMPLES.get(hole[1] or "str", "made-up"), route)


@pytest.mark.parametrize("route", [route for route, _ in EVERY])
def test_every_address_says_who_may_open_it(route: str) -> None:
    view = dict(EVERY)[route].callback
    assert access.declared(view) is not None, f"{route} is not declared with @page(...)"


def test_every_navigation_entry_leads_somewhere() -> None:
    for role, entries in navigation.ENTRIES.items():
        assert len(entries) <= 6, role
        for entry in entries:
            assert reverse(entry.name)


@pytest.mark.django_db
@pytest.mark.database
@pytest.mark.parametrize("role", HUMAN_ROLES)
def test_every_address_opens_to_this_role_or_says_no(role: Role) -> None:
    sector = SECTORS.get(role, Sector.THIRD_SECTOR)
    account = people.account("jo@there.example", role, at=people.organisation(sector.value, sector))
    actor = identity.workplaces(account)[0]
    browser = Client(raise_request_exception=False)
    people.post_sign_in(browser, "jo@there.example")
    wrong: list[Any] = []
    for route, entry in EVERY:
        wanted = access.declared(entry.callback)
        if wanted is None or route.startswith("/account/sign-out"):
            continue
        answer = browser.get(filled(route))
        is_for = wanted.public or wanted.account or wanted.signed_in or access.may_open(wanted, actor)
        if answer.status_code >= 500:
            wrong.append((route, "fails", answer.status_code))
        elif not is_for and answer.status_code not in (403, 404):
            wrong.append((route, "is not for this role, yet answers", answer.status_code))
        elif is_for and "<" not in route and answer.status_code not in (200, 204, 302, 405):
            wrong.append((route, "is for this role, yet answers", answer.status_code))
        text = answer.content.decode() if "text/html" in answer.get("Content-Type", "") else ""
        if re.search(r"<script(?![^>]*\bsrc=)|\sstyle=\"|\son(?:click|load|change|submit)=", text):
            wrong.append((route, "has something inline", ""))
        if re.search(r"\{[%#{]|[%#}]\}", text):
            wrong.append((route, "shows template text", ""))
    assert wrong == []


@pytest.mark.django_db
@pytest.mark.database
def test_a_stranger_gets_to_no_page_that_is_not_public() -> None:
    browser = Client(raise_request_exception=False)
    for route, entry in EVERY:
        wanted = access.declared(entry.callback)
        if wanted is None or wanted.public:
            continue
        for method in (browser.get, browser.post):
            answer = method(filled(route))
            assert answer.status_code in (302, 405), route
            assert answer["Location"].startswith("/account/sign-in/"), route


def test_what_is_filled_in_is_nowhere() -> None:
    assert uuid.UUID(SAMPLES["uuid"])
