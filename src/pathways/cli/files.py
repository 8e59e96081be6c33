"""What the commands on files share: one line for a bad file, a result whole or not at all, and what it is."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from pathways.installation.refusal import RefusalError

if TYPE_CHECKING:
    from pathways.analysis.sheets import Sheet

#: said with everything that a command on a file writes or prints
DRAFT = "This is the analyst’s own draft. It has not been through disclosure control."
PROTECTED = "This is the analyst’s own draft. It has been through disclosure control."


def console() -> Console:
    """Where a summary is printed: as it is, without marks of a log."""
    return Console(highlight=False, soft_wrap=True, markup=False)


@contextmanager
def steps(count: int) -> Iterator[Callable[[str], None]]:
    """Says at the terminal which step runs and for how long; nothing where nobody watches."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(),
        console=Console(stderr=True), transient=True, disable=not os.isatty(2),
    ) as progress:  # fmt: skip
        task = progress.add_task("", total=count)

        def step(words: str) -> None:
            progress.update(task, description=words, advance=0 if not progress.tasks[0].description else 1)

        yield step


@contextmanager
def reading() -> Iterator[None]:
    """A file that cannot be read, or written, ends the command with one line: file, row, column, reason."""
    from pathways.analysis.sheets import UnreadableError

    try:
        yield
    except UnreadableError as error:
        raise RefusalError(str(error)) from None


def say_unread(*read: Sheet | None) -> None:
    """Names what was left out of each file: columns without a heading, and all sheets but the first."""
    from pathways.analysis.sheets import said_of_nameless, said_of_unread

    for each in read:
        if each is not None:
            for said in filter(None, (said_of_nameless(each), said_of_unread(each))):
                console().print(said)


def check_place(path: Path | None) -> None:
    """Before long work: whether its outcome can be written at all."""
    if path is None:
        return
    _not_a_device(path)
    folder = path.absolute().parent
    if path.is_dir() or not folder.is_dir() or not os.access(folder, os.W_OK):
        raise RefusalError(f"{path} cannot be written: give a file in a folder that is there")


def _not_a_device(path: Path) -> None:
    # a file written whole takes the place of what was there: of /dev/null too, for a user who may
    is_odd = path.exists() and not path.is_file() and not path.is_dir()
    where = path.absolute().parent
    if is_odd or where == Path("/dev") or where.is_relative_to("/proc"):  # /dev/stdout may lead to a file
        raise RefusalError(f"{path} cannot be written: it is a device or a pipe; give a file")


def check_places(*places: Path | None, not_on: Collection[Path | None]) -> None:
    """What is written may not take the place of what is read, nor one outcome that of the other."""
    taken = {path.resolve() for path in not_on if path is not None}
    for place in places:
        check_place(place)
        if place is not None:
            if place.resolve() in taken:
                raise RefusalError(f"{place} is read or written already: name another file")
            taken.add(place.resolve())


def write_json(path: Path | None, said: dict[str, Any]) -> None:
    """The result in full precision, whole or not at all; nothing when no file is asked for."""
    if path is not None:
        text = json.dumps(said, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
        write_bytes(text.encode("utf-8"), path)


def write_bytes(content: bytes, path: Path) -> None:
    """A file, whole or not at all. Raises RefusalError when it cannot be written."""
    _not_a_device(path)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        raise RefusalError(f"{path} cannot be written: {error.strerror}") from None
    finally:
        part.unlink(missing_ok=True)
