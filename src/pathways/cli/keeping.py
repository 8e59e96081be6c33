"""`pathways keys …`: the key-encryption key changed while the programme runs, and one woman's key renewed."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from pathways.cli import live
from pathways.installation import credentials, folder
from pathways.installation.refusal import RefusalError
from pathways.installation.settings import Settings


def rotate(settings: Settings, *, former: Path | None) -> None:
    """Changes the key-encryption key. Raises RefusalError when it cannot, and then nothing was changed."""
    console = Console(highlight=False, soft_wrap=True)
    began = time.monotonic()
    count, finished = _rotate(settings, former)
    if finished:
        console.print("An earlier change had been interrupted. It is finished now.")
    console.print(
        f"{count} data keys are wrapped with a new key-encryption key ({time.monotonic() - began:.1f} s)."
        f" What is sealed stayed as it is, and a running programme goes on.\nThe new key is"
        f" {settings.key_path}: keep a copy of it away from here."
    )
    if former is not None:
        console.print(f"The former key is {former}. Copies of keys that were made before now need it.")
    else:
        console.print(
            "The former key is gone: copies of keys that were made before now cannot be opened any more. Make"
            " a backup now."
        )


def _rotate(settings: Settings, former: Path | None) -> tuple[int, bool]:
    if settings.key is not None:
        raise RefusalError(
            "the key-encryption key is given as PATHWAYS_KEY, where no process can be told of another: keep"
            " it in a file (PATHWAYS_KEY_FILE) to change it while the programme runs"
        )
    if folder.read_stamp(settings.data) is None:
        raise RefusalError(f"{settings.data} holds no programme; name it in PATHWAYS_DATA")
    if former is not None and former.exists():
        raise RefusalError(f"{former} is there already; name a file that is not")
    before = credentials.make_key(settings)
    from pathways.journey import rewrapping

    next_path = credentials.next_key_path(settings)
    finished = rewrapping.finish(settings)
    if finished:
        before = settings.key_path.read_bytes().strip()
    if former is not None:
        credentials.write_private(former, before + b"\n")
    new = secrets.token_urlsafe(32).encode()
    marks = credentials.key_mark(before) + b"\n" + credentials.key_mark(new)
    credentials.write_private(credentials.mark_path(settings), marks)
    credentials.write_private(next_path, new + b"\n")
    count = rewrapping.wrap_again(settings)
    rewrapping.finish(settings)
    return count, finished


def reseal(settings: Settings, reference: str, organisation: str) -> None:
    """Gives one woman a new data key at one organisation and seals her record again under it."""
    console = Console(highlight=False, soft_wrap=True)
    with live.programme(settings):
        from pathways.journey import emptying, identity

        subject = emptying.subject_named(reference, organisation)
        if subject is None:
            raise RefusalError(
                f"nobody with the reference {reference} is or was with the organisation {organisation}"
            )
        count = emptying.seal_again(subject, by=identity.MACHINE, at=datetime.now(UTC))
    if not count:
        console.print("Nothing of hers is sealed there.")
        return
    console.print(
        f"{count} rows are sealed again under a new key. The key before is destroyed by the clockwork in an"
        " hour, when nothing can still be written with it."
    )
