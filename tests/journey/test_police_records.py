"""A force gives its own records of the women it handed over: what it knows, once each, and written down."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date, timedelta

import pytest

from pathways.domain.decision import Decision
from pathways.domain.governance.policy import Resource
from pathways.domain.identification.taking_in import Kind
from pathways.domain.terms.events import ScreeningOutcome
from pathways.domain.terms.people import Role, Sector
from pathways.journey import flagging, identity, police_records, screening, second_readings, taking_in
from pathways.journey.police_records import Wanted
from pathways.records.models import AccessEvent, Appointment, Consideration, Disclosure, Episode, Organisation
from tests.journey import people
from tests.journey.people import NOW
from tests.journey.test_doors import SEEN, carried

pytestmark = pytest.mark.django_db

#: the day on which the women were handed over
THEN = NOW - timedelta(days=120)
WHOLE = (date(2026, 3, 1), date(2026, 10, 31))


@pytest.fixture
def cast():
    found = people.cast()
    with identity.acting(found.police_supervisor) as by:
        second_readings.set_rate(wanted=0, by=by, at=THEN)
    return found


def shares(cast):
    """The agreement from the force to whoever evaluates."""
    academy, force = (Organisation.objects.get(id=one.organisation_id) for one in (cast.evaluator, cast.spoc))
    return people.shares(force, academy)


def flagged(cast, number):
    who = flagging.Named(
        given_names=f"Given{number}",
        surname=f"Surname{number}",
        born=date(1990, 1, 1),
        police_reference=f"P{number}",
    )
    with identity.acting(cast.spoc) as by:
        said = flagging.flag(
            who=who, route=screening.Route.CUSTODY, why="She said that she is afraid.",
            seen=replace(SEEN, seen_on=THEN.date()),
            fact_or_opinion=screening.FactOrOpinion.FACT,
            subject_category=screening.SubjectCategory.VICTIM, by=by, at=THEN,
        )  # fmt: skip
        assert said, said.reason
        return said.id


def decided(cast, number, outcome=ScreeningOutcome.CONFIRMED):
    return carried(cast, flagged(cast, number), outcome, at=THEN)


def extract(cast, women=14, at=NOW):
    day = THEN.date()
    events = ["E0,crime,2026-02-01", "EZ,crime,2026-10-31"]
    links = []
    for n in range(women):
        events += [f"S{n},crime,{day - timedelta(days=5)}", f"V{n},incident,{day + timedelta(days=9)}"]
        links += [f"person,P{n},suspect_in,event,S{n}", f"person,P{n},victim_in,event,V{n}"]
    files = (
        ("persons.csv", "person_id,surname,sex\n" + "".join(f"P{n},S{n},F\n" for n in range(women))),
        ("events.csv", "event_id,kind,occurred_on\n" + "\n".join(events) + "\n"),
        ("links.csv", "from_kind,from_id,relation,to_kind,to_id\n" + "\n".join(links) + "\n"),
    )
    with identity.acting(cast.analyst) as by:
        sent = [(name, text.encode()) for name, text in files]
        said = taking_in.bring(kind=Kind.POLE, files=sent, by=by, at=at, system="Niche")
    assert said, said.reason
    return said.id


def wanted(cast, key, **more):
    values = {
        "extract_id": key, "whole_from": WHOLE[0], "whole_to": WHOLE[1], "months": 3,
        "to_organisation_id": cast.evaluator.organisation_id,
    }  # fmt: skip
    return Wanted(**(values | more))


def take(cast, key, by=None, **more):
    with identity.acting(by or cast.spoc) as who:
        return police_records.take_out(wanted=wanted(cast, key, **more), by=who, at=NOW)


def see(cast, key, by=None, **more):
    with identity.acting(by or cast.analyst) as who:
        return police_records.shown(wanted=wanted(cast, key, **more), by=who, at=NOW)


def given(cast):
    with identity.acting(cast.spoc) as by:
        return list(police_records.sight.visible(Disclosure, by).filter(kind="evaluation"))


def test_the_women_handed_over_go_and_nobody_else_and_each_has_a_disclosure(cast):
    shares(cast)
    for n in range(11):
        decided(cast, n)
    decided(cast, 11, ScreeningOutcome.REJECTED)
    flagged(cast, 12)
    key = extract(cast)
    said = take(cast, key)
    assert said, said.reason
    rows = list(csv.DictReader(io.StringIO(said.data["content"].decode("utf-8-sig"))))
    assert len({row["woman"] for row in rows}) == 11 and len(rows) == 22
    assert {(row["role"], row["record_on"]) for row in rows} == {
        ("suspect", "1999-12-27"), ("victim", "2000-01-10")
    }  # fmt: skip
    made = given(cast)
    assert len({one.person_id for one in made}) == len(made) == 11
    assert all(one.client_id is None and one.case_id is None and one.agreement_id for one in made)
    assert {one.to_organisation_id for one in made} == {cast.evaluator.organisation_id}
    with identity.sealing():
        logged = AccessEvent.objects.get(kind="disclosure", recipient_id=cast.evaluator.organisation_id)
        opened = AccessEvent.objects.filter(resource=Resource.TAKE_IN.value, subjects__contains=[key])
        assert any("evaluation" in one.reason for one in opened)
    assert set(logged.subjects) == {one.person_id for one in made} and logged.actor_id == cast.spoc.account_id


def test_what_she_did_after_she_was_handed_over_changes_nothing_in_it(cast):
    shares(cast)
    for n in range(11):
        decided(cast, n)
    key = extract(cast)
    before = sorted(line[7:] for line in take(cast, key).data["content"].decode().splitlines()[1:])
    with identity.clerk():
        Episode.objects.update(status="closed", closed_at=NOW, outcome="declined")
    after = sorted(line[7:] for line in take(cast, key).data["content"].decode().splitlines()[1:])
    assert before == after


def test_with_fewer_than_ten_nothing_leaves_and_nothing_is_written(cast):
    shares(cast)
    for n in range(9):
        decided(cast, n)
    key = extract(cast)
    shown = see(cast, key)
    assert not isinstance(shown, Decision) and (shown.women, shown.counted) == (9, 9)
    assert not shown.may_leave
    said = take(cast, key)
    assert not said and "fewer than 10" in said.reason and not given(cast)


def test_without_an_agreement_from_the_force_to_whoever_evaluates_nothing_leaves(cast):
    decided(cast, 0)
    key = extract(cast)
    with identity.acting(cast.spoc) as by:
        start = police_records.start(by=by, at=NOW)
    assert not isinstance(start, Decision) and not start.recipients and "agreement" in start.reason
    assert "agreement" in take(cast, key).reason and not given(cast)
    # an agreement with an organisation where nobody evaluates opens nothing
    assert not take(cast, key, to_organisation_id=cast.coordinator.organisation_id)


@pytest.mark.parametrize(
    "who", ["officer", "police_supervisor", "coordinator", "worker", "provider", "evaluator", "governance"]
)
def test_nobody_else_sees_what_it_would_hold(cast, who):
    shares(cast)
    decided(cast, 0)
    key, other = extract(cast), getattr(cast, who)
    assert isinstance(see(cast, key, by=other), Decision)
    assert not take(cast, key, by=other)


def test_the_analyst_sees_it_and_the_single_point_of_contact_takes_it_out(cast):
    shares(cast)
    for n in range(10):
        decided(cast, n)
    key = extract(cast)
    assert see(cast, key).may_leave
    assert not take(cast, key, by=cast.analyst) and not given(cast)


def test_another_forces_contact_opens_neither_extract_nor_women(cast):
    shares(cast)
    for n in range(10):
        decided(cast, n)
    key = extract(cast)
    other = people.organisation("b", "B Police", Sector.POLICE)
    stranger = people.appoint("Bea", Role.POLICE_SPOC, other)
    people.shares(other, Organisation.objects.get(id=cast.evaluator.organisation_id))
    said = take(cast, key, by=stranger)
    assert not said and "handed no woman" in said.reason


def test_whoever_reads_a_decision_blind_does_not_learn_it_here(cast):
    shares(cast)
    with identity.acting(cast.police_supervisor) as by:
        second_readings.set_rate(wanted=100, by=by, at=THEN)
    Appointment.objects.filter(account_id=cast.police_supervisor.account_id).update(until_at=THEN)
    decided(cast, 0)
    key = extract(cast)
    with identity.clerk():
        assert Consideration.objects.get().blind_to_id == cast.analyst.account_id
    with identity.acting(cast.analyst) as by:
        answer = police_records.start(by=by, at=NOW)
        assert isinstance(answer, Decision) and "second readings" in answer.reason
    answer = see(cast, key)
    assert isinstance(answer, Decision) and "second readings" in answer.reason
    assert not isinstance(see(cast, key, by=cast.spoc), Decision)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"whole_from": date(2026, 1, 31)}, "first record is of 1 February 2026"),
        ({"whole_to": date(2026, 11, 1)}, "last record is of 31 October 2026"),
        ({"whole_from": date(2026, 9, 1), "whole_to": date(2026, 8, 1)}, "cannot be whole"),
    ],
)
def test_an_extract_is_never_called_whole_beyond_its_records(cast, more, words):
    shares(cast)
    decided(cast, 0)
    assert words in take(cast, extract(cast), **more).reason


def test_records_that_do_not_cover_the_stretch_are_counted_as_left_out(cast):
    shares(cast)
    for n in range(11):
        decided(cast, n)
    shown = see(cast, extract(cast, women=9), months=3)
    assert dict(shown.left_out) == {"Not found in the extract, or more than one person there fits": 2}
    shown = see(cast, extract(cast, at=NOW + timedelta(hours=1)), months=12)
    assert shown.counted == 0 and sum(n for _, n in shown.left_out) == 11
