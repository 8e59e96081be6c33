"""Dates and codes in one form, beside what was written: nothing is guessed, and no answer stays one of three.

Each reader takes one cell as it was written. It answers the value, or raises NotUnderstoodError with why and
how to mend it. What is missing says how: she was not asked, it is not known, or she prefers not to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from pathways.analysis.pole.spec import plain
from pathways.domain.terms import references
from pathways.domain.terms.demographics import (
    NOT_STATED,
    DeclaredBy,
    Ethnicity,
    EthnicityScheme,
    NoAnswer,
    ethnicity,
)


class NotUnderstoodError(Exception):
    """A cell cannot be read as what it should be: why, and how to mend it."""

    def __init__(self, why: str, mend: str) -> None:
        super().__init__(why)
        self.why, self.mend = why, mend


_MISSING = {
    **dict.fromkeys(
        ("not asked", "na - not asked", "notasked", "not_asked", "not collected", "n/a not asked"),
        NoAnswer.NOT_ASKED,
    ),
    **dict.fromkeys(
        (
            "unknown",
            "not known",
            "u",
            "unk",
            "n/k",
            "nk",
            "?",
            "-",
            "n/a",
            "na",
            "none",
            "null",
            "nan",
            "not recorded",
            "blank",
            "unspecified",
            "indeterminate",
        ),
        NoAnswer.UNKNOWN,
    ),
    **dict.fromkeys(
        (
            "prefer not to say",
            "prefers not to say",
            "prefer_not_to_say",
            "refused",
            "declined",
            "not stated",
            "not_stated",
            "withheld",
            "pnts",
            "ns",
        ),
        NoAnswer.PREFER_NOT_TO_SAY,
    ),
}


def missing(text: str) -> NoAnswer | None:
    """Which kind of no answer a cell is; None when it is an answer."""
    return _MISSING.get(" ".join(text.casefold().split()))


# --- dates ----------------------------------------------------------------------------------------------

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may may",
            "jun june",
            "jul july",
            "aug august",
            "sep sept september",
            "oct october",
            "nov november",
            "dec december",
        ),
        1,
    )
    for name in names.split()
}
_TIME = r"(?:[T ,]+\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?\s*(?:am|pm|z|[+-]\d{2}:?\d{2})?)?"
_ISO = re.compile(rf"^(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_TIME}$", re.IGNORECASE)
_PLAIN = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_NUMBERS = re.compile(rf"^(\d{{1,2}})[-/. ](\d{{1,2}})[-/. ](\d{{4}}|\d{{2}}){_TIME}$", re.IGNORECASE)
_WORDS = re.compile(
    r"^(?:[a-z]{3,9},?\s+)?(\d{1,2})(?:st|nd|rd|th)?[-/. ]+([a-z]{3,9})[-/., ]+(\d{4}|\d{2})" + _TIME + "$",
    re.IGNORECASE,
)
_NOTHING = re.compile(r"^0{1,4}[-/.]0{1,2}[-/.]0{1,4}(?:[ T]00:00.*)?$")

_MEND_DATE = "write it as day/month/year, such as 24/08/2017, or as 2017-08-24"


def day(text: str, *, order: str = "day_first", latest: date) -> date | None:
    """A date in one of the ways in which it is written; None for a missing one.

    24/08/2017 is read as `order` says, and a two-figure year as the one that does not lie after `latest`.
    Raises NotUnderstoodError for what is no date, and for a date that lies more than a year after `latest`.
    """
    said = text.strip()
    if not said or missing(said) is not None or _NOTHING.match(said):
        return None
    if found := (_ISO.match(said) or _PLAIN.match(said)):
        year, month, number = (int(part) for part in found.groups()[:3])
    elif found := _NUMBERS.match(said):
        first, second, last = found.groups()[:3]
        number, month = (int(second), int(first)) if order == "month_first" else (int(first), int(second))
        if order == "year_first" and len(last) == 2:
            last, number = f"{int(first):02}", int(last)
        year = _year(last, latest)
        if month > 12 >= number:
            other = "day first" if order == "month_first" else "month first"
            raise NotUnderstoodError(
                f"there is no month {month}", f"{_MEND_DATE}; or say in the mapping that dates are {other}"
            )
    elif found := _WORDS.match(said):
        number, year = int(found[1]), _year(found[3], latest)
        if (named := _MONTHS.get(found[2].casefold())) is None:
            raise NotUnderstoodError(f"{found[2][:20]} is no month", _MEND_DATE)
        month = named
    else:
        raise NotUnderstoodError("this is not a date", _MEND_DATE)
    try:
        made = date(year, month, number)
    except ValueError:
        raise NotUnderstoodError("there is no such day", _MEND_DATE) from None
    if made.year < 1880 or made.year > latest.year + 1:
        raise NotUnderstoodError(f"the year {made.year} cannot be meant", "check the year")
    return made


def _year(text: str, latest: date) -> int:
    if len(text) == 4:
        return int(text)
    year = latest.year - latest.year % 100 + int(text)
    return year if year <= latest.year else year - 100


def number(text: str) -> float | None:
    """A decimal number. Raises NotUnderstoodError."""
    said = text.strip().replace(" ", "")
    if not said or missing(said) is not None:
        return None
    try:
        found = float(said)
    except ValueError:
        raise NotUnderstoodError("this is not a number", "write it with a point, such as 53.48") from None
    if found != found or found in (float("inf"), float("-inf")):
        raise NotUnderstoodError("this is not a number", "write it with a point, such as 53.48")
    return found


_CLOCK = re.compile(r"^(\d{1,2})(?:[:.h](\d{2}))?(?:[:.]\d{2})?\s*(am|pm)?$", re.IGNORECASE)


def clock(text: str) -> str | None:
    """A time of day as 14:30. Raises NotUnderstoodError."""
    if missing(text) is not None:
        return None
    found = _CLOCK.match(text.strip())
    hour = int(found[1]) if found else 24
    minute = int(found[2] or 0) if found else 0
    if found and found[3] and hour <= 12:
        hour = hour % 12 + (12 if found[3].casefold() == "pm" else 0)
    if hour > 23 or minute > 59:
        raise NotUnderstoodError("this is not a time of day", "write it as 14:30")
    return f"{hour:02}:{minute:02}"


def whole(text: str) -> int | None:
    """A whole number from 0. Raises NotUnderstoodError."""
    found = number(text)
    if found is None:
        return None
    if found != int(found) or not 0 <= found < 10**9:
        raise NotUnderstoodError("this is not a whole number", "write figures alone, such as 45")
    return int(found)


def reference(text: str) -> str:
    """One of our references, as it was copied or typed. Raises NotUnderstoodError."""
    found = references.read(text)
    if found is None:
        raise NotUnderstoodError(
            "this is not one of our references",
            "copy it from her page: two letters, four digits, two letters",
        )
    return found


# --- codes ----------------------------------------------------------------------------------------------

_SEX = {
    **dict.fromkeys(("f", "female", "woman", "girl", "w", "2", "fem"), "female"),
    **dict.fromkeys(("m", "male", "man", "boy", "1"), "male"),
    **dict.fromkeys(("o", "other", "x", "non-binary", "nonbinary", "intersex", "indeterminate sex"), "other"),
}
#: the ISO 5218 figures for no answer
_SEX_MISSING = {"0": NoAnswer.UNKNOWN, "9": NoAnswer.UNKNOWN}


def sex(text: str) -> str | NoAnswer:
    """Sex as it was recorded: female, male or other. It is never told from a name."""
    said = " ".join(text.casefold().split())
    if not said:
        return NoAnswer.UNKNOWN
    if (known := _SEX.get(said)) is not None:
        return known
    none = _SEX_MISSING.get(said) or missing(said)
    if none is None:
        raise NotUnderstoodError(
            "this is no code for sex that is known here",
            "write F, M or U, or say in the mapping what it means",
        )
    return none


_SCHEMES = {
    EthnicityScheme.SDE_18: ("18_1", "sde_18_1", "sde18", "18", "self_defined_18_1", "sde", "self_defined"),
    EthnicityScheme.SDE_16: ("16_1", "sde_16_1", "sde16", "16", "self_defined_16_1"),
    EthnicityScheme.GSS_19: ("gss_19", "gss", "ons", "census", "census_2021", "ons_19", "ons_2021", "19"),
    EthnicityScheme.OFFICER_PERCEIVED: (
        "ic",
        "ic_code",
        "officer_perceived",
        "officer_defined",
        "ode",
        "ethnic_appearance",
        "perceived",
        "pnc",
    ),
}
_BY_WORD = {word: one for one, words in _SCHEMES.items() for word in words}


def scheme(text: str) -> EthnicityScheme:
    """The list that ethnicity codes come from. Raises NotUnderstoodError."""
    if (found := _BY_WORD.get(plain(text))) is not None:
        return found
    raise NotUnderstoodError(
        "this is no list of ethnicity codes that is known here",
        "write 18+1, 16+1, ONS or IC, or say it in the mapping as a constant",
    )


def is_scheme(text: str) -> bool:
    """Whether this names a list of ethnicity codes that is known here."""
    return plain(text) in _BY_WORD


_IC = re.compile(r"^(?:ic\s*)?([0-9])$", re.IGNORECASE)
_GROUP_WORDS = {plain(one.label): one for one in Ethnicity} | {plain(one.value): one for one in Ethnicity}
_BEFORE = re.compile(r"^(?:asian|black|white|mixed|other)[^:;–]*[:;–-]\s*", re.IGNORECASE)
_CODED = re.compile(r"^([A-Za-z][0-9])\b")


@dataclass(frozen=True, slots=True)
class EthnicityRead:
    """What a code says. `code` and `scheme` stay as they came: not every code can be carried into another."""

    code: str
    scheme: str
    ethnicity: str = ""
    group: str = ""
    missing: str = ""
    declared_by: str = ""


def ethnic(code: str, given_scheme: str) -> EthnicityRead:
    """An ethnicity code in its scheme. Without a scheme that of the code is found, where only one fits.

    `A4`, `W3` and `O2` are in the 18+1 list alone and `O1` in the 16+1 list alone; IC codes are an officer's
    own impression and never what she would say. Raises NotUnderstoodError.
    """
    said = " ".join(code.split())
    if coded := _CODED.match(said):
        said_code = coded[1].upper()
    else:
        said_code = said.upper() if len(said) <= 2 else said
    known = scheme(given_scheme) if given_scheme.strip() else _scheme_of(said, said_code)
    if not said:
        return EthnicityRead("", known.value if known else "", missing=NoAnswer.UNKNOWN.value)
    if known is EthnicityScheme.OFFICER_PERCEIVED:
        return EthnicityRead(
            said, known.value, missing=NoAnswer.UNKNOWN.value, declared_by=DeclaredBy.POLICE_RECORD.value
        )
    none = NoAnswer.PREFER_NOT_TO_SAY if said_code == NOT_STATED else missing(said)
    if none is not None:
        return EthnicityRead(said, known.value if known else "", missing=none.value)
    if known is None:
        raise NotUnderstoodError(
            "this is no ethnicity code that is known here",
            "use the 18+1 codes, or say in the mapping what it means",
        )
    try:
        in_words = _in_words(said) if known is EthnicityScheme.GSS_19 else None
        found = in_words or ethnicity(said_code, known)
    except ValueError:
        raise NotUnderstoodError(
            f"this is no code of “{known.label}”", "check the code, or say which list it comes from"
        ) from None
    if isinstance(found, NoAnswer):
        return EthnicityRead(said, known.value, missing=found.value)
    return EthnicityRead(
        said_code if known is not EthnicityScheme.GSS_19 else said,
        known.value,
        found.value,
        found.group.value,
    )


def _scheme_of(said: str, code: str) -> EthnicityScheme | None:
    """The only scheme that fits. Where both police lists have a code of the same meaning it is the newer."""
    if _IC.match(said):
        return EthnicityScheme.OFFICER_PERCEIVED
    if code in ("O1",):
        return EthnicityScheme.SDE_16
    if re.fullmatch(r"[WMABO][0-9]", code):
        return EthnicityScheme.SDE_18
    return EthnicityScheme.GSS_19 if _in_words(said) is not None else None


def _in_words(said: str) -> Ethnicity | None:
    bare = re.sub(r"\s*\(number\)$", "", said)
    for words in (bare, _BEFORE.sub("", bare)):
        if (found := _GROUP_WORDS.get(plain(words))) is not None:
            return found
    return None


_POSTCODE = re.compile(r"^(GIR0AA|[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2})$")
_OUTWARD = re.compile(r"^[A-Z]{1,2}[0-9][A-Z0-9]?$")


def postcode(text: str) -> str:
    """A postcode in capitals with one blank, or its first half where no more is known. Raises."""
    said = re.sub(r"[^A-Z0-9]", "", text.upper())
    if not said or missing(text) is not None:
        return ""
    if _POSTCODE.match(said):
        return f"{said[:-3]} {said[-3:]}"
    if _OUTWARD.match(said):
        return said
    raise NotUnderstoodError("this is not a postcode", "write it as LU1 2AB, or its first half alone")


def phone(text: str) -> str:
    """A number of the United Kingdom as 07… or 01…, another as its figures with +. Never refused."""
    said = re.sub(r"\(0\)", "", text.strip())
    figures = re.sub(r"\D", "", said)
    if len(figures) < 6 or missing(text) is not None:
        return ""
    if figures.startswith("0044"):
        figures = figures[2:]
    if figures.startswith("44") and len(figures) in (11, 12):
        return f"0{figures[2:]}"
    if said.startswith("+") or figures.startswith("00"):
        return f"+{figures.removeprefix('00')}"
    return figures


def code(text: str, known: dict[str, str]) -> str | None:
    """One of the known words by its own spelling or another; None when it is none of them."""
    return known.get(plain(text))
