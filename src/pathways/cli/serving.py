"""`pathways up`: the programme for real. The first start asks who its first administrator is."""

from __future__ import annotations

import ipaddress
import sys

from rich.console import Console

from pathways.cli import running
from pathways.installation import folder
from pathways.installation.refusal import RefusalError
from pathways.installation.settings import Settings


class Serving(running.Installation):
    """An installation that has an administrator before it answers pages."""

    email: str | None = None
    name: str | None = None
    link: str | None = None

    def _prepare_database(self) -> None:
        super()._prepare_database()
        marker = self.data / "run" / "administrator-chose-a-password"
        if self._ended.is_set():
            return
        if marker.exists() or not self.call("pathways.cli.preparing", "needs-administrator"):
            marker.touch(mode=0o600)
            if self.email is not None:
                self.say("there is an administrator already, who invites others: --admin-email is not used")
            return
        email, name = self._first_administrator()
        path = self.call("pathways.cli.preparing", "administrator", email, name)
        self.link = f"{self.settings.origin or self.address}{path}"

    def _first_administrator(self) -> tuple[str, str]:
        email, name = self.email, self.name
        if email is None:  # whoever was named and never chose a password is given another link
            email = self.call("pathways.cli.preparing", "named-administrator") or None
        if email is None:
            if not sys.stdin.isatty():
                raise RefusalError(
                    "there is no administrator yet: name the first one with --admin-email ADDRESS"
                )
            print("There is no administrator yet. Who is the first one?")
            email = _ask("  E-mail address: ")
            while not _is_address(email):
                email = _ask(f"  {email!r} is not an e-mail address. E-mail address: ")
            name = name or _ask("  Name: ")
        if not _is_address(email):
            raise RefusalError(f"{email!r} is not an e-mail address")
        return email, name or email.partition("@")[0]


def _is_address(text: str) -> bool:
    before, at, after = text.partition("@")
    return bool(before and at and "." in after) and " " not in text


def _ask(question: str) -> str:
    try:
        return input(question).strip()
    except EOFError:
        raise RefusalError("no answer was given") from None


def run(settings: Settings, *, email: str | None, name: str | None) -> None:
    console = Console(highlight=False, soft_wrap=True)

    def ready(installation: running.Installation) -> None:
        assert isinstance(installation, Serving)
        console.print(f"\n[bold]SOC Pathways is at {settings.origin or installation.address}[/bold]")
        if installation.link:
            console.print(f"The first administrator chooses a password here, once: {installation.link}")
        if not settings.origin and not _is_loopback(settings.bind):
            console.print("Served to the network without TLS: put a proxy in front and set PATHWAYS_ORIGIN.")
        console.print("Ctrl-C stops it.")

    serving = Serving(settings, folder.Kind.LIVE, say=lambda line: console.print(f"  {line}"))
    serving.email, serving.name = email, name
    serving.run(ready)


def _is_loopback(bind: str) -> bool:
    try:
        return ipaddress.ip_address(bind).is_loopback
    except ValueError:
        return bind == "localhost"
