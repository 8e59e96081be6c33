"""Invented people in several records each, damaged as records are damaged: for the bench and for the tests.

Names come with their British frequencies from a folder beside the project (`uk_names`) where it is there, and
from a list of invented names where it is not. Nothing here is anybody's. The true person of every record is
in the column `cluster`, which no linking ever sees.
"""

from __future__ import annotations

import csv
import itertools
import random
from bisect import bisect
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "uk_names"
STANDARD = (
    "record_id", "cluster", "first_name", "middle_names", "surname", "date_of_birth", "sex", "postcode",
    "town", "place_of_birth", "occupation", "phone", "email",
)  # fmt: skip
_SHORT = {
    "elizabeth": "liz beth betty", "katherine": "kate katie kathy", "catherine": "cathy kate", "william":
    "bill will",
    "robert": "bob rob", "margaret": "maggie peggy meg", "james": "jim jamie", "john": "jack johnny",
    "thomas": "tom tommy", "charlotte": "lottie charlie", "victoria": "vicky tori", "rebecca": "becky becca",
    "jessica": "jess jessie", "samantha": "sam", "alexandra": "alex sandra", "richard": "dick rick",
    "mary": "molly polly",
    "isabella": "bella izzy", "sophia": "sophie", "emily": "emmy", "edward": "ted ned", "henry": "harry",
    "jennifer": "jenny jen", "susan": "sue susie", "patricia": "pat trish", "deborah": "debbie",
    "christine": "chris tina",
    "abigail": "abi gail", "amelia": "millie amy", "olivia": "liv livvy", "hannah": "anna", "natasha":
    "tasha",
    "georgia": "georgie", "eleanor": "ellie nell", "megan": "meg", "lucy": "lu", "daniel": "dan danny",
    "michael": "mike mick", "matthew": "matt", "joseph": "joe", "samuel": "sam sammy", "anthony": "tony",
}  # fmt: skip
_MEN = [
    "james",
    "john",
    "robert",
    "michael",
    "william",
    "david",
    "richard",
    "thomas",
    "mark",
    "charles",
    "steven",
    "paul",
    "andrew",
    "peter",
    "george",
    "kenneth",
    "edward",
    "brian",
    "kevin",
    "daniel",
    "matthew",
    "anthony",
    "joseph",
    "henry",
    "samuel",
    "arthur",
    "albert",
    "harry",
    "ernest",
    "frederick",
    "walter",
    "mohammed",
    "ali",
    "omar",
    "ahmed",
    "patrick",
    "sean",
    "liam",
    "ryan",
    "adam",
    "lewis",
    "jack",
    "callum",
    "josef",
    "marek",
    "piotr",
    "ivan",
    "raj",
]
_TRADES = (
    (
        "cleaner nurse teacher carer labourer driver cook shop assistant|farmer clerk baker seamstress "
        "receptionist"
        " student carpenter soldier author engineer painter barrister politician journalist singer actor"
    )
    .replace("shop assistant|", "shop-assistant ")
    .split()
)
_SYLLABLES = [
    "ba",
    "be",
    "da",
    "do",
    "fa",
    "fe",
    "ga",
    "go",
    "ha",
    "la",
    "le",
    "li",
    "lo",
    "ma",
    "me",
    "mi",
    "mo",
    "na",
    "ne",
    "no",
    "pa",
    "pe",
    "ra",
    "re",
    "ri",
    "ro",
    "sa",
    "se",
    "ta",
    "te",
    "to",
    "va",
    "vi",
    "wa",
]
_TOWNS = [
    "luton",
    "bedford",
    "dunstable",
    "leighton-buzzard",
    "biggleswade",
    "sandy",
    "flitwick",
    "ampthill",
    "kempston",
    "houghton-regis",
    "stotfold",
    "london",
    "leeds",
    "bradford",
    "hull",
    "york",
    "sheffield",
    "manchester",
    "liverpool",
    "bolton",
    "wigan",
    "preston",
    "derby",
    "leicester",
    "nottingham",
    "lincoln",
    "norwich",
    "ipswich",
    "colchester",
    "cambridge",
    "oxford",
    "reading",
    "swindon",
    "bath",
    "bristol",
    "exeter",
    "plymouth",
    "truro",
    "cardiff",
    "swansea",
    "newport",
    "wrexham",
    "glasgow",
    "edinburgh",
    "dundee",
    "perth",
    "belfast",
    "derry",
    "portsmouth",
    "southampton",
]


@dataclass(frozen=True)
class Names:
    """Draws of names by their frequency, and the forms that are written for one another."""

    girls: _Drawn
    surnames: _Drawn
    forms: dict[str, list[str]]
    surname_forms: dict[str, list[str]]
    ocr: list[tuple[str, str]] = field(default_factory=list)
    sounds: list[tuple[str, str]] = field(default_factory=list)


class _Drawn:
    def __init__(self, weights: dict[str, float]) -> None:
        kept = {name: weight for name, weight in weights.items() if len(name) > 1 and weight > 0}
        self.names = list(kept)
        self.sums = list(itertools.accumulate(kept.values()))

    def one(self, rng: random.Random) -> str:
        return self.names[bisect(self.sums, rng.random() * self.sums[-1], hi=len(self.names) - 1)]


def names(folder: Path = SHARED) -> Names:
    """Names as frequent as they are in the United Kingdom; invented ones where `folder` is absent."""
    short = {name: forms.split() for name, forms in _SHORT.items()}
    if not folder.is_dir():
        rng = random.Random(5)
        made = {
            "".join(rng.choice(_SYLLABLES) for _ in range(rng.choice((2, 3)))): 1 / (n + 2)
            for n in range(1500)
        }
        last = {
            "".join(rng.choice(_SYLLABLES) for _ in range(rng.choice((2, 3, 4)))): 1 / (n + 9)
            for n in range(6000)
        }
        girls = dict(zip(short, (1 / (n + 3) for n in range(len(short))), strict=True)) | made
        return Names(
            _Drawn(girls), _Drawn(last), short, {}, [("o", "0"), ("l", "1"), ("s", "5")], [("ph", "f")]
        )
    given: dict[str, float] = defaultdict(float)
    for row in _rows(folder / "firstname_uk_female_1996_2018.csv"):
        given[row["firstname"].lower()] += float(row["freq"])
    surnames = {row["surname"].lower(): float(row["freq"]) for row in _rows(folder / "lastname_uk.csv")}
    forms: dict[str, list[str]] = defaultdict(list)
    for row in _rows(folder / "firstname_uk_variant.csv"):
        forms[row["forename"].lower()].append(row["forename2"].lower())
    others: dict[str, list[str]] = defaultdict(list)
    for row in _rows(folder / "lastname_uk_variant.csv"):
        others[row["lastname1"].lower()].append(row["lastname2"].lower())
    ocr = [(row["orgpat"].lower(), row["newpat"].lower()) for row in _rows(folder / "ocr_rules.csv")]
    sounds = [
        (row["orgpat"], row["newpat"].replace("@", ""))
        for row in _rows(folder / "phonetic_rules.csv")
        if row["where"] == "ALL" and row["precond"] == row["postcond"] == "None"
    ]
    return Names(
        _Drawn(given),
        _Drawn(surnames),
        short | {},
        dict(others),
        [one for one in ocr if one[0] != one[1]],
        sounds,
    )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig") as file:
        yield from csv.DictReader(file)


def people(
    many: int,
    *,
    seed: int = 1,
    records: tuple[int, ...] = (1, 1, 2, 2, 3, 4, 5, 6),
    damaged: float = 0.45,
    damages: tuple[int, ...] = (1, 2, 3, 4),
    missing: float = 0.08,
    using: Names | None = None,
) -> Iterator[dict[str, str]]:
    """So many invented people, each in `records` records, a share of them `damaged`, each by `damages`
    damages.

    Rows of strings in the order of people; an absent value is "".
    """
    rng = random.Random(seed)
    drawn = using or names()
    number = 0
    household: dict[str, str] = {}
    for place in range(many):
        her = _person(rng, drawn, household)
        if rng.random() < 0.6:
            household = her  # the next may be her sister or live with her
        elif rng.random() < 0.5:
            household = {}
        for turn in range(rng.choice(records)):
            one = dict(her)
            if turn and rng.random() < damaged:
                for _ in range(rng.choice(damages)):
                    rng.choice(_DAMAGES)(one, rng, drawn)
            for column in one:
                if column not in ("surname",) and rng.random() < missing:
                    one[column] = ""
            number += 1
            yield {"record_id": f"r{number}", "cluster": str(place), **one}


def _person(rng: random.Random, drawn: Names, household: dict[str, str]) -> dict[str, str]:
    woman = rng.random() < 0.6
    first = drawn.girls.one(rng) if woman else rng.choice(_MEN)
    middle = (drawn.girls.one(rng) if woman else rng.choice(_MEN)) if rng.random() < 0.5 else ""
    surname = drawn.surnames.one(rng)
    related = household and rng.random() < 0.15
    if related:
        surname = household["surname"] or surname
    born = date(1940, 1, 1) + timedelta(days=rng.randrange(66 * 365))
    if rng.random() < 0.08:
        born = born.replace(month=1, day=1)
    town = rng.choice(_TOWNS)
    postcode = _postcode(rng, town)
    if related and rng.random() < 0.7:
        town, postcode = household["town"] or town, household["postcode"] or postcode
    return {
        "first_name": first, "middle_names": middle, "surname": surname, "date_of_birth": born.isoformat(),
        "sex": "female" if woman else "male", "postcode": postcode, "town": town,
        "place_of_birth": rng.choice(_TOWNS), "occupation": rng.choice(_TRADES),
        "phone": f"07{rng.randrange(10**8, 10**9)}" if rng.random() < 0.6 else "",
        "email": f"{first}.{surname}{rng.randrange(99)}@example.org" if rng.random() < 0.4 else "",
    }  # fmt: skip


def _postcode(rng: random.Random, town: str) -> str:
    area = (town[0] + town[-1]).upper()
    inward = f"{rng.randrange(1, 10)}{rng.choice('ABDEFGHJL')}{rng.choice('NPQRSTUW')}"
    return f"{area}{rng.randrange(1, 20)} {inward}"


# --- damages -----------------------------------------------------------------------------------------


def _typo(word: str, rng: random.Random) -> str:
    if len(word) < 2:
        return word
    at = rng.randrange(len(word) - 1)
    letter = rng.choice("abcdefghijklmnopqrstuvwxyz")
    return rng.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at:],
            word[:at] + letter + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        )
    )


def _rule(word: str, rules: list[tuple[str, str]], rng: random.Random) -> str:
    fitting = [(old, new) for old, new in rules if old and old in word]
    if not fitting:
        return _typo(word, rng)
    old, new = rng.choice(fitting)
    return word.replace(old, new, 1) or word


def _name_typo(one: dict[str, str], rng: random.Random, drawn: Names) -> None:
    column = rng.choice(("first_name", "surname", "surname"))
    how = rng.random()
    if how < 0.5:
        one[column] = _typo(one[column], rng)
    else:
        one[column] = _rule(one[column], drawn.ocr if how < 0.65 else drawn.sounds, rng)


def _nickname(one: dict[str, str], rng: random.Random, drawn: Names) -> None:
    forms = drawn.forms.get(one["first_name"])
    if forms:
        one["first_name"] = rng.choice(forms)
    elif rng.random() < 0.4 and one["first_name"]:
        one["first_name"] = one["first_name"][0]


def _swapped(one: dict[str, str], rng: random.Random, drawn: Names) -> None:
    if rng.random() < 0.5:
        one["first_name"], one["surname"] = one["surname"], one["first_name"]
    elif one["middle_names"]:
        one["first_name"], one["middle_names"] = one["middle_names"], one["first_name"]


def _surname(one: dict[str, str], rng: random.Random, drawn: Names) -> None:
    other = drawn.surname_forms.get(one["surname"])
    if other:
        one["surname"] = rng.choice(other)
    elif rng.random() < 0.3:
        one["surname"] = f"{one['surname']}-{drawn.surnames.one(rng)}"
    elif rng.random() < 0.4:
        one["surname"] = drawn.surnames.one(rng)


def _birth(one: dict[str, str], rng: random.Random, drawn: Names) -> None:
    text = one["date_of_birth"]
    if len(text) != 10:
        return
    year, month, day = text.split("-")
    how = rng.randrange(6)
    if how == 0 and int(day) <= 12:
        month, day = day, month
    elif how == 1:
        day = f"{rng.randrange(1, 29):02d}"
    elif how == 2:
        year = str(int(year) + rng.choice((-10, -2, -1, 1, 2, 10)))
    elif how == 3:
        year = year[:2] + year[3] + year[2]
    elif how == 4:
        month, day = "01", "01"
    else:
        month = f"{rng.randrange(1, 13):02d}"
    one["date_of_birth"] = f"{year}-{month}-{day}"


def _moved(one: dict[str, str], rng: random.Random, drawn: Names) -> None:
    if rng.random() < 0.4:
        one["town"] = rng.choice(_TOWNS)
    one["postcode"] = _postcode(rng, one["town"] or "luton")


def _postcode_wrong(one: dict[str, str], rng: random.Random, drawn: Names) -> None:
    if one["postcode"]:
        how = rng.random()
        one["postcode"] = one["postcode"].split()[0] if how < 0.3 else _typo(one["postcode"], rng).upper()


def _place(one: dict[str, str], rng: random.Random, drawn: Names) -> None:
    one["place_of_birth"] = _typo(one["place_of_birth"], rng) if rng.random() < 0.5 else rng.choice(_TOWNS)


def _trade(one: dict[str, str], rng: random.Random, drawn: Names) -> None:
    one["occupation"] = rng.choice(_TRADES)


def _contact(one: dict[str, str], rng: random.Random, drawn: Names) -> None:
    if rng.random() < 0.5:
        one["phone"] = f"07{rng.randrange(10**8, 10**9)}"
    else:
        one["email"] = _typo(one["email"], rng)


_DAMAGES = (
    _name_typo, _name_typo, _name_typo, _nickname, _nickname, _swapped, _surname, _birth, _birth, _birth,
    _moved, _moved, _postcode_wrong, _place, _trade, _contact,
)  # fmt: skip
