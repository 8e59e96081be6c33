"""Lines drawn from an extract: what counts, as what, in which days, and nothing of who she is."""

from __future__ import annotations

import io
from datetime import date, timedelta

import polars as pl
import pytest

from pathways.analysis import police_contact, police_records, sheets
from pathways.analysis.disclosure import Rule
from pathways.analysis.police_contact import Columns
from pathways.analysis.police_records import Person
from pathways.domain.evaluation.police_records import COLUMNS, DAY_ONE, LeftOut

DAY = date(2025, 6, 1)
FIRST, LAST = date(2024, 1, 1), date(2026, 10, 31)


def tables(*events, persons=("P1", "P2")):
    """`events`: (event_id, kind, day, relation, person, type, handling)."""
    kept = {one[0]: one for one in events}
    return {
        "persons": pl.DataFrame(
            {
                "person_id": list(persons),
                "first_name": ["Ines", "Marta", "Marta"][: len(persons)],
                "surname": ["Madeup", "Invented", "Invented"][: len(persons)],
                "date_of_birth": [date(1990, 5, 1), date(1991, 3, 4), date(1991, 3, 4)][: len(persons)],
            }
        ),
        "events": pl.DataFrame(
            {
                "event_id": list(kept),
                "kind": [one[1] for one in kept.values()],
                "occurred_on": [one[2] for one in kept.values()],
                "type": [one[5] for one in kept.values()],
                "handling": [one[6] for one in kept.values()],
                "text": ["She fears somebody."] * len(kept),
            },
            schema_overrides={"occurred_on": pl.Date, "handling": pl.String},
        ),
        "links": pl.DataFrame(
            {
                "from_kind": ["person"] * len(events),
                "from_id": [one[4] for one in events],
                "relation": [one[3] for one in events],
                "to_kind": ["event"] * len(events),
                "to_id": [one[0] for one in events],
            }
        ),
    }


def ev(name, days=None, relation="suspect_in", person="P1", kind="crime", said="Theft", handling=None):
    day = None if days is None else DAY + timedelta(days=days)
    return (name, kind, day, relation, person, said, handling)


def draw(found, *women, months=12, offences=("theft",), whole_from=FIRST, whole_to=LAST):
    women = women or (Person("P1", "", "", None, DAY),)
    return police_records.drawn(
        found, women, whole_from=whole_from, whole_to=whole_to, months=months, offences=offences
    )


def said(lines):
    return [((date.fromisoformat(one[4]) - DAY_ONE).days, one[3], one[5]) for one in lines if one[4]]


def test_one_offence_is_one_record_in_each_role():
    ties = ("suspect_in", "arrested_in", "convicted_in", "victim_in")
    made = draw(tables(*(ev("E1", -3, tie) for tie in ties)))
    assert said(made.lines) == [(-3, "suspect", "Theft"), (-3, "victim", "Theft")]
    assert (made.suspect, made.victim) == (1, 1)


@pytest.mark.parametrize("kind", ["custody", "stop_search", "intelligence", "ppn", "missing", "financial"])
def test_what_records_it_again_or_never_leaves_does_not_count(kind):
    assert said(draw(tables(ev("E1", 1, kind=kind), ev("E2", 2, kind="incident"))).lines) == [
        (2, "suspect", "Theft")
    ]


@pytest.mark.parametrize("relation", ["witness_in", "present_at", "subject_of"])
def test_who_was_there_otherwise_is_neither_suspect_nor_victim(relation):
    assert said(draw(tables(ev("E1", 1, relation))).lines) == []


def test_only_the_days_of_the_stretches_leave_and_the_day_itself_is_after():
    days = (-366, -365, 0, 364, 365)
    made = draw(tables(*(ev(f"E{n}", day) for n, day in enumerate(days))))
    assert [day for day, _, _ in said(made.lines)] == [-365, 0, 364]
    made = draw(tables(*(ev(f"E{n}", day) for n, day in enumerate((-92, -91, 90, 91)))), months=3)
    assert [day for day, _, _ in said(made.lines)] == [-91, 90]


def test_records_with_conditions_on_their_handling_and_without_a_day_stay_and_are_counted():
    made = draw(tables(ev("E1", 1, handling="C"), ev("E2", 2, handling=" P "), ev("E3")))
    assert said(made.lines) == [(2, "suspect", "Theft")] and (made.not_shared, made.undated) == (1, 1)


def test_a_tie_with_conditions_on_its_handling_holds_the_record_back():
    found = tables(ev("E1", 1), ev("E1", 1, "arrested_in"), ev("E2", 2))
    found["links"] = found["links"].with_columns(pl.Series("handling", [None, "C", "P"]))
    made = draw(found)
    assert said(made.lines) == [(2, "suspect", "Theft")] and made.not_shared == 1


def test_no_word_leaves_but_an_offence_that_the_table_of_weights_names():
    made = draw(tables(ev("E1", 1, said="Theft"), ev("E2", 2, said="Stole from Marta Invented")))
    assert [what for _, _, what in said(made.lines)] == ["Theft", ""]
    content = police_records.written(made.lines).decode("utf-8-sig")
    for word in ("P1", "Ines", "Marta", "E1", "fears", "2025", "2024", "2026"):
        assert word not in content


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (FIRST + timedelta(days=364), LeftOut.BEFORE),
        (FIRST + timedelta(days=365), None),
        (LAST - timedelta(days=365), None),
        (LAST - timedelta(days=364), LeftOut.AFTER),
    ],
)
def test_a_woman_whose_records_are_not_whole_leaves_one_line_without_any(day, why):
    made = draw(tables(ev("E1", 1)), Person("P1", "", "", None, day))
    assert [one for one, n in made.left_out.items() if n] == ([why] if why else [])
    assert made.counted == (0 if why else 1)
    if why:
        assert made.lines == (("W001", DAY_ONE.isoformat(), DAY_ONE.isoformat(), "", "", ""),)


def test_she_is_found_by_the_forces_reference_or_else_by_name_and_birth_if_one_alone_fits():
    marta = Person("", "marta ", "INVENTED", date(1991, 3, 4), DAY)
    assert said(draw(tables(ev("E1", 1, person="P2")), marta).lines)
    twice = draw(tables(ev("E1", 1, person="P2"), persons=("P1", "P2", "P3")), marta)
    assert twice.left_out[LeftOut.NOT_FOUND] == 1 and not said(twice.lines)
    gone = draw(tables(ev("E1", 1)), Person("P9", "Nobody", "There", None, DAY))
    assert gone.left_out[LeftOut.NOT_FOUND] == 1


def test_a_woman_who_was_handed_over_twice_counts_once_from_the_first_time():
    later, first = (Person("P1", "", "", None, DAY + timedelta(days=far)) for far in (30, 0))
    made = draw(tables(ev("E1", 10)), later, first)
    assert made.women == made.counted == 1 and [day for day, _, _ in said(made.lines)] == [10]


def test_the_evaluations_page_counts_what_was_drawn_and_says_from_which_day():
    women = [Person(f"Q{n}", "", "", None, DAY + timedelta(days=n)) for n in range(30)]
    found = tables(
        *(ev(f"E{n}", n - 10, person=f"Q{n}") for n in range(20)),
        *(ev(f"V{n}", n + 10, "victim_in", f"Q{n}") for n in range(10)),
    )
    found["persons"] = pl.DataFrame({"person_id": [one.reference for one in women[:25]]})
    made = draw(found, *women)
    content = police_records.written(made.lines)
    assert pl.read_csv(io.BytesIO(content)).columns == list(COLUMNS)
    sheet = sheets.read_bytes(content, "a.csv")[0]
    counted = police_contact.count(sheet, Columns(*COLUMNS), 12, Rule(), weights={}, source="A force")
    suspect, victim = counted.kinds
    assert (counted.n.value, counted.too_short.value) == (25, 5)
    assert (suspect.any_before.value, suspect.any_after.value) == (20, 0)
    assert (victim.any_before.value, victim.any_after.value) == (0, 10)
    assert any("handed each woman" in line for line in counted.cautions)


def test_the_days_that_an_extract_reaches_are_those_of_records_that_count():
    found = tables(ev("E1", -700, kind="custody"), ev("E2", -5), ev("E3", 7, kind="incident"), ev("E4"))
    assert police_records.span(found) == (DAY - timedelta(days=5), DAY + timedelta(days=7))
    assert police_records.span({}) is None
