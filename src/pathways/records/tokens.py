"""Search on encrypted names: keyed tokens that allow equality and nothing else.

A name becomes HMAC tokens of its exact form, its short forms, its sound and its groups of three letters; a
date of birth becomes tokens of the whole date and of its parts. The key is the organisation's own, so that no
organisation's search reveals another's clients, and tokens are forgotten with her. What the table gives away
to somebody who holds it without the key: how many tokens a record has, and which records share one.
"""

from __future__ import annotations

import calendar
import datetime as dt
import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import jellyfish

from pathways.records import keys
from pathways.records.nicknames import GROUPS

_MONTHS = {
    **{name: number for number, name in enumerate(calendar.month_name) if name},
    **{name: number for number, name in enumerate(calendar.month_abbr) if name},
}
_MONTHS = {name.casefold(): number for name, number in _MONTHS.items()} | {"sept": 9}

EXACT, SHORT, SOUND, PART = 12, 8, 5, 1
BORN, BORN_DAY, BORN_MONTH, BORN_YEAR = 14, 7, 5, 4


@dataclass(frozen=True, slots=True)
class Query:
    """What somebody typed, taken apart: words of a name, and whatever of a date of birth was given."""

    words: tuple[str, ...] = ()
    day: int | None = None
    month: int | None = None
    year: int | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.words or self.year or (self.day and self.month))


def words_of(text: str) -> tuple[str, ...]:
    """A name's words in lower-case letters without accents, apostrophes or hyphens inside."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    return tuple(word for word in re.split(r"[^a-z]+", plain.replace("'", "").replace("-", " ")) if word)


def read(typed: str) -> Query:
    """Takes apart what was typed: names in any order, and a date or part of one in the usual forms."""
    text = typed.casefold()
    day = month = year = None
    if found := re.search(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b", text):
        year, month, day = (int(part) for part in found.groups())
    elif found := re.search(r"\b(\d{1,2})[/. -](\d{1,2})[/. -](\d{4}|\d{2})\b", text):
        day, month, year = (int(part) for part in found.groups())
    elif found := re.search(r"\b(\d{1,2})[/.](\d{1,2})\b", text):
        day, month = (int(part) for part in found.groups())
    elif found := re.search(r"\b(?:(\d{1,2})(?:st|nd|rd|th)?\s+)?([a-z]{3,9})\s+(\d{4})\b", text):
        if found.group(2) in _MONTHS:
            day = int(found.group(1)) if found.group(1) else None
            month, year = _MONTHS[found.group(2)], int(found.group(3))
        else:
            found = re.search(r"\b(19|20)\d{2}\b", text)
            year = int(found.group()) if found else None
    elif found := re.search(r"\b(19|20)\d{2}\b", text):
        year = int(found.group())
    if found:
        text = text.replace(found.group(), " ")
    if year is not None and year < 100:
        year += 2000 if year < 15 else 1900  # a client is an adult: 15 and later are the last century's
    valid = (day is None or 1 <= day <= 31) and (month is None or 1 <= month <= 12)
    if not valid:
        day = month = year = None
    return Query(words_of(text), day, month, year)


def _of_word(word: str) -> dict[str, int]:
    found = {f"x:{word}": EXACT}
    for group in GROUPS.get(word, ()):
        found[f"n:{group}"] = SHORT
    if sound := jellyfish.metaphone(word):
        found[f"p:{sound}"] = SOUND
    padded = f"^{word}$"
    for place in range(len(padded) - 2):
        found[f"t:{padded[place : place + 3]}"] = PART
    return found


def plain_tokens(names: Iterable[str], born: dt.date | None) -> dict[str, int]:
    """The tokens of a record before they are keyed, with their weights."""
    found: dict[str, int] = {}
    for name in names:
        for word in words_of(name):
            found.update(_of_word(word))
    if born:
        found[f"d:{born.isoformat()}"] = BORN
        found[f"dm:{born.month:02d}-{born.day:02d}"] = BORN_DAY
        found[f"dy:{born.year}-{born.month:02d}"] = BORN_MONTH
        found[f"y:{born.year}"] = BORN_YEAR
    return found


def query_tokens(query: Query) -> dict[str, int]:
    """The tokens to look for."""
    found: dict[str, int] = {}
    for word in query.words:
        found.update(_of_word(word))
    if query.year and query.month and query.day:
        found[f"d:{query.year}-{query.month:02d}-{query.day:02d}"] = BORN
    if query.month and query.day:
        found[f"dm:{query.month:02d}-{query.day:02d}"] = BORN_DAY
    if query.year and query.month:
        found[f"dy:{query.year}-{query.month:02d}"] = BORN_MONTH
    if query.year:
        found[f"y:{query.year}"] = BORN_YEAR
    return found


def keyed(plain: dict[str, int], organisation_id: UUID) -> dict[int, int]:
    """Tokens under the organisation's search key, as signed 64-bit numbers, with their weights."""
    key = keys.store().of("search", organisation_id)
    made: dict[int, int] = {}
    for token, weight in plain.items():
        digest = hmac.digest(key, token.encode(), hashlib.sha256)
        made[int.from_bytes(digest[:8], "big", signed=True)] = weight
    return made
