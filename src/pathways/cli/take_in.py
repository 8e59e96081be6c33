"""`pathways take-in`: an agency's extract into the live programme, whole or not at all."""

from __future__ import annotations

import csv
import json
import os
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from rich.console import Console

from pathways.cli import live
from pathways.installation.refusal import RefusalError
from pathways.installation.settings import Settings


class Kind(StrEnum):
    """What can be taken in. The command line promises more kinds; each is added when it works whole."""

    DIRECTORY = "directory"


PROMISED = ("pole", "referrals", "contacts", "attendance", "scores", "reference")


def run(
    settings: Settings,
    kind: str,
    path: Path,
    *,
    agency: str,
    user: str,
    mapping: Path | None,
    dry_run: bool,
    rejects: Path | None,
) -> None:
    """Reads `path`, checks all of it, and takes it in. Raises RefusalError with file and place."""
    if kind in PROMISED:
        raise RefusalError(f"take-in {kind} is not in this version; it takes in: directory")
    if kind != Kind.DIRECTORY:
        raise RefusalError(f"{kind} is not a kind of extract; give one of: directory")
    from pathways.analysis import directory as reading

    said = _mapping(mapping)
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
    part = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with part.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow([*columns, "where", "why it was left out"])
            for each in rejected:
                writer.writerow([*(_cell(each.row.get(name, "")) for name in columns), each.place, each.why])
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise RefusalError(f"{target} cannot be written: {error.strerror}") from None


def _cell(value: Any) -> str:
    """A value as text that no spreadsheet runs as a formula."""
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
