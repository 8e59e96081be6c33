"""How soon does the policy table answer, beside a decision engine, and do both answer alike?

    python -m bench.triage.run [--cases 1000000] [--engine 200000] [--rounds 5]

Never a timed test. Wants the package zen-engine beside the programme's own (`pip install zen-engine`);
nothing else here does. One table of 24 rows over four inputs is given to both: the engine through its loader
with content that it compiled beforehand, which is its quick way, and cases that it finds as objects with
numbers for numbers. The million is a frame as `read_cases` gives it (each answer checked and known by its
place) and, for comparison, the same with its answers still text. Prints rates of single decisions with level
and rule, the time of a million cases from a frame, the ratios of the medians of several rounds, taken in
turn, and how many answers differ; ends with status 1 when an aim is missed or any answer differs.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import time
from itertools import product
from typing import Any

import polars as pl

from pathways.analysis import triage
from pathways.domain.triage import proof
from pathways.domain.triage.condition import Input
from pathways.domain.triage.policy import Policy, Ready, Rule

SINGLE, BATCH = 5.0, 200.0
INPUTS = (
    Input("need", ("low", "medium", "high")),
    Input("exploitation", ("low", "medium", "high")),
    Input("immediate_safety", ("yes", "no")),
    Input.numbers("open_needs", 0, 11),
)
#: bands of open needs; and one of safety: 24 rows
BANDS = ((0, 2), (3, 5), (6, 11))


def policy() -> Policy:
    """Twenty-four rows that take every combination exactly once."""
    rules = [Rule("S1", {"immediate_safety": "yes"}, "4", "Safety comes first.")]
    for need, pull in product(INPUTS[0].values, INPUTS[1].values):
        rank = INPUTS[0].values.index(need) + INPUTS[1].values.index(pull)
        bands = ((0, 11),) if (need, pull) in (("low", "low"), ("high", "high"), ("low", "high")) else BANDS
        if (need, pull) in (("medium", "medium"), ("high", "medium"), ("medium", "low")):
            bands = ((0, 1), (2, 3), (4, 5), (6, 11)) if need != "medium" or pull != "low" else BANDS
        for number, (low, high) in enumerate(bands):
            level = str(min(3, rank * 3 // 4 + (1 if number == len(bands) - 1 and rank else 0)))
            when = {"need": need, "exploitation": pull, "immediate_safety": "no",
                    "open_needs": f"{low}..{high}"}  # fmt: skip
            rules.append(Rule(f"R{len(rules)}", when, level, f"{need} and {pull}"))
    return Policy("Bench", "1", INPUTS, tuple(rules))


def content(table: Policy) -> str:
    """The same table as the engine reads it: first row that holds."""
    names = [question.name for question in table.inputs]
    rows = []
    for rule in table.rules:
        row: dict[str, Any] = {"_id": rule.id, "level": json.dumps(rule.level), "rule": json.dumps(rule.id)}
        for name in names:
            said = rule.when.get(name, "")
            low, _, high = said.partition("..")
            row[name] = f"[{low}..{high}]" if high else json.dumps(said) if said else ""
        rows.append(row)
    node = {
        "id": "table",
        "name": "table",
        "type": "decisionTableNode",
        "position": {"x": 0, "y": 0},
        "content": {
            "hitPolicy": "first",
            "inputs": [{"id": name, "name": name, "field": name} for name in names],
            "outputs": [{"id": name, "name": name, "field": name} for name in ("level", "rule")],
            "rules": rows,
        },
    }
    ends = [
        {"id": "in", "name": "in", "type": "inputNode", "position": {"x": 0, "y": 0}},
        {"id": "out", "name": "out", "type": "outputNode", "position": {"x": 0, "y": 0}},
    ]
    edges = [
        {"id": "a", "type": "edge", "sourceId": "in", "targetId": "table"},
        {"id": "b", "type": "edge", "sourceId": "table", "targetId": "out"},
    ]
    return json.dumps({"nodes": [ends[0], node, ends[1]], "edges": edges})


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--cases", type=int, default=1_000_000)
    wanted.add_argument("--engine", type=int, default=200_000, help="single decisions a round")
    wanted.add_argument("--rounds", type=int, default=5)
    said = wanted.parse_args()
    try:
        import zen
    except ImportError:
        raise SystemExit("this wants zen-engine to compare with: pip install zen-engine") from None
    table = policy()
    assert proof.check(table).is_sound
    combinations = proof.check(table).combinations
    print(f"{len(table.rules)} rows, {len(table.inputs)} inputs, {combinations} combinations")
    compiled = zen.ZenDecisionContent(content(table))
    engine = zen.ZenEngine({"loader": lambda key: compiled})
    ready = Ready(table)
    draw = random.Random(20261127)
    cases = [{each.name: draw.choice(each.values) for each in INPUTS} for _ in range(said.engine)]
    typed = [case | {"open_needs": int(case["open_needs"])} for case in cases]
    frame = pl.DataFrame(
        {each.name: draw.choices(each.values, k=said.cases) for each in INPUTS}
    ).with_columns(case_id=pl.int_range(pl.len()).cast(pl.String))
    read = frame.with_columns(triage.answered(each, frame[each.name]) for each in INPUTS)
    theirs, ours, batch, text = [], [], [], []
    differ = 0
    for number in range(said.rounds):
        began = time.perf_counter()
        there = [engine.evaluate("table", case)["result"] for case in typed]
        theirs.append((time.perf_counter() - began) / len(typed))
        began = time.perf_counter()
        here = [ready.suggest(case) for case in cases]
        ours.append((time.perf_counter() - began) / len(cases))
        began = time.perf_counter()
        decided = triage.decide(table, read)
        batch.append((time.perf_counter() - began) / len(frame))
        began = time.perf_counter()
        anew = triage.decide(table, frame)
        text.append((time.perf_counter() - began) / len(frame))
        if number == 0:
            differ = sum(
                (one.level, one.rule) != (other["level"], other["rule"])
                for one, other in zip(here, there, strict=True)
            )
            differ += decided.frame.height - decided.frame.equals(anew.frame) * anew.frame.height
            first = frame.head(50_000)
            for line, case in zip(decided.frame.iter_rows(), first.iter_rows(named=True), strict=False):
                one = ready.suggest(case)
                differ += line[1:3] != (one.level, one.rule)
    zen_, single, million, whole = (statistics.median(each) for each in (theirs, ours, batch, text))
    print(f"the engine, single: {1 / zen_:,.0f} a second")
    print(f"ours, single with level and rule: {1 / single:,.0f} a second,"
          f" {zen_ / single:.1f} times (aim {SINGLE:g})")  # fmt: skip
    print(f"ours, {said.cases:,} cases: {million * said.cases:.3f} s,"
          f" {zen_ / million:.0f} times a case (aim {BATCH:g});"
          f" answers still text: {whole * said.cases:.3f} s, {zen_ / whole:.0f} times")  # fmt: skip
    print(f"{differ} answers differ")
    sys.exit(0 if differ == 0 and zen_ / single >= SINGLE and zen_ / million >= BATCH else 1)


if __name__ == "__main__":
    main()
