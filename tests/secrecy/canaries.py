"""Canary words, and finding them in whatever dress they may have been written to a disk.

A canary begins with letters that stand nowhere else, so that one pass over the bytes finds all of them: as
UTF-8, UTF-16, hexadecimal, base64 (at each of its three alignments), percent-encoded, in either case.
"""

from __future__ import annotations

import base64
import random
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

WORD = "qzxjvkqzw"
#: Telephone numbers of canaries: a stretch of digits that no clock and no counter writes.
DIGITS = "07700905817"


def words(count: int, *, seed: int = 7) -> list[str]:
    """Names that stand nowhere else; every tenth with a letter outside ASCII at its end."""
    chance = random.Random(seed)
    made = []
    for number in range(count):
        tail = "".join(chance.choice("bcdfghklmnprst") for _ in range(9))
        made.append(f"{WORD}{tail}{'é' if number % 10 == 0 else ''}".capitalize())
    return made


def numbers(count: int) -> list[str]:
    return [f"{DIGITS}{number:06d}" for number in range(count)]


def _fragments(plain: bytes) -> Iterator[bytes]:
    """What of its base64 does not depend on what stands before and after it."""
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + plain + b"\0\0\0")
        first = -(-before * 4 // 3) + (1 if before else 0)
        yield whole[first : (before + len(plain)) * 4 // 3 - 1]


def dresses(plain: str) -> dict[str, list[bytes]]:
    """Every form in which a piece of text is looked for, by its name. Lower case, but for base64."""
    lower = plain.lower()
    return {
        "utf-8": [lower.encode()],
        "utf-16": [lower.encode("utf-16-le"), lower.encode("utf-16-be")],
        "hex": [lower.encode().hex().encode(), lower.upper().encode().hex().encode()],
        "percent": ["".join(f"%{byte:02x}" for byte in lower.encode()).encode()],
        "base64": [
            fragment
            for form in (lower, lower.capitalize(), lower.upper())
            for fragment in _fragments(form.encode())
        ],
    }


_LOOKED_FOR = [
    (name, form) for start in (WORD, DIGITS) for name, forms in dresses(start).items() for form in forms
]


def found_in(content: bytes) -> list[str]:
    """The dresses in which a canary's beginning stands in these bytes; empty when there is none."""
    lower = content.lower()
    return [name for name, form in _LOOKED_FOR if form in (content if name == "base64" else lower)]


def found_under(places: Iterable[Path]) -> tuple[dict[str, list[str]], int]:
    """Each file that holds a canary, by its path, and how many bytes were looked through."""
    found: dict[str, list[str]] = {}
    size = 0
    for place in places:
        for path in [place] if place.is_file() else sorted(place.rglob("*")):
            if path.is_symlink() or not path.is_file():
                continue
            content = path.read_bytes()
            size += len(content)
            if seen := found_in(content):
                found[str(path)] = seen
            if found_in(str(path).encode()):
                found[str(path)] = ["the name of the file"]
    return found, size


PATTERN = re.compile(WORD, re.IGNORECASE)
