"""`pathways link`: which records of a file are one person's."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from bench.link.people import people
from pathways.cli.main import app

FEW = "id,surname,first_name,dob\n1,Smith,Kate,1980-01-01\n2,Smyth,Catherine,01/01/1980\n3,Brown,Al,1970\n"


def run(*words: object, ends: int = 0) -> str:
    result = CliRunner().invoke(app, ["link", *map(str, words)])
    assert result.exit_code == ends, result.output
    assert "Traceback" not in result.output
    return " ".join(result.output.split())


def put(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def outcome(folder: Path) -> tuple[pl.DataFrame, dict[str, str]]:
    pairs = pl.read_csv(folder / "pairs.csv", schema_overrides={"left_id": pl.String, "right_id": pl.String})
    clusters = pl.read_csv(folder / "clusters.csv", infer_schema=False)
    assert pairs.columns == ["left_id", "right_id", "probability"]
    assert clusters.columns == ["record_id", "person_id"]
    return pairs, dict(clusters.iter_rows())


def invented(folder: Path, many: int = 150, **how: object) -> Path:
    path = folder / "people.csv"
    pl.DataFrame(list(people(many, **how))).drop("cluster").write_csv(path)  # type: ignore[arg-type]
    return path


def test_a_woman_by_two_names_is_one_person_and_another_is_not(tmp_path: Path) -> None:
    json_file = tmp_path / "said.json"
    file = put(tmp_path, "few.csv", FEW)
    said = run(file, "--id", "id", "--out", tmp_path / "out", "--json", json_file)
    pairs, person = outcome(tmp_path / "out")
    assert person["1"] == person["2"] != person["3"]
    assert pairs.rows()[0][:2] == ("1", "2")
    body = json.loads(json_file.read_text())
    assert {"records", "pairs", "persons", "threshold", "seconds"} <= set(body)
    assert (body["records"], body["pairs"], body["persons"]) == (3, 1, 2)
    assert "draft" in said and "has not been through disclosure control" in said


def test_it_is_said_whether_the_model_was_trained(tmp_path: Path) -> None:
    few = run(
        put(tmp_path, "few.csv", FEW), "--id", "id", "--out", tmp_path / "a", "--json", tmp_path / "a.json"
    )
    assert "fewer than 60 records are too few to train on" in " ".join(few.split())
    assert "trained on these records" not in few
    assert json.loads((tmp_path / "a.json").read_text())["trained"] is False
    many = run(invented(tmp_path), "--id", "record_id", "--out", tmp_path / "b")
    assert "trained on these records" in " ".join(many.split())


def test_every_record_is_once_in_the_clusters_and_every_pair_is_likely_enough(tmp_path: Path) -> None:
    file = invented(tmp_path)
    run(file, "--id", "record_id", "--out", tmp_path / "out")
    pairs, person = outcome(tmp_path / "out")
    assert list(person) == pl.read_csv(file)["record_id"].to_list()
    assert pairs["probability"].min() >= 0.01 and pairs["probability"].max() <= 1
    assert pairs.height == pairs.select("left_id", "right_id").unique().height


def test_the_same_records_give_the_same_bytes_and_a_kept_model_gives_them_too(tmp_path: Path) -> None:
    file, model = invented(tmp_path), tmp_path / "model.json"
    run(file, "--id", "record_id", "--out", tmp_path / "a", "--save-model", model)
    first = model.read_bytes()
    run(file, "--id", "record_id", "--out", tmp_path / "b", "--save-model", model)
    run(file, "--id", "record_id", "--out", tmp_path / "c", "--model", model)
    assert model.read_bytes() == first
    for name in ("pairs.csv", "clusters.csv"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    (one, people_then), (other, people_now) = outcome(tmp_path / "a"), outcome(tmp_path / "c")
    assert people_then == people_now
    assert one.select("left_id", "right_id").equals(other.select("left_id", "right_id"))
    assert (one["probability"] - other["probability"]).abs().max() < 1e-9


def test_a_model_holds_nobodys_name(tmp_path: Path) -> None:
    file, model = invented(tmp_path, 80), tmp_path / "model.json"
    run(file, "--id", "record_id", "--out", tmp_path / "a", "--save-model", model)
    text = model.read_text().lower()
    frame = pl.read_csv(file, infer_schema=False)
    for column in ("surname", "postcode", "phone", "email"):
        assert not [
            one for one in frame[column].drop_nulls().to_list() if len(one) > 4 and f'"{one.lower()}"' in text
        ]


def test_a_higher_threshold_joins_fewer(tmp_path: Path) -> None:
    file, model = invented(tmp_path, 60, damaged=0.9), tmp_path / "model.json"
    run(file, "--id", "record_id", "--out", tmp_path / "o", "--save-model", model)
    counts = []
    for threshold in ("0.02", "0.5", "0.999999", "1"):
        json_file = tmp_path / "said.json"
        options = ("--model", model, "--threshold", threshold, "--json", json_file)
        run(file, "--id", "record_id", "--out", tmp_path / "o", *options)
        body = json.loads(json_file.read_text())
        assert body["threshold"] == float(threshold) and not body["threshold_found"]
        counts.append(body["persons"])
    assert counts == sorted(counts) and counts[0] < counts[-1] == body["records"]


def test_ids_that_stand_in_two_files_are_told_apart_by_the_files(tmp_path: Path) -> None:
    one = put(tmp_path, "police.csv", FEW)
    other = put(
        tmp_path, "health.csv", "id,forename,familyname,born\n1,Kate,Smith,19800101\n9,Jo,Grey,1971-02-03\n"
    )
    said = run(one, other, "--id", "id", "--out", tmp_path / "out")
    _, person = outcome(tmp_path / "out")
    assert person["police:1"] == person["police:2"] == person["health:1"] != person["health:9"]
    assert "file’s name before it" in said
    put(tmp_path, "health.csv", "id,forename\n7,Kate\n")
    run(one, other, "--id", "id", "--out", tmp_path / "out")
    assert set(outcome(tmp_path / "out")[1]) == {"1", "2", "3", "7"}


@pytest.mark.parametrize(
    ("content", "people_found"),
    [
        ("id,surname\n", 0),
        ("id,surname,dob\n1,Smith,1980-01-01\n", 1),
        ("id,surname,dob\n1,,\n2,,\n3,,\n", 3),
        ("id,surname,sex\n" + "".join(f"{n},Smith,F\n" for n in range(100)), 100),
        ("id,surname,first_name,dob\n1,Smith,Ann,1980-01-01\n2,Smith,Ann,1980-01-01\n", 1),
        (b"id,surname,dob\n1,Sm\xefth,1980-01-01\n2,Jones,01/02/1970\n", 2),
        ("id,surname,dob\n1,王,1980-01-01\n2,Łukasz,1999-01-02\n3,\U0001f600,x\n", 3),
    ],
)
def test_files_with_little_in_them_have_a_sensible_answer(
    tmp_path: Path, content: str | bytes, people_found: int
) -> None:
    run(put(tmp_path, "in.csv", content), "--id", "id", "--out", tmp_path / "out")
    assert len(set(outcome(tmp_path / "out")[1].values())) == people_found


@pytest.mark.parametrize(
    ("content", "options", "words"),
    [
        ("id,surname\n1,Smith\n1,Smythe\n", (), ("in.csv, row 3, column id", "row 2 already")),
        ("id,surname\n1,Smith\n,Jones\n", (), ("in.csv, row 3, column id", "no id")),
        ("key,surname\n1,Smith\n", (), ("in.csv, column id", "key, surname")),
        ("id,colour\n1,red\n", (), ("--map surname=COLUMN", "colour")),
        ("id,surname\n1,Smith\n", ("--map", "surname=nom"), ("no column nom",)),
        ("id,surname\n1,Smith\n", ("--map", "nom=surname"), ("STANDARD=COLUMN", "first_name")),
        ("id,surname\n1,Smith\n", ("--model", "absent.json"), ("absent.json",)),
        (b"id,surname\n1,\x81\x8d\n", (), ("in.csv",)),
    ],
)
def test_what_will_not_do_is_said_in_one_line_and_nothing_is_written(
    tmp_path: Path, content: str | bytes, options: tuple[str, ...], words: tuple[str, ...]
) -> None:
    said = run(put(tmp_path, "in.csv", content), "--id", "id", "--out", tmp_path / "out", *options, ends=2)
    assert all(each in said for each in words), said
    assert not (tmp_path / "out").exists()


def test_a_model_from_elsewhere_puts_no_words_of_its_own_into_a_question(tmp_path: Path) -> None:
    file, model = invented(tmp_path, 60), tmp_path / "model.json"
    run(file, "--id", "record_id", "--out", tmp_path / "a", "--save-model", model)
    data = json.loads(model.read_text())
    text = model.read_text()
    for old, new in (
        ('"same": "first_name"', '"same": "1=1); DROP TABLE prepared; --"'),
        ('"name": "surname"', '"name": "another"'),
        ('"born_day"', '"surname); --"'),
        (f'"prior": {data["prior"]}', '"prior": 2'),
        ('"version": 1', '"version": 99'),
        (text, "{"),
    ):
        assert old in text
        spoilt = put(tmp_path, "m.json", text.replace(old, new))
        said = run(file, "--id", "record_id", "--out", tmp_path / "b", "--model", spoilt, ends=2)
        assert "m.json" in said


def test_a_column_can_be_made_of_two_or_left_out(tmp_path: Path) -> None:
    file = put(
        tmp_path, "in.csv", "id,a,b,dob\n1,Ann,Smith,1980-01-01\n2,Ann,Smith,1980-01-01\n3,Bo,Li,1990-05-05\n"
    )
    json_file = tmp_path / "said.json"
    maps = ("--map", "full_name=a", "--map", "full_name=b", "--map", "date_of_birth=")
    run(file, "--id", "id", "--out", tmp_path / "out", "--json", json_file, *maps)
    body = json.loads(json_file.read_text())
    assert body["columns"][0]["used"] == {"full_name": ["a", "b"]} and body["columns"][0]["unused"] == ["dob"]
    person = outcome(tmp_path / "out")[1]
    assert person["3"] not in (person["1"], person["2"])
