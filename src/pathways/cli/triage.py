"""`pathways triage`: a policy table proved, applied to a file of cases, and held against another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pathways.cli import files
from pathways.domain.triage import levels
from pathways.installation.refusal import RefusalError

SHOWN = 5


def decide(*, policy: Path, inputs: Path | None, cases: Path, out: Path, json_file: Path | None) -> None:
    """Raises RefusalError for a policy that may not be applied and for a file that will not do."""
    files.check_places(out, json_file, not_on=[policy, inputs, cases])
    with files.reading():
        from pathways.analysis import sheets, triage

        table = _applicable(policy, inputs)
        sheet = triage.read_cases(cases, table)
        decided = triage.decide(table, sheet.frame)
        with sheets.whole_file(out) as part:
            sheets.write(decided.sheet(), part)
    body = {
        "cases": decided.frame.height,
        "levels": decided.levels,
        "provisional": decided.provisional,
        "policy": {"name": table.name, "version": table.version},
        "disclosure_control": False,
    }
    files.write_json(json_file, body)
    say = files.console()
    say.print(f"{_cases(decided.frame.height)} by {table.name}{_version(table.version)}")
    for level, count in decided.levels.items():
        say.print(f"  level {level}: {count:,}")
    if decided.provisional:
        say.print(f"  {decided.provisional:,} provisional: an answer is missing that could change the level")
    say.print(f"The policy suggests; a named person decides. Written to {out}.")
    say.print(files.DRAFT)


def check(*, policy: Path, inputs: Path | None, json_file: Path | None) -> None:
    """Raises RefusalError for a file that is no policy; findings are no failure."""
    files.check_places(json_file, not_on=[policy, inputs])
    with files.reading():
        from pathways.analysis import triage

        found = triage.findings(triage.read_policy(policy, inputs))
    files.write_json(json_file, found)
    say = files.console()
    say.print(f"{found['name']}{_version(found['version'])}: {found['rules']} rules, "
              f"{found['combinations']:,} combinations of answers")  # fmt: skip
    if found["is_sound"]:
        say.print("Every combination is taken by exactly one rule.")
    if found["gap_count"]:
        say.print(f"{found['gap_count']:,} combinations that no rule takes, among them:")
        for gap in found["gaps"][:SHOWN]:
            say.print(f"  {_said(gap)}")
    for kind, words in (
        ("contradictions", "give different levels to"),
        ("overlaps", "both give level {level} to"),
    ):
        for each in found[kind]:
            one, other = each["rules"]
            which = words.format(level=each["levels"][0])
            many = "combination" if each["combinations"] == 1 else "combinations"
            say.print(f"{one} and {other} {which} {each['combinations']:,} {many}: {_said(each['example'])}")
    for rule in found["never_met"]:
        say.print(f"{rule} can never be met.")


def compare(
    *,
    policy: Path,
    against: Path,
    inputs: Path | None,
    cases: Path,
    groups: list[str],
    out: Path | None,
    json_file: Path | None,
) -> None:
    """Raises RefusalError for a policy that may not be applied and for a file that will not do."""
    files.check_places(out, json_file, not_on=[policy, against, inputs, cases])
    with files.reading():
        from pathways.analysis import sheets, triage

        before, after = _applicable(policy, inputs), _applicable(against, inputs)
        if before.levels != after.levels:
            raise RefusalError(f"{policy} and {against} have different levels: they cannot be compared")
        sheet = triage.read_cases(cases, before, after, also=groups)
        compared = triage.compare(before, after, sheet.frame, groups)
        if out is not None:
            with sheets.whole_file(out) as part:
                sheets.write(compared.frame, part)
    said = compared.summary
    files.write_json(json_file, {**said, "disclosure_control": False})
    _say_comparison(said, out)


def record(*, policy: Path, inputs: Path | None, out: Path, programme: str) -> None:
    """Raises RefusalError for a file that is no policy, and for a place where nothing can be written."""
    files.check_places(out, not_on=[policy, inputs])
    if out.suffix.lower() not in (".md", ".html"):
        raise RefusalError(f"{out}: the record is written as .md or .html")
    with files.reading():
        from pathways.analysis import sheets, triage, triage_record

        table, so = triage.read_policy(policy, inputs), triage_record.of_a_file(programme)
        if set(table.levels) != {str(level.value) for level in levels.Level}:
            raise RefusalError(f"{policy}: the record is of a policy whose levels are 0 to 4")
        made = (triage_record.html if out.suffix.lower() == ".html" else triage_record.markdown)(table, so)
        with sheets.whole_file(out) as part:
            part.write_text(made, "utf-8")
    say = files.console()
    say.print(f"How {table.name}{_version(table.version)} works, for the public: {out}")
    say.print(f"{made.count(triage_record.FILL_IN)} places only the programme can fill in.")


def _say_comparison(said: dict[str, Any], out: Path | None) -> None:
    say = files.console()
    say.print(f"{_cases(said['cases'])}: {said['moved']:,} move, {said['up']:,} up and {said['down']:,} down")
    for move in said["moves"]:
        say.print(f"  from level {move['from']} to level {move['to']}: {move['n']:,}")
    for part in said["groups"]:
        group = part["group"] if part["group"] is not None else "not recorded"
        say.print(f"  {part['column']} {group}: {part['moved']:,} of {part['n']:,} move "
                  f"({part['up']:,} up, {part['down']:,} down)")  # fmt: skip
    for line in said["workload"]:
        say.print(f"  level {line['level']}: {line['before']:,} before, {line['after']:,} after")
    total = said["workload_total"]
    say.print(f"  reviews a year: {total['reviews_a_year_before']:,.0f} before, "
              f"{total['reviews_a_year_after']:,.0f} after")  # fmt: skip
    say.print(f"  first contact within two working days: {total['first_contact_within_two_days_before']:,} "
              f"before, {total['first_contact_within_two_days_after']:,} after")  # fmt: skip
    if out is not None:
        say.print(f"Written to {out}.")
    say.print(files.DRAFT)


def _applicable(path: Path, inputs: Path | None) -> Any:
    from pathways.analysis import triage
    from pathways.domain.triage import proof

    table = triage.read_policy(path, inputs)
    allowed = proof.may_apply(table)
    if not allowed:
        raise RefusalError(f"{path}: {allowed.reason} `pathways triage check` says where.")
    return table


def _cases(count: int) -> str:
    return "1 case" if count == 1 else f"{count:,} cases"


def _version(version: str) -> str:
    return f", version {version}" if version else ""


def _said(combination: dict[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in combination.items())
