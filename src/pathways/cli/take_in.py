"""`pathways take-in`: an agency's extract into the live programme, whole or not at all."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from pathways.cli import files, live
from pathways.installation.refusal import RefusalError
from pathways.installation.settings import Settings

DIRECTORY = "directory"
_MOST_VALUES = 20


def run(
    settings: Settings,
    kind: str,
    path: Path,
    *,
    agency: str,
    user: str,
    mapping: str | None,
    dry_run: bool,
    rejects: Path | None,
    system: str = "",
    handling: str = "",
    json_to: Path | None = None,
) -> None:
    """Reads `path`, checks all of it, and takes it in. Raises RefusalError with file and place."""
    from pathways.domain.identification.taking_in import Kind

    if kind in {one.value for one in Kind}:
        return _file(
            settings, Kind(kind), path, agency=agency, user=user, mapping=mapping, dry_run=dry_run,
            rejects=rejects, system=system, handling=handling, json_to=json_to,
        )  # fmt: skip
    if kind != DIRECTORY:
        known = ", ".join((*(one.value for one in Kind), DIRECTORY))
        raise RefusalError(f"{kind} is not a kind of extract; give one of: {known}")
    from pathways.analysis import directory as reading

    said = _mapping(Path(mapping) if mapping else None)
    console = Console(highlight=False, soft_wrap=True)
    try:
        with console.status(f"reading {path}"):
            found = reading.read(path)
    except reading.UnreadableError as error:
        raise RefusalError(str(error)) from None
    with live.programme(settings):
        tally = _take_in(found, agency=agency, user=user, mapping=said, dry_run=dry_run)
    for note in found.notes:
        console.print(f"note: {note}")
    if found.rejected:
        target = rejects or Path.cwd() / "rejected.csv"
        _write_rejects(found.rejected, target)
        console.print(f"{len(found.rejected)} record(s) were left out; {target} says why")
    done = "would be taken in (nothing was written)" if dry_run else "taken in"
    console.print(
        f"{tally['services']} services {done}: {tally['new']} new, {tally['changed']} changed,"
        f" {tally['unchanged']} unchanged; {tally['offers']} activities,"
        f" {tally['organisations_new']} new organisations"
    )
    if tally["assumed_sector"]:
        names = ", ".join(tally["assumed_sector"][:5]) + ("…" if len(tally["assumed_sector"]) > 5 else "")
        console.print(
            f"The source does not say what kind {len(tally['assumed_sector'])} organisation(s) are;"
            f" they are held as third sector until an administrator or --mapping says otherwise: {names}"
        )


def _file(
    settings: Settings,
    kind: Any,
    path: Path,
    *,
    agency: str,
    user: str,
    mapping: str | None,
    dry_run: bool,
    rejects: Path | None,
    system: str,
    handling: str,
    json_to: Path | None,
) -> None:
    """One extract of any kind but the directory, through the same steps as in the browser."""
    from pathways.analysis.pole import mapping as mappings
    from pathways.analysis.pole import reading

    console = Console(highlight=False, soft_wrap=True)
    body, name = None, ""
    if mapping is not None and (Path(mapping).suffix.lower() in (".json", ".toml") or Path(mapping).exists()):
        try:
            body = mappings.load(Path(mapping)).as_dict()
        except mappings.MappingError as error:
            raise RefusalError(str(error)) from None
    else:
        name = mapping or ""
    sent = _files(path, mapping)
    with live.programme(settings), console.status(f"taking in {path}"):
        said = _bring(
            kind, sent, agency=agency, user=user, body=body, name=name, dry_run=dry_run, system=system,
            handling=handling,
        )  # fmt: skip
    tally: dict[str, int] = said.data["tally"]
    if said.data.get("how"):
        console.print(f"columns: {said.data['how']}")
    for line in said.data.get("changes", ()):
        console.print(f"other than last time: {line}")
    if (extract := said.data.get("extract")) is not None:
        for note in extract.notes:
            console.print(f"note: {note}")
        for file, headings in extract.left_out.items():
            console.print(f"left out of {file}: immigration status ({', '.join(headings)})")
        for warning in extract.warnings:
            console.print(f"WARNING: {warning}")
        unknown = [one for one in extract.values if not one.is_understood]
        for one in unknown[:_MOST_VALUES]:
            console.print(f"not understood: {one}; say what it is in the mapping, under values, {one.column}")
        if len(unknown) > _MOST_VALUES:
            console.print(f"not understood: {len(unknown) - _MOST_VALUES:,} more values")
        for table, frame in extract.tables.items():
            console.print(f"{table}: {frame.height:,} rows")
    for file_name, content in said.data.get("rejected_files", ()):
        target = (rejects or Path.cwd()) / file_name
        files.write_bytes(content, target)
        what = (
            "that come in with a value left empty, with what was not understood"
            if reading.is_left_empty(file_name)
            else "that were left out, with why and how to mend them"
        )
        console.print(f"{target} has the rows {what}")
    done = "would be taken in (nothing was written)" if dry_run else "taken in"
    console.print(
        f"{tally['accepted']:,} rows {done}, {tally['unchanged']:,} unchanged, {tally['rejected']:,} left out"
        f" of {tally['rows']:,} read"
    )
    for line in said.next if not dry_run else ():
        console.print(line)
    files.write_json(json_to, tally)


def _bring(
    kind: Any,
    files: list[tuple[str, bytes]],
    *,
    agency: str,
    user: str,
    body: dict[str, Any] | None,
    name: str,
    dry_run: bool,
    system: str,
    handling: str,
) -> Any:
    from django.db import transaction

    from pathways.domain.identification import taking_in as rules
    from pathways.journey import identity, taking_in

    actor = live.person(user, agency, rules.who_may(kind))
    with transaction.atomic():
        identity.assume(actor)
        said = taking_in.bring(
            kind=kind,
            files=files,
            mapping=body,
            mapping_name=name,
            system=system,
            handling=handling,
            operator=live.operator(),
            dry_run=dry_run,
            by=actor,
            at=datetime.now(UTC),
        )
    if not said:
        raise RefusalError(said.reason)
    return said


def _files(path: Path, mapping: str | None) -> list[tuple[str, bytes]]:
    """The files of an extract, by name and content; a mapping that lies beside them is none of them."""
    from pathways.analysis import sheets

    if not path.exists():
        raise RefusalError(f"{path}: there is no such file or folder")
    found = sheets.files_in(path, sheets.READABLE) if path.is_dir() else [path]
    found = [one for one in found if mapping is None or one.resolve() != Path(mapping).resolve()]
    if not found:
        raise RefusalError(f"{path}: holds no table; wanted is one of {', '.join(sheets.READABLE)}")
    try:
        return [(one.name, one.read_bytes()) for one in found]
    except OSError as error:
        raise RefusalError(f"{path}: {(error.strerror or 'cannot be read').lower()}") from None


def _take_in(found: Any, *, agency: str, user: str, mapping: dict[str, Any], dry_run: bool) -> dict[str, Any]:
    from django.db import transaction

    from pathways.journey import directory, identity

    actor = live.person(user, agency, directory.MAY_TAKE_IN)
    with transaction.atomic():
        identity.assume(actor)
        said = directory.take_in(
            found=found,
            by=actor,
            at=datetime.now(UTC),
            mapping=mapping,
            operator=live.operator(),
            dry_run=dry_run,
        )
    if not said:
        raise RefusalError(said.reason)
    result: dict[str, Any] = said.data["tally"].as_dict()
    return result


def _mapping(path: Path | None) -> dict[str, Any]:
    """{code: {"name": …, "sector": …}} from a JSON file, under "organisations" or by itself."""
    if path is None:
        return {}
    try:
        body = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise RefusalError(f"{path}: {error.strerror}") from None
    except json.JSONDecodeError as error:
        raise RefusalError(
            f"{path}: line {error.lineno}, column {error.colno}: {error.msg.lower()}"
        ) from None
    said = body.get("organisations", body) if isinstance(body, dict) else None
    if not isinstance(said, dict):
        raise RefusalError(f"{path}: expected an object of organisations by code")
    from pathways.domain.terms.people import Sector

    for code, what in said.items():
        if not isinstance(what, dict):
            raise RefusalError(f"{path}: {code}: expected an object with name and sector")
        if "sector" in what and what["sector"] not in {sector.value for sector in Sector}:
            raise RefusalError(f"{path}: {code}: {what['sector']} is not a sector")
    return said


def _write_rejects(rejected: list[Any], target: Path) -> None:
    """The user's own rows with a column that says where and why, whole or not at all."""
    columns = list(dict.fromkeys(name for each in rejected for name in each.row))
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([*columns, "where", "why it was left out"])
    for each in rejected:
        writer.writerow([*(_cell(each.row.get(name, "")) for name in columns), each.place, each.why])
    files.write_bytes(text.getvalue().encode("utf-8"), target)


def _cell(value: Any) -> str:
    """A value as text that no spreadsheet runs as a formula."""
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
