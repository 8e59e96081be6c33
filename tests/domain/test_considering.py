"""Who may be listed, what is drawn for a second reading, and who reads: the rules by themselves."""

from __future__ import annotations

import itertools
import uuid

import pytest

from pathways.domain.governance.conditions import NotOwn, RowFacts
from pathways.domain.identification import judgement, listing, second_reading
from pathways.domain.identification.consideration import Status
from pathways.domain.identification.judgement import Heading as Part
from pathways.domain.identification.listing import Observed
from pathways.domain.terms.events import ScreeningOutcome
from pathways.domain.terms.indicators import CATALOGUE, Heading

SEEN = [Observed(one.code, one.heading) for one in CATALOGUE]


@pytest.mark.parametrize("how_many", [1, 2, 3])
def test_nobody_is_listed_for_the_company_she_keeps(how_many):
    networks = [one for one in SEEN if one.heading is Heading.NETWORKS]
    protective = [one for one in SEEN if one.heading is Heading.PROTECTIVE]
    for several in itertools.combinations(networks, how_many):
        assert not listing.may_list(several)
        assert not listing.may_list([*several, *protective])
        assert "company" in listing.may_list(several).reason


@pytest.mark.parametrize("heading", [one for one in Heading if one is not Heading.NETWORKS])
def test_reports_as_victim_alone_list_nobody_under_any_heading(heading):
    hers = [Observed(one.code, one.heading, is_as_victim=True) for one in SEEN if one.heading is heading]
    for several in itertools.combinations(hers, 2):
        assert not listing.may_list(several)


def test_what_protects_her_alone_lists_nobody_and_nothing_lists_nobody():
    assert not listing.may_list([])
    assert not listing.may_list([one for one in SEEN if one.heading is Heading.PROTECTIVE])


@pytest.mark.parametrize("one", SEEN, ids=lambda one: one.code)
def test_a_sign_of_her_own_may_list_her(one):
    own = one.heading not in (Heading.NETWORKS, Heading.PROTECTIVE)
    assert bool(listing.may_list([one])) == own
    with_network = [one, Observed("net_partner", Heading.NETWORKS)]
    assert bool(listing.may_list(with_network)) == own


def test_harm_done_to_her_beside_a_tie_to_those_who_do_it_lists_her():
    both = [
        Observed("vul_abuse", Heading.VULNERABILITY, is_as_victim=True),
        Observed("net_partner", Heading.NETWORKS),
    ]
    assert listing.may_list(both)


@pytest.mark.parametrize("status", list(Status))
def test_a_decision_that_stands_is_not_opened_again_by_records(status):
    for is_new in (True, False):
        opens = listing.opens_another([status], has_new_records=is_new)
        assert opens == (is_new and status is Status.REJECTED)
    assert listing.opens_another([], has_new_records=True)


def test_no_order_of_the_list_counts_what_is_seen():
    words = " ".join(one.label.casefold() for one in listing.Order)
    assert not any(word in words for word in ("most", "number", "score", "count", "risk"))


# --- the decision model


@pytest.mark.parametrize("outcome", list(ScreeningOutcome))
def test_each_decision_is_recorded_under_what_it_needs_and_no_more(outcome):
    needed = judgement.NEEDED[outcome]
    assert judgement.complete(dict.fromkeys(needed, "Said."), outcome)
    for part in needed:
        assert not judgement.complete({one: "Said." for one in needed if one is not part}, outcome)
    assert Part.ACTION_AND_REVIEW in needed, "what is decided and why is always said"


def test_offering_her_the_programme_needs_the_whole_model():
    assert set(judgement.NEEDED[ScreeningOutcome.CONFIRMED]) == set(Part)


# --- the draw


def test_the_lot_is_the_same_again_and_another_for_every_decision():
    one, other = uuid.uuid4(), uuid.uuid4()
    assert second_reading.lot("seed", one, 1) == second_reading.lot("seed", one, 1)
    lots = {second_reading.lot(seed, key, n) for seed in ("a", "b") for key in (one, other) for n in (1, 2)}
    assert len(lots) == 8 and all(0 <= lot < 1 for lot in lots)


def test_every_kind_of_judgement_is_drawn_at_the_same_rate():
    keys = [uuid.UUID(int=n) for n in range(4000)]
    for outcome in second_reading.DRAWN_FROM:
        drawn = sum(second_reading.is_drawn(outcome, second_reading.lot("s", key, 1), 20) for key in keys)
        assert 720 < drawn < 880  # four standard deviations about 800
    assert not second_reading.is_drawn(ScreeningOutcome.DUPLICATE, 0.0, 100)
    assert all(second_reading.is_drawn(ScreeningOutcome.REJECTED, 0.999999, 100) for _ in keys[:1])
    assert not second_reading.is_drawn(ScreeningOutcome.REJECTED, 0.0, 0)


def test_who_reads_is_one_of_those_with_the_fewest_waiting():
    three = {uuid.UUID(int=n): waiting for n, waiting in ((1, 2), (2, 0), (3, 0))}
    chosen = {second_reading.reader(three, seed="s", decided=uuid.UUID(int=n)) for n in range(40)}
    assert chosen == {uuid.UUID(int=2), uuid.UUID(int=3)}
    assert second_reading.reader({}, seed="s", decided=uuid.UUID(int=1)) is None


def test_whoever_decided_first_does_not_read_it_and_nobody_reads_unopened():
    yes = second_reading.Facts()
    assert second_reading.may_read(yes)
    assert not second_reading.may_read(second_reading.Facts(is_first=True))
    assert not second_reading.may_read(second_reading.Facts(is_reader=False))
    assert not second_reading.may_read(second_reading.Facts(has_opened_evidence=False))


def test_a_row_that_names_nobody_is_hidden_from_nobody():
    class Me:
        account_id = uuid.uuid4()

    assert NotOwn("blind_to_id").holds(Me, RowFacts({"blind_to_id": None}))
    assert NotOwn("blind_to_id").holds(Me, RowFacts({"blind_to_id": uuid.uuid4()}))
    assert not NotOwn("blind_to_id").holds(Me, RowFacts({"blind_to_id": Me.account_id}))
