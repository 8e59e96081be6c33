"""Who is put before a person, and who is not: small extracts that a practitioner can check."""

from __future__ import annotations

import itertools
import random
from datetime import date, timedelta

import polars as pl
import pytest

from pathways.analysis import screening
from pathways.analysis.disclosure import Rule
from pathways.analysis.screening import compiled, considering, learning, record, signs
from pathways.domain.terms import indicators
from pathways.domain.terms.indicators import Heading

TODAY = date(2026, 11, 27)
LATELY = "2026-10-01"
EVENT = dict.fromkeys(("event_id", "kind", "type", "occurred_on", "outcome"), pl.String)
COLUMNS = dict.fromkeys(
    ("from_kind", "from_id", "relation", "to_kind", "to_id", "from_date", "to_date", "source"), pl.String
)


def extract(persons=(), events=(), links=(), objects=(), locations=()):
    """POLE tables from short lines: persons (id, sex, born), events (id, kind, type, day[, outcome])."""
    events = [(*each, None)[:5] for each in events]
    links = [(*each, *[None] * 8)[:8] for each in links]
    return {
        "persons": pl.DataFrame(list(persons), ["person_id", "sex", "date_of_birth"], orient="row"),
        "events": pl.DataFrame(events, EVENT, orient="row"),
        "links": pl.DataFrame(links, COLUMNS, orient="row"),
        "objects": pl.DataFrame(list(objects), ["object_id", "kind"], orient="row"),
        "locations": pl.DataFrame(list(locations), ["location_id"], orient="row"),
    }


def her(*links, sex="F", born="1990-01-01", events=(), more=(), **rest):
    return extract([("her", sex, born), *more], events, links, **rest)


def did(event, relation="arrested_in", who="her"):
    return ("person", who, relation, "event", event)


def tied(relation, other, who="her", day=None):
    return ("person", who, relation, "person", other, day)


GROUP = ("person", "him", "member_of", "group", "g")
SUPPLY = ("e1", "custody", "Possession with intent to supply", LATELY)
ABUSE = ("e2", "ppn", "Domestic abuse", LATELY)


def run(tables, **rest):
    return screening.screen(tables, TODAY, **rest)


def listed(tables, **rest):
    return run(tables, **rest).considerations.get_column("person_id").to_list()


def test_a_woman_arrested_for_supplying_is_put_before_a_person_with_the_record_behind_it():
    found = run(her(did("e1"), events=[SUPPLY]))
    assert found.considerations.to_dicts() == [
        {
            "person_id": "her",
            "headings": ["criminality"],
            "indicators": ["cri_supply"],
            "first_date": date(2026, 10, 1),
            "latest_date": date(2026, 10, 1),
            "immediate_safety": False,
        }
    ]
    assert found.evidence.select("indicator", "source", "source_record", "observed_on").to_dicts() == [
        {
            "indicator": "cri_supply",
            "source": "custody",
            "source_record": "e1",
            "observed_on": date(2026, 10, 1),
        }
    ]


@pytest.mark.parametrize(
    ("sex", "born", "where"),
    [
        ("M", "1990-01-01", ("not_female",)),
        (None, "1990-01-01", ("cannot_be_judged", "sex_not_recorded")),
        ("unknown", "1990-01-01", ("cannot_be_judged", "sex_not_recorded")),
        ("F", None, ("cannot_be_judged", "age_unknown")),
        ("F", "2030-01-01", ("cannot_be_judged", "age_unknown")),
        ("F", "2008-11-28", ("under_age",)),
    ],
)
def test_who_is_no_woman_of_age_by_the_record_is_counted_and_not_listed(sex, born, where):
    found = run(her(did("e1"), events=[SUPPLY], sex=sex, born=born))
    count = found.counts
    for name in where:
        count = count[name]
    assert (len(found.considerations), count, found.counts["eligible"]) == (0, 1, 0)


def test_she_is_of_age_on_her_eighteenth_birthday():
    assert listed(her(did("e1"), events=[SUPPLY], born="2008-11-27")) == ["her"]


def test_sex_is_never_guessed_from_a_name():
    tables = her(did("e1"), events=[SUPPLY], sex=None)
    tables["persons"] = tables["persons"].with_columns(first_name=pl.lit("Margaret"))
    found = run(tables)
    assert found.counts["cannot_be_judged"]["sex_not_recorded"] == 1
    assert not len(found.considerations)


def test_two_lines_that_say_two_sexes_say_none():
    found = run(extract([("her", "F", "1990-01-01"), ("her", "M", "1990-01-01")], [SUPPLY], [did("e1")]))
    assert found.counts["cannot_be_judged"]["sexes_differ"] == 1
    assert found.counts["persons"] == 1


COMPANY = [
    tied("partner_of", "him"),
    tied("sibling_of", "him"),
    tied("associate_of", "him"),
    tied("in_debt_to", "him"),
    ("person", "her", "member_of", "group", "g"),
    *[tied("visited", "him", day=f"2026-0{month}-01") for month in (5, 6, 7)],
    *[tied("called", "him", day=f"2026-0{month}-02") for month in (2, 3, 4, 5, 6)],
]


def test_all_the_company_in_the_world_lists_nobody():
    debt = ("person", "her", "in_debt_to", "person", "him")
    found = run(
        her(GROUP, *[each for each in COMPANY if each[:5] != debt], more=[("him", "M", "1985-01-01")])
    )
    assert {each for each, n in found.counts["appears"].items() if n} == {
        "net_herself", "net_partner", "net_family", "net_friends", "net_prison", "net_alibi",
    }  # fmt: skip
    assert found.counts["not_listed"]["network_alone"] == 1
    assert not len(found.considerations)


def test_company_and_a_sign_of_her_own_vulnerability_together_put_her_before_a_person():
    found = run(her(GROUP, COMPANY[0], did("e2", "subject_of"), events=[ABUSE]))
    assert found.considerations.get_column("indicators").to_list() == [["net_partner", "vul_abuse"]]


def test_company_and_an_everyday_circumstance_do_not():
    car = [("person", "her", "uses", "object", "o"), ("person", "her", "holds", "object", "o2")]
    found = run(her(GROUP, COMPANY[0], *car, objects=[("o", "vehicle"), ("o2", "account")]))
    assert found.counts["appears"]["abl_driving"] == found.counts["appears"]["abl_accounts"] == 1
    assert found.counts["not_listed"]["network_alone"] == 1


REPORTS = [
    ("Modern slavery", "vul_trafficking"),
    ("Sexual exploitation", "vul_sexual"),
    ("Cuckooing", "abl_home"),
    ("Domestic abuse", "vul_abuse"),
]


@pytest.mark.parametrize(("type_", "code"), REPORTS)
@pytest.mark.parametrize("relation", ["victim_in", "witness_in"])
def test_a_report_as_victim_or_witness_alone_lists_nobody(type_, code, relation):
    found = run(her(did("e1", relation), events=[("e1", "crime", type_, LATELY)]))
    assert not len(found.considerations)
    if relation == "victim_in":
        assert found.counts["appears"][code] == 1
        assert found.counts["not_listed"]["victim_alone"] == 1


def test_many_reports_as_victim_list_nobody_either():
    events = [(f"e{n}", "crime", "Violence with injury", f"2026-0{n}-01") for n in range(1, 6)]
    found = run(her(*[did(e[0], "victim_in") for e in events], events=events))
    assert found.counts["appears"]["vul_repeat_victim"] == 1
    assert not len(found.considerations)


def test_a_sign_of_an_analysts_own_cannot_list_a_victim_either(tmp_path):
    (tmp_path / "own.sql").write_text(OWN.format(prompts="alone", sql=ANY_EVENT), "utf-8")
    own = screening.read_folder(tmp_path)
    tables = her(did("e9", "victim_in"), events=[("e9", "crime", "Anything", LATELY)])
    assert listed(tables, indicators=own) == []
    tables = her(did("e9", "victim_in"), did("e9", "present_at"), events=[("e9", "crime", "x", LATELY)])
    assert listed(tables, indicators=own) == ["her"]


def test_immediate_danger_that_lists_nobody_is_counted_for_safeguarding():
    found = run(her(did("e1", "victim_in"), events=[("e1", "crime", "Threats to kill", LATELY)]))
    assert found.counts["immediate_safety_not_listed"] == 1


def test_what_protects_her_stands_beside_what_endangers_her():
    events = [SUPPLY, ("e3", "ppn", "Engaged with support worker", LATELY)]
    found = run(her(did("e1"), did("e3", "subject_of"), events=events))
    assert found.considerations.get_column("headings").to_list() == [["criminality", "protective"]]
    assert "pro_professional" in found.evidence.get_column("indicator").to_list()
    alone = run(her(did("e3", "subject_of"), events=events))
    assert alone.counts["not_listed"]["protective_alone"] == 1


@pytest.mark.parametrize(
    ("day", "is_listed"),
    [("2024-11-27", True), ("2024-11-26", False), ("2026-11-27", True), ("2026-11-28", False), (None, False)],
)
def test_a_record_counts_within_the_look_back_and_not_after_the_day(day, is_listed):
    found = run(her(did("e1"), events=[("e1", "custody", "Supply of drugs", day)]))
    assert bool(len(found.considerations)) is is_listed
    assert found.counts["undated_events"] == (day is None)


def test_the_order_is_the_one_asked_for_and_never_by_how_many_signs():
    persons = [(name, "F", "1990-01-01") for name in "abc"]
    events = [
        ("1", "custody", "Supply of drugs", "2026-03-01"),
        ("2", "custody", "Supply of drugs; fraud; breach of bail; perverting the course", "2026-02-01"),
        ("3", "incident", "Cuckooing", "2026-01-01"),
    ]
    links = [did("1", who="a"), did("2", who="b"), did("3", "subject_of", who="c")]
    tables = extract(persons, events, links)
    assert listed(tables) == ["c", "a", "b"]
    assert listed(tables, order=screening.Order.LATEST) == ["a", "b", "c"]
    assert listed(tables, order=screening.Order.EARLIEST) == ["c", "b", "a"]
    assert listed(tables, order=screening.Order.PERSON) == ["a", "b", "c"]
    assert {"total", "score", "weight", "n"}.isdisjoint(run(tables).considerations.columns)


def test_the_catalogue_is_one_and_says_of_every_sign_what_it_must():
    found = {each.code: each for each in screening.catalogue()}
    assert len(found) >= 40
    assert {each.heading for each in found.values()} == set(Heading)
    for code, each in found.items():
        assert (each.label, each.heading) == (
            indicators.BY_CODE[code].words,
            indicators.BY_CODE[code].heading,
        )
        assert each.meaning and each.source and each.evidence and each.caveat
        assert each.path.name == f"{code}.sql"
        if each.is_protective:
            assert each.prompts is screening.Prompts.NEVER
        if each.network:
            assert each.prompts is not screening.Prompts.ALONE
    assert all(found[item.code].network for item in indicators.under(Heading.NETWORKS))


def invented(seed, people=60, count=400):
    """Records at random, of the words that the catalogue looks for and others."""
    rng = random.Random(seed)
    types = [
        "Possession with intent to supply", "Money laundering", "Fraud", "Breach of bail", "Domestic abuse",
        "Threats to kill", "Modern slavery", "Sexual exploitation", "Mental health", "Self-harm", "Homeless",
        "Search warrant executed", "Cuckooing", "Care leaver", "Pregnant", "Safety plan in place", "Theft",
        "In treatment", "Released from prison", "Criminal exploitation", "No recourse",
        "Support worker", None,
    ]  # fmt: skip
    kinds = ["crime", "custody", "ppn", "incident", "stop_search", "missing", "intelligence", "other"]
    roles = [
        "suspect_in",
        "arrested_in",
        "convicted_in",
        "victim_in",
        "witness_in",
        "present_at",
        "subject_of",
    ]
    ties = ["partner_of", "former_partner_of", "parent_of", "sibling_of", "associate_of", "visited", "called"]
    days = [str(TODAY - timedelta(days=rng.randrange(-20, 1500))) for _ in range(60)]
    ids = [f"p{n}" for n in range(people)]
    events = [
        (f"e{n}", rng.choice(kinds), rng.choice(types), rng.choice([*days, None]),
         rng.choice([None, "Victim does not support"]))
        for n in range(count)
    ]  # fmt: skip
    links = [did(f"e{rng.randrange(count)}", rng.choice(roles), rng.choice(ids)) for _ in range(count * 2)]
    links += [
        tied(rng.choice(ties), rng.choice(ids), rng.choice(ids), rng.choice([*days, None])) for _ in ids * 3
    ]
    links += [("person", rng.choice(ids), "member_of", "group", "g") for _ in range(6)]
    links += [
        ("person", each, "lives_at", "location", f"l{rng.randrange(20)}", rng.choice(days)) for each in ids
    ]
    links += [("person", each, "uses", "object", f"o{rng.randrange(20)}") for each in ids[::3]]
    objects = [(f"o{n}", rng.choice(["phone", "vehicle", "account", "cash", "document"])) for n in range(20)]
    persons = [
        (each, rng.choice(["F", "F", "M", None]), rng.choice(["1990-05-01", "2010-01-01"])) for each in ids
    ]
    return extract(persons, events, links, objects)


@pytest.mark.parametrize("seed", range(3))
def test_counted_together_the_signs_find_what_each_finds_by_itself(seed, monkeypatch):
    tables = invented(seed)
    together = run(tables)
    monkeypatch.setattr(compiled, "taken_apart", lambda indicator: None)
    alone = run(tables)
    assert together.evidence.equals(alone.evidence)
    assert together.considerations.equals(alone.considerations)
    assert together.counts == alone.counts
    assert len(together.considerations) > 5


def test_two_conditions_on_one_word_both_have_to_hold(tmp_path):
    sql = (
        "select person_id, occurred_on as observed_on, source, event_id as source_record from involvement\n"
        "where type like 'fraud%' and type like '%company%' and (kind = 'crime' or relation = 'arrested_in')"
    )
    (tmp_path / "own.sql").write_text(OWN.format(prompts="alone", sql=sql), "utf-8")
    own = screening.read_folder(tmp_path)
    assert compiled.taken_apart(own[0]) is not None
    for type_, kind, is_listed in (
        ("Fraud", "crime", False), ("Of a company", "crime", False), ("Fraud of a company", "crime", True),
        ("Fraud of a company", "ppn", False),
    ):  # fmt: skip
        tables = her(did("e1", "suspect_in"), events=[("e1", kind, type_, LATELY)])
        assert bool(listed(tables, indicators=own)) is is_listed


def test_most_signs_are_counted_together():
    assert sum(compiled.taken_apart(each) is not None for each in screening.catalogue()) >= 35


@pytest.mark.parametrize("seed", range(3))
def test_the_rule_of_the_list_is_the_same_in_the_database_and_in_python(seed):
    tables = invented(seed + 10)
    found = run(tables)
    known = {each.code: each for each in found.indicators}
    for _, lines in found.evidence.group_by("person_id"):
        assert considering.brings(
            (known[code], as_victim) for code, as_victim in lines.select("indicator", "as_victim").iter_rows()
        )
    everyone = signs.catalogue()
    silent = tuple(each for each in everyone if each.prompts is screening.Prompts.NEVER or each.network)
    assert not len(run(tables, indicators=silent).considerations)


def test_the_same_records_in_any_order_give_the_same_lists():
    tables = invented(5)
    mixed = {name: frame.sample(fraction=1.0, shuffle=True, seed=3) for name, frame in tables.items()}
    one, other = run(tables), run(mixed)
    assert one.evidence.equals(other.evidence)
    assert one.considerations.equals(other.considerations)
    assert one.edition == other.edition


def test_arrow_tables_and_missing_tables_will_do():
    tables = her(did("e1"), events=[SUPPLY])
    arrow = {name: tables[name].to_arrow() for name in ("persons", "events", "links")}
    assert listed(arrow) == ["her"]
    assert listed({"persons": tables["persons"]}) == []
    assert listed({}) == []
    with pytest.raises(ValueError, match="people is no POLE table"):
        run({"people": tables["persons"]})
    with pytest.raises(ValueError, match="persons has no column person_id"):
        run({"persons": tables["persons"].drop("person_id")})


def test_months_back_end_on_a_day_that_is_there():
    assert signs.months_before(date(2026, 3, 31), 1) == date(2026, 2, 28)
    assert signs.months_before(date(2024, 3, 31), 1) == date(2024, 2, 29)
    assert signs.months_before(TODAY, 24) == date(2024, 11, 27)
    assert signs.months_before(TODAY, None) == date.min


# --- what it learns


def test_each_sign_is_told_how_often_it_appears_is_confirmed_and_brings_a_woman_alone():
    persons = [(name, "F", "1990-01-01") for name in "abc"]
    events = [("1", "custody", "Supply of drugs", LATELY), ("2", "custody", "Fraud", LATELY)]
    links = [did("1", who="a"), did("1", who="b"), did("2", who="b"), did("2", who="c")]
    found = run(extract(persons, events, links))
    learnt = {
        each.code: each
        for each in learning.by_indicator(
            found.evidence, found.indicators, {"a": "confirmed", "b": "rejected", "c": "deferred"}
        )
    }
    supply, fraud = learnt["cri_supply"], learnt["cri_money"]
    assert (supply.considered.count, supply.considered.of) == (2, 3)
    assert (supply.confirmed.count, supply.confirmed.of) == (1, 2)
    assert (supply.alone, supply.alone_confirmed) == (1, learning.Share(1, 1))
    assert (fraud.alone, fraud.alone_confirmed) == (1, learning.Share(0, 0))
    assert learnt["vul_abuse"].considered == learning.Share(0, 3)


def test_a_proportion_has_wilsons_interval():
    low, high = learning.wilson(10, 50)
    assert (round(low, 4), round(high, 4)) == (0.1124, 0.3304)  # statsmodels, proportion_confint, wilson
    assert learning.wilson(0, 0) is None
    assert learning.wilson(0, 10)[0] == 0
    with pytest.raises(ValueError):
        learning.wilson(3, 2)


def test_groups_are_held_beside_the_population_with_an_interval():
    lines = learning.beside_population({"A": 30, "B": 10, "not recorded": 5}, {"A": 500, "B": 500})
    a, b, missing = lines
    assert (a.among.of, a.population.of) == (40, 1000)
    value, low, high = a.times
    assert round(value, 3) == 1.5 and low < 1.5 < high
    assert b.times[0] == 0.5
    assert (
        missing.group == "not recorded" and missing.among == learning.Share(5, 45) and missing.times is None
    )
    assert learning.ratio(0, 40, 500, 1000) is None


def test_what_is_learnt_leaves_through_disclosure_control_only():
    people = pl.DataFrame({"person_id": list("abcdefghij"), "area": ["x"] * 8 + ["y", None]})
    counted = learning.count_by(people, "area", list("abcdefghijk"))
    assert counted == {"x": 8, "y": 1, "not recorded": 2}
    table = learning.protected({"considered": counted}, Rule(threshold=4))
    assert table["y", "considered"].shown == "c"
    assert table["not recorded", "considered"].shown == "c"


# --- the published record


def test_the_record_names_every_sign_and_leaves_what_it_cannot_know_to_be_filled_in():
    using = screening.catalogue()
    text, page = record.markdown(using), record.html(using)
    for each in using:
        assert each.code in text and each.code in page
    assert record.FILL_IN in text
    assert signs.edition(using) in text
    assert "<script" not in page and "http" not in page.split("<body>")[0]


# --- files of an analyst's own

OWN = """-- code: own_sign
-- label: A sign of our own
-- heading: criminality
-- meaning: Any record,
--   of any kind.
-- source: Events
-- look-back: any time
-- evidence: None
-- caveat: An example
-- immediate safety: no
-- network: no
-- victim only: no
-- prompts: {prompts}
{sql}
"""
ANY_EVENT = """select person_id, occurred_on as observed_on, source, event_id as source_record
from involvement i
where exists (select 1 from events e where e.event_id = i.event_id)"""


def test_a_folder_of_ones_own_is_used_beside_the_catalogue(tmp_path):
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "own.sql").write_text(OWN.format(prompts="alone", sql=ANY_EVENT), "utf-8")
    own = screening.read_folder(tmp_path)
    assert own[0].meaning == "Any record, of any kind."
    found = run(her(did("e9"), events=[("e9", "crime", "x", LATELY)]), indicators=(*signs.catalogue(), *own))
    assert found.counts["by_indicator"]["own_sign"] == 1


BROKEN = [
    (lambda t: t.replace("-- caveat: An example\n", ""), 1, "does not say “caveat”"),
    (lambda t: t.replace("-- heading: criminality", "-- heading: crime"), 3, "“crime” is no heading"),
    (lambda t: t.replace("-- network: no", "-- network: maybe"), 11, "yes or no"),
    (lambda t: t.replace("-- look-back: any time", "-- look-back: long"), 7, "no look-back"),
    (lambda t: t.replace("-- evidence", "-- weight: 3\n-- evidence"), 8, "“weight” is no field"),
    (lambda t: t.replace("-- code: own_sign", "-- code: Own Sign"), 1, "is not a code"),
    (lambda t: t.replace("-- code: own_sign", "-- code: cri_supply"), 1, "is taken by"),
    (lambda t: t.replace("source, event_id", "source, event_number"), 14, "no column “event_number”"),
    (lambda t: t.replace("from involvement i", "from involvements i"), 15, "no table “involvements”"),
    (lambda t: t.replace("where exists", "where exist of"), 16, "syntax error"),
    (lambda t: t.replace("occurred_on as observed_on", "kind as observed_on"), 14, "has to be a date"),
    (lambda t: t.replace(", source, event_id", ", event_id"), 14, "wanted are"),
    (lambda t: t.replace("e.event_id = i.event_id", "lower(1, 2) = i.event_id"), 16, ""),
    (lambda t: t[: t.index("select")], 14, "no SELECT"),
]


@pytest.mark.parametrize(("spoil", "line", "why"), BROKEN)
def test_what_is_wrong_with_a_file_is_said_with_its_line(tmp_path, spoil, line, why):
    path = tmp_path / "own.sql"
    path.write_text(spoil(OWN.format(prompts="alone", sql=ANY_EVENT)), "utf-8")
    with pytest.raises(screening.IndicatorError) as error:
        screening.read_folder(tmp_path)
    assert (error.value.path, error.value.line) == (path, line)
    assert why in str(error.value) and "\n" not in str(error.value)


def test_every_kind_of_sign_stands_in_every_order_of_listing():
    """All sets of up to three kinds of sign, against the rule in words."""
    kinds = {
        "own": ("alone", False, False), "victim": ("alone", False, True),
        "network": ("together", True, False),
        "vulnerable": ("together", False, False), "everyday": ("never", False, False),
    }  # fmt: skip
    made = {}
    for name, (prompts, network, victim) in kinds.items():
        base = signs.catalogue()[0]
        made[name] = (
            screening.Indicator(
                name, name, Heading.CRIMINALITY, "", "", None, "", "", False, network, victim,
                screening.Prompts(prompts), "", base.path, 1,
            ),
            False,
        )  # fmt: skip
    for size in range(4):
        for names in itertools.combinations(kinds, size):
            wanted = "own" in names or ("network" in names and bool({"victim", "vulnerable"} & set(names)))
            assert considering.brings(made[name] for name in names) is wanted, names
