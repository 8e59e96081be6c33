"""`pathways report`: the evaluation report, every number in it through disclosure control."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from pathlib import Path

from rich.console import Console

from pathways.cli import live
from pathways.installation import folder
from pathways.installation.refusal import RefusalError
from pathways.installation.settings import Settings


def run(
    settings: Settings,
    *,
    user: str,
    start: str,
    end: str,
    out: Path,
    audience: str | None,
    as_at: str | None = None,
) -> None:
    """Raises RefusalError for a date, an audience, a person or a folder that will not do."""
    moment = _moment(as_at) if as_at is not None else None
    first, last = _day(start, "--from"), _day(end, "--to")
    if last < first:
        raise RefusalError(f"--to {end} is before --from {start}")
    if out.exists() and not out.is_dir():
        raise RefusalError(f"{out} is a file; give a folder for --out")
    _check_writable(out)
    console = Console(highlight=False, soft_wrap=True)
    with live.programme(settings):
        from pathways.analysis.disclosure import Audience

        try:
            wanted = Audience(audience) if audience else None
        except ValueError:
            known = ", ".join(one.value for one in Audience)
            raise RefusalError(f"{audience} is not an audience; give one of: {known}") from None
        stamp = folder.read_stamp(settings.data) if settings.is_embedded else None
        synthetic = settings.synthetic or (stamp is not None and stamp.kind is folder.Kind.DEMONSTRATION)
        with console.status("reading the programme") as status:
            said = _write(
                user, first, last, wanted, out, synthetic, moment, lambda stage: status.update(stage.lower())
            )
    for path in said.data["files"]:
        console.print(str(path))
    for line in said.data["left_out"]:
        console.print(f"left out: {line}")
    console.print(said.data["disclosure"].words)
    console.print(f"as at {said.data['as_at'].astimezone(UTC).isoformat()}")
    console.print(said.data["standing"])


def _write(user, start, end, wanted, out, synthetic, as_at, progress):  # type: ignore[no-untyped-def]
    from django.db import transaction

    from pathways.journey import evaluate, identity

    actor = live.anywhere(user, evaluate.MAY_REPORT)
    with transaction.atomic():
        identity.assume(actor)
        try:
            said = evaluate.write_report(
                start=start,
                end=end,
                audience=wanted,
                out=out,
                by=actor,
                at=datetime.now(UTC),
                synthetic=synthetic,
                as_at=as_at,
                progress=progress,
            )
        except OSError as error:
            raise RefusalError(f"{out} cannot be written: {error.strerror}") from None
    if not said:
        raise RefusalError(said.reason)
    return said


def _check_writable(out: Path) -> None:
    """Said before the work, not after it: the nearest folder that is there must take files."""
    there = next(place for place in (out, *out.absolute().parents) if place.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise RefusalError(f"{out} cannot be written: {there} does not let you write")


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RefusalError(f"{option} {text} is not a date; write it as 2026-04-01") from None


def _moment(text: str) -> datetime:
    """A moment as a report names it; of a day alone its end, as London counts days."""
    from pathways.domain.terms import clocks

    try:
        if len(text) <= len("2026-04-01"):
            return clocks.end_of_day(date.fromisoformat(text))
        found = datetime.fromisoformat(text)
    except ValueError:
        raise RefusalError(
            f"--as-at {text} is no moment; write a day as 2026-06-30, or what an earlier report says"
        ) from None
    return found if found.tzinfo is not None else found.replace(tzinfo=clocks.LONDON)
