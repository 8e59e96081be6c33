"""One person from many records: cleaning, comparing, weighing, and the people that come of it."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest

from bench.link.people import people
from pathways.analysis.linkage import (
    blocking,
    cleaning,
    engine,
    keys,
    levels,
    linking,
    model,
    records,
    scoring,
)
from pathways.analysis.linkage import people as grouping
from pathways.domain.terms import given_names


def prepared_from(rows: list[dict[str, str]], *without: str) -> tuple[pl.DataFrame, model.Model, list[str]]:
    table = pl.DataFrame(rows)
    truth = table["cluster"].to_list()
    raw = table.drop("record_id", "cluster", *without).with_columns(pl.all().replace("", None))
    return *linking.prepare(raw), truth


def found_in(rows: list[dict[str, str]], *without: str) -> tuple[linking.Linked, list[str]]:
    prepared, untrained, truth = prepared_from(rows, *without)
    linked = linking.link(engine.Engine(prepared), untrained, records=prepared.height, train=True)
    return linked, truth


def agreement(person: np.ndarray, truth: list[str]) -> tuple[float, float, float]:
    """Pairwise precision, recall and F1 of people against the truth."""
    said = sum(n * (n - 1) // 2 for n in Counter(person.tolist()).values())
    true = sum(n * (n - 1) // 2 for n in Counter(truth).values())
    both = sum(n * (n - 1) // 2 for n in Counter(zip(person.tolist(), truth, strict=True)).values())
    return both / max(said, 1), both / max(true, 1), 2 * both / max(said + true, 1)


def pairs_at(linked: linking.Linked, truth: list[str], least: float) -> tuple[float, float]:
    """Precision and recall of the pairs at this probability or more."""
    given = linked.pairs.filter(pl.col("probability") >= least)
    hits = sum(truth[one] == truth[other] for one, other in given.select("left", "right").iter_rows())
    return hits / given.height, hits / sum(n * (n - 1) // 2 for n in Counter(truth).values())


# --- cleaning ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "first", "middle", "surname"),
    [
        ("Dr Mary-Anne van der Berg", "mary", ("anne",), "van der berg"),
        ("SMITH, Kate Louise", "kate", ("louise",), "smith"),
        ("Siân O'Connor", "sian", (), "oconnor"),
        ("Ms Jane Lloyd-Jones", "jane", (), "lloyd jones"),
        ("Sir John Doe, 1st Baronet", "john", (), "doe"),
        ("R0bert  sm1th", "robert", (), "smlth"),
        ("unknown", "", (), ""),
    ],
)
def test_a_whole_name_is_taken_apart(text: str, first: str, middle: tuple[str, ...], surname: str) -> None:
    assert cleaning.full_name(text) == cleaning.Name(first, middle, surname)


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("1980-02-03", "19800203"), ("19800203", "19800203"), ("3/2/1980", "19800203"), ("03.02.80",
        "19800203"),
        ("3 Feb 1980", "19800203"), ("February 3, 1980", "19800203"), ("1980-02-03 00:00:00", "19800203"),
        ("1980", "1980"), ("19801345", "19801345"), ("31/02/1980", "19800231"), ("03021980", "19800203"),
        ("soon", None), ("", None), (None, None),
    ],
)  # fmt: skip
def test_dates_in_several_forms_are_one(text: str | None, digits: str | None) -> None:
    assert cleaning.date_digits(text) == digits


def test_a_column_that_writes_the_month_first_is_known_by_its_days() -> None:
    assert cleaning.is_month_first(["02/13/1980", "11/30/1975"])
    assert not cleaning.is_month_first(["13/02/1980", "11/12/1975"])
    assert cleaning.frame(pl.DataFrame({"date_of_birth": ["02/13/1980", "03/04/1975"]}))[
        "born"
    ].to_list() == [
        "19800213",
        "19750304",
    ]


def test_codes_and_numbers_are_written_one_way() -> None:
    assert cleaning.postcode("lu1 2 ab") == "LU12AB"
    assert (cleaning.district("LU12AB"), cleaning.sector("LU12AB")) == ("LU1", "LU12")
    assert (cleaning.district("LU1"), cleaning.sector("LU1")) == ("LU1", None)
    assert cleaning.phone("+44 7700 900123") == cleaning.phone("07700 900 123") == "7700900123"
    assert cleaning.email(" Kate@Example.ORG ") == "kate@example.org"
    assert (cleaning.sex("Female"), cleaning.sex("M"), cleaning.sex("not stated")) == ("f", "m", None)


def test_sex_is_never_made_from_a_name() -> None:
    assert cleaning.record({"first_name": "Elizabeth", "surname": "Smith"})["sex"] is None


def test_a_record_alone_is_cleaned_as_in_a_table() -> None:
    rows = [{k: v or None for k, v in row.items() if k not in ("record_id", "cluster")} for row in people(40)]
    table = cleaning.frame(pl.DataFrame(rows), month_first=False)
    assert [cleaning.record(row) for row in rows] == table.rows(named=True)


def test_forms_of_a_name_lie_in_one_group() -> None:
    for one, other in (("kate", "catherine"), ("bill", "william"), ("peggy", "margaret"), ("abi", "abigail")):
        assert set(given_names.groups_of(one)) & set(given_names.groups_of(other))
    assert not set(given_names.groups_of("kate")) & set(given_names.groups_of("william"))


# --- comparing ---------------------------------------------------------------------------------------


def test_every_test_is_answered_alike_in_python_and_in_the_engine() -> None:
    rows = list(people(60, seed=9, damaged=0.9, missing=0.2))
    cleaned = cleaning.frame(
        pl.DataFrame(rows).drop("record_id", "cluster").with_columns(pl.all().replace("", None))
    )
    connection = duckdb.connect()
    connection.register("t", cleaned.with_row_index("n").to_arrow())
    named = ", ".join(f"l.{c} AS {c}_l, r.{c} AS {c}_r" for c in cleaned.columns)
    lines = cleaned.rows(named=True)
    tests = [
        (one.name, test)
        for one in levels.COMPARISONS
        for test in (one.null, *(level.test for level in one.levels))
        if test
    ]
    asked = ", ".join(f"coalesce({levels.sql(test, 'duckdb')}, false)" for _, test in tests)
    found = connection.sql(
        f"WITH p AS (SELECT l.n AS a, r.n AS b, {named} FROM t l JOIN t r ON l.n < r.n)"
        f" SELECT a, b, {asked} FROM p"
    ).fetchall()
    assert len(found) > 10_000
    seen = Counter()
    for a, b, *answers in found:
        for (name, test), answer in zip(tests, answers, strict=True):
            assert levels.holds(test, lines[a], lines[b]) == answer, (name, test, lines[a], lines[b])
            seen[name, str(test)] += answer
    assert sum(count > 0 for count in seen.values()) > 0.6 * len(tests)


def test_python_weighs_a_pair_as_the_engine_does() -> None:
    prepared, untrained, _ = prepared_from(list(people(120, seed=2, damaged=0.8)))
    linker = engine.Engine(prepared)
    trained = linker.train(untrained)
    scored = linking.with_home(linker, trained, linker.score(trained, least=-30))
    assert scored.height > 300
    lines = prepared.select(sorted(set(prepared.columns) & set(cleaning.CLEANED))).rows(named=True)
    frequent = {level.frequency for one in trained.comparisons for level in one.levels if level.frequency}
    shares = {column: _shares(prepared[column]) for column in frequent}
    trained = replace(trained, household=1e-4)
    expected = linking.weights(scored["plain"].to_numpy(), scored["home"].to_numpy(), trained)
    for (left, right), weight in zip(scored.select("left", "right").iter_rows(), expected, strict=True):
        weighed = scoring.weigh(trained, lines[left], lines[right], shares)
        assert weighed.weight == pytest.approx(weight, abs=1e-6)
        assert weighed.probability == pytest.approx(
            float(grouping.probability(np.array([weight]))[0]), abs=1e-9
        )


def _shares(column: pl.Series) -> dict[str, float]:
    counts = Counter(column.drop_nulls().to_list())
    return {value: count / counts.total() for value, count in counts.items()}


def test_a_model_comes_back_as_it_was_kept() -> None:
    prepared, untrained, _ = prepared_from(list(people(120)))
    trained = engine.Engine(prepared).train(untrained)
    assert model.read(trained.to_json()) == trained
    assert all(0 < level.m < 1 and 0 < level.u < 1 for one in trained.comparisons for level in one.levels)


def test_no_block_is_so_large_that_the_pairs_grow_with_the_square() -> None:
    same = pl.DataFrame(
        {"surname": ["Smith"] * 5000 + ["Jones", "Jones"], "date_of_birth": ["1900-01-01"] * 5002}
    )
    cleaned = cleaning.frame(same)
    numbered = keys.numbered(cleaned, [("born",), ("surname_sound",)], pairs=1000)
    assert numbered["k0"].null_count() == 5002
    assert numbered["k1"].drop_nulls().len() == 2


def test_every_two_records_of_one_block_are_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when the pairs are handed on in squares of few records, and few at a time."""
    rng = np.random.default_rng(8)
    blocks = {f"k{at}": [int(n) if n else None for n in rng.integers(0, 12, 60)] for at in range(5)}
    expected = {
        (one, other)
        for one, other in itertools.combinations(range(60), 2)
        if any(column[one] is not None and column[one] == column[other] for column in blocks.values())
    }
    found = blocking.together(pl.DataFrame(blocks, schema=dict.fromkeys(blocks, pl.Int32)).lazy())
    assert found.rows() == sorted(expected)
    monkeypatch.setattr(blocking, "SIDE", 17)
    monkeypatch.setattr(blocking, "AT_A_TIME", 20)
    parts = list(blocking.squares(found))
    assert sorted(pair for part in parts for pair in part.rows()) == found.rows()
    assert max(part.height for part in parts) <= 20
    for part in parts:
        for side in ("left", "right"):
            assert len({record // 17 for record in part[side].to_list()}) == 1


def test_a_file_of_prepared_records_weighs_as_the_table_does(tmp_path: Path) -> None:
    prepared, untrained, _ = prepared_from(list(people(150, seed=4)))
    here = engine.Engine(prepared)
    trained = here.train(untrained)
    prepared.write_parquet(tmp_path / "it's.parquet")
    there = engine.Engine(tmp_path / "it's.parquet", spill=tmp_path)
    assert there.records == prepared.height
    found, expected = (one.score(trained, least=-12) for one in (there, here))
    assert found.height > 100
    assert found.select("left", "right").equals(expected.select("left", "right"))
    assert (found["plain"] - expected["plain"]).abs().max() < 1e-12


def test_a_kept_model_begins_at_the_odds_of_the_file_it_is_used_on() -> None:
    """Among ten times the records a person has as many as before, and meets ten times the strangers."""
    kept = replace(model.start({"surname": 5, "first_name": 5}, 1_000, ["surname"]), trained_on=1_000)
    kept = replace(kept, prior=1e-3, household=2e-3)
    assert kept.among(1_000) is kept
    assert kept.among(9_991).prior == pytest.approx(1e-4)
    assert kept.among(9_991).household == pytest.approx(2e-4)
    assert kept.among(9_991).comparisons == kept.comparisons


# --- people ------------------------------------------------------------------------------------------


def grouped(records: int, pairs: dict[tuple[int, int], float], cut: float) -> list[int]:
    ordered = sorted(pairs)
    left, right = (np.array([one[at] for one in ordered]) for at in (0, 1))
    made = grouping.joins(records, left, right, np.array([pairs[one] for one in ordered]))
    return grouping.groups(records, made, cut=cut).tolist()


def test_one_false_pair_does_not_make_two_women_one() -> None:
    """Two groups of three with one likely pair between them: connected components would make one of them."""
    within = dict.fromkeys(
        [*itertools.combinations((0, 1, 2), 2), *itertools.combinations((3, 4, 5), 2)], 9.0
    )
    assert grouped(6, within | {(2, 3): 8.0}, cut=0.0) == [0, 0, 0, 3, 3, 3]
    assert grouped(6, within | {(a, b): 8.0 for a in (0, 1, 2) for b in (3, 4, 5)}, cut=0.0) == [0] * 6


def test_a_pair_that_was_never_seen_counts_against() -> None:
    assert grouped(3, {(0, 1): 9.0, (1, 2): 3.0}, cut=0.0) == [0, 0, 2]
    assert grouped(3, {(0, 1): 9.0, (1, 2): 3.0, (0, 2): 1.0}, cut=0.0) == [0, 0, 0]


def test_a_single_record_joins_the_half_it_goes_with() -> None:
    left, right = np.array([0, 0, 1, 0, 1, 2]), np.array([1, 2, 2, 3, 3, 3])
    weight = np.array([9.0, 9.0, 9.0, 5.0, 5.0, -11.0])
    labels = np.array([0, 0, 0, 3])
    assert grouping.with_singles(labels, left, right, weight, cut=0.0).tolist() == [0, 0, 0, 0]
    assert grouping.with_singles(labels, left, right, weight - 6, cut=0.0).tolist() == [0, 0, 0, 3]


def test_the_heap_finds_the_joins_that_a_full_search_finds() -> None:
    rng = np.random.default_rng(3)
    everybody = range(9)
    for _ in range(60):
        every = itertools.combinations(everybody, 2)
        weights = {pair: float(rng.normal(0, 6)) for pair in every if rng.random() < 0.6}
        groups = [{one} for one in everybody]
        while (best := max(_means(groups, weights), default=(-1.0, 0, 0)))[0] >= 0:
            one, other = (next(group for group in groups if min(group) == -best[at]) for at in (1, 2))
            groups = [group for group in groups if group not in (one, other)] + [one | other]
        expected = [min(next(group for group in groups if one in group)) for one in everybody]
        assert grouped(9, weights, cut=0.0) == expected


def _means(groups: list[set[int]], weights: dict[tuple[int, int], float]) -> Iterator[tuple[float, int, int]]:
    for one, other in itertools.combinations(groups, 2):
        between = [(min(a, b), max(a, b)) for a in one for b in other]
        if any(pair in weights for pair in between):
            loud = [min(weights.get(pair, grouping.MISSING), grouping.LOUDEST) for pair in between]
            yield sum(loud) / len(loud), -min(one), -min(other)


@pytest.mark.parametrize(
    ("without", "how", "at_least"),
    [
        ((), {"damaged": 0.6, "missing": 0.12}, 0.975),
        (("phone", "email", "town", "middle_names"), {"damaged": 0.6, "missing": 0.12}, 0.96),
    ],
)
def test_badly_damaged_records_come_together(
    without: tuple[str, ...], how: dict[str, float], at_least: float
) -> None:
    """Most records damaged once to four times, in names, dates and places; the truth is not looked at."""
    linked, truth = found_in(list(people(700, seed=21, **how)), *without)  # type: ignore[arg-type]
    precision, recall, f1 = agreement(linked.person, truth)
    assert f1 >= at_least, (precision, recall, f1)
    likely = linked.pairs.filter(pl.col("probability") >= 0.95)
    chained = grouping.connected_components(
        grouping.coo_array(
            (np.ones(likely.height), (likely["left"].to_numpy(), likely["right"].to_numpy())),
            shape=(len(truth),) * 2,
        ),
        directed=False,
    )[1]
    assert f1 > agreement(chained, truth)[2]


def test_sisters_at_one_address_are_two_people() -> None:
    """With names and places only: a household shares a surname and a postcode, and is not one person."""
    table = list(people(900, seed=5, damages=(1, 1, 2), missing=0.03, records=(1, 1, 1, 2, 3, 4, 5)))
    kept = ("record_id", "cluster", "first_name", "surname", "town", "postcode")
    linked, truth = found_in([{name: row[name] for name in kept} for row in table])
    assert linked.model.household > 0
    precision, recall, f1 = agreement(linked.person, truth)
    assert f1 >= 0.92, (precision, recall, f1)


@pytest.mark.shared_data
def test_the_thousand_people_of_splink(shared_data: Path) -> None:
    """Splink, as it comes: at 0.9 precision 1.000 and recall .557."""
    path = shared_data / "splink_datasets" / "fake_1000.csv"
    linked, truth = _linked(
        path, "unique_id", pl.read_csv(path, infer_schema=False)["cluster"].to_list(), "cluster"
    )
    precision, recall = pairs_at(linked, truth, 0.9)
    assert precision >= 0.999 and recall >= 0.65
    assert agreement(linked.person, truth)[2] >= 0.93


@pytest.mark.shared_data
def test_the_five_thousand_people_of_febrl(shared_data: Path) -> None:
    path = shared_data / "febrl" / "dataset3.csv"
    names = pl.read_csv(path, infer_schema=False)["rec_id"]
    linked, truth = _linked(path, "rec_id", names.str.extract(r"rec-(\d+)-").to_list())
    precision, recall = pairs_at(linked, truth, 0.95)
    assert precision == 1.0 and recall >= 0.985
    assert agreement(linked.person, truth)[2] >= 0.995


def _linked(path: Path, record: str, truth: list[str], *hidden: str) -> tuple[linking.Linked, list[str]]:
    taken = records.read([path], record=record)
    assert not {
        column for _, mapping in taken.mappings for used in mapping.sources.values() for column in used
    } & set(hidden)
    prepared, untrained = linking.prepare(taken.raw)
    return linking.link(engine.Engine(prepared), untrained, records=prepared.height, train=True), truth
