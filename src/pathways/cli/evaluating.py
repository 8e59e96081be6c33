"""`pathways evaluate`: what an extract shows, and how sure anybody can be of it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pathways.cli import files
from pathways.installation.refusal import RefusalError

if TYPE_CHECKING:
    from pathways.analysis.sheets import Sheet


@contextmanager
def _answering(path: Path | None = None) -> Iterator[None]:
    """A table without an answer ends the command as an unreadable one does: with one line and status 2."""
    with files.reading():
        from pathways.analysis.impact.answers import UnanswerableError

        try:
            yield
        except UnanswerableError as error:
            raise RefusalError(f"{path}: {error}" if path else str(error)) from None


def _read(path: Path, where: str | None, missing: list[str]) -> Sheet:
    from pathways.analysis.impact import reading

    found = reading.read(path, where=where, missing=missing)
    files.say_unread(found)
    return found


def _notes(sheet: Sheet, used: list[str]) -> list[str]:
    """Words of the columns used that may stand for nothing, and whether they were counted as words."""
    from pathways.analysis.impact import reading

    return [
        f"{column}: “{word}” is counted as missing, since the column holds numbers."
        for column, word in sheet.blanked
        if column in used
    ] + [
        f"{column}: “{word}” is counted as a word like any other. Say --missing {word} where it stands for "
        "missing."
        for column, word in reading.like_missing(sheet, used)
    ]


def split(said: str | None) -> list[str]:
    """`COL,COL` as names."""
    try:
        row = next(csv.reader([said or ""], skipinitialspace=True, strict=True), [])
    except csv.Error:
        raise RefusalError(f'{said} is no list; write a,b and a name with a comma as "a, b",c') from None
    return [part.strip() for part in row if part.strip()]


def table(
    path: Path,
    *,
    columns: str | None,
    rows: list[str],
    stages: list[str],
    categorical: list[str],
    numeric: list[str],
    protect: bool,
    threshold: int | None,
    where: str | None,
    missing: list[str],
    json_file: Path | None,
) -> None:
    """Raises RefusalError for a file, a column or an option that will not do."""
    files.check_places(json_file, not_on=[path])
    if threshold is not None and not protect:
        raise RefusalError("--threshold says what --protect hides, so it needs --protect")
    sets = []
    for said in (part for each in stages for part in split(each)):
        name, sign, column = (part.strip() for part in said.partition("="))
        if not (name and sign and column):
            raise RefusalError(f"--stages {said}: NAME=COL is wanted, such as identified=is_identified")
        sets.append((name, column))
    with _answering(path):
        from pathways.analysis.impact import baseline, release

        sheet = _read(path, where, missing)
        material = baseline.gather(
            sheet, columns=columns, rows=rows, stages=sets, categorical=categorical,
            numeric=numeric,
        )  # fmt: skip
        if protect:
            from pathways.analysis.disclosure import Rule

            found = release.protected(material, Rule(threshold=threshold or Rule().threshold))
        else:
            found = baseline.baseline(material)
    found["disclosure_control"] = protect
    _write(json_file, found, sheet, [*([columns] if columns else []), *rows])
    _say_table(found)
    _end(found)


def _say_table(found: dict[str, Any]) -> None:
    say = files.console()
    say.print("  ".join([f"all {_count(found['n'])}",
                         *(f"{each['group']} {_count(each['n'])}" for each in found["groups"])]))  # fmt: skip
    if found["without_group"]:
        say.print(f"  {_count(found['without_group'])} in no group are left out")
    for each in found.get("overlaps", []):
        say.print(f"  in {' and '.join(each['in']) or 'no stage'}: {_count(each['n'])}")
    if note := found.get("note"):
        say.print(note)
    for row in found["rows"]:
        missing = f", missing {_count(row['missing'])}" if row["missing"] else ""
        say.print(f"{row['row']}{missing}{_tested(row)}")
        if row["kind"] == "numeric":
            for each in [{"group": "all", "n": row["n"], **row["overall"]}, *row["groups"]]:
                say.print(f"  {each['group']}: n {_count(each['n'])}, mean {_short(each['mean'], 2, '–')} "
                          f"(sd {_short(each['sd'], 2, '–')}), median {_short(each['median'], 2, '–')} "
                          f"({_short(each['q1'], 2, '–')} to {_short(each['q3'], 2, '–')})")  # fmt: skip
            continue
        for level in row["levels"]:
            cells = [f"all {_cell(level)}", *(f"{each['group']} {_cell(each)}" for each in level["groups"])]
            say.print(f"  {level['level']}: {', '.join(cells)}")
    for row in found["rows"]:
        for each in row.get("comparisons") or []:
            say.print(f"{row['row']}, {each['of']} with {each['with']}{_tested(each)}")
    if "disclosure" in found:
        said = found["disclosure"]
        say.print(f"{said['rule']} Of {said['cells']:,} counts {said['primary']:,} were small and "
                  f"{said['secondary']:,} more are hidden; an attack on the table found "
                  f"{said['audit']['at_risk']:,} at risk.")  # fmt: skip


def _tested(row: dict[str, Any]) -> str:
    if row["test"] is None:
        return f"; no test: {row['why']}"
    size = row["standardised_difference"]
    return f"; {row['test']}, p {_p(row['p'])}, standardised difference " + (
        "without limit" if size is None else f"{size:.3f}"
    )


def _cell(each: dict[str, Any]) -> str:
    share = "" if each["percent"] is None else f" ({each['percent']:.1f}%)"
    return f"{_count(each['count'])}{share}"


def _count(value: int | str) -> str:
    return value if isinstance(value, str) else f"{value:,}"


def change(
    path: Path,
    *,
    before: str,
    after: str,
    reliability: float,
    sd: float | None,
    cutoff: str | None,
    functional_mean: float | None,
    functional_sd: float | None,
    is_lower_better: bool,
    method: str,
    where: str | None,
    missing: list[str],
    json_file: Path | None,
) -> None:
    """Raises RefusalError for a file, a column or an option that will not do."""
    files.check_places(json_file, not_on=[path])
    if (functional_mean is None) != (functional_sd is None):
        raise RefusalError("--functional-mean and --functional-sd are wanted together")
    functional = None
    if functional_mean is not None and functional_sd is not None:
        functional = (functional_mean, functional_sd)
    with _answering(path):
        from pathways.analysis.impact import change as changes

        sheet = _read(path, where, missing)
        found = changes.change(
            sheet, before=before, after=after, reliability=reliability, sd=sd,
            cutoff=cutoff, functional=functional, is_lower_better=is_lower_better, method=method,
        )  # fmt: skip
    _write(json_file, found, sheet, [before, after])
    say = files.console()
    say.print(found["statement"])
    if found["recovered"] is not None:
        say.print(f"  recovered {found['recovered']:,}: reliably better, and across the cut-off")
        say.print(f"  improved {found['improved']:,}: reliably better, and not across it")
    else:
        say.print(f"  improved {found['improved']:,}")
    say.print(f"  unchanged {found['unchanged']:,}, worsened {found['worsened']:,}, "
              f"without both scores {found['missing']:,}")  # fmt: skip
    say.print(f"  mean {found['mean_before']:.2f} before, {found['mean_after']:.2f} after; a change beyond "
              f"{found['reliable_change']:.2f} is reliable")  # fmt: skip
    _end(found)


def survival(
    path: Path,
    *,
    duration: str,
    event: str,
    group: str | None,
    covariates: list[str],
    at: str | None,
    where: str | None,
    missing: list[str],
    json_file: Path | None,
) -> None:
    """Raises RefusalError for a file, a column or a time that will not do, and where there is no answer."""
    files.check_places(json_file, not_on=[path])
    times = split(at)
    for text in times:
        if not _is_time(text):
            raise RefusalError(f"--at {text}: a time is a number, 0 or more")
    with _answering(path):
        from pathways.analysis.impact import survival as surviving

        sheet = _read(path, where, missing)
        found = surviving.survival(
            sheet, duration=duration, event=event, group=group, covariates=covariates,
            at=times,
        )  # fmt: skip
    _write(json_file, found, sheet, [duration, event, *([group] if group else []), *covariates])
    say = files.console()
    for line in found["warnings"]:
        say.print(line)
    say.print(f"{found['n']:,} followed, {found['events']:,} with the event, {found['missing']:,} left out "
              "for a blank")  # fmt: skip
    for each in found["groups"]:
        shares = ", ".join(
            f"{share:.3f} at {time}" if share is not None else f"not known at {time}"
            for time, share in each["survival"].items()
        )
        say.print(f"  {each['group']}: n {each['n']:,}, events {each['events']:,}, without it {shares}")
    if (test := found["logrank"]) is not None:
        say.print(f"  log-rank {test['statistic']:.4f}, p {_p(test['p'])}")
    if (cox := found["cox"]) is not None:
        for name, each in cox["coefficients"].items():
            ratio, low, high = (_short(each[key]) for key in ("hazard_ratio", "low", "high"))
            say.print(f"  {name}: hazard ratio {ratio} ({low} to {high}), p {_p(each['p'])}")
        ranks = _short(cox["concordance"], 4)
        say.print(f"  log-likelihood {cox['log_likelihood']:.3f}, concordance {ranks}")
        say.print(f"  {cox['proportional_hazards']['statement']}")
    _end(found)


def impact(
    path: Path,
    *,
    treated: str,
    outcome: str,
    covariates: list[str],
    exact: list[str],
    ratio: int,
    caliper: float | None,
    replace: bool,
    in_rounds: bool,
    where: str | None,
    missing: list[str],
    json_file: Path | None,
) -> None:
    """Raises RefusalError for a file or a column that will not do, and where groups cannot be compared."""
    files.check_places(json_file, not_on=[path])
    with _answering(path):
        from pathways.analysis.impact import effect

        sheet = _read(path, where, missing)
        found = effect.impact(
            sheet, treated=treated, outcome=outcome, known=covariates, exact=exact,
            ratio=ratio, caliper=caliper, replace=replace, in_rounds=in_rounds,
        )  # fmt: skip
    _write(json_file, found, sheet, [treated, outcome, *covariates, *exact])
    say = files.console()
    say.print(found["statement"])
    say.print(f"  {found['n_treated']:,} treated, {found['n_comparison']:,} to compare with, "
              f"{found['missing']['rows']:,} left out for a blank")  # fmt: skip
    say.print(f"  difference as they stand {_interval(found['naive'])}")
    say.print(f"  weighted by the odds of treatment {_interval(found['weighted'])}")
    say.print("  standardised differences before and after matching (balanced within 0.1):")
    for line in found["balance"]:
        after = line["after"]
        far = "" if after is not None and abs(after) < 0.1 else "  not balanced"
        say.print(f"    {line['covariate']}: {_size(line['before'])} to {_size(after)}{far}")
    if (value := found["e_value"]) is not None and found["balanced"]:
        say.print(f"  E-value {_size(value['estimate'])}, of the nearer limit {_size(value['limit'])}")
    for warning in found["warnings"]:
        say.print(f"  {warning}")
    _end(found)


def compare(
    *,
    treated_events: int,
    treated_n: int,
    comparison_events: int,
    comparison_n: int,
    json_file: Path | None,
) -> None:
    """Raises RefusalError for counts that cannot be."""
    files.check_place(json_file)
    with _answering():
        from pathways.analysis.impact import proportions

        found = proportions.compare(treated_events, treated_n, comparison_events, comparison_n)
    found["evidence_level"] = "Maryland scale 2: two groups side by side, whatever else differs between them"
    _write(json_file, found)
    say = files.console()
    say.print(found["statement"])
    ratio, low, high = (_short(found["ratio"][key]) for key in ("estimate", "low", "high"))
    say.print(f"  ratio {ratio} ({low} to {high}), exact p {_p(found['p'])}")
    _end(found)


def fairness(
    path: Path,
    *,
    flag: str,
    outcome: str,
    group: str,
    where: str | None,
    missing: list[str],
    json_file: Path | None,
) -> None:
    """Raises RefusalError for a file, a column or a condition that will not do."""
    files.check_places(json_file, not_on=[path])
    with _answering(path):
        from pathways.analysis.impact import fairness as fair

        sheet = _read(path, where, missing)
        found = fair.fairness(sheet, flag=flag, outcome=outcome, group=group)
    _write(json_file, found, sheet, [group])
    say = files.console()
    say.print(f"{found['n']:,} with a flag, an outcome and a group; {found['missing']['rows']:,} left out")
    for name, each in [("everybody", found["overall"]), *((one["group"], one) for one in found["groups"])]:
        say.print(
            f"  {name}: n {each['n']:,}, TN {each['tn']:,}, FP {each['fp']:,}, FN {each['fn']:,}, "
            f"TP {each['tp']:,}; wrongly flagged {_percent(each, 'fpr')}, missed {_percent(each, 'fnr')}, "
            f"of the flagged it came true for {_percent(each, 'ppv')}"
            + (" (few: the rates are not sure)" if each["is_few"] else "")
        )
    _end(found)


def _write(
    json_file: Path | None, found: dict[str, Any], sheet: Sheet | None = None, used: list[str] | None = None
) -> None:
    """Writes the result, with the sheets that were not read and the words that may stand for nothing."""
    found.setdefault("disclosure_control", False)
    found["notes"] = _notes(sheet, used or []) if sheet is not None else []
    if sheet is not None:
        found["sheets_not_read"] = list(sheet.unread)
    files.write_json(json_file, found)
    for line in found["notes"]:
        files.console().print(line)


def _end(found: dict[str, Any]) -> None:
    say = files.console()
    if level := found.get("evidence_level"):
        say.print(f"Evidence level: {level}.")
    say.print(files.PROTECTED if found["disclosure_control"] else files.DRAFT)


def _is_time(text: str) -> bool:
    try:
        return 0 <= float(text) < float("inf")
    except ValueError:
        return False


def _p(value: float | None) -> str:
    if value is None:
        return "none"
    return "below .0001" if value < 0.0001 else f"{value:.4f}".lstrip("0")


def _short(value: float | None, digits: int = 3, otherwise: str = "without limit") -> str:
    return otherwise if value is None else f"{value:.{digits}f}"


def _size(value: float | None) -> str:
    return "not known" if value is None else f"{value:.4f}"


def _interval(each: dict[str, Any]) -> str:
    return f"{each['estimate']:,.2f} ({each['low']:,.2f} to {each['high']:,.2f})"


def _percent(each: dict[str, Any], rate: str) -> str:
    if each[rate] is None:
        return "nobody to say it of"
    return f"{100 * each[rate]:.2f}% ({100 * each[f'{rate}_low']:.1f} to {100 * each[f'{rate}_high']:.1f})"
