"""A triage policy and cases from files: what it gives each case, and who would move under another policy.

A policy is JSON, a workbook with the sheets `inputs` and `rules`, or a CSV of the rules with a JSON that
names the inputs. Cases are rows with `case_id` and a column for each input. The policy itself, and the proof
that it says one thing of every combination, are the domain's: nothing is decided here that is not decided
there. Cases with the same answers are decided once.
"""

from __future__ import annotations

import io
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from pathways.analysis import sheets
from pathways.analysis.sheets import Sheet, UnreadableError
from pathways.domain.triage import policy as table
from pathways.domain.triage import proof
from pathways.domain.triage.condition import WHOLE, Input
from pathways.domain.triage.levels import Level, Standard
from pathways.domain.triage.policy import Malformed, Policy, Ready, Rule, Suggestion

CASE = "case_id"
#: columns of the rules that are no input
_OF_A_RULE = ("id", "level", "because")
#: so many combinations are looked up by their place; beyond it, by what the cases hold
_MOST_PLACES = 4_000_000
#: what a level promises, as columns of the sheet `levels`
_PROMISED = ("offer", "first_contact_days", "review_weeks")
_RANGE = re.compile(r"(-?\d+)\s*(?:\.\.|to)\s*(-?\d+)")

Progress = Callable[[int, int], None]


# --- the policy ----------------------------------------------------------------------------------------


def read_policy(path: Path, inputs: Path | None = None) -> Policy:
    """The policy of a file. `inputs` is the JSON that names the inputs of a CSV: else the one beside it.

    Raises UnreadableError, naming the row and the column, for one that does not make sense.
    """
    ending = path.suffix.lower()
    if ending == ".json":
        return _from_json(path)
    if ending in (".xlsx", ".xlsm", ".ods"):
        return _from_workbook(path)
    if ending in (".csv", ".tsv"):
        return _from_rules(path, inputs or path.with_suffix(".json"))
    raise UnreadableError(path, "a policy is a .json, a workbook (.xlsx, .ods) or the rules as .csv")


def from_bytes(name: str, content: bytes, beside: Policy) -> Policy:
    """The policy of a file that was uploaded; of a CSV of rules the facts and promises are those of `beside`.

    Raises UnreadableError, naming the row and the column, for one that does not make sense.
    """
    path = Path(name)
    ending = path.suffix.lower()
    if ending == ".json":
        body = _parsed(content, path)
        if isinstance(body.get("rules"), str):
            raise UnreadableError(path, "names a sheet of rules: upload the workbook, or the rules as .csv")
        try:
            return table.read(body)
        except Malformed as wrong:
            raise UnreadableError(path, str(wrong)) from None
    if ending in (".xlsx", ".xlsm", ".ods"):
        return _of_sheets(path, sheets.read_bytes(content, name))
    if ending in (".csv", ".tsv"):
        return _from_sheet(sheets.read_bytes(content, name)[0], table.plain(beside), beside.inputs)
    raise UnreadableError(path, "a policy is a .json, a workbook (.xlsx, .ods) or the rules as .csv")


def to_bytes(kind: str, policy: Policy) -> bytes:
    """The policy as a file that `read_policy` reads back to the same: json, xlsx, ods; csv has only rules.

    Raises ValueError for another kind.
    """
    if kind == "json":
        return (json.dumps(table.plain(policy), ensure_ascii=False, indent=2) + "\n").encode()
    if kind == "csv":
        return sheets.to_bytes(_rules_frame(policy), ".csv")
    if kind not in ("xlsx", "ods"):
        raise ValueError(f"a policy is not written as {kind}")
    about = pl.DataFrame({"name": [policy.name], "version": [policy.version]})
    several = {
        "about": about,
        "inputs": _inputs_frame(policy),
        "levels": _levels_frame(policy),
        "rules": _rules_frame(policy),
    }
    content = io.BytesIO()
    sheets.write_several(several, content, f".{kind}")
    return content.getvalue()


def _inputs_frame(policy: Policy) -> pl.DataFrame:
    def values(question: Input) -> str:
        numbers = [int(value) for value in question.values] if question.is_number else []
        if len(numbers) > 1 and numbers == list(range(numbers[0], numbers[-1] + 1)):
            return f"{numbers[0]}..{numbers[-1]}"
        return "|".join(question.values)

    return pl.DataFrame(
        {
            "input": [question.name for question in policy.inputs],
            "values": [values(question) for question in policy.inputs],
        }
    )


def _rules_frame(policy: Policy) -> pl.DataFrame:
    cells = {
        question.name: [_cell(rule, question.name) for rule in policy.rules] for question in policy.inputs
    }
    return pl.DataFrame(
        {
            "id": [rule.id for rule in policy.rules],
            **cells,
            "level": [rule.level for rule in policy.rules],
            "because": [rule.because for rule in policy.rules],
        },
        schema=dict.fromkeys(("id", *cells, "level", "because"), pl.String),
    )


def _cell(rule: Rule, name: str) -> str:
    text = rule.when.get(name, "").strip()
    return "" if text == "-" else text


def _levels_frame(policy: Policy) -> pl.DataFrame:
    usual = {str(level.value): level for level in Level}
    several = [policy.standard(usual[each]) if each in usual else None for each in policy.levels]
    return pl.DataFrame(
        {
            "level": list(policy.levels),
            "offer": [each.offer if each else None for each in several],
            "first_contact_days": [str(each.first_contact_days) if each else None for each in several],
            "review_weeks": [
                str(each.review_weeks) if each and each.review_weeks else None for each in several
            ],
            "answer_days": [str(each.answer_days) if each else None for each in several],
        },
        schema=dict.fromkeys(("level", *_PROMISED, "answer_days"), pl.String),
    )


def _body(path: Path) -> dict[str, Any]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableError(path, (error.strerror or "cannot be opened").lower()) from None
    return _parsed(content, path)


class _NamedTwiceError(Exception):
    """A name stands twice in one object: JSON would quietly keep the last, and a condition be lost."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _NamedTwiceError(f"gives “{name}” twice in one object: only one of the two can be meant")
        found[name] = value
    return found


def _parsed(content: bytes, path: Path) -> dict[str, Any]:
    try:
        body = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_once)
    except _NamedTwiceError as twice:
        raise UnreadableError(path, str(twice)) from None
    except UnicodeDecodeError:
        raise UnreadableError(path, "is not UTF-8") from None
    except json.JSONDecodeError as error:
        why = f"is not JSON: {error.msg.lower()} (character {error.colno} of the line)"
        raise UnreadableError(path, why, row=error.lineno) from None
    except (RecursionError, ValueError):
        raise UnreadableError(path, "holds a number or a nesting too large to be a policy") from None
    if not isinstance(body, dict):
        raise UnreadableError(path, "a policy is an object with “inputs” and “rules”")
    return body


def _from_json(path: Path) -> Policy:
    body = _body(path)
    if isinstance(body.get("rules"), str):  # the rules are kept in a sheet, which the JSON names
        return _from_rules(path.parent / body["rules"], path)
    try:
        return table.read(body)
    except Malformed as wrong:
        raise UnreadableError(path, str(wrong)) from None


def _from_rules(path: Path, beside: Path) -> Policy:
    if not beside.exists():
        why = f"a CSV holds only the rules: {beside.name} beside it, or --inputs, has to name the inputs"
        raise UnreadableError(path, why)
    body = _body(beside)
    return _from_sheet(sheets.read(path, is_whole=True), body, _inputs_of(body, beside))


def _inputs_of(body: dict[str, Any], path: Path) -> tuple[Input, ...]:
    try:
        return table.read({**body, "rules": []}).inputs
    except Malformed as wrong:
        raise UnreadableError(path, str(wrong)) from None


def _from_workbook(path: Path) -> Policy:
    return _of_sheets(path, sheets.read_all(path))


def _of_sheets(path: Path, several: Sequence[Sheet]) -> Policy:
    found = {sheet.name.strip().lower(): sheet for sheet in several}
    for name in ("inputs", "rules"):
        if name not in found:
            raise UnreadableError(path, f"has no sheet “{name}” with anything in it")
    body: dict[str, Any] = {"name": path.stem}
    if "about" in found:
        found["about"].need("name", "version")
        body |= found["about"].frame.row(0, named=True) if len(found["about"]) else {}
    if "levels" in found:
        found["levels"].need("level")
        body["levels"] = found["levels"].frame["level"].drop_nulls().to_list()
        body["offers"] = _offers(found["levels"])
    return _from_sheet(found["rules"], body, tuple(_inputs(found["inputs"])))


def _offers(sheet: Sheet) -> dict[str, Any]:
    """What the levels promise, where the sheet says; a level without a word keeps the usual promise."""
    wanted: tuple[str, ...] = _PROMISED
    if not {*wanted, "answer_days"} & set(sheet.columns):
        return {}
    for column in wanted:
        sheet.need(column)
    if "answer_days" in sheet.columns:  # may be left out: then it is as usual
        wanted = (*wanted, "answer_days")
    found: dict[str, Any] = {}
    for index, line in enumerate(sheet.frame.iter_rows(named=True)):
        if not line["level"] or not any(line[name] for name in wanted):
            continue
        row = sheet.row_of(index)
        try:
            level = Level(int(line["level"]))
            table.standard_of(level, {name: line[name] for name in wanted})
        except Malformed as wrong:
            why = str(wrong).split(": ", 1)[-1]
            raise UnreadableError(sheet.path, why, row=row, column=wrong.column) from None
        except ValueError:
            raise UnreadableError(
                sheet.path, "a promise belongs to a level from 0 to 4", row=row, column="level"
            ) from None
        found[line["level"]] = {name: line[name] for name in wanted}
    return found


def _inputs(sheet: Sheet) -> list[Input]:
    sheet.need("input", "values")
    found = []
    for index, line in enumerate(sheet.frame.iter_rows(named=True)):
        row, name, values = sheet.row_of(index), line["input"], line["values"]
        if not name:
            raise UnreadableError(sheet.path, "an input needs a name", row=row, column="input")
        if not values:
            why = "give the values, as low|medium|high or 0..11"
            raise UnreadableError(sheet.path, why, row=row, column="values")
        try:
            if run := _RANGE.fullmatch(values):
                found.append(Input.numbers(name, int(run[1]), int(run[2])))
            else:
                several = tuple(part.strip() for part in re.split(r"[|,;]", values) if part.strip())
                found.append(Input(name, several, all(re.fullmatch(r"-?\d+", each) for each in several)))
        except ValueError as wrong:
            raise UnreadableError(sheet.path, str(wrong), row=row, column="values") from None
    return found


def _from_sheet(sheet: Sheet, body: dict[str, Any], inputs: tuple[Input, ...]) -> Policy:
    sheet.need("level")
    names = {question.name for question in inputs}
    for column in sheet.columns:
        if column not in names and column not in _OF_A_RULE:
            known = ", ".join(sorted(names))
            raise UnreadableError(sheet.path, f"is no input of the policy ({known})", column=column)
    rules: list[Rule] = []
    rows: dict[str, int] = {}
    for index, line in enumerate(sheet.frame.iter_rows(named=True)):
        row = sheet.row_of(index)
        named = line.get("id") or f"row {row}"
        if named in rows:
            why = f"{named} is the id of row {rows[named]} as well"
            raise UnreadableError(sheet.path, why, row=row, column="id")
        if not line["level"]:
            raise UnreadableError(sheet.path, "a rule needs a level", row=row, column="level")
        rows[named] = row
        when = {name: line.get(name) or "" for name in names if name in line}
        rules.append(Rule(named, when, line["level"], line.get("because") or ""))
    levels = body.get("levels")
    try:
        return Policy(
            name=str(body.get("name") or sheet.path.stem),
            version=str(body.get("version") or ""),
            inputs=inputs,
            rules=tuple(rules),
            standards=table.offers_of(body.get("offers")),
            **({"levels": tuple(str(level) for level in levels)} if levels else {}),
        )
    except Malformed as wrong:
        said = str(wrong).removeprefix(f"rule {wrong.row}").removeprefix(f", column {wrong.column}")
        why = said.removeprefix(": ")
        raise UnreadableError(sheet.path, why, row=rows.get(wrong.row), column=wrong.column) from None


def findings(policy: Policy) -> dict[str, Any]:
    """The proof of a policy as plain data: what `pathways triage check` writes."""
    found = proof.check(policy)
    return {
        "complete": found.complete,
        "is_sound": found.is_sound,
        "combinations": found.combinations,
        "gap_count": found.gap_count,
        "gaps": [dict(gap) for gap in found.gaps],
        "overlaps": [_clash(each) for each in found.overlaps],
        "contradictions": [_clash(each) for each in found.contradictions],
        "never_met": list(found.idle),
        "name": policy.name,
        "version": policy.version,
        "rules": len(policy.rules),
    }


def _clash(each: proof.Clash) -> dict[str, Any]:
    return {
        "rules": list(each.rules),
        "levels": list(each.levels),
        "combinations": each.combinations,
        "example": dict(each.example),
    }


# --- the cases -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Decided:
    """What a policy gives each case, in the order of the cases.

    `frame` has case_id, level, rule, provisional and missing (inputs divided by `|`; null for none), the
    words as Enum; `levels` counts the cases of every level of the policy.
    """

    frame: pl.DataFrame
    levels: dict[str, int]
    provisional: int

    def sheet(self) -> pl.DataFrame:
        """The frame with its words as text, to be written to a file."""
        return self.frame.with_columns(pl.col(pl.Enum).cast(pl.String))


def read_cases(path: Path, *policies: Policy, also: Sequence[str] = ()) -> Sheet:
    """The cases of a file, each with an id of its own and a column for every input of the policies: these no
    longer as text, but as the Enum of the input's values.

    Raises UnreadableError, naming the row and the column, for an answer that an input cannot have.
    """
    sheet = sheets.read(path, is_whole=True)
    sheet.need(CASE, *(question.name for policy in policies for question in policy.inputs), *also)
    ids = sheet.frame[CASE]
    if ids.null_count():
        row = sheet.row_of(int(ids.is_null().arg_true()[0]))
        raise UnreadableError(path, "a case needs an id", row=row, column=CASE)
    twice = ids.is_first_distinct().not_().arg_true()
    if len(twice):
        row = sheet.row_of(int(twice[0]))
        why = f"{ids[int(twice[0])]} stands in an earlier row as well"
        raise UnreadableError(path, why, row=row, column=CASE)
    held: dict[str, pl.Series] = {}
    for question in {question for policy in policies for question in policy.inputs}:
        answers = sheet.frame[question.name]
        held[question.name] = answered(question, answers)
        if question.is_number and held[question.name].null_count() != answers.null_count():
            # a spreadsheet writes 3 as 3.0: looked at only where something is no answer as it stands
            held[question.name] = answered(question, answers.str.replace(f"^{WHOLE.pattern}$", "${1}"))
        if held[question.name].null_count() != answers.null_count():
            wrong = int((held[question.name].is_null() & answers.is_not_null()).arg_true()[0])
            shown = f"{question.values[0]} to {question.values[-1]}" if question.is_number else ", ".join(
                question.values
            )  # fmt: skip
            why = f"{answers[wrong]} is not an answer ({shown}, or blank)"
            raise UnreadableError(path, why, row=sheet.row_of(wrong), column=question.name)
    return replace(sheet, frame=sheet.frame.with_columns(**held))


def answered(question: Input, answers: pl.Series) -> pl.Series:
    """Answers as the place of each among the values of the input; null for what is none of them."""
    return answers.cast(pl.Enum(list(question.values)), strict=False)


def decide(policy: Policy, cases: pl.DataFrame) -> Decided:
    """The policy applied to every case; a blank answer is missing, and every value is tried in its place.

    Raises ValueError for a policy with a gap or a contradiction, and for an answer that an input cannot have.
    """
    allowed = proof.may_apply(policy)
    if not allowed:
        raise ValueError(allowed.reason)
    places, counts, given = _places(policy, cases)
    ready = Ready(policy)
    several = [ready.suggest(_answers(policy, place)) for place in places]
    lines = pl.DataFrame(
        {
            "level": [each.level for each in several],
            "rule": [each.rule for each in several],
            "provisional": [each.provisional for each in several],
            "missing": ["|".join(each.missing) or None for each in several],
        },
        schema={
            "level": pl.Enum(list(policy.levels)),
            "rule": _one_of(each.rule for each in several),
            "provisional": pl.Boolean,
            "missing": _one_of("|".join(each.missing) for each in several),
        },
    )
    levels: Counter[str] = Counter()
    for each, count in zip(several, counts, strict=True):
        levels[each.level] += count
    frame = pl.concat([cases.select(CASE), lines.select(pl.all().gather(given))], how="horizontal")
    return Decided(
        frame=frame,
        levels={level: levels[level] for level in policy.levels},
        provisional=sum(n for each, n in zip(several, counts, strict=True) if each.provisional),
    )


def _one_of(words: Iterable[str]) -> pl.Enum:
    """So few different words that a case holds only which of them is hers."""
    return pl.Enum(sorted({word for word in words if word}))


def _places(policy: Policy, cases: pl.DataFrame) -> tuple[list[int], list[int], pl.Series]:
    """Each combination of answers that is there, as a number; how many cases have it; and for each case which
    of them is hers."""
    sizes = [len(question.values) + 1 for question in policy.inputs]
    combinations = math.prod(sizes)
    if combinations >= 2**62:
        raise ValueError("the policy has more combinations of answers than can be numbered")
    codes = cases.select(  # in one go: columns of text are then read side by side
        pl.col(question.name).cast(pl.Enum(list(question.values)), strict=False).to_physical()
        for question in policy.inputs
    )
    # as narrow as will hold every combination: a pass over a million cases takes as long as they are wide
    place = np.zeros(cases.height, dtype=np.min_scalar_type(combinations))
    for question, size in zip(policy.inputs, sizes, strict=True):
        code = codes[question.name]
        if code.null_count() != cases[question.name].null_count():
            raise ValueError(f"an answer is none of “{question.name}”")
        place *= place.dtype.type(size)
        place += (code.fill_null(size - 1) if code.null_count() else code).to_numpy()
    if combinations <= _MOST_PLACES:
        how_often = np.bincount(place.astype(np.int64), minlength=combinations)
        there = np.flatnonzero(how_often)
        number = np.zeros(combinations, dtype=np.uint32)
        number[there] = np.arange(len(there), dtype=np.uint32)
        return there.tolist(), how_often[there].tolist(), pl.Series(number[place])
    distinct, given, how_often = np.unique(place, return_inverse=True, return_counts=True)
    return distinct.tolist(), how_often.tolist(), pl.Series(given.astype(np.uint32))


def _answers(policy: Policy, place: int) -> Mapping[str, str | None]:
    found: dict[str, str | None] = {}
    for question in reversed(policy.inputs):
        place, code = divmod(place, len(question.values) + 1)
        found[question.name] = question.values[code] if code < len(question.values) else None
    return found


# --- one policy against another ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Compared:
    """Who moves when the second policy takes the place of the first.

    `frame` has case_id, before, after, move ("up", "down" or "same") and the groups' columns; `summary` is
    plain data: moves, groups and workload.
    """

    frame: pl.DataFrame
    summary: dict[str, Any]


def compare(before: Policy, after: Policy, cases: pl.DataFrame, groups: Sequence[str] = ()) -> Compared:
    """Both policies over the same cases. Levels are compared by their rank in the first policy.

    Raises ValueError when the policies have different levels, or one of them may not be applied.
    """
    if before.levels != after.levels:
        said = " and ".join(", ".join(policy.levels) for policy in (before, after))
        raise ValueError(f"the two policies have different levels: {said}")
    one, other = decide(before, cases), decide(after, cases)
    levels = [one.frame.select(before="level"), other.frame.select(after="level")]
    frame = (
        pl.concat([cases.select(CASE), *levels], how="horizontal")
        .with_columns(
            move=pl.when(pl.col("after") > pl.col("before"))
            .then(pl.lit("up"))
            .when(pl.col("after") < pl.col("before"))
            .then(pl.lit("down"))
            .otherwise(pl.lit("same"))
        )
        .with_columns(cases[name] for name in groups)
        .with_columns(pl.col(pl.Enum).cast(pl.String))
    )
    return Compared(
        frame=frame,
        summary={
            "cases": frame.height,
            **_moved(frame),
            "moves": _moves(frame),
            "groups": [
                {"column": name, "group": value, "n": part.height, **_moved(part), "moves": _moves(part)}
                for name in groups
                for value, part in _parts(frame, name)
            ],
            "provisional": {"before": one.provisional, "after": other.provisional},
            "workload": (
                load := [
                    _load(level, (before, after), (one.levels[level], other.levels[level]))
                    for level in before.levels
                ]
            ),
            "workload_total": _total(load),
            "policies": [
                {"name": each.name, "version": each.version, "rules": len(each.rules)}
                for each in (before, after)
            ],
        },
    )


def _moved(frame: pl.DataFrame) -> dict[str, int]:
    counts = Counter(frame["move"].to_list())
    return {"moved": counts["up"] + counts["down"], "up": counts["up"], "down": counts["down"]}


def _moves(frame: pl.DataFrame) -> list[dict[str, Any]]:
    found = (
        frame.filter(pl.col("move") != "same").group_by("before", "after").len().sort("before", "after")
    )
    return [{"from": one, "to": other, "n": n} for one, other, n in found.iter_rows()]


def _parts(frame: pl.DataFrame, name: str) -> list[tuple[str | None, pl.DataFrame]]:
    """The cases of each group, those of no group last."""
    found = {key[0]: part for key, part in frame.partition_by(name, as_dict=True).items()}
    return sorted(found.items(), key=lambda item: (item[0] is None, str(item[0])))


def _load(level: str, policies: tuple[Policy, Policy], cases: tuple[int, int]) -> dict[str, Any]:
    """Cases at a level and what they ask of a service in a year, each by what its own policy promises."""
    known = {str(one.value): one for one in Level}
    was, now = (policy.standard(known[level]) if level in known else None for policy in policies)
    before, after = cases
    return {
        "level": level,
        "before": before,
        "after": after,
        "change": after - before,
        "reviews_a_year_before": before * _a_year(was),
        "reviews_a_year_after": after * _a_year(now),
        "first_contact_working_days": now.first_contact_days if now else None,
        "first_contact_working_days_before": was.first_contact_days if was else None,
        "review_weeks": now.review_weeks if now else None,
        "review_weeks_before": was.review_weeks if was else None,
    }


def _a_year(standard: Standard | None) -> float:
    return 52 / standard.review_weeks if standard and standard.review_weeks else 0.0


def _total(lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    def soon(count: str, days: str) -> int:
        return sum(line[count] for line in lines if line[days] in (0, 1, 2))

    return {
        "reviews_a_year_before": sum(line["reviews_a_year_before"] for line in lines),
        "reviews_a_year_after": sum(line["reviews_a_year_after"] for line in lines),
        "first_contact_within_two_days_before": soon("before", "first_contact_working_days_before"),
        "first_contact_within_two_days_after": soon("after", "first_contact_working_days"),
    }


__all__ = [
    "CASE",
    "Compared",
    "Decided",
    "Suggestion",
    "compare",
    "decide",
    "findings",
    "read_cases",
    "read_policy",
]
