"""Invented women, and how the same woman comes to be written differently in another record.

Names are drawn so that a few are common and most are rare, as in life; the shares of the common ones are
rounded and nobody's list. Rare names are made of syllables.
"""

from __future__ import annotations

import itertools
import random
from bisect import bisect
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from pathways.analysis.linkage import features

#: name and how many of ten thousand women have it, about
FIRST = """
sarah 190 emma 160 claire 150 laura 130 rebecca 130 nicola 120 lisa 120 samantha 120 jessica 120 charlotte
120 hannah 110 amy 110 michelle 100 karen 100 susan 100 julie 100 joanne 100 sophie 100 emily 100 rachel 100
jennifer 100 kelly 90 gemma 90 chloe 90 lauren 90 katie 90 victoria 90 lucy 90 danielle 80 louise 80 amanda
80 elizabeth 80 helen 80 tracey 70 deborah 70 stephanie 70 natalie 70 megan 70 donna 60 jade 60 angela 60
sharon 60 olivia 60 kirsty 50 stacey 50 leanne 50 catherine 50 caroline 50 natasha 50 georgia 50 bethany 50
holly 50 zoe 50 alison 50 abigail 50 kerry 40 jodie 40 paula 40 maria 40 shannon 40 aisha 30 fatima 30
margaret 50 christine 40 jacqueline 40 patricia 40 linda 40 katherine 40 alice 40 ellie 40 eleanor 30 grace
40 anna 40 naomi 25 molly 25 teresa 25 andrea 30 carly 25 tara 20 kayleigh 25 toni 15 mary 30 anne 25 jane
30 ruth 20 sandra 30 tina 20 zainab 15 maryam 15 priya 15 agnieszka 12 katarzyna 12 blessing 10 shanice 10
keeley 12 chantelle 20 siobhan 12
"""
LAST = """
smith 126 jones 90 williams 66 taylor 59 brown 58 davies 50 evans 41 wilson 40 thomas 38 johnson 38 roberts
36 walker 33 wright 32 robinson 32 thompson 31 white 31 hughes 30 edwards 30 khan 30 green 29 hall 29 lewis
28 singh 28 harris 27 clarke 27 patel 26 jackson 26 wood 25 turner 25 martin 25 cooper 25 hussain 25 hill 24
ward 24 morris 24 ahmed 24 moore 23 clark 23 lee 22 king 22 baker 22 harrison 22 begum 22 morgan 21 allen 21
james 21 scott 20 phillips 20 ali 20 kaur 20 watson 19 davis 19 parker 19 price 19 bennett 18 young 18
griffiths 18 mitchell 18 kelly 18 cook 17 carter 17 richardson 17 bailey 17 collins 17 bell 17 shaw 16
murphy 16 miller 16 cox 16 richards 16 marshall 15 simpson 15 anderson 15 adams 15 wilkinson 14 foster 13
mason 13 ellis 13 powell 13 chapman 13 webb 13 rogers 13 gray 12 hunt 12 mills 12 campbell 12 holmes 12
palmer 12 reid 10 murray 10 grant 9
"""


def _parted(text: str) -> list[str]:
    return text.split()


_STARTS = _parted("b br c ch cl d dr f g gr h j k l m n p pr r s sh st t th tr v w")
_MIDDLES = _parted("a e i o u ai ea ee oo ou")
_ENDS = _parted("ck d ley ll ham land man n ng nd r rd s son st t ton well worth x")
_AREAS = [f"{letters}{number}" for letters in ("LS", "M", "B", "S", "BD", "NE", "CF", "L") for number in
          range(1, 21)]  # fmt: skip


def _weighted(text: str) -> tuple[list[str], list[int]]:
    words = text.split()
    return words[::2], list(itertools.accumulate(int(word) for word in words[1::2]))


_FIRST, _LAST = _weighted(FIRST), _weighted(LAST)
FREQUENCIES: dict[str, dict[str, float]] = {
    column: dict(zip(text.split()[::2], (int(n) / 10_000 for n in text.split()[1::2]), strict=True))
    for column, text in (("first_name", FIRST), ("surname", LAST))
}


@dataclass(frozen=True, slots=True)
class Her:
    """One woman as one record has her."""

    given: str
    surname: str
    others: str
    born: date | None
    address: str
    telephone: str


def _drawn(table: tuple[list[str], list[int]], rng: random.Random) -> str:
    names, sums = table
    at = rng.random() * 10_000
    if at < sums[-1]:
        return names[bisect(sums, at)]
    return rng.choice(_STARTS) + rng.choice(_MIDDLES) + rng.choice(_ENDS) + rng.choice(("", "", "e", "a"))


def invent(many: int, rng: random.Random) -> list[Her]:
    return [_one(rng) for _ in range(many)]


def _one(rng: random.Random) -> Her:
    surname = _drawn(_LAST, rng)
    if rng.random() < 0.05:
        surname = f"{surname}-{_drawn(_LAST, rng)}"
    given = _drawn(_FIRST, rng)
    if rng.random() < 0.4:
        given = f"{given} {_drawn(_FIRST, rng)}"
    others = _drawn(_LAST, rng) if rng.random() < 0.12 else ""
    born = date(1960, 1, 1) + timedelta(days=rng.randrange(47 * 365)) if rng.random() < 0.93 else None
    return Her(given, surname, others, born, _place(rng) if rng.random() < 0.7 else "", _number(rng))


def _place(rng: random.Random) -> str:
    inward = f"{rng.randrange(1, 10)}{rng.choice('ABDEFGHJLN')}{rng.choice('ABDEFGHJLN')}"
    return f"{rng.randrange(1, 200)} High Street {rng.choice(_AREAS)} {inward}"


def _number(rng: random.Random) -> str:
    return f"07{rng.randrange(10**9):09d}" if rng.random() < 0.5 else ""


def _slip(word: str, rng: random.Random) -> str:
    at = rng.randrange(len(word))
    kind = rng.randrange(4)
    if kind == 0:
        return word[:at] + rng.choice("abcdefghijklmnoprstuwy") + word[at + 1 :]
    if kind == 1 and len(word) > 3:
        return word[:at] + word[at + 1 :]
    if kind == 2:
        return word[:at] + rng.choice("aeioulnrst") + word[at:]
    return word[:at] + word[at : at + 2][::-1] + word[at + 2 :]


def again(her: Her, rng: random.Random, forms: features.Forms) -> Her:
    """The same woman in another record: slips, short forms, a former name, swapped names, another address."""
    given, surname, others, born = her.given.split()[0], her.surname, her.others, her.born
    if rng.random() < 0.15:
        alike = [form for form, groups in forms.items() if set(groups) & set(forms.get(given, ()))]
        given = rng.choice(sorted(alike)) if alike else given
    elif rng.random() < 0.12:
        given = _slip(given, rng)
    if rng.random() < 0.12:
        surname, others = (others or _drawn(_LAST, rng)), surname if rng.random() < 0.5 else ""
    elif rng.random() < 0.12:
        surname = _slip(surname, rng)
    elif "-" in surname and rng.random() < 0.4:
        surname = rng.choice(surname.split("-"))
    if rng.random() < 0.02:
        given, surname = surname, given
    if born is not None:
        born = _born_again(born, rng)
    moved = rng.random() < 0.45
    address = (_place(rng) if rng.random() < 0.7 else "") if moved else her.address
    telephone = her.telephone if rng.random() < 0.5 else _number(rng)
    return replace(her, given=given, surname=surname, others=others, born=born, address=address,
                   telephone=telephone)  # fmt: skip


def _born_again(born: date, rng: random.Random) -> date | None:
    chance = rng.random()
    if chance < 0.06:
        return None
    if chance < 0.09 and born.day <= 12:
        return date(born.year, born.day, born.month)
    if chance < 0.15:
        year, month, day = born.year, born.month, born.day
        place = rng.randrange(3)
        year += rng.choice((-10, -1, 1, 10)) if place == 0 else 0
        month = rng.randrange(1, 13) if place == 1 else month
        day = rng.randrange(1, 29) if place == 2 else min(day, 28)
        return date(year, month, day)
    return born


def columns(her: Her, forms: features.Forms, words: Any) -> dict[str, Any]:
    """Her record as the model sees it. `words` parts a name into words (`records.tokens.words_of`)."""
    return features.of(
        given=words(her.given),
        surname=words(her.surname),
        others=words(her.others),
        born=her.born,
        address=her.address,
        telephone=her.telephone,
        forms=forms,
        frequencies=FREQUENCIES,
    )
