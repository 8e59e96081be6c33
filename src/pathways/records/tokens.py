"""Search on encrypted names: keyed tokens that allow equality and nothing else.

A name becomes HMAC tokens of its exact form, its short forms, its sound, its beginnings, and of itself with
each one letter left out; a date of birth becomes tokens of the whole date and of its parts. What is typed
becomes the same tokens. Two spellings one typing error apart always share one that leaves a letter out,
whichever letter was changed, dropped, added or turned round (the idea is Wolf Garbe's, for spelling
correction), and such tokens are nearly as rare as the name, so that few rows are looked at.

The key is the organisation's own, so that no organisation's search reveals another's clients, and tokens are
forgotten with her. What the table gives away to somebody who holds it without the key is in
docs/explanation/finding-her.md.
"""

from __future__ import annotations

import calendar
import datetime as dt
import hashlib
import hmac
import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import jellyfish

from pathways.domain.terms.given_names import GROUPS
from pathways.records import keys

_MONTHS = {
    **{name: number for number, name in enumerate(calendar.month_name) if name},
    **{name: number for number, name in enumerate(calendar.month_abbr) if name},
}
_MONTHS = {name.casefold(): number for name, number in _MONTHS.items()} | {"sept": 9}

#: To be counted up when tokens are made otherwise: those that were made before are then made again.
FORMAT = 3

#: What it is worth that a token is shared; of the tokens of one typed word the best counts, once.
EXACT, SHORT, NEAR, SOUND, BEGINNING = 12, 10, 8, 7, 5
BORN, BORN_DAY, BORN_MONTH, BORN_YEAR = 12, 10, 8, 6


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


#: Letters that are not a letter and an accent, as they are written where a keyboard has none of them.
_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "ß": "ss", "þ": "th"}
)
#: Apostrophes of every kind are left out; all else that is no letter parts words.
_APOSTROPHES = re.compile(r"['’‘`´ʼʻ]")


def words_of(text: str) -> tuple[str, ...]:
    """A name's words in lower-case letters of any script, without accents, apostrophes or hyphens inside."""
    plain = _APOSTROPHES.sub("", text).casefold().translate(_LETTERS)
    plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return tuple(re.findall(r"[^\W\d_]+", plain))


def joined(words: Sequence[str]) -> Iterator[str]:
    """Neighbouring words as one: "Anne Marie" as "annemarie"."""
    return (first + second for first, second in itertools.pairwise(words))


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


#: How many letters of a name somebody may type and stop.
_BEGIN = (3, 4, 5)


def _of_word(word: str) -> dict[str, int]:
    found = {f"x:{word}": EXACT}
    for group in GROUPS.get(word, ()):
        found[f"n:{group}"] = SHORT
    if sound := jellyfish.metaphone(word):
        found[f"p:{sound}"] = SOUND
    found |= {f"e:{near}": NEAR for near in _nearly(word)}
    return found


def _nearly(word: str) -> set[str]:
    """The word, and the word with each one letter left out; words of two letters only as they are."""
    if len(word) < 3:
        return {word}
    return {word} | {word[:at] + word[at + 1 :] for at in range(len(word))}


def _beginnings(word: str) -> dict[str, int]:
    return {f"b:{word[:length]}": BEGINNING for length in _BEGIN if length < len(word)}


def plain_tokens(names: Iterable[str], born: dt.date | None) -> dict[str, int]:
    """The tokens of a record before they are keyed, with what each is worth at most."""
    found: dict[str, int] = {}
    for name in names:
        words = words_of(name)
        for word in words:
            found |= _of_word(word) | _beginnings(word)
        for word in joined(words):
            found[f"x:{word}"] = EXACT
    if born:
        found[f"d:{born.isoformat()}"] = BORN
        found[f"dm:{born.month:02d}-{born.day:02d}"] = BORN_DAY
        found[f"dy:{born.year}-{born.month:02d}"] = BORN_MONTH
        found[f"y:{born.year}"] = BORN_YEAR
    return found


def query_tokens(query: Query) -> list[tuple[str, int, int]]:
    """The tokens to look for: each with the place of the word that it is of, and what it is worth."""
    found: list[tuple[str, int, int]] = []
    for place, word in enumerate(query.words):
        of_it = _of_word(word) | ({f"b:{word}": BEGINNING} if len(word) in _BEGIN else {})
        found += [(token, place, worth) for token, worth in of_it.items()]
    for place, word in enumerate(joined(query.words)):
        found += [(f"x:{word}", place, EXACT), (f"x:{word}", place + 1, EXACT)]
    dated: dict[str, int] = {}
    if query.year and query.month and query.day:
        dated[f"d:{query.year}-{query.month:02d}-{query.day:02d}"] = BORN
    if query.month and query.day:
        dated[f"dm:{query.month:02d}-{query.day:02d}"] = BORN_DAY
        if query.day <= 12:  # the other way round, as it is written elsewhere
            dated.setdefault(f"dm:{query.day:02d}-{query.month:02d}", BORN_DAY - 1)
    if query.year and query.month:
        dated[f"dy:{query.year}-{query.month:02d}"] = BORN_MONTH
    if query.year:
        dated[f"y:{query.year}"] = BORN_YEAR
    return found + [(token, len(query.words), worth) for token, worth in dated.items()]


def keyed(plain: Iterable[str], organisation_id: UUID) -> list[int]:
    """Tokens under the organisation's search key, as signed 64-bit numbers, in the same order."""
    key = keys.store().of("search", organisation_id)
    return [
        int.from_bytes(hmac.digest(key, token.encode(), hashlib.sha256)[:8], "big", signed=True)
        for token in plain
    ]
