"""`pathways accounts`: the way back in for an administrator whom nobody else can hand a link."""

from __future__ import annotations

from datetime import UTC, datetime

from rich.console import Console

from pathways.cli import live
from pathways.installation import folder
from pathways.installation.refusal import RefusalError
from pathways.installation.settings import Settings


def link(settings: Settings, email: str) -> None:
    """Prints where this administrator chooses a new password. Raises RefusalError for anybody else."""
    running = _address(settings)  # before this command holds the folder itself
    with live.programme(settings):
        from pathways.journey import passwords

        said = passwords.link_from_the_machine(email=email, operator=live.operator(), at=datetime.now(UTC))
        if not said:
            raise RefusalError(said.reason.rstrip("."))
    where = running or settings.origin or f"http://127.0.0.1:{settings.port}"
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"{said.data['name']} chooses a new password here, once and within three days:")
    console.print(f"{where}{said.data['link']}")
    if not running:
        console.print("The programme is not running: start it with pathways up first.")
    console.print("Hand it to her and to nobody else. Any link before it is spent, and the log says so.")


def _address(settings: Settings) -> str:
    """Where the programme answers now: as it is known outside, else as the process that runs it says."""
    _, is_running, address = folder.holder(settings.data).partition(" at ")
    return (settings.origin or address) if is_running else ""
