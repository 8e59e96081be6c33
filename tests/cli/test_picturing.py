"""`pathways picture`: positions in recorded ties, held to plain counting over every path."""

from __future__ import annotations

import csv
import itertools
import json
import random
import re
from collections import deque
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from pathways.cli.main import app

DATA = Path(__file__).parents[3] / "shared" / "data"
SVG = "{http://www.w3.org/2000/svg}"
NAMES = ["groups.csv", "people.csv", "picture.ftm.json", "picture.svg"]


def run(*words: object, ends: int = 0) -> str:
    result = CliRunner().invoke(app, ["picture", *map(str, words)])
    assert result.exit_code == ends, result.output
    return result.output


def put(folder: Path, name: str, lines: list[str]) -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def drawn(folder: Path, ties: list[tuple[str, str]], *more: object) -> tuple[dict, dict[str, dict[str, str]]]:
    file = put(folder, "ties.csv", ["from,to", *(f"{a},{b}" for a, b in ties)])
    out, said = folder / "out", folder / "said.json"
    run(file, "--source", "from", "--target", "to", "--out", out, "--json", said, *more)
    return json.loads((folder / "said.json").read_text()), people(folder)


def people(folder: Path) -> dict[str, dict[str, str]]:
    lines = csv.DictReader((folder / "out" / "people.csv").read_text("utf-8").splitlines())
    return {line["id"]: line for line in lines}


def ways(near: dict[str, set[str]], start: str) -> dict[str, int]:
    found, queue = {start: 0}, deque([start])
    while queue:
        here = queue.popleft()
        for there in near[here] - found.keys():
            found[there] = found[here] + 1
            queue.append(there)
    return found


def paths(near: dict[str, set[str]], start: str, end: str, left: int) -> list[list[str]]:
    if left == 0:
        return [[start]] if start == end else []
    return [[start, *path] for step in near[start] for path in paths(near, step, end, left - 1)]


@pytest.mark.parametrize("seed", range(6))
def test_positions_are_those_of_plain_counting_over_every_shortest_path(tmp_path, seed):
    chance = random.Random(seed)
    names = [f"p{number}" for number in range(9)]
    pairs = [pair for pair in itertools.combinations(names, 2) if chance.random() < 0.28] or [("p0", "p1")]
    said, found = drawn(tmp_path, [pair[:: chance.choice([1, -1])] for pair in pairs])
    near: dict[str, set[str]] = {}
    for a, b in pairs:
        near.setdefault(a, set()).add(b)
        near.setdefault(b, set()).add(a)
    far = {name: ways(near, name) for name in near}
    between = dict.fromkeys(near, 0.0)
    for a, b in itertools.combinations(sorted(near), 2):
        if b in far[a]:
            shortest = paths(near, a, b, far[a][b])
            for path in shortest:
                for name in path[1:-1]:
                    between[name] += 1 / len(shortest)
    parts = {frozenset(reached) for reached in far.values()}
    largest = max(map(len, parts))
    threes = itertools.combinations(near, 3)
    triangles = sum(b in near[a] and c in near[b] and c in near[a] for a, b, c in threes)
    twos = sum(len(who) * (len(who) - 1) / 2 for who in near.values())
    assert set(found) == set(near)
    for name, line in found.items():
        assert int(line["degree"]) == int(line["strength"]) == len(near[name])
        assert float(line["betweenness"]) == pytest.approx(between[name], abs=1e-9)
        assert int(line["core"]) == core(near, name)
    assert (said["people"], said["ties"]) == (len(near), len(pairs))
    assert (said["components"], said["largest"]) == (len(parts), largest)
    across = {max(far[a][b] for a in part for b in part) for part in parts if len(part) == largest}
    assert said["diameter"] in across
    assert said["transitivity"] == pytest.approx(3 * triangles / twos if twos else 0)
    together = {frozenset(n for n in found if found[n]["component"] == found[m]["component"]) for m in found}
    assert together == parts


def core(near: dict[str, set[str]], name: str) -> int:
    for k in itertools.count(1):
        left = set(near)
        while few := {who for who in left if len(near[who] & left) < k}:
            left -= few
        if name not in left:
            return k - 1


def test_repeated_ties_are_merged_and_their_weights_added_up(tmp_path):
    lines = ["a,b,w", "x,y,2", "y,x,3", "x,y,0.5", "y,z,1", "z,z,9"]
    file = put(tmp_path, "t.csv", lines)
    text = run(file, "--source", "a", "--target", "b", "--weight", "w", "--out", tmp_path / "out", "--json",
               tmp_path / "said.json")  # fmt: skip
    said = json.loads((tmp_path / "said.json").read_text())
    assert (said["people"], said["ties"], said["repeated"], said["self_ties"]) == (3, 2, 2, 1)
    strength = {name: float(line["strength"]) for name, line in people(tmp_path).items()}
    assert strength == {"x": 5.5, "y": 6.5, "z": 1}
    assert {name: line["degree"] for name, line in people(tmp_path).items()} == {"x": "1", "y": "2", "z": "1"}
    assert "no score of anybody" in text
    assert "draft" in text
    run(file, "--source", "a", "--target", "b", "--weight", "w", "--directed", "--out", tmp_path / "out",
        "--json", tmp_path / "said.json")  # fmt: skip
    assert json.loads((tmp_path / "said.json").read_text())["ties"] == 3
    assert [people(tmp_path)["y"][name] for name in ("degree", "ties_out", "ties_in")] == ["2", "2", "1"]
    assert (tmp_path / "out" / "picture.svg").read_text().count("<polygon") >= 3


TWO_RINGS = [(f"a{i}", f"a{j}") for i, j in itertools.combinations(range(5), 2)]
TWO_RINGS += [(f"b{i}", f"b{j}") for i, j in itertools.combinations(range(4), 2)] + [("a0", "b0")]


def test_two_rings_held_by_one_tie_are_two_communities_numbered_by_size(tmp_path):
    said, found = drawn(tmp_path, TWO_RINGS)
    assert said["communities"] == 2
    assert {name: line["community"] for name, line in found.items()} == {
        name: "1" if name.startswith("a") else "2" for name in found
    }
    assert float(found["a0"]["betweenness"]) == 4 * 4
    groups = list(csv.DictReader((tmp_path / "out" / "groups.csv").read_text().splitlines()))
    assert groups[0] | {} == {"kind": "community", "group": "1", "people": "5", "without_ties": "0",
                              "ties_inside": "10", "ties_outside": "1", "density": "1.0",
                              "communities": "1"}  # fmt: skip


def test_the_same_ties_in_any_order_give_the_same_files(tmp_path):
    def written(ties: list[tuple[str, str]]) -> list[bytes]:
        drawn(tmp_path, ties)
        return [(tmp_path / "out" / name).read_bytes() for name in NAMES]

    chance = random.Random(5)
    ties = [(f"n{chance.randrange(40)}", f"m{chance.randrange(40)}") for _ in range(90)]
    first = written(ties)
    chance.shuffle(ties)
    assert written([(b, a) for a, b in ties]) == first


@pytest.mark.parametrize("shape", ["dense", "star", "line", "pairs", "long names"])
def test_no_two_of_a_hundred_people_are_drawn_on_one_another(tmp_path, shape):
    chance = random.Random(1)
    ties = {
        "dense": [(f"{i}", f"{j}") for i in range(60) for j in range(i) if chance.random() < 0.5],
        "star": [("0", f"{i}") for i in range(1, 100)],
        "line": [(f"{i}", f"{i + 1}") for i in range(99)],
        "pairs": [(f"{i}", f"{i + 1}") for i in range(0, 100, 2)],
        "long names": [(f"somebody {i:05}", f"somebody {chance.randrange(50):05}") for i in range(99)],
    }[shape]
    _, found = drawn(tmp_path, ties)
    root = ElementTree.parse(tmp_path / "out" / "picture.svg").getroot()
    signs = [
        (float(e.get("cx")), float(e.get("cy")), float(e.get("r")))
        for e in root.iter(f"{SVG}circle")
    ]  # fmt: skip
    for e in root.iter(f"{SVG}polygon"):
        points = [tuple(map(float, p.split(","))) for p in e.get("points").split()]
        x, y = (sum(p[axis] for p in points) / len(points) for axis in (0, 1))
        signs.append((x, y, max(((px - x) ** 2 + (py - y) ** 2) ** 0.5 for px, py in points)))
    assert len(signs) >= len(found)
    for (x, y, r), (a, b, s) in itertools.combinations(signs, 2):
        assert (x - a) ** 2 + (y - b) ** 2 > (r + s) ** 2
    width, height = map(float, root.get("viewBox").split()[2:])
    assert all(r <= x <= width - r and r <= y <= height - r for x, y, r in signs)


def test_the_drawing_has_a_title_a_text_alternative_and_a_legend(tmp_path):
    drawn(tmp_path, [*TWO_RINGS, ("<b>&", "a0")])
    root = ElementTree.parse(tmp_path / "out" / "picture.svg").getroot()
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "title about"
    assert root.find(f"{SVG}title").text == "10 people and the ties recorded between them"
    assert "no score of anybody" in root.find(f"{SVG}desc").text
    words = [e.text for e in root.iter(f"{SVG}text")]
    assert "<b>&" in words
    assert any(re.fullmatch(r"Community 1 \(\d people\)", word or "") for word in words)


def test_of_very_many_people_the_communities_are_drawn(tmp_path):
    ties = [(f"{c}-{i}", f"{c}-{j}") for c in range(70) for i, j in itertools.combinations(range(7), 2)]
    ties += [(f"{c}-0", f"{(c + 1) % 70}-0") for c in range(70)]
    said, found = drawn(tmp_path, ties)
    assert said["people"] == len(found) == 490
    drawing = (tmp_path / "out" / "picture.svg").read_text()
    assert "communities of 490 people" in drawing
    assert drawing.count('stroke-width="1"/>') < 100


def test_what_is_known_of_people_and_groups_stands_beside_their_positions(tmp_path):
    known = put(tmp_path, "people.csv", ["who,town,degree", "a0,Luton,BSc", "a1,,", "nobody,Bedford,"])
    groups = put(tmp_path, "groups.csv", ["who,group", "a0,G1", "b0,G1", "outside,G1", "a0,G2"])
    said, found = drawn(tmp_path, TWO_RINGS, "--people", known, "--id", "who", "--groups", groups)
    assert (said["people"], said["people_without_ties"], said["recorded_groups"]) == (9, 1, 2)
    assert ",".join(list(found["a0"])[:7]) == "id,degree,strength,betweenness,core,component,community"
    assert [found["a0"][name] for name in ("town", "recorded degree", "groups")] == ["Luton", "BSc", "G1; G2"]
    lines = list(csv.DictReader((tmp_path / "out" / "groups.csv").read_text().splitlines()))
    recorded = {line["group"]: line for line in lines if line["kind"] == "recorded"}
    assert [recorded["G1"][name] for name in ("people", "without_ties", "ties_inside", "communities")] == [
        "3", "1", "1", "2",
    ]  # fmt: skip


def test_entities_carry_people_links_and_recorded_groups_and_no_finding_of_ours(tmp_path):
    groups = put(tmp_path, "groups.csv", ["person_id,group", "a0,G1"])
    drawn(tmp_path, TWO_RINGS, "--groups", groups)
    made = [json.loads(line) for line in (tmp_path / "out" / "picture.ftm.json").read_text().splitlines()]
    by_id = {each["id"]: each for each in made}
    assert len(by_id) == len(made)
    kinds = [each["schema"] for each in made]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "Person": 9, "UnknownLink": 17, "Organization": 1, "Membership": 1,
    }  # fmt: skip
    for each in made:
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]*[A-Za-z0-9]", each["id"])
        for end in ("subject", "object", "member", "organization"):
            for other in each["properties"].get(end, []):
                assert other in by_id
    assert "community" not in (tmp_path / "out" / "picture.ftm.json").read_text()


@pytest.mark.parametrize(
    ("lines", "more", "says"),
    [
        (["a,b", "x,y", "x,"], [], "row 3, column b: a blank: a tie needs somebody at both ends"),
        (["a,b,w", "x,y,heavy"], ["--weight", "w"], "row 2, column w: “heavy”: a weight is a number above 0"),
        (["a,b,w", "x,y,0"], ["--weight", "w"], "row 2, column w"),
        (["a,b,w", "x,y,1", "y,z,-2"], ["--weight", "w"], "row 3, column w"),
        (["a,c", "x,y"], [], "column b: there is no such column"),
        (["a,b"], [], "holds no tie"),
        (["a,b", "x,x"], [], "holds no tie"),
        (["a,b", "x,y"], ["--people", "t.csv"], "--people needs --id"),
        (["a,b", "x,y"], ["--id", "a"], "give --people too"),
    ],
)
def test_a_bad_file_or_option_is_one_line_and_writes_nothing(tmp_path, lines, more, says):
    out = tmp_path / "out"
    text = run(put(tmp_path, "t.csv", lines), "--source", "a", "--target", "b", "--out", out, *more, ends=2)
    assert says in text
    assert len(text.strip().splitlines()) == 1
    assert not out.exists() or not list(out.iterdir())


def london() -> list[tuple[str, str]]:
    text = (DATA / "networks/corenets/LONDON_GANG.csv").read_text("utf-8-sig")
    lines = list(csv.reader(text.splitlines()))
    return [(lines[0][at], line[0]) for line in lines[1:] for at in range(1, len(line)) if int(line[at])]


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("file", "ends", "expected", "between"),
    [
        ("london", (), {"people": 54, "ties": 315, "diameter": 4, "transitivity": 0.5197},
         {"1": 149.745, "7": 104.033}),
        ("networks/montagna/montagna_meetings.csv", ("source", "target"), {"people": 101, "ties": 256},
         {"N18": 1847.280, "N47": 1087.975}),
        ("pole/relationships.KNOWS.csv", (":START_ID", ":END_ID"),
         {"people": 346, "ties": 586, "components": 3, "largest": 342, "diameter": 11,
          "transitivity": 0.1115},
         {"973": 5275.295, "327": 5116.174}),
    ],
)  # fmt: skip
def test_published_networks_are_reproduced(tmp_path, file, ends, expected, between):
    if not DATA.is_dir():
        pytest.skip("the open data are not beside the project")
    if file == "london":
        said, found = drawn(tmp_path, london())
    else:
        run(DATA / file, "--source", ends[0], "--target", ends[1], "--out", tmp_path / "out", "--json",
            tmp_path / "said.json")  # fmt: skip
        said, found = json.loads((tmp_path / "said.json").read_text()), people(tmp_path)
    assert {key: round(said[key], 4) for key in expected} == expected
    top = sorted(found, key=lambda name: -float(found[name]["betweenness"]))[:2]
    highest = {name: float(found[name]["betweenness"]) for name in top}
    assert highest == pytest.approx(between, abs=1e-3)


@pytest.mark.shared_data
def test_every_entity_keeps_to_the_followthemoney_schemata(tmp_path):
    folder = DATA / "followthemoney" / "schema"
    if not folder.is_dir():
        pytest.skip("the open data are not beside the project")
    groups = put(tmp_path, "groups.csv", ["person_id,group", "a0,G1", "outside,G1"])
    drawn(tmp_path, TWO_RINGS, "--groups", groups)
    texts = {path.stem: path.read_text() for path in folder.glob("*.yaml")}

    def lineage(name: str) -> list[str]:
        text = texts.get(name, "")
        above = re.search(r"^  extends:\n((?:    - \w+\n)+)", text, re.M)
        parents = re.findall(r"- (\w+)", above[1]) if above else []
        return [name, *(each for parent in parents for each in lineage(parent))]

    for line in (tmp_path / "out" / "picture.ftm.json").read_text().splitlines():
        each = json.loads(line)
        family = lineage(each["schema"])
        said = "\n".join(texts.get(one, "") for one in family)
        known = set(re.findall(r"^    (\w+):", said, re.M))
        blocks = re.findall(r"^  required:\n((?:    - \w+\n)+)", said, re.M)
        needed = {name for block in blocks for name in re.findall(r"- (\w+)", block)}
        assert set(each["properties"]) <= known, each
        assert needed <= set(each["properties"]), each
        assert all(isinstance(text, str) for said in each["properties"].values() for text in said)


def test_names_of_rows_that_have_no_heading_are_no_attribute_and_no_group(tmp_path: Path) -> None:
    ties = put(tmp_path, "ties.csv", ['"","a  b","to"', '"1",P1,P2', '"2",P2,P3'])
    known = put(tmp_path, "known.csv", [",id,age", "0,P1,30", "1,P2,", "2,P3,41"])
    groups = put(tmp_path, "groups.csv", [",id,team", "0,P1,red", "1,P2,red"])
    said = run(ties, "--source", "a  b", "--target", "to", "--people", known, "--id", " id ",
               "--groups", groups, "--out", tmp_path / "out")  # fmt: skip
    for name in ("ties.csv", "known.csv", "groups.csv"):
        assert f"Column 1 of {name} has no heading and is left out." in said
    assert people(tmp_path)["P1"]["age"] == "30" and people(tmp_path)["P1"]["groups"] == "red"
    assert "" not in people(tmp_path)["P1"]
