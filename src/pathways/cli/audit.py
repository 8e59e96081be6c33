"""`pathways audit`: whether the log of who did what is what it was, and the heads that partners keep."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from pathways.cli import files, live
from pathways.cli.plain import FOUND_WRONG
from pathways.domain.governance import tree
from pathways.installation import heads
from pathways.installation.refusal import RefusalError
from pathways.installation.settings import Settings

SHOWN = 10


def verify(settings: Settings, *, json_file: Path | None, head_file: Path | None) -> None:
    """Raises RefusalError for a file that will not do; ends with status 3 when the log was tampered with."""
    import typer

    files.check_place(json_file)
    console = files.console()
    with live.programme(live.nearest(settings)):
        witness = _read(head_file) if head_file else None
        from pathways.journey import auditing

        with Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:,.0f} of {task.total:,.0f}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
            disable=not os.isatty(2),
        ) as bar:
            task = bar.add_task("events", total=0)
            try:
                found = auditing.verify(
                    witness=witness,
                    progress=lambda stage, done, whole: bar.update(
                        task, description=stage, completed=done, total=whole
                    ),
                )
            except auditing.NotPreparedError:
                raise RefusalError(
                    "the database is of an earlier version, without a seal: start the programme once"
                ) from None
    if json_file:
        files.write_json(json_file, found.as_dict())
    for line in found.lines(SHOWN):
        console.print(line)
    if not found.ok:
        raise typer.Exit(FOUND_WRONG)


def head(settings: Settings, *, json_file: Path | None, since: Path | None) -> None:
    """Raises RefusalError when nothing has been sealed yet, or the earlier head is not one of this ledger."""
    files.check_place(json_file)
    with live.programme(live.nearest(settings)):
        from pathways.journey import auditing

        found = auditing.last_head()
        if found is None:
            raise RefusalError("no event has been sealed yet: the worker does it while the programme runs")
        said = found.as_dict()
        if since is not None:
            earlier = _read(since)
            try:
                said["shown"] = [one.hex() for one in auditing.proof(earlier=earlier)]
            except ValueError as error:
                raise RefusalError(f"{since}: {error}") from None
            said["since"] = earlier.size
    if json_file:
        files.write_json(json_file, said)
    console = files.console()
    for name, words in (
        ("size", "events"),
        ("root", "root"),
        ("at", "date"),
        ("key", "key"),
        ("signature", "signature"),
    ):
        console.print(f"{words:<10} {said[name]}")
    if since is not None:
        console.print(
            f"{'proof':<10} {len(said['shown'])} hashes from the head of {said['since']} events"
        )


def compare(earlier_file: Path, later_file: Path) -> None:
    """Raises RefusalError for what is not a head; ends with status 3 when the later did not continue."""
    import typer

    earlier, later = _read(earlier_file), _read(later_file)
    said = _json(later_file)
    wrong = ""
    if not earlier.is_signed() or not later.is_signed():
        which = earlier_file if not earlier.is_signed() else later_file
        wrong = f"{which} is not what was signed"
    elif earlier.key != later.key:
        wrong = "the two heads were signed by different keys"
    elif earlier.size != later.size and said.get("since") != earlier.size:
        raise RefusalError(
            f"{later_file} carries no proof from the head of {earlier.size} events: ask for one made with"
            f" pathways audit head --since {earlier_file.name}"
        )
    else:
        try:
            shown = [bytes.fromhex(one) for one in said.get("shown", [])]
        except (TypeError, ValueError):
            raise RefusalError(f"{later_file} holds no readable proof") from None
        if not tree.continues(
            earlier=earlier.size,
            earlier_root=earlier.root,
            later=later.size,
            later_root=later.root,
            shown=shown,
        ):
            wrong = "the later head did not only add to the earlier one: something before it was changed"
    if wrong:
        files.console().print(f"WRONG: {wrong}")
        raise typer.Exit(FOUND_WRONG)
    files.console().print(
        f"the head of {later.size:,} events only added to the one of {earlier.size:,}"
    )


def _json(path: Path) -> dict[str, Any]:
    try:
        said = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise RefusalError(f"{path} cannot be read: {error.strerror}") from None
    except ValueError:
        raise RefusalError(
            f"{path} is not JSON: give a head as `pathways audit head --json` writes it"
        ) from None
    if not isinstance(said, dict):
        raise RefusalError(f"{path} is not a head of the ledger")
    return said


def _read(path: Path) -> heads.Head:
    said = _json(path)
    try:
        return heads.read(json.dumps(said))
    except heads.HeadUnreadable as error:
        raise RefusalError(f"{path}: {error}") from None
