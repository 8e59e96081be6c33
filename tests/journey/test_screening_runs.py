"""What a screening run finds comes onto the one list, each record with where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl
import pytest

from pathways.domain.identification.consideration import Status
from pathways.domain.identification.listing import Came, Order
from pathways.domain.terms.events import EventKind
from pathways.journey import flagging, found, identity, screening, sight
from pathways.records.models import (
    Client,
    Consideration,
    JourneyEvent,
    Nominal,
    Observation,
    ScreeningRun,
    Spine,
)
from tests.journey import people
from tests.journey.people import NOW
from tests.journey.test_doors import WHO, flag, judgement

pytestmark = pytest.mark.django_db

TABLES = {
    "persons": pl.DataFrame(
        {
            "person_id": ["P1", "P2", "P3", "P4"],
            "first_name": ["Ines", "Marta", "Zoe", "Uma"],
            "surname": ["Madeup", "Invented", "Young", "Other"],
            "date_of_birth": [date(1990, 5, 1), date(1991, 3, 4), date(2011, 1, 1), date(1980, 1, 1)],
            "sex": ["female"] * 4,
            "ethnicity_code": ["W1", None, None, "A2"],
            "ethnicity_scheme": ["sde_18_1", None, None, "sde_18_1"],
            "phone": ["01632 960111", None, None, None],
        }
    ),
    "events": pl.DataFrame(
        {
            "event_id": ["E1", "E2", "E9"],
            "kind": ["custody", "crime", "crime"],
            "type": ["arrest_supply", "money_laundering", "somebody_else"],
            "outcome": [None, "released", None],
            "source_grade": ["1B", None, None],
            "handling": ["P", None, None],
            "text": ["Held at the house of somebody she fears.", None, "Nothing to do with her."],
        }
    ),
    "links": pl.DataFrame(
        {
            "from_kind": ["person"] * 4,
            "from_id": ["P1", "P1", "P1", "P2"],
            "relation": ["arrested_in", "lives_at", "partner_of", "suspect_in"],
            "to_kind": ["event", "location", "person", "event"],
            "to_id": ["E1", "L1", "P4", "E2"],
            "from_date": [None, None, date(2025, 1, 1), None],
        }
    ),
    "locations": pl.DataFrame(
        {
            "location_id": ["L1"],
            "address": ["3 Invented Lane"],
            "postcode": ["LU1 1AA"],
            "area_code": ["Luton"],
        }
    ),
}
ROWS = [
    ("P1", "cri_supply", "criminality", "custody", "E1", date(2026, 9, 1), False, False),
    ("P1", "net_partner", "networks", "PNC", "person:P1 partner_of person:P4", date(2025, 1, 1), False, True),
    ("P1", "pro_work", "protective", "PNC", "E1", date(2026, 8, 1), False, False),
    ("P2", "cri_money", "criminality", "crime", "E2", date(2026, 10, 1), False, False),
    ("P3", "cri_money", "criminality", "crime", "E2", date(2026, 10, 1), False, False),
    ("P4", "net_partner", "networks", "PNC", "person:P4 partner_of person:P1", None, False, True),
]
COLUMNS = (
    "person_id", "indicator", "heading", "source", "source_record", "observed_on", "as_victim", "network",
)  # fmt: skip


@dataclass
class Screened:
    """What screening could answer, the women of 15 and of the company she keeps left in on purpose."""

    rows: list

    @property
    def considerations(self):
        return pl.DataFrame({"person_id": list(dict.fromkeys(row[0] for row in self.rows))})

    @property
    def evidence(self):
        return pl.DataFrame(self.rows, schema=dict.fromkeys(COLUMNS), orient="row")

    counts = {}
    edition = "e" * 64


@pytest.fixture
def cast():
    return people.cast()


def run(cast, rows=ROWS, *, at=NOW, comes_first=frozenset()):
    with identity.acting(cast.analyst) as by:
        made = ScreeningRun(
            organisation_id=by.organisation_id,
            reference=f"R{ScreeningRun.objects.count()}",
            as_at=at.date(),
            asked_at=at,
            asked_by_id=by.account_id,
        )
        made.save(force_insert=True)
        return found.fill(made, None, TABLES, Screened(list(rows)), {}, comes_first, by=by, at=at)


def test_only_eligible_women_with_a_sign_of_their_own_are_listed_and_nothing_else_is_kept(cast):
    filled = run(cast)
    assert (filled.listed, filled.joined, filled.stood) == (2, 0, 0)
    with identity.acting(cast.spoc) as by:
        names = {str(one.surname) for one in sight.visible(Nominal, by)}
        assert names == {"Madeup", "Invented"}, "not the girl of 15, not the woman listed by her ties alone"
        records = {str(one.source_record) for one in sight.visible(Observation, by)}
        assert records == {"E1", "E2", "person:P1 partner_of person:P4"}
        said = " ".join(str(one.says) for one in sight.visible(Observation, by))
        assert "Nothing to do with her" not in said and "Uma" not in said
    with identity.clerk():
        assert Client.objects.count() == Spine.objects.count() == 0
        assert JourneyEvent.objects.filter(kind=EventKind.FLAGGED.value).count() == 2


def test_each_indicator_opens_the_record_behind_it_with_grade_and_date(cast):
    run(cast, comes_first=frozenset({"cri_supply"}))
    with identity.acting(cast.spoc) as by:
        row = next(one for one in sight.visible(Consideration, by) if one.nominal.surname == "Madeup")
        page = screening.open_evidence(consideration_id=row.id, by=by, at=NOW)
    assert [one.heading.value for one in page.evidence] == ["protective", "networks", "criminality"]
    seen = page.evidence[2].indicators[0].records[0]
    assert (seen.source, seen.record, seen.grade, seen.handling) == ("custody", "E1", "1B", "P")
    assert seen.came is Came.BY_RUN and "somebody she fears" in seen.says
    assert page.line.comes_first and page.line.came == (Came.BY_RUN,)
    assert (page.line.first_on, page.line.latest_on) == (date(2025, 1, 1), date(2026, 9, 1))
    assert page.address == "3 Invented Lane, LU1 1AA" and row.area == "Luton"
    assert (row.age_band, row.ethnic_group, row.is_recorded_female) == ("35_44", "white", True)


def test_a_woman_flagged_by_hand_who_is_found_as_well_stands_on_the_list_once(cast):
    key = flag(cast.officer, who=WHO).id  # Marta Invented, born 4 March 1991
    with identity.acting(cast.spoc) as by:
        screening.start(consideration_id=key, by=by, at=NOW)
        screening.open_evidence(consideration_id=key, by=by, at=NOW)
    later = NOW + timedelta(hours=1)
    filled = run(cast, at=later)
    assert (filled.listed, filled.joined) == (1, 1)
    with identity.acting(cast.spoc) as by:
        lines = screening.considerations(by=by, at=later).rows
        hers = next(one for one in lines if one.id == key)
        assert hers.came == (Came.BY_HAND, Came.BY_RUN) and len(lines) == 2
        said = screening.decide(consideration_id=key, said=judgement(), by=by, at=later)
        assert not said and "evidence" in said.reason, "what the run added has not been opened yet"


def test_the_same_run_again_changes_nothing(cast):
    run(cast)
    with identity.acting(cast.spoc) as by:
        before = sight.visible(Observation, by).count()
    filled = run(cast)
    assert (filled.listed, filled.joined) == (0, 2)
    with identity.acting(cast.spoc) as by:
        assert sight.visible(Observation, by).count() == before
        assert sight.visible(Consideration, by).count() == 2


@pytest.mark.parametrize("status", list(Status))
def test_what_was_decided_is_opened_again_for_records_that_nobody_has_seen_only(cast, status):
    run(cast)
    with identity.acting(cast.spoc) as by:
        sight.visible(Consideration, by).update(status=status.value)
    same = run(cast)
    assert same.listed == 0
    new = [*ROWS, ("P1", "cri_firearms", "criminality", "crime", "E2", date(2026, 11, 1), False, False)]
    more = run(cast, new)
    assert more.listed == (1 if status is Status.REJECTED else 0)


def test_the_order_is_by_safety_and_time_and_never_by_how_much_is_seen(cast):
    run(cast, comes_first=frozenset({"cri_money"}))
    with identity.acting(cast.spoc) as by:
        by_order = {Order.SAFETY: "Invented", Order.LATEST: "Invented", Order.EARLIEST: "Madeup"}
        for order, first in by_order.items():
            lines = screening.considerations(by=by, at=NOW, order=order).rows
            assert lines[0].name.endswith(first), order
        assert screening.considerations(by=by, at=NOW, came=Came.BY_HAND).total == 0


def test_those_whose_sex_or_age_is_not_on_the_record_are_counted(cast):
    run(cast)
    flag(cast.officer, who=flagging.Named(given_names="Nia", surname="Noage"))
    with identity.acting(cast.spoc) as by:
        lines = screening.considerations(by=by, at=NOW)
        assert lines.not_judged == {screening.SEX_MISSING: 1, screening.AGE_MISSING: 1}


def test_who_could_be_considered_is_counted_by_group_and_no_girl_among_them():
    counted = found.population(TABLES, on=NOW.date())
    assert counted["age_band"] == {"35_44": 2, "45_54": 1}
    assert counted["ethnic_group"] == {"white": 1, "": 1, "asian": 1}
    assert counted["area"] == {"Luton": 1, "": 2}
