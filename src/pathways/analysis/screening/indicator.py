"""One sign as a file: a head of named comments that say what it means, then one SELECT that finds it.

    -- code: cri_supply
    -- label: Arrested or interviewed over supplying drugs
    -- heading: criminality
    -- …
    select person_id, occurred_on as observed_on, source, event_id as source_record
    from involvement
    where …

A line of the head that begins with three blanks after the dashes goes on with the field above it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pathways.domain.terms.indicators import Heading
from pathways.domain.terms.words import Worded

_FIELD = re.compile(r"^--\s?(?! )([a-z][a-z -]*?)\s*:\s*(.*)$")
_CODE = re.compile(r"^[a-z][a-z0-9_]{2,49}$")
_MONTHS = re.compile(r"^(\d{1,4}) months?$")
_NEEDED = (
    "code", "label", "heading", "meaning", "source", "look-back", "evidence", "caveat",
    "immediate safety", "network", "victim only", "prompts",
)  # fmt: skip
MOST_TEXT = 20_000
_Words = TypeVar("_Words", bound=Worded)


class Prompts(Worded):
    """Whether a sign can bring a woman before a person: by itself, with another kind of sign, or never."""

    ALONE = "alone", "Can bring a woman onto the list by itself"
    TOGETHER = "together", "Only a network sign together with one that is not"
    NEVER = "never", "Is shown, and never brings a woman onto the list"


class IndicatorError(Exception):
    """A file of an indicator is wrong. The text is one line: which file, which line, and why."""

    def __init__(self, path: Path | str, why: str, *, line: int | None = None) -> None:
        self.path, self.line, self.why = Path(path), line, why
        super().__init__(f"{path}, line {line}: {why}" if line else f"{path}: {why}")


@dataclass(frozen=True, slots=True)
class Indicator:
    """One sign. `look_back` is in months, None for any time; `sql` is one SELECT over the POLE tables.

    It yields person_id, observed_on (a date or null), source and source_record; `$as_at` is the day looked
    from and `$since` that day less the look-back. `first_line` is the line of the file on which it begins.
    """

    code: str
    label: str
    heading: Heading
    meaning: str
    source: str
    look_back: int | None
    evidence: str
    caveat: str
    immediate_safety: bool
    network: bool
    victim_only: bool
    prompts: Prompts
    sql: str
    path: Path
    first_line: int

    @property
    def look_back_words(self) -> str:
        return "any time" if self.look_back is None else f"{self.look_back} months"

    @property
    def is_protective(self) -> bool:
        return self.heading is Heading.PROTECTIVE


def read(path: Path, text: str) -> Indicator:
    """One indicator from the words of its file. Raises IndicatorError naming file and line."""
    if len(text) > MOST_TEXT:
        raise IndicatorError(path, f"is longer than {MOST_TEXT:,} characters")
    said: dict[str, tuple[str, int]] = {}
    lines = text.split("\n")
    number, last = 0, ""
    for number, line in enumerate(lines, start=1):
        line = line.rstrip()
        if not line.startswith("--"):
            break
        found = _FIELD.match(line)
        if found:
            last = found[1]
            if last not in _NEEDED:
                known = ", ".join(_NEEDED)
                raise IndicatorError(path, f"“{last}” is no field; there are: {known}", line=number)
            if last in said:
                raise IndicatorError(path, f"“{last}” is given twice", line=number)
            said[last] = found[2].strip(), number
        elif last and line.startswith("--   "):
            said[last] = f"{said[last][0]} {line[5:].strip()}".strip(), said[last][1]
        else:
            raise IndicatorError(path, "the head is made of lines such as “-- code: …”", line=number)
    for name in _NEEDED:
        if name not in said or not said[name][0]:
            raise IndicatorError(path, f"the head does not say “{name}”", line=said.get(name, ("", 1))[1])
    sql = "\n".join(lines[number - 1 :]).rstrip().removesuffix(";")
    if not sql.strip():
        raise IndicatorError(path, "there is no SELECT after the head", line=number)
    return Indicator(
        code=_code(path, *said["code"]),
        label=said["label"][0],
        heading=_among(path, Heading, "heading", *said["heading"]),
        meaning=said["meaning"][0],
        source=said["source"][0],
        look_back=_months(path, *said["look-back"]),
        evidence=said["evidence"][0],
        caveat=said["caveat"][0],
        immediate_safety=_yes(path, "immediate safety", *said["immediate safety"]),
        network=_yes(path, "network", *said["network"]),
        victim_only=_yes(path, "victim only", *said["victim only"]),
        prompts=_among(path, Prompts, "prompts", *said["prompts"]),
        sql=sql,
        path=path,
        first_line=number,
    )


def files(folder: Path) -> Iterator[tuple[Path, str]]:
    """Every .sql file of a folder and the folders in it, in the order of their names, with its words."""
    if not folder.is_dir():
        raise IndicatorError(folder, "is not a folder")
    for path in sorted(folder.rglob("*.sql")):
        try:
            yield path, path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            raise IndicatorError(path, f"is not UTF-8: {error.reason}") from None
        except OSError as error:
            raise IndicatorError(path, (error.strerror or "cannot be read").lower()) from None


def _code(path: Path, text: str, line: int) -> str:
    if not _CODE.match(text):
        why = "a code is small letters, digits and underscores, such as own_sign"
        raise IndicatorError(path, f"“{text}” is not a code: {why}", line=line)
    return text


def _months(path: Path, text: str, line: int) -> int | None:
    if text == "any time":
        return None
    found = _MONTHS.match(text)
    if not found or not 1 <= int(found[1]) <= 1200:
        raise IndicatorError(path, f"“{text}” is no look-back: say “24 months” or “any time”", line=line)
    return int(found[1])


def _yes(path: Path, name: str, text: str, line: int) -> bool:
    if text not in ("yes", "no"):
        raise IndicatorError(path, f"“{name}” is yes or no, not “{text}”", line=line)
    return text == "yes"


def _among(path: Path, enum: type[_Words], name: str, text: str, line: int) -> _Words:
    try:
        return enum(text)
    except ValueError:
        known = ", ".join(each.value for each in enum)
        raise IndicatorError(path, f"“{text}” is no {name}; there are: {known}", line=line) from None
