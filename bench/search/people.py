"""Invented people with names as frequent as they are in the United Kingdom, and how somebody might type them.

The frequencies are read from a folder beside the project (`uk_names`: first names of girls as registered,
surnames, and pairs of forms that are used for one another) and are not part of it.
"""

from __future__ import annotations

import csv
import itertools
import random
import re
import string
from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from pathways.domain.terms.given_names import GROUPS
from pathways.records import tokens

#: given names with accents, and as a keyboard without them gives them
ACCENTED = (
    ("Zoë", "Zoe"), ("Chloë", "Chloe"), ("Renée", "Renee"), ("Siân", "Sian"), ("Małgorzata", "Malgorzata"),
    ("Łucja", "Lucja"), ("Noëlle", "Noelle"), ("Inês", "Ines"), ("Andréa", "Andrea"), ("Ångela", "Angela"),
    ("Bożena", "Bozena"), ("Sinéad", "Sinead"), ("Thảo", "Thao"), ("Çiğdem", "Cigdem"), ("Søren", "Soren"),
)  # fmt: skip
#: spellings that sound alike: what is heard is written another way
HEARD = (
    ("ph", "f"), ("f", "ph"), ("ck", "k"), ("c", "k"), ("k", "c"), ("ie", "y"), ("y", "ie"), ("ee", "ea"),
    ("ea", "ee"), ("ll", "l"), ("nn", "n"), ("tt", "t"), ("ss", "s"), ("h", ""), ("e", ""), ("s", "z"),
    ("ai", "ay"), ("ay", "ai"), ("ou", "oo"), ("i", "y"), ("sh", "ch"), ("l", "ll"), ("n", "nn"), ("t", "tt"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    given: str
    surname: str
    born: date
    called: str

    @property
    def name(self) -> tuple[str, ...]:
        return tokens.words_of(f"{self.given.split()[0]} {self.surname}")


@dataclass(frozen=True, slots=True)
class Try:
    """One search: what is typed, and whom it is to find (her place in the list of people)."""

    kind: str
    typed: str
    whom: int


class Names:
    """Draws names by frequency."""

    def __init__(self, folder: Path) -> None:
        given: dict[str, float] = defaultdict(float)
        for row in _rows(folder / "firstname_uk_female_1996_2018.csv"):
            if int(row["birthyear"]) <= 2006:  # grown up by now
                given[row["firstname"]] += float(row["freq"])
        self.given = _Drawn(given)
        surnames = _rows(folder / "lastname_uk.csv")
        self.surnames = _Drawn({row["surname"]: float(row["freq"]) for row in surnames})
        self.common = [name for name, _ in Counter(self.surnames.weights).most_common(60)]
        self.forms: dict[str, list[str]] = defaultdict(list)
        for row in _rows(folder / "firstname_uk_variant.csv"):
            self.forms[row["forename"]].append(row["forename2"])


class _Drawn:
    def __init__(self, weights: dict[str, float]) -> None:
        self.weights = {name: weight for name, weight in weights.items() if name.isalpha() and len(name) > 1}
        self.names = list(self.weights)
        self.sums = list(itertools.accumulate(self.weights.values()))

    def one(self, rng: random.Random) -> str:
        return self.names[bisect(self.sums, rng.random() * self.sums[-1], hi=len(self.names) - 1)]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        yield from csv.DictReader(file)


def invent(names: Names, many: int, rng: random.Random) -> list[Person]:
    """Of a hundred, forty have a second given name, six a double-barrelled surname, two an accent, one an
    apostrophe; fifteen are called by a short form or another name."""
    return [_one(names, rng) for _ in range(many)]


def _one(names: Names, rng: random.Random) -> Person:
    first = names.given.one(rng).capitalize()
    if rng.random() < 0.02:
        first = rng.choice(ACCENTED)[0]
    surname = names.surnames.one(rng).capitalize()
    chance = rng.random()
    if chance < 0.06:
        surname = f"{surname}-{names.surnames.one(rng).capitalize()}"
    elif chance < 0.07:
        surname = f"O'{surname}"
    given = f"{first} {names.given.one(rng).capitalize()}" if rng.random() < 0.4 else first
    called = first
    if rng.random() < 0.15:
        called = (_short(first, rng) or names.given.one(rng)).capitalize()
    born = date(1966, 1, 1) + timedelta(days=rng.randrange(42 * 365))
    return Person(given, surname, born, called)


def _short(name: str, rng: random.Random) -> str:
    """Another form of a given name, of those that we know; empty where there is none."""
    plain = "".join(tokens.words_of(name))
    others = sorted(
        form for form, groups in GROUPS.items() if form != plain and set(groups) & set(GROUPS.get(plain, ()))
    )
    return rng.choice(others) if others else ""


# --- how she is typed --------------------------------------------------------------------------------


def substitute(word: str, rng: random.Random, *, at: int | None = None) -> str:
    at = rng.randrange(len(word)) if at is None else at
    other = rng.choice([letter for letter in string.ascii_lowercase if letter != word[at].lower()])
    return word[:at] + other + word[at + 1 :]


def delete(word: str, rng: random.Random) -> str:
    at = rng.randrange(len(word))
    return word[:at] + word[at + 1 :]


def insert(word: str, rng: random.Random) -> str:
    at = rng.randrange(len(word) + 1)
    return word[:at] + rng.choice(string.ascii_lowercase) + word[at:]


def transpose(word: str, rng: random.Random) -> str:
    places = [at for at in range(len(word) - 1) if word[at].lower() != word[at + 1].lower()]
    if not places:
        return insert(word, rng)
    at = rng.choice(places)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def first_letter(word: str, rng: random.Random) -> str:
    """The first letter another, left out, or turned round with the second."""
    return rng.choice((substitute(word, rng, at=0), word[1:], word[1] + word[0] + word[2:]))


def heard(word: str, rng: random.Random) -> str | None:
    """One spelling in it for another of the same sound; None where there is nothing to exchange."""
    places = [
        (at.start(), old, new)
        for old, new in HEARD
        for at in re.finditer(old, word.lower())
        if not (new == "" and at.start() != len(word) - 1)  # only a last letter is not heard
    ]
    if not places:
        return None
    at, old, new = rng.choice(places)
    return word[:at] + new + word[at + len(old) :]


Typing = Callable[[Person, Names, random.Random], str | None]
"""How somebody types her; None where this way is none for her."""


def _typo(change: Callable[[str, random.Random], str]) -> Typing:
    def typed(her: Person, names: Names, rng: random.Random) -> str | None:
        first, last = her.given.split()[0], her.surname
        if rng.random() < 0.5:
            return f"{change(first, rng)} {last}"
        return f"{first} {change(last, rng)}"

    return typed


def _nickname(her: Person, names: Names, rng: random.Random) -> str | None:
    short = _short(her.given.split()[0], rng)
    return f"{short.capitalize()} {her.surname}" if short else None


def _other_form(her: Person, names: Names, rng: random.Random) -> str | None:
    """A form that a list which we did not make holds for this name, likely or not."""
    forms = names.forms.get("".join(tokens.words_of(her.given.split()[0])), [])
    return f"{rng.choice(forms).capitalize()} {her.surname}" if forms else None


def _half(her: Person, names: Names, rng: random.Random) -> str | None:
    if "-" not in her.surname:
        return None
    return f"{her.given.split()[0]} {rng.choice(her.surname.split('-'))}"


def _run_together(her: Person, names: Names, rng: random.Random) -> str | None:
    return f"{her.given.split()[0]} {her.surname.replace('-', '')}" if "-" in her.surname else None


def _plain(her: Person, names: Names, rng: random.Random) -> str | None:
    plain = dict(ACCENTED).get(her.given.split()[0])
    return f"{plain} {her.surname}" if plain else None


def _accented(her: Person, names: Names, rng: random.Random) -> str | None:
    """An accent where she has none."""
    first = her.given.split()[0]
    with_accent = first.translate(str.maketrans({"a": "á", "e": "é", "o": "ö"}))
    return f"{with_accent} {her.surname}" if with_accent != first else None


def _heard(her: Person, names: Names, rng: random.Random) -> str | None:
    first, last = her.given.split()[0], her.surname
    if rng.random() < 0.5:
        changed = heard(first, rng)
        return f"{changed} {last}" if changed else None
    changed = heard(last, rng)
    return f"{first} {changed}" if changed else None


def _common_with_year(her: Person, names: Names, rng: random.Random) -> str | None:
    """A surname that hundreds bear, a first name misspelt, and the year."""
    if her.surname.lower() not in names.common:
        return None
    change = rng.choice((substitute, delete, insert, transpose))
    return f"{change(her.given.split()[0], rng)} {her.surname} {her.born.year}"


def _common_with_day(her: Person, names: Names, rng: random.Random) -> str | None:
    """A surname that hundreds bear, and the day of birth without the year: no first name."""
    if her.surname.lower() not in names.common:
        return None
    return f"{her.surname} {her.born.day}/{her.born.month}"


def _common_with_initials_wrong(her: Person, names: Names, rng: random.Random) -> str | None:
    if her.surname.lower() not in names.common:
        return None
    return f"{first_letter(her.given.split()[0], rng)} {her.surname}"


KINDS: dict[str, Typing] = {
    "as it is": lambda her, names, rng: f"{her.given.split()[0]} {her.surname}",
    "a letter changed": _typo(substitute),
    "a letter left out": _typo(delete),
    "a letter too many": _typo(insert),
    "two letters turned round": _typo(transpose),
    "the first letter wrong": _typo(first_letter),
    "a nickname or the formal name": _nickname,
    "names swapped": lambda her, names, rng: f"{her.surname} {her.given.split()[0]}",
    "swapped, a letter changed": lambda her, names, rng: (
        f"{her.surname} {substitute(her.given.split()[0], rng)}"
    ),
    "half of a double-barrelled name": _half,
    "a double-barrelled name in one": _run_together,
    "written as it is heard": _heard,
    "without her accents": _plain,
    "with an accent too many": _accented,
    "a common surname, misspelt first name, year": _common_with_year,
    "a common surname and day of birth": _common_with_day,
    "a common surname, first letter wrong": _common_with_initials_wrong,
    "the name she goes by": lambda her, names, rng: f"{her.called} {her.surname}",
    "first name and date of birth": lambda her, names, rng: (
        f"{her.given.split()[0]} {her.born.day}/{her.born.month}/{her.born.year}"
    ),
    "misspelt name and part of a date": lambda her, names, rng: (
        f"{substitute(her.given.split()[0], rng)} {her.surname} {her.born:%B} {her.born.year}"
    ),
}
#: Not promised: forms of a list that we did not make, many of which nobody would take for one another.
UNPROMISED = {"another list's form of the name": _other_form}

#: A screenful. Where more women have her surname and her first name, or another form of it, nothing but her
#: date of birth can tell them apart, and so the year is typed as well.
NAMESAKES = 8


class Namesakes:
    """How many have a surname and a first name, or a form of it."""

    def __init__(self, people: list[Person]) -> None:
        self._with: dict[str, list[set[str]]] = defaultdict(list)
        for her in people:
            firsts = {form for word in tokens.words_of(f"{her.given} {her.called}") for form in _forms(word)}
            for word in tokens.words_of(her.surname):
                self._with[word].append(firsts)

    def of(self, her: Person, typed: str) -> int:
        first = tokens.words_of(her.given)[0]
        wanted = {form for word in (first, *tokens.words_of(typed)[:1]) for form in _forms(word)}
        lasts = tokens.words_of(her.surname)
        return max(sum(bool(wanted & firsts) for firsts in self._with[word]) for word in lasts)


def _forms(word: str) -> set[str]:
    return {word, *(f"({group})" for group in GROUPS.get(word, ()))}


def tries(people: list[Person], names: Names, kind: str, many: int, rng: random.Random) -> list[Try]:
    """So many searches of one kind, of women taken at random, as many of a name as there are."""
    how = (KINDS | UNPROMISED)[kind]
    namesakes = Namesakes(people)
    made: list[Try] = []
    for _ in range(many * 400):
        place = rng.randrange(len(people))
        her = people[place]
        typed = how(her, names, rng)
        if typed is None:
            continue
        if not re.search(r"\d", typed) and namesakes.of(her, typed) > NAMESAKES:
            typed = f"{typed} {her.born.year}"
        made.append(Try(kind, typed, place))
        if len(made) == many:
            break
    return made
