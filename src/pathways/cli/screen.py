"""`pathways screen`: from police records to the women whom a person should consider, with what is behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from pathways.analysis import pole, screening, sheets
from pathways.analysis.pole import reading
from pathways.analysis.screening import considering
from pathways.installation.refusal import RefusalError

DRAFT = "An analyst’s own draft: not through disclosure control, and a named person decides on each."


def run(
    extracts: Path | None,
    out: Path | None,
    *,
    mapping: Path | None,
    indicators: Path | None,
    as_at: str | None,
    order: str,
    leave_out: bool,
    json_file: Path | None,
    record: Path | None,
    today: date,
) -> None:
    """Raises RefusalError, one line naming file, row and column or line, for what cannot be used."""
    console = Console(highlight=False, soft_wrap=True)
    try:
        using = screening.catalogue()
        if indicators is not None:
            using += screening.read_folder(indicators)
        if record is not None:
            _write_record(using, record)
            console.print(str(record))
            if extracts is None:
                return
        if extracts is None or out is None:
            raise RefusalError("give --extracts and --out, or --record to write how it works")
        day, wanted = _day(as_at, today), _order(order)
        if out.exists() and not out.is_dir():
            raise RefusalError(f"{out} is a file; give a folder for --out")
        with _progress() as progress:
            progress(0, 1, "reading")
            latest = max(day, today)  # looking back, what is later is no error
            extract = _read(extracts, mapping, latest, leave_out=leave_out)
            found = screening.screen(extract.tables, day, indicators=using, order=wanted, progress=progress)
        _write(found, extract, out)
        said = _result(found, extract)
        if json_file is not None:
            with sheets.whole_file(json_file) as part:
                part.write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", "utf-8")
    except (screening.IndicatorError, screening.LimitError, sheets.UnreadableError,
            pole.MappingError) as error:
        raise RefusalError(str(error)) from None
    _say(console, found, extract, out)


def _day(text: str | None, today: date) -> date:
    if text is None:
        return today
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RefusalError(f"--as-at {text} is not a date such as 2026-11-27") from None


def _order(text: str) -> screening.Order:
    try:
        return screening.Order(text.replace("-", "_"))
    except ValueError:
        known = ", ".join(each.value.replace("_", "-") for each in screening.Order)
        raise RefusalError(f"--order {text} is none of: {known}") from None


def _read(folder: Path, mapping: Path | None, latest: date, *, leave_out: bool) -> pole.Extract:
    """The tables of a folder under a mapping, or under one guessed from its headings."""
    if not folder.is_dir():
        raise RefusalError(f"{folder} is not a folder")
    found = reading.sheets_of(folder)
    said = pole.load(mapping) if mapping is not None else pole.guess(found)
    extract = pole.read_sheets(found, said, received=latest)
    if extract.rejected and not leave_out:
        more = len(extract.rejected) - 1
        others = f", and {more:,} more" if more else ""
        raise RefusalError(f"{extract.rejected[0]}{others} (--leave-out goes on without such rows)")
    if not {"persons", "events", "links"} & set(extract.tables):
        raise RefusalError(f"{folder} holds neither persons nor events nor links")
    return extract


@contextmanager
def _progress() -> Iterator[Any]:
    shown = Progress(
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:.0f} of {task.total:.0f}"),
        console=Console(stderr=True), transient=True,
    )  # fmt: skip
    with shown:
        task = shown.add_task("screening", total=1)
        yield lambda done, of, what: shown.update(task, completed=done, total=of, description=what[:60])


def _write(found: screening.Screened, extract: pole.Extract, out: Path) -> None:
    considerations = found.considerations.with_columns(
        pl.col("headings").list.join(";"),
        pl.col("indicators").list.join(";"),
        pl.when("immediate_safety").then(pl.lit("yes")).otherwise(pl.lit("no")).alias("immediate_safety"),
    )
    evidence = found.evidence.select(
        "person_id", "indicator", "heading", "source", "source_record", "observed_on"
    )
    with sheets.whole(out) as part:
        sheets.write(considerations, part / "considerations.csv")
        sheets.write(evidence, part / "evidence.csv")
        if extract.rejected:
            columns = ("file", "row", "column", "value", "why", "mend")
            rows = [[getattr(each, name) for name in columns] for each in extract.rejected]
            sheets.write(pl.DataFrame(rows, columns, orient="row"), part / "left_out.csv")


def _write_record(using: tuple[screening.Indicator, ...], target: Path) -> None:
    from pathways.analysis.screening import record

    if target.suffix.lower() not in (".md", ".html"):
        raise RefusalError(f"{target}: the record is written as .md or .html")
    made = record.html(using) if target.suffix.lower() == ".html" else record.markdown(using)
    with sheets.whole_file(target) as part:
        part.write_text(made, "utf-8")


def _result(found: screening.Screened, extract: pole.Extract) -> dict[str, Any]:
    counts = dict(found.counts)
    return {
        "persons": counts.pop("persons"),
        "events": counts.pop("events"),
        "considered": counts.pop("considered"),
        "by_indicator": counts.pop("by_indicator"),
        **counts,
        "as_at": found.as_at.isoformat(),
        "order": {"code": found.order.value, "words": found.order.label},
        "indicators": len(found.indicators),
        "edition": found.edition,
        "unknown_columns": extract.unknown,
        "columns_left_out": extract.left_out,
        "files_not_used": sorted(extract.others),
        "rows_left_out": len({(each.file, each.row) for each in extract.rejected}),
        "is_draft": True,
        "disclosure_control": False,
    }


def _n(count: int, one: str) -> str:
    return f"{count:,} {one}{'' if count == 1 else 's'}"


def _say(console: Console, found: screening.Screened, extract: pole.Extract, out: Path) -> None:
    n = found.counts
    cannot = n["cannot_be_judged"]
    console.print(
        f"{_n(n['persons'], 'person')} and {_n(n['events'], 'event')}, looked at from"
        f" {found.as_at.isoformat()} for {_n(len(found.indicators), 'indicator')}"
    )
    console.print(f"{n['eligible']:,} can be considered: recorded as female, and 18 or over on the day")
    no_sex = cannot["sex_not_recorded"] + cannot["sexes_differ"]
    if no_sex:
        whom = f"all {n['persons']:,} persons" if no_sex == n["persons"] else _n(no_sex, "person")
        console.print(
            f"Sex is not recorded for {whom}: they cannot be judged. Sex is never guessed from a name."
        )
    if cannot["sexes_differ"]:
        console.print(f"  of these, {cannot['sexes_differ']:,} are recorded with more than one sex")
    if cannot["age_unknown"]:
        console.print(f"The age of {cannot['age_unknown']:,} is not known: they cannot be judged.")
    if cannot["only_in_links"]:
        console.print(f"{cannot['only_in_links']:,} stand in links only, and not among the persons.")
    if n["under_age"]:
        console.print(f"{n['under_age']:,} are under 18: child safeguarding, and not this list.")
    console.print(f"{n['considered']:,} to be considered; {found.order.label.lower()}")
    for code, words in considering.NOT_LISTED.items():
        if n["not_listed"][code]:
            console.print(f"  not listed: {n['not_listed'][code]:,} with {words}")
    if n["immediate_safety_not_listed"]:
        console.print(
            f"Not listed, with a sign of immediate danger: {n['immediate_safety_not_listed']:,}. That is for"
            " safeguarding, now, whatever this list says."
        )
    if n["undated_events"] or n["not_dates"]:
        console.print(
            f"{n['undated_events']:,} events have no day ({n['not_dates']:,} cells could not be read as one);"
            " no indicator with a look-back sees them."
        )
    for warning in extract.warnings:
        console.print(f"WARNING: {warning}")
    for note in extract.notes:
        console.print(f"note: {note}")
    for file, columns in extract.unknown.items():
        console.print(f"not used: columns of {file}: {', '.join(columns)}")
    for file, columns in extract.left_out.items():
        console.print(f"left out, of immigration status: columns of {file}: {', '.join(columns)}")
    if extract.rejected:
        rows = len({(each.file, each.row) for each in extract.rejected})
        console.print(f"LEFT OUT: {_n(rows, 'row')} that could not be read; left_out.csv says which and why")
    for name in ("considerations.csv", "evidence.csv", *(["left_out.csv"] if extract.rejected else [])):
        console.print(str(out / name))
    console.print(DRAFT)
