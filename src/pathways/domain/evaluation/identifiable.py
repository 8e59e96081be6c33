"""What in a quotation could give somebody away: sure signs, which stop it, and possible ones, to look at.

No list finds everything: a story that only one person can tell has no word in it that could be looked up.
So a second person reads every quotation, whatever is found here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pathways.domain.terms import references
from pathways.domain.terms.words import Worded


class Giveaway(Worded):
    """A kind of thing by which somebody could be known."""

    REFERENCE = "reference", "A reference"
    NAME = "name", "A name"
    ORGANISATION = "organisation", "An organisation"
    PLACE = "place", "A place"
    CONTACT = "contact", "A telephone number or an address"
    DATE = "date", "A date"
    TIME = "time", "A month, a year or a day of the week"
    AGE = "age", "An age"
    CAPITAL = "capital", "A word written as a name"
    RARE = "rare", "A word that no other excerpt has"


@dataclass(frozen=True, slots=True)
class Sign:
    """One piece of the words, what it may be, and whether it surely gives somebody away."""

    kind: Giveaway
    piece: str
    is_sure: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What the programme knows to look for; every word in small letters.

    `given` are given names of any person, `people` the words of the names of those who work here,
    `organisations` and `places` whole names, and `common` the words that other excerpts have too.
    """

    given: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    organisations: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    common: frozenset[str] | None = None


_MONTH: Final = (
    "January|February|March|April|May|June|July|August|September|October|November|December"
    "|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
)
_DAY: Final = "Mon|Tues|Wednes|Thurs|Fri|Satur|Sun"
_REFERENCE: Final = re.compile(r"\b[A-Za-z]{2}[ -]?\d{4}[ -]?[A-Za-z]{2}\b")
_CONTACT: Final = (
    re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+"),
    re.compile(r"(?<!\d)(?:\+44|0)(?:[ -]?\d){9,10}(?!\d)"),
    re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b", re.IGNORECASE),
    re.compile(r"\b\d+[a-z]? [A-Z]\w+ (?:Road|Street|Avenue|Lane|Close|Drive|Way|Court|House)\b"),
)
_DATE: Final = (
    re.compile(rf"\b\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{_MONTH})\b(?: \d{{4}})?", re.I),
    re.compile(rf"\b(?:{_MONTH}) \d{{1,2}}(?:st|nd|rd|th)?\b", re.IGNORECASE),
    re.compile(r"\b\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}\b"),
)
_TIME: Final = (
    re.compile(
        r"\b(?:January|February|March|April|June|July|August|September|October|November|December)\b"
    ),
    re.compile(r"\bMay\b(?= \d{4}| last| this| next)|(?<=[Ii]n )May\b"),
    re.compile(r"\b(?:19|20)\d{2}\b"),
    re.compile(rf"\b(?:{_DAY})day\b", re.IGNORECASE),
)
_AGE: Final = re.compile(
    r"\b\d{1,3}(?:[- ]years?[- ]old|[- ]year[- ]olds?)\b"
    r"|\b(?:aged|I was|I am|I[’']m|she was|he was) \d{1,3}\b",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
_STARTS: Final = re.compile(r"(?:^|[.!?:…“\"‘(\n])\s*$")
#: written with a capital and no name of anybody's
_NO_NAME: Final = frozenset({"i", "i’m", "i'm", "i’d", "i'd", "i’ve", "i've", "i’ll", "i'll", "ok"})


def signs(words: str, known: Known) -> tuple[Sign, ...]:
    """Every sign in the words, sure ones first, each piece once for a kind."""
    found: list[Sign] = []

    def note(kind: Giveaway, piece: str, *, is_sure: bool) -> None:
        sign = Sign(kind, piece.strip(), is_sure)
        if sign not in found:
            found.append(sign)

    for piece in _REFERENCE.findall(words):
        if references.read(piece):
            note(Giveaway.REFERENCE, piece, is_sure=True)
    for patterns, kind in ((_CONTACT, Giveaway.CONTACT), (_DATE, Giveaway.DATE)):
        for pattern in patterns:
            for piece in pattern.findall(words):
                note(kind, piece, is_sure=True)
    for names, kind in (
        (known.organisations, Giveaway.ORGANISATION), (known.places, Giveaway.PLACE),
    ):  # fmt: skip
        for piece in _whole(words, names):
            note(kind, piece, is_sure=True)
    for match in _WORD.finditer(words):
        _judge(match, words, known, note)
    for pattern in _TIME:
        for piece in pattern.findall(words):
            note(Giveaway.TIME, piece, is_sure=False)
    for match in _AGE.finditer(words):
        note(Giveaway.AGE, match[0], is_sure=False)
    return tuple(sorted(found, key=lambda one: (not one.is_sure, list(Giveaway).index(one.kind), one.piece)))


def _judge(match: re.Match[str], words: str, known: Known, note: object) -> None:
    """One word: a name of somebody, perhaps a name, or a word that only this excerpt has."""
    assert callable(note)
    piece = match[0].removesuffix("’s").removesuffix("'s")
    small = piece.casefold()
    is_capital = piece[:1].isupper() and small not in _NO_NAME
    starts = bool(_STARTS.search(words[: match.start()]))
    if is_capital and small in known.people | known.given:
        # Grace, Will and May begin many a sentence
        note(Giveaway.NAME, piece, is_sure=not starts)
    elif is_capital and not starts and not any(pattern.fullmatch(piece) for pattern in _TIME):
        note(Giveaway.CAPITAL, piece, is_sure=False)
    elif known.common is not None and len(small) > 3 and small not in known.common:
        note(Giveaway.RARE, piece, is_sure=False)


def _whole(words: str, names: Iterable[str]) -> list[str]:
    """Every name that stands in the words as a whole, however it is written."""
    found = []
    for name in sorted(names):
        if name and (match := re.search(rf"(?<!\w){re.escape(name)}(?!\w)", words, re.IGNORECASE)):
            found.append(match[0])
    return found


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """Every word of these texts in small letters: what is common to them is not rare."""
    found = (word[0] for text in texts for word in _WORD.finditer(text))
    return frozenset(word.removesuffix("’s").removesuffix("'s").casefold() for word in found)
