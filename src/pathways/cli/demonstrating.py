"""`pathways demo`: everything on this machine, with people who do not exist."""

from __future__ import annotations

import contextlib
import json
import threading
from pathlib import Path

from rich.console import Console

from pathways.cli import running
from pathways.installation import credentials, folder
from pathways.installation.refusal import OwnFailureError, RefusalError
from pathways.installation.settings import Settings


class Demonstration(running.Installation):
    """An installation that fills itself with a fictional programme at its first start."""

    @property
    def told(self) -> bool:
        return (self.data / "sign-ins.json").is_file()

    @property
    def being_made(self) -> Path:
        """There while a first start makes everything: a restored folder has no sign-ins either, and stays."""
        return self.data / "being-made"

    def sign_ins(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = json.loads((self.data / "sign-ins.json").read_text("utf-8"))
        return found

    def _start_database(self) -> None:
        if self.being_made.exists() and not self.told:  # an earlier start was stopped half-way
            self._stop_leftover()
            folder.empty(self.data)
            credentials.make_secret(self.settings.session_secret_path)
            credentials.make_key(self.settings)
        if self.cluster is not None and not self.told and not (self.data / "cluster").exists():
            self.being_made.touch(mode=0o600)
        super()._start_database()

    def _prepare_database(self) -> None:
        super()._prepare_database()
        if not self.told and not self._ended.is_set():
            if self.being_made.exists():
                self.say("making up a programme and its people")
            sign_ins = self.call("pathways.cli.preparing", "demonstration")
            credentials.write_private(self.data / "sign-ins.json", json.dumps(sign_ins, indent=1).encode())
            self.being_made.unlink(missing_ok=True)

    def tell_the_rest(self) -> None:
        """Go on making up women while people look round. What a stop interrupts, the next start takes up."""

        def go_on() -> None:
            with contextlib.suppress(OwnFailureError, RefusalError):  # the stop took the database away
                self.call("pathways.cli.preparing", "demonstration-rest")

        threading.Thread(target=go_on, name="demonstration", daemon=True).start()


def lines(sign_ins: list[dict[str, str]]) -> list[str]:
    """The sign-ins as whole lines that can be copied; the password once where it is one for all."""
    passwords = {one.get("password", "") for one in sign_ins}
    width = max((len(one.get("email", "")) for one in sign_ins), default=0)
    said = []
    for one in sign_ins:
        role = one.get("role_words") or one.get("role", "").replace("_", " ")
        rest = f", password: {one.get('password', '')}" if len(passwords) > 1 else ""
        said.append(f"  {one.get('email', ''):<{width}}  {role}, {one.get('organisation', '')}{rest}")
    if len(passwords) == 1:
        said.append(f"\n  The password of each is: {passwords.pop()}")
    return said


def run(settings: Settings, *, fresh: bool) -> None:
    console = Console(highlight=False, soft_wrap=True)

    def ready(installation: running.Installation) -> None:
        assert isinstance(installation, Demonstration)
        console.print(
            f"\n[bold]SOC Pathways is at {installation.address}[/bold] (SYNTHETIC: everyone is invented)\n"
        )
        for line in lines(installation.sign_ins()):
            console.print(line)
        installation.tell_the_rest()
        console.print("\nCtrl-C stops it. The next start goes on from here; --fresh begins again.")

    Demonstration(
        settings, folder.Kind.DEMONSTRATION, say=lambda line: console.print(f"  {line}"), fresh=fresh
    ).run(ready)
