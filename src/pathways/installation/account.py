"""Who PostgreSQL runs as: ourselves, or, since it refuses root, an account of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pathways.installation.refusal import RefusalError

NAME = "soc-pathways"


@dataclass(frozen=True, slots=True)
class Account:
    """The user and group, and the command words that start a process as them."""

    uid: int
    gid: int
    prefix: tuple[str, ...] = ()

    @property
    def is_ours(self) -> bool:
        return not self.prefix

    def give(self, *folders: Path) -> None:
        """Hand folders over, when the account is another than ours."""
        for folder in folders:
            if not self.is_ours:
                os.chown(folder, self.uid, self.gid)


def for_postgres(data: Path, program: Path) -> Account:
    """The account that may run `program` on a cluster in `data`.

    As root: an account made for this, which gets no privilege where it can reach program and data by itself;
    where a private folder (root's home, say) is in the way, it gets the one capability to look into folders.
    Raises RefusalError when neither is possible.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise RefusalError(
            "PostgreSQL does not run as root, and setpriv is not here; start as an ordinary user"
        )
    entry = _entry()
    os.chown(data, 0, entry.pw_gid)
    data.chmod(0o710)  # the account may pass through to its own folders, and read nothing
    words = [setpriv, f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups"]
    # initdb asks access(2), which leaves capabilities out of account unless this bit says otherwise.
    search = [
        "--securebits=+no_setuid_fixup",
        "--inh-caps=+dac_read_search",
        "--ambient-caps=+dac_read_search",
    ]
    for extra in ([], search):
        prefix = (*words, *extra)
        if _reaches(prefix, program, data):
            return Account(entry.pw_uid, entry.pw_gid, prefix)
    raise RefusalError(
        f"PostgreSQL does not run as root, and the account {entry.pw_name} cannot reach {data} or"
        f" {program.parent};"
        " start as an ordinary user, or install and keep the data outside private folders"
    )


def _reaches(prefix: Sequence[str], program: Path, data: Path) -> bool:
    command = [*prefix, "sh", "-c", 'test -x "$0" && "$0" --version && cd "$1"', str(program), str(data)]
    return subprocess.run(command, capture_output=True, cwd="/", check=False).returncode == 0  # noqa: S603


def _entry() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(NAME)
    except KeyError:
        pass
    useradd = shutil.which("useradd") or "/usr/sbin/useradd"
    words = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    try:
        subprocess.run(  # noqa: S603
            [useradd, *words, "--shell", "/usr/sbin/nologin", NAME], check=False, capture_output=True, cwd="/"
        )
        return pwd.getpwnam(NAME)
    except (OSError, KeyError):
        return pwd.getpwnam("nobody")
