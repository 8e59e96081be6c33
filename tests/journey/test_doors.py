"""The two doors: who is told what, what must be written down, and what never crosses."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import transaction
from django.db.utils import ProgrammingError

from pathways.domain.governance import policy
from pathways.domain.governance.policy import Action, Resource
from pathways.domain.identification.judgement import Heading
from pathways.domain.reach import plan
from pathways.domain.support import episode
from pathways.domain.terms.contact import Channel
from pathways.domain.terms.events import ScreeningOutcome
from pathways.domain.terms.indicators import Confidence, Source
from pathways.domain.terms.law import (
    ConfidenceBasis,
    CrossingKind,
    CrossingPurpose,
    FactOrOpinion,
    LawfulBasis,
    SocInvolvement,
    SubjectCategory,
    VictimOfSoc,
)
from pathways.domain.terms.routes import Door, Route, by_door
from pathways.journey import disclosing, flagging, identity, open_door, police_sight, screening, sight, tasks
from pathways.journey.judging import Judgement
from pathways.records.models import (
    Client,
    Consideration,
    Disclosure,
    Draft,
    Episode,
    FlagReceipt,
    Identity,
    JourneyEvent,
    Message,
    Nominal,
    ReferralIn,
    SafeContactPlan,
    Spine,
)
from tests.journey import people
from tests.journey.people import NOW

pytestmark = pytest.mark.django_db

WHO = flagging.Named(
    "Marta", "Invented", born=date(1991, 3, 4), telephone="01632 960456", address="1 Made Up Row"
)
SEEN = flagging.Seen(
    ("pro_adult", "net_partner", "vul_housing"), Source.POLICE_RECORD, Confidence.LIKELY, date(2026, 10, 1)
)
WAYS = plan.Facts(plan.Status.PROVISIONAL, NOW, channels=frozenset({Channel.TEXT}), is_any_time=True)


def judgement(outcome: ScreeningOutcome = ScreeningOutcome.CONFIRMED, **more) -> Judgement:
    reasons = {
        ScreeningOutcome.REJECTED: {"reason": "no_link"},
        ScreeningOutcome.DEFERRED: {
            "reason": "not_safe_now",
            "look_again_on": NOW.date() + timedelta(days=7),
        },
        ScreeningOutcome.NOT_THIS_PROGRAMME: {"reason": "outside_area"},
    }
    values = {
        "outcome": outcome,
        "record": {heading: f"{heading.label}: written." for heading in Heading},
        "involvement": SocInvolvement.ASSOCIATED,
        "victim": VictimOfSoc.YES,
        "risk_to_worker": "No risk known",
        "is_woman": True,
        "is_adult": True,
    }
    return Judgement(**(values | reasons.get(outcome, {}) | more))


@pytest.fixture
def cast():
    return people.cast()


def flag(by, **more):
    values = {
        "who": WHO,
        "route": Route.CUSTODY,
        "why": "She was found at a searched address and said that she is afraid.",
        "seen": SEEN,
        "fact_or_opinion": FactOrOpinion.FACT,
        "subject_category": SubjectCategory.VICTIM,
    }
    with identity.acting(by):
        return flagging.flag(**(values | more), by=by, at=NOW)


def screened(cast, outcome=ScreeningOutcome.CONFIRMED, *, ways=WAYS, **more):
    """A flag carried to a decision by the single point of contact; answers the consideration's id."""
    return carried(cast, flag(cast.officer, **more).id, outcome, ways=ways)


def carried(cast, key, outcome=ScreeningOutcome.CONFIRMED, *, ways=WAYS, at=NOW):
    """A consideration taken up, its contact planned, its evidence opened, and decided; answers its id."""
    with identity.acting(cast.spoc) as by:
        assert screening.start(consideration_id=key, by=by, at=at)
        assert screening.plan_contact(consideration_id=key, ways=ways, by=by, at=at)
        assert screening.open_evidence(consideration_id=key, by=by, at=at)
        said = screening.decide(consideration_id=key, said=judgement(outcome), by=by, at=at)
        assert said, said.reason
    return key


def coming(by, **more):
    values = {
        "who": open_door.Coming("Nadia", "Nadia", "Madeup", date(1988, 2, 1), ways=WAYS),
        "route": Route.SELF,
        "why": "She wants to leave him and keep her home.",
        "she_knows": True,
    }
    with identity.acting(by):
        return open_door.receive(**(values | more), by=by, at=NOW)


def welcomed(cast, **more):
    key = coming(cast.coordinator, **more).id
    with identity.acting(cast.coordinator) as by:
        assert open_door.start(referral_in_id=key, by=by, at=NOW)
        said = open_door.decide(referral_in_id=key, said=judgement(), by=by, at=NOW)
        assert said, said.reason
    return said


def everything_of(model) -> list:
    with identity.clerk():
        return list(model.objects.all())


# --- the police door ------------------------------------------------------------------------------


def test_an_officer_who_flagged_her_sees_only_a_receipt(cast):
    said = flag(cast.officer)
    assert said and said.reference
    with identity.acting(cast.officer) as by:
        for model in (Nominal, Consideration, JourneyEvent, Client, Spine):
            assert model.objects.count() == 0, model
        assert [(one.reference, one.is_closed) for one in flagging.my_flags(by=by, at=NOW)] == [
            (said.reference, False)
        ]
        assert screening.page(consideration_id=said.id, by=by, at=NOW) is None
        assert tasks.waiting(by=by) == []
    with identity.acting(cast.spoc) as by:
        assert [task.kind for task in tasks.waiting(by=by)] == ["screen_flag"]


def test_a_girl_under_18_is_turned_away_with_whom_to_call_and_nothing_is_kept(cast):
    for child in (replace(WHO, born=date(2010, 1, 1)), replace(WHO, born=None, is_adult=False)):
        said = flag(cast.officer, who=child)
        assert not said
        assert "child safeguarding" in said.reason and said.ask == "children’s services"
    at_the_door = coming(cast.coordinator, who=open_door.Coming("Ada", born=date(2010, 1, 1), ways=WAYS))
    assert not at_the_door and at_the_door.ask == "children’s services"
    for model in (Nominal, Consideration, FlagReceipt, ReferralIn, Draft, JourneyEvent):
        with identity.acting(cast.spoc):
            assert model.objects.count() == 0
        assert everything_of(Consideration) == everything_of(ReferralIn) == []


def test_the_page_shows_what_protects_her_first_and_no_number_that_sums_her_up(cast):
    key = flag(cast.officer).id
    with identity.acting(cast.analyst) as by:
        page = screening.page(consideration_id=key, by=by, at=NOW)
    headings = [group.heading.value for group in page.evidence]
    assert headings == ["protective", "networks", "vulnerability"]
    sign = page.evidence[1].indicators[0].records[0]
    assert (sign.source, sign.confidence, sign.observed_on) == ("Police record", "Likely", date(2026, 10, 1))
    assert not [name for name in page.__slots__ if "score" in name or "total" in name]


@pytest.mark.parametrize("heading", list(Heading))
def test_no_decision_is_recorded_while_a_part_of_the_decision_model_is_blank(cast, heading):
    key = flag(cast.officer).id
    blank = {**judgement().record, heading: "  "}
    with identity.acting(cast.spoc) as by:
        screening.start(consideration_id=key, by=by, at=NOW)
        screening.plan_contact(consideration_id=key, ways=WAYS, by=by, at=NOW)
        screening.open_evidence(consideration_id=key, by=by, at=NOW)
        said = screening.decide(consideration_id=key, said=judgement(record=blank), by=by, at=NOW)
        assert not said and heading.label in said.reason
        assert Consideration.objects.get().status == "under_review"
        assert Disclosure.objects.count() == 0


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ({"involvement": None}, "organised crime"),
        ({"victim": None}, "victim"),
        ({"risk_to_worker": ""}, "worker"),
        ({"is_woman": None}, "definition"),
        ({"is_woman": False}, "definition"),
        ({"outcome": ScreeningOutcome.REJECTED, "reason": ""}, "reason"),
        ({"outcome": ScreeningOutcome.DEFERRED, "look_again_on": NOW.date()}, "day"),
    ],
)
def test_no_decision_is_recorded_while_an_answer_is_missing(cast, missing, words):
    key = flag(cast.officer).id
    with identity.acting(cast.spoc) as by:
        screening.start(consideration_id=key, by=by, at=NOW)
        screening.plan_contact(consideration_id=key, ways=WAYS, by=by, at=NOW)
        outcome = missing.get("outcome", ScreeningOutcome.CONFIRMED)
        rest = {name: value for name, value in missing.items() if name != "outcome"}
        screening.open_evidence(consideration_id=key, by=by, at=NOW)
        said = screening.decide(consideration_id=key, said=judgement(outcome, **rest), by=by, at=NOW)
    assert not said and words in said.reason


def test_nobody_is_confirmed_before_it_is_planned_how_she_can_be_reached(cast):
    key = flag(cast.officer).id
    with identity.acting(cast.spoc) as by:
        screening.start(consideration_id=key, by=by, at=NOW)
        screening.open_evidence(consideration_id=key, by=by, at=NOW)
        said = screening.decide(consideration_id=key, said=judgement(), by=by, at=NOW)
        assert not said and "reached" in said.reason


def test_an_analyst_begins_a_review_and_cannot_decide(cast):
    key = flag(cast.officer).id
    with identity.acting(cast.analyst) as by:
        assert screening.start(consideration_id=key, by=by, at=NOW)
        assert not screening.plan_contact(consideration_id=key, ways=WAYS, by=by, at=NOW)
        screening.open_evidence(consideration_id=key, by=by, at=NOW)
        assert not screening.decide(consideration_id=key, said=judgement(), by=by, at=NOW)


def test_confirming_enters_her_with_only_what_is_named_in_the_disclosure(cast):
    key = screened(cast)
    with identity.acting(cast.coordinator) as by:
        client = sight.visible(Client, by).get()
        paper = sight.visible(Identity, by).get()
        assert (client.called, paper.surname, paper.telephone) == ("Marta", "Invented", "01632 960456")
        assert sight.visible(SafeContactPlan, by).get().status == "provisional"
        assert "assign_approach" in [task.kind for task in tasks.waiting(by=by)]
        crossed = sight.visible(Disclosure, by).get()
    assert crossed.kind == CrossingKind.PROGRAMME_ENTRY.value
    assert crossed.basis == LawfulBasis.AUTHORISED_BY_LAW.value
    assert set(crossed.fields) == {
        "given_names",
        "surname",
        "born",
        "telephone",
        "address",
        "risk_to_worker",
        "contact_plan",
    }
    with identity.acting(cast.spoc) as by:
        row = sight.visible(Consideration, by).get(pk=key)
        assert (row.status, row.screened_by_id) == ("confirmed", by.account_id)
        assert row.police_view == "with_the_programme"
        assert Client.objects.count() == Episode.objects.count() == Spine.objects.count() == 0


def test_where_no_way_is_safe_she_enters_with_a_plan_that_says_so(cast):
    screened(cast, ways=None)
    with identity.acting(cast.coordinator) as by:
        assert sight.visible(SafeContactPlan, by).get().status == "not_safe"


NOT_TAKEN = [one for one in ScreeningOutcome if one is not ScreeningOutcome.CONFIRMED]


@pytest.mark.parametrize("outcome", NOT_TAKEN)
def test_what_is_not_confirmed_writes_nothing_on_the_support_side(cast, outcome):
    screened(cast, outcome)
    for model in (Client, Identity, Episode, SafeContactPlan, Spine, Disclosure):
        assert everything_of(model) == [], model


@pytest.mark.parametrize("outcome", list(ScreeningOutcome))
def test_police_see_three_words_and_the_officer_two(cast, outcome):
    key = screened(cast, outcome)
    expected = {
        ScreeningOutcome.CONFIRMED: "with_the_programme",
        ScreeningOutcome.DEFERRED: "received",
        ScreeningOutcome.SAFEGUARDING_FIRST: "received",
    }.get(outcome, "closed")
    with identity.acting(cast.spoc):
        assert Consideration.objects.get(pk=key).police_view == expected
    with identity.acting(cast.officer) as by:
        assert [one.is_closed for one in flagging.my_flags(by=by, at=NOW)] == [expected == "closed"]


def close_her(cast, outcome):
    with identity.clerk():
        row = Episode.objects.get()
        row.status, row.closed_at, row.outcome = episode.Status.CLOSED.value, NOW, outcome
        row.save()
    with identity.acting(cast.coordinator) as by:
        police_sight.update(row.client_id, by=by, at=NOW)
    return row


@pytest.mark.parametrize("outcome", ["declined", "withdrawn_consent", "completed_planned", "not_reached"])
def test_however_it_ended_police_read_closed_and_it_stays_closed(cast, outcome):
    key = screened(cast)
    row = close_her(cast, outcome)
    with identity.acting(cast.spoc) as by:
        assert screening.page(consideration_id=key, by=by, at=NOW).line.police_view.label == "Closed"
    with identity.clerk():
        Episode.objects.create(
            client_id=row.client_id,
            organisation_id=row.organisation_id,
            case_id=row.case_id,
            number=2,
            route=row.route,
            opened_at=NOW,
        )
    with identity.acting(cast.coordinator) as by:
        police_sight.update(case_id=row.case_id, by=by, at=NOW)
    with identity.acting(cast.spoc) as by:
        assert screening.page(consideration_id=key, by=by, at=NOW).line.police_view.label == "Closed"


def flag_again(cast):
    with identity.acting(cast.spoc):
        nominal_id = Nominal.objects.get().id
    key = flag(cast.spoc, nominal_id=nominal_id).id
    with identity.acting(cast.spoc) as by:
        screening.start(consideration_id=key, by=by, at=NOW)
        screening.plan_contact(consideration_id=key, ways=WAYS, by=by, at=NOW)
        screening.open_evidence(consideration_id=key, by=by, at=NOW)
        said = screening.decide(consideration_id=key, said=judgement(), by=by, at=NOW)
        assert said
        row = Consideration.objects.get(pk=key)
    return said, row


def test_police_cannot_tell_whether_a_woman_flagged_again_was_known(cast):
    key = screened(cast)
    with identity.acting(cast.spoc) as by:
        first = screening.page(consideration_id=key, by=by, at=NOW)
    for ended in (None, "completed_planned", "declined"):
        if ended:
            with identity.clerk():
                Episode.objects.exclude(status="closed").update(status="closed", closed_at=NOW, outcome=ended)
        said, row = flag_again(cast)
        assert row.police_view == "with_the_programme"
        assert said.next and "with the programme" in said.next[0]
        with identity.acting(cast.spoc) as by:
            now = screening.page(consideration_id=row.id, by=by, at=NOW)
        assert (now.moves, now.line.police_view) == (first.moves, first.line.police_view)
    assert len(everything_of(Client)) == 1
    assert len(everything_of(Episode)) == 2  # none begins after she said no


def test_a_woman_who_said_no_is_left_alone_and_the_coordinator_settles_the_flag(cast):
    screened(cast)
    close_her(cast, "declined")
    _, row = flag_again(cast)
    with identity.acting(cast.coordinator) as by:
        waiting = [task for task in tasks.waiting(by=by) if task.kind == "flagged_again"]
        assert len(waiting) == 1 and "do not contact her" in waiting[0].title
        assert open_door.again(joined_id=waiting[0].object_id, by=by, at=NOW).runs is False
        assert open_door.settle_again(joined_id=waiting[0].object_id, by=by, at=NOW)
    with identity.acting(cast.spoc):
        assert Consideration.objects.get(pk=row.id).police_view == "closed"


# --- the open door --------------------------------------------------------------------------------


def test_police_read_no_row_of_a_woman_of_the_open_door(cast):
    welcomed(cast)
    coming(cast.worker, route=Route.THIRD_SECTOR)
    for by in (cast.officer, cast.spoc, cast.analyst, cast.police_supervisor):
        with identity.acting(by):
            for model in (ReferralIn, Client, Episode, Identity, JourneyEvent, Disclosure, Message, Spine):
                assert model.objects.count() == 0, (by.role, model)
            assert tasks.waiting(by=by) == []
            if by is not cast.officer:
                assert screening.considerations(by=by, at=NOW).total == 0


def test_police_cannot_bring_anybody_by_the_open_door_nor_a_partner_by_the_police_door(cast):
    assert not coming(cast.spoc, route=Route.OTHER_PARTNER)
    assert not flag(cast.worker)
    assert not flag(cast.officer, route=Route.SELF)


def test_a_partner_sees_what_became_of_whom_she_brought_and_of_nobody_else(cast):
    coming(cast.worker, route=Route.THIRD_SECTOR)
    coming(cast.coordinator)
    with identity.acting(cast.worker) as by:
        assert [one.status.value for one in open_door.mine(by=by, at=NOW)] == ["received"]
    with identity.acting(cast.colleague) as by:
        assert open_door.mine(by=by, at=NOW) == []
        assert ReferralIn.objects.count() == 0


def test_the_coordinator_is_shown_who_is_likely_known_already(cast):
    welcomed(cast)
    said = coming(
        cast.worker,
        who=open_door.Coming("Nadya", "Nadya", "Made-up", date(1988, 2, 1)),
        route=Route.THIRD_SECTOR,
    )
    with identity.acting(cast.coordinator) as by:
        page = open_door.page(referral_in_id=said.id, by=by, at=NOW)
        assert [one.name for one in page.known] == ["Nadia"] and page.known[0].is_client
        open_door.start(referral_in_id=said.id, by=by, at=NOW)
        known = page.known[0].id
        done = open_door.decide(
            referral_in_id=said.id,
            said=judgement(ScreeningOutcome.DUPLICATE),
            known_client_id=known,
            by=by,
            at=NOW,
        )
        assert done
        assert sight.visible(ReferralIn, by).get(pk=said.id).client_id == known
        assert sight.visible(Client, by).count() == 1


def test_she_can_withdraw_at_the_door_in_one_step_and_give_no_reason(cast):
    key = coming(cast.coordinator).id
    with identity.acting(cast.coordinator) as by:
        assert open_door.withdraw(referral_in_id=key, by=by, at=NOW)
        assert tasks.waiting(by=by) == []
        assert not open_door.start(referral_in_id=key, by=by, at=NOW)


@pytest.mark.parametrize("route", by_door(Door.OPEN))
def test_every_route_of_the_open_door_is_a_branch_of_its_own(cast, route):
    welcomed(cast, route=route)
    carried = {row.kind: row.detail.get("route") for row in everything_of(JourneyEvent)}
    first = "self_referred" if route is Route.SELF else "flagged"
    for kind in (first, "screened", "identified", "episode_opened"):
        assert carried[kind] == route.value, kind


@pytest.mark.parametrize("route", by_door(Door.POLICE))
def test_every_route_of_the_police_door_is_a_branch_of_its_own(cast, route):
    screened(cast, route=route)
    carried = {row.kind: row.detail.get("route") for row in everything_of(JourneyEvent)}
    for kind in ("flagged", "screened", "identified", "episode_opened"):
        assert carried[kind] == route.value, kind
    pointing = [row for row in everything_of(JourneyEvent) if row.sector == "police" and row.client_id]
    assert pointing == []


# --- telling police -------------------------------------------------------------------------------


def telling(cast, **more) -> disclosing.Telling:
    values = {
        "kind": CrossingKind.SAFEGUARDING,
        "to_organisation_id": cast.spoc.organisation_id,
        "fields": (disclosing.Field.NAME, disclosing.Field.WHAT_HAPPENED),
        "words": "He has said that he will come to her home tonight.",
        "because": "She cannot be reached, and the harm feared is serious.",
        "purpose": CrossingPurpose.PREVENT_HARM,
        "basis": LawfulBasis.VITAL_INTERESTS,
        "confidence_basis": ConfidenceBasis.PUBLIC_INTEREST,
    }
    return disclosing.Telling(**(values | more))


def tell(cast, client_id, by=None, **more):
    by = by or cast.coordinator
    with identity.acting(by):
        return disclosing.tell_police(client_id=client_id, telling=telling(cast, **more), by=by, at=NOW)


def test_police_learn_of_her_only_what_a_recorded_disclosure_names(cast):
    client_id = welcomed(cast).data["client_id"]
    said = tell(cast, client_id)
    assert said, said.reason
    with identity.acting(cast.spoc) as by:
        assert [task.kind for task in tasks.waiting(by=by)] == ["told_by_programme"]
        told = disclosing.read_told(message_id=said.id, by=by, at=NOW)
        assert "Nadia Madeup" in told.body and "tonight" in told.body
        assert "1988" not in told.body and "cannot be reached" not in told.body
        assert disclosing.crossing(disclosure_id=said.id, by=by, at=NOW).because == ""
        assert tasks.waiting(by=by) == []
        assert Client.objects.count() == Episode.objects.count() == 0
    for by in (cast.officer, cast.analyst):
        with identity.acting(by):
            assert Message.objects.count() == 0
    with identity.acting(cast.governance) as by:
        assert disclosing.crossings(by=by, at=NOW)[1] == 1


@pytest.mark.parametrize(
    "more",
    [
        {"kind": CrossingKind.AGREED_RETURN},
        {"kind": CrossingKind.CLIENT_REQUESTED},
        {"because": ""},
        {"words": " "},
        {"fields": ()},
        {"purpose": CrossingPurpose.CONDITION},
        {"confidence_basis": ConfidenceBasis.HER_AGREEMENT},
    ],
)
def test_nothing_is_told_without_its_reason_and_its_law(cast, more):
    client_id = welcomed(cast).data["client_id"]
    assert not tell(cast, client_id, **more)
    assert everything_of(Message) == []


def test_only_the_coordinator_tells_police_and_only_police(cast):
    client_id = welcomed(cast).data["client_id"]
    assert tell(cast, client_id, by=cast.worker).hidden
    assert not tell(cast, client_id, to_organisation_id=cast.provider.organisation_id)


def test_a_disclosure_can_never_be_changed_or_removed(cast):
    screened(cast)
    for action in (Action.CHANGE, Action.REMOVE):
        assert policy.roles_that(action, Resource.DISCLOSURE) == frozenset()
    for by in (cast.spoc, cast.coordinator):
        with identity.acting(by), pytest.raises(ProgrammingError), transaction.atomic():
            Disclosure.objects.update(purpose="other")
        with identity.acting(by), pytest.raises(ProgrammingError), transaction.atomic():
            Disclosure.objects.all().delete()
    with identity.clerk(), pytest.raises(ProgrammingError), transaction.atomic():
        Disclosure.objects.update(purpose="other")
