"""Trains the model that comes with the programme, on invented women, and writes it with its provenance.

    python -m bench.known.train [--women 60000] [--out FILE]

The chance m that two records of one woman agree is taken from pairs of which the truth is known, because they
were invented; the chance u that two women's records agree, from pairs drawn at random. The same number of
women gives the same model but for u, which Splink draws with a seed of its own.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import splink
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator

from bench.known import people
from pathways.analysis.linkage import features
from pathways.domain.terms.given_names import GROUPS
from pathways.records.tokens import words_of

OUT = Path(__file__).resolve().parents[2] / "src/pathways/analysis/linkage/known_model.json"
VERSION = "known-1"
#: of all pairs of two records that an organisation holds, about so many are of one woman
PRIOR = 2e-5

#: what a person reads of each comparison
WORDS = {
    "first_name": "Given name",
    "surname": "Surname",
    "born": "Date of birth",
    "place": "Postcode",
    "telephone": "Telephone",
}
_TURNED_ROUND = "Given name and surname the other way round"
#: too rare to be met among random pairs: the chance of one name by the chance of the other
SWAPPED_BY_CHANCE = 3e-6
_SWAPPED = '"first_name_l" = "surname_r" and "surname_l" = "first_name_r"'
RULES = (
    "l.first_root = r.first_root and l.surname_sound = r.surname_sound",
    "l.first_name = r.first_name and l.surname = r.surname",
    "l.surname_sound = r.surname_sound and l.dob = r.dob",
    "l.first_sound = r.first_sound and l.dob = r.dob",
    "l.first_root = r.first_root and l.dob = r.dob",
    "l.first_sound = r.first_sound and l.surname_sound = r.surname_sound and l.birth_year = r.birth_year",
    "l.surname_sound = r.surname_sound and l.dob = r.dob_turned",
    "l.first_name = r.surname and l.surname = r.first_name",
    "l.postcode = r.postcode and l.first_root = r.first_root",
    "l.postcode = r.postcode and l.dob = r.dob",
    "l.telephone = r.telephone",
    "l.surname = r.surname and l.birth_year = r.birth_year and l.outward = r.outward",
)


def _level(sql: str, words: str) -> Any:
    return cll.CustomLevel(sql, words)


def _null(sql: str) -> Any:
    return cll.CustomLevel(sql, "Not known of one of them").configure(is_null_level=True)


def _comparisons() -> list[Any]:
    exact = {"tf_adjustment_column": "first_name", "tf_adjustment_weight": 1.0}
    last = {"tf_adjustment_column": "surname", "tf_adjustment_weight": 1.0}
    return [
        cl.CustomComparison(
            output_column_name="first_name",
            comparison_levels=[
                _null('"first_name_l" is null or "first_name_r" is null'),
                _level('"first_name_l" = "first_name_r"', "The same given name").configure(**exact),
                _level(_SWAPPED, _TURNED_ROUND),
                _level('array_length(list_intersect("first_forms_l", "first_forms_r")) >= 1',
                       "A short form, or another name of hers"),
                _level('jaro_winkler_similarity("first_name_l", "first_name_r") >= 0.9',
                       "A given name spelt nearly the same"),
                _level('jaro_winkler_similarity("first_name_l", "first_name_r") >= 0.8',
                       "A given name somewhat alike"),
                cll.ElseLevel().configure(label_for_charts="Another given name"),
            ],
        ),
        cl.CustomComparison(
            output_column_name="surname",
            comparison_levels=[
                _null(f'"surname_l" is null or "surname_r" is null or ({_SWAPPED})'),
                _level('"surname_l" = "surname_r"', "The same surname").configure(**last),
                _level('array_length(list_intersect("surnames_l", "surnames_r")) >= 1',
                       "A surname that the other record has as another name, or a part of it"),
                _level('jaro_winkler_similarity("surname_l", "surname_r") >= 0.92',
                       "A surname spelt nearly the same"),
                _level('"surname_sound_l" = "surname_sound_r" '
                       'or jaro_winkler_similarity("surname_l", "surname_r") >= 0.85',
                       "A surname that sounds or looks alike"),
                cll.ElseLevel().configure(label_for_charts="Another surname"),
            ],
        ),
        cl.CustomComparison(
            output_column_name="born",
            comparison_levels=[
                _null('"dob_l" is null or "dob_r" is null'),
                _level('"dob_l" = "dob_r"', "The same date of birth"),
                _level('"dob_l" = "dob_turned_r"', "Day and month the other way round"),
                _level('damerau_levenshtein("dob_l", "dob_r") <= 1', "One figure of the date differs"),
                _level('substr("dob_l", 1, 7) = substr("dob_r", 1, 7) '
                       'or substr("dob_l", 6, 5) = substr("dob_r", 6, 5)',
                       "Two of day, month and year are the same"),
                _level('"birth_year_l" = "birth_year_r"', "The same year of birth"),
                cll.ElseLevel().configure(label_for_charts="Another date of birth"),
            ],
        ),
        cl.CustomComparison(
            output_column_name="place",
            comparison_levels=[
                _null('"postcode_l" is null or "postcode_r" is null'),
                _level('"postcode_l" = "postcode_r"', "The same postcode"),
                _level('"outward_l" = "outward_r"', "The same postal district"),
                cll.ElseLevel().configure(label_for_charts="Another postcode"),
            ],
        ),
        cl.CustomComparison(
            output_column_name="telephone",
            comparison_levels=[
                _null('"telephone_l" is null or "telephone_r" is null'),
                _level('"telephone_l" = "telephone_r"', "The same telephone"),
                cll.ElseLevel().configure(label_for_charts="Another telephone"),
            ],
        ),
    ]  # fmt: skip


def settings() -> SettingsCreator:
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="unique_id",
        probability_two_random_records_match=PRIOR,
        comparisons=_comparisons(),
        blocking_rules_to_generate_predictions=list(RULES),
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
    )


SCHEMA = pa.schema(
    [
        ("unique_id", pa.string()),
        ("cluster", pa.int64()),
        *(
            (
                name,
                pa.list_(pa.string())
                if name in ("first_forms", "surnames")
                else pa.string(),
            )
            for name in features.COLUMNS
            if not name.startswith("tf_")  # Splink joins these from a table of its own
        ),
    ]
)


def table(women: list[tuple[str, int, people.Her]]) -> pa.Table:
    """Records as Splink takes them: (its id, which woman she is, what it says of her)."""
    rows = [
        {"unique_id": key, "cluster": cluster, **people.columns(her, GROUPS, words_of)}
        for key, cluster, her in women
    ]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def give_frequencies(linker: Linker, api: DuckDBAPI) -> None:
    """How common names are, as the shipped model has it, in place of how common they are in these records."""
    for column, shares in people.FREQUENCIES.items():
        known = pa.table({column: list(shares), f"tf_{column}": list(shares.values())})
        linker.table_management.register_term_frequency_lookup(api.register(known), column)


def population(many: int, share: float, seed: int) -> list[tuple[str, int, people.Her]]:
    """So many women, each once, and a share of them once or twice again as another record has them."""
    rng = random.Random(seed)
    hers = people.invent(many, rng)
    found = [(f"a{number}", number, her) for number, her in enumerate(hers)]
    for number in rng.sample(range(many), int(many * share)):
        for time in range(1 if rng.random() < 0.8 else 2):
            found.append((f"b{number}.{time}", number, people.again(hers[number], rng, GROUPS)))
    return found


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--women", type=int, default=60_000)
    wanted.add_argument("--out", type=Path, default=OUT)
    said = wanted.parse_args()
    women = population(said.women, 0.3, seed=20261127)
    api = DuckDBAPI()
    linker = Linker(api.register(table(women)), settings())
    give_frequencies(linker, api)
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=7)
    linker.training.estimate_m_from_label_column("cluster")
    kept = json.loads(json.dumps(linker.misc.save_model_to_json()))
    for comparison in kept["comparisons"]:
        comparison["comparison_description"] = WORDS[comparison["output_column_name"]]
        for level in comparison["comparison_levels"]:
            for name in ("m_probability", "u_probability"):
                if level.get("label_for_charts") == _TURNED_ROUND and name == "u_probability":
                    level[name] = SWAPPED_BY_CHANCE
                if name in level:
                    level[name] = float(f"{level[name]:.6g}")
    kept.pop("linker_uid", None)
    kept["probability_two_random_records_match"] = PRIOR
    said.out.write_text(
        json.dumps(
            {
                "version": VERSION,
                "provenance": {
                    "trained_on": f"{len(women)} records of {said.women} invented women; no real person",
                    "m": "agreement of the pairs known to be of one woman",
                    "u": "agreement of two million pairs drawn at random; of swapped names reckoned",
                    "prior": PRIOR,
                    "made_with": f"Splink {splink.__version__}, bench/known/train.py",
                    "frequencies": "rounded shares of common names, nobody's list",
                },
                "frequencies": people.FREQUENCIES,
                "settings": kept,
            },
            indent=1,
            sort_keys=True,
        )
        + "\n",
        encoding="utf-8",
    )
    print(f"{len(women)} records; written to {said.out.name}")


if __name__ == "__main__":
    main()
