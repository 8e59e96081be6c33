"""At the two doors: who is confirmed, on what record, and what police may learn."""

from __future__ import annotations

from datetime import date

import pytest

from pathways.domain.identification import (
    consideration,
    eligibility,
    judgement,
    referral_in,
    telling_police,
)
from pathways.domain.terms import routes
from pathways.domain.terms.law import CrossingKind
from pathways.domain.terms.people import Role
from pathways.domain.terms.routes import Door, Route

TODAY = date(2026, 11, 23)


def person(**known: object) -> eligibility.Person:
    return eligibility.Person(TODAY, **({"meets_definition": True} | known))  # type: ignore[arg-type]


def test_a_woman_of_eighteen_today_is_eligible() -> None:
    assert eligibility.eligible(person(born=date(2008, 11, 23)))


def test_a_girl_the_day_before_she_is_eighteen_goes_to_child_safeguarding() -> None:
    answer = eligibility.eligible(person(born=date(2008, 11, 24)))
    assert not answer
    assert answer.ask == "child safeguarding"


def test_a_date_of_birth_outweighs_what_somebody_thought() -> None:
    assert not eligibility.eligible(person(born=date(2012, 1, 1), is_adult=True))
    assert eligibility.eligible(person(is_adult=True))


def test_an_unknown_age_and_an_unasked_definition_are_not_taken_for_yes() -> None:
    assert "date of birth" in eligibility.eligible(person()).reason
    assert not eligibility.eligible(person(is_adult=True, meets_definition=None))
    assert not eligibility.eligible(person(is_adult=True, meets_definition=False))


def test_the_least_age_is_the_programmes_to_set() -> None:
    assert eligibility.eligible(person(born=date(2009, 1, 1)), eligibility.Definition(least_age=16))


def test_safeguarding_comes_before_confirmation_at_both_doors() -> None:
    adult = person(is_adult=True)
    assert not consideration.may_confirm(consideration.Facts(adult, has_safeguarding_open=True))
    assert not referral_in.may_confirm(referral_in.Facts(adult, has_safeguarding_open=True))
    assert consideration.may_confirm(consideration.Facts(adult, has_opened_evidence=True))
    assert not consideration.may_confirm(consideration.Facts(adult))
    assert referral_in.may_confirm(referral_in.Facts(adult))


@pytest.mark.parametrize("status", consideration.Status)
def test_nobody_is_contacted_because_of_a_flag_that_is_not_confirmed(status: consideration.Status) -> None:
    assert bool(consideration.may_contact(status)) == (status is consideration.Status.CONFIRMED)


@pytest.mark.parametrize("status", referral_in.Status)
def test_nobody_is_contacted_because_of_a_referral_that_is_not_confirmed(status: referral_in.Status) -> None:
    assert bool(referral_in.may_contact(status)) == (status is referral_in.Status.CONFIRMED)


def test_a_decision_needs_every_heading_of_the_national_decision_model() -> None:
    full = dict.fromkeys(judgement.Heading, "Said")
    assert judgement.complete(full)
    for heading in judgement.Heading:
        answer = judgement.complete(full | {heading: "  "})
        assert not answer
        assert heading.label in answer.reason
    assert set(judgement.PROMPTS) == set(judgement.Heading)


# --- the two doors

POLICE_ROUTES = {Route.POLICE_OFFICER, Route.CUSTODY, Route.POLICE_SEARCH}


@pytest.mark.parametrize("route", Route)
def test_police_screen_what_police_flag_and_the_coordinator_everything_else(route: Route) -> None:
    assert route.door is (Door.POLICE if route in POLICE_ROUTES else Door.OPEN)
    assert route.door.screener is (Role.POLICE_SPOC if route in POLICE_ROUTES else Role.COORDINATOR)


def test_every_route_is_a_branch_of_exactly_one_door() -> None:
    assert sorted((*routes.by_door(Door.POLICE), *routes.by_door(Door.OPEN))) == sorted(Route)


def test_police_never_learn_of_her_by_the_open_door_without_her_agreement() -> None:
    answer = telling_police.may_tell_police(telling_police.Facts(Door.OPEN))
    assert not answer
    assert answer.hidden, "that she exists at all is confidential"


@pytest.mark.parametrize("kind", CrossingKind)
def test_only_safeguarding_and_threat_to_life_tell_police_without_her_agreement(kind: CrossingKind) -> None:
    emergency = kind in (CrossingKind.SAFEGUARDING, CrossingKind.THREAT_TO_LIFE)
    facts = telling_police.Facts(Door.OPEN, disclosure=kind)
    assert bool(telling_police.may_tell_police(facts)) == emergency


def test_police_may_be_told_when_she_agrees_and_know_already_whom_they_flagged() -> None:
    assert telling_police.may_tell_police(telling_police.Facts(Door.OPEN, has_agreed_to_tell=True))
    assert telling_police.may_tell_police(telling_police.Facts(Door.POLICE))
