"""One way of writing what was written in many: names, dates, places and numbers of a record, made comparable.

Every function here is pure: text in, text out, and the same on one record in the live programme as on a
million of a file. Nothing is guessed about a person: a date that cannot be is kept as its digits, because a
damaged date still speaks for or against; sex is taken only where it is written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import jellyfish
import polars as pl

from pathways.domain.terms import given_names

TITLES = frozenset(
    [
        "mr",
        "mrs",
        "miss",
        "ms",
        "mx",
        "dr",
        "doctor",
        "sir",
        "dame",
        "lord",
        "lady",
        "rev",
        "revd",
        "reverend",
        "prof",
        "professor",
        "master",
        "mstr",
        "hon",
        "rt",
        "capt",
        "captain",
        "major",
        "maj",
        "col",
        "colonel",
        "sgt",
        "lt",
        "pc",
        "cllr",
        "baron",
        "baroness",
        "count",
        "countess",
        "fr",
        "sr",
        "br",
        "esq",
        "jr",
        "jnr",
        "snr",
        "junior",
        "senior",
        "baronet",
        "bt",
        "ii",
        "iii",
        "iv",
        "obe",
        "mbe",
        "cbe",
        "qc",
        "kc",
        "mp",
    ]
)
_ORDINAL = re.compile(r"^\d+(st|nd|rd|th)$")
_PARTICLES = frozenset(
    [
        "de",
        "da",
        "do",
        "dos",
        "del",
        "della",
        "di",
        "du",
        "van",
        "von",
        "der",
        "den",
        "la",
        "le",
        "mac",
        "mc",
        "st",
        "o",
        "ap",
        "ab",
        "al",
        "el",
        "bin",
        "bint",
        "ibn",
        "abu",
    ]
)
_LETTERS = str.maketrans(
    {"ß": "ss", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
_READ_WRONG = str.maketrans(
    {"0": "o", "1": "l", "5": "s", "8": "b", "6": "g", "2": "z", "3": "e", "4": "a", "|": "l", "!": "i"}
)
_MONTHS = {
    name: at
    for at, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], start=1
    )
}
#: what people write for "we do not know", in any column
UNKNOWN = frozenset(
    ("", "na", "nan", "none", "null", "unknown", "not known", "unk", "notknown", "n k", "nk", "not recorded",
     "not stated", "missing", "no fixed abode", "nfa", "no fixed address", "tbc", "xx", "xxx", "test",
         "refused", "withheld")
)  # fmt: skip


def plain(text: str) -> str:
    """Lower case, without accents, punctuation as single blanks; apostrophes and full stops vanish."""
    lowered = unicodedata.normalize("NFKD", text.lower().translate(_LETTERS))
    kept = "".join(sign for sign in lowered if not unicodedata.combining(sign))
    kept = re.sub(r"['’`´.]", "", kept)
    return " ".join(re.sub(r"[^\w]+|_", " ", kept).split())


def words(text: str | None) -> list[str]:
    """The words of a name without titles; digits that a machine read for letters are letters again."""
    if not text:
        return []
    bare = plain(text)
    if bare in UNKNOWN:
        return []
    found = [word for word in bare.split() if word not in TITLES and not _ORDINAL.match(word)]
    found = [word if word.isdigit() and len(word) > 3 else word.translate(_READ_WRONG) for word in found]
    return [word for word in found if not word.isdigit()]


@dataclass(frozen=True, slots=True)
class Name:
    first: str
    middle: tuple[str, ...]
    surname: str


@lru_cache(maxsize=65_536)
def full_name(text: str | None) -> Name:
    """A whole name taken apart: `Dr Mary-Anne van der Berg`, or `VAN DER BERG, Mary Anne`."""
    if text and text.count(",") == 1:
        before, after = (words(part) for part in text.split(","))
        if before and after and len(before) <= 3:
            return Name(after[0], tuple(after[1:]), " ".join(before))
    # behind a comma stand honours: Sir John Doe, 1st Baronet
    found = words(text.split(",")[0] if text else None)
    if not found:
        return Name("", (), "")
    if len(found) == 1:
        return (
            Name("", (), found[0])
            if text and text.strip().lower().startswith(("mr", "ms", "miss"))
            else Name(found[0], (), "")
        )
    last = len(found) - 1
    while last > 1 and found[last - 1] in _PARTICLES:
        last -= 1
    if (
        text
        and "-" in text
        and last > 1
        and re.search(rf"{found[last - 1]}\s*-\s*{found[last]}", text.lower())
    ):
        last -= 1
    return Name(found[0], tuple(found[1:last]), " ".join(found[last:]))


def date_digits(text: str | None, *, month_first: bool = False) -> str | None:
    """A date as its eight digits yyyymmdd, or its year alone as yyyy; None where there is none.

    Read are yyyy-mm-dd, yyyymmdd, d/m/yyyy (or m/d/yyyy), d/m/yy, d month yyyy and month d, yyyy, with or
    without a time behind. A day that no calendar has is kept: a damaged date still speaks.
    """
    if not text:
        return None
    text = re.sub(r"[T ]\d{1,2}:\d{2}.*$", "", text.strip().lower())
    if re.fullmatch(r"\d{4}(\.0)?", text):
        return text[:4]
    if re.fullmatch(r"\d{8}(\.0)?", text):
        digits = text[:8]
        if int(digits[:4]) < 1000 or (
            int(digits[4:]) > 1800 and not _can_be(digits) and int(digits[:4]) < 3200
        ):
            return digits[4:] + digits[2:4] + digits[:2]  # ddmmyyyy
        return digits
    named = re.findall(r"[a-z]{3,}", text)
    numbers = re.findall(r"\d+", text)
    if named and len(numbers) == 2 and named[0][:3] in _MONTHS:
        day, year = numbers if len(numbers[1]) >= 2 else numbers[::-1]
        return f"{_year(year)}{_MONTHS[named[0][:3]]:02d}{int(day) % 100:02d}"
    if len(numbers) == 2 and len(numbers[0]) == 4:
        return numbers[0]
    if len(numbers) != 3:
        return None
    first, second, third = numbers
    if len(first) == 4:
        year, month, day = first, second, third
    elif month_first:
        month, day, year = first, second, third
    else:
        day, month, year = first, second, third
    if len(third) > 4 or len(month) > 2 or len(day) > 2:
        return None
    return f"{_year(year)}{int(month):02d}{int(day):02d}"


def _can_be(digits: str) -> bool:
    return 1 <= int(digits[4:6]) <= 12 and 1 <= int(digits[6:8]) <= 31


def _year(text: str) -> str:
    if len(text) == 4:
        return text
    return f"{1900 + int(text[-2:])}" if int(text[-2:]) > 26 else f"{2000 + int(text[-2:])}"


def is_month_first(texts: Iterable[str | None]) -> bool:
    """Whether a column writes the month before the day: some second number is over 12, and no first one."""
    first_over = second_over = 0
    for text in texts:
        found = re.match(r"\s*(\d{1,2})[/.-](\d{1,2})[/.-]\d{2,4}", text or "")
        if found:
            first_over += int(found[1]) > 12
            second_over += int(found[2]) > 12
    return second_over > 20 * first_over and second_over > 0


def postcode(text: str | None) -> str | None:
    """Letters and digits only, in capitals."""
    if not text or plain(text) in UNKNOWN:
        return None
    kept = re.sub(r"[^A-Z0-9]", "", text.upper().removesuffix(".0"))
    return kept or None


_UK = re.compile(r"^([A-Z]{1,2}[0-9][0-9A-Z]?)([0-9][A-Z]{2})?$")


def district(code: str | None) -> str | None:
    """The outward half of a British postcode, whole or alone; of others all but the last two signs."""
    if not code:
        return None
    found = _UK.match(code)
    if found:
        return found[1]
    return code[:-2] if code.isdigit() and len(code) >= 4 else code[: max(2, len(code) - 3)]


def sector(code: str | None) -> str | None:
    """A British postcode without its last two letters, of others all but the last; None for half a one."""
    if not code:
        return None
    found = _UK.match(code)
    if found:
        return found[1] + found[2][0] if found[2] else None
    return code[:-1] if len(code) >= 4 else None


def sex(text: str | None) -> str | None:
    """f or m where that is what was written, another word as it is; never from a name."""
    bare = plain(text or "")
    if bare in UNKNOWN:
        return None
    if bare in ("f", "female", "woman", "girl", "fem", "2"):
        return "f"
    if bare in ("m", "male", "man", "boy", "1"):
        return "m"
    return None if bare in ("u", "not specified", "0", "9", "unspecified") else bare


def phone(text: str | None) -> str | None:
    """The last ten digits, so that +44 7…, 0044 7… and 07… are one number."""
    digits = re.sub(r"\D", "", (text or "").removesuffix(".0"))
    if len(digits) < 5 or len(set(digits)) == 1:
        return None
    return digits[-10:]


def email(text: str | None) -> str | None:
    bare = re.sub(r"\s", "", (text or "").lower())
    return bare if "@" in bare and len(bare) > 3 else None


def identifier(text: str | None) -> str | None:
    bare = re.sub(r"[^a-z0-9]", "", (text or "").lower().removesuffix(".0"))
    return None if bare in UNKNOWN or len(set(bare)) < 2 else bare


_ABROAD = re.compile(r"\b(england|united kingdom|uk|great britain|gb)\b")


def place(text: str | None) -> str | None:
    """A town or an occupation: plain words, without the country behind it."""
    bare = plain(text or "")
    if bare in UNKNOWN:
        return None
    return " ".join(_ABROAD.sub(" ", bare).split()) or bare


_ROADS = {"st": "street", "rd": "road", "ave": "avenue", "av": "avenue", "ln": "lane", "cl": "close",
    "dr": "drive",
          "ct": "court", "cres": "crescent", "pl": "place", "gdns": "gardens", "tce": "terrace", "terr":
          "terrace",
          "sq": "square", "pk": "park", "gr": "grove", "circ": "circuit"}  # fmt: skip


def address(text: str | None) -> str | None:
    bare = plain(text or "")
    if bare in UNKNOWN:
        return None
    return " ".join(_ROADS.get(word, word) for word in bare.split())


@lru_cache(maxsize=65_536)
def sound(name: str | None) -> str | None:
    """How a name sounds: metaphone of its letters, at most five signs; the name itself where it has none."""
    if not name:
        return None
    return jellyfish.metaphone(name.replace(" ", ""))[:5] or name[:5]


# --- a record, cleaned -------------------------------------------------------------------------------

#: the columns of a cleaned record; lists are of words, `year` is a number, everything else is text
CLEANED: dict[str, pl.DataType] = {
    "first_name": pl.String(), "first_forms": pl.List(pl.String()), "first_sound": pl.String(),
    "middle_names": pl.String(), "given_names": pl.List(pl.String()), "surname": pl.String(),
    "surname_parts": pl.List(pl.String()), "surname_sound": pl.String(), "born": pl.String(),
    "born_swapped": pl.String(), "born_day": pl.String(), "year": pl.Int32(), "sex": pl.String(),
        "postcode": pl.String(),
    "sector": pl.String(), "district": pl.String(), "address": pl.String(), "house": pl.String(),
    "town": pl.String(), "place_of_birth": pl.String(), "occupation": pl.String(), "phone": pl.String(),
    "email": pl.String(), "mailbox": pl.String(), "national_id": pl.String(),
}  # fmt: skip


def record(raw: Mapping[str, str | None], *, month_first: bool = False) -> dict[str, object]:
    """One record by standard names as its cleaned columns (`CLEANED`); what is not there is None."""
    made = frame(pl.DataFrame({name: [value] for name, value in raw.items()}, schema=dict.fromkeys(raw,
        pl.String)),
                 month_first=month_first)  # fmt: skip
    return made.row(0, named=True)


def frame(raw: pl.DataFrame, *, month_first: bool | None = None) -> pl.DataFrame:
    """Every record of a table with standard columns as its cleaned columns, in the same order.

    Each different value is cleaned once. Whether months stand first is found in the column unless said.
    """
    made: dict[str, pl.Series] = {}
    names = _names(raw)
    for column, values in names.items():
        made[column] = values
    if "date_of_birth" in raw.columns:
        birth = raw["date_of_birth"]
        if month_first is None:
            month_first = is_month_first(birth.unique().to_list())
        digits = _each(birth, lambda text: date_digits(text, month_first=bool(month_first)))
        made["born"] = digits.set(digits.str.len_chars() != 8, None)
        made["year"] = digits.str.slice(0, 4).cast(pl.Int32, strict=False)
        whole = made["born"]
        made["born_day"] = whole.str.slice(4, 4)
        made["born_swapped"] = whole.str.slice(0, 4) + whole.str.slice(6, 2) + whole.str.slice(4, 2)
    for column, function in (("sex", sex), ("postcode", postcode), ("address", address), ("town", place),
                             ("place_of_birth", place), ("occupation", place), ("phone", phone), ("email",
                                 email),
                             ("national_id", identifier)):  # fmt: skip
        if column in raw.columns:
            made[column] = _each(raw[column], function)
    if "postcode" in made:
        made["district"] = _each(made["postcode"], district)
        made["sector"] = _each(made["postcode"], sector)
    if "address" in made:
        made["house"] = made["address"].str.extract(r"^(\d+\w? \w{3})", 1)
    if "email" in made:
        made["mailbox"] = made["email"].str.replace(r"@.*$", "")
    columns = [
        (made[name].cast(kind) if name in made else pl.Series(name, [None] * raw.height, dtype=kind)).alias(
            name
        )
        for name, kind in CLEANED.items()
    ]
    return pl.DataFrame(columns)


def _names(raw: pl.DataFrame) -> dict[str, pl.Series]:
    """First, middle and last names from whichever of the four columns there are; a column of its own wins."""
    height = raw.height
    empty = pl.Series([None] * height, dtype=pl.String)
    whole = raw["full_name"] if "full_name" in raw.columns else None
    split = _parts(whole) if whole is not None else None
    first = middle = surname = None
    if "first_name" in raw.columns:
        all_given = _each(raw["first_name"], lambda text: " ".join(words(text)) or None)
        first = all_given.str.extract(r"^(\S+)", 1)
        middle = all_given.str.extract(r"^\S+ (.+)$", 1)
    if "middle_names" in raw.columns:
        own = _each(raw["middle_names"], lambda text: " ".join(words(text)) or None)
        middle = own if middle is None else _first_of(own, middle)
    if "surname" in raw.columns:
        surname = _each(raw["surname"], lambda text: " ".join(words(text)) or None)
    if split is not None:
        first = split["first"] if first is None else _first_of(first, split["first"])
        middle = split["middle"] if middle is None else _first_of(middle, split["middle"])
        surname = split["surname"] if surname is None else _first_of(surname, split["surname"])
    first, middle = empty if first is None else first, empty if middle is None else middle
    surname = empty if surname is None else surname
    made = {"first_name": first, "middle_names": middle, "surname": surname}
    made["first_forms"] = _each(
        first, lambda name: list(given_names.groups_of(name or "")), pl.List(pl.String)
    )
    made["first_sound"] = _each(first, sound)
    made["surname_sound"] = _each(surname, sound)
    several = pl.DataFrame({"f": first, "m": middle})
    given = several.select(pl.concat_str("f", "m", separator=" ", ignore_nulls=True)).to_series()
    made["given_names"] = _each(
        given,
        lambda text: [word for word in (text or "").split() if len(word) > 1] or None,
        pl.List(pl.String),
    )
    last = surname
    if "former_names" in raw.columns:
        former = _each(raw["former_names"], lambda text: " ".join(words(text)) or None)
        last = pl.DataFrame({"s": surname, "f": former}).select(
            pl.concat_str("s", "f", separator=" ", ignore_nulls=True)
        ).to_series()  # fmt: skip
    made["surname_parts"] = _each(
        last, lambda text: sorted({w for w in (text or "").split() if len(w) > 2}) or None, pl.List(pl.String)
    )
    return made


def _parts(whole: pl.Series) -> pl.DataFrame:
    unique = whole.unique(maintain_order=True).to_list()
    split = [full_name(text) for text in unique]
    table = pl.DataFrame(
        {
            "whole": unique,
            "first": [one.first or None for one in split],
            "middle": [" ".join(one.middle) or None for one in split],
            "surname": [one.surname or None for one in split],
        },
        schema=dict.fromkeys(("whole", "first", "middle", "surname"), pl.String),
    )
    return (
        whole.alias("whole")
        .to_frame()
        .join(table, on="whole", how="left", maintain_order="left", nulls_equal=True)
    )


def _first_of(one: pl.Series, other: pl.Series) -> pl.Series:
    return pl.DataFrame({"a": one, "b": other}).select(pl.coalesce("a", "b")).to_series()


def _each(
    column: pl.Series,
    function: Callable[[str | None], object],
    kind: pl.DataType | type[pl.DataType] = pl.String,
) -> pl.Series:
    """The function of every value, called once for each different one."""
    unique = column.unique(maintain_order=True)
    made = pl.Series("to", [function(value) for value in unique.to_list()], dtype=kind)
    table = pl.DataFrame({"from": unique, "to": made})
    joined = (
        column.alias("from")
        .to_frame()
        .join(table, on="from", how="left", maintain_order="left", nulls_equal=True)
    )
    return joined["to"]
