"""Changing the key-encryption key under readers: how long it takes, and that nobody fails to read meanwhile.

    python -m bench.keys.rotate [--values 100000] [--keys 10000] [--rotations 3] [--readers 2]

Makes a key store of its own in a temporary folder, seals values under its keys, and lets processes open
them at random while the key-encryption key is changed by the programme's own means, through the file that a
running installation reads. Answers errors (there may be none), opened values, and seconds of each change.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pathways.installation import credentials
from pathways.installation.settings import Settings
from pathways.journey import rewrapping
from pathways.records import keys

_CONTEXT = b"bench|value|"


def measure(*, values: int, women: int, rotations: int, readers: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as place:
        settings = _installation(Path(place))
        store = _store(settings)
        _fill(store, settings, values, women)
        processes = [_reader(settings, number) for number in range(readers)]
        for process in processes:
            assert process.stdout is not None
            process.stdout.readline()  # it has begun
        seconds = []
        for _ in range(rotations):
            seconds.append(_rotate(settings))
            time.sleep(0.2)
        (Path(place) / "stop").touch()
        outputs = [process.communicate(timeout=60)[0] for process in processes]
        said = [json.loads(output.strip().splitlines()[-1]) for output in outputs]
    return {
        "values": values,
        "keys": women,
        "rotations": rotations,
        "readers": readers,
        "opened": sum(one["opened"] for one in said),
        "errors": sum(one["errors"] for one in said),
        "slowest_open_ms": max(one["slowest"] for one in said) * 1000,
        "seconds": [round(one, 3) for one in seconds],
        "median": round(statistics.median(seconds), 3),
    }


def _installation(place: Path) -> Settings:
    settings = Settings.model_construct(
        data=place, key=None, key_file=None, key_store=None, secret_file=None, database_url=None
    )
    credentials.make_key(settings)
    return settings


def _store(settings: Settings) -> keys.KeyStore:
    path = settings.key_store_path / "data-keys.sqlite"
    return keys.KeyStore(path, lambda: [keys.read_key(k.decode()) for k in credentials.keys_here(settings)])


def _fill(store: keys.KeyStore, settings: Settings, values: int, women: int) -> None:
    """All keys in one transaction: making them one by one is another measurement."""
    made = [(f"w{number}", AESGCM.generate_key(256)) for number in range(women)]
    with store._writing() as link:
        link.executemany(
            "insert into data_key values (?, 'charity', ?)",
            ((name, keys._wrapped(store._wrap, key, f"{name}|charity".encode())) for name, key in made),
        )
    with (settings.data / "values").open("wb") as file:
        for number in range(values):
            _, key = made[number % women]
            nonce = os.urandom(12)
            blob = nonce + AESGCM(key).encrypt(nonce, f"value {number:07d}".encode(), _CONTEXT)
            assert len(blob) == 12 + 13 + 16
            file.write(blob)


def _rotate(settings: Settings) -> float:
    """As `pathways keys rotate` does it."""
    began = time.perf_counter()
    before = settings.key_path.read_bytes()
    new = secrets.token_urlsafe(32).encode()
    marks = credentials.key_mark(before) + b"\n" + credentials.key_mark(new)
    credentials.write_private(credentials.mark_path(settings), marks)
    credentials.write_private(credentials.next_key_path(settings), new + b"\n")
    rewrapping.wrap_again(settings)
    rewrapping.finish(settings)
    return time.perf_counter() - began


def _reader(settings: Settings, number: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "bench.keys.rotate", "--read", str(settings.data), str(number)],
        stdout=subprocess.PIPE,
        text=True,
    )


def read(place: Path, seed: int) -> None:
    """Opens values at random until told to stop, every key read afresh: memory would hide a failure."""
    settings = Settings.model_construct(
        data=place, key=None, key_file=None, key_store=None, secret_file=None, database_url=None
    )
    store, chance = _store(settings), random.Random(seed)
    blobs = (place / "values").read_bytes()
    size = 12 + 13 + 16
    count, women = len(blobs) // size, store.count()
    opened = errors = 0
    slowest = 0.0
    print("reading", flush=True)
    while not (place / "stop").exists():
        for _ in range(200):
            number = chance.randrange(count)
            blob = blobs[number * size : (number + 1) * size]
            began = time.perf_counter()
            try:
                with contextlib.suppress(KeyError):
                    del store._cache[(f"w{number % women}", "charity")]
                key = store.existing(f"w{number % women}", "charity")
                plain = AESGCM(key).decrypt(blob[:12], blob[12:], _CONTEXT)
                opened += plain == f"value {number:07d}".encode()
            except Exception:
                errors += 1
            slowest = max(slowest, time.perf_counter() - began)
    print(json.dumps({"opened": opened, "errors": errors, "slowest": slowest}))


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--values", type=int, default=100_000)
    ask.add_argument("--keys", type=int, default=10_000)
    ask.add_argument("--rotations", type=int, default=3)
    ask.add_argument("--readers", type=int, default=2)
    ask.add_argument("--read", nargs=2, metavar=("FOLDER", "SEED"), help=argparse.SUPPRESS)
    said = ask.parse_args()
    if said.read:
        read(Path(said.read[0]), int(said.read[1]))
        return
    found = measure(
        values=said.values, women=said.keys, rotations=said.rotations, readers=said.readers
    )
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
