"""A copy of the database that can be restored, and restoring it: whole or not at all, and checked by hashes.

The copy is of the database alone. The keys that open it are copied apart, with a short life of their own
(`pathways.journey.copying`), and the key-encryption key is never copied here at all: who finds one of the
three can read nobody's record.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pathways.installation import account, cluster, credentials, folder
from pathways.installation.database import Role
from pathways.installation.refusal import OwnFailureError, RefusalError
from pathways.installation.settings import Settings

FORMAT = 1
MANIFEST = "manifest.json"
_DATABASE = "database"
_LEDGER = "ledger"


class DamagedError(RefusalError):
    """A copy is not what its manifest says that it is."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a copy says of itself. It names nobody."""

    version: str
    kind: folder.Kind
    made_at: datetime
    key_mark: str
    keys: str
    register: Mapping[str, str]
    files: Mapping[str, str]
    size: int

    def to_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "version": self.version,
            "kind": self.kind.value,
            "made_at": self.made_at.isoformat(),
            "key_mark": self.key_mark,
            "keys": self.keys,
            "destroyed": dict(self.register),
            "size": self.size,
            "files": dict(self.files),
        }


# ---------------------------------------------------------------------- making


@contextlib.contextmanager
def whole(out: Path) -> Iterator[Path]:
    """A folder to fill, which becomes `out` when all went well and is gone otherwise.

    Raises RefusalError when `out` is there already or cannot be made.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise RefusalError(f"{out} is there already; name a folder that is new or empty")
    part = out.with_name(f".{out.name}.{secrets.token_hex(4)}.part")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        part.mkdir(mode=0o700)
    except OSError as error:
        raise RefusalError(f"{out} cannot be made: {error.strerror}") from None
    try:
        yield part
        if out.exists():
            out.rmdir()
        part.rename(out)
        _sync(out.parent)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def copy_database(running: cluster.Cluster, part: Path) -> tuple[dict[str, str], int]:
    """Copies the cluster as it runs, consistent to the moment at which the copy ends.

    Answers the SHA-256 of every file by its place under `part`, and how many bytes there are.
    """
    said = running.superuser_parameters()
    words = [
        str(cluster.programs() / "pg_basebackup"),
        f"--pgdata={part / _DATABASE}",
        f"--host={said['host']}",
        f"--username={said['user']}",
        "--no-password",
        "--wal-method=stream",
        "--checkpoint=fast",
        "--manifest-checksums=SHA256",
    ]
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", "PGPASSWORD": said["password"]}
    done = subprocess.run(  # noqa: S603
        words, env=environment, capture_output=True, text=True, check=False, cwd="/"
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["it gave no reason"])[-1]
        if "No space left" in done.stderr:
            raise RefusalError(f"the disk under {part.parent} is full; nothing was kept")
        raise OwnFailureError(f"the database could not be copied: {last}")
    return hashes(part)


def copy_heads(settings: Settings, part: Path) -> None:
    """The signed heads of the log and the wrapped key that signs them.

    To be called before the database is copied: then no head is of an event that the copy lacks.
    """
    store = settings.key_store_path
    for found in (settings.heads_path / "heads.jsonl", store / "ledger-key", store / "ledger-key.pub"):
        if found.is_file():
            credentials.write_private(part / _LEDGER / found.name, found.read_bytes())


def place_heads(copy: Path, restored: Settings) -> None:
    """Lays the heads of a copy where the restored programme goes on from them."""
    for found in sorted((copy / _LEDGER).glob("*")):
        is_head = found.name == "heads.jsonl"
        there = restored.heads_path if is_head else restored.key_store_path
        credentials.write_private(there / found.name, found.read_bytes())


def hashes(root: Path) -> tuple[dict[str, str], int]:
    """The SHA-256 of every file under a folder but the manifest, and how many bytes there are."""
    found, size = {}, 0
    for path in sorted(root.rglob("*")):
        if path.is_file() and path != root / MANIFEST:
            with path.open("rb") as file:
                found[str(path.relative_to(root))] = hashlib.file_digest(file, "sha256").hexdigest()
            size += path.stat().st_size
    return found, size


def write_manifest(part: Path, manifest: Manifest) -> None:
    text = json.dumps(manifest.to_json(), indent=1, sort_keys=True) + "\n"
    credentials.write_private(part / MANIFEST, text.encode())


# ---------------------------------------------------------------------- reading


def read(copy: Path) -> Manifest:
    """What a copy says of itself. Raises RefusalError when it is none, or of a newer version."""
    try:
        said = json.loads((copy / MANIFEST).read_text("utf-8"))
        found = Manifest(
            str(said["version"]),
            folder.Kind(said["kind"]),
            datetime.fromisoformat(said["made_at"]),
            str(said["key_mark"]),
            str(said["keys"]),
            {str(mark): str(at) for mark, at in said["destroyed"].items()},
            {str(name): str(digest) for name, digest in said["files"].items()},
            int(said["size"]),
        )
    except FileNotFoundError:
        raise RefusalError(f"{copy} is not a backup: it has no {MANIFEST}") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise RefusalError(f"{copy / MANIFEST} cannot be read as the manifest of a backup") from None
    if int(said["format"]) > FORMAT:
        raise RefusalError(f"{copy} was made by a newer version ({found.version}); install that version")
    return found


def verify(copy: Path, manifest: Manifest) -> None:
    """Raises DamagedError when a file is missing, is another one, or does not belong there."""
    there, _ = hashes(copy)
    for name, digest in manifest.files.items():
        if name not in there:
            raise DamagedError(f"the backup is damaged: {name} is missing; nothing was restored")
        if there[name] != digest:
            raise DamagedError(f"the backup is damaged: {name} was changed; nothing was restored")
    if strangers := sorted(set(there) - set(manifest.files)):
        raise DamagedError(f"the backup is damaged: {strangers[0]} does not belong; nothing was restored")


# ---------------------------------------------------------------------- restoring


def place_database(copy: Path, data: Path, manifest: Manifest) -> None:
    """Lays the database of a copy into a data folder, stamped, with new passwords of its own."""
    folder.prepare(data, manifest.kind)
    made = cluster.Cluster(data)
    if (copy / _DATABASE).is_dir():
        shutil.copytree(copy / _DATABASE, made.folder)
        who = account.for_postgres(data, cluster.programs() / "postgres")
        made.folder.chmod(0o700)
        for path in (made.folder, *made.folder.rglob("*")):
            who.give(path)
        _set_passwords(made, who)


def _set_passwords(made: cluster.Cluster, who: account.Account) -> None:
    """The passwords of the database's roles are in no copy: each restore gives them new ones.

    In PostgreSQL's single-user mode, which asks for none and recovers the copy to where it ended.
    """
    passwords = credentials.make_passwords(made.data)
    lines = [
        f"ALTER ROLE {role.value} PASSWORD '{getattr(passwords, role.name.lower())}'"
        for role in (Role.SUPERUSER, Role.OWNER, Role.APP, Role.ANALYST)
    ]
    done = subprocess.run(  # noqa: S603
        [*who.prefix, str(cluster.programs() / "postgres"), "--single", "-D", str(made.folder), "postgres"],
        input="\n".join(lines) + "\n",
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )
    if done.returncode != 0 or "ERROR:" in done.stderr:
        wrong = [line for line in done.stderr.splitlines() if "ERROR:" in line or "FATAL:" in line]
        raise OwnFailureError(f"the copy of the database did not start: {(wrong or ['no reason given'])[-1]}")


def place_key(settings: Settings, data: Path, key_mark: str, key_file: Path | None) -> str:
    """Puts the key-encryption key where the restored programme looks for it, when it is the one that fits.

    Looked for in `key_file`, else where this installation has its own. Answers what is still missing, or "".
    """
    there = data / "keys" / "key-encryption-key"
    try:
        if key_file is not None:
            key = key_file.read_bytes().strip()
        elif settings.key is not None:
            key = settings.key.get_secret_value().encode()
        else:
            key = settings.key_path.read_bytes().strip()
    except OSError:
        return f"the key-encryption key is not here: put it at {there} before you start"
    if key_mark and credentials.key_mark(key).decode() not in key_mark.split():
        return (
            f"the key-encryption key that is here is not the one that these keys were wrapped with: put that"
            f" one at {there} before you start"
        )
    if settings.key is None or key_file is not None:
        credentials.write_private(there, key + b"\n")
    return ""


def _sync(place: Path) -> None:
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
