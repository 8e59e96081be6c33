"""A company’s people get what the referral grants and what they wrote themselves, and no field more."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from pathways.domain.referral import sharing
from pathways.domain.referral.sharing import PackFacts, ShareField
from pathways.domain.terms.people import Sector
from tests.walls import attempts, falling, matrix
from tests.walls.attempts import Attack
from tests.walls.planted import Planted
from tests.web.test_every_address import EVERY

#: what no company ever receives, whatever she agreed to (the field's own matrix, not the programme's list)
NEVER = {"address", "assessment_summary", "health", "safety_plan"}
#: tables of which a company's people may meet any value at all
GRANTED = {
    "support_referral_pack",  # the grant itself
    "support_referral",  # what it is called and how it stands
    "support_client",  # the name she uses
    "support_safe_contact_plan",  # how not to harm her
    "support_stop",  # that she asked to stop
    *matrix.OWN_WORK,
    "support_case_note",
    "support_group_session",
    "support_involvement",
    "message",
    "task",
    "draft",
    "journey_event",
    "disclosure",
    "panel_meeting",  # that there is one to which the company is asked; of no woman
    "erasure",  # of what the company itself holds: its supervisor approves as the second person
}


def test_no_grant_of_five_thousand_carries_a_field_that_she_did_not_agree_to() -> None:
    """Chosen and agreed at random: what may be sent to a company is within both, and never of the four."""
    rng, every, sent = random.Random(45), list(ShareField), 0
    for _ in range(5_000):
        agreed = frozenset(rng.sample(every, rng.randrange(len(every) + 1)))
        chosen = frozenset(rng.sample(every, rng.randrange(1, 7))) | sharing.LEAST
        chosen = chosen if rng.random() < 0.3 else chosen & (agreed | sharing.LEAST)
        if sharing.may_share(PackFacts(chosen=chosen, agreed=agreed, sector=Sector.PRIVATE)):
            sent += 1
            assert chosen <= agreed
            assert not {each.value for each in chosen} & NEVER
    assert sent > 200

#: what a company is sent is on this page: each of its people opens it for every referral ever made to one
REFERRAL = "/refer/<uuid:referral_id>/"


class _Noting(Attack):
    """Notes every field that comes back, besides judging who may see it."""

    def __init__(self, world: Planted, *, seed: int) -> None:
        super().__init__(world, seed=seed)
        self.fields: Counter[str] = Counter()
        self.beyond: list[str] = []

    def judge(self, who, route, did, sent, answer, ear, world=None):  # type: ignore[no-untyped-def]
        for value, canaries in self.world.found(attempts._text(answer)):
            if all(matrix.is_number_of_a_save(each) for each in canaries):
                continue  # by which a form that is open to them knows that a colleague saved it
            if any(each.table in GRANTED for each in canaries):
                for each in canaries:
                    self.fields[f"{each.table}.{each.field}"] += 1
            elif value not in sent:
                self.beyond.append(f"{did}: {canaries[0].table}.{canaries[0].field}")
        super().judge(who, route, did, sent, answer, ear, world)


def _company(world: Planted, seed: int, requests: int) -> _Noting:
    company = [each for each in world.people if each.sector == Sector.PRIVATE.value]
    assert {each.role for each in company} == {"provider_worker", "supervisor"}
    attack = _Noting(world, seed=seed)
    attack.world = Planted(**{**vars(world), "people": company})
    asked = {each.organisation for each in company}
    with falling.figures_aside():
        with attempts._overhearing() as ear, attempts._drawn_as_ever():
            for key, row in world.rows["support_referral"].items():
                for who in company if row["to_organisation_id"] in asked else ():
                    steps: list[Any] = [("GET", f"/refer/{key}/", {}, {})]
                    attack.one(who, REFERRAL, dict(EVERY)[REFERRAL], "GET", steps, ear)
        while attack.tally.requests < requests:
            attack.run(attack.tally.tried + min(1_000, requests))
    return attack


def _hold(attack: _Noting) -> None:
    assert attack.beyond == [], "\n".join(attack.beyond)
    assert attack.tally.leaks == [], attack.tally.leaked()
    content = {name.rpartition(".")[2] for name in attack.fields if ".content." in name}
    assert not content & NEVER
    assert content >= {"name", "safe_contact"}, "the grant itself is shown"


@pytest.mark.database
@pytest.mark.prove
def test_five_thousand_payloads_to_a_company_hold_no_extra_field(as_application: Planted) -> None:
    attack = _company(as_application, 46, 5_000)
    print(f"{attack.tally.requests} payloads, {len(attack.fields)} kinds of field: {attack.tally.summary()}")
    _hold(attack)
