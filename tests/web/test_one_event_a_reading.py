"""Section 62: whoever is shown a woman leaves one event that says so, on every page that shows one.

The invented programme is walked by its links as every role. A page that holds a woman's name or reference
must add exactly one access event, of whoever looked, about every woman on it.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client as Browser
from django.urls import Resolver404, resolve

from pathways.domain.terms import references
from pathways.journey import demonstration, identity
from pathways.records.models import (
    AccessEvent,
    AccessKind,
    Account,
    Appointment,
    Client,
    Consideration,
    Episode,
    Nominal,
    Organisation,
    ReferralIn,
)
from tests.walls import falling

pytestmark = [pytest.mark.django_db, pytest.mark.database]
AT = datetime.now(UTC)
NO_PAGES = re.compile(r"/account/|/static/|\.svg$|/download/|\.json$")
READINGS = {AccessKind.CONSULTATION.value, AccessKind.SEARCH.value}


def kind_of(path: str) -> str:
    parts = urlsplit(path)
    try:
        name = resolve(parts.path).view_name or parts.path
    except Resolver404:
        return "nowhere"
    return name + "".join(sorted(re.findall(r"(?:tab|step|show)=[^&]*", parts.query)))


def everybody() -> dict[str, set[str]]:
    """What names one woman on a page → the numbers that she is known by: as a client, at the door, at police.

    Left out is what more than one is called, and what somebody on the staff is called as well.
    """
    staff = {part for name in Account.objects.values_list("name", flat=True) for part in name.split()}
    found: dict[str, dict[str, set[str]]] = {}

    def named(said: str, woman: object, *ids: object) -> None:
        if len(said) > 2 and said not in staff:
            found.setdefault(said, {}).setdefault(str(woman), set()).update(map(str, filter(None, ids)))

    with identity.clerk():
        cases = {}
        for episode in Episode.objects.all():
            cases[episode.case_id] = episode.client_id
        for row in Client.objects.all():
            named(row.called, row.id, row.id)
            named(references.spaced(row.reference), row.id, row.id)
        for row in ReferralIn.objects.all():
            named(row.called, row.client_id or row.id, row.client_id, row.id)
        considered = {row.nominal_id: cases.get(row.case_id) for row in Consideration.objects.all()}
    for force in Organisation.objects.filter(sector="police"):
        for spoc in Appointment.objects.filter(organisation=force, role="police_spoc")[:1]:
            with identity.acting(identity.actor_for(spoc.account, spoc.id)):
                for row in Nominal.objects.all():
                    named(row.given_names, considered.get(row.id) or row.id, row.id)
    return {said: next(iter(women.values())) for said, women in found.items() if len(women) == 1}


def events() -> list[Any]:
    """Every access event there is, whoever asks."""
    with identity.sealing():
        return list(AccessEvent.objects.values_list("id", "kind", "subjects", "route"))


class Walk:
    def __init__(self, email: str, names: dict[str, set[str]], per_kind: int) -> None:
        self.browser = Browser(raise_request_exception=False)
        self.browser.post("/account/sign-in/", {"email": email, "password": demonstration.PASSWORD})
        self.names, self.per_kind = names, per_kind
        self.seen: Counter[str] = Counter()
        self.showing: dict[str, int] = {}
        self.wrong: list[Any] = []

    def go(self, most: int = 250) -> None:
        waiting, known = ["/"], {"/"}
        while waiting and most:
            path = waiting.pop(0)
            kind = kind_of(path)
            if self.seen[kind] >= self.per_kind:
                continue
            self.seen[kind] += 1
            most -= 1
            for onward in self.look(path, kind):
                if onward not in known and not NO_PAGES.search(onward):
                    known.add(onward)
                    waiting.append(onward)

    def look(self, path: str, kind: str) -> list[str]:
        before = {row[0] for row in events()}
        answer = self.browser.get(path)
        if answer.status_code != 200 or "text/html" not in answer.get("Content-Type", ""):
            return []
        text = answer.content.decode()
        body = re.sub(r"<[^>]+>", " ", text.partition("<main")[2])
        shown = [
            ids for said, ids in self.names.items() if re.search(rf"(?<!\w){re.escape(said)}(?!\w)", body)
        ]
        new = [row for row in events() if row[0] not in before]
        if shown:
            self.showing[kind] = len(shown)
            readings = [row for row in new if row[1] in READINGS]
            subjects = {str(one) for row in readings for one in row[2]}
            if len(readings) != 1:
                self.wrong.append((kind, path, f"{len(readings)} events", [row[3] for row in readings]))
            elif missing := [ids for ids in shown if not ids & subjects]:
                self.wrong.append(
                    (kind, path, f"{len(missing)} of {len(shown)} women not in it", readings[0][3])
                )
        found = re.findall(r'<a\s[^>]*href="([^"]+)"', text)
        return [
            urljoin(path, one.replace("&amp;", "&")).partition("#")[0]
            for one in found
            if not one.startswith(("http", "mailto:", "tel:"))
        ]


@pytest.mark.prove
def test_every_page_that_shows_a_woman_leaves_one_event_about_her():
    demonstration.seed(at=AT, most=25)
    names = everybody()
    wrong, showing = [], {}
    with falling.figures_aside():  # no figure names a woman
        for one in demonstration.sign_ins():
            walk = Walk(one.email, names, per_kind=2)
            walk.go()
            wrong += [(one.role, *each) for each in walk.wrong]
            showing |= walk.showing
    assert not wrong, "\n".join(map(str, wrong))
    assert len(showing) > 30
