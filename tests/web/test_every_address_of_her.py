"""Every address about one real woman x everybody: there for those whom the matrix lets see her, else not."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client as Browser

from pathways.domain.governance import policy
from pathways.domain.governance.policy import Action
from pathways.domain.terms.people import Role
from pathways.journey import identity, sight
from pathways.records.models import Account, Client
from pathways.web import access
from tests.journey import people, women
from tests.web.test_every_address import EVERY

pytestmark = [pytest.mark.django_db, pytest.mark.database]

HER = "Zephyrine"
KEPT_OUT = (302, 403, 404, 405)  # an action asked for by GET leads to a page, which says no itself
ABOUT_HER = [
    (route, entry) for route, entry in EVERY if re.findall(r"<[^>]+>", route) == ["<uuid:client_id>"]
]
#: the governance lead gathers all that is held about her, to answer her right of access, and reads no record
FOR_HER_RIGHT_OF_ACCESS = (Role.GOVERNANCE_LEAD, "/her/<uuid:client_id>/held/")


def test_every_address_about_her_is_there_for_her_own_and_for_nobody_else() -> None:
    cast = people.cast()
    client_id, episode_id = women.born(
        cast, called=HER, worker=cast.worker, notes=2, opened=datetime.now(UTC)
    )
    women.provided(cast, client_id, episode_id, cast.provider)
    wrong: list[Any] = []
    opened: dict[str, int] = {}
    for actor in cast:
        browser = Browser(raise_request_exception=False)
        email = Account.objects.values_list("email", flat=True).get(pk=actor.account_id)
        browser.post("/account/sign-in/", {"email": email, "password": people.PASSWORD})
        with identity.acting(actor):
            is_hers = sight.one(Client, client_id, actor) is not None
        for route, entry in ABOUT_HER:
            if (actor.role, route) == FOR_HER_RIGHT_OF_ACCESS:
                continue
            wanted = access.declared(entry.callback)
            assert wanted is not None
            answer = browser.get(route.replace("<uuid:client_id>", str(client_id)))
            said = (actor.name, route, answer.status_code)
            text = answer.content.decode()
            could = actor.role in access.roles_for(wanted) and all(
                policy.could(actor, action, resource) for action, resource in wanted.wanted
            )
            if answer.status_code >= 500:
                wrong.append((*said, "fails"))
            elif not is_hers and (answer.status_code not in KEPT_OUT or HER in text):
                wrong.append((*said, "is told of her"))
            elif is_hers and not could and answer.status_code not in KEPT_OUT:
                wrong.append((*said, "is let in against the matrix"))
            elif is_hers and could and route.startswith("/her/") and answer.status_code != 200:
                wrong.append((*said, "is kept out against the matrix"))
            if answer.status_code == 200:
                opened[actor.role.value] = opened.get(actor.role.value, 0) + 1
    assert wrong == []
    assert opened[Role.SUPPORT_WORKER.value] > 10
    seeing = {actor.role for actor in cast if actor.role.value in opened}
    assert seeing <= policy.roles_that(Action.READ, policy.Resource.CLIENT)
