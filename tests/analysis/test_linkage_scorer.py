"""What is answered while somebody types is what Splink answers of the same two records."""

from __future__ import annotations

import json
import math
import random
from datetime import date

import duckdb
import pytest
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator

from bench.known import people, train
from pathways.analysis import waterfall
from pathways.analysis.linkage import expressions, features, scorer
from pathways.domain.terms.given_names import GROUPS
from pathways.records.tokens import words_of


def _both_ways(women, settings, model):
    """Every pair that Splink predicts between two halves, and what the scorer says of the same halves."""
    half = len(women) // 2
    left, right = women[:half], women[half:]
    api = DuckDBAPI()
    linker = Linker(api.register(train.table(women)), settings)
    train.give_frequencies(linker, api)
    found = linker.inference.predict_between(
        api.register(train.table(left)), api.register(train.table(right)), warning_mode="never"
    ).as_duckdbpyrelation().to_arrow_table().to_pylist()
    theirs = {(row["unique_id_l"], row["unique_id_r"]): row for row in found}
    held: dict[str, list[str]] = {}
    records = {key: people.columns(her, GROUPS, words_of) for key, _, her in women}
    for key, _, _ in right:
        for token in model.keys_kept(records[key]):
            held.setdefault(token, []).append(key)
    ours = {
        (key, other): model.score(records[key], records[other])
        for key, _, _ in left
        for token in model.keys_asked(records[key])
        for other in held.get(token, ())
    }
    return theirs, ours, records


def test_the_same_pairs_and_the_same_probabilities_as_splink() -> None:
    women = train.population(1_500, 0.8, seed=5)
    random.Random(5).shuffle(women)
    model = scorer.shipped()
    kept = json.loads(scorer._shipped_text())["settings"]
    theirs, ours, records = _both_ways(women, kept, model)
    assert len(theirs) > 500
    assert set(ours) == set(theirs)
    for pair, row in theirs.items():
        assert ours[pair].probability == pytest.approx(row["match_probability"], abs=1e-6)
        assert ours[pair].weight == pytest.approx(row["match_weight"], abs=1e-6)
        assert model.weigh(records[pair[0]], records[pair[1]]) == pytest.approx(ours[pair].weight, abs=1e-9)


def test_a_model_of_splinks_own_comparisons_is_read_as_splink_reads_it() -> None:
    settings = SettingsCreator(
        link_type="dedupe_only",
        probability_two_random_records_match=1e-3,
        comparisons=[
            cl.NameComparison("first_name").configure(
                m_probabilities=[0.7, 0.1, 0.1, 0.05, 0.05],
                u_probabilities=[0.004, 0.003, 0.01, 0.01, 0.973],
            ),
            cl.JaroWinklerAtThresholds("surname", [0.92, 0.8]).configure(
                term_frequency_adjustments=True,
                m_probabilities=[0.7, 0.15, 0.1, 0.05],
                u_probabilities=[0.001, 0.003, 0.02, 0.976],
            ),
            cl.DateOfBirthComparison("dob", input_is_string=True).configure(
                m_probabilities=[0.8, 0.1, 0.05, 0.02, 0.02, 0.01],
                u_probabilities=[0.0001, 0.001, 0.01, 0.02, 0.2, 0.7689],
            ),
            cl.ArrayIntersectAtSizes("surnames", [1]).configure(
                m_probabilities=[0.9, 0.1], u_probabilities=[0.01, 0.99]
            ),
            cl.LevenshteinAtThresholds("telephone", [1]).configure(
                m_probabilities=[0.9, 0.05, 0.05], u_probabilities=[0.0001, 0.001, 0.9989]
            ),
        ],
        blocking_rules_to_generate_predictions=[
            "l.birth_year = r.birth_year and substr(l.surname, 1, 2) = substr(r.surname, 1, 2)"
        ],
    )
    women = train.population(1_200, 0.8, seed=6)
    random.Random(6).shuffle(women)
    api = DuckDBAPI()
    kept = Linker(api.register(train.table(women)), settings).misc.save_model_to_json()
    theirs, ours, _ = _both_ways(women, settings, scorer.Model(json.loads(json.dumps(kept))))
    assert len(theirs) > 200 and set(ours) == set(theirs)
    for pair, row in theirs.items():
        assert ours[pair].probability == pytest.approx(row["match_probability"], abs=1e-6)


_ASKED = (
    'jaro_winkler_similarity("a_l", "a_r")',
    'jaro_similarity("a_l", "a_r")',
    'levenshtein("a_l", "a_r")',
    'damerau_levenshtein("a_l", "a_r")',
    'substr("a_l", 2, 3)',
    'left("a_l", 2)',
    'right("a_r", 2)',
    'array_length(list_intersect("b_l", "b_r"))',
    'list_contains("b_l", "a_r")',
    'abs(epoch(try_strptime("d_l", \'%Y-%m-%d\')) - epoch(try_strptime("d_r", \'%Y-%m-%d\')))',
    '"a_l" = "a_r" or "d_l" = "d_r"',
    '"a_l" = "a_r" and not "d_l" = "d_r"',
    '"a_l" is null or "d_r" is not null',
    'coalesce("a_l", "d_r")',
    'case when "a_l" = "a_r" then 1 when "a_l" is null then 2 else 3 end',
)


@pytest.mark.parametrize("sql", _ASKED)
def test_a_condition_answers_as_the_database_does(sql: str) -> None:
    rng = random.Random(sql)
    rows = []
    for _ in range(400):
        word = "".join(rng.choice("abcdé’Ł") for _ in range(rng.randrange(0, 9)))
        other = people._slip(word, rng) if word and rng.random() < 0.6 else "abca"
        day = f"{rng.randrange(1950, 2008)}-{rng.randrange(1, 14):02d}-{rng.randrange(1, 29):02d}"
        rows.append({
            "a_l": rng.choice((word, None, word)), "a_r": rng.choice((other, other, word, None)),
            "b_l": rng.choice((["a", "b", word], ["c"], None)), "b_r": rng.choice(([word, "b"], [], ["a"])),
            "d_l": rng.choice((day, None)), "d_r": rng.choice((day, "1980-02-03", "no day")),
        })  # fmt: skip
    link = duckdb.connect()
    link.execute("create table t (n int, a_l text, a_r text, b_l text[], b_r text[], d_l text, d_r text)")
    for number, row in enumerate(rows):
        link.execute("insert into t values (?, ?, ?, ?, ?, ?, ?)", [number, *row.values()])
    said = [one for (one,) in link.execute(f"select {sql} from t order by n").fetchall()]
    asked = expressions.condition(sql)
    for row, theirs in zip(rows, said, strict=True):
        left = {"a": row["a_l"], "b": row["b_l"], "d": row["d_l"]}
        right = {"a": row["a_r"], "b": row["b_r"], "d": row["d_r"]}
        ours = asked(left, right)
        if isinstance(theirs, float):
            assert ours == pytest.approx(theirs, abs=1e-12)
        else:
            assert ours == theirs, row


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"probability_two_random_records_match": 2, "comparisons": []},
        {
            "probability_two_random_records_match": 0.1,
            "comparisons": [
                {
                    "output_column_name": "a",
                    "comparison_levels": [{"sql_condition": "ELSE", "m_probability": 0.1}],
                }
            ],
        },
        {
            "probability_two_random_records_match": 0.1,
            "comparisons": [
                {
                    "output_column_name": "a",
                    "comparison_levels": [
                        {"sql_condition": "read_text('x') = 'a'", "m_probability": 1, "u_probability": 1}
                    ],
                }
            ],
        },
        {
            "probability_two_random_records_match": 0.1,
            "comparisons": [],
            "blocking_rules_to_generate_predictions": ["l.a > r.a"],
        },
    ],
)
def test_what_is_not_understood_is_refused_when_it_is_read(settings) -> None:
    with pytest.raises(scorer.NoModel):
        scorer.Model(settings)


def test_the_parts_add_up_and_what_is_not_known_says_nothing() -> None:
    model = scorer.shipped()

    def record(given: str, surname: str, born: date | None) -> dict[str, object]:
        return features.of(given=words_of(given), surname=words_of(surname), born=born, forms=GROUPS,
                           frequencies=scorer.frequencies())  # fmt: skip

    her, same = record("Katie", "Wojcik", date(1990, 3, 4)), record("Katherine", "Wojcik", date(1990, 4, 3))
    found = model.score(her, same)
    assert found.weight == pytest.approx(found.prior + sum(part.weight for part in found.parts))
    assert found.probability == pytest.approx(1 / (1 + math.pow(2, -found.weight)))
    assert [part.words for part in found.parts if part.is_missing] == ["Not known of one of them"] * 2
    assert all(part.weight == 0 for part in found.parts if part.is_missing)
    assert found.probability > 0.9
    assert model.score(her, record("Joan", "Price", date(1961, 1, 2))).probability < 1e-6
    rare, common = record("Katie", "Wojcik", None), record("Sarah", "Smith", None)
    assert model.score(rare, rare).weight > model.score(common, common).weight + 4


def test_the_drawing_names_each_comparison_and_ends_where_the_weight_is() -> None:
    model = scorer.shipped()
    her = features.of(given=words_of("Katie"), surname=words_of("Wojcik"), born=date(1990, 3, 4),
                      forms=GROUPS, frequencies=scorer.frequencies())  # fmt: skip
    found = model.score(her, {**her, "dob": "1990-03-05"})
    chart = waterfall.of(found, source="Linkage model")
    names = [row[0] for row in chart.table[1:]]
    assert names == ["Any two records", "Given name", "Surname", "Date of birth", "Postcode", "Telephone",
                     "Together"]  # fmt: skip
    assert chart.table[-1][2] == f"{found.weight:+.1f}"
    assert chart.svg.startswith("<svg") and "style=" not in chart.svg and "<title" in chart.svg
    for name in ("Given name", "Surname", "Date of birth", "Together"):
        assert name in chart.svg
