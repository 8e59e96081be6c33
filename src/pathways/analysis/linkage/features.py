"""What of a woman's record is compared with another: her names, how they sound, her birth, where she lives.

Names come as words without accents or capitals (`records.tokens.words_of`), and the short forms of given
names from whoever holds the list of them: nothing here knows where a record came from. What is not known is
None, and speaks neither for nor against.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import jellyfish

#: Every column that the shipped model may look at.
COLUMNS = (
    "first_name",
    "surname",
    "first_root",
    "first_forms",
    "surnames",
    "first_sound",
    "surname_sound",
    "dob",
    "dob_turned",
    "birth_year",
    "postcode",
    "outward",
    "telephone",
    "tf_first_name",
    "tf_surname",
)
_POSTCODE = re.compile(r"\b([A-Z]{1,2}[0-9][A-Z0-9]?)\s*([0-9][A-Z]{2})\b")

Forms = Mapping[str, Sequence[str]]
Frequencies = Mapping[str, Mapping[str, float]]


def of(
    *,
    given: Sequence[str],
    surname: Sequence[str],
    others: Iterable[str] = (),
    born: date | None = None,
    address: str = "",
    telephone: str = "",
    forms: Forms,
    frequencies: Frequencies,
) -> dict[str, Any]:
    """The columns of one record. `given`, `surname` and `others` are words; `forms` gives the groups of a
    given name's short and familiar forms; `frequencies` how common a value of a column is.

    `others` are names she goes by or had before: each may be a given name or a surname.
    """
    others = tuple(others)
    first = given[0] if given else None
    last = "".join(surname) or None
    roots = {root for word in (*given, *others) for root in (word, *forms.get(word, ()))}
    found = dict.fromkeys(COLUMNS) | {
        "first_name": first,
        "surname": last,
        "first_root": (forms.get(first, ()) or (first,))[0] if first else None,
        "first_forms": sorted(roots) or None,
        "surnames": sorted({*surname, *others, *([last] if last else ())}) or None,
        "first_sound": (jellyfish.metaphone(first) or first) if first else None,
        "surname_sound": (jellyfish.metaphone(last) or last) if last else None,
        "tf_first_name": frequencies.get("first_name", {}).get(first or ""),
        "tf_surname": frequencies.get("surname", {}).get(last or ""),
    }
    if born is not None:
        found["dob"] = born.isoformat()
        found["dob_turned"] = f"{born.year}-{born.day:02d}-{born.month:02d}"
        found["birth_year"] = str(born.year)
    if (place := _POSTCODE.search(address.upper())) is not None:
        found["outward"], found["postcode"] = place[1], place[1] + place[2]
    digits = re.sub(r"\D", "", telephone)
    if len(digits) >= 9:
        found["telephone"] = digits[-9:]  # with or without the country's code
    return found
